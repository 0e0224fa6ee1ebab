"""One tick over definitions and an instance."""

from datetime import UTC, datetime, timedelta

import pytest

import penstock as dg
from penstock.errors import ParameterCheckError

AC = dg.AutomationCondition
NOON = datetime(2024, 1, 5, 12, tzinfo=UTC)


@dg.asset
def up() -> int:
    return 1


@dg.asset(deps=[up], automation_condition=AC.eager())
def down() -> None: ...


def test_a_dependency_that_was_made_starts_what_reads_it():
    instance = dg.DagsterInstance.ephemeral()
    first = dg.evaluate_automation_conditions([up, down], instance)
    dg.materialize([up], instance=instance)

    second = dg.evaluate_automation_conditions([up, down], instance, cursor=first.cursor)
    third = dg.evaluate_automation_conditions([up, down], instance, cursor=second.cursor)

    assert first.total_requested == 0
    assert second.get_requested_partitions(down.key) == {None}
    assert (second.get_num_requested(down.key), second.get_num_requested(up.key)) == (1, 0)
    assert third.total_requested == 0


def test_an_asset_made_elsewhere_counts_when_it_is_reported():
    source = dg.AssetSpec("source")

    @dg.asset(deps=[source], automation_condition=AC.eager())
    def reader() -> None: ...

    instance = dg.DagsterInstance.ephemeral()
    defs = dg.Definitions(assets=[source, reader])
    first = dg.evaluate_automation_conditions(defs, instance)
    instance.report_runless_asset_event(dg.AssetMaterialization("source"))

    assert (
        dg.evaluate_automation_conditions(defs, instance, cursor=first.cursor).total_requested == 1
    )


def test_the_time_of_the_tick_decides_which_partitions_there_are():
    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition(start_date="2024-01-01"),
        automation_condition=AC.on_missing(),
    )
    def days() -> None: ...

    instance = dg.DagsterInstance.ephemeral()
    first = dg.evaluate_automation_conditions([days], instance, evaluation_time=NOON)
    second = dg.evaluate_automation_conditions(
        [days],
        instance,
        evaluation_time=(NOON + timedelta(days=1)).replace(tzinfo=None),
        cursor=first.cursor,
    )

    assert first.total_requested == 0
    assert second.get_requested_partitions(days.key) == {"2024-01-05"}


def test_partitions_that_were_made_are_not_missing():
    @dg.asset(
        partitions_def=dg.StaticPartitionsDefinition(["x", "y"]), automation_condition=AC.missing()
    )
    def letters() -> None: ...

    instance = dg.DagsterInstance.ephemeral()
    dg.materialize([letters], instance=instance, partition_key="x")

    result = dg.evaluate_automation_conditions([letters], instance)
    assert result.get_requested_partitions(letters.key) == {"y"}


def test_dynamic_partitions_are_those_of_the_instance():
    @dg.asset(
        partitions_def=dg.DynamicPartitionsDefinition(name="shops"),
        automation_condition=AC.missing(),
    )
    def shops() -> None: ...

    instance = dg.DagsterInstance.ephemeral()
    instance.add_dynamic_partitions("shops", ["rome", "oslo"])

    result = dg.evaluate_automation_conditions([shops], instance)
    assert result.get_requested_partitions(shops.key) == {"rome", "oslo"}


def test_a_selection_limits_what_is_evaluated():
    @dg.asset(automation_condition=AC.missing())
    def one() -> None: ...

    @dg.asset(automation_condition=AC.missing())
    def two() -> None: ...

    result = dg.evaluate_automation_conditions(
        [one, two], dg.DagsterInstance.ephemeral(), asset_selection=dg.AssetSelection.assets("two")
    )

    assert [r.key for r in result.results] == [two.key]


def test_a_check_is_evaluated_against_the_latest_materialization():
    @dg.asset_check(asset=up, automation_condition=AC.any_deps_updated() | AC.missing())
    def good() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    @dg.asset(
        deps=[up], automation_condition=AC.all_deps_match(AC.all_checks_match(AC.check_passed()))
    )
    def checked() -> None: ...

    instance = dg.DagsterInstance.ephemeral()
    things = [up, good, checked]

    assert dg.evaluate_automation_conditions(things, instance).total_requested == 1
    dg.materialize([up, good], instance=instance)
    result = dg.evaluate_automation_conditions(things, instance)
    assert result.get_num_requested(checked.key) == 1
    dg.materialize([up], instance=instance)
    assert dg.evaluate_automation_conditions(things, instance).total_requested == 0


def test_failures_run_tags_and_versions_are_read_from_the_instance():
    versions = iter(["v1", "v1", "v2"])

    @dg.asset(automation_condition=AC.data_version_changed())
    def versioned() -> dg.MaterializeResult:
        return dg.MaterializeResult(data_version=dg.DataVersion(next(versions)))

    @dg.asset(automation_condition=AC.execution_failed())
    def broken() -> None:
        raise ValueError("no")

    @dg.asset(automation_condition=AC.executed_with_tags(tag_values={"who": "me"}))
    def tagged() -> None: ...

    instance = dg.DagsterInstance.ephemeral()
    things = [versioned, broken, tagged]
    dg.materialize([broken], instance=instance, raise_on_error=False)
    dg.materialize([tagged, versioned], instance=instance, tags={"who": "me"})
    first = dg.evaluate_automation_conditions(things, instance)
    dg.materialize([versioned], instance=instance)
    second = dg.evaluate_automation_conditions(things, instance, cursor=first.cursor)
    dg.materialize([versioned], instance=instance)
    third = dg.evaluate_automation_conditions(things, instance, cursor=second.cursor)

    requested = [
        {result.key.name for result in tick.results if not result.true_subset.is_empty}
        for tick in (first, second, third)
    ]
    assert requested == [
        {"broken", "tagged"},
        {"broken", "tagged"},
        {"broken", "tagged", "versioned"},
    ]


def test_freshness_is_judged_at_the_time_of_the_tick():
    @dg.asset(
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=1)),
        automation_condition=AC.freshness_failed(),
    )
    def watched() -> None: ...

    instance = dg.DagsterInstance.ephemeral()
    dg.materialize([watched], instance=instance)
    later = datetime.fromtimestamp(instance.clock.now(), UTC) + timedelta(hours=2)

    assert dg.evaluate_automation_conditions([watched], instance).total_requested == 0
    assert (
        dg.evaluate_automation_conditions(
            [watched], instance, evaluation_time=later
        ).total_requested
        == 1
    )


def test_a_condition_of_a_user_writes_to_the_log(caplog):
    class Talking(dg.AutomationCondition):
        def evaluate(self, context: dg.AutomationContext) -> dg.AutomationResult:
            context.log.warning("looking at %s", context.key)
            return dg.AutomationResult(context, context.get_empty_subset())

    @dg.asset(automation_condition=Talking())
    def quiet() -> None: ...

    dg.evaluate_automation_conditions([quiet], dg.DagsterInstance.ephemeral())

    assert [(r.name, r.getMessage()) for r in caplog.records] == [
        ("penstock.automation.Talking", "looking at quiet")
    ]


def test_a_cursor_is_that_of_an_earlier_result():
    with pytest.raises(ParameterCheckError, match="must be the `cursor` of an earlier result"):
        dg.evaluate_automation_conditions([up], dg.DagsterInstance.ephemeral(), cursor="7")
