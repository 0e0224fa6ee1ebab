"""The code of a run of a job: made in the process of the run, and again in those of its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

import msgspec

from penstock.base.codec import encode
from penstock.define.job import AssetJobDefinition
from penstock.define.job_config import ResolvedRunConfig, resolve_run_config
from penstock.define.job_definition import JobDefinition
from penstock.define.loaded import steps_alone
from penstock.define.logger import LoggerDefinition
from penstock.define.reconstruct import ReconstructableJob
from penstock.define.step import DEFAULT_IO_MANAGER
from penstock.errors import InvalidInvocationError, UnmetExecutorRequirementsError
from penstock.execute.defaults import default_io_manager
from penstock.execute.frames import CodePointer
from penstock.execute.performers import RunCode
from penstock.execute.run_loggers import LoggerCall, named_loggers
from penstock.execute.runs import code_of
from penstock.execute.step_config import StepConfig
from penstock.instance import Instance
from penstock.model.run import RunRecord
from penstock.plan.plan import Plan


class _Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a job is; see `ReconstructableJob`. `ops` chooses among those that are selected."""

    module_name: str
    attribute: str
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = {}
    working_directory: str | None = None
    op_selection: tuple[str, ...] = ()
    ops: tuple[str, ...] = ()


def pointer_to(job: ReconstructableJob, ops: tuple[str, ...]) -> CodePointer:
    """Return how another process finds the code of a run of a job.

    Args:
        job: The job.
        ops: The ops to run, as queries; all that the job selects if empty.

    Raises:
        UnmetExecutorRequirementsError: What the job is made with cannot be sent.
    """
    address = _Address(
        module_name=job.module_name,
        attribute=job.attribute,
        args=job.args,
        kwargs=dict(job.kwargs),
        working_directory=job.working_directory,
        op_selection=tuple(sorted(job.op_selection or ())),
        ops=ops,
    )
    arguments = cast("dict[str, object]", msgspec.structs.asdict(address))
    try:
        encode(arguments)
    except (NotImplementedError, TypeError) as error:
        raise UnmetExecutorRequirementsError(
            f"The arguments of {job.attribute} cannot be sent to another process: {error}. Give "
            "build_reconstructable_job data that JSON can hold."
        ) from error
    return CodePointer(f"{__name__}:load_job", arguments)


def load_job(
    arguments: Mapping[str, object],
) -> Callable[[Instance, RunRecord, Plan], RunCode]:
    """Import a job; return what ties it to a run.

    Raises:
        LoadError: It is not there.
    """
    address = msgspec.convert(arguments, _Address)
    reference = ReconstructableJob(
        module_name=address.module_name,
        attribute=address.attribute,
        args=address.args,
        kwargs=address.kwargs,
        working_directory=address.working_directory,
        op_selection=frozenset(address.op_selection) or None,
    )
    job = reference.get_definition()
    chosen = job.get_subset(op_selection=address.ops) if address.ops else job
    return partial(bind_job, chosen, reference=reference)


def bind_job(
    job: JobDefinition,
    instance: Instance,
    record: RunRecord,
    plan: Plan,
    *,
    reference: ReconstructableJob | None = None,
) -> RunCode:
    """Return the code of a run of a job, from what is recorded of the run.

    Raises:
        InvalidConfigError: The config of the run does not fit.
    """
    return replace(_code(job, instance, record, plan), reference=reference)


def _code(job: JobDefinition, instance: Instance, record: RunRecord, plan: Plan) -> RunCode:
    if isinstance(job, AssetJobDefinition):
        return code_of(job.loaded, instance, plan, record.spec, resources={})
    return code_of_ops(
        job,
        instance,
        run_config=record.spec.config,
        resources=job_resources(job, instance),
        input_values=job.input_values,
    )


def job_resources(job: JobDefinition, instance: Instance) -> dict[str, object]:
    """Return the resources of a job, with an IO manager that lasts."""
    return {DEFAULT_IO_MANAGER: default_io_manager(instance), **job.resource_defs}


def code_of_ops(
    job: JobDefinition,
    instance: Instance,
    *,
    run_config: Mapping[str, object],
    resources: Mapping[str, object],
    input_values: Mapping[str, object] | None,
) -> RunCode:
    """Return the code of a run of a job of ops.

    Args:
        job: The job.
        instance: The instance of the run.
        run_config: The config of the run.
        resources: The resources, by key.
        input_values: Values for the inputs of the job.

    Raises:
        InvalidConfigError: Run config does not fit.
        InvalidInvocationError: The job has no such input.
    """
    environment = instance.settings.environment
    resolved = resolve_run_config(job, run_config, environment=environment)
    return RunCode(
        loaded=steps_alone(job.name, job.steps, resources=resources, assets=job.compiled.assets),
        configs=_step_configs(resolved),
        input_values=_values_by_step(job, input_values or {}),
        job=job,
        resource_config=resolved.resources if job.config_mapping is not None else None,
        loggers=_loggers(job, resolved, environment=environment),
    )


def _loggers(
    job: JobDefinition, resolved: ResolvedRunConfig, *, environment: Mapping[str, str]
) -> Sequence[LoggerCall]:
    """Return the loggers that run config names; those of the job have their config already."""
    if not job.has_specified_loggers:
        return named_loggers(job, resolved.plain.get("loggers"), environment=environment)
    return [
        (definition, config)
        for key, config in resolved.loggers.items()
        if isinstance(definition := job.loggers[key], LoggerDefinition)
    ]


def _step_configs(resolved: ResolvedRunConfig) -> Mapping[str, StepConfig]:
    return {
        name: StepConfig(config=op.config, inputs=op.inputs, outputs=op.outputs)
        for name, op in resolved.ops.items()
    }


def _values_by_step(
    job: JobDefinition, values: Mapping[str, object]
) -> Mapping[tuple[str, str], object]:
    found: dict[tuple[str, str], object] = {}
    targets = job.compiled.inputs
    for name, value in values.items():
        if name not in targets:
            known = ", ".join(f"'{each}'" for each in targets) or "none"
            raise InvalidInvocationError(f"Job '{job.name}' has no input '{name}'. It has {known}.")
        found.update(dict.fromkeys(targets[name], value))
    return found
