"""Executors as declarations: where the steps of a job are to be carried out.

Owns what is common to all of them: the definition, its config and requirements. Those that Penstock
brings are in `define/own_executors.py`; what carries steps out is `penstock.execute`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Self, overload

from penstock.config.config_type import ABSENT
from penstock.config.configured import (
    DefinitionSchema,
    NamedConfigurableDefinition,
    definition_schema,
)
from penstock.config.schema import ConfigSchema
from penstock.errors import InvalidDefinitionError


class ExecutorRequirement(Enum):
    """What an executor needs of a job and its instance."""

    RECONSTRUCTABLE_PIPELINE = "RECONSTRUCTABLE_PIPELINE"
    RECONSTRUCTABLE_JOB = RECONSTRUCTABLE_PIPELINE
    NON_EPHEMERAL_INSTANCE = "NON_EPHEMERAL_INSTANCE"
    PERSISTENT_OUTPUTS = "PERSISTENT_OUTPUTS"


def multiple_process_executor_requirements() -> list[ExecutorRequirement]:
    """Return what an executor in several processes needs."""
    return [
        ExecutorRequirement.RECONSTRUCTABLE_JOB,
        ExecutorRequirement.NON_EPHEMERAL_INSTANCE,
        ExecutorRequirement.PERSISTENT_OUTPUTS,
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitExecutorContext:
    """What the function of an executor may ask.

    Attributes:
        job: The job, or a reference to it.
        executor_def: The executor.
        executor_config: Its config, checked.
        instance: The instance that the run is recorded in.
        perform: Carries an attempt of a step out in the calling thread and reports on it, for
            executors with `submit`, `cancel` and `close`; takes a task and where to report to.
    """

    job: object
    executor_def: ExecutorDefinition
    executor_config: Mapping[str, object] = field(default_factory=dict[str, object])
    instance: object = None
    perform: Callable[..., None] | None = None


ExecutorFunction = Callable[[InitExecutorContext], object]
Requirements = (
    Sequence[ExecutorRequirement] | Callable[[Mapping[str, object]], Sequence[ExecutorRequirement]]
)


class ExecutorDefinition(NamedConfigurableDefinition):
    """Where the steps of a job are to be carried out.

    Args:
        name: The name, which run config may choose.
        config_schema: The schema of its config; anything if None.
        requirements: What it needs, or a function from its config to that.
        executor_creation_fn: Makes the executor; takes an `InitExecutorContext`.
        description: What it is for.
    """

    def __init__(
        self,
        name: str,
        config_schema: ConfigSchema = None,
        requirements: Requirements | None = None,
        executor_creation_fn: ExecutorFunction | None = None,
        description: str | None = None,
    ) -> None:
        self.name = name
        self.description = description
        self.executor_creation_fn = executor_creation_fn
        self._requirements: Requirements = requirements or ()
        self._schema = definition_schema(config_schema, owner=f"executor '{name}'")

    @property
    def config_schema(self) -> DefinitionSchema:
        """The schema of the config."""
        return self._schema

    def get_requirements(self, config: Mapping[str, object]) -> Sequence[ExecutorRequirement]:
        """Return what it needs under a config."""
        if callable(self._requirements):
            return self._requirements(config)
        return self._requirements

    def copy_for_configured(
        self, name: str | None, description: str | None, config_schema: DefinitionSchema
    ) -> Self:
        """Return the same executor with another schema, and a new name where one is given."""
        made = type(self)(
            name or self.name,
            None,
            self._requirements,
            self.executor_creation_fn,
            description or self.description,
        )
        made._schema = config_schema
        return made

    @staticmethod
    def hardcoded_executor(executor: object) -> ExecutorDefinition:
        """Return an executor that is there already, and takes no config."""
        return ExecutorDefinition(
            "__executor__", {}, (), executor_creation_fn=lambda _context: executor
        )

    def resolve(
        self, config: object = ABSENT, *, environment: Mapping[str, str] | None = None
    ) -> object:
        """Return what its function receives for a config.

        Args:
            config: The config; ABSENT if there is none.
            environment: The variables that it may name.

        Raises:
            InvalidConfigError: The config does not fit.
        """
        return self._schema.resolve_or_raise(
            config, environ=environment, at="root:execution:config"
        )

    def __repr__(self) -> str:
        return f"<executor '{self.name}'>"


@overload
def executor(name: ExecutorFunction) -> ExecutorDefinition: ...


@overload
def executor(
    name: str | None = None,
    config_schema: ConfigSchema = None,
    requirements: Requirements | None = None,
) -> Callable[[ExecutorFunction], ExecutorDefinition]: ...


def executor(
    name: str | ExecutorFunction | None = None,
    config_schema: ConfigSchema = None,
    requirements: Requirements | None = None,
) -> ExecutorDefinition | Callable[[ExecutorFunction], ExecutorDefinition]:
    """Declare an executor that a function makes.

    Args:
        name: The name, the function's if None; or the function, where the decorator is bare.
        config_schema: The schema of its config; anything if None.
        requirements: What it needs, or a function from its config to that.
    """
    if callable(name):
        function = name
        return ExecutorDefinition(_name_of(function), executor_creation_fn=function)

    def decorate(function: ExecutorFunction) -> ExecutorDefinition:
        known_as = name or _name_of(function)
        return ExecutorDefinition(known_as, config_schema, requirements, function, function.__doc__)

    return decorate


def _name_of(function: ExecutorFunction) -> str:
    name = getattr(function, "__name__", "")
    if not name or name == "<lambda>":
        raise InvalidDefinitionError("An executor needs a name: give executor(name=...).")
    return name
