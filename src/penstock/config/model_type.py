"""A `Config` class as a config type: read by pydantic, looked at as fields.

Owns `ModelType`. Reading is the same reading that a `Config` parameter gets, so the problems come
out with the same words and places. The view as fields is for people and for the manifest; it is
made when it is asked for.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum as PythonEnum
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from penstock.config.alternatives import Noneable, Selector
from penstock.config.annotations import WRITTEN_AS_TEXT, keys_of, members
from penstock.config.config_type import (
    ABSENT,
    UNFIT,
    Absent,
    ConfigType,
    ConfigTypeKind,
    Evaluation,
    digest,
)
from penstock.config.entries import (
    Entry,
    Fields,
    default_of_fields,
    example_of_fields,
    expected_mapping,
    missing_hint,
    printed_fields,
)
from penstock.config.enums import Enum, EnumValue
from penstock.config.problems import Problem, ProblemReason
from penstock.config.reading import Reading
from penstock.config.scalars import (
    ANY,
    FLOAT,
    INT,
    BoolSource,
    IntSource,
    ScalarType,
    SourceType,
    StringSource,
)
from penstock.config.schema import Array, Field, Map, Permissive, declared_field
from penstock.config.sourced import refuse_entries
from penstock.config.written import as_config
from penstock.errors import InvalidConfigDefinitionError

_SCALARS: Mapping[object, ConfigType] = {
    str: StringSource,
    int: IntSource,
    bool: BoolSource,
    float: FLOAT,
    **dict.fromkeys(WRITTEN_AS_TEXT, StringSource),
}
_MAPPINGS = (dict, Mapping)
_AS_WRITTEN = {str, int, float, bool, list, dict, Any, type(None), Union, types.UnionType}
_ANNOTATIONS = (
    "Use str, int, float, bool, an Enum, a Config class, or a list or dict of these. A field that"
    " holds another resource is annotated with its class, or with ResourceDependency[...]."
)


@dataclass(frozen=True, slots=True)
class ModelType(ConfigType):
    """The config type of a `Config` class.

    Attributes:
        model: The class.
        as_mapping: Whether code receives a dict of the values in place of an object of the class.
        within: The classes that this one is nested in, as a view.
    """

    model: type[BaseModel]
    as_mapping: bool = False
    within: tuple[type[BaseModel], ...] = ()

    @property
    def kind(self) -> ConfigTypeKind:  # pyright: ignore[reportIncompatibleVariableOverride] - depends on the class
        """Whether the class takes fields that it does not declare."""
        extra = self.model.model_config.get("extra")
        if extra == "allow":
            return ConfigTypeKind.PERMISSIVE_SHAPE
        return ConfigTypeKind.STRICT_SHAPE

    @property
    def fields(self) -> Fields:
        """The fields of the class by the key that config uses, with their defaults."""
        return fields_of(self.model, within=(*self.within, self.model))

    @property
    def description(self) -> str | None:
        """The docstring of the class."""
        return self.model.__doc__

    @property
    def key(self) -> str:
        """A name that is the same for equal types."""
        name = f"{self.model.__module__}.{self.model.__qualname__}"
        return f"{self.model.__name__}.{digest(name + self.printed(', '))}"

    @property
    def words(self) -> str:
        """What fits, in words."""
        return expected_mapping(self)

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Build an object of the class."""
        if isinstance(value, self.model):
            value = as_config(value)
        if not isinstance(value, Mapping):
            return evaluation.misfit(at, value, expected="a mapping")
        reading = Reading(evaluation.environment)
        entries: Mapping[str, object] = cast("Mapping[str, object]", value)
        if entries == _implied_entries(self.model):
            entries = {}  # what is left out is for pydantic to fill in, without its validators
        made = reading.read_model(self.model, entries, path=at)
        evaluation.problems.extend(self._with_example(each, at) for each in reading.problems)
        if made is None:
            # Without a problem, a variable was named in a pass that looks none up.
            return UNFIT if reading.problems else self._completed(entries)
        if evaluation.environment is None:
            return as_config(made)
        return plain_values(made) if self.as_mapping else made

    def _completed(self, entries: Mapping[str, object]) -> dict[str, object]:
        keys = keys_of(self.model)
        given = {keys.get(key, key) for key in entries}
        defaults = {
            key: each.default_value
            for key, each in self.fields.items()
            if each.default_provided and keys.get(key, key) not in given
        }
        return {**defaults, **entries}

    def _with_example(self, problem: Problem, at: str) -> Problem:
        """Add to a problem about a missing field what could be there."""
        if problem.reason is not ProblemReason.MISSING_REQUIRED_FIELD or problem.hint:
            return problem
        *outer, last = problem.path.removeprefix(f"{at}:").split(":")
        fields: Mapping[str, Entry] = self.fields
        for name in outer:
            inner = fields[name].config_type if name in fields else None
            inner = inner.inner_type if isinstance(inner, Noneable) else inner
            fields = inner.fields if isinstance(inner, ModelType) else {}
        if last not in fields:
            return problem
        return replace(problem, hint=missing_hint(last, fields[last].config_type))

    def printed(self, separator: str) -> str:
        """Write the type."""
        return printed_fields(self.fields, separator)

    def example(self) -> object:
        """Return an example of the required fields."""
        return example_of_fields(self.fields)

    def implied_default(self) -> object:
        """Return the defaults of all fields as config, if no field is required."""
        return default_of_fields(self.fields)

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return the types of the fields."""
        return tuple(each.config_type for each in self.fields.values())


@functools.cache
def _implied_entries(model: type[BaseModel]) -> object:
    return ModelType(model).implied_default()


def plain_values(value: object) -> object:
    """Return models as dicts of their values, by the key that config uses; enums stay members."""
    match value:
        case BaseModel():
            return {
                key: plain_values(item)
                for name, item in {**value.__dict__, **(value.model_extra or {})}.items()
                for key in (_key_of(name, type(value).model_fields.get(name)),)
            }
        case dict():
            items = cast("dict[object, object]", value).items()
            return {key: plain_values(item) for key, item in items}
        case list():
            return [plain_values(item) for item in cast("list[object]", value)]
        case _:
            return value


def _key_of(name: str, field: FieldInfo | None) -> str:
    return field.alias if field is not None and field.alias else name


def fields_of(
    model: type[BaseModel], *, within: tuple[type[BaseModel], ...] = ()
) -> dict[str, Field]:
    """Describe the fields of a class by the key that config uses.

    Args:
        model: A pydantic class.
        within: The classes that the fields are nested in; one of them again is shown as open.

    Raises:
        InvalidDefinitionError: A default is a field of the other kind of schema.
    """
    refuse_entries(model)
    described: dict[str, Field] = {}
    for name, field in model.model_fields.items():
        try:
            described[_key_of(name, field)] = _described(field, within)
        except _NoConfigTypeError as error:
            raise InvalidConfigDefinitionError(
                f"Field '{name}' of '{model.__name__}' is of type {error.annotation!r}, which"
                f" has no form in config. {_ANNOTATIONS}"
            ) from None
    return described


@functools.cache
def check_fields(model: type[BaseModel]) -> None:
    """Make sure that each field of a class has a form in config.

    Raises:
        InvalidConfigDefinitionError: One has none.
        InvalidDefinitionError: A default is a field of the other kind of schema.
    """
    fields_of(model, within=(model,))


def type_of_parameter(annotation: object) -> ConfigType:
    """Return the config type that the annotation of a `config` parameter stands for.

    The value reaches the parameter as config has it, so only what config itself consists of fits.

    Raises:
        InvalidConfigDefinitionError: It stands for none.
    """
    try:
        if _is_as_written(annotation):
            return _type_of(annotation, ())
    except _NoConfigTypeError:
        pass
    raise InvalidConfigDefinitionError(
        f"The parameter 'config' is annotated with {annotation!r}, which has no form in config."
        f" {_ANNOTATIONS}"
    )


def _is_as_written(annotation: object) -> bool:
    """Tell whether values of a type are what a config file can hold."""
    origin = get_origin(annotation) or annotation
    if origin is Annotated:
        return _is_as_written(get_args(annotation)[0])
    if origin is Literal or origin in _AS_WRITTEN:
        return all(_is_as_written(part) for part in get_args(annotation) if origin is not Literal)
    return hasattr(origin, "__config_type__")


class _NoConfigTypeError(Exception):
    """An annotation has no form in config."""

    def __init__(self, annotation: object) -> None:
        super().__init__(annotation)
        self.annotation = annotation


def _described(field: FieldInfo, within: tuple[type[BaseModel], ...]) -> Field:
    config_type = _field_type(field, within)
    default = _default_of(field, config_type)
    if default is None and not isinstance(config_type, Noneable) and config_type is not ANY:
        config_type = Noneable(config_type)
    return declared_field(
        config_type,
        default=default,
        is_required=field.is_required() and isinstance(default, Absent),
        description=field.description,
        is_secret=_is_secret(field),
    )


def _field_type(field: FieldInfo, within: tuple[type[BaseModel], ...]) -> ConfigType:
    try:
        return _type_of(field.annotation, within, discriminator=_discriminator(field))
    except _NoConfigTypeError:
        # Whoever says how such a value is validated knows what it is: a resource, mostly.
        if any(hasattr(mark, "__get_pydantic_core_schema__") for mark in field.metadata):
            return ANY
        raise


def _is_secret(field: FieldInfo) -> bool:
    extra: object = field.json_schema_extra
    marks = cast("dict[str, object]", extra) if isinstance(extra, dict) else {}
    return marks.get("dagster__is_secret") is True


def _may_be_none(field: FieldInfo) -> bool:
    return type(None) in members(field.annotation)


def _default_of(field: FieldInfo, config_type: ConfigType) -> object:
    """Return the default as config; that of a nested model whose fields all have one is implied."""
    if field.is_required():
        if _may_be_none(field):
            return None
        return config_type.implied_default() if isinstance(config_type, ModelType) else ABSENT
    if field.default is not PydanticUndefined:
        return as_config(field.default)
    return ABSENT  # a factory makes another value each time


def _discriminator(field: FieldInfo) -> str | None:
    return field.discriminator if isinstance(field.discriminator, str) else None


def _type_of(
    annotation: object,
    within: tuple[type[BaseModel], ...],
    *,
    discriminator: str | None = None,
) -> ConfigType:
    """Return the closest config type of an annotation; ANY where there is none."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type_of(arguments[0], within, discriminator=discriminator)
    if origin is Union or origin is types.UnionType:
        return _of_union(arguments, within, discriminator)
    if origin is Literal:
        return _of_literal(arguments)
    if isinstance(origin, type):
        return _of_container(origin, arguments, within)
    return _of_class(annotation, within)


