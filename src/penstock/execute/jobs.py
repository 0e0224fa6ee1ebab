"""Running jobs here and now: `job.execute_in_process()` and `execute_job`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from penstock.base.tags import PARTITION_NAME_TAG
from penstock.config.run_config import RunConfig
from penstock.define.job import AssetJobDefinition
from penstock.define.job_checks import check_resources
from penstock.define.job_config import ResolvedRunConfig, resolve_run_config
from penstock.define.job_definition import JobDefinition
from penstock.define.loaded import LoadedDefinitions, steps_alone
from penstock.define.reconstruct import ReconstructableJob
from penstock.define.step import DEFAULT_IO_MANAGER
from penstock.errors import InvalidInvocationError, InvariantViolationError
from penstock.execute.defaults import default_io_manager
from penstock.execute.facts import Captured
from penstock.execute.io_managers.memory import InMemoryIOManager
from penstock.execute.materialize import execute_loaded
from penstock.execute.output_loader import OutputLoader
from penstock.execute.reexecution import ReexecutionOptions, Repetition, repetition
from penstock.execute.result import ExecuteInProcessResult, JobExecutionResult
from penstock.execute.run_loggers import named_loggers
from penstock.execute.run_records import plan_assets
from penstock.execute.runs import Errors, RunCode, code_of, execute_plan
from penstock.execute.step_config import StepConfig
from penstock.instance import Instance
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunSpec
from penstock.partitions.context import partition_loading_context
from penstock.plan.build import build_job_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A run of a job of ops, with all that was asked for."""

    job: JobDefinition
    instance: Instance
    run_config: Mapping[str, object]
    resources: Mapping[str, object]
    tags: Mapping[str, str]
    partition: str | None = None
    run_id: str | None = None
    input_values: Mapping[str, object] | None = None
    captured: Captured | None = None
    again: Repetition | None = None


def execute_in_process(
    job: JobDefinition,
    *,
    run_config: Mapping[str, object] | RunConfig | None = None,
    instance: object = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    op_selection: Sequence[str] | None = None,
    asset_selection: Sequence[AssetKey] | None = None,
    run_id: str | None = None,
    input_values: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    resources: Mapping[str, object] | None = None,
) -> ExecuteInProcessResult:
    """Run a job in this process, whatever executor it declares; values stay in memory.

    Args:
        job: The job.
        run_config: Config of the run, in place of the job's own.
        instance: Where the run is recorded; an ephemeral instance if None.
        partition_key: The partition to run for.
        raise_on_error: Whether to raise what user code raised.
        op_selection: The ops to run, as selection queries; all if None.
        asset_selection: For a job of assets, the assets to make; all if None.
        run_id: The run's id; a new one if None.
        input_values: Values for the inputs of the job.
        tags: Tags of the run.
        resources: Resources that take the place of the declared ones.

    Raises:
        InvalidConfigError: Run config does not fit; nothing was recorded.
        InvalidSubsetError: `op_selection` selects nothing.
        UnknownPartitionError: The job has no such partition.
    """
    used = _instance(instance)
    if isinstance(job, AssetJobDefinition):
        if asset_selection is not None:
            job = job.get_subset(asset_selection=frozenset(asset_selection))
        return execute_loaded(
            job.loaded,
            assets=job.asset_keys,
            checks=job.check_keys,
            job=job.name,
            run_config=_config_of(job, run_config, partition_key),
            instance=used,
            partition_key=partition_key,
            raise_on_error=raise_on_error,
            tags=_tags_of(job, tags, partition_key),
            resources=resources,
            definition=job,
        )
    if partition_key is not None and job.partitions_def is not None:
        with partition_loading_context(dynamic_partitions_store=used):
            job.validate_partition_key(partition_key)
    chosen = job.get_subset(op_selection=op_selection) if op_selection else job
    if input_values:
        chosen = chosen.with_input_values(input_values)
    declared = {
        DEFAULT_IO_MANAGER: InMemoryIOManager(),
        **chosen.resource_defs,
        **(resources or {}),
    }
    check_resources(chosen.name, chosen.steps, declared)
    captured: Captured = {}
    request = _Request(
        job=chosen,
        instance=used,
        run_config=_config_of(chosen, run_config, partition_key),
        resources=declared,
        tags=_tags_of(chosen, tags, partition_key),
        partition=partition_key,
        run_id=run_id,
        input_values=chosen.input_values,
        captured=captured,
    )
    loaded, record = _run(request, raise_on_error=raise_on_error)
    return ExecuteInProcessResult(record, used, loaded, captured=captured, job=chosen)


