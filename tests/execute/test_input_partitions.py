"""Which partitions an input stands for, and what happens if some of them do not exist."""

import pytest

import penstock as dg
from penstock.errors import InvariantViolationError

EARLY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")
LATE = dg.DailyPartitionsDefinition("2024-01-10", end_date="2024-02-01")


def materialize(mapping, *, keys=None, deps=False, manager=None):
    """Make some days of an asset that reads one which begins on January 10."""
    read = []

    @dg.asset(partitions_def=LATE)
    def late():
        return 1

    if deps:

        @dg.asset(partitions_def=EARLY, deps=[dg.AssetDep(late, partition_mapping=mapping)])
        def early() -> None:
            read.append("nothing")
    else:

        @dg.asset(partitions_def=EARLY, ins={"late": dg.AssetIn(partition_mapping=mapping)})
        def early(context, late) -> None:
            read.append((list(context.asset_partition_keys_for_input("late")), late))

    first, last = keys or ("2024-01-03", "2024-01-03")
    tags = {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }
    dg.materialize(
        [early, late],
        selection=["early"],
        resources={"io_manager": manager or dg.InMemoryIOManager()},
        tags=tags,
    )
    return read


def test_an_input_whose_partition_does_not_exist_is_refused():
    with pytest.raises(InvariantViolationError) as caught:
        materialize(None)

    assert str(caught.value) == (
        "Partition '2024-01-03' of step 'early' takes partitions that asset 'late' does not have: "
        "'2024-01-03'. Wait until it has them, run another partition, or give the dependency a "
        "partition_mapping that does without them."
    )


def test_of_many_that_do_not_exist_three_are_named():
    with pytest.raises(InvariantViolationError) as caught:
        materialize(None, keys=("2024-01-02", "2024-01-12"))

    assert str(caught.value).startswith(
        "Partition '2024-01-02' to '2024-01-12' of step 'early' takes partitions that asset 'late' "
        "does not have: '2024-01-02', '2024-01-03' and '2024-01-04' and 5 more. Wait"
    )


def test_what_may_be_missing_is_none():
    lenient = dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)

    assert materialize(lenient) == [([], None)]


def test_a_dependency_without_a_value_is_not_looked_at():
    assert materialize(None, deps=True) == ["nothing"]


def test_a_range_reads_the_range_that_it_needs():
    before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    kept = dg.InMemoryIOManager({("late", "2024-01-11"): "a", ("late", "2024-01-12"): "b"})

    assert materialize(before, keys=("2024-01-12", "2024-01-13"), manager=kept) == [
        (["2024-01-11", "2024-01-12"], {"2024-01-11": "a", "2024-01-12": "b"})
    ]


class InLowerCase(dg.PartitionMapping):
    """A mapping of the user's own: the key in capitals is made of the one that is not."""

    @property
    def description(self):
        return "the key in lower case"

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset,
        downstream_partitions_def,
        upstream_partitions_def,
        current_time=None,
        dynamic_partitions_store=None,
    ):
        keys = [key.lower() for key in downstream_partitions_subset.get_partition_keys()]
        return dg.UpstreamPartitionsResult(
            partitions_subset=upstream_partitions_def.subset_with_partition_keys(keys),
            required_but_nonexistent_subset=upstream_partitions_def.empty_subset(),
        )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset,
        upstream_partitions_def,
        downstream_partitions_def,
        current_time=None,
        dynamic_partitions_store=None,
    ):
        keys = [key.upper() for key in upstream_partitions_subset.get_partition_keys()]
        return downstream_partitions_def.subset_with_partition_keys(keys)


def test_a_mapping_of_the_users_own_says_what_an_input_reads():
    small = dg.StaticPartitionsDefinition(["a", "b"])
    large = dg.StaticPartitionsDefinition(["A", "B"])

    @dg.asset(partitions_def=small)
    def low(context) -> str:
        return f"value of {context.partition_key}"

    @dg.asset(partitions_def=large, ins={"low": dg.AssetIn(partition_mapping=InLowerCase())})
    def up(low: str) -> str:
        return low

    kept = {"io_manager": dg.InMemoryIOManager()}
    dg.materialize([low, up], selection=["low"], partition_key="b", resources=kept)
    made = dg.materialize([low, up], selection=["up"], partition_key="B", resources=kept)

    assert made.asset_value("up") == "value of b"
