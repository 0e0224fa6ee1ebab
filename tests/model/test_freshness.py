"""Freshness policies: what is refused, what they say of an asset, and how they are written down."""

from datetime import UTC, datetime, timedelta

import pytest

from penstock.errors import InvalidDefinitionError, ParameterCheckError, UsageError
from penstock.model.freshness import (
    CronFreshnessPolicy,
    FreshnessMinutes,
    FreshnessPolicy,
    FreshnessState,
    LegacyFreshnessPolicy,
    TimeWindowFreshnessPolicy,
    policy_from_spec,
    smallest_interval,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = datetime(2024, 3, 5, 12, tzinfo=UTC).timestamp()

EXAMPLES = [
    FreshnessPolicy.time_window(DAY),
    FreshnessPolicy.time_window(fail_window=DAY, warn_window=HOUR),
    FreshnessPolicy.cron("0 10 * * *", HOUR),
    FreshnessPolicy.cron("0 10 * * *", lower_bound_delta=HOUR, timezone="Europe/Rome"),
    FreshnessPolicy(maximum_lag_minutes=60),
    FreshnessPolicy(
        maximum_lag_minutes=60, cron_schedule="0 9 * * *", cron_schedule_timezone="Europe/Rome"
    ),
]


def test_each_builder_makes_its_kind():
    assert EXAMPLES[0] == TimeWindowFreshnessPolicy(fail_window=DAY)
    assert EXAMPLES[2] == CronFreshnessPolicy(
        deadline_cron="0 10 * * *", lower_bound_delta=HOUR, timezone="UTC"
    )
    assert EXAMPLES[4] == LegacyFreshnessPolicy(maximum_lag_minutes=60)
    assert all(isinstance(each, FreshnessPolicy) for each in EXAMPLES)


def test_policies_are_values():
    assert len(set(EXAMPLES)) == len(EXAMPLES)
    assert hash(FreshnessPolicy.time_window(DAY)) == hash(FreshnessPolicy.time_window(DAY))


@pytest.mark.parametrize("policy", EXAMPLES)
def test_a_policy_comes_back_from_json(policy):
    assert policy_from_spec(policy.spec()) == policy


def test_an_unknown_policy_is_refused():
    with pytest.raises(UsageError, match="not a freshness policy that this Penstock knows"):
        policy_from_spec({"kind": "moon"})


@pytest.mark.parametrize(
    ("fail", "warn", "message"),
    [
        (timedelta(seconds=59), None, "A fail_window of 59 seconds is too short"),
        (DAY, timedelta(seconds=59), "A warn_window of 59 seconds is too short"),
        (HOUR, HOUR, "A warn_window of 1:00:00 warns too late"),
        (HOUR, DAY, "A warn_window of 1 day, 0:00:00 warns too late"),
        (60, None, "fail_window must be a timedelta, not 60"),
    ],
)
def test_windows_are_a_minute_at_least_and_warn_before_they_fail(fail, warn, message):
    with pytest.raises(ParameterCheckError, match=message):
        FreshnessPolicy.time_window(fail, warn)


@pytest.mark.parametrize(
    ("cron", "delta", "zone", "message"),
    [
        ("0 10 * *", HOUR, "UTC", r"deadline_cron '0 10 \* \*' is not a cron"),
        ("0 10 * * *", timedelta(seconds=30), "UTC", "A lower_bound_delta of 30 seconds is too"),
        ("0 10 * * *", timedelta(days=2), "UTC", "has deadlines that are 1 day, 0:00:00 apart"),
        ("0 10,11 * * *", timedelta(hours=2), "UTC", "has deadlines that are 1:00:00 apart"),
        ("0 10 * * *", HOUR, "Mars/Base", "There is no timezone 'Mars/Base'"),
    ],
)
def test_deadlines_leave_room_for_the_delta(cron, delta, zone, message):
    with pytest.raises(ParameterCheckError, match=message):
        FreshnessPolicy.cron(cron, delta, zone)


def test_the_delta_may_be_the_whole_interval():
    assert FreshnessPolicy.cron("0 10 * * *", DAY).lower_bound_delta == DAY


def test_the_smallest_interval_is_between_the_closest_two_ticks():
    assert smallest_interval("0 * * * *") == HOUR
    assert smallest_interval("0 9,11 * * 1-5") == 2 * HOUR
    assert smallest_interval("0 0 1 * *") == 28 * DAY


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), FreshnessState.PASS),
        (HOUR - MINUTE, FreshnessState.PASS),
        (HOUR, FreshnessState.WARN),
        (DAY - MINUTE, FreshnessState.WARN),
        (DAY, FreshnessState.FAIL),
    ],
)
def test_a_window_warns_and_fails_at_its_thresholds(age, expected):
    policy = FreshnessPolicy.time_window(DAY, HOUR)

    assert policy.state(NOW - age.total_seconds(), NOW) is expected