def execute_job(
    job: ReconstructableJob | JobDefinition,
    instance: object,
    run_config: Mapping[str, object] | RunConfig | None = None,
    tags: Mapping[str, str] | None = None,
    raise_on_error: bool = False,  # noqa: FBT001, FBT002 - the public signature
    op_selection: Sequence[str] | None = None,
    reexecution_options: ReexecutionOptions | None = None,
    asset_selection: Sequence[AssetKey] | None = None,
) -> JobExecutionResult:
    """Run a job with the executor and the IO managers that it declares.

    Args:
        job: The job, or a reference to one by its module.
        instance: Where the run is recorded.
        run_config: Config of the run, in place of the job's own.
        tags: Tags of the run.
        raise_on_error: Whether to raise what user code raised.
        op_selection: The ops to run, as selection queries; all if None.
        reexecution_options: The run that this one repeats.
        asset_selection: For a job of assets, the assets to make; all if None.

    Raises:
        InvalidConfigError: Run config does not fit; nothing was recorded.
        RunNotFoundError: There is no run to repeat.
        StepNotFoundError: There is no step to run again of that key.
    """
    used = _instance(instance)
    resolved = job.get_definition() if isinstance(job, ReconstructableJob) else job
    if asset_selection is None and isinstance(job, ReconstructableJob):
        asset_selection = None if job.asset_selection is None else sorted(job.asset_selection)
    again = None if reexecution_options is None else repetition(reexecution_options, used)
    if again is not None:
        run_config = again.parent.spec.config if run_config is None else run_config
        op_selection = op_selection or again.ops
    if isinstance(resolved, AssetJobDefinition):
        if again is not None:
            return _assets_again(resolved, used, again, run_config, tags, raise_on_error)
        return _assets_job(resolved, used, run_config, tags, asset_selection, raise_on_error)
    chosen = resolved.get_subset(op_selection=op_selection) if op_selection else resolved
    return _ops_job(chosen, used, again, run_config, tags, raise_on_error)


def _ops_job(
    chosen: JobDefinition,
    instance: Instance,
    again: Repetition | None,
    run_config: Mapping[str, object] | RunConfig | None,
    tags: Mapping[str, str] | None,
    raise_on_error: bool,  # noqa: FBT001 - internal
) -> JobExecutionResult:
    declared = {DEFAULT_IO_MANAGER: default_io_manager(instance), **chosen.resource_defs}
    check_resources(chosen.name, chosen.steps, declared)
    request = _Request(
        job=chosen,
        instance=instance,
        run_config=_config_of(chosen, run_config, None),
        resources=declared,
        tags=_tags_of(chosen, tags, None),
        input_values=chosen.input_values,
        again=again,
    )
    loaded, record = _run(request, raise_on_error=raise_on_error)
    return _loading_result(request, loaded, record)


def _loading_result(
    request: _Request, loaded: LoadedDefinitions, record: RunRecord
) -> JobExecutionResult:
    loader = OutputLoader(request.instance, loaded, record, resources=request.resources)

    def load(node: str, output_name: str) -> object:
        place = request.job.output_origin(node, output_name)
        if place is None:
            raise InvariantViolationError(
                f"Job '{request.job.name}' has no output '{output_name}' of '{node}'."
            )
        return loader.load(*place)

    return JobExecutionResult(
        record, request.instance, job=request.job, load=load, close=loader.close
    )


def _assets_job(
    job: JobDefinition,
    instance: Instance,
    run_config: Mapping[str, object] | RunConfig | None,
    tags: Mapping[str, str] | None,
    asset_selection: Sequence[AssetKey] | None,
    raise_on_error: bool,  # noqa: FBT001 - internal
) -> JobExecutionResult:
    result = execute_in_process(
        job,
        run_config=run_config,
        instance=instance,
        tags=tags,
        asset_selection=asset_selection,
        raise_on_error=raise_on_error,
    )
    return JobExecutionResult(
        result.dagster_run.record,
        instance,
        job=job,
        load=result.output_for_node,
        close=lambda: None,
    )


