"""`TimeWindowPartitionsDefinition`: partitions that are windows of time, and looking them up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from penstock.base.zones import moment
from penstock.errors import ParameterCheckError, UnknownPartitionError
from penstock.partitions.cadence import ScheduleType
from penstock.partitions.definition import PartitionsDefinition, seconds_of
from penstock.partitions.ordinals import Span
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window import PartitionKeyRange, TimeWindow
from penstock.partitions.window_keys import seconds_read
from penstock.partitions.window_relations import RelatedWindows


class TimeWindowPartitionsDefinition(RelatedWindows):
    """Partitions that are windows of time, one after the other.

    A partition exists once its window has ended. The key is the start of the window, written in
    `fmt` by the clock in `timezone`; the second of two equal hours in autumn carries its UTC offset
    as well.

    Args:
        start: The first window is the first that starts then or later; text in `fmt` or a datetime.
        fmt: The format of the keys, as for `strftime`.
        end: No window ends after this; None is no end.
        schedule_type: How often a window starts; or give `cron_schedule`.
        timezone: An IANA name; "UTC" if None.
        end_offset: How many more windows exist than have ended; negative for fewer.
        minute_offset: The minute at which windows start.
        hour_offset: The hour at which windows start, except hourly ones.
        day_offset: The weekday (0 is Sunday) or the day of the month at which windows start.
        cron_schedule: When windows start, instead of the schedule type and its offsets.
        exclusions: Starts of windows to leave out: datetimes, or cron schedules.

    Raises:
        InvalidDefinitionError: A date does not match `fmt`, an offset is out of bounds, the
            timezone or a cron schedule is not one, or `fmt` writes two windows alike.
        ParameterCheckError: Both a schedule type and a cron schedule are given, or neither.

    Example:
        >>> workdays = TimeWindowPartitionsDefinition(
        ...     "2024-03-01", "%Y-%m-%d", cron_schedule="0 0 * * MON-FRI", end="2024-03-06"
        ... )
        >>> workdays.get_partition_keys()
        ['2024-03-01', '2024-03-04', '2024-03-05']
    """

    @property
    def start_timestamp(self) -> float:
        """The start in seconds since the epoch."""
        return self.start.timestamp()

    @property
    def end_timestamp(self) -> float | None:
        """The end in seconds since the epoch, or None."""
        return self.end.timestamp() if self.end else None

    @property
    def is_basic_daily(self) -> bool:
        """Whether windows are days that start at midnight."""
        return self.cron_schedule == "0 0 * * *"

    @property
    def is_basic_hourly(self) -> bool:
        """Whether windows are hours that start at the full hour."""
        return self.cron_schedule == "0 * * * *"

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """Return the cron schedule of the windows, or of their cadence at another time.

        Raises:
            ParameterCheckError: The cadence has no such time.
        """
        given = {
            "minute_of_hour": minute_of_hour,
            "hour_of_day": hour_of_day,
            "day_of_week": day_of_week,
            "day_of_month": day_of_month,
        }
        allowed = {
            None: (),
            ScheduleType.HOURLY: ("minute_of_hour",),
            ScheduleType.DAILY: ("minute_of_hour", "hour_of_day"),
            ScheduleType.WEEKLY: ("minute_of_hour", "hour_of_day", "day_of_week"),
            ScheduleType.MONTHLY: ("minute_of_hour", "hour_of_day", "day_of_month"),
        }[self.schedule_type]
        for name, value in given.items():
            if value is not None and name not in allowed:
                raise ParameterCheckError(
                    f"{name} cannot be set for {self.noun}s (cron '{self.cron_schedule}'). "
                    "Leave it out."
                )
        fields = self.cron_schedule.split()
        places = {"minute_of_hour": 0, "hour_of_day": 1, "day_of_month": 2, "day_of_week": 4}
        for name, value in given.items():
            if value is not None:
                fields[places[name]] = str(value)
        return " ".join(fields)

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """Return the window of a key, or the first that starts after the time that it says.

        Raises:
            UnknownPartitionError: The text says no time.
        """
        return self._window(self._ordinal_after(partition_key))

    def start_time_for_partition_key(self, partition_key: str) -> datetime:
        """Return when the window of a key starts."""
        return self.time_window_for_partition_key(partition_key).start

    def end_time_for_partition_key(self, partition_key: str) -> datetime:
        """Return when the window of a key ends."""
        return self.time_window_for_partition_key(partition_key).end

    def time_windows_for_partition_keys(
        self, partition_keys: Iterable[str]
    ) -> Sequence[TimeWindow]:
        """Return the windows of keys, joined where one follows the other.

        Raises:
            UnknownPartitionError: A text is not a key.
        """
        return self.time_windows(self.subset_with_partition_keys(partition_keys).spans)

    def time_windows(self, spans: tuple[Span, ...]) -> list[TimeWindow]:
        """Return the spans of time of ordinals, joined where one follows the other."""
        return [
            TimeWindow(moment(start, self._zone), moment(end, self._zone))
            for span in spans
            for start, end in self.spans_of_time(span)
        ]

    def get_first_partition_window(self, current_time: datetime | None = None) -> TimeWindow | None:
        """Return the first window, or None if none exists."""
        return self._window(0) if self.count(current_time) else None

    def get_last_partition_window(self, current_time: datetime | None = None) -> TimeWindow | None:
        """Return the last window that exists, or None if none does."""
        count = self.count(current_time)
        return self._window(count - 1) if count else None

    def get_next_partition_window(
        self,
        end_dt: datetime,
        respect_bounds: bool = True,  # noqa: FBT001, FBT002 - the public signature
    ) -> TimeWindow | None:
        """Return the first window that starts at a time or later; None if it does not exist."""
        ordinal = self._ceiling(math.ceil(self._at(end_dt)))
        if respect_bounds and not 0 <= ordinal < self.count():
            return self._window(0) if ordinal < 0 and self.count() else None
        return self._window(ordinal)

    def get_prev_partition_window(
        self,
        start_dt: datetime,
        respect_bounds: bool = True,  # noqa: FBT001, FBT002 - the public signature
    ) -> TimeWindow | None:
        """Return the last window that ends at a time or earlier; None if it is out of bounds."""
        ordinal = self._grid.unended(math.floor(self._at(start_dt))) - self._first - 1
        if respect_bounds and (ordinal != self._clipped(ordinal) or not self.count()):
            return None
        return self._window(ordinal)

    def get_next_partition_key(self, partition_key: str) -> str | None:
        """Return the key of the window after another; None if it does not exist."""
        ordinal = self._ordinal_after(partition_key) + 1
        return self.key(ordinal) if ordinal < self.count() else None

    def get_prev_partition_key(self, partition_key: str) -> str | None:
        """Return the key of the window before another; None if there is none."""
        ordinal = self._ordinal_after(partition_key) - 1
        return self.key(ordinal) if ordinal >= 0 else None

    def get_partition_key(self, key: str | date | datetime) -> str:
        """Return the key of the window that holds a time.

        Args:
            key: The time; a text is read as a key is, and need not be the start of a window.

        Raises:
            UnknownPartitionError: The text says no time, or the window is out of bounds.
            ParameterCheckError: It is neither text nor a time.
        """
        if not isinstance(key, (str, date)):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"get_partition_key takes a text, a date or a datetime, not {key!r}."
            )
        if isinstance(key, str):
            at = seconds_read(key, self._zone, fmt=self.fmt, suffixed=self._suffixed)
            if at is None or self.find(key) is not None:
                return self.key(self.ordinal(key))
            timestamp: float = at
        else:
            whole = isinstance(key, datetime)
            timestamp = self._at(key if whole else datetime(key.year, key.month, key.day))  # noqa: DTZ001 - the zone is added
        found = self.get_partition_key_for_timestamp(timestamp)
        return self.key(self.ordinal(found))

    def get_partition_key_for_timestamp(
        self,
        timestamp: float,
        end_closed: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> str:
        """Return the key of the window that holds a time.

        Args:
            timestamp: Seconds since the epoch.
            end_closed: Whether the end of a window belongs to it, and its start does not.
        """
        at = math.ceil(timestamp) - 1 if end_closed else math.floor(timestamp)
        return self.key(self._grid.floor(at) - self._first)

    def get_partition_keys_in_time_window(self, time_window: TimeWindow) -> list[str]:
        """Return the keys of the windows that start in a span of time, whether they exist yet."""
        return self.keys(*self._starting_in(time_window))

    def get_num_partitions_in_window(self, time_window: TimeWindow) -> int:
        """Return how many windows start in a span of time."""
        start, stop = self._starting_in(time_window)
        return stop - start

    def has_any_partitions_in_window(self, time_window: TimeWindow) -> bool:
        """Tell whether a window starts in a span of time."""
        return self.get_num_partitions_in_window(time_window) > 0

    def get_partition_subset_in_time_window(self, time_window: TimeWindow) -> PartitionsSubset:
        """Return the subset of the windows that start in a span of time."""
        return PartitionsSubset.of_spans(self, [self._starting_in(time_window)])

    def get_partition_key_range_for_time_window(
        self,
        time_window: TimeWindow,
        respect_bounds: bool = True,  # noqa: FBT001, FBT002 - the public signature
    ) -> PartitionKeyRange:
        """Return the first and the last key of the windows that start in a span of time.

        Raises:
            UnknownPartitionError: No window does.
        """
        start, stop = (self._ceiling(math.ceil(self._at(edge))) for edge in time_window)
        if respect_bounds:
            start, stop = self._clipped(start), self._clipped(stop)
        if start >= stop:
            raise UnknownPartitionError(
                f"No partition starts between {time_window.start} and {time_window.end}. "
                f"The keys are {self.describe()}."
            )
        return PartitionKeyRange(self.key(start), self.key(stop - 1))

    def get_partition_keys_between_indexes(
        self, start_idx: int, end_idx: int, current_time: datetime | None = None
    ) -> list[str]:
        """Return the existing keys from one position up to another, which is left out."""
        return self.keys(max(0, start_idx), max(start_idx, min(end_idx, self.count(current_time))))

    def is_window_start_excluded(self, window_start: datetime) -> bool:
        """Tell whether a window that would start at a time is left out."""
        return self._exclusions.hold(math.floor(self._at(window_start)))

    def less_than(self, partition_key1: str, partition_key2: str) -> bool:
        """Tell whether the window of one key starts before that of another."""
        return self._ordinal_after(partition_key1) < self._ordinal_after(partition_key2)

    def equal_except_for_start_or_end(self, other: PartitionsDefinition) -> bool:
        """Tell whether another definition has the same windows but for where they begin and end."""
        return (
            isinstance(other, TimeWindowPartitionsDefinition)
            and self.equal_windows(other)
            and self.end_offset == other.end_offset
        )

    def _starting_in(self, time_window: TimeWindow) -> Span:
        start, stop = (self._clipped(self._ceiling(math.ceil(self._at(e)))) for e in time_window)
        return start, max(start, stop)

    def _at(self, value: datetime) -> float:
        return seconds_of(value, self._zone)

    def _ordinal_after(self, key: str) -> int:
        """Return the ordinal of a key, or of the first window after the time that it says."""
        found = self._locate(key)
        if found is not None:
            return found
        at = seconds_read(key, self._zone, fmt=self.fmt, suffixed=self._suffixed)
        if at is None:
            raise UnknownPartitionError(self._unknown(key, None))
        return self._ceiling(at)

    def _window(self, ordinal: int) -> TimeWindow:
        start, end = self.seconds_at((ordinal, ordinal + 1))
        return TimeWindow(moment(start, self._zone), moment(end, self._zone))
