"""Definitions for tests: jobs around one op or some assets, and ops that return a value."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

from penstock.compat.runs import DagsterRun
from penstock.define.definitions import Definitions
from penstock.define.graph import GraphDefinition
from penstock.define.job import define_asset_job
from penstock.define.job_definition import JobDefinition
from penstock.define.op import OpDefinition
from penstock.define.ports import InputMapping, OutputMapping
from penstock.execute.result import ExecuteInProcessResult
from penstock.graph.selection import CoercibleToAssetSelection
from penstock.instance import Instance
from penstock.model.run import RunStatus
from penstock.partitions.definition import PartitionsDefinition

NodeDefinition = OpDefinition | GraphDefinition


def wrap_op_in_graph(op_def: NodeDefinition, *, do_input_mapping: bool = True) -> GraphDefinition:
    """Return a graph of one op, whose inputs are the graph's inputs."""
    mappings = [InputMapping(each.name, op_def.name, each.name) for each in op_def.input_defs]
    outputs = [OutputMapping(each.name, op_def.name, each.name) for each in op_def.output_defs]
    return GraphDefinition(
        name="wraps_" + op_def.name,
        node_defs=[op_def],
        input_mappings=mappings if do_input_mapping else None,
        output_mappings=outputs,
    )


def wrap_op_in_graph_and_execute(
    op_def: NodeDefinition,
    resources: Mapping[str, object] | None = None,
    input_values: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    run_config: Mapping[str, object] | None = None,
    *,
    raise_on_error: bool = True,
    logger_defs: Mapping[str, object] | None = None,
    do_input_mapping: bool = True,
) -> ExecuteInProcessResult:
    """Run one op in a job of its own, and return what happened.

    Args:
        op_def: The op, or a graph.
        resources: Resources by key.
        input_values: Values for its inputs.
        tags: Tags of the run.
        run_config: Config of the run.
        raise_on_error: Whether to raise what user code raised.
        logger_defs: Loggers of the job.
        do_input_mapping: Whether its inputs are inputs of the job; else they come from run config.
    """
    graph = wrap_op_in_graph(op_def, do_input_mapping=do_input_mapping)
    job = graph.to_job(resource_defs=resources, logger_defs=logger_defs)
    result = job.execute_in_process(
        run_config=run_config,
        input_values=input_values,
        tags=tags,
        raise_on_error=raise_on_error,
    )
    assert isinstance(result, ExecuteInProcessResult)
    return result


def create_test_asset_job(
    assets: Sequence[object],
    *,
    selection: CoercibleToAssetSelection | None = None,
    name: str = "asset_job",
    resources: Mapping[str, object] | None = None,
    **arguments: object,
) -> JobDefinition:
    """Return the job of some assets, resolved; `arguments` are those of `define_asset_job`."""
    chosen = selection
    if chosen is None:
        chosen = [
            key for each in assets for key in getattr(each, "keys", ()) if _is_executable(each)
        ]
    job = define_asset_job(name, selection=chosen, **arguments)  # pyright: ignore[reportArgumentType] - checked there
    defs = Definitions(assets=assets, jobs=[job], resources=dict(resources or {}))
    return defs.resolve_job_def(name)


def _is_executable(asset: object) -> bool:
    return bool(getattr(asset, "is_executable", False))


def get_paginated_partition_keys(
    partitions_def: PartitionsDefinition, *, ascending: bool = True, batch_size: int = 1
) -> list[str]:
    """Return every partition key, asked for page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = partitions_def.get_paginated_partition_keys(
            limit=batch_size, ascending=ascending, cursor=cursor
        )
        found += page.results
        cursor = page.cursor
        if not page.has_more:
            return found


def create_run_for_test(
    instance: Instance,
    job_name: str = "some_job",
    *,
    status: RunStatus | None = None,
    **facts: object,
) -> DagsterRun:
    """Record a run that does not run.

    Args:
        instance: Where.
        job_name: The name of its job.
        status: Where it stands; not started if None.
        **facts: What else `Instance.create_run` takes.
    """
    create = cast("Callable[..., DagsterRun]", instance.create_run)
    return create(job_name=job_name, status=status, **facts)


@contextmanager
def scoped_definitions_load_context() -> Generator[None]:
    """Load definitions inside a `with` block; for tests that other orchestrators share with us.

    Loading needs no context here: definitions that are slow to make are made when they are asked
    for, and kept by whoever asked.
    """
    yield
