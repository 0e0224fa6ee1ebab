"""Ops, graphs and jobs, as a user's editor sees them; strict checkers accept it."""

from collections.abc import Iterator
from typing import assert_type

import penstock as dg


class Api(dg.ConfigurableResource):
    url: str


class Limits(dg.Config):
    rows: int = 10


@dg.op
def numbers() -> list[int]:
    return [1, 2]


@dg.op(out=dg.Out(int, description="The sum."), tags={"tier": "gold"})
def total(context: dg.OpExecutionContext, config: Limits, numbers: list[int]) -> int:
    assert_type(context.instance, dg.DagsterInstance)
    context.log.info("%s of %s in %s", config.rows, context.run_id, context.run.job_name)
    return sum(numbers)


@dg.op(out={"small": dg.Out(int, is_required=False), "large": dg.Out(int, is_required=False)})
def sorted_out(value: int) -> Iterator[dg.Output[int]]:
    yield dg.Output(value, output_name="small" if value < 10 else "large")


@dg.op(out=dg.DynamicOut(int))
def spread(value: int) -> Iterator[dg.DynamicOutput[int]]:
    for number in range(value):
        yield dg.DynamicOutput(number, mapping_key=str(number))


@dg.op(ins={"start": dg.In(dg.Nothing)}, required_resource_keys={"api"})
def told(context: dg.OpExecutionContext) -> dg.Output[str]:
    url: str = context.resources.api.url
    context.add_output_metadata({"url": url})
    return dg.Output(url, metadata={"url": dg.MetadataValue.url(url)})


@dg.graph
def summed() -> None:
    total(numbers())


@dg.job(tags={"team": "data"})
def daily() -> None:
    value = total(numbers())
    spread(value).map(sorted_out)
    told(start=value)


@dg.failure_hook
def complain(context: dg.HookContext) -> None:
    context.log.error("%s failed", context.step_key)


assert_type(numbers, dg.OpDefinition)
assert_type(total, dg.OpDefinition)
assert_type(summed, dg.GraphDefinition)
assert_type(daily, dg.JobDefinition)
assert_type(complain, dg.HookDefinition)
assert_type(summed.to_job(name="also"), dg.JobDefinition)

result = daily.execute_in_process(
    run_config=dg.RunConfig(ops={"total": Limits(rows=3)}),
    resources={"api": Api(url="https://example.org")},
)
assert_type(result, dg.ExecuteInProcessResult)
assert_type(result.success, bool)
part = summed.to_job().get_subset(op_selection=["numbers"])
assert_type(part, dg.JobDefinition)
schedule = dg.ScheduleDefinition(job=summed.to_job(name="nightly"), cron_schedule="@daily")
