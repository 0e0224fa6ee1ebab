"""`IOManager` and `@io_manager`: how values are stored where one step hands them to another.

Owns the two methods and the definition. What a manager knows about a value is
`define.io_context`; the managers themselves are in `execute.io_managers` and `library.io_managers`.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import cast, overload

from penstock.config.configured import DefinitionSchema, definition_schema
from penstock.config.schema import ConfigSchema
from penstock.define.input_manager import InputManager
from penstock.define.io_context import InputContext, OutputContext
from penstock.define.resource import (
    ResourceDefinition,
    ResourceFunction,
    constant,
    documentation,
    is_bare_function,
)
from penstock.errors import ParameterCheckError

__all__ = ["IOManager", "IOManagerDefinition", "InputContext", "OutputContext", "io_manager"]


class IOManager(InputManager, ABC):
    """Stores what assets return, and loads it where another asset takes it as a parameter."""

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: object) -> object:
        """Store a value. When this returns, the value can be read: write, then rename.

        What it returns or yields, if anything, is metadata or events about the output.
        """

    @abstractmethod
    def load_input(self, context: InputContext) -> object:
        """Load the value of `context.asset_key`, for `context.asset_partition_keys` if any."""


class IOManagerDefinition(ResourceDefinition):
    """An IO manager as a function, with schemas for what run config says of inputs and outputs.

    Beside what every resource takes:

    Args:
        input_config_schema: The schema of `ops:<op>:inputs:<input>`; nothing is taken if None.
        output_config_schema: The schema of `ops:<op>:outputs:<output>`.
    """

    def __init__(
        self,
        resource_fn: ResourceFunction,
        config_schema: ConfigSchema = None,
        description: str | None = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
        input_config_schema: ConfigSchema = None,
        output_config_schema: ConfigSchema = None,
    ) -> None:
        super().__init__(resource_fn, config_schema, description, required_resource_keys, version)
        self._take_schemas(input_config_schema, output_config_schema)

    def _take_schemas(self, of_inputs: ConfigSchema, of_outputs: ConfigSchema) -> None:
        self.input_config_schema: DefinitionSchema | None = optional_schema(of_inputs)
        self.output_config_schema: DefinitionSchema | None = optional_schema(of_outputs)

    @staticmethod
    def hardcoded_io_manager(
        value: IOManager, description: str | None = None
    ) -> IOManagerDefinition:
        """Return a definition of an IO manager that exists already.

        Raises:
            ParameterCheckError: It is no IO manager.
        """
        if not isinstance(value, IOManager):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"hardcoded_io_manager takes an IOManager, not {value!r}. Derive it from IOManager."
            )
        return IOManagerDefinition(constant(value), None, description)


def optional_schema(schema: ConfigSchema) -> DefinitionSchema | None:
    """Return the schema of what run config may say; None if nothing is said."""
    return None if schema is None else definition_schema(schema)


@overload
def io_manager(config_schema: ResourceFunction) -> IOManagerDefinition: ...  # pyright: ignore[reportOverlappingOverload] - a function is no schema


@overload
def io_manager(
    config_schema: ConfigSchema = None,
    description: str | None = None,
    output_config_schema: ConfigSchema = None,
    input_config_schema: ConfigSchema = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> Callable[[ResourceFunction], IOManagerDefinition]: ...


def io_manager(
    config_schema: object = None,
    description: str | None = None,
    output_config_schema: ConfigSchema = None,
    input_config_schema: ConfigSchema = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> IOManagerDefinition | Callable[[ResourceFunction], IOManagerDefinition]:
    """Make an IO manager of a function that returns one. Usable bare or with arguments.

    Args:
        config_schema: What run config may say about the manager; anything if None.
        description: For people; the docstring of the function if None.
        output_config_schema: What run config may say about an output that it stores.
        input_config_schema: What run config may say about an input that it loads.
        required_resource_keys: The resources that the contexts offer.
        version: Kept as it is given.
    """
    if is_bare_function(config_schema):
        return io_manager()(cast("ResourceFunction", config_schema))

    def decorate(function: ResourceFunction) -> IOManagerDefinition:
        made = IOManagerDefinition(
            function,
            config_schema,
            description or documentation(function),
            required_resource_keys,
            version,
            input_config_schema,
            output_config_schema,
        )
        functools.update_wrapper(cast("ResourceFunction", made), function)
        return made

    return decorate
