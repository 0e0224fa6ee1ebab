"""Requests: which partitions they mean, and what is wrong with them."""

from datetime import UTC, datetime

import pytest

from penstock.errors import InvalidDefinitionError, UnknownPartitionError, UsageError
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetNode, Manifest
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition
from penstock.plan.request import resolve_partition

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
DAYS = DailyPartitionsDefinition(start_date="2024-01-01")
LETTERS = StaticPartitionsDefinition(["x", "y", "z"])
GRAPH = AssetGraph(
    Manifest(
        location="here",
        assets=(
            AssetNode(key=AssetKey("daily"), node="daily", partitions=DAYS),
            AssetNode(key=AssetKey("letters"), node="letters", partitions=LETTERS),
            AssetNode(key=AssetKey("more"), node="more", partitions=LETTERS),
            AssetNode(key=AssetKey("plain"), node="plain"),
            AssetNode(key=AssetKey("ext"), partitions=LETTERS),
        ),
    )
)


def resolve(
    *names: str, partition: str | None = None, partition_range: tuple[str, str] | None = None
) -> tuple[str | None, tuple[str, ...]]:
    keys = {AssetKey(name) for name in names}
    return resolve_partition(
        GRAPH, keys, partition=partition, partition_range=partition_range, now=NOW
    )


def test_one_partition_is_returned_as_it_is():
    assert resolve("daily", "plain", "ext", partition="2024-01-09") == ("2024-01-09", ())


def test_a_range_becomes_its_keys_with_both_ends():
    expected = (None, ("2024-01-08", "2024-01-09"))

    assert resolve("daily", partition_range=("2024-01-08", "2024-01-09")) == expected
    assert resolve("letters", "more", partition_range=("x", "x")) == (None, ("x",))


def test_assets_without_partitions_need_none():
    assert resolve("plain", "ext") == (None, ())


def test_partitioned_assets_need_a_partition():
    with pytest.raises(UsageError, match=r"^Asset 'letters' has partitions; give --partition or"):
        resolve("letters", "plain")
    with pytest.raises(UsageError, match=r"^Assets 'letters' and 'more' have partitions; give"):
        resolve("letters", "more")


def test_a_partition_for_nothing_partitioned_is_refused():
    with pytest.raises(UsageError) as caught:
        resolve("plain", partition="x")

    assert str(caught.value) == (
        "Partition 'x' was given, but nothing selected has partitions: 'plain'. "
        "Leave the partition out."
    )


def test_a_range_for_nothing_partitioned_is_refused():
    with pytest.raises(UsageError, match=r"Partition 'x\.\.\.y' was given"):
        resolve("plain", partition_range=("x", "y"))


def test_a_partition_and_a_range_exclude_each_other():
    with pytest.raises(UsageError, match="not both"):
        resolve("letters", partition="x", partition_range=("x", "y"))


def test_an_unknown_partition_is_named_with_what_was_expected():
    with pytest.raises(UnknownPartitionError) as caught:
        resolve("daily", partition="2024-13-01")

    message = str(caught.value)
    assert message.startswith("Asset 'daily' has no partition '2024-13-01'. Its keys are ")
    assert "\nNearest: '" in message


def test_a_partition_that_has_not_ended_does_not_exist():
    with pytest.raises(UnknownPartitionError, match="has no partition '2024-01-10'"):
        resolve("daily", partition_range=("2024-01-09", "2024-01-10"))


def test_a_reversed_range_is_refused():
    with pytest.raises(UnknownPartitionError) as caught:
        resolve("letters", partition_range=("z", "x"))

    assert str(caught.value) == ("The range 'z...x' of asset 'letters' is reversed. Write 'x...z'.")


def test_two_partitions_definitions_in_one_run_are_refused():
    with pytest.raises(InvalidDefinitionError, match=r"'daily' are .* and those of 'letters' are "):
        resolve("daily", "letters", partition="x")
