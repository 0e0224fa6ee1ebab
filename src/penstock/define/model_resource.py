"""Resources that are models with fields, as definitions and as parts of a setup.

Owns everything about them that needs pydantic; it is loaded only where there is such a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import cast

from penstock.config.config_type import ABSENT
from penstock.config.evaluate import PROCESS_VARIABLES
from penstock.config.resource import (
    ConfigurableIOManagerFactory,
    ConfigurableResourceFactory,
    all_nested_in,
    is_for_launch,
    resolve_resource,
    resource_config_of,
    use_resource,
)
from penstock.config.resource_context import InitResourceContext
from penstock.config.resource_schema import config_field_of
from penstock.config.sourced import given_values
from penstock.define.io_manager import IOManagerDefinition
from penstock.define.resource import ResourceDefinition
from penstock.errors import InvalidDefinitionError

Model = ConfigurableResourceFactory[object]


class ModelDefinition(ResourceDefinition):
    """The definition of a resource that is a model; the model reads its config itself."""

    def __init__(self, model: Model) -> None:
        super().__init__(_making(model), config_field_of(model), _documentation(type(model)))
        self._model = model
        self._name = type(model).__name__

    @property
    def declared(self) -> object:
        """The model."""
        return self._model

    def resolve_config(
        self,
        given: object = ABSENT,
        *,
        environ: Mapping[str, str] | None = None,
        key: str = "",
    ) -> object:
        """Return the config as it was given."""
        return {} if given is ABSENT or given is None else given


class ModelIOManagerDefinition(ModelDefinition, IOManagerDefinition):
    """The definition of an IO manager that is a model."""

    def __init__(self, model: ConfigurableIOManagerFactory[object]) -> None:
        ModelDefinition.__init__(self, model)
        self._take_schemas(type(model).input_config_schema(), type(model).output_config_schema())


def definition_of(model: Model) -> ResourceDefinition:
    """Return the definition of a model."""
    if isinstance(model, ConfigurableIOManagerFactory):
        return ModelIOManagerDefinition(model)
    return ModelDefinition(model)


def definition_of_class(model: type[Model]) -> ResourceDefinition:
    """Return the definition of a resource of a class, all of whose values are config."""

    def make(context: InitResourceContext) -> AbstractContextManager[object]:
        return use_resource(cast("Model", context.resource_config), context)

    kind = ResourceDefinition
    if issubclass(model, ConfigurableIOManagerFactory):
        kind = IOManagerDefinition
    return kind(make, model, _documentation(model))


def needs_of(model: Model, declared: Mapping[str, object]) -> Mapping[str, object]:
    """Return those nested in a model that have a key of their own and get their config there.

    They are the ones for launch, and definitions of the function style.
    """
    nested = {id(each) for each in _needing_a_key(model)}
    return {key: each for key, each in declared.items() if id(_bare(each)) in nested}


def prepared(
    model: Model,
    given: Mapping[str, object],
    context: InitResourceContext,
    *,
    environment: Mapping[str, str],
    shared: Sequence[tuple[object, object]],
    ready: Sequence[object],
) -> tuple[AbstractContextManager[object], object]:
    """Return how a model is set up, and its config.

    Args:
        model: As declared.
        given: What run config says.
        context: What its hooks receive.
        environment: The variables that config may name.
        shared: Pairs of a nested resource as declared and the object to use in its place.
        ready: Objects that are already set up.

    Raises:
        InvalidDefinitionError: A nested resource is for launch, and has no values from anywhere.
        InvalidConfigError: A value does not fit, or a variable is not set.
    """
    _require_values(model, given, [_bare(each) for each, _ in shared], key=context.resource_key)
    pairs = [(_bare(each), used) for each, used in shared]
    resolved = resolve_resource(
        model, overrides=given, environment=environment, key=context.resource_key, shared=pairs
    )
    manager = use_resource(resolved, context, ready=ready, shared=pairs)
    return manager, resource_config_of(resolved)


def _require_values(
    model: Model, given: Mapping[str, object], shared: Sequence[object], *, key: str
) -> None:
    for name, nested in model.nested_resources.items():
        if name in given or not is_for_launch(nested) or given_values(cast("Model", nested)):
            continue
        if not any(nested is each for each in shared):
            where = f"{type(model).__name__}.{name}"
            raise InvalidDefinitionError(
                f"Resource '{key}': the resource nested at {where} gets its values at launch, and"
                " nothing gives them. Add the same object to the resources under a key of its own,"
                f" or give its values in run config at resources:{key}:config:{name}."
            )


def _needing_a_key(model: Model) -> Iterator[object]:
    for nested in all_nested_in(model):
        if is_for_launch(nested) or isinstance(nested, ResourceDefinition):
            yield nested


def _bare(value: object) -> object:
    return value.declared if isinstance(value, ResourceDefinition) else value


def _making(model: Model):
    def make(context: InitResourceContext) -> AbstractContextManager[object]:
        config = context.resource_config
        overrides = cast("Mapping[str, object] | None", config)
        resolved = resolve_resource(
            model,
            overrides=overrides,
            environment=PROCESS_VARIABLES,
            key=context.resource_key or type(model).__name__,
        )
        return use_resource(resolved, context)

    return make


def _documentation(model: type[object]) -> str | None:
    own = model.__dict__.get("__doc__")
    return own if isinstance(own, str) else None
