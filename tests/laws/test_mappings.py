"""The laws of mappings: both directions agree, and many partitions map as each of them does."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.partitions.context import partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import (
    AllPartitionMapping,
    DimensionPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
    PartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
    TimeWindowPartitionMapping,
)
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

NOW = datetime(2024, 4, 3, 7, 40, tzinfo=UTC)

WINDOWS: dict[str, TimeWindowPartitionsDefinition] = {
    "days": DailyPartitionsDefinition("2024-03-25"),
    "days in Berlin": DailyPartitionsDefinition("2024-03-28", timezone="Europe/Berlin"),
    "days from noon": DailyPartitionsDefinition("2024-03-20", hour_offset=12, end_offset=1),
    "hours": HourlyPartitionsDefinition("2024-03-27-00:00"),
    "hours in New York": HourlyPartitionsDefinition(
        "2024-03-30-00:00", timezone="America/New_York"
    ),
    "hours at Lord Howe": HourlyPartitionsDefinition(
        "2024-03-31-00:30", timezone="Australia/Lord_Howe", minute_offset=30
    ),
    "weeks": WeeklyPartitionsDefinition("2024-02-01", day_offset=3),
    "months": MonthlyPartitionsDefinition("2023-12-01", timezone="Europe/London"),
    "quarter days": TimeWindowPartitionsDefinition(
        "2024-03-30 00", "%Y-%m-%d %H", cron_schedule="0 0,6,12,18 * * *", timezone="Europe/Berlin"
    ),
    "workdays": TimeWindowPartitionsDefinition(
        "2024-03-11", "%Y-%m-%d", cron_schedule="0 0 * * 1-5"
    ),
    "days but Tuesdays": DailyPartitionsDefinition("2024-03-20", exclusions=["0 0 * * 2"]),
    "hours but some": HourlyPartitionsDefinition(
        "2024-03-29-00:00", exclusions=["0 3 * * *", "0 4 * * *", datetime(2024, 3, 30, tzinfo=UTC)]
    ),
}
LETTERS = StaticPartitionsDefinition(["a", "b", "c", "d"])
OTHERS = StaticPartitionsDefinition(["d", "c", "x"])
DAYS = WINDOWS["days"]
PAIRS = MultiPartitionsDefinition({"date": DAYS, "letter": LETTERS})
TRIPLES = MultiPartitionsDefinition(
    {"other": OTHERS, "day": WINDOWS["days but Tuesdays"], "letter": LETTERS}
)
TABLE = StaticPartitionMapping({"a": "x", "b": ["x", "c"], "c": "d"})
KINDS: dict[str, tuple[PartitionMapping, PartitionsDefinition, PartitionsDefinition]] = {
    "identity": (IdentityPartitionMapping(), LETTERS, LETTERS),
    "identity of some": (IdentityPartitionMapping(), LETTERS, OTHERS),
    "identity of days": (IdentityPartitionMapping(), DAYS, DailyPartitionsDefinition("2024-03-27")),
    "identity of pairs": (IdentityPartitionMapping(), PAIRS, PAIRS),
    "all": (AllPartitionMapping(), LETTERS, DAYS),
    "last": (LastPartitionMapping(), DAYS, LETTERS),
    "specific": (SpecificPartitionsPartitionMapping(["b", "d"]), LETTERS, DAYS),
    "a table": (TABLE, LETTERS, OTHERS),
    "by dimension": (
        MultiPartitionMapping(
            {
                "date": DimensionPartitionMapping("day", TimeWindowPartitionMapping(-1, 0)),
                "letter": DimensionPartitionMapping("other", TABLE),
            }
        ),
        PAIRS,
        TRIPLES,
    ),
    "by one dimension of several": (
        MultiPartitionMapping(
            {"letter": DimensionPartitionMapping("letter", IdentityPartitionMapping())}
        ),
        TRIPLES,
        PAIRS,
    ),
    "from a dimension": (MultiToSingleDimensionPartitionMapping("letter"), TRIPLES, LETTERS),
    "to a dimension": (
        MultiToSingleDimensionPartitionMapping("day", TimeWindowPartitionMapping()),
        WINDOWS["hours but some"],
        TRIPLES,
    ),
}


@pytest.fixture(autouse=True)
def _as_of_now():
    with partition_loading_context(NOW):
        yield


class Both:
    """A mapping in both directions."""

    def __init__(
        self,
        mapping: PartitionMapping,
        up: PartitionsDefinition,
        down: PartitionsDefinition,
    ) -> None:
        self.mapping, self.up, self.down = mapping, up, down

    def upstream(self, keys: Sequence[str]) -> PartitionsSubset:
        wanted = self.down.subset_with_partition_keys(keys)
        return self.mapping.get_upstream_mapped_partitions_result_for_partitions(
            wanted, self.down, self.up
        ).partitions_subset

    def downstream(self, keys: Sequence[str]) -> PartitionsSubset:
        changed = self.up.subset_with_partition_keys(keys)
        return self.mapping.get_downstream_partitions_for_partitions(changed, self.up, self.down)

    def check_directions(self) -> None:
        ups = {down: set(self.upstream([down])) for down in self.down.get_partition_keys()}
        downs = {up: set(self.downstream([up])) for up in self.up.get_partition_keys()}

        of_ups = {(up, down) for down, found in ups.items() for up in found}
        of_downs = {(up, down) for up, found in downs.items() for down in found}
        assert of_ups == of_downs

    def check_many(self, data: st.DataObject) -> None:
        for definition, map_keys in ((self.down, self.upstream), (self.up, self.downstream)):
            keys = definition.get_partition_keys()
            places = st.integers(0, len(keys))
            start, stop, step = data.draw(st.tuples(places, places, st.integers(1, 3)))
            some = keys[min(start, stop) : max(start, stop) : step]

            assert set(map_keys(some)) == {each for key in some for each in map_keys([key])}


@pytest.mark.parametrize("kind", KINDS)
def test_both_directions_agree(kind: str) -> None:
    Both(*KINDS[kind]).check_directions()


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_many_partitions_map_as_each_of_them(kind: str, data: st.DataObject) -> None:
    Both(*KINDS[kind]).check_many(data)


@pytest.mark.parametrize(("up", "down"), list(product(WINDOWS, WINDOWS)))
def test_windows_map_if_they_overlap(up: str, down: str) -> None:
    above, below = WINDOWS[up], WINDOWS[down]
    both = Both(TimeWindowPartitionMapping(), above, below)
    spans_above = [(key, *above.time_window_for_partition_key(key)) for key in _all(above)]

    for key in _all(below)[::3]:
        start, end = below.time_window_for_partition_key(key)
        overlapping = [name for name, begin, stop in spans_above if begin < end and start < stop]

        assert list(both.upstream([key])) == overlapping


@given(
    up=st.sampled_from(list(WINDOWS)),
    down=st.sampled_from(list(WINDOWS)),
    start=st.integers(-3, 2),
    length=st.integers(0, 2),
    data=st.data(),
)
def test_windows_agree_in_both_directions(
    up: str, down: str, start: int, length: int, data: st.DataObject
) -> None:
    above, below = WINDOWS[up], WINDOWS[down]
    both = Both(TimeWindowPartitionMapping(start, start + length), above, below)
    both.check_many(data)
    key = data.draw(st.sampled_from(_all(below)))

    assert all(key in both.downstream([each]) for each in both.upstream([key]))
    key = data.draw(st.sampled_from(_all(above)))
    assert all(key in both.upstream([each]) for each in both.downstream([key]))


def test_many_ranges_map_like_few() -> None:
    hours = HourlyPartitionsDefinition("2022-01-01-00:00", timezone="Europe/Berlin")
    days = DailyPartitionsDefinition("2022-01-01", timezone="America/New_York")
    both = Both(TimeWindowPartitionMapping(), hours, days)
    back = Both(TimeWindowPartitionMapping(), days, hours)
    every_fifth, other_days = hours.get_partition_keys()[::5], days.get_partition_keys()[::2]

    assert set(both.downstream(every_fifth)) == {
        key
        for at in range(0, len(every_fifth), 40)
        for key in both.downstream(every_fifth[at : at + 40])
    }
    assert set(back.downstream(other_days)) == {
        key for day in other_days for key in back.downstream([day])
    }


def _all(definition: TimeWindowPartitionsDefinition) -> Sequence[str]:
    return definition.get_partition_keys()
