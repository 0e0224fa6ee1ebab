from penstock.partitions.loose import DefaultPartitionsSubset
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition

LETTERS = StaticPartitionsDefinition(["a", "b", "c"])


def test_keys_without_a_definition_equal_the_same_keys_of_one() -> None:
    loose = DefaultPartitionsSubset({"b", "a"})

    assert loose == LETTERS.subset_with_partition_keys(["a", "b"])
    assert loose.bound_to(LETTERS) == LETTERS.subset_with_partition_keys(["a", "b"])
    assert repr(loose) == "DefaultPartitionsSubset(subset={'a', 'b'})"
    assert repr(DefaultPartitionsSubset()) == "DefaultPartitionsSubset()"


def test_subsets_of_keys_are_instances_and_those_of_windows_are_not() -> None:
    assert isinstance(LETTERS.empty_subset(), DefaultPartitionsSubset)
    assert not isinstance(
        DailyPartitionsDefinition("2024-01-01").empty_subset(), DefaultPartitionsSubset
    )
