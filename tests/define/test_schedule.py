"""Schedules: what they accept, when they fire, and what one evaluation answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

import penstock as dg
from penstock.define.run_request import RunRequest

NOON = datetime(2024, 1, 5, 12, tzinfo=UTC)


@dg.job
def load() -> None: ...


@dg.job(partitions_def=dg.DailyPartitionsDefinition("2024-01-01"))
def days() -> None: ...


@dg.asset
def orders() -> None: ...


def context(**arguments: object) -> dg.ScheduleEvaluationContext:
    return dg.build_schedule_context(scheduled_execution_time=NOON, **arguments)  # pyright: ignore[reportArgumentType]


def daily(function: Callable[..., object], **arguments: object) -> dg.ScheduleDefinition:
    return dg.schedule("@daily", job=load, **arguments)(function)  # pyright: ignore[reportArgumentType]


def tick(function: Callable[..., object], **arguments: object) -> list[RunRequest]:
    return list(daily(function, **arguments).evaluate_tick(context()).run_requests)


def test_the_name_follows_from_the_job() -> None:
    assert dg.ScheduleDefinition(job=load, cron_schedule="@daily").name == "load_schedule"


def test_a_name_or_something_to_run_is_needed() -> None:
    with pytest.raises(dg.ParameterCheckError, match="neither a name nor a job to be named after"):
        dg.ScheduleDefinition(cron_schedule="@daily")


def test_only_one_thing_to_run_can_be_named() -> None:
    with pytest.raises(dg.InvalidDefinitionError, match="is told in 2 ways what to run"):
        dg.ScheduleDefinition(job=load, job_name="load", cron_schedule="@daily")


@pytest.mark.parametrize("cron", ["oopsies * * * *", "0 0 * * * *", "0 0 30 2 *", ["x"]])
def test_a_wrong_cron_is_refused(cron: str | list[str]) -> None:
    with pytest.raises(dg.InvalidDefinitionError, match="is not a cron schedule"):
        dg.ScheduleDefinition(job=load, cron_schedule=cron)


def test_a_list_of_no_crons_is_refused() -> None:
    with pytest.raises(dg.InvalidDefinitionError, match="the list cron_schedule is empty"):
        dg.ScheduleDefinition(job=load, cron_schedule=[])


def test_a_cron_must_be_given() -> None:
    with pytest.raises(dg.ParameterCheckError, match="cron_schedule must be a text"):
        dg.ScheduleDefinition(job=load)


def test_a_step_longer_than_its_field_is_warned_of() -> None:
    with pytest.warns(UserWarning, match=r"'\*/90' in the cron .* has a step over 60"):
        dg.ScheduleDefinition(job=load, cron_schedule="*/90 * * * *")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(dg.InvalidDefinitionError, match=r"no valid execution_timezone.*Mars/Base"):
        dg.ScheduleDefinition(job=load, cron_schedule="@daily", execution_timezone="Mars/Base")


def test_odd_characters_in_tag_keys_are_warned_of() -> None:
    with pytest.warns(DeprecationWarning, match="systems would not take: \\['a&'\\]"):
        dg.ScheduleDefinition(job=load, cron_schedule="@daily", tags={"a&": "b"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"run_config": {"a": 1}, "run_config_fn": dict}, "run_config and also run_config_fn"),
        ({"tags": {"a": "b"}, "tags_fn": dict}, "tags and also tags_fn"),
        ({"execution_fn": lambda: None, "tags_fn": dict}, "Keep execution_fn alone"),
        ({"execution_fn": lambda: None, "should_execute": bool}, "Keep execution_fn alone"),
    ],
)
def test_functions_and_values_exclude_each_other(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(dg.InvalidDefinitionError, match=words):
        dg.ScheduleDefinition(job=load, cron_schedule="@daily", **arguments)  # pyright: ignore[reportArgumentType]


def test_a_graph_becomes_a_job_with_a_warning() -> None:
    @dg.graph
    def flow() -> None: ...

    with pytest.warns(DeprecationWarning, match="takes the graph 'flow' for a job"):
        made = dg.ScheduleDefinition(job=flow, cron_schedule="@daily")

    assert isinstance(made.job, dg.JobDefinition)


def test_assets_become_a_job_that_nobody_named() -> None:
    made = dg.ScheduleDefinition("nightly", target=[orders], cron_schedule="@daily")

    assert made.job_name == "__anonymous_asset_job_nightly"
    assert made.has_anonymous_job
    assert [orders, made.job] == list(made.targeted)


def test_a_target_that_is_neither_job_nor_assets_is_refused() -> None:
    with pytest.raises(dg.UsageError):
        dg.ScheduleDefinition("x", target=5, cron_schedule="@daily")  # pyright: ignore[reportArgumentType]


def test_a_job_known_by_name_only_cannot_be_read() -> None:
    made = dg.ScheduleDefinition(job_name="load", cron_schedule="@daily")

    with pytest.raises(dg.InvalidDefinitionError, match="has no job to show"):
        _ = made.job


def test_it_fires_by_the_clock_of_its_zone() -> None:
    made = dg.ScheduleDefinition(
        job=load, cron_schedule="30 1 * * *", execution_timezone="Europe/London"
    )
    autumn = datetime(2024, 10, 26, 12, tzinfo=UTC).timestamp()

    ticks = made.execution_time_iterator(autumn)

    assert [
        next(ticks).isoformat(),
        next(ticks).isoformat(),
    ] == ["2024-10-27T01:30:00+00:00", "2024-10-28T01:30:00+00:00"]


def test_several_crons_fire_as_one_and_backwards() -> None:
    made = dg.ScheduleDefinition(job=load, cron_schedule=["0 12 * * *", "0 */12 * * *"])

    ticks = made.execution_time_iterator(NOON.timestamp(), ascending=False)

    assert [next(ticks).hour for _ in range(3)] == [12, 0, 12]


def test_nothing_returned_is_a_reason_to_skip() -> None:
    data = daily(lambda: None, name="empty").evaluate_tick(context())

    assert data.skip_message == "The schedule asked for no run"


def test_config_returned_is_one_run_with_the_tags_of_the_schedule() -> None:
    def settings() -> dict[str, object]:
        return {"ops": {}}

    (request,) = tick(settings, tags={"team": "core"})

    assert request.run_config == {"ops": {}}
    assert request.tags == {"team": "core", "dagster/schedule_name": "settings"}


def test_a_run_config_object_is_config_too() -> None:
    (request,) = tick(lambda: dg.RunConfig(ops={"a": {"config": 1}}), name="configured")

    assert request.run_config == {"ops": {"a": {"config": 1}}}


def test_requests_do_not_get_the_tags_of_the_schedule() -> None:
    (request,) = tick(lambda: RunRequest(tags={"own": "1"}), name="own", tags={"team": "core"})

    assert request.tags == {"own": "1", "dagster/schedule_name": "own"}


def test_several_requests_need_a_key_each() -> None:
    with pytest.raises(dg.ParameterCheckError, match="2 runs, some of them without a run_key"):
        tick(lambda: [RunRequest("1"), RunRequest()], name="two")


def test_requests_may_be_yielded_and_returned() -> None:
    def two() -> Iterator[RunRequest]:
        yield RunRequest("1")
        return RunRequest("2")

    assert [request.run_key for request in tick(two)] == ["1", "2"]


def test_a_reason_to_skip_is_kept() -> None:
    data = daily(lambda: dg.SkipReason("holiday"), name="skips").evaluate_tick(context())

    assert data.skip_message == "holiday"
    assert list(data.run_requests) == []


@pytest.mark.parametrize("given", [5, "text", [5], [{}], dg.SensorResult([])])
def test_anything_else_is_refused(given: object) -> None:
    with pytest.raises(dg.ParameterCheckError, match="Return run config, RunRequests"):
        tick(lambda: given, name="odd")


def test_a_skip_stands_alone() -> None:
    with pytest.raises(dg.ParameterCheckError, match="together with other results"):
        tick(lambda: [dg.SkipReason("x"), RunRequest("1")], name="both")


def test_should_execute_can_say_no() -> None:
    data = daily(dict, name="no", should_execute=lambda: False).evaluate_tick(context())

    assert data.skip_message == "should_execute of schedule 'no' said no"


def test_an_error_of_user_code_names_the_schedule() -> None:
    def broken() -> None:
        raise ValueError("no such table")

    with pytest.raises(
        dg.ScheduleExecutionError, match="schedule 'broken' raised ValueError"
    ) as caught:
        tick(broken)

    assert isinstance(caught.value.user_exception, ValueError)


def test_functions_of_a_schedule_without_a_body_make_config_and_tags() -> None:
    made = dg.ScheduleDefinition(
        job=load,
        cron_schedule="@daily",
        run_config_fn=lambda ctx: {"at": ctx.scheduled_execution_time.hour},
        tags_fn=lambda: {"made": "here"},
    )

    (request,) = made.evaluate_tick(context()).run_requests

    assert request.run_config == {"at": 12}
    assert request.tags["made"] == "here"


def test_a_partition_is_resolved_as_of_the_tick() -> None:
    repository = dg.Definitions(jobs=[days]).get_repository_def()

    @dg.schedule("@daily", job_name="days")
    def latest() -> RunRequest:
        return RunRequest(partition_key="2024-01-04")

    (request,) = latest.evaluate_tick(context(repository_def=repository)).run_requests

    assert request.tags["dagster/partition"] == "2024-01-04"


def test_a_partition_after_the_tick_does_not_exist() -> None:
    repository = dg.Definitions(jobs=[days]).get_repository_def()
    made = dg.schedule("@daily", job_name="days", name="early")(
        lambda: RunRequest(partition_key="2024-01-05")
    )

    with pytest.raises(dg.UnknownPartitionError):
        made.evaluate_tick(context(repository_def=repository))


def test_a_partition_cannot_be_resolved_without_definitions() -> None:
    made = dg.schedule("@daily", job=days, name="alone")(
        lambda: RunRequest(partition_key="2024-01-04")
    )

    with pytest.raises(
        dg.InvariantViolationError, match="can tell which partition a RunRequest is for"
    ):
        made.evaluate_tick(context())


def test_a_schedule_without_a_target_needs_requests_that_name_a_job() -> None:
    open_ended = dg.schedule("@daily", name="open_ended")(lambda: RunRequest())

    with pytest.raises(
        dg.InvariantViolationError, match="neither it nor the RunRequest says of what"
    ):
        open_ended.evaluate_tick(context())


def test_a_schedule_without_a_target_may_request_assets() -> None:
    made = dg.schedule("@daily", name="assets")(
        lambda: RunRequest(asset_selection=[dg.AssetKey("orders")])
    )

    (request,) = made.evaluate_tick(context()).run_requests

    assert request.job_name == "__ASSET_JOB"


class Clock(dg.ConfigurableResource[object]):
    hour: int


@dg.schedule("@daily", job_name="load")
def with_resource(clock: Clock) -> RunRequest:
    return RunRequest(run_config={"hour": clock.hour})


def test_a_resource_comes_from_the_context_or_by_keyword() -> None:
    by_context = with_resource(dg.build_schedule_context(resources={"clock": Clock(hour=6)}))
    by_keyword = with_resource(clock=Clock(hour=7))

    assert RunRequest(run_config={"hour": 6}) == by_context
    assert RunRequest(run_config={"hour": 7}) == by_keyword


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(
        dg.InvalidDefinitionError, match="'clock', which schedule 'with_resource' asks for"
    ):
        with_resource()


def test_a_resource_by_position_is_refused() -> None:
    with pytest.raises(dg.InvalidInvocationError, match="Pass resources by keyword: 'clock'"):
        with_resource(Clock(hour=6))


@dg.schedule("@daily", job_name="load")
def with_context(moment: dg.ScheduleEvaluationContext) -> int:
    return moment.scheduled_execution_time.hour


def test_a_call_by_hand_takes_the_context_by_place_or_name() -> None:
    assert with_context(context()) == 12
    assert with_context(moment=context()) == 12


def test_a_call_without_the_context_that_is_needed_is_refused() -> None:
    with pytest.raises(
        dg.InvalidInvocationError, match="without the context, its parameter 'moment'"
    ):
        with_context()


def test_a_call_with_a_wrong_name_is_refused() -> None:
    with pytest.raises(dg.InvalidInvocationError, match=r"no parameter 'when'\. It takes 'moment'"):
        with_context(when=context())


def test_a_schedule_without_a_function_cannot_be_called() -> None:
    with pytest.raises(
        dg.InvalidInvocationError, match="has no function to call, as one made with"
    ):
        dg.ScheduleDefinition(job=load, cron_schedule="@daily")(context())


def test_a_copy_has_another_job_or_other_metadata() -> None:
    made = dg.ScheduleDefinition(job=load, cron_schedule="@daily", metadata={"a": 1})

    other = made.with_updated_job(days).with_attributes(metadata={})

    assert days is other.job
    assert other.metadata == {}
    assert load is made.job


def test_owners_are_checked() -> None:
    with pytest.raises(dg.InvalidDefinitionError, match="Write an email address, or 'team:'"):
        dg.ScheduleDefinition(job=load, cron_schedule="@daily", owners=["nobody"])
