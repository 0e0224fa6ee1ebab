"""Warnings in tests: what is expected is ignored, and nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def ignore_warning(message_substr: str) -> Generator[None]:
    """Ignore warnings whose message holds a text, in a `with` block or a decorated function.

    Args:
        message_substr: The text; a regular expression.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=f".*{message_substr}")
        yield
