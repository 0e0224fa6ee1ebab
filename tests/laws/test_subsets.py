"""The laws of subsets, for definitions of every kind, with few keys and with very many."""

from collections.abc import Set
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.partitions.context import partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
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

NOW = datetime(2024, 4, 20, 12, tzinfo=UTC)


class Keys:
    """The keys of two dynamic definitions."""

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        count = 700 if partitions_def_name == "many" else 4
        return [f"{partitions_def_name}{(n * 37) % count}" for n in range(count)]

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


DAYS = DailyPartitionsDefinition("2024-03-25", timezone="Europe/Berlin")
FEW_DAYS = DailyPartitionsDefinition("2024-03-29", end_date="2024-04-03")
COLORS = StaticPartitionsDefinition(["red", "green", "blue"])
FILES = DynamicPartitionsDefinition(name="file")
KINDS: dict[str, PartitionsDefinition] = {
    "static": COLORS,
    "many static": StaticPartitionsDefinition([f"k{(n * 7919) % 1000}" for n in range(1000)]),
    "dynamic": DynamicPartitionsDefinition(name="many"),
    "days": DAYS,
    "days in order": DailyPartitionsDefinition("2021-01-01"),
    "hours": HourlyPartitionsDefinition("2024-02-25-00:00"),
    "hours in a zone": HourlyPartitionsDefinition(
        "2024-03-01-00:00", timezone="America/New_York", end_offset=2
    ),
    "hours from a half hour": HourlyPartitionsDefinition(
        "2023-09-20-00:30",
        timezone="Australia/Lord_Howe",
        minute_offset=30,
        end_date="2023-11-01-00:30",
    ),
    "weeks": WeeklyPartitionsDefinition("2001-01-01", day_offset=3),
    "months": MonthlyPartitionsDefinition("1950-01-01", day_offset=31, timezone="Asia/Kolkata"),
    "workdays": TimeWindowPartitionsDefinition(
        "2021-01-01", "%Y-%m-%d", cron_schedule="0 0 * * 1-5", exclusions=["0 0 1 * *"]
    ),
    "one dimension": MultiPartitionsDefinition({"only": COLORS}),
    "two dimensions": MultiPartitionsDefinition({"z": DAYS, "a": COLORS}),
    "three dimensions": MultiPartitionsDefinition({"day": DAYS, "color": COLORS, "file": FILES}),
    "four dimensions": MultiPartitionsDefinition(
        {
            "day": DAYS,
            "when": FEW_DAYS,
            "color": COLORS,
            "hour": HourlyPartitionsDefinition("2024-03-31-00:00", end_date="2024-03-31-05:00"),
        }
    ),
}


@pytest.fixture(autouse=True)
def _as_of_now():
    with partition_loading_context(NOW, Keys()):
        yield


def model_of(definition: PartitionsDefinition, data: st.DataObject) -> set[str]:
    """Choose keys: none, a few, a stretch, every so many, or all but a few."""
    keys = definition.get_partition_keys()
    places = st.integers(0, len(keys))
    few = {keys[n] for n in data.draw(st.sets(st.integers(0, len(keys) - 1), max_size=6))}
    start, stop, step = data.draw(st.tuples(places, places, st.integers(1, 5)))
    stretch = set(islice(keys, min(start, stop), max(start, stop), step))
    how = data.draw(st.sampled_from(["few", "stretch", "both", "all but"]))
    return {"few": few, "stretch": stretch, "both": stretch ^ few, "all but": set(keys) - few}[how]


def subset_of(definition: PartitionsDefinition, keys: Set[str]) -> PartitionsSubset:
    subset = definition.subset_with_partition_keys(keys)
    assert set(subset) == keys
    return subset


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_subsets_are_sets_of_keys(kind: str, data: st.DataObject) -> None:
    definition = KINDS[kind]
    a, b = model_of(definition, data), model_of(definition, data)

    one, other = subset_of(definition, a), subset_of(definition, b)

    assert set(one | other) == a | b
    assert set(one & other) == a & b
    assert set(one - other) == a - b
    assert (one == other) == (a == b)
    assert len(one) == len(a)
    assert one.is_empty == (not a)
    assert all(key in one for key in islice(a, 20))
    assert not any(key in one for key in islice(b - a, 20))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_subsets_are_a_boolean_algebra(kind: str, data: st.DataObject) -> None:
    definition = KINDS[kind]
    a, b, c = (subset_of(definition, model_of(definition, data)) for _ in range(3))
    none, everything = definition.empty_subset(), definition.subset_with_all_partitions()

    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert (a & b) & c == a & (b & c)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)
    assert a | (a & b) == a == a & (a | b)
    assert a | none == a == a & everything
    assert a & none == none == a - a
    assert a.complement().complement() == a
    assert a | a.complement() == everything
    assert a & a.complement() == none
    assert (a | b).complement() == a.complement() & b.complement()
    assert (a & b).complement() == a.complement() | b.complement()
    assert a - b == a & b.complement()
    assert hash(a | b) == hash(b | a)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_subset_is_its_keys_its_ranges_and_its_text(kind: str, data: st.DataObject) -> None:
    definition = KINDS[kind]
    subset = subset_of(definition, model_of(definition, data))
    keys = list(subset)

    assert definition.subset_with_partition_keys(keys) == subset
    assert definition.subset_with_partition_keys(reversed(keys)) == subset
    assert definition.deserialize_subset(subset.serialize()) == subset
    assert set(subset.get_partition_keys()) == set(keys)
    of_ranges = definition.empty_subset()
    for key_range in subset.ranges():
        of_ranges = of_ranges.with_partition_key_range(definition, key_range)
    assert of_ranges == subset


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), n=st.integers(0, 800))
def test_the_first_few_are_the_beginning(kind: str, data: st.DataObject, n: int) -> None:
    definition = KINDS[kind]
    subset = subset_of(definition, model_of(definition, data))

    assert list(subset.first(n)) == list(subset)[:n]


@pytest.mark.parametrize("kind", KINDS)
def test_what_exists_is_what_is_listed(kind: str) -> None:
    definition = KINDS[kind]
    keys = definition.get_partition_keys()

    assert sorted(definition.subset_with_all_partitions()) == sorted(keys)
    assert definition.get_num_partitions() == len(keys) == len(set(keys))
    assert (definition.get_first_partition_key(), definition.get_last_partition_key()) == (
        keys[0],
        keys[-1],
    )
    assert all(definition.has_partition_key(key) for key in keys[:50])


@pytest.mark.parametrize("kind", KINDS)
@given(limit=st.integers(1, 400), ascending=st.booleans())
def test_pages_are_the_listing_in_pieces(kind: str, limit: int, ascending: bool) -> None:
    definition = KINDS[kind]
    limit = max(limit, definition.get_num_partitions() // 20)
    found: list[str] = []
    cursor = None
    while True:
        page = definition.get_paginated_partition_keys(None, limit, ascending, cursor)
        found.extend(page.results)
        cursor = page.cursor
        if not page.has_more:
            break

    listing = list(definition.get_partition_keys())
    assert found == (listing if ascending else listing[::-1])
