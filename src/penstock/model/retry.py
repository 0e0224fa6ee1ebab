"""`RetryPolicy`, the declared rule for another attempt, as a value.

`decide/retry.py` decides by it whether there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

import msgspec

from penstock.base.ids import uniform as system_uniform
from penstock.errors import InvalidDefinitionError, ParameterCheckError

# 2**1024 is no float any more; a delay that long never ends anyway.
_MOST_DOUBLINGS = 1000


class Backoff(Enum):
    """How the delay grows with the attempt."""

    LINEAR = "LINEAR"
    EXPONENTIAL = "EXPONENTIAL"


class Jitter(Enum):
    """How the delay is spread at random.

    FULL draws from zero up to the delay that has grown so far. PLUS_MINUS adds or takes away up to
    the first delay.
    """

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

    def calculate_delay(
        self, attempt_num: int, *, uniform: Callable[[], float] = system_uniform
    ) -> float:
        """Return the seconds before a retry.

        Args:
            attempt_num: Which retry it is; 1 for the first.
            uniform: Gives random numbers in [0, 1); asked only where there is a jitter.
        """
        if self.delay is None:
            return 0.0
        delay = self._backed_off(self.delay, attempt_num)
        match self.jitter:
            case None:
                return delay
            case Jitter.FULL:
                return uniform() * delay
            case Jitter.PLUS_MINUS:
                return delay + (2 * uniform() - 1) * self.delay

    def _backed_off(self, delay: float, retry: int) -> float:
        match self.backoff:
            case None:
                return delay
            case Backoff.LINEAR:
                return delay * retry
            case Backoff.EXPONENTIAL:
                return delay * (2 ** min(retry, _MOST_DOUBLINGS) - 1)


class RetryMode(Enum):
    """What an executor does with an attempt that may be tried again.

    DEFERRED leaves it to whoever runs the executor: the attempt ends, and another run goes on.
    """

    ENABLED = "enabled"
    DISABLED = "disabled"
    DEFERRED = "deferred"

    @staticmethod
    def from_config(config: Mapping[str, object]) -> RetryMode:
        """Return the mode that an executor's `retries` config chooses, as in `{"disabled": {}}`.

        Raises:
            ParameterCheckError: It does not choose exactly one.
        """
        chosen = [mode for mode in RetryMode if mode.value in config]
        if len(chosen) != 1:
            known = ", ".join(f"'{mode.value}'" for mode in RetryMode)
            raise ParameterCheckError(f"retries must be exactly one of {known}, not {config!r}.")
        return chosen[0]
