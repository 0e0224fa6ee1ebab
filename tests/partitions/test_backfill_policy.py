import pytest

from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.partitions.backfill_policy import BackfillPolicy, BackfillPolicyType


def test_a_single_run_has_no_limit() -> None:
    policy = BackfillPolicy.single_run()

    assert policy.max_partitions_per_run is None
    assert policy.is_single_run


def test_several_runs_take_one_partition_each_by_default() -> None:
    assert BackfillPolicy.multi_run() == BackfillPolicy(max_partitions_per_run=1)


def test_a_run_without_partitions_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        BackfillPolicy.multi_run(max_partitions_per_run=0)

    assert str(caught.value) == (
        "max_partitions_per_run is 0, but a run needs at least 1 partition. For all partitions in "
        "one run, use BackfillPolicy.single_run()."
    )


def test_the_type_says_whether_one_run_takes_all() -> None:
    assert BackfillPolicy.single_run().policy_type is BackfillPolicyType.SINGLE_RUN
    assert BackfillPolicy.multi_run(2).policy_type is BackfillPolicyType.MULTI_RUN
    assert str(BackfillPolicy.multi_run(2)) == "BackfillPolicy.multi_run(max_partitions_per_run=2)"


def test_several_runs_need_a_number() -> None:
    with pytest.raises(ParameterCheckError, match="is a number, not None"):
        BackfillPolicy.multi_run(max_partitions_per_run=None)  # pyright: ignore[reportArgumentType]
