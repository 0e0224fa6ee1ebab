"""A stored subset keeps its keys when its definition changes, or is refused; never misread."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import UsageError
from penstock.partitions.context import partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    TimeWindowPartitionsDefinition,
)

FIRST = date(2020, 1, 1)
MANY = [f"k{n:05}" for n in range(20_000)]
steps = st.integers(1, 4)
shifts = st.integers(-40, 40)


@pytest.fixture(autouse=True)
def _as_of_now():
    with partition_loading_context(datetime(2024, 4, 1, tzinfo=UTC)):
        yield


def reread(old: PartitionsDefinition, new: PartitionsDefinition, keys: Sequence[str]) -> set[str]:
    text = old.subset_with_partition_keys(keys).serialize()
    return set(new.deserialize_subset(text))


def kept(new: PartitionsDefinition, keys: Sequence[str]) -> set[str]:
    return set(keys) & set(new.get_partition_keys())


def days(start: int, length: int, zone: str = "UTC") -> DailyPartitionsDefinition:
    first = FIRST + timedelta(days=start)
    return DailyPartitionsDefinition(
        first.isoformat(), (first + timedelta(days=length)).isoformat(), timezone=zone
    )


@given(steps, shifts, shifts, st.sampled_from(["UTC", "Europe/London", "Asia/Tehran"]))
def test_days_survive_bounds_that_move(step: int, start: int, longer: int, zone: str) -> None:
    old, new = days(0, 1200, zone), days(start, 1200 + longer, zone)
    keys = old.get_partition_keys()[::step]

    assert reread(old, new, keys) == kept(new, keys)


@given(steps, shifts, st.sampled_from(["UTC", "America/Sao_Paulo", "Australia/Lord_Howe"]))
def test_hours_survive_bounds_that_move(step: int, start: int, zone: str) -> None:
    first = datetime(2018, 1, 1)  # noqa: DTZ001 - in the zone of the definition

    def hours(shift: int) -> HourlyPartitionsDefinition:
        begin = first + timedelta(hours=shift)
        return HourlyPartitionsDefinition(begin, begin + timedelta(hours=3000), timezone=zone)

    old, new = hours(0), hours(start)
    keys = old.get_partition_keys()[::step]

    assert reread(old, new, keys) == kept(new, keys)


@given(steps, st.sets(st.integers(0, 6)), st.sets(st.integers(0, 6)), shifts)
def test_windows_survive_exclusions_that_change(
    step: int, before: set[int], after: set[int], start: int
) -> None:
    def windows(shift: int, left_out: set[int]) -> TimeWindowPartitionsDefinition:
        return TimeWindowPartitionsDefinition(
            (FIRST + timedelta(days=shift)).isoformat(),
            "%Y-%m-%d",
            cron_schedule="0 0 * * *",
            end="2023-06-01",
            exclusions=[f"0 0 * * {day}" for day in left_out if day < 6] or None,
        )

    old, new = windows(0, before), windows(start, after)
    keys = old.get_partition_keys()[::step]

    assert reread(old, new, keys) == kept(new, keys)


@given(st.permutations(range(12)), st.integers(0, 12), st.integers(0, 5), st.data())
def test_keys_of_a_list_survive_any_other_list(
    order: list[int], cut: int, added: int, data: st.DataObject
) -> None:
    old = StaticPartitionsDefinition([f"k{n}" for n in range(12)])
    new = StaticPartitionsDefinition(
        [f"k{n}" for n in order[cut:] + [12 + n for n in range(added)]]
    )
    keys = [key for key in old.get_partition_keys() if data.draw(st.booleans())]

    assert reread(old, new, keys) == kept(new, keys)


def test_a_thousand_keys_of_a_list_survive_another_order() -> None:
    old, new = StaticPartitionsDefinition(MANY), StaticPartitionsDefinition(MANY[:100:-1])
    keys = MANY[::20]

    assert reread(old, new, keys) == kept(new, keys)


def test_very_many_keys_of_a_list_survive_keys_at_its_end() -> None:
    old, new = StaticPartitionsDefinition(MANY), StaticPartitionsDefinition([*MANY, "new"])

    assert reread(old, new, MANY[1:18_000]) == set(MANY[1:18_000])


@pytest.mark.parametrize(
    "changed", [MANY[1:], MANY[::-1], MANY[:-1], [*MANY[:7], "new", *MANY[7:]]]
)
def test_very_many_keys_of_a_list_that_was_rewritten_are_refused(changed: list[str]) -> None:
    old, new = StaticPartitionsDefinition(MANY), StaticPartitionsDefinition(changed)

    with pytest.raises(UsageError, match="its keys cannot be told"):
        reread(old, new, MANY[1:18_000])


@given(steps, shifts, st.permutations(["red", "green", "blue", "black"]), st.integers(0, 3))
def test_combinations_survive_dimensions_that_change(
    step: int, start: int, colors: list[str], cut: int
) -> None:
    old = MultiPartitionsDefinition(
        {
            "day": days(0, 70),
            "color": StaticPartitionsDefinition(["red", "green", "blue", "black"]),
            "file": DynamicPartitionsDefinition(name="stored"),
            "open": DailyPartitionsDefinition("2024-03-29"),
        }
    )
    new = MultiPartitionsDefinition(
        {
            "day": days(start, 70),
            "color": StaticPartitionsDefinition([*colors[cut:], "white"]),
            "file": DynamicPartitionsDefinition(name="stored"),
            "open": DailyPartitionsDefinition("2024-03-30"),
        }
    )
    with partition_loading_context(dynamic_partitions_store=Files()):
        keys = old.get_partition_keys()[::step]

        assert reread(old, new, keys) == kept(new, keys)


class Files:
    """Two dynamic keys."""

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        return ["one", "two"]

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        return partition_key in ("one", "two")


@pytest.mark.parametrize("count", [3, 1000])
@pytest.mark.parametrize(
    "new",
    [
        days(0, 1200, "Europe/London"),
        DailyPartitionsDefinition("2020-01-01", hour_offset=1),
        HourlyPartitionsDefinition("2020-01-01-00:00"),
        StaticPartitionsDefinition(["2020-01-01"]),
    ],
)
def test_keys_that_mean_something_else_are_refused(count: int, new: PartitionsDefinition) -> None:
    old = days(0, 1200)

    with pytest.raises(UsageError, match="so its keys mean something else"):
        reread(old, new, old.get_partition_keys()[:count:2])


def test_a_clock_whose_rules_were_changed_is_noticed() -> None:
    hours = HourlyPartitionsDefinition("2020-01-01-00:00", timezone="Europe/London")
    stored = json.loads(
        hours.subset_with_partition_keys(hours.get_partition_keys()[:6000:2]).serialize()
    )
    stored["numbering"]["last"][1] = "2020-09-06-22:00"

    with pytest.raises(UsageError, match="the rules of Europe/London have changed"):
        hours.deserialize_subset(json.dumps(stored))


def test_a_stored_subset_of_half_a_million_hours_is_small() -> None:
    hours = HourlyPartitionsDefinition("1970-01-01-00:00")
    half = hours.subset_with_partition_keys(hours.get_partition_keys()[::2])

    assert len(half.serialize()) < 100_000


def test_subsets_that_dagster_stored_are_read() -> None:
    letters = StaticPartitionsDefinition(["a", "b", "c"])

    assert set(letters.deserialize_subset('["a", "c", "gone"]')) == {"a", "c"}
    assert set(letters.deserialize_subset('{"version": 1, "subset": ["b"]}')) == {"b"}
    assert list(
        days(0, 60).deserialize_subset(
            '{"version": 1, "time_windows": [[1577750400.0, 1578009600.0]], "num_partitions": 2}'
        )
    ) == ["2020-01-01", "2020-01-02"]
    assert list(days(0, 60).deserialize_subset("[[1577836800.0, 1577923200.0]]")) == ["2020-01-01"]
    with pytest.raises(UsageError, match="not a stored subset"):
        letters.deserialize_subset("[[1577836800.0, 1577923200.0]]")
