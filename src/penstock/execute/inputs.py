"""What a function is called with: values of upstream assets, and config."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import cast

from penstock.define.io_manager import InputContext, IOManager, OutputContext
from penstock.define.node import DEFAULT_IO_MANAGER, NodeDefinition, NodeInput
from penstock.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    LoadInputError,
    PenstockError,
)
from penstock.execute.facts import RunFacts
from penstock.execute.protocol import Report, Task
from penstock.model.events import InputLoaded
from penstock.partitions.mapping import infer_mapping, upstream_keys


def io_manager(facts: RunFacts, key: str) -> IOManager:
    """Return the IO manager of a key.

    Raises:
        InvalidDefinitionError: The resource of that key is no IO manager.
    """
    manager = facts.resources[key]
    if not isinstance(manager, IOManager):
        raise InvalidDefinitionError(
            f"Resource '{key}' is used as an IO manager, but {type(manager).__name__} has no "
            "handle_output and load_input. Derive it from IOManager."
        )
    return manager


def load_inputs(
    facts: RunFacts, node: NodeDefinition, task: Task, *, report: Report
) -> dict[str, object]:
    """Load the values of a unit's parameters.

    Raises:
        LoadInputError: An IO manager raised.
    """
    return {entry.name: _load(facts, node, entry, task, report=report) for entry in node.inputs}


def _load(
    facts: RunFacts, node: NodeDefinition, entry: NodeInput, task: Task, *, report: Report
) -> object:
    upstream = facts.loaded.node_of.get(entry.key)
    output = upstream.output_of(entry.key) if upstream is not None else None
    key = entry.manager or (output.manager if output is not None else DEFAULT_IO_MANAGER)
    partitions = _partitions(facts, node, entry)
    graph = facts.loaded.graph
    definition = graph.node(entry.key).partitions if graph.has(entry.key) else None
    written = OutputContext(
        asset_key=entry.key,
        name=output.name if output is not None else "result",
        step_key=upstream.name if upstream is not None else "",
        run_id=facts.run_id,
        partition_keys=partitions,
        partitions=definition,
        definition_metadata=output.spec.metadata if output is not None else None,
    )
    context = InputContext(
        asset_key=entry.key,
        name=entry.name,
        step_key=task.step.key,
        run_id=facts.run_id,
        partition_keys=partitions,
        partitions=definition,
        definition_metadata=entry.metadata,
        upstream_output=written,
    )
    try:
        value = io_manager(facts, key).load_input(context)
    except PenstockError:
        raise
    except Exception as error:
        raise LoadInputError(
            f"Input '{entry.name}' of '{task.step.key}' could not be loaded: {error}",
            user_exception=error,
        ) from error
    report(InputLoaded(task.step.key, entry.name, entry.key))
    return value


def _partitions(facts: RunFacts, node: NodeDefinition, entry: NodeInput) -> Sequence[str]:
    """Return the upstream partitions that a parameter stands for, in order."""
    graph = facts.loaded.graph
    upstream = graph.node(entry.key).partitions if graph.has(entry.key) else None
    if upstream is None:
        return ()
    definition = facts.partitions_of(node)
    mapping = entry.mapping or infer_mapping(upstream, definition)
    found: dict[str, None] = {}
    for key in facts.partition_keys(node) or (None,):
        wanted = upstream_keys(
            mapping, key, downstream_def=definition, upstream_def=upstream, now=None
        )
        found.update(dict.fromkeys(wanted))
    return list(found)


def read_config(facts: RunFacts, node: NodeDefinition) -> object:
    """Return the config of a unit: an object of its class, or the plain data without one.

    Raises:
        InvalidConfigError: It does not fit; the message lists everything that does not.
    """
    raw: object = facts.spec.config.get("ops")
    for part in (node.name, "config"):
        raw = cast("Mapping[str, object]", raw).get(part) if isinstance(raw, Mapping) else None
    model = sys.modules.get("penstock.config.model")
    schema = node.config_schema
    if model is None or not isinstance(schema, type) or not issubclass(schema, model.Config):
        return raw
    if raw is not None and not isinstance(raw, Mapping):
        raise InvalidConfigError(f"ops:{node.name}:config must be a mapping, not {raw!r}.")
    made: object = model.parse_config(
        schema, raw, path=f"ops:{node.name}:config", environment=facts.environment
    )
    return made
