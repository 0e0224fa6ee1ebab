"""How fresh an asset must be, as values, and when a value says that it is.

Owns the policies, their rules and their JSON. Pure: times come in, a state goes out. Who looks, and
what follows from a change of state, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import islice, pairwise
from typing import NamedTuple, Self, cast

from penstock.base.clock import Instant
from penstock.base.cron import cron_ticks, cron_ticks_back, is_valid_cron_string
from penstock.base.text import duration
from penstock.base.zones import moment, zone_named
from penstock.errors import InvalidDefinitionError, ParameterCheckError, UsageError

_MINUTE = timedelta(minutes=1)
_SAMPLED_TICKS = 400
_SAMPLE_START = 1_704_067_200
"""2024-01-01, the start of a leap year."""


class FreshnessState(Enum):
    """How an asset stands by its policy. UNKNOWN: it was never made. NOT_APPLICABLE: no policy."""

    PASS = "PASS"  # noqa: S105 - not a password
    WARN = "WARN"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class FreshnessPolicy:
    """How fresh an asset must be.

    Make one with `time_window` or `cron`; or say how old its data may be, with
    `maximum_lag_minutes` and perhaps a cron schedule that says by when.

    Example:
        >>> from datetime import timedelta
        >>> FreshnessPolicy.time_window(fail_window=timedelta(hours=24)).describe()
        'made within the last 1d 0h'
        >>> FreshnessPolicy(maximum_lag_minutes=60).describe()
        'data at most 1h 0m old'
    """

    __slots__ = ()

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Make the policy of the data's age if no other kind is asked for by name."""
        kind = LegacyFreshnessPolicy if cls is FreshnessPolicy else cls
        return cast("Self", object.__new__(kind))

    @staticmethod
    def time_window(
        fail_window: timedelta, warn_window: timedelta | None = None
    ) -> TimeWindowFreshnessPolicy:
        """Require a materialization within a window that ends now.

        Args:
            fail_window: Older than this, the asset is stale.
            warn_window: Older than this, it is about to be; None warns never.

        Raises:
            ParameterCheckError: A window is shorter than a minute, or the warning comes too late.
        """
        return TimeWindowFreshnessPolicy(fail_window=fail_window, warn_window=warn_window)

    @staticmethod
    def cron(
        deadline_cron: str, lower_bound_delta: timedelta, timezone: str = "UTC"
    ) -> CronFreshnessPolicy:
        """Require a materialization by each tick of a cron schedule.

        Args:
            deadline_cron: The deadlines.
            lower_bound_delta: How long before a deadline it may be at the earliest.
            timezone: Whose clock the deadlines go by.

        Raises:
            ParameterCheckError: The schedule or the timezone is not valid, or the delta is shorter
                than a minute or longer than the time between two deadlines.
        """
        return CronFreshnessPolicy(
            deadline_cron=deadline_cron, lower_bound_delta=lower_bound_delta, timezone=timezone
        )

    def state(self, made_at: Instant | None, now: Instant) -> FreshnessState:
        """Return how an asset stands that was last made at a time; None is never."""
        raise NotImplementedError

    def describe(self) -> str:
        """Return the policy in words."""
        raise NotImplementedError

    def spec(self) -> dict[str, object]:
        """Return the policy as plain JSON; `policy_from_spec` reads it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindowFreshnessPolicy(FreshnessPolicy):
    """Made within a window that ends now."""

    fail_window: timedelta
    warn_window: timedelta | None = None

    def __post_init__(self) -> None:
        _check_window("fail_window", self.fail_window)
        if self.warn_window is None:
            return
        _check_window("warn_window", self.warn_window)
        if self.warn_window >= self.fail_window:
            raise ParameterCheckError(
                f"A warn_window of {self.warn_window} warns too late: after a fail_window of "
                f"{self.fail_window} the asset has failed already. Shorten it, or leave it out."
            )

    def state(self, made_at: Instant | None, now: Instant) -> FreshnessState:
        """Return how an asset stands that was last made at a time; None is never."""
        if made_at is None:
            return FreshnessState.UNKNOWN
        age = now - made_at
        if age >= self.fail_window.total_seconds():
            return FreshnessState.FAIL
        if self.warn_window is not None and age >= self.warn_window.total_seconds():
            return FreshnessState.WARN
        return FreshnessState.PASS

    def describe(self) -> str:
        """Return the policy in words."""
        return f"made within the last {_length(self.fail_window)}"

    def spec(self) -> dict[str, object]:
        """Return the policy as plain JSON."""
        warn = self.warn_window
        return {
            "kind": "time_window",
            "fail": self.fail_window.total_seconds(),
            "warn": None if warn is None else warn.total_seconds(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CronFreshnessPolicy(FreshnessPolicy):
    """Made shortly before, or after, the last deadline."""

    deadline_cron: str
    lower_bound_delta: timedelta
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if not is_valid_cron_string(self.deadline_cron):
            raise ParameterCheckError(
                f"The deadline_cron {self.deadline_cron!r} is not a cron schedule. Write five "
                "fields, as in '0 9 * * *'."
            )
        _check_window("lower_bound_delta", self.lower_bound_delta)
        shortest = smallest_interval(self.deadline_cron)
        if self.lower_bound_delta > shortest:
            raise ParameterCheckError(
                f"A lower_bound_delta of {self.lower_bound_delta} reaches back beyond the deadline "
                f"before: '{self.deadline_cron}' has deadlines that are {shortest} apart. Give it "
                "that much at most."
            )
        try:
            zone_named(self.timezone)
        except InvalidDefinitionError as error:
            raise ParameterCheckError(
                f"There is no timezone {self.timezone!r}. Use an IANA name like 'Europe/London'."
            ) from error

    def state(self, made_at: Instant | None, now: Instant) -> FreshnessState:
        """Return how an asset stands that was last made at a time; None is never."""
        if made_at is None:
            return FreshnessState.UNKNOWN
        zone = zone_named(self.timezone)
        deadline = next(cron_ticks_back(self.deadline_cron, end=now, zone=zone), None)
        if deadline is None or made_at >= deadline - self.lower_bound_delta.total_seconds():
            return FreshnessState.PASS
        return FreshnessState.FAIL

    def describe(self) -> str:
        """Return the policy in words."""
        return (
            f"made at most {_length(self.lower_bound_delta)} before each deadline "
            f"'{self.deadline_cron}' ({self.timezone})"
        )

    def spec(self) -> dict[str, object]:
        """Return the policy as plain JSON."""
        return {
            "kind": "cron",
            "deadline": self.deadline_cron,
            "delta": self.lower_bound_delta.total_seconds(),
            "timezone": self.timezone,
        }


class FreshnessMinutes(NamedTuple):
    """How many minutes an asset's data is past what is allowed, and how old it is."""

    overdue_minutes: float
    lag_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyFreshnessPolicy(FreshnessPolicy):
    """Data of a limited age: at all times, or at each tick of a cron schedule.

    The age of an asset's data is that of what it was made of, through all its upstream assets.

    Attributes:
        maximum_lag_minutes: How old the data may be.
        cron_schedule: When it may not be older; None is always.
        cron_schedule_timezone: Whose clock the schedule goes by; "UTC" if None.
    """

    maximum_lag_minutes: float
    cron_schedule: str | None = None
    cron_schedule_timezone: str | None = None

    def __post_init__(self) -> None:
        minutes = self.maximum_lag_minutes
        if not isinstance(minutes, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ParameterCheckError(f"maximum_lag_minutes must be a number, not {minutes!r}.")
        object.__setattr__(self, "maximum_lag_minutes", float(minutes))
        if self.cron_schedule is not None and not is_valid_cron_string(self.cron_schedule):
            raise InvalidDefinitionError(
                f"The cron_schedule {self.cron_schedule!r} of a freshness policy is not one. Write "
                "five fields, as in '0 9 * * *'."
            )
        if self.cron_schedule_timezone is None:
            return
        if self.cron_schedule is None:
            raise ParameterCheckError(
                f"The cron_schedule_timezone {self.cron_schedule_timezone!r} has no cron_schedule "
                "to go with. Give both, or none."
            )
        zone_named(self.cron_schedule_timezone)

    @property
    def maximum_lag_delta(self) -> timedelta:
        """How old the data may be."""
        return timedelta(minutes=self.maximum_lag_minutes)

    def get_evaluation_tick(self, evaluation_time: datetime) -> datetime | None:
        """Return the last time, up to a time, at which the data had to be new enough."""
        if self.cron_schedule is None:
            return evaluation_time
        zone = zone_named(self.cron_schedule_timezone or "UTC")
        end = evaluation_time.timestamp()
        at = next(cron_ticks_back(self.cron_schedule, end=end, zone=zone), None)
        return None if at is None else moment(at, zone)

    def minutes_overdue(
        self, data_time: datetime | None, evaluation_time: datetime
    ) -> FreshnessMinutes | None:
        """Return how old data of a time is, and how much too old; None of no data."""
        tick = self.get_evaluation_tick(evaluation_time)
        if data_time is None or tick is None:
            return None
        lag = (tick - data_time).total_seconds() / 60
        return FreshnessMinutes(
            overdue_minutes=max(0.0, lag - self.maximum_lag_minutes), lag_minutes=max(0.0, lag)
        )

    def state(self, made_at: Instant | None, now: Instant) -> FreshnessState:
        """Return how an asset stands whose data is of a time; None is no data."""
        utc = zone_named("UTC")
        data_time = None if made_at is None else moment(made_at, utc)
        overdue = self.minutes_overdue(data_time, moment(now, utc))
        if overdue is None:
            return FreshnessState.UNKNOWN
        return FreshnessState.FAIL if overdue.overdue_minutes > 0 else FreshnessState.PASS

    def describe(self) -> str:
        """Return the policy in words."""
        text = f"data at most {_length(self.maximum_lag_delta)} old"
        return f"{text} by '{self.cron_schedule}'" if self.cron_schedule else text

    def spec(self) -> dict[str, object]:
        """Return the policy as plain JSON."""
        return {
            "kind": "lag",
            "minutes": self.maximum_lag_minutes,
            "cron": self.cron_schedule,
            "timezone": self.cron_schedule_timezone,
        }


def policy_from_spec(spec: Mapping[str, object]) -> FreshnessPolicy:
    """Read what `spec()` of a policy wrote.

    Raises:
        UsageError: It is not the description of a policy that this Penstock knows.
    """
    match spec:
        case {"kind": "time_window", "fail": int() | float() as fail, "warn": None}:
            return FreshnessPolicy.time_window(timedelta(seconds=fail))
        case {
            "kind": "time_window",
            "fail": int() | float() as fail,
            "warn": int() | float() as warn,
        }:
            return FreshnessPolicy.time_window(timedelta(seconds=fail), timedelta(seconds=warn))
        case {
            "kind": "cron",
            "deadline": str() as deadline,
            "delta": int() | float() as delta,
            "timezone": str() as timezone,
        }:
            return FreshnessPolicy.cron(deadline, timedelta(seconds=delta), timezone)
        case {
            "kind": "lag",
            "minutes": int() | float() as minutes,
            "cron": str() | None as cron,
            "timezone": str() | None as zone,
        }:
            return LegacyFreshnessPolicy(
                maximum_lag_minutes=minutes, cron_schedule=cron, cron_schedule_timezone=zone
            )
        case _:
            raise UsageError(
                f"{dict(spec)!r} is not a freshness policy that this Penstock knows. It was "
                "written by another version; upgrade Penstock or reload the definitions."
            )


def smallest_interval(cron: str) -> timedelta:
    """Return the shortest time between two ticks of a cron schedule, in UTC."""
    ticks = islice(cron_ticks(cron, start=_SAMPLE_START), _SAMPLED_TICKS)
    return timedelta(seconds=min((b - a for a, b in pairwise(ticks)), default=0))


def _check_window(name: str, window: timedelta) -> None:
    if not isinstance(window, timedelta):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ParameterCheckError(f"{name} must be a timedelta, not {window!r}.")
    if window < _MINUTE:
        raise ParameterCheckError(
            f"A {name} of {window.total_seconds():g} seconds is too short, as freshness is looked "
            "at about twice a minute. Give it a minute or more."
        )


def _length(window: timedelta) -> str:
    return duration(window.total_seconds())
