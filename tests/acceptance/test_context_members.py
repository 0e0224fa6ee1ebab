"""Every member of a context that real projects use works in a real run.

The members are those counted in the source of 25 public projects, most used first. A run in this
process exercises each on the kind of context that has it. Not there, and why:

- `step_context` and `plan_data` (and what `get_step_execution_context` gives beyond the context
  itself) are Dagster's private record of a step; Penstock has no such object. The error names the
  member.
- `minutes_late` and `previous_minutes_late` belong to the sensor of freshness policies, which
  Dagster itself has removed. The error names the member.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import penstock as dg

DAILY = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-02-01")
DAY = "2024-01-15"
COUNTED = """
log resources partition_key op_config asset_key cursor instance add_output_metadata resource_config
partition_time_window definition_metadata op_execution_context run_id upstream_output
scheduled_execution_time dagster_run asset_key_for_output run update_cursor asset_partition_keys
has_partition_key assets_def selected_asset_keys op_handle dagster_type has_asset_partitions op_def
step_key step_context log_event job_name output_metadata partition_keys plan_data
asset_partitions_def get_step_execution_context asset_partitions_time_window_for_output
asset_partition_key failure_event get_step_failure_events run_tags output_for_asset_key
has_asset_key asset_partitions_time_window minutes_late previous_minutes_late op_exception metadata
"""

Ask = Callable[..., object]


class Recorded(dg.IOManager):
    """An IO manager that asks its contexts and keeps values in memory."""

    def __init__(self, ask_output: Ask | None = None, ask_input: Ask | None = None) -> None:
        self.ask_output = ask_output
        self.ask_input = ask_input
        self.answers: list[object] = []
        self.values: dict[tuple[str, ...], object] = {}

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        self.values[tuple(context.asset_key.path)] = obj
        if self.ask_output is not None:
            self.answers.append(self.ask_output(context))

    def load_input(self, context: dg.InputContext) -> object:
        if self.ask_input is not None:
            self.answers.append(self.ask_input(context))
        return self.values[tuple(context.asset_key.path)]


def in_an_asset(ask: Ask) -> object:
    """Return what a function learns from the context of a partitioned asset, in a run."""
    answers: list[object] = []

    @dg.asset(
        name="orders",
        partitions_def=DAILY,
        config_schema={"limit": int},
        required_resource_keys={"api"},
        metadata={"owner": "me"},
    )
    def orders(context: dg.AssetExecutionContext) -> int:
        answers.append(ask(context))
        return 1

    result = dg.materialize(
        [orders],
        partition_key=DAY,
        resources={"api": "the api", "io_manager": Recorded()},
        run_config={"ops": {"orders": {"config": {"limit": 3}}}},
        tags={"team": "data"},
    )
    assert result.success
    [answer] = answers
    return answer


def in_an_op(ask: Ask) -> object:
    """Return what a function learns from the context of an op, in a job."""
    answers: list[object] = []

    @dg.op(config_schema={"limit": int}, required_resource_keys={"api"})
    def fetch(context: dg.OpExecutionContext) -> int:
        answers.append(ask(context))
        return 1

    @dg.job(resource_defs={"api": dg.ResourceDefinition.hardcoded_resource("the api")})
    def fetching():
        fetch()

    config = {"ops": {"fetch": {"config": {"limit": 3}}}}
    assert fetching.execute_in_process(run_config=config, tags={"team": "data"}).success
    [answer] = answers
    return answer


def in_an_output(ask: Ask) -> object:
    """Return what a function learns from the context of an output of a partitioned asset."""
    manager = Recorded(ask_output=ask)

    @dg.asset(partitions_def=DAILY, metadata={"table": "orders"})
    def orders(context) -> int:
        context.add_output_metadata({"rows": 1})
        return 1

    result = dg.materialize([orders], partition_key=DAY, resources={"io_manager": manager})
    assert result.success
    [answer] = manager.answers
    return answer


def in_an_input(ask: Ask) -> object:
    """Return what a function learns from the context of an input of a partitioned asset."""
    manager = Recorded(ask_input=ask)

    @dg.asset(partitions_def=DAILY, metadata={"table": "orders"})
    def orders() -> int:
        return 1

    @dg.asset(partitions_def=DAILY, ins={"orders": dg.AssetIn(metadata={"columns": ["id"]})})
    def revenue(orders: int) -> int:
        return orders

    result = dg.materialize([orders, revenue], partition_key=DAY, resources={"io_manager": manager})
    assert result.success
    [answer] = manager.answers
    return answer


def in_a_resource(ask: Ask) -> object:
    """Return what a function learns from the context of a resource."""
    answers: list[object] = []

    @dg.resource(config_schema={"host": str})
    def api(context: dg.InitResourceContext) -> str:
        answers.append(ask(context))
        return "the api"

    @dg.asset(required_resource_keys={"api"})
    def orders() -> None: ...

    result = dg.materialize([orders], resources={"api": api.configured({"host": "h"})})
    assert result.success
    [answer] = answers
    return answer


def in_a_sensor(ask: Ask) -> object:
    """Return what a function learns from the context of a sensor, and the cursor after it."""
    answers: list[object] = []

    @dg.sensor(job_name="load")
    def new_files(context: dg.SensorEvaluationContext):
        answers.append(ask(context))
        return dg.SkipReason("asked")

    with dg.DagsterInstance.ephemeral() as instance:
        tick = new_files.evaluate_tick(dg.build_sensor_context(instance=instance, cursor="7"))
    return answers[0], tick.cursor


def in_a_schedule(ask: Ask) -> object:
    """Return what a function learns from the context of a schedule."""
    answers: list[object] = []

    @dg.schedule(cron_schedule="0 6 * * *", job_name="load")
    def mornings(context: dg.ScheduleEvaluationContext):
        answers.append(ask(context))
        return dg.SkipReason("asked")

    now = datetime(2024, 1, 15, 6, tzinfo=UTC)
    mornings.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=now))
    return answers[0]


def in_a_failure_hook(ask: Ask) -> object:
    """Return what a function learns from the context of a hook of a step that failed."""
    answers: list[object] = []

    @dg.failure_hook
    def tell(context: dg.HookContext) -> None:
        answers.append(ask(context))

    @dg.op
    def fetch() -> None:
        raise ConnectionError("no route")

    @dg.job(hooks={tell})
    def fetching():
        fetch()

    fetching.execute_in_process(raise_on_error=False)
    [answer] = answers
    return answer


def in_a_failure_sensor(ask: Ask) -> object:
    """Return what a function learns from the context of a sensor of failures, after a real run."""

    @dg.op
    def fetch() -> None:
        raise ConnectionError("no route")

    @dg.job
    def fetching():
        fetch()

    with dg.DagsterInstance.ephemeral() as instance:
        result = fetching.execute_in_process(raise_on_error=False, instance=instance)
        context = dg.build_run_status_sensor_context(
            sensor_name="on_failure",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        return ask(context)


def logged(context: dg.AssetExecutionContext) -> bool:
    context.log.info("one")
    context.log.warning("two %s", 2)
    return True


def observed(context: dg.AssetExecutionContext) -> bool:
    context.log_event(dg.AssetObservation("api", metadata={"rows": 1}))
    return True


def described(context: dg.AssetExecutionContext) -> bool:
    context.add_output_metadata({"rows": 1})
    return set(context.get_output_metadata("result")) == {"rows"}


def moved(context: dg.SensorEvaluationContext) -> str | None:
    context.update_cursor("8")
    return context.cursor


WINDOW = dg.TimeWindow(datetime(2024, 1, 15, tzinfo=UTC), datetime(2024, 1, 16, tzinfo=UTC))
ORDERS = dg.AssetKey("orders")

MEMBERS: list[tuple[str, Callable[[Ask], object], Ask, object]] = [
    ("log", in_an_asset, logged, True),
    ("log", in_an_op, logged, True),
    ("resources", in_an_asset, lambda c: c.resources.api, "the api"),
    ("resources", in_an_op, lambda c: c.resources.api, "the api"),
    ("partition_key", in_an_asset, lambda c: c.partition_key, DAY),
    ("partition_key", in_an_output, lambda c: c.partition_key, DAY),
    ("partition_key", in_an_input, lambda c: c.partition_key, DAY),
    ("op_config", in_an_asset, lambda c: c.op_config, {"limit": 3}),
    ("op_config", in_an_op, lambda c: c.op_config["limit"], 3),
    ("asset_key", in_an_asset, lambda c: c.asset_key, ORDERS),
    ("asset_key", in_an_output, lambda c: c.asset_key, ORDERS),
    ("asset_key", in_an_input, lambda c: c.asset_key, ORDERS),
    ("cursor", in_a_sensor, lambda c: c.cursor, ("7", "7")),
    ("instance", in_an_asset, lambda c: isinstance(c.instance, dg.DagsterInstance), True),
    ("instance", in_a_failure_sensor, lambda c: isinstance(c.instance, dg.DagsterInstance), True),
    ("add_output_metadata", in_an_asset, described, True),
    ("resource_config", in_a_resource, lambda c: c.resource_config, {"host": "h"}),
    ("partition_time_window", in_an_asset, lambda c: c.partition_time_window, WINDOW),
    ("definition_metadata", in_an_output, lambda c: c.definition_metadata, {"table": "orders"}),
    ("definition_metadata", in_an_input, lambda c: c.definition_metadata, {"columns": ["id"]}),
    ("op_execution_context", in_an_asset, lambda c: c.op_execution_context.op_config["limit"], 3),
    ("run_id", in_an_asset, lambda c: c.run_id == c.run.run_id, True),
    ("run_id", in_an_op, lambda c: len(c.run_id), 36),
    ("upstream_output", in_an_input, lambda c: c.upstream_output.asset_key, ORDERS),
    (
        "scheduled_execution_time",
        in_a_schedule,
        lambda c: c.scheduled_execution_time,
        datetime(2024, 1, 15, 6, tzinfo=UTC),
    ),
    ("dagster_run", in_an_op, lambda c: c.dagster_run.job_name, "fetching"),
    ("dagster_run", in_a_failure_sensor, lambda c: c.dagster_run.job_name, "fetching"),
    ("asset_key_for_output", in_an_asset, lambda c: c.asset_key_for_output(), ORDERS),
    ("run", in_an_asset, lambda c: c.run.tags["team"], "data"),
    ("update_cursor", in_a_sensor, moved, ("8", "8")),
    ("asset_partition_keys", in_an_output, lambda c: list(c.asset_partition_keys), [DAY]),
    ("asset_partition_keys", in_an_input, lambda c: list(c.asset_partition_keys), [DAY]),
    ("has_partition_key", in_an_asset, lambda c: c.has_partition_key, True),
    ("has_partition_key", in_an_op, lambda c: c.has_partition_key, False),
    ("assets_def", in_an_asset, lambda c: c.assets_def.key, ORDERS),
    ("selected_asset_keys", in_an_asset, lambda c: set(c.selected_asset_keys), {ORDERS}),
    ("op_handle", in_an_op, lambda c: str(c.op_handle), "fetch"),
    ("dagster_type", in_an_output, lambda c: c.dagster_type.display_name, "Int"),
    ("dagster_type", in_an_input, lambda c: c.dagster_type.display_name, "Int"),
    ("has_asset_partitions", in_an_output, lambda c: c.has_asset_partitions, True),
    ("has_asset_partitions", in_an_input, lambda c: c.has_asset_partitions, True),
    ("op_def", in_an_op, lambda c: c.op_def.name, "fetch"),
    ("step_key", in_a_failure_hook, lambda c: c.step_key, "fetch"),
    ("step_key", in_an_output, lambda c: c.step_key, "orders"),
    ("log_event", in_an_asset, observed, True),
    ("job_name", in_an_op, lambda c: c.job_name, "fetching"),
    ("output_metadata", in_an_output, lambda c: c.output_metadata["rows"].value, 1),
    ("partition_keys", in_an_asset, lambda c: list(c.partition_keys), [DAY]),
    ("asset_partitions_def", in_an_output, lambda c: c.asset_partitions_def, DAILY),
    ("asset_partitions_def", in_an_input, lambda c: c.asset_partitions_def, DAILY),
    (
        "get_step_execution_context",
        in_an_asset,
        lambda c: c.get_step_execution_context().run_id == c.run_id,
        True,
    ),
    (
        "asset_partitions_time_window_for_output",
        in_an_asset,
        lambda c: c.asset_partitions_time_window_for_output(),
        WINDOW,
    ),
    ("asset_partition_key", in_an_output, lambda c: c.asset_partition_key, DAY),
    ("asset_partition_key", in_an_input, lambda c: c.asset_partition_key, DAY),
    (
        "failure_event",
        in_a_failure_sensor,
        lambda c: c.failure_event.event_type_value,
        "PIPELINE_FAILURE",
    ),
    (
        "get_step_failure_events",
        in_a_failure_sensor,
        lambda c: [event.step_key for event in c.get_step_failure_events()],
        ["fetch"],
    ),
    ("run_tags", in_an_op, lambda c: c.run_tags["team"], "data"),
    ("output_for_asset_key", in_an_asset, lambda c: c.output_for_asset_key(ORDERS), "result"),
    ("has_asset_key", in_an_output, lambda c: c.has_asset_key, True),
    ("has_asset_key", in_an_input, lambda c: c.has_asset_key, True),
    (
        "asset_partitions_time_window",
        in_an_output,
        lambda c: c.asset_partitions_time_window,
        WINDOW,
    ),
    ("asset_partitions_time_window", in_an_input, lambda c: c.asset_partitions_time_window, WINDOW),
    (
        "op_exception",
        in_a_failure_hook,
        lambda c: repr(c.op_exception),
        "ConnectionError('no route')",
    ),
    ("metadata", in_an_output, lambda c: c.metadata["table"], "orders"),
    ("metadata", in_an_input, lambda c: c.metadata["columns"], ["id"]),
]
GONE = [
    ("step_context", in_an_output),
    ("step_context", in_an_input),
    ("plan_data", in_an_op),
    ("minutes_late", in_a_sensor),
    ("previous_minutes_late", in_a_sensor),
]


@pytest.mark.parametrize(
    ("ask_in", "ask", "expected"),
    [row[1:] for row in MEMBERS],
    ids=[f"{name}-{ask_in.__name__}" for name, ask_in, _, _ in MEMBERS],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_member_of_a_context_answers(ask_in: Callable[[Ask], object], ask: Ask, expected: object):
    assert ask_in(ask) == expected


@pytest.mark.parametrize(("member", "ask_in"), GONE, ids=[f"{m}-{a.__name__}" for m, a in GONE])
def test_a_member_that_is_not_there_is_named(member: str, ask_in: Callable[[Ask], object]):
    def ask(context: object) -> str:
        with pytest.raises((AttributeError, dg.DagsterInvariantViolationError)) as caught:
            getattr(context, member)
        return str(caught.value)

    answer = ask_in(ask)

    message = answer[0] if isinstance(answer, tuple) else answer
    assert member in message


def test_every_counted_member_is_in_the_tables():
    assert {name for name, *_ in MEMBERS} | {name for name, _ in GONE} == set(COUNTED.split())
