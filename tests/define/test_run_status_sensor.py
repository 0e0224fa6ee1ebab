"""Run status sensors: where they start, whom they call, and what an error means."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.define.run_request import RunRequest
from penstock.instance import Instance


@dg.op
def fail() -> None:
    raise ValueError("no such table")


@dg.job
def broken() -> None:
    fail()


@dg.job
def fine() -> None: ...


SET_UP: list[str] = []


class Channel(dg.ConfigurableResource[object]):
    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        SET_UP.append("channel")


def run(job: dg.JobDefinition, instance: Instance) -> None:
    job.execute_in_process(instance=instance, raise_on_error=False)


def cursor_of(made: dg.SensorDefinition, instance: Instance) -> str | None:
    return made.evaluate_tick(dg.build_sensor_context(instance)).cursor


def test_nothing_from_before_the_first_tick_is_replayed() -> None:
    told: list[str] = []
    made = dg.run_failure_sensor(name="alert")(lambda context: told.append(context.sensor_name))

    with dg.instance_for_test() as instance:
        run(broken, instance)
        cursor = cursor_of(made, instance)
        made.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))

    assert told == []


def test_each_failure_is_told_once_in_order() -> None:
    told: list[str] = []

    @dg.run_failure_sensor
    def alert(context: dg.RunFailureSensorContext) -> None:
        told.append(f"{context.dagster_run.job_name}: {len(context.get_step_failure_events())}")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    with dg.instance_for_test() as instance:
        cursor = cursor_of(alert, instance)
        run(broken, instance)
        run(fine, instance)
        run(broken, instance)
        data = alert.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))
        again = alert.evaluate_tick(dg.build_sensor_context(instance, cursor=data.cursor))

    assert told == ["broken: 1", "broken: 1"]
    assert len(data.dagster_run_reactions) == 2
    assert not again.dagster_run_reactions


def test_an_error_is_told_with_the_run_and_not_repeated() -> None:
    @dg.run_failure_sensor
    def alert(context: dg.RunFailureSensorContext) -> None:
        raise ConnectionError("no network")

    with dg.instance_for_test() as instance:
        cursor = cursor_of(alert, instance)
        run(broken, instance)
        data = alert.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))

    (reaction,) = data.dagster_run_reactions
    assert str(reaction.error) == "no network"
    assert data.cursor != cursor


def test_only_monitored_jobs_count_and_runs_can_be_requested() -> None:
    @dg.run_status_sensor(
        dg.RunStatus.SUCCESS, monitored_jobs=[fine], request_job=broken, name="follow"
    )
    def follow() -> RunRequest:
        return RunRequest("1")

    with dg.instance_for_test() as instance:
        cursor = cursor_of(follow, instance)
        run(fine, instance)
        data = follow.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))

    assert [request.run_key for request in data.run_requests] == ["1"]


def test_runs_of_other_definitions_do_not_count() -> None:
    told: list[object] = []
    made = dg.run_failure_sensor(name="alert")(told.append)
    defs = dg.Definitions(jobs=[fine])

    with dg.instance_for_test() as instance:
        cursor = cursor_of(made, instance)
        run(broken, instance)
        context = dg.build_sensor_context(instance, cursor=cursor, definitions=defs)
        made.evaluate_tick(context)

    assert told == []


def test_the_function_sets_no_cursor() -> None:
    made = dg.run_failure_sensor(name="own")(lambda context: dg.SensorResult(cursor="x"))

    with dg.instance_for_test() as instance:
        cursor = cursor_of(made, instance)
        run(broken, instance)

        with pytest.raises(
            dg.InvariantViolationError, match="sensor of run statuses moves its cursor itself"
        ):
            made.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))


def test_a_call_by_hand_takes_the_context_of_a_run() -> None:
    @dg.run_status_sensor(dg.RunStatus.SUCCESS)
    def tell(context: dg.RunStatusSensorContext, channel: dg.ResourceParam[str]) -> str:
        return f"{channel}: {context.partition_key}"

    with dg.instance_for_test() as instance:
        context = dg.build_run_status_sensor_context(
            "tell", object(), instance, object(), partition_key="eu"
        )

        assert tell(context, channel="ops") == "ops: eu"
        with pytest.raises(dg.InvalidInvocationError, match="Pass resources by keyword: 'channel'"):
            tell(dg.build_sensor_context(instance))


def test_arguments_are_checked() -> None:
    with pytest.raises(dg.ParameterCheckError, match="run_status must be a RunStatus"):
        dg.run_status_sensor("FAILURE", name="x")(lambda: None)  # pyright: ignore[reportArgumentType]
    with pytest.raises(dg.InvalidDefinitionError, match="no event tells"):
        dg.run_status_sensor(dg.RunStatus.NOT_STARTED, name="x")(lambda: None)
    with pytest.raises(dg.ParameterCheckError, match="each of monitored_jobs"):
        dg.run_failure_sensor(name="x", monitored_jobs=["fine"])(lambda: None)  # pyright: ignore[reportArgumentType]
    with pytest.raises(
        dg.InvalidDefinitionError, match="'x' was given monitor_all_code_locations, which"
    ):
        dg.run_failure_sensor(name="x", monitored_jobs=[fine], monitor_all_code_locations=True)(
            lambda: None
        )


def test_resources_are_set_up_once_for_all_runs() -> None:
    @dg.run_failure_sensor
    def alert(context: dg.RunFailureSensorContext, channel: Channel) -> None: ...

    with dg.instance_for_test() as instance:
        first = dg.build_sensor_context(instance, resources={"channel": Channel()})
        cursor = alert.evaluate_tick(first).cursor
        run(broken, instance)
        run(broken, instance)
        SET_UP.clear()
        second = dg.build_sensor_context(
            instance, cursor=cursor, resources={"channel": Channel(), "unused": Channel()}
        )
        data = alert.evaluate_tick(second)

    assert SET_UP == ["channel"]
    assert len(data.dagster_run_reactions) == 2
