from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.decide.retry import (
    RetryFacts,
    count_exceeded,
    decide_retry,
    next_delay,
    retry_facts,
)
from penstock.errors import (
    CheckFailedError,
    Failure,
    LoadInputError,
    OutageError,
    RetryRequested,
    StepOutputNotFoundError,
    StoredValueNotFoundError,
)
from penstock.model.retry import Backoff, Jitter, RetryPolicy


def never() -> float:
    raise AssertionError("no random number is needed")


def half() -> float:
    return 0.5


def delays(policy: RetryPolicy, count: int) -> list[float | None]:
    return [next_delay(policy, retry_number=n, uniform=never) for n in range(count)]


def test_without_a_policy_there_is_no_retry():
    assert next_delay(None, retry_number=0, uniform=never) is None


def test_one_retry_means_two_attempts():
    assert delays(RetryPolicy(max_retries=1), 2) == [0.0, None]


@pytest.mark.parametrize("count", [0, -1])
def test_zero_or_fewer_retries_are_none(count: int):
    assert delays(RetryPolicy(max_retries=count), 1) == [None]


def test_a_plain_delay_is_the_same_each_time():
    assert delays(RetryPolicy(3, delay=30.0), 4) == [30.0, 30.0, 30.0, None]


def test_a_linear_delay_grows_by_itself():
    assert delays(RetryPolicy(4, 30.0, Backoff.LINEAR), 4) == [30.0, 60.0, 90.0, 120.0]


def test_an_exponential_delay_is_one_three_seven_fifteen_times_the_first():
    assert delays(RetryPolicy(4, 30.0, Backoff.EXPONENTIAL), 4) == [30.0, 90.0, 210.0, 450.0]


def test_an_exponential_delay_never_overflows():
    policy = RetryPolicy(5000, 1.0, Backoff.EXPONENTIAL)

    assert next_delay(policy, retry_number=4000, uniform=never) == 2.0**1000 - 1


@pytest.mark.parametrize(("random", "delay"), [(0.0, 0.0), (0.5, 45.0), (0.75, 67.5)])
def test_full_jitter_spreads_from_zero_to_the_backed_off_delay(random: float, delay: float):
    policy = RetryPolicy(2, 30.0, Backoff.EXPONENTIAL, Jitter.FULL)

    assert next_delay(policy, retry_number=1, uniform=lambda: random) == delay


@pytest.mark.parametrize(("random", "delay"), [(0.0, 30.0), (0.5, 60.0), (0.75, 75.0)])
def test_plus_minus_jitter_spreads_by_the_first_delay_around_the_backed_off_one(
    random: float, delay: float
):
    policy = RetryPolicy(2, 30.0, Backoff.LINEAR, Jitter.PLUS_MINUS)

    assert next_delay(policy, retry_number=1, uniform=lambda: random) == delay


@given(
    delay=st.floats(0, 1e6),
    backoff=st.sampled_from([None, *Backoff]),
    jitter=st.sampled_from(Jitter),
    retry=st.integers(0, 30),
    random=st.floats(0, 1, exclude_max=True),
)
def test_a_spread_delay_is_never_negative_and_at_most_twice_the_plain_one(
    delay: float, backoff: Backoff | None, jitter: Jitter, retry: int, random: float
):
    plain = next_delay(RetryPolicy(99, delay, backoff), retry_number=retry, uniform=never)
    policy = RetryPolicy(99, delay, backoff, jitter)
    spread = next_delay(policy, retry_number=retry, uniform=lambda: random)

    assert plain is not None
    assert spread is not None
    assert 0 <= spread <= 2 * plain


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (ValueError("boom"), RetryFacts()),
        (Failure("no"), RetryFacts()),
        (Failure("no", allow_retries=True), RetryFacts()),
        (Failure("no", allow_retries=False), RetryFacts(allow_retries=False)),
        (RetryRequested(), RetryFacts(max_retries=1)),
        (RetryRequested(3, 2.5), RetryFacts(max_retries=3, seconds_to_wait=2.5)),
        (LoadInputError("no", user_exception=ValueError()), RetryFacts()),
        (StoredValueNotFoundError("no"), RetryFacts()),
        (OutageError("no"), RetryFacts()),
        (StepOutputNotFoundError("no"), RetryFacts(allow_retries=False)),
        (CheckFailedError("no"), RetryFacts(allow_retries=False)),
        (SystemExit(1), RetryFacts(allow_retries=False)),
    ],
)
def test_an_error_says_whether_to_try_again(error: BaseException, facts: RetryFacts):
    assert retry_facts(error) == facts


POLICY = RetryPolicy(2, 10.0)


@pytest.mark.parametrize(
    ("facts", "policy", "retry_number", "delay"),
    [
        (RetryFacts(), None, 0, None),
        (RetryFacts(), POLICY, 0, 10.0),
        (RetryFacts(), POLICY, 2, None),
        (RetryFacts(allow_retries=False), POLICY, 0, None),
        (RetryFacts(max_retries=1), None, 0, 0.0),
        (RetryFacts(max_retries=1), None, 1, None),
        (RetryFacts(max_retries=1), POLICY, 1, None),
        (RetryFacts(max_retries=5, seconds_to_wait=2.5), POLICY, 4, 2.5),
        (RetryFacts(max_retries=5), POLICY, 0, 0.0),
        (RetryFacts(max_retries=0), POLICY, 0, None),
    ],
)
def test_the_error_overrides_the_policy(
    facts: RetryFacts, policy: RetryPolicy | None, retry_number: int, delay: float | None
):
    assert decide_retry(facts, policy, retry_number=retry_number, uniform=half) == delay


@pytest.mark.parametrize(
    ("facts", "policy", "count"),
    [
        (RetryFacts(), None, None),
        (RetryFacts(), POLICY, 2),
        (RetryFacts(max_retries=1), POLICY, 1),
        (RetryFacts(max_retries=0), None, 0),
        (RetryFacts(allow_retries=False), POLICY, None),
    ],
)
def test_the_count_that_was_exceeded_is_that_of_the_error_or_else_of_the_policy(
    facts: RetryFacts, policy: RetryPolicy | None, count: int | None
):
    assert count_exceeded(facts, policy) == count


def test_a_policy_tells_the_delay_of_a_retry():
    policy = RetryPolicy(3, 1.0, Backoff.EXPONENTIAL)

    assert [policy.calculate_delay(retry) for retry in (1, 2, 3)] == [1.0, 3.0, 7.0]


def test_a_policy_without_a_delay_waits_for_nothing():
    assert RetryPolicy(3).calculate_delay(2) == 0.0
