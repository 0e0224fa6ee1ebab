from datetime import UTC, datetime

import pytest

from penstock.errors import InvalidDefinitionError, UnknownPartitionError
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.mapping_keys import (
    IdentityPartitionMapping,
    LastPartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
)
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition

NOW = datetime(2024, 1, 4, tzinfo=UTC)
UP = StaticPartitionsDefinition(["p1", "p2", "q", "r"])
DOWN = StaticPartitionsDefinition(["p", "q1", "q2", "z"])
TABLE = StaticPartitionMapping({"p1": "p", "p2": "p", "q": {"q1", "q2"}})
DAYS = DailyPartitionsDefinition("2024-01-01")


def test_a_table_maps_both_ways() -> None:
    down = TABLE.get_downstream_partitions_for_partitions(
        UP.subset_with_partition_keys(["p2", "q", "r"]), UP, DOWN
    )
    up = TABLE.get_upstream_mapped_partitions_result_for_partitions(
        DOWN.subset_with_partition_keys(["p", "q2", "z"]), DOWN, UP
    )

    assert list(down) == ["p", "q1", "q2"]
    assert list(up.partitions_subset) == ["p1", "p2", "q"]
    assert up.required_but_nonexistent_subset.is_empty


def test_a_key_of_the_table_that_an_asset_lacks_is_told_at_use() -> None:
    extra = StaticPartitionMapping({"p1": ["p", "OTHER"]})

    with pytest.raises(UnknownPartitionError, match=r"the downstream does not have: 'OTHER'"):
        extra.get_downstream_partitions_for_partitions(UP.empty_subset(), UP, DOWN)
    with pytest.raises(ValueError, match="OTHER"):
        extra.validate_partition_mapping(UP, DOWN)
    with pytest.raises(InvalidDefinitionError, match="has no partitions"):
        TABLE.validate_partition_mapping(UP, None)


def test_equal_tables_are_equal_mappings() -> None:
    assert StaticPartitionMapping({"a": "b"}) == StaticPartitionMapping({"a": ["b"]})
    assert hash(StaticPartitionMapping({"a": "b"})) == hash(StaticPartitionMapping({"a": ["b"]}))
    assert TABLE.description.startswith("upstream partitions map by a table: p1 to p")


def test_every_partition_needs_the_named_ones_and_no_other_has_dependants() -> None:
    mapping = SpecificPartitionsPartitionMapping(["2024-01-02", "2024-01-09"])

    up = mapping.get_upstream_mapped_partitions_result_for_partitions(
        DOWN.subset_with_partition_keys(["p"]), DOWN, DAYS, current_time=NOW
    )
    named = mapping.get_downstream_partitions_for_partitions(
        DAYS.subset_with_partition_keys(["2024-01-02"]), DAYS, DOWN, current_time=NOW
    )
    other = mapping.get_downstream_partitions_for_partitions(
        DAYS.subset_with_partition_keys(["2024-01-01"]), DAYS, DOWN, current_time=NOW
    )

    assert list(up.partitions_subset) == ["2024-01-02"]
    assert up.required_but_nonexistent_partition_keys == ["2024-01-09"]
    assert list(named) == ["p", "q1", "q2", "z"]
    assert other.is_empty


class Kept:
    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        return {"above": ["a", "b"], "below": ["b", "c"]}[partitions_def_name]

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


def test_equal_keys_of_two_dynamic_definitions_are_related() -> None:
    above = DynamicPartitionsDefinition(name="above")
    below = DynamicPartitionsDefinition(name="below")

    up = IdentityPartitionMapping().get_upstream_mapped_partitions_result_for_partitions(
        below.subset_with_partition_keys(["b", "c"]),
        below,
        above,
        dynamic_partitions_store=Kept(),
    )

    assert list(up.partitions_subset) == ["b"]
    assert up.required_but_nonexistent_partition_keys == ["c"]


def test_the_last_of_nothing_is_nothing() -> None:
    empty = StaticPartitionsDefinition([])

    up = LastPartitionMapping().get_upstream_mapped_partitions_result_for_partitions(
        DOWN.subset_with_partition_keys(["p"]), DOWN, empty
    )

    assert up.partitions_subset.is_empty


def test_combinations_are_related_whatever_their_dimensions_are_called() -> None:
    above = MultiPartitionsDefinition({"day": DAYS, "region": UP})
    below = MultiPartitionsDefinition({"date": DAYS, "place": DOWN})
    swapped = MultiPartitionsDefinition({"a": DOWN, "b": DAYS})

    IdentityPartitionMapping().validate_partition_mapping(above, below)

    with pytest.raises(InvalidDefinitionError, match="relates equal keys"):
        IdentityPartitionMapping().validate_partition_mapping(above, swapped)
