"""`configured`: a definition, or a class of resources, with its config given.

Owns what `config.configured` cannot know: that a class of resources with fields stands for a
definition, all of whose values are config.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import cast, overload

from penstock.config import configured as plain
from penstock.config.configured import ConfigurableDefinition, DefinitionT
from penstock.config.schema import ConfigSchema
from penstock.define.resource import ResourceDefinition


@overload
def configured(
    configurable: DefinitionT,
    config_schema: ConfigSchema | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Callable[[object], DefinitionT]: ...


@overload
def configured(
    configurable: type[object],
    config_schema: ConfigSchema | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Callable[[object], ResourceDefinition]: ...


def configured(
    configurable: ConfigurableDefinition | type[object],
    config_schema: ConfigSchema | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Callable[[object], ConfigurableDefinition]:
    """Return a function, or decorator, that configures a definition.

    What it takes is the config, or a function that makes the config of other config. The schema of
    that other config is `config_schema`, or the `Config` class that the function's parameter is
    annotated with.

    Args:
        configurable: A resource, IO manager, executor, logger, op or graph, or a class of
            resources with fields.
        config_schema: The schema of the argument of a decorated function.
        name: Of the new definition, if it has one; that of the decorated function if None.
        description: Of the new definition; as before if None.

    Raises:
        ParameterCheckError: `configurable` cannot be configured, a new name is missing, or a
            function with an annotated parameter has a schema as well, or another parameter.
    """
    return plain.configured(
        _definition_of(configurable), config_schema, name=name, description=description
    )


def _definition_of(configurable: ConfigurableDefinition | type[object]) -> ConfigurableDefinition:
    module = sys.modules.get("penstock.config.resource")
    if (
        module is not None
        and isinstance(configurable, type)
        and issubclass(configurable, module.ConfigurableResourceFactory)
    ):
        from penstock.define import model_resource  # noqa: PLC0415 - needs pydantic

        return model_resource.definition_of_class(cast("type[model_resource.Model]", configurable))
    return cast("ConfigurableDefinition", configurable)