def _of_class(annotation: object, within: tuple[type[BaseModel], ...]) -> ConfigType:
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if not isinstance(annotation, type) or annotation is object:
        return ANY
    if issubclass(annotation, BaseModel):
        return Permissive() if annotation in within else ModelType(annotation, within=within)
    if issubclass(annotation, PythonEnum):
        return Enum.from_python_enum(annotation)
    if issubclass(annotation, _MAPPINGS):
        return Permissive()
    if issubclass(annotation, list | tuple | set | frozenset):
        return Array(ANY)
    return _of_validated(cast("type[object]", annotation))  # narrowed to type[Unknown]


def _of_validated(annotation: type[object]) -> ConfigType:
    """Return ANY for a class that pydantic can make of plain values.

    Raises:
        _NoConfigTypeError: It cannot.
    """
    try:
        TypeAdapter(annotation)
    except PydanticSchemaGenerationError:
        raise _NoConfigTypeError(annotation) from None
    return ANY


def _of_union(
    arguments: tuple[object, ...],
    within: tuple[type[BaseModel], ...],
    discriminator: str | None,
) -> ConfigType:
    others = [part for part in arguments if part is not type(None)]
    if len(others) < len(arguments):
        inner = _of_union(tuple(others), within, discriminator)
        return Noneable(inner)
    if len(others) == 1:
        return _type_of(others[0], within)
    models = [part for part in others if isinstance(part, type) and issubclass(part, BaseModel)]
    if discriminator is None or len(models) < len(others):
        return ANY
    return _of_alternatives(models, within, discriminator)


