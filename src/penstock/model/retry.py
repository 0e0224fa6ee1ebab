"""`RetryPolicy`, the declared rule for another attempt, as a value.

`decide/retry.py` computes delays from it.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from penstock.errors import InvalidDefinitionError


class Backoff(Enum):
    """How the delay grows with the attempt."""

    LINEAR = "LINEAR"
    EXPONENTIAL = "EXPONENTIAL"


class Jitter(Enum):
    """How the delay is spread at random."""

    FULL = "FULL"
    PLUS_MINUS = "PLUS_MINUS"


class RetryPolicy(msgspec.Struct, frozen=True):
    """Try a failed step again.

    Args:
        max_retries: How many retries; 1 means two attempts at most.
        delay: Seconds before a retry; None means at once.
        backoff: How the delay grows; needs a delay.
        jitter: How the delay is spread; needs a delay.

    Raises:
        InvalidDefinitionError: Backoff or jitter without a delay.
    """

    max_retries: int = 1
    delay: float | None = None
    backoff: Backoff | None = None
    jitter: Jitter | None = None

    def __post_init__(self) -> None:
        if self.delay is None and (self.backoff or self.jitter):
            what = "backoff" if self.backoff else "jitter"
            raise InvalidDefinitionError(
                f"RetryPolicy has a {what} but no delay. Give delay=<seconds>."
            )
