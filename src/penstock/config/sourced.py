"""Models that remember which of their values come from environment variables.

Owns two states of a model. A *template* was given an `EnvVar` somewhere: it keeps what it was given
and checks only the names of its fields, because values can be checked once they are known. A
*resolved* model has every value; its `repr` shows the variable's name where a value came from one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo, ModelPrivateAttr
from pydantic_core import InitErrorDetails, PydanticUndefined

from penstock.config.annotations import choose_model, keys_of, members, models_in
from penstock.config.entries import Entry
from penstock.config.env import EnvVar, IntEnvVar, holds_variable
from penstock.errors import InvalidDefinitionError

ModelT = TypeVar("ModelT", bound=BaseModel)
SourcedT = TypeVar("SourcedT", bound="Sourced")


class Sourced(BaseModel):
    """A closed and frozen model whose arguments may be `EnvVar`s."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        protected_namespaces=(),
    )

    _sources: dict[str, object] = PrivateAttr(default_factory=dict[str, object])
    _at_launch: bool = PrivateAttr(default=False)

    def __init__(self, **data: object) -> None:
        refuse_entries(type(self))
        data = _untagged(type(self), data)
        given = {**variable_defaults(type(self), data), **data}
        if holds_variable(given):
            _check_names(type(self), given)
            _fill(self, given)
        else:
            super().__init__(**implied_nones(type(self), data), **data)

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        for name, value in super().__repr_args__():
            yield name, self._sources.get(name, value) if name else value


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Template:
    """A model to be built: its class, and the values that it was given.

    Attributes:
        model: The class.
        values: By field name; variables and nested `Template`s are still to be resolved.
        at_launch: Whether the values must come with the run.
    """

    model: type[BaseModel]
    values: Mapping[str, object]
    at_launch: bool = False

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.model.__name__}({told})"


def template_of(
    model: Sourced,
    overrides: Mapping[str, object],
    *,
    shared: Sequence[tuple[object, object]] = (),
) -> Template:
    """Describe how to build a model anew, with some values replaced.

    Args:
        model: A template or a resolved model; those nested in its fields are described too.
        overrides: Values by field name or alias. A mapping for a nested model overrides inside it.
        shared: Pairs of a nested model as declared and the object to use in its place.
    """
    keys = keys_of(type(model))
    replaced = {keys.get(key, key): value for key, value in overrides.items()}
    values: dict[str, object] = {}
    for name, value in given_values(model).items():
        override = replaced.pop(name, None) if name in replaced else _ABSENT
        values[name] = _described(value, override, shared)
    return Template(
        model=type(model),
        values={**values, **replaced},
        at_launch=model._at_launch,  # pyright: ignore[reportPrivateUsage] - private to users
    )


_ABSENT = object()


def _described(value: object, override: object, shared: Sequence[tuple[object, object]]) -> object:
    if isinstance(value, Sourced):
        if isinstance(override, Mapping):
            return template_of(value, cast("Mapping[str, object]", override), shared=shared)
        if override is _ABSENT:
            used = [ready for declared, ready in shared if declared is value]
            return used[0] if used else template_of(value, {}, shared=shared)
    if override is not _ABSENT:
        return override
    if isinstance(value, list | tuple):
        return [_described(item, _ABSENT, shared) for item in cast("Sequence[object]", value)]
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {key: _described(item, _ABSENT, shared) for key, item in items}
    return value


def has_variables(value: object) -> bool:
    """Tell whether a value is a variable, or a model, list or mapping with one inside."""
    if isinstance(value, Sourced):
        return any(has_variables(item) for item in value.__dict__.values())
    if isinstance(value, Mapping):
        return any(has_variables(item) for item in cast("Mapping[str, object]", value).values())
    if isinstance(value, list | tuple):
        return any(has_variables(item) for item in cast("Sequence[object]", value))
    return holds_variable(value)


def given_values(model: BaseModel) -> dict[str, object]:
    """Return the values that a model was given, by field name; defaults are left out."""
    fields = type(model).model_fields
    extra = model.model_extra or {}
    stored: Mapping[str, object] = {**model.__dict__, **extra}
    defaulted = variable_defaults(type(model), {})
    wanted = model.model_fields_set | set(extra) | set(defaulted)
    names = [*(n for n in fields if n in wanted), *extra]
    return {name: stored[name] for name in names if name in stored}


def variable_defaults(model: type[BaseModel], data: Mapping[str, object]) -> dict[str, object]:
    """Return the defaults with an `EnvVar` of those fields that `data` leaves out."""
    return {
        name: field.default
        for name, field in model.model_fields.items()
        if holds_variable(field.default) and name not in data and field.alias not in data
    }


def _untagged(model: type[BaseModel], data: dict[str, object]) -> dict[str, object]:
    """Put a tag that is written as the only key, `{cat: {...}}`, into the mapping behind it."""
    keys = keys_of(model)
    untagged = dict(data)
    for key, value in data.items():
        if key in keys and isinstance(value, Mapping):
            mapping = cast("Mapping[str, object]", value)
            untagged[key] = _chosen(model.model_fields[keys[key]], mapping)
    return untagged


def _chosen(field: FieldInfo, value: Mapping[str, object]) -> object:
    if field.discriminator is None:
        return value
    chosen = choose_model(models_in(field.annotation), value)
    return value if chosen is None else chosen[1]


