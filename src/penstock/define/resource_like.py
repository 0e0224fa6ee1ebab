"""What can be a resource: definitions, models with fields, IO managers, and any other object.

Owns the one coercion, `resource_definition_of`, and what each kind requires of the others. Models
need pydantic, so their module is loaded only where there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeGuard

from penstock.base.dag import find_cycle
from penstock.define.io_manager import IOManager, IOManagerDefinition
from penstock.define.resource import ResourceDefinition
from penstock.errors import InvalidDefinitionError

if TYPE_CHECKING:
    from penstock.config.resource import ConfigurableResourceFactory


def is_model(value: object) -> TypeGuard[ConfigurableResourceFactory[object]]:
    """Tell whether a resource is a model with fields."""
    module = sys.modules.get("penstock.config.resource")
    return module is not None and isinstance(value, module.ConfigurableResourceFactory)


def resource_definition_of(value: object) -> ResourceDefinition:
    """Return the definition of anything that is given as a resource."""
    if isinstance(value, ResourceDefinition):
        return value
    if is_model(value):
        from penstock.define import model_resource  # noqa: PLC0415 - needs pydantic

        return model_resource.definition_of(value)
    if isinstance(value, IOManager):
        return IOManagerDefinition.hardcoded_io_manager(value)
    return ResourceDefinition.hardcoded_resource(value)


def declared_of(value: object) -> object:
    """Return what a resource was declared as: the model, where a definition was made of one."""
    return value.declared if isinstance(value, ResourceDefinition) else value


def unmet_requirements(declared: Mapping[str, object]) -> list[str]:
    """Return a sentence for each resource that cannot have what it requires.

    Either nobody provides it, or it requires the resource in turn.
    """
    return [*_missing(declared), *_circle(declared)]


def _circle(declared: Mapping[str, object]) -> list[str]:
    keys = list(declared)
    numbers = {key: number for number, key in enumerate(keys)}
    needs = [
        [numbers[need] for need in sorted(value.required_resource_keys) if need in numbers]
        if isinstance(value, ResourceDefinition)
        else []
        for value in declared.values()
    ]
    circle = find_cycle(needs)
    if circle is None:
        return []
    path = " -> ".join(f"'{keys[number]}'" for number in (*circle, circle[0]))
    return [
        f"Resource '{keys[circle[0]]}' requires itself: {path}. Take one of these keys out of "
        "required_resource_keys."
    ]


def _missing(declared: Mapping[str, object]) -> list[str]:
    return [
        f"Resource '{key}' needs the resource '{need}', which nobody provides. Add '{need}' to the"
        " resources."
        for key, value in declared.items()
        if isinstance(value, ResourceDefinition)
        for need in sorted(value.required_resource_keys - declared.keys())
    ]


def required_resources(value: object, declared: Mapping[str, object]) -> Mapping[str, object]:
    """Return the resources that a resource needs: by key, with the object that is declared for it.

    Args:
        value: The resource.
        declared: All resources by key.

    Raises:
        InvalidDefinitionError: It needs a resource that nobody provides.
    """
    bare = declared_of(value)
    if is_model(bare):
        from penstock.define import model_resource  # noqa: PLC0415 - needs pydantic

        return model_resource.needs_of(bare, declared)
    if not isinstance(value, ResourceDefinition):
        return {}
    missing = sorted(value.required_resource_keys - declared.keys())
    if missing:
        raise InvalidDefinitionError(
            f"{value!r} needs the resource '{missing[0]}', which nobody provides. Add"
            f" '{missing[0]}' to the resources."
        )
    return {key: declared[key] for key in sorted(value.required_resource_keys)}
