"""What `validate_run_config` gives back: run config with every default, by the name of each step.

Owns that form only; reading and checking are `define.job_config`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from penstock.config.config_type import ABSENT
from penstock.config.snapshot import fields_of_type
from penstock.define.graph_definition import GraphDefinition
from penstock.define.own_executors import multi_or_in_process_executor
from penstock.define.resource_like import resource_definition_of
from penstock.define.scope import plain_config

if TYPE_CHECKING:
    from penstock.define.executor import ExecutorDefinition
    from penstock.define.job_definition import JobDefinition
    from penstock.define.resolved_config import ResolvedRunConfig

Entry = dict[str, object]


def validated_config(job: JobDefinition, resolved: ResolvedRunConfig) -> Mapping[str, object]:
    """Return run config that was read, as plain data.

    Args:
        job: The job.
        resolved: Its run config.

    Returns:
        `ops` by the name of the step ("graph.op"; graphs have an entry too), `resources`,
        `execution` by the name of the executor, and `loggers`.
    """
    ops = dict.fromkeys(_graphs(job.graph, ""), _entry(None))
    ops |= {
        name: _entry(plain_config(op.config), dict(op.inputs), op.outputs)
        for name, op in resolved.ops.items()
    }
    executor = cast("ExecutorDefinition", job.executor_def or multi_or_in_process_executor)
    chosen = cast("Entry", resolved.plain.get("execution") or {}).get("config", ABSENT)
    execution = executor.config_schema.complete(chosen).value
    given = cast("Mapping[str, Entry]", resolved.plain.get("resources") or {})
    return {
        "ops": ops,
        "execution": {executor.name: execution},
        "resources": {
            key: {"config": _resource_config(job.resource_defs.get(key), entry)}
            for key, entry in given.items()
        },
        "loggers": dict(resolved.loggers),
    }


def _entry(config: object, inputs: Entry | None = None, outputs: object = None) -> Entry:
    return {"config": config, "inputs": inputs or {}, "outputs": outputs}


def _graphs(graph: GraphDefinition, prefix: str) -> list[str]:
    """Return the names of the graphs in a graph, at any depth."""
    found: list[str] = []
    for node in graph.nodes:
        if isinstance(node.definition, GraphDefinition):
            name = f"{prefix}{node.name}"
            found += [name, *_graphs(node.definition, f"{name}.")]
    return found


def _resource_config(declared: object, entry: Entry) -> object:
    """Return the config of a resource with the values that its declaration gives."""
    given = entry.get("config", ABSENT)
    schema = resource_definition_of(declared).config_schema
    fields = fields_of_type(schema.config_type)
    if fields is None:
        return None if given is ABSENT else given
    defaults = {name: each.default_value for name, each in fields.items() if each.default_provided}
    return {**defaults, **(cast("Entry", given) if isinstance(given, Mapping) else {})}
