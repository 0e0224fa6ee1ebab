from datetime import UTC, datetime

import pytest

from penstock.errors import InvalidDefinitionError, InvariantViolationError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import upstream_keys
from penstock.partitions.mapping_base import (
    ForeignPartitionMapping,
    PartitionMapping,
    UpstreamPartitionsResult,
)
from penstock.partitions.specs import mapping_from_spec
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.time_window import DailyPartitionsDefinition

DAYS = DailyPartitionsDefinition("2024-01-01")


class FirstDays(PartitionMapping):
    """Each partition needs the first of those that exist."""

    def get_upstream_mapped_partitions_result_for_partitions(  # pyright: ignore[reportIncompatibleMethodOverride] - as users write it
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
    ) -> UpstreamPartitionsResult:
        first = upstream_partitions_def.subset_with_all_partitions().first(1)
        return UpstreamPartitionsResult(
            partitions_subset=first,
            required_but_nonexistent_subset=upstream_partitions_def.empty_subset(),
        )

    def get_downstream_partitions_for_partitions(  # pyright: ignore[reportIncompatibleMethodOverride] - as users write it
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
    ) -> PartitionsSubset:
        return downstream_partitions_def.empty_subset()

    def validate_partition_mapping(
        self,
        upstream_partitions_def: PartitionsDefinition | None,
        downstream_partitions_def: PartitionsDefinition | None,
    ) -> None:
        if not isinstance(upstream_partitions_def, DailyPartitionsDefinition):
            raise InvalidDefinitionError("only days")

    @property
    def description(self) -> str:
        return "the first day"


def test_a_mapping_of_the_users_own_is_followed_as_of_a_time() -> None:
    keys = upstream_keys(
        FirstDays(),
        "2024-01-05",
        downstream_def=DAYS,
        upstream_def=DAYS,
        now=datetime(2024, 1, 3, tzinfo=UTC),
    )

    assert keys == ("2024-01-01",)


def test_its_own_check_is_asked() -> None:
    FirstDays().check(DAYS, None)
    with pytest.raises(InvalidDefinitionError, match="only days"):
        FirstDays().check(StaticPartitionsDefinition(["a"]), DAYS)


def test_where_its_code_is_not_loaded_it_can_only_be_named() -> None:
    foreign = mapping_from_spec(FirstDays().spec())

    assert isinstance(foreign, ForeignPartitionMapping)
    assert foreign.describe() == "the first day"
    assert foreign.spec() == FirstDays().spec()
    with pytest.raises(InvariantViolationError, match="FirstDays is in the user's code"):
        upstream_keys(foreign, "2024-01-01", downstream_def=DAYS, upstream_def=DAYS, now=None)
