"""Whether a failed attempt is followed by another, and after how long.

The error and the declared policy decide together; randomness is an argument.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from penstock.errors import (
    BugError,
    CheckFailedError,
    Failure,
    RetryRequested,
    StoredValueNotFoundError,
    UsageError,
)
from penstock.model.retry import RetryPolicy

_LASTING = (UsageError, CheckFailedError, BugError, SystemExit)


class RetryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an error says about trying again.

    Attributes:
        max_retries: The count that user code asked for; None if it did not ask.
        seconds_to_wait: The delay that user code asked for with it; None means at once.
        allow_retries: False forbids another attempt whatever the policy says.
    """

    max_retries: int | None = None
    seconds_to_wait: float | None = None
    allow_retries: bool = True


def retry_facts(error: BaseException) -> RetryFacts:
    """Read from an error what it says about trying again.

    What user code did wrong towards Penstock (a value of the wrong type, an output that is
    missing) it would do wrong again, and so would a blocking check fail again.
    """
    if isinstance(error, RetryRequested):
        return RetryFacts(max_retries=error.max_retries, seconds_to_wait=error.seconds_to_wait)
    if isinstance(error, Failure):
        return RetryFacts(allow_retries=error.allow_retries)
    is_lasting = isinstance(error, _LASTING) and not isinstance(error, StoredValueNotFoundError)
    return RetryFacts(allow_retries=not is_lasting)


def count_exceeded(facts: RetryFacts, policy: RetryPolicy | None) -> int | None:
    """Return how many retries there could have been; None where none was to be."""
    if not facts.allow_retries:
        return None
    if facts.max_retries is not None:
        return facts.max_retries
    return None if policy is None else policy.max_retries


def decide_retry(
    facts: RetryFacts,
    policy: RetryPolicy | None,
    *,
    retry_number: int,
    uniform: Callable[[], float],
) -> float | None:
    """Return the seconds before the next attempt; None if there is none.

    A request of user code overrides the policy, its count and its delay alike.

    Args:
        facts: What the error says.
        policy: What was declared for the step.
        retry_number: How many retries were used already.
        uniform: Gives random numbers in [0, 1), for jitter.
    """
    if not facts.allow_retries:
        return None
    if facts.max_retries is None:
        return next_delay(policy, retry_number=retry_number, uniform=uniform)
    return (facts.seconds_to_wait or 0.0) if retry_number < facts.max_retries else None


def next_delay(
    policy: RetryPolicy | None, *, retry_number: int, uniform: Callable[[], float]
) -> float | None:
    """Return the seconds before the next attempt under a policy; None if no retry is left.

    Args:
        policy: What was declared; None declares no retry.
        retry_number: How many retries were used already.
        uniform: Gives random numbers in [0, 1); asked only where the policy has a jitter.
    """
    if policy is None or retry_number >= policy.max_retries:
        return None
    return policy.calculate_delay(retry_number + 1, uniform=uniform)
