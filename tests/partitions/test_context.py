from datetime import UTC, datetime

import pytest

from penstock.errors import ParameterCheckError
from penstock.partitions.context import (
    PartitionLoadingContext,
    TemporalContext,
    effective_time,
    needed_store,
    partition_loading_context,
)
from penstock.partitions.time_window import DailyPartitionsDefinition

DAYS = DailyPartitionsDefinition("2024-01-01")
JAN_3 = datetime(2024, 1, 3, tzinfo=UTC)


def test_the_time_counts_for_every_call_inside() -> None:
    with partition_loading_context(JAN_3):
        assert DAYS.get_partition_keys() == ["2024-01-01", "2024-01-02"]
        assert DAYS.get_last_partition_key() == "2024-01-02"
        assert not DAYS.has_partition_key("2024-01-03")
        assert len(DAYS.subset_with_all_partitions()) == 2
    assert effective_time() is None


def test_a_time_that_is_passed_counts_more() -> None:
    with partition_loading_context(JAN_3):
        assert DAYS.count(datetime(2024, 1, 2, tzinfo=UTC)) == 1


def test_what_an_inner_block_leaves_out_is_the_outer_ones() -> None:
    with partition_loading_context(JAN_3), partition_loading_context():
        assert effective_time() == JAN_3


def test_a_whole_context_can_be_given() -> None:
    context = PartitionLoadingContext(TemporalContext(effective_dt=JAN_3))

    with partition_loading_context(new_ctx=context) as inner:
        assert inner.effective_dt == JAN_3
        assert DAYS.count() == 2


def test_a_missing_store_is_told_with_what_to_pass() -> None:
    with pytest.raises(ParameterCheckError, match="dynamic_partitions_store=instance"):
        needed_store("files")
