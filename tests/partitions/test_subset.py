import json
from collections.abc import Set
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvariantViolationError, UnknownPartitionError, UsageError
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.time_window import DailyPartitionsDefinition, HourlyPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange

DAYS = DailyPartitionsDefinition("2024-01-01", "2024-02-10")
NOW = datetime(2025, 1, 1, tzinfo=UTC)
LETTERS = StaticPartitionsDefinition(["a", "b", "c", "d"])

key_sets = st.sets(st.integers(0, 39)).map(lambda chosen: {DAYS.key(n) for n in chosen})


def of(keys: set[str]) -> PartitionsSubset:
    return DAYS.subset_with_partition_keys(keys)


@given(key_sets, key_sets)
def test_union_intersection_and_difference_are_those_of_sets(
    left: set[str], right: set[str]
) -> None:
    assert of(left) | of(right) == of(left | right)
    assert of(left) & of(right) == of(left & right)
    assert of(left) - of(right) == of(left - right)


@given(key_sets)
def test_the_complement_of_the_complement_is_the_subset(keys: set[str]) -> None:
    subset = of(keys)

    assert subset.complement(NOW).complement(NOW) == subset
    assert (subset & subset.complement(NOW)).is_empty
    assert subset | subset.complement(NOW) == DAYS.subset_with_all_partitions(NOW)


@given(key_sets, key_sets)
def test_de_morgan_holds(left: set[str], right: set[str]) -> None:
    united = (of(left) | of(right)).complement(NOW)

    assert united == of(left).complement(NOW) & of(right).complement(NOW)


@given(key_sets)
def test_keys_come_in_order_once_each(keys: set[str]) -> None:
    subset = of(keys)

    assert subset.get_partition_keys() == sorted(keys)
    assert len(subset) == len(keys)
    assert all(key in subset for key in keys)
    assert not any(key in subset for key in of(keys).complement(NOW))


@given(key_sets)
def test_spans_neither_overlap_nor_touch(keys: set[str]) -> None:
    edges = [edge for span in of(keys).spans for edge in span]

    assert edges == sorted(set(edges))


@given(key_sets)
def test_a_subset_survives_storage(keys: set[str]) -> None:
    assert PartitionsSubset.deserialize(of(keys).serialize(), DAYS) == of(keys)


@given(key_sets, st.integers(0, 45))
def test_first_takes_the_first_keys(keys: set[str], n: int) -> None:
    assert of(keys).first(n).get_partition_keys() == sorted(keys)[:n]


def test_neighbours_form_a_range() -> None:
    subset = of({"2024-01-01", "2024-01-02", "2024-01-05"})

    assert subset.ranges() == [
        PartitionKeyRange("2024-01-01", "2024-01-02"),
        PartitionKeyRange("2024-01-05", "2024-01-05"),
    ]


def test_more_keys_make_another_subset() -> None:
    one = of({"2024-01-01"})

    both = one.with_partition_keys(["2024-01-02"])

    assert both.get_partition_keys() == ["2024-01-01", "2024-01-02"]
    assert one.get_partition_keys() == ["2024-01-01"]


def test_an_unknown_key_cannot_be_in_a_subset() -> None:
    with pytest.raises(UnknownPartitionError, match="There is no partition '2023-01-01'"):
        of({"2023-01-01"})


def test_things_that_are_not_keys_are_not_in_a_subset() -> None:
    subset = LETTERS.subset_with_partition_keys(["a"])

    assert 0 not in subset
    assert "z" not in subset
    assert "b" not in subset


def test_a_subset_of_days_is_stored_as_ranges_with_a_fingerprint() -> None:
    stored = json.loads(of({"2024-01-01", "2024-01-02", "2024-01-05"}).serialize())

    assert stored == {
        "fingerprint": DAYS.fingerprint(),
        "grid": "daily day 0 00:00 UTC %Y-%m-%d",
        "ranges": [["2024-01-01", "2024-01-02"], ["2024-01-05", "2024-01-05"]],
    }


