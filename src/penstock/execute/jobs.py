"""Running jobs here and now: `job.execute_in_process()` and `execute_job`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from penstock.base.tags import PARTITION_NAME_TAG
from penstock.config.run_config import RunConfig
from penstock.define.job import AssetJobDefinition
from penstock.define.job_checks import check_resources
from penstock.define.job_config import resolve_run_config
from penstock.define.job_definition import JobDefinition
from penstock.define.loaded import LoadedDefinitions
from penstock.define.own_executors import multi_or_in_process_executor
from penstock.define.reconstruct import ReconstructableJob
from penstock.define.step import DEFAULT_IO_MANAGER
from penstock.errors import (
    InvalidInvocationError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.execute.asset_value_loader import AssetValueLoader
from penstock.execute.execution import IN_THIS_PROCESS, Execution, choose_execution
from penstock.execute.facts import Captured
from penstock.execute.frames import CodePointer
from penstock.execute.io_managers.memory import InMemoryIOManager
from penstock.execute.job_code import code_of_ops, job_resources, pointer_to
from penstock.execute.materialize import execute_loaded
from penstock.execute.output_loader import OutputLoader
from penstock.execute.reexecution import ReexecutionOptions, Repetition, repetition
from penstock.execute.result import ExecuteInProcessResult, JobExecutionResult
from penstock.execute.run_records import plan_assets
from penstock.execute.runs import Errors, code_of, execute_plan
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
    execution: Execution = IN_THIS_PROCESS
    reference: ReconstructableJob | None = None


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
    job: ReconstructableJob,
    instance: object,
    run_config: Mapping[str, object] | RunConfig | None = None,
    tags: Mapping[str, str] | None = None,
    raise_on_error: bool = False,  # noqa: FBT001, FBT002 - the public signature
    op_selection: Sequence[str] | None = None,
    reexecution_options: ReexecutionOptions | None = None,
    asset_selection: Sequence[AssetKey] | None = None,
) -> JobExecutionResult:
    """Run a job with the executor and the IO managers that it declares.

    A job that declares no executor runs its steps in processes of their own; run config can choose
    the process of the run with `{"execution": {"config": {"in_process": {}}}}`.

    Args:
        job: A reference to the job, by which other processes find it.
        instance: Where the run is recorded.
        run_config: Config of the run, in place of the job's own.
        tags: Tags of the run.
        raise_on_error: Whether to raise what user code raised; for a step in another process, an
            error that describes it.
        op_selection: The ops to run, as selection queries; all if None.
        reexecution_options: The run that this one repeats.
        asset_selection: For a job of assets, the assets to make; all if None.

    Raises:
        ParameterCheckError: `job` is a job and no reference to one.
        InvalidConfigError: Run config does not fit; nothing was recorded.
        UnmetExecutorRequirementsError: The executor cannot run the job.
        RunNotFoundError: There is no run to repeat.
        StepNotFoundError: There is no step to run again of that key.
    """
    if not isinstance(job, ReconstructableJob):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise ParameterCheckError(
            f"execute_job takes a job that other processes can find, and {job!r} is none. Pass "
            "dg.reconstructable(...), or call execute_in_process on the job."
        )
    return _execute(
        job.get_definition(),
        job,
        _instance(instance),
        again=_again(reexecution_options, instance),
        run_config=run_config,
        tags=tags,
        raise_on_error=raise_on_error,
        op_selection=op_selection,
        asset_selection=sorted(job.asset_selection)
        if asset_selection is None and job.asset_selection is not None
        else asset_selection,
    )


def execute_here(
    job: JobDefinition,
    instance: Instance,
    *,
    run_config: Mapping[str, object] | RunConfig | None = None,
    tags: Mapping[str, str] | None = None,
    raise_on_error: bool = False,
    op_selection: Sequence[str] | None = None,
    reexecution_options: ReexecutionOptions | None = None,
) -> JobExecutionResult:
    """Run a job like `execute_job`, in this process whatever executor it declares."""
    return _execute(
        job,
        None,
        instance,
        again=_again(reexecution_options, instance),
        run_config=run_config,
        tags=tags,
        raise_on_error=raise_on_error,
        op_selection=op_selection,
        asset_selection=None,
    )


def _again(options: ReexecutionOptions | None, instance: object) -> Repetition | None:
    return None if options is None else repetition(options, _instance(instance))


def _execute(
    job: JobDefinition,
    reference: ReconstructableJob | None,
    instance: Instance,
    *,
    again: Repetition | None,
    run_config: Mapping[str, object] | RunConfig | None,
    tags: Mapping[str, str] | None,
    raise_on_error: bool,
    op_selection: Sequence[str] | None,
    asset_selection: Sequence[AssetKey] | None,
) -> JobExecutionResult:
    ops = tuple(op_selection or (again.ops if again is not None else None) or ())
    order = _JobOrder(
        reference=reference,
        code=None if reference is None else pointer_to(reference, ops),
        instance=instance,
        run_config=again.parent.spec.config if again and run_config is None else run_config,
        tags=tags,
        again=again,
        raise_on_error=raise_on_error,
    )
    if not isinstance(job, AssetJobDefinition):
        return _ops_job(order, job.get_subset(op_selection=ops) if ops else job)
    if again is not None:
        return _assets_again(order, job, again)
    return _assets_job(order, job, asset_selection)


@dataclass(frozen=True, slots=True, kw_only=True)
class _JobOrder:
    """What `execute_job` was asked for; without a reference, in this process."""

    reference: ReconstructableJob | None
    code: CodePointer | None
    instance: Instance
    run_config: Mapping[str, object] | RunConfig | None
    tags: Mapping[str, str] | None
    again: Repetition | None
    raise_on_error: bool

    def config_of(self, job: JobDefinition) -> Mapping[str, object]:
        return _config_of(job, self.run_config, None)

    def execution_of(self, job: JobDefinition) -> Execution:
        """Return how the steps are carried out."""
        if self.code is None:
            return IN_THIS_PROCESS
        config = self.config_of(job)
        settings = self.instance.settings
        if job.config_mapping is not None:
            config = resolve_run_config(job, config, environment=settings.environment).plain
        declared = job.executor_def or multi_or_in_process_executor
        return choose_execution(declared, config, settings=settings, job=job, code=self.code)


def _ops_job(order: _JobOrder, chosen: JobDefinition) -> JobExecutionResult:
    declared = job_resources(chosen, order.instance)
    check_resources(chosen.name, chosen.steps, declared)
    request = _Request(
        job=chosen,
        instance=order.instance,
        run_config=order.config_of(chosen),
        resources=declared,
        tags=_tags_of(chosen, order.tags, None),
        input_values=chosen.input_values,
        again=order.again,
        execution=order.execution_of(chosen),
        reference=order.reference,
    )
    loaded, record = _run(request, raise_on_error=order.raise_on_error)
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
    order: _JobOrder, job: AssetJobDefinition, asset_selection: Sequence[AssetKey] | None
) -> JobExecutionResult:
    if asset_selection is not None:
        job = job.get_subset(asset_selection=frozenset(asset_selection))
    execution = order.execution_of(job)
    result = execute_loaded(
        job.loaded,
        assets=job.asset_keys,
        checks=job.check_keys,
        job=job.name,
        run_config=order.config_of(job),
        instance=order.instance,
        partition_key=None,
        raise_on_error=order.raise_on_error,
        tags=_tags_of(job, order.tags, None),
        resources=None,
        definition=job,
        execution=execution,
    )
    return _asset_result(order, job, result, execution)


def _assets_again(
    order: _JobOrder, job: AssetJobDefinition, again: Repetition
) -> JobExecutionResult:
    """Repeat a run of a job of assets, as a whole or in part."""
    loaded, errors, instance = job.loaded, Errors(), order.instance
    chosen = again.first.spec.assets
    part = job.get_subset(asset_selection=frozenset(chosen)) if chosen else job
    captured: Captured = {}
    spec = again.bind(
        RunSpec(
            job=job.name,
            tags=tuple(sorted(_tags_of(job, order.tags, None).items())),
            config=dict(order.config_of(job)),
            why="asked for in Python",
        )
    )
    execution = order.execution_of(job)
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
            replace(code, job=part),
            instance,
            plan=plan,
            spec=spec,
            errors=errors,
            execution=execution,
        )
    error = errors.first()
    if error is not None and order.raise_on_error:
        raise error
    result = ExecuteInProcessResult(record, instance, loaded, captured=captured, job=job)
    return _asset_result(order, job, result, execution)


def _asset_result(
    order: _JobOrder,
    job: AssetJobDefinition,
    result: ExecuteInProcessResult,
    execution: Execution,
) -> JobExecutionResult:
    """Return a result whose values were kept, or are loaded where steps ran elsewhere."""
    record, instance = result.dagster_run.record, order.instance

    def load(node: str, output_name: str) -> object:
        step = job.loaded.nodes.get(node)
        output = next((o for o in step.outputs if o.name == output_name), None) if step else None
        if not execution.is_elsewhere or output is None or output.spec is None:
            return result.output_for_node(node, output_name)
        loader = AssetValueLoader(job.loaded, instance)
        partition = record.spec.partition if output.spec.partitions_def is not None else None
        with loader:
            return loader.load_asset_value(output.spec.key, partition_key=partition)

    return JobExecutionResult(record, instance, job=job, load=load, close=lambda: None)


def _run(request: _Request, *, raise_on_error: bool) -> tuple[LoadedDefinitions, RunRecord]:
    job, instance = request.job, request.instance
    code = replace(
        code_of_ops(
            job,
            instance,
            run_config=request.run_config,
            resources=request.resources,
            input_values=request.input_values,
        ),
        captured=request.captured,
        reference=request.reference,
    )
    loaded = code.loaded
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
    record = execute_plan(
        code,
        instance,
        plan=plan,
        spec=spec,
        run_id=request.run_id,
        errors=errors,
        execution=request.execution,
    )
    error = errors.first()
    if error is not None and raise_on_error:
        raise error
    return loaded, record


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