def _assets_again(
    job: AssetJobDefinition,
    instance: Instance,
    again: Repetition,
    run_config: Mapping[str, object] | RunConfig | None,
    tags: Mapping[str, str] | None,
    raise_on_error: bool,  # noqa: FBT001 - internal
) -> JobExecutionResult:
    """Repeat a run of a job of assets, as a whole or in part."""
    loaded, errors = job.loaded, Errors()
    chosen = again.first.spec.assets
    part = job.get_subset(asset_selection=frozenset(chosen)) if chosen else job
    captured: Captured = {}
    spec = again.bind(
        RunSpec(
            job=job.name,
            tags=tuple(sorted(_tags_of(job, tags, None).items())),
            config=dict(_config_of(job, run_config, None)),
            why="asked for in Python",
        )
    )
    with partition_loading_context(dynamic_partitions_store=instance):
        whole = plan_assets(
            loaded, instance, assets=part.asset_keys, checks=part.check_keys, spec=spec
        )
        plan = again.plan(whole)
        spec = msgspec.structs.replace(
            spec, assets=tuple(sorted(asset.key for step in plan.steps for asset in step.assets))
        )
        code = code_of(loaded, instance, whole, spec, resources={}, captured=captured)
        record = execute_plan(
            replace(code, job=part), instance, plan=plan, spec=spec, errors=errors
        )
    error = errors.first()
    if error is not None and raise_on_error:
        raise error
    result = ExecuteInProcessResult(record, instance, loaded, captured=captured, job=job)
    return JobExecutionResult(
        record, instance, job=job, load=result.output_for_node, close=lambda: None
    )


def _run(request: _Request, *, raise_on_error: bool) -> tuple[LoadedDefinitions, RunRecord]:
    job, instance = request.job, request.instance
    loaded = steps_alone(
        job.name, job.steps, resources=request.resources, assets=job.compiled.assets
    )
    resolved = resolve_run_config(
        job, request.run_config, environment=instance.settings.environment
    )
    plan = build_job_plan(loaded.manifest.nodes)
    spec = RunSpec(
        job=job.name,
        partition=request.partition,
        tags=tuple(sorted(request.tags.items())),
        config=dict(request.run_config),
        ops=tuple(sorted(job.op_selection)) if job.op_selection else None,
        why="asked for in Python",
    )
    if request.again is not None:
        plan, spec = request.again.plan(plan), request.again.bind(spec)
    errors = Errors()
    code = RunCode(
        loaded=loaded,
        configs=_step_configs(resolved),
        input_values=_input_values(request),
        captured=request.captured,
        job=job,
        resource_config=resolved.resources if job.config_mapping is not None else None,
        loggers=named_loggers(
            job, resolved.plain.get("loggers"), environment=instance.settings.environment
        ),
    )
    record = execute_plan(
        code,
        instance,
        plan=plan,
        spec=spec,
        run_id=request.run_id,
        errors=errors,
    )
    error = errors.first()
    if error is not None and raise_on_error:
        raise error
    return loaded, record


def _step_configs(resolved: ResolvedRunConfig) -> Mapping[str, StepConfig]:
    return {
        name: StepConfig(config=op.config, inputs=op.inputs, outputs=op.outputs)
        for name, op in resolved.ops.items()
    }


def _input_values(request: _Request) -> Mapping[tuple[str, str], object]:
    found: dict[tuple[str, str], object] = {}
    targets = request.job.compiled.inputs
    for name, value in (request.input_values or {}).items():
        if name not in targets:
            known = ", ".join(f"'{each}'" for each in targets) or "none"
            raise InvalidInvocationError(
                f"Job '{request.job.name}' has no input '{name}'. It has {known}."
            )
        found.update(dict.fromkeys(targets[name], value))
    return found


def _instance(instance: object) -> Instance:
    if instance is None:
        return Instance.ephemeral()
    if not isinstance(instance, Instance):
        raise InvalidInvocationError(f"instance= must be an Instance, not {instance!r}.")
    return instance


def _config_of(
    job: JobDefinition,
    run_config: Mapping[str, object] | RunConfig | None,
    partition: str | None,
) -> Mapping[str, object]:
    if isinstance(run_config, RunConfig):
        return run_config.to_config_dict()
    if run_config is not None:
        return run_config
    return job.run_config_for(partition)


def _tags_of(
    job: JobDefinition, tags: Mapping[str, str] | None, partition: str | None
) -> Mapping[str, str]:
    named = {} if partition is None else {PARTITION_NAME_TAG: partition}
    return {**job.run_tags, **job.tags_for(partition), **named, **(tags or {})}
