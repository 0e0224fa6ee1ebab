"""`with_resources`: definitions that bring their resources along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

from penstock.base.text import listed
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.resource import ResourceDefinition
from penstock.define.source_asset import SourceAsset
from penstock.define.step import DEFAULT_IO_MANAGER
from penstock.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError

T = TypeVar("T")


class BindResourcesToJobs(list[T]):
    """A list of jobs that get the resources of their `Definitions`, as all jobs do."""


def with_resources(
    definitions: Iterable[T],
    resource_defs: Mapping[str, object],
    resource_config_by_key: Mapping[str, Mapping[str, object]] | None = None,
) -> Sequence[T]:
    """Return assets with the resources that they ask for attached to them.

    Args:
        definitions: Definitions of assets.
        resource_defs: The resources by key.
        resource_config_by_key: For resources that take config, `{"config": ...}` by key.

    Raises:
        InvalidInvocationError: The config of a resource is not a `{"config": ...}`.
        InvalidDefinitionError: A definition asks for a resource that nobody provides, or brings
            another one of the same key.
    """
    bound = dict(resource_defs)
    for key, config in (resource_config_by_key or {}).items():
        bound[key] = _configured(key, bound.get(key), config)
    return [_bound(definition, bound) for definition in definitions]


def _configured(key: str, found: object, config: Mapping[str, object]) -> object:
    if set(config) != {"config"}:
        raise InvalidInvocationError(
            f"resource_config_by_key has {config!r} for resource '{key}'. Put the config of the "
            "resource under the one key 'config', as in {'config': ...}."
        )
    if not isinstance(found, ResourceDefinition):
        raise InvalidInvocationError(
            f"There is config for resource '{key}', but it is no ResourceDefinition. Give the "
            "config to the resource itself."
        )
    return found.configured(config["config"])


def _bound(definition: T, resource_defs: Mapping[str, object]) -> T:
    if not isinstance(definition, (AssetsDefinition, SourceAsset)):
        raise InvariantViolationError(
            f"with_resources cannot give resources to {definition!r} of type "
            f"{type(definition).__name__}. Give it definitions of assets."
        )
    own = definition.resource_defs
    both = sorted(own.keys() & resource_defs.keys())
    different = [key for key in both if own[key] is not resource_defs[key]]
    if different:
        raise InvalidDefinitionError(
            f"{definition!r} brings its own {listed(different)}, and with_resources was given "
            "other resources of that key. Provide each once."
        )
    needed = _needed(definition.required_resource_keys, resource_defs)
    missing = sorted(needed - own.keys() - resource_defs.keys() - {DEFAULT_IO_MANAGER})
    if missing:
        raise InvalidDefinitionError(
            f"{definition!r} asks for resource '{missing[0]}', which nobody provides. Known are "
            f"{listed(sorted({*own, *resource_defs})) or 'none'}. Add it to resource_defs."
        )
    kept = {key: value for key, value in resource_defs.items() if key in needed}
    return cast("T", definition.with_resource_defs({**kept, **own}))


def _needed(keys: set[str], resource_defs: Mapping[str, object]) -> set[str]:
    """Return keys with those that their resources ask for in turn."""
    found: set[str] = set()
    pending = list(keys)
    while pending:
        key = pending.pop()
        if key in found:
            continue
        found.add(key)
        pending.extend(getattr(resource_defs.get(key), "required_resource_keys", ()))
    return found
