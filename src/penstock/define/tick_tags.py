"""Tags of schedules and sensors whose keys other systems would not take."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

_KEY = re.compile(r"(?:[A-Za-z0-9_\-.]{1,63}/)?[A-Za-z0-9_\-.]{1,63}")


def warn_of_tag_keys(keys: Iterable[str]) -> None:
    """Warn of keys that have other characters than letters, digits, `_`, `-` and `.`."""
    odd = [key for key in keys if not _KEY.fullmatch(key)]
    if odd:
        warnings.warn(
            f"Non-compliant tag keys like {odd} are deprecated. Use up to 63 letters, digits, '_', "
            "'-' and '.', with at most one '/' after a namespace.",
            DeprecationWarning,
            stacklevel=3,
        )
