"""Warnings that code which follows Dagster's life cycle may raise, filter or wait for.

Penstock marks no part of its own as beta or preview; libraries for it may mark theirs with these.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

_OURS = str(Path(__file__).resolve().parent.parent)


class BetaWarning(Warning):
    """Something is used that may still change between minor versions."""


class PreviewWarning(Warning):
    """Something is used that may change or disappear in any version."""


class SupersessionWarning(FutureWarning):
    """Something is used for which there is something better; it is not going away."""


class ConfigArgumentWarning(SyntaxWarning):
    """An argument has the name of a config, and may have been meant to be one."""


def deprecation_warning(
    subject: str,
    breaking_version: str,
    additional_warn_text: str | None = None,
    stacklevel: int = 3,
) -> None:
    """Warn that something is going away.

    Args:
        subject: What is going away.
        breaking_version: The first version without it.
        additional_warn_text: What to use instead.
        stacklevel: How many calls above this one the warning points to.
    """
    words = f"{subject} is deprecated: version {breaking_version} will not have it any more."
    if additional_warn_text:
        words = f"{words} {additional_warn_text}"
    warnings.warn(words, DeprecationWarning, stacklevel=stacklevel)


def user_stacklevel() -> int:
    """Return the `stacklevel` with which the caller's warning points to code outside Penstock."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage] - the way to a caller
    level = 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
        level += 1
    return level
