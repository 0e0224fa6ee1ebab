"""Sensors: what they accept, what one evaluation answers, and calls by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import penstock as dg
from penstock.define.run_request import RunRequest
from penstock.define.sensor import SensorType
from penstock.define.sensor_data import NOTHING_RETURNED, SensorExecutionData


@dg.job
def load() -> None: ...


@dg.job
def check() -> None: ...


fruit = dg.DynamicPartitionsDefinition(name="fruit")


@dg.job(partitions_def=fruit)
def fruits() -> None: ...


@dg.asset
def orders() -> None: ...


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["eu"]))
def regions() -> None: ...


def evaluated(
    function: Callable[..., object],
    context: dg.SensorEvaluationContext | None = None,
    **arguments: object,
) -> SensorExecutionData:
    made = dg.SensorDefinition("watcher", evaluation_fn=function, **arguments)  # pyright: ignore[reportArgumentType]
    return made.evaluate_tick(context or dg.build_sensor_context())


def test_a_bare_sensor_is_one() -> None:
    @dg.sensor
    def new_files() -> Iterator[dg.SensorResult]:
        """Look for files."""
        yield dg.SensorResult(cursor="7", run_requests=[RunRequest(job_name="load")])

    data = new_files.evaluate_tick(dg.build_sensor_context())

    assert new_files.name == "new_files"
    assert data.cursor == "7"
    assert [request.job_name for request in data.run_requests] == ["load"]


def test_defaults() -> None:
    made = dg.SensorDefinition("watcher", evaluation_fn=lambda: None)

    assert made.minimum_interval_seconds == 30
    assert made.default_status is dg.DefaultSensorStatus.STOPPED
    assert made.sensor_type is SensorType.STANDARD
    assert not made.has_jobs


def test_a_function_is_needed() -> None:
    with pytest.raises(
        dg.InvalidDefinitionError, match=r"without the function that looks .*\. Give evaluation_fn"
    ):
        dg.SensorDefinition()


def test_only_one_thing_to_run_can_be_named() -> None:
    with pytest.raises(dg.InvalidDefinitionError, match="is told in 2 ways what to run"):
        dg.SensorDefinition("x", evaluation_fn=lambda: None, job=load, asset_selection="*")


def test_the_job_can_be_read_if_it_is_the_only_one() -> None:
    one = dg.SensorDefinition("one", evaluation_fn=lambda: None, job=load)
    two = dg.SensorDefinition("two", evaluation_fn=lambda: None, jobs=[load, check])
    none = dg.SensorDefinition("none", evaluation_fn=lambda: None)

    assert one.job is load
    assert list(two.jobs) == [load, check]
    with pytest.raises(dg.InvalidDefinitionError, match="runs 2 jobs, so it has no single job"):
        _ = two.job
    with pytest.raises(dg.InvalidDefinitionError, match="has no job to show"):
        _ = none.job_name


def test_nothing_given_is_a_reason_to_skip() -> None:
    assert evaluated(lambda: None, job=load).skip_message == NOTHING_RETURNED
    assert evaluated(lambda: [None], job=load).skip_message == NOTHING_RETURNED
    assert evaluated(lambda: dg.SensorResult(), job=load).skip_message == NOTHING_RETURNED


def test_requests_may_be_yielded_and_a_skip_returned_instead() -> None:
    def either(context: dg.SensorEvaluationContext) -> Iterator[RunRequest]:
        if context.cursor == "skip":
            return dg.SkipReason("told to")
        yield RunRequest("1")

    skipped = evaluated(either, dg.build_sensor_context(cursor="skip"), job=load)
    requested = evaluated(either, job=load)

    assert skipped.skip_message == "told to"
    assert [request.run_key for request in requested.run_requests] == ["1"]


def test_requests_get_the_name_of_the_sensor_and_not_its_tags() -> None:
    data = evaluated(lambda: RunRequest(tags={"a": "b"}), job=load, tags={"team": "core"})

    assert data.run_requests[0].tags == {"a": "b", "dagster/sensor_name": "watcher"}


@pytest.mark.parametrize("given", [{}, 5, "text", [5]])
def test_anything_else_is_refused(given: object) -> None:
    with pytest.raises(dg.ParameterCheckError, match=r"Sensor 'watcher' gave .*\. Return or yield"):
        evaluated(lambda: given, job=load)


def test_a_skip_stands_alone() -> None:
    with pytest.raises(dg.ParameterCheckError, match="requested runs and gave a SkipReason"):
        evaluated(lambda: [RunRequest(), dg.SkipReason("x")], job=load)
    with pytest.raises(dg.ParameterCheckError, match="skipped 2 times in the same evaluation"):
        evaluated(lambda: [dg.SkipReason("x"), dg.SkipReason("y")], job=load)


def test_a_sensor_result_stands_alone() -> None:
    with pytest.raises(
        dg.ParameterCheckError, match="a SensorResult among them, which has to stand"
    ):
        evaluated(lambda: [dg.SensorResult(), RunRequest()], job=load)


def test_a_cursor_is_set_in_one_way_only() -> None:
    def twice(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        context.update_cursor("a")
        return dg.SensorResult(cursor="b")

    with pytest.raises(
        dg.InvariantViolationError, match=r"twice, with context.update_cursor\(\) and"
    ):
        evaluated(twice, job=load)


def test_a_cursor_stays_if_nobody_sets_it() -> None:
    data = evaluated(lambda: None, dg.build_sensor_context(cursor="7"), job=load)

    assert data.cursor == "7"


def test_an_error_of_user_code_is_not_wrapped() -> None:
    def broken() -> None:
        raise ZeroDivisionError("by hand")

    with pytest.raises(ZeroDivisionError, match="by hand"):
        evaluated(broken, job=load)


def test_a_request_without_a_target_is_refused() -> None:
    with pytest.raises(
        dg.InvariantViolationError, match="neither it nor the RunRequest says of what"
    ):
        evaluated(lambda: RunRequest())


def test_a_sensor_without_a_target_may_request_assets() -> None:
    data = evaluated(lambda: RunRequest(asset_selection=[dg.AssetKey("orders")]))

    assert data.run_requests[0].job_name == "__ASSET_JOB"


def test_with_several_jobs_a_request_names_one() -> None:
    with pytest.raises(dg.InvariantViolationError, match="a RunRequest of it chooses none"):
        evaluated(lambda: RunRequest(), jobs=[load, check])
    with pytest.raises(dg.InvariantViolationError, match="job 'other' without targeting it"):
        evaluated(lambda: RunRequest(job_name="other"), jobs=[load, check])

    data = evaluated(lambda: RunRequest(job_name="check"), jobs=[load, check])

    assert data.run_requests[0].job_name == "check"


def test_a_selection_fills_in_the_assets() -> None:
    defs = dg.Definitions([orders, regions])
    context = dg.build_sensor_context(definitions=defs)

    data = evaluated(lambda: RunRequest(partition_key="eu"), context, asset_selection="regions")

    (request,) = data.run_requests
    assert request.job_name == "__ASSET_JOB"
    assert request.asset_selection == [dg.AssetKey("regions")]
    assert request.tags["dagster/partition"] == "eu"


def test_assets_outside_the_selection_are_refused() -> None:
    context = dg.build_sensor_context(definitions=dg.Definitions([orders, regions]))

    with pytest.raises(dg.InvalidSubsetError, match="requested 'orders'"):
        evaluated(
            lambda: RunRequest(asset_selection=[dg.AssetKey("orders")]),
            context,
            asset_selection="regions",
        )


def test_a_partition_added_in_the_same_tick_exists() -> None:
    def add() -> dg.SensorResult:
        return dg.SensorResult(
            [RunRequest(partition_key="apple")],
            dynamic_partitions_requests=[fruit.build_add_request(["apple"])],
        )

    with dg.instance_for_test() as instance:
        context = dg.build_sensor_context(instance, definitions=dg.Definitions(jobs=[fruits]))
        data = evaluated(add, context, job=fruits)

        assert data.run_requests[0].tags["dagster/partition"] == "apple"
        assert instance.get_dynamic_partitions("fruit") == []


def test_a_partition_deleted_in_the_same_tick_does_not_exist() -> None:
    def delete() -> dg.SensorResult:
        return dg.SensorResult(
            [RunRequest(partition_key="apple")],
            dynamic_partitions_requests=[fruit.build_delete_request(["apple"])],
        )

    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("fruit", ["apple"])
        context = dg.build_sensor_context(instance, definitions=dg.Definitions(jobs=[fruits]))

        with pytest.raises(dg.UnknownPartitionError):
            evaluated(delete, context, job=fruits)


def test_events_of_assets_are_told() -> None:
    seen = dg.AssetMaterialization("orders")

    data = evaluated(lambda: dg.SensorResult(asset_events=[seen]))

    assert list(data.asset_events) == [seen]
    assert data.skip_message is None


class Folder(dg.ConfigurableResource[object]):
    path: str


@dg.sensor(job_name="load")
def in_folder(folder: Folder, context: dg.SensorEvaluationContext) -> RunRequest:
    return RunRequest(f"{folder.path}/{context.cursor}")


def test_resources_come_from_the_context_or_by_keyword() -> None:
    by_context = dg.build_sensor_context(cursor="1", resources={"folder": Folder(path="in")})
    plain = dg.build_sensor_context(cursor="2")

    assert in_folder(by_context) == RunRequest("in/1")
    assert in_folder(plain, folder=Folder(path="out")) == RunRequest("out/2")
    assert in_folder.evaluate_tick(by_context).run_requests[0].run_key == "in/1"
    assert in_folder.required_resource_keys == {"folder"}


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(
        dg.InvalidDefinitionError, match="'folder', which sensor 'in_folder' asks for"
    ):
        in_folder(dg.build_sensor_context())


def test_more_than_the_context_is_refused() -> None:
    context = dg.build_sensor_context()

    with pytest.raises(dg.InvalidInvocationError, match="2 arguments that are no resources"):
        in_folder(context, context=context)


def test_a_cursor_set_by_a_call_with_resources_is_seen_outside() -> None:
    @dg.sensor(job_name="load")
    def keep(context: dg.SensorEvaluationContext, folder: Folder) -> None:
        context.update_cursor(folder.path)

    context = dg.build_sensor_context()
    keep(context, folder=Folder(path="in"))

    assert context.cursor == "in"


def test_a_callable_object_is_a_function_too() -> None:
    class Watch:
        def __call__(self, folder: Folder) -> RunRequest:
            return RunRequest(folder.path)

    made = dg.SensorDefinition("watch", evaluation_fn=Watch(), job=load)

    assert made(folder=Folder(path="in")) == RunRequest("in")


def test_a_copy_has_other_jobs_or_metadata() -> None:
    made = dg.SensorDefinition("x", evaluation_fn=lambda: None, job=load, metadata={"a": 1})

    other = made.with_updated_jobs([check]).with_attributes(metadata={})

    assert [target.job_name for target in other.targets] == ["check"]
    assert other.metadata == {}
    assert made.job is load


def test_context_tells_whether_it_is_the_first_tick_since_the_start() -> None:
    started = dg.build_sensor_context(last_sensor_start_time=10.0)
    context = dg.SensorEvaluationContext(last_sensor_start_time=10.0, last_tick_completion_time=11)

    assert started.is_first_tick_since_sensor_start
    assert not context.is_first_tick_since_sensor_start


def test_a_cursor_is_text() -> None:
    with pytest.raises(dg.ParameterCheckError):
        dg.build_sensor_context().update_cursor(5)  # pyright: ignore[reportArgumentType]