def test_without_a_materialization_nothing_is_known():
    assert [policy.state(None, NOW) for policy in EXAMPLES] == [FreshnessState.UNKNOWN] * 6


@pytest.mark.parametrize(
    ("made", "now", "expected"),
    [
        ("2024-03-05T09:00", "2024-03-05T10:00", FreshnessState.PASS),
        ("2024-03-05T08:59", "2024-03-05T10:00", FreshnessState.FAIL),
        ("2024-03-05T10:30", "2024-03-05T10:31", FreshnessState.PASS),
        ("2024-03-04T09:30", "2024-03-05T09:59", FreshnessState.PASS),
        ("2024-03-04T09:30", "2024-03-05T10:00", FreshnessState.FAIL),
    ],
)
def test_a_deadline_counts_once_it_has_passed(made, now, expected):
    made_at, at = (datetime.fromisoformat(f"{text}+00:00").timestamp() for text in (made, now))

    assert FreshnessPolicy.cron("0 10 * * *", HOUR).state(made_at, at) is expected


def test_deadlines_go_by_the_clock_of_their_zone():
    policy = FreshnessPolicy.cron("0 10 * * *", HOUR, "America/New_York")
    made_at = datetime(2024, 3, 5, 9, 30, tzinfo=UTC).timestamp()

    assert policy.state(made_at, NOW) is FreshnessState.PASS
    assert policy.state(made_at, NOW + 3 * 3600) is FreshnessState.FAIL


def test_data_may_be_so_old_at_all_times_or_at_each_tick():
    always = FreshnessPolicy(maximum_lag_minutes=60)
    at_nine = FreshnessPolicy(maximum_lag_minutes=60, cron_schedule="0 9 * * *")

    assert always.state(NOW - 3600, NOW) is FreshnessState.PASS
    assert always.state(NOW - 3601, NOW) is FreshnessState.FAIL
    assert at_nine.state(NOW - 4 * 3600, NOW) is FreshnessState.PASS
    assert at_nine.state(NOW - 4 * 3600 - 1, NOW) is FreshnessState.FAIL


def test_overdue_minutes_count_from_the_last_tick():
    policy = LegacyFreshnessPolicy(maximum_lag_minutes=30, cron_schedule="0 9 * * *")
    noon = datetime(2024, 3, 5, 12, tzinfo=UTC)

    assert policy.minutes_overdue(noon - timedelta(hours=4), noon) == FreshnessMinutes(30, 60)
    assert policy.minutes_overdue(noon, noon) == FreshnessMinutes(0, 0)
    assert policy.minutes_overdue(None, noon) is None
    assert policy.maximum_lag_delta == timedelta(minutes=30)


def test_the_age_of_data_is_a_number_and_a_timezone_needs_a_schedule():
    with pytest.raises(ParameterCheckError, match="must be a number, not 'long'"):
        LegacyFreshnessPolicy(maximum_lag_minutes="long")  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidDefinitionError, match="The cron_schedule 'often' of a freshness"):
        LegacyFreshnessPolicy(maximum_lag_minutes=1, cron_schedule="often")
    with pytest.raises(ParameterCheckError, match="'UTC' has no cron_schedule to go with"):
        LegacyFreshnessPolicy(maximum_lag_minutes=1, cron_schedule_timezone="UTC")
    with pytest.raises(InvalidDefinitionError, match="There is no timezone"):
        LegacyFreshnessPolicy(
            maximum_lag_minutes=1, cron_schedule="@daily", cron_schedule_timezone="Mars/Base"
        )


def test_a_policy_says_in_words_what_it_requires():
    assert [policy.describe() for policy in EXAMPLES] == [
        "made within the last 1d 0h",
        "made within the last 1d 0h",
        "made at most 1h 0m before each deadline '0 10 * * *' (UTC)",
        "made at most 1h 0m before each deadline '0 10 * * *' (Europe/Rome)",
        "data at most 1h 0m old",
        "data at most 1h 0m old by '0 9 * * *'",
    ]
