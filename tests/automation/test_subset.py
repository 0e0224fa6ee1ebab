"""Subsets of assets and checks: an algebra, whether there are partitions or not."""

import pytest

from penstock.automation.subset import EntitySubset, empty_subset, restored
from penstock.errors import InvariantViolationError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition

A, CHECK = AssetKey("a"), AssetCheckKey(AssetKey("a"), "good")
LETTERS = StaticPartitionsDefinition(["x", "y", "z"])


def of(*keys: str) -> EntitySubset:
    return EntitySubset(A, LETTERS.subset_with_partition_keys(keys))


def test_partitions_are_joined_shared_and_taken_away():
    assert of("x", "y") | of("z") == of("x", "y", "z")
    assert of("x", "y") & of("y", "z") == of("y")
    assert of("x", "y") - of("y", "z") == of("x")
    assert of("x").compute_union(of("y")) == of("x", "y")
    assert of("x").compute_intersection(of("y")) == of()
    assert of("x").compute_difference(of("x")) == of()


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("right", [True, False])
def test_without_partitions_it_is_in_or_out(left, right):
    one, two = EntitySubset(CHECK, left), EntitySubset(CHECK, right)

    assert (one | two).value is (left or right)
    assert (one & two).value is (left and right)
    assert (one - two).value is (left and not right)


def test_a_subset_tells_its_size_and_keys():
    whole, nothing = EntitySubset(CHECK, value=True), EntitySubset(CHECK, value=False)

    assert (of("z", "x").size, of("z", "x").partition_keys()) == (2, ("x", "z"))
    assert of("x").expensively_compute_partition_keys() == {"x"}
    assert (whole.size, whole.partition_keys(), whole.is_partitioned) == (1, (None,), False)
    assert (nothing.size, nothing.partition_keys(), nothing.is_empty) == (0, (), True)
    assert of().is_empty
    assert of("x").is_partitioned


def test_subsets_of_different_things_do_not_mix():
    with pytest.raises(InvariantViolationError, match=r"of `context\.key`"):
        of("x") | EntitySubset(AssetKey("b"), LETTERS.empty_subset())
    with pytest.raises(InvariantViolationError, match="not about the same partitions"):
        of("x") & EntitySubset(A, value=True)


def test_a_kept_subset_comes_back():
    assert restored(A, LETTERS, of("x", "z").stored()) == of("x", "z")
    assert restored(CHECK, None, EntitySubset(CHECK, value=True).stored()) == EntitySubset(
        CHECK, value=True
    )


def test_a_kept_subset_of_other_keys_does_not_come_back():
    days = DailyPartitionsDefinition(start_date="2024-01-01")

    assert restored(A, days, of("x").stored()) is None
    assert restored(A, None, of("x").stored()) is None
    assert restored(A, LETTERS, stored=True) is None


def test_nothing_is_empty():
    assert empty_subset(A, LETTERS) == of()
    assert empty_subset(CHECK, None) == EntitySubset(CHECK, value=False)
