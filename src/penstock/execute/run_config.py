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
from penstock.config.scalars import ANY
from penstock.config.schema import Field, Permissive, Shape
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
    chosen = list(steps)
    if not run_config and not any(_takes_config(step) for step in chosen):
        return {}
    tree = _Level()
    for step in chosen:
        tree.at(step.name.split(".")).step = step
    written = _entries(run_config.get("ops"))
    others = {n for n in written if n not in tree.inner and n in loaded.unit_names}
    read = {**run_config, "ops": {n: v for n, v in written.items() if n not in others}}
    anything = dict.fromkeys(("resources", "execution", "loggers"), _ANYTHING)
    result = evaluate_config(Shape({**tree.fields(), **anything}), read, environ=environment)
    problems: list[Problem] = list(result.errors)
    found: dict[str, StepConfig] = {}
    if result.success:
        values = _entries(cast("Mapping[str, object]", result.value).get("ops"))
        for step in chosen:
            path = step.name.split(".")
            config = _config_of(step, _below(values, path), _below(written, path), environment)
            if isinstance(config, StepConfig):
                found[step.name] = config
            else:
                problems += config
    raise_problems(problems, subject="Run config")
    return found


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
            found = _entries(found.get("ops"))
        found = _entries(found.get(name))
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
    return StepConfig(config=config, inputs=_entries(values.get("inputs")))


def _entries(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
