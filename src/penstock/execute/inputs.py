"""What a function is called with: values of assets, of other steps, of run config, or defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from penstock.decide.copies import Source
from penstock.define.io_manager import InputContext, IOManager, OutputContext
from penstock.define.step import NO_VALUE, StepDefinition, StepInput, StepOutput
from penstock.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvariantViolationError,
    LoadInputError,
    PenstockError,
)
from penstock.execute.facts import RunFacts
from penstock.execute.input_partitions import input_partitions
from penstock.execute.native_events import native_event
from penstock.execute.protocol import Report, Task
from penstock.execute.typing import check_value, value_from_config
from penstock.model.events import InputLoaded, InputTaken, TypeVerdict


@runtime_checkable
class _LoadsInputs(Protocol):
    def load_input(self, context: InputContext) -> object: ...


def io_manager(facts: RunFacts, key: str) -> IOManager:
    """Return the IO manager of a key.

    Raises:
        InvalidDefinitionError: The resource of that key is no IO manager.
    """
    manager = facts.resources[key]
    if not isinstance(manager, IOManager):
        raise _no_manager(key, manager, "handle_output and load_input")
    return manager


def input_manager(facts: RunFacts, key: str) -> _LoadsInputs:
    """Return what loads inputs under a key: an IO manager or an input manager.

    Raises:
        InvalidDefinitionError: The resource of that key is neither.
    """
    manager = facts.resources[key]
    if not isinstance(manager, _LoadsInputs):
        raise _no_manager(key, manager, "load_input")
    return manager


def _no_manager(key: str, manager: object, lacks: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(
        f"Resource '{key}' is used as an IO manager, but {type(manager).__name__} has no "
        f"{lacks}. Derive it from IOManager."
    )


def load_inputs(
    facts: RunFacts, step: StepDefinition, task: Task, *, report: Report
) -> dict[str, object]:
    """Load the values of a step's parameters; one that is left to its default is left out.

    Raises:
        LoadInputError: An IO manager raised.
        TypeCheckDidNotPass: A value is not of its declared type.
    """
    values: dict[str, object] = {}
    for entry in step.inputs:
        if entry.is_nothing:
            continue
        value = _value(facts, step, entry, task, report)
        if value is NO_VALUE:
            continue
        if entry.type is not None:
            where = f"step input '{entry.name}' of '{task.step.key}'"
            check_value(
                facts,
                entry.type,
                value,
                where=where,
                note=_noting(step, entry, task, report),
            )
        values[entry.name] = value
    return values


def _noting(
    step: StepDefinition, entry: StepInput, task: Task, report: Report
) -> Callable[[TypeVerdict], None]:
    def note(verdict: TypeVerdict) -> None:
        if step.is_op or verdict.is_notable:
            report(InputTaken(task.step.key, entry.name, verdict))

    return note


def _value(
    facts: RunFacts, step: StepDefinition, entry: StepInput, task: Task, report: Report
) -> object:
    if entry.asset is not None:
        return _load_asset(facts, step, entry, task, report)
    sources = [source for source in task.sources if source.input == entry.name]
    kind = next((n.kind for n in step.needs if n.input == entry.name), None)
    if kind == "collect" or (sources and sources[0].kind == "fan_in"):
        return [_load_output(facts, step, entry, task, source, report) for source in sources]
    if sources:
        return _load_output(facts, step, entry, task, sources[0], report)
    return _value_without_source(facts, step, entry, task, report)


def _value_without_source(
    facts: RunFacts, step: StepDefinition, entry: StepInput, task: Task, report: Report
) -> object:
    given = facts.input_values.get((step.name, entry.name), NO_VALUE)
    if given is not NO_VALUE:
        return given
    if entry.manager is not None:
        return _ask_manager(facts, step, entry, task, report)
    configured = facts.config_of(step.name).inputs
    if entry.name in configured and entry.type is not None:
        return value_from_config(facts, entry.type, configured[entry.name])
    if entry.default is not NO_VALUE:
        return entry.default
    if entry.name in step.signature.defaults:
        return NO_VALUE
    raise InvalidConfigError(
        f"Input '{entry.name}' of '{step.name}' has no value: nothing is connected to it, and run "
        f"config has no ops:{step.name}:inputs:{entry.name}. Give it there, or give it a default."
    )


def _ask_manager(
    facts: RunFacts, step: StepDefinition, entry: StepInput, task: Task, report: Report
) -> object:
    assert entry.manager is not None
    context = InputContext(
        asset_key=None,
        name=entry.name,
        step_key=task.step.key,
        run_id=facts.run_id,
        definition_metadata=entry.metadata,
        config=facts.config_of(step.name).inputs.get(entry.name),
        **facts.io_facts(step, entry.manager, entry.type),
    )
    return _load(facts, entry, task, context, entry.manager, report)


def _load_asset(
    facts: RunFacts, step: StepDefinition, entry: StepInput, task: Task, report: Report
) -> object:
    assert entry.asset is not None
    upstream = facts.loaded.step_of.get(entry.asset)
    output = upstream.output_of(entry.asset) if upstream is not None else None
    key = entry.manager or facts.loaded.manager_of(entry.asset)
    partitions = input_partitions(facts, step, entry)
    graph = facts.loaded.graph
    definition = graph.node(entry.asset).partitions if graph.has(entry.asset) else None
    written = OutputContext(
        asset_key=entry.asset,
        name=output.name if output is not None else "result",
        step_key=upstream.name if upstream is not None else "",
        run_id=facts.run_id,
        partition_keys=partitions,
        partitions=definition,
        definition_metadata=facts.metadata_of(entry.asset, output),
        **facts.io_facts(upstream, key, output.type if output is not None else None),
    )
    context = InputContext(
        asset_key=entry.asset,
        name=entry.name,
        step_key=task.step.key,
        run_id=facts.run_id,
        partition_keys=partitions,
        partitions=definition,
        definition_metadata=entry.metadata,
        upstream_output=written,
        **facts.io_facts(step, key, entry.type),
    )
    return _load(facts, entry, task, context, key, report)


def _load_output(
    facts: RunFacts,
    step: StepDefinition,
    entry: StepInput,
    task: Task,
    source: Source,
    report: Report,
) -> object:
    maker = facts.loaded.nodes.get(source.step.partition("[")[0])
    if maker is None or (source.inherited and source.run is None):
        raise _not_made(facts, entry, task, source)
    output = next(o for o in maker.outputs if o.name == source.output)
    key, spec = entry.manager or output.manager, facts.spec_of(output)
    written = output_context(
        facts,
        maker,
        output,
        step_key=source.step,
        mapping_key=source.mapping_key,
        run_id=source.run,
    )
    context = InputContext(
        asset_key=spec.key if spec is not None else None,
        name=entry.name,
        step_key=task.step.key,
        run_id=facts.run_id,
        partition_keys=facts.partition_keys(step) if spec is not None else (),
        partitions=step.partitions if spec is not None else None,
        definition_metadata=entry.metadata,
        upstream_output=written,
        **facts.io_facts(step, key, entry.type),
    )
    if not source.inherited:
        return _load(facts, entry, task, context, key, report)
    try:
        return _load(facts, entry, task, context, key, report)
    except InvariantViolationError as error:
        raise InvariantViolationError(
            f"Input '{entry.name}' of '{task.step.key}' takes what '{source.step}' made in run "
            f"{source.run}, but IO manager '{key}' does not have it: {error} Values in memory go "
            f"with their process: use an IO manager that keeps them, or run '{source.step}' again "
            "too."
        ) from error


def _not_made(
    facts: RunFacts, entry: StepInput, task: Task, source: Source
) -> InvariantViolationError:
    return InvariantViolationError(
        f"Input '{entry.name}' of '{task.step.key}' takes output '{source.output}' of "
        f"'{source.step}', which run {facts.spec.parent} did not produce. Run '{source.step}' "
        "again too."
    )


def output_context(
    facts: RunFacts,
    maker: StepDefinition,
    output: StepOutput,
    *,
    step_key: str,
    mapping_key: str | None = None,
    run_id: str | None = None,
) -> OutputContext:
    """Return what an IO manager knows about an output of a step; `run_id` names an earlier run."""
    spec = facts.spec_of(output)
    return OutputContext(
        asset_key=spec.key if spec is not None else None,
        name=output.name,
        step_key=step_key,
        run_id=run_id or facts.run_id,
        partition_keys=facts.partition_keys(maker) if spec is not None else (),
        partitions=facts.partitions_of(maker) if spec is not None else None,
        definition_metadata=output.spec.metadata if output.spec is not None else output.metadata,
        mapping_key=mapping_key,
        asset_spec=spec,
        config=facts.config_of(maker.name).of_output(output.name),
        **facts.io_facts(maker, output.manager, output.type),
    )


def _load(
    facts: RunFacts,
    entry: StepInput,
    task: Task,
    context: InputContext,
    key: str,
    report: Report,
) -> object:
    try:
        value = input_manager(facts, key).load_input(context)
    except PenstockError:
        raise
    except Exception as error:
        raise LoadInputError(
            f"Input '{entry.name}' of '{task.step.key}' could not be loaded: {error}",
            user_exception=error,
        ) from error
    written = context.upstream_output
    report(
        InputLoaded(
            task.step.key,
            entry.name,
            entry.asset,
            dict(context.consume_logged_metadata()),
            key,
            (written.step_key or None) if written is not None else None,
            written.name if written is not None else None,
        )
    )
    for event in context.consume_events():
        report(native_event(event, task.step.key))
    return value
