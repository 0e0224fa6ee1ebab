"""What the type of a config field says: its members, its words, which values it takes as text.

Pure questions about annotations. It knows no config and no environment.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from penstock.base.text import listed

WRITTEN_AS_TEXT: tuple[type, ...] = (Path, datetime, date, time, timedelta, UUID, Decimal)
"""Types that a config file can only write as text."""

_WORDS: Mapping[object, str] = {
    str: "text",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    dict: "a mapping",
    list: "a list",
    tuple: "a list",
    set: "a list of plain values",
    frozenset: "a list of plain values",
    type(None): "null",
    Path: "a path",
    datetime: "a date and time",
    date: "a date",
    time: "a time of day",
    timedelta: "a duration",
}


def members(annotation: object) -> tuple[object, ...]:
    """Return the alternatives of a union, or the annotation alone; look through `Annotated`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return members(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return tuple(inner for part in get_args(annotation) for inner in members(part))
    return (annotation,)


def models_in(annotation: object) -> tuple[type[BaseModel], ...]:
    """Return the pydantic models among the members of an annotation."""
    return tuple(
        part
        for part in members(annotation)
        if isinstance(part, type) and get_origin(part) is None and issubclass(part, BaseModel)
    )


def enums_in(annotation: object) -> tuple[type[Enum], ...]:
    """Return the enums among the members of an annotation."""
    return tuple(
        part
        for part in members(annotation)
        if isinstance(part, type) and get_origin(part) is None and issubclass(part, Enum)
    )


def takes_variable(annotation: object) -> bool:
    """Tell whether `{env: NAME}` can stand for a value: for scalars, not for mappings or lists."""
    return any(_is_scalar(part) for part in members(annotation))


def _is_scalar(part: object) -> bool:
    if get_origin(part) is Literal:
        return True
    if not isinstance(part, type) or get_origin(part) is not None:
        return False
    containers = (BaseModel, dict, list, tuple, set, frozenset, type(None))
    return part not in {object, Any} and not issubclass(part, containers)


def item_annotation(annotation: object, *, of_mapping: bool, index: int = 0) -> object:
    """Return the type of the values of a mapping, or of one item of a list; `object` if unsaid."""
    for part in members(annotation):
        origin, arguments = get_origin(part), get_args(part)
        if not isinstance(origin, type) or not arguments:
            continue
        if issubclass(origin, Mapping):
            if of_mapping:
                return cast("object", arguments[-1])
        elif not of_mapping and origin is not Literal:
            if issubclass(origin, tuple) and Ellipsis not in arguments:
                return cast("object", arguments[min(index, len(arguments) - 1)])
            return cast("object", arguments[0])
    return object


def container_in(annotation: object) -> type | None:
    """Return the tuple or set type that a list is to become, if the annotation names one."""
    for part in members(annotation):
        origin = get_origin(part) or part
        if origin in {tuple, set, frozenset}:
            return cast("type", origin)
    return None


def expected_words(annotation: object) -> str:
    """Say what fits an annotation: 'an integer', "text or null", "one of 'A' and 'B'"."""
    words = [_words_of(part) for part in members(annotation)]
    return " or ".join(dict.fromkeys(words))


def _words_of(part: object) -> str:
    if get_origin(part) is Literal:
        return _one_of([str(choice) for choice in get_args(part)])
    origin = get_origin(part) or part
    if origin in _WORDS:
        return _WORDS[origin]
    if not isinstance(origin, type):
        return "a value"
    if issubclass(origin, Enum):
        return _one_of(list(origin.__members__))
    if issubclass(origin, BaseModel | Mapping):
        return "a mapping"
    return f"a value of type '{origin.__name__}'"


def _one_of(choices: list[str]) -> str:
    return listed(choices) if len(choices) == 1 else f"one of {listed(choices, 'or')}"


def keys_of(model: type[BaseModel]) -> dict[str, str]:
    """Map each key that config may use for a field, its name or its alias, to the field's name."""
    keys = {name: name for name in model.model_fields}
    for name, field in model.model_fields.items():
        if isinstance(field.validation_alias, str):
            keys[field.validation_alias] = name
    return keys


def is_implied(annotation: object) -> bool:
    """Tell whether a field without a default may be left out, because all in it may be.

    That is so for a model without required fields.
    """
    parts = members(annotation)
    if len(parts) != 1:
        return False
    models = models_in(annotation)
    return bool(models) and not any(_is_needed(f) for f in models[0].model_fields.values())


def _is_needed(field: FieldInfo) -> bool:
    """Tell whether config must give a field; one that may be None need not be given."""
    may_be_left_out = type(None) in members(field.annotation) or is_implied(field.annotation)
    return field.is_required() and not may_be_left_out


def choose_model(
    models: tuple[type[BaseModel], ...], mapping: Mapping[str, object]
) -> tuple[type[BaseModel], Mapping[str, object]] | None:
    """Choose which of the alternatives a mapping is meant for, and the mapping to read it from.

    In this order: the only one; the one whose `Literal` field has the value given; the one that
    such a value names as the single key (`{cat: {...}}`); the first that knows every key given.
    """
    if len(models) == 1:
        return models[0], mapping
    for model in models:
        tags = _tags(model)
        if any(mapping.get(name) in values for name, values in tags.items()):
            return model, mapping
        if len(mapping) == 1:
            ((tag, inner),) = mapping.items()
            names = [name for name, values in tags.items() if tag in values]
            if names and (inner is None or isinstance(inner, Mapping)):
                return model, {**cast("Mapping[str, object]", inner or {}), names[0]: tag}
    covering = [model for model in models if set(mapping) <= set(keys_of(model))]
    return (covering[0], mapping) if covering else None


def _tags(model: type[BaseModel]) -> dict[str, tuple[object, ...]]:
    return {
        name: get_args(field.annotation)
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is Literal
    }