def test_days_before_a_later_start_are_left_out() -> None:
    stored = of({"2024-01-01", "2024-01-02", "2024-01-03"}).serialize()
    later = DailyPartitionsDefinition("2024-01-02")

    assert PartitionsSubset.deserialize(stored, later).get_partition_keys() == [
        "2024-01-02",
        "2024-01-03",
    ]


def test_days_keep_their_meaning_if_the_start_moves_back() -> None:
    stored = of({"2024-01-01"}).serialize()
    earlier = DailyPartitionsDefinition("2023-01-01")

    assert PartitionsSubset.deserialize(stored, earlier).get_partition_keys() == ["2024-01-01"]


def test_static_keys_keep_their_meaning_if_the_list_changes() -> None:
    stored = LETTERS.subset_with_partition_keys(["a", "b", "c"]).serialize()
    changed = StaticPartitionsDefinition(["c", "x", "a"])

    assert list(PartitionsSubset.deserialize(stored, changed)) == ["c", "a"]


def test_keys_of_another_grid_are_never_misread() -> None:
    stored = of({"2024-01-01"}).serialize()
    hours = HourlyPartitionsDefinition("2024-01-01-00:00")

    with pytest.raises(UsageError, match="so its keys mean something else"):
        PartitionsSubset.deserialize(stored, hours)


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"grid": "static", "ranges": [1]}'])
def test_other_text_is_not_a_stored_subset(text: str) -> None:
    with pytest.raises(UsageError, match="not a stored subset"):
        PartitionsSubset.deserialize(text, LETTERS)


def test_subsets_of_two_definitions_cannot_be_combined() -> None:
    with pytest.raises(InvariantViolationError, match="Map one of them with a PartitionMapping"):
        _ = DAYS.empty_subset() | LETTERS.empty_subset()


def test_subsets_of_equal_definitions_can_be_combined() -> None:
    other = StaticPartitionsDefinition(["a", "b", "c", "d"])

    both = LETTERS.subset_with_partition_keys(["a"]) | other.subset_with_partition_keys(["b"])

    assert list(both) == ["a", "b"]


def test_a_subset_is_printed_as_ranges() -> None:
    many = StaticPartitionsDefinition([f"k{n}" for n in range(10)])

    assert repr(of({"2024-01-01", "2024-01-02"})) == "PartitionsSubset(2024-01-01...2024-01-02)"
    assert repr(many.subset_with_partition_keys(["k0", "k2", "k4", "k6", "k8"])) == (
        "PartitionsSubset(k0, k2, k4, k6, …)"
    )


def test_the_cost_of_a_million_partitions_is_that_of_their_ranges() -> None:
    hours = HourlyPartitionsDefinition("1910-01-01-00:00")
    million = PartitionsSubset.of_spans(hours, [(0, 1_000_000)])

    rest = million - hours.subset_with_partition_keys(["2000-01-01-00:00"])

    assert len(rest) == 999_999
    assert len(rest.spans) == 2


def test_only_time_windows_have_spans_of_time() -> None:
    letters = StaticPartitionsDefinition(["a", "b"])

    with pytest.raises(UsageError, match="no time windows"):
        _ = letters.subset_with_partition_keys(["a"]).included_time_windows
    assert letters.subset_with_partition_keys(["a"]).num_partitions == 1


def test_the_keys_of_a_list_are_given_away_as_a_set() -> None:
    keys = StaticPartitionsDefinition(["b", "a", "c"]).subset_with_partition_keys("ba")

    found = keys.get_partition_keys()

    assert found == {"a", "b"}
    assert {"a", "b"} == found
    assert list(found) == ["b", "a"]
    assert isinstance(found, Set)
    assert found | {"x"} == {"a", "b", "x"}
    assert repr(found) == "{'b', 'a'}"
