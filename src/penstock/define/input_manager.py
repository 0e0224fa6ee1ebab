"""`InputManager` and `@input_manager`: how a value is loaded for one input, and only there."""

from __future__ import annotations

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import cast, overload

from penstock.config.configured import DefinitionSchema, definition_schema
from penstock.config.schema import ConfigSchema
from penstock.define.io_context import InputContext
from penstock.define.resource import (
    ResourceDefinition,
    ResourceFunction,
    constant,
    documentation,
    is_bare_function,
)


class InputManager(ABC):
    """Loads values for the inputs that name its key."""

    @abstractmethod
    def load_input(self, context: InputContext) -> object:
        """Load the value of an input."""


class InputManagerDefinition(ResourceDefinition):
    """An input manager as a function, with a schema for what run config says of an input.

    Beside what every resource takes:

    Args:
        input_config_schema: The schema of `ops:<op>:inputs:<input>`; nothing is taken if None.
    """

    def __init__(
        self,
        resource_fn: ResourceFunction,
        config_schema: ConfigSchema = None,
        description: str | None = None,
        input_config_schema: ConfigSchema = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
    ) -> None:
        super().__init__(resource_fn, config_schema, description, required_resource_keys, version)
        self.input_config_schema: DefinitionSchema | None = (
            None if input_config_schema is None else definition_schema(input_config_schema)
        )


class _LoadingFunction(InputManager):
    """Loads by calling a function."""

    def __init__(self, function: ResourceFunction) -> None:
        self._function = function
        self._takes_context = bool(inspect.signature(function).parameters)

    def load_input(self, context: InputContext) -> object:
        loaded = self._function(context) if self._takes_context else self._function()
        return loaded.load_input(context) if isinstance(loaded, InputManager) else loaded


@overload
def input_manager(config_schema: ResourceFunction) -> InputManagerDefinition: ...  # pyright: ignore[reportOverlappingOverload] - a function is no schema


@overload
def input_manager(
    config_schema: ConfigSchema = None,
    description: str | None = None,
    input_config_schema: ConfigSchema = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> Callable[[ResourceFunction], InputManagerDefinition]: ...


def input_manager(
    config_schema: object = None,
    description: str | None = None,
    input_config_schema: ConfigSchema = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> InputManagerDefinition | Callable[[ResourceFunction], InputManagerDefinition]:
    """Make an input manager of a function that loads the value. Usable bare or with arguments.

    The function takes an `InputContext`, or nothing. It may also return an `InputManager`, which
    then loads the value.

    Args:
        config_schema: What run config may say about the manager; anything if None.
        description: For people; the docstring of the function if None.
        input_config_schema: What run config may say about an input that it loads.
        required_resource_keys: The resources that the context offers.
        version: Kept as it is given.
    """
    if is_bare_function(config_schema):
        return input_manager()(cast("ResourceFunction", config_schema))

    def decorate(function: ResourceFunction) -> InputManagerDefinition:
        made = InputManagerDefinition(
            constant(_LoadingFunction(function)),
            config_schema,
            description or documentation(function),
            input_config_schema,
            required_resource_keys,
            version,
        )
        functools.update_wrapper(cast("ResourceFunction", made), function)
        return made

    return decorate