def refuse_entries(model: type[BaseModel]) -> None:
    """Refuse a class that has a field of the other kind of schema as a default.

    Raises:
        InvalidDefinitionError: A default is one.
    """
    for name, field in model.model_fields.items():
        if isinstance(field.default, Entry):
            raise InvalidDefinitionError(
                f"'{model.__name__}.{name}' has a penstock Field as its default. In a Config or a"
                " resource write pydantic's Field; penstock's Field is for schemas written as"
                " dicts."
            )


def implied_nones(model: type[BaseModel], data: Mapping[str, object]) -> dict[str, None]:
    """Return None for each field without a default that `data` leaves out and that may be None."""
    if not issubclass(model, Sourced):
        return {}
    return {
        field.validation_alias if isinstance(field.validation_alias, str) else name: None
        for name, field in model.model_fields.items()
        if name not in data and field.validation_alias not in data and _is_implied_none(field)
    }


def _is_implied_none(field: FieldInfo) -> bool:
    return field.is_required() and type(None) in members(field.annotation)


def launch_template(model: type[SourcedT], values: Mapping[str, object]) -> SourcedT:
    """Make a model whose missing values must be given when a run is launched."""
    made = model.__new__(model)
    _fill(made, values)
    made._at_launch = True  # pyright: ignore[reportPrivateUsage] - private to users
    return made


def build(model: type[ModelT], values: Mapping[str, object]) -> ModelT:
    """Build a model from values that are all known, strictly and without its own `__init__`.

    Raises:
        pydantic.ValidationError: A value does not fit.
    """
    made = model.__new__(model)
    model.__pydantic_validator__.validate_python(
        {**implied_nones(model, values), **values}, strict=True, self_instance=made
    )
    return made


def remember_sources(model: BaseModel, sources: Mapping[str, object]) -> None:
    """Record what to show in place of each value that came from a variable."""
    if isinstance(model, Sourced):
        shown = {name: _shown(value) for name, value in sources.items()}
        model._sources = shown  # pyright: ignore[reportPrivateUsage] - private to users


def _shown(value: object) -> object:
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, object]", value)
        name = mapping.get("env")
        if len(mapping) == 1 and isinstance(name, str):
            return EnvVar(name)
        return {key: _shown(item) for key, item in mapping.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in cast("Sequence[object]", value)]
    return value


def _check_names(model: type[BaseModel], given: Mapping[str, object]) -> None:
    """Refuse unknown and missing fields of a template, as pydantic would."""
    keys = keys_of(model)
    named = {keys.get(key, key) for key in given}
    wrong = [
        InitErrorDetails(type="missing", loc=(name,), input=None)
        for name, field in model.model_fields.items()
        if field.is_required() and name not in named and not _is_implied_none(field)
    ]
    if model.model_config.get("extra") == "forbid":
        wrong += [
            InitErrorDetails(type="extra_forbidden", loc=(key,), input=None)
            for key in given
            if key not in keys
        ]
    if wrong:
        raise ValidationError.from_exception_data(model.__name__, wrong, hide_input=True)


def _fill(made: Sourced, given: Mapping[str, object]) -> None:
    """Give a model its values unchecked, running no hook of the user's."""
    model = type(made)
    keys = keys_of(model)
    named = {
        keys[key]: _converted(model.model_fields[keys[key]], value)
        for key, value in given.items()
        if key in keys
    }
    defaults = _defaults_of(model.model_fields)
    private = _defaults_of(model.__private_attributes__)
    extra = {key: value for key, value in given.items() if key not in keys}
    permissive = model.model_config.get("extra") == "allow"
    known = defaults | named
    stored = {name: known[name] for name in model.model_fields if name in known}
    object.__setattr__(made, "__dict__", stored)
    object.__setattr__(made, "__pydantic_fields_set__", {*named, *(extra if permissive else ())})
    object.__setattr__(made, "__pydantic_extra__", extra if permissive else None)
    object.__setattr__(made, "__pydantic_private__", private)


_PLAIN = (str, int, float, bool, type(None))


def _converted(field: FieldInfo, value: object) -> object:
    """Convert a plain value as pydantic would; what it refuses is told once all is known."""
    wanted: tuple[object, ...] = members(field.annotation)
    kind: object = type(value)
    plain = isinstance(value, _PLAIN) and not isinstance(value, EnvVar | IntEnvVar)
    if not plain or not set(wanted) <= set[object](_PLAIN) or kind in wanted:
        return value
    try:
        annotation = cast("type[object]", field.annotation)
        return TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return value


def _defaults_of(declared: Mapping[str, FieldInfo | ModelPrivateAttr]) -> dict[str, object]:
    """Return the defaults; a factory that wants the other values waits until they are known."""
    defaults: dict[str, object] = {}
    for name, each in declared.items():
        factory = cast("Callable[[], object] | None", each.default_factory)
        if factory is None:
            defaults[name] = each.get_default()
        elif not getattr(each, "default_factory_takes_validated_data", False):
            defaults[name] = factory()
        if isinstance(each, FieldInfo) and _is_implied_none(each):
            defaults[name] = None
    return {name: value for name, value in defaults.items() if value is not PydanticUndefined}