def _of_alternatives(
    models: Sequence[type[BaseModel]], within: tuple[type[BaseModel], ...], discriminator: str
) -> ConfigType:
    """Return a choice by the tags that the classes have in the field that tells them apart."""
    choices: dict[str, object] = {}
    for model in models:
        shown = {
            key: each
            for key, each in fields_of(model, within=within).items()
            if key != discriminator
        }
        for tag in get_args(model.model_fields[discriminator].annotation):
            choices[str(tag)] = shown
    return Selector(choices)


def _of_literal(choices: tuple[object, ...]) -> ConfigType:
    names = [choice for choice in choices if isinstance(choice, str)]
    if len(names) == len(choices):
        return Enum(f"Literal{list(choices)}", [EnumValue(name) for name in names])
    return INT if all(type(choice) is int for choice in choices) else ANY


def _of_container(
    origin: type, arguments: tuple[object, ...], within: tuple[type[BaseModel], ...]
) -> ConfigType:
    if issubclass(origin, Mapping):
        keys = _type_of(arguments[0], within) if arguments else ANY
        key_type = keys.scalar_type if isinstance(keys, SourceType) else keys
        inner = _type_of(arguments[1], within) if len(arguments) > 1 else ANY
        return Map(key_type, inner) if isinstance(key_type, ScalarType) else Permissive()
    if issubclass(origin, Sequence | set | frozenset):
        return Array(_type_of(arguments[0], within)) if arguments else Array(ANY)
    return ANY
