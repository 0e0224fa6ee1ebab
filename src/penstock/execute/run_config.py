"""Run config of a run of assets: checked against what the steps declare, and resolved.

A job of ops has a schema of its own (`define/job_config.py`), with graphs in it. Here the schema is
made of the steps that run, and only if there is anything to check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from penstock.config.config_type import ABSENT
from penstock.config.configured import DefinitionSchema, definition_schema
from penstock.config.evaluate import evaluate_config
from penstock.config.problems import Problem, raise_problems
from penstock.config.run_config import entries_of, refuse_variables
from penstock.config.scalars import ANY
from penstock.config.schema import Field, Permissive, Shape
from penstock.define.graph import GraphDefinition
from penstock.define.loaded import LoadedDefinitions
from penstock.define.step import NO_VALUE, StepDefinition
from penstock.execute.step_config import StepConfig

_ANYTHING = Field(Permissive(), is_required=False)


def resolve_run_config(
    loaded: LoadedDefinitions,
    steps: Iterable[StepDefinition],
    run_config: Mapping[str, object],
    *,
    environment: Mapping[str, str],
) -> Mapping[str, StepConfig]:
    """Return the config of each step that has one.

    Args:
        loaded: The definitions; config for a step that does not run is accepted unread.
        steps: The steps that run.
        run_config: The config, as plain data.
        environment: The variables that it may name.

    Raises:
        InvalidConfigError: It does not fit; the message lists everything that does not.
    """
    refuse_variables(run_config)
    chosen = list(steps)
    run_config = _expanded(loaded, chosen, run_config, environment)
    if not run_config and not any(_takes_config(step) for step in chosen):
        return {}
    tree = _Level()
    for step in chosen:
        tree.at(step.name.split(".")).step = step
    written = entries_of(run_config.get("ops"))
    others = {n for n in written if n not in tree.inner and n in loaded.unit_names}
    read = {**run_config, "ops": {n: v for n, v in written.items() if n not in others}}
    anything = dict.fromkeys(("resources", "execution", "loggers"), _ANYTHING)
    result = evaluate_config(Shape({**tree.fields(), **anything}), read, environ=environment)
    problems: list[Problem] = list(result.errors)
    found: dict[str, StepConfig] = {}
    if result.success:
        values = entries_of(cast("Mapping[str, object]", result.value).get("ops"))
        for step in chosen:
            path = step.name.split(".")
            config = _config_of(step, _below(values, path), _below(written, path), environment)
            if isinstance(config, StepConfig):
                found[step.name] = config
            else:
                problems += config
    raise_problems(problems, subject="Run config")
    return found


def _expanded(
    loaded: LoadedDefinitions,
    steps: Iterable[StepDefinition],
    run_config: Mapping[str, object],
    environment: Mapping[str, str],
) -> Mapping[str, object]:
    """Return run config with the config of graphs replaced by that of the ops inside."""
    graphs: dict[str, GraphDefinition] = {}
    for step in steps:
        made = None if step.unit is None else loaded.definition_of(step)
        if made is not None and made.node is not None:
            definition = made.node.definition
            if isinstance(definition, GraphDefinition) and _has_mapping(definition):
                graphs[definition.name] = definition
    if not graphs:
        return run_config
    ops = dict(entries_of(run_config.get("ops")))
    for name, graph in graphs.items():
        ops[name] = _inside(graph, entries_of(ops.get(name)), environment, at=f"root:ops:{name}")
    return {**run_config, "ops": ops}


def _has_mapping(graph: GraphDefinition) -> bool:
    return graph.config_mapping is not None or any(
        _has_mapping(node.definition)
        for node in graph.nodes
        if isinstance(node.definition, GraphDefinition)
    )


def _inside(
    graph: GraphDefinition,
    entry: Mapping[str, object],
    environment: Mapping[str, str],
    *,
    at: str,
) -> Mapping[str, object]:
    """Return the config of a graph as that of its ops, at any depth."""
    ops = entries_of(entry.get("ops"))
    if graph.config_mapping is not None:
        made = graph.config_mapping.resolve_from_unvalidated_config(
            entry.get("config"), environ=environment, at=f"{at}:config"
        )
        ops = entries_of(made)
    inner = {
        node.name: _inside(
            node.definition, entries_of(ops.get(node.name)), environment, at=f"{at}:ops:{node.name}"
        )
        for node in graph.nodes
        if isinstance(node.definition, GraphDefinition) and _has_mapping(node.definition)
    }
    rest = {name: value for name, value in entry.items() if name != "config"}
    return {**rest, "ops": {**ops, **inner}}


class _Level:
    """A place in the tree of names: a step, or a graph of more."""

    def __init__(self) -> None:
        self.step: StepDefinition | None = None
        self.inner: dict[str, _Level] = {}

    def at(self, path: list[str]) -> _Level:
        level = self
        for name in path:
            level = level.inner.setdefault(name, _Level())
        return level

    def fields(self) -> dict[str, Field]:
        if self.step is not None:
            return _fields_of(self.step)
        return {"ops": Field(Shape({n: Field(Shape(i.fields())) for n, i in self.inner.items()}))}


def _fields_of(step: StepDefinition) -> dict[str, Field]:
    schema = _schema_of(step)
    entry = schema.as_field() if schema is not None else Field(ANY, is_required=False)
    return {
        "config": cast("Field", entry),
        "inputs": _inputs_of(step),
        "outputs": Field(ANY, is_required=False),
    }


def _inputs_of(step: StepDefinition) -> Field:
    fed = {need.input for need in step.needs}
    return Field(
        Shape(
            {
                entry.name: Field(
                    entry.type.loader.schema_type, is_required=entry.default is NO_VALUE
                )
                for entry in step.inputs
                if entry.asset is None
                and entry.name not in fed
                and entry.type is not None
                and entry.type.loader is not None
                and not entry.is_nothing
            }
        )
    )


def _schema_of(step: StepDefinition) -> DefinitionSchema | None:
    if step.config_schema is None:
        return None
    return definition_schema(step.config_schema, owner=f"'{step.name}'")


def _takes_config(step: StepDefinition) -> bool:
    return step.config_schema is not None


def _below(values: Mapping[str, object], path: list[str]) -> Mapping[str, object]:
    found = values
    for place, name in enumerate(path):
        if place:
            found = entries_of(found.get("ops"))
        found = entries_of(found.get(name))
    return found


def _config_of(
    step: StepDefinition,
    values: Mapping[str, object],
    written: Mapping[str, object],
    environment: Mapping[str, str],
) -> StepConfig | tuple[Problem, ...]:
    config, schema = values.get("config"), _schema_of(step)
    if schema is not None and schema.inner is not None:
        result = schema.resolve(
            written.get("config", ABSENT), environ=environment, at=f"root:ops:{step.name}:config"
        )
        if not result.success:
            return result.errors
        config = result.value
    return StepConfig(config=config, inputs=entries_of(values.get("inputs")))
