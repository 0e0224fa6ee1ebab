from datetime import UTC, datetime

import pytest

import penstock as dg
from penstock.compat.partition_subsets import AllPartitionsSubset, TimeWindowPartitionsSubset
from penstock.errors import UnknownPartitionError, UsageError
from penstock.partitions.context import partition_loading_context
from penstock.partitions.loose import DefaultPartitionsSubset

DAYS = dg.DailyPartitionsDefinition("2024-01-01")
LETTERS = dg.StaticPartitionsDefinition(["a", "b", "c"])


def window(first: int, last: int) -> dg.TimeWindow:
    return dg.TimeWindow(datetime(2024, 1, first, tzinfo=UTC), datetime(2024, 1, last, tzinfo=UTC))


def test_all_partitions_are_those_that_exist_at_the_time_of_the_context():
    with partition_loading_context(datetime(2024, 1, 3, 5, tzinfo=UTC)) as context:
        every = AllPartitionsSubset(DAYS, context)

    assert every == DAYS.subset_with_partition_keys(["2024-01-01", "2024-01-02"])
    assert isinstance(every, AllPartitionsSubset)
    assert not isinstance(DAYS.empty_subset(), AllPartitionsSubset)


def test_time_windows_are_the_ones_that_start_in_the_given_spans():
    some = TimeWindowPartitionsSubset(
        DAYS, num_partitions=None, included_time_windows=[window(1, 3), window(5, 6)]
    )

    assert list(some) == ["2024-01-01", "2024-01-02", "2024-01-05"]
    assert some.included_time_windows == [window(1, 3), window(5, 6)]
    assert some.num_partitions == 3


def test_the_class_of_any_subset_is_told_by_its_definition():
    assert isinstance(DAYS.empty_subset(), TimeWindowPartitionsSubset)
    assert not isinstance(DAYS.empty_subset(), DefaultPartitionsSubset)
    assert isinstance(LETTERS.empty_subset(), DefaultPartitionsSubset)
    assert not isinstance(LETTERS.empty_subset(), TimeWindowPartitionsSubset)
    assert not isinstance("a", DefaultPartitionsSubset)


def test_an_empty_subset_of_time_windows_needs_a_definition():
    assert TimeWindowPartitionsSubset.create_empty_subset(DAYS) == DAYS.empty_subset()
    with pytest.raises(UsageError, match="pass partitions_def"):
        TimeWindowPartitionsSubset.create_empty_subset()


def test_keys_without_a_definition_equal_any_subset_of_the_same_keys():
    keys = DefaultPartitionsSubset({"b", "a"})

    assert keys == LETTERS.subset_with_partition_keys(["a", "b"])
    assert LETTERS.subset_with_partition_keys(["a", "b"]) == keys
    assert keys != LETTERS.subset_with_partition_keys(["a", "c"])
    assert keys == DefaultPartitionsSubset({"a", "b"})
    assert hash(keys) == hash(DefaultPartitionsSubset({"a", "b"}))
    assert keys != "a"


def test_keys_without_a_definition_can_be_combined():
    ab, bz = DefaultPartitionsSubset({"a", "b"}), DefaultPartitionsSubset({"b", "z"})

    assert (ab | bz).get_partition_keys() == {"a", "b", "z"}
    assert (ab & bz).get_partition_keys() == {"b"}
    assert (ab - bz).get_partition_keys() == {"a"}
    assert DefaultPartitionsSubset.create_empty_subset().is_empty
    assert DefaultPartitionsSubset.create_empty_subset(LETTERS) == LETTERS.empty_subset()


def test_keys_without_a_definition_mix_with_a_subset_of_one():
    bc, ab = LETTERS.subset_with_partition_keys(["b", "c"]), DefaultPartitionsSubset({"a", "b"})

    assert list(bc | ab) == ["a", "b", "c"]
    assert list(ab | bc) == ["a", "b", "c"]
    assert (ab | bc).partitions_def == LETTERS
    assert list(bc & ab) == ["b"]
    assert list(bc - ab) == ["c"]
    assert list(ab - bc) == ["a"]


def test_a_mapping_reads_keys_without_a_definition_as_those_of_its_upstream():
    mapping = dg.StaticPartitionMapping({"b": "y", "c": "z"})
    downstream = dg.StaticPartitionsDefinition(["y", "z"])

    def mapped(keys: set[str]):
        return mapping.get_downstream_partitions_for_partitions(
            DefaultPartitionsSubset(keys), LETTERS, downstream
        )

    assert list(mapped({"c"})) == ["z"]
    with pytest.raises(UnknownPartitionError, match="There is no partition 'q'"):
        mapped({"q"})
