"""The fields of a resolvable class: of a dataclass, a pydantic model, or a plain `__init__`."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from penstock.errors import ResolutionError


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """One field.

    Attributes:
        default: Its default; None too where a factory makes it, or where there is none.
        info: What pydantic knows of it, where the class is a pydantic model.
    """

    annotation: object
    is_required: bool
    default: object = None
    info: FieldInfo | None = None


def fields_of(kind: type) -> Mapping[str, FieldFacts]:
    """Return the fields of a class by name.

    Raises:
        ResolutionError: The class is none that has fields, or a parameter cannot be one.
    """
    if hasattr(kind, "__dataclass_fields__"):
        return _of_dataclass(kind)
    if issubclass(kind, BaseModel):
        return _of_model(kind)
    if kind.__init__ is object.__init__ or issubclass(kind, tuple):
        raise ResolutionError(
            f"Invalid Resolvable type {kind.__name__}: its fields cannot be told. It has to be a "
            "class with __init__, a dataclass or a pydantic model."
        )
    return _of_init(cast("type[object]", kind))


def _of_dataclass(kind: type) -> dict[str, FieldFacts]:
    hints = _hints(kind)
    found: dict[str, FieldFacts] = {}
    for each in dataclasses.fields(kind):
        has_default = each.default is not dataclasses.MISSING
        has_factory = each.default_factory is not dataclasses.MISSING
        if each.init:
            found[each.name] = FieldFacts(
                annotation=hints.get(each.name, each.type),
                is_required=not has_default and not has_factory,
                default=cast("object", each.default) if has_default else None,
            )
    return found


def _of_model(kind: type[BaseModel]) -> dict[str, FieldFacts]:
    if not kind.__pydantic_complete__:
        kind.model_rebuild(raise_errors=False)  # a type that it names may be there by now
    return {
        name: FieldFacts(
            annotation=cast("object", info.rebuild_annotation()),
            is_required=info.is_required(),
            default=None if info.is_required() else cast("object", info.default),
            info=info,
        )
        for name, info in kind.model_fields.items()
    }


def _of_init(kind: type[object]) -> dict[str, FieldFacts]:
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    hints = _hints(kind.__init__)
    found: dict[str, FieldFacts] = {}
    for parameter in parameters:
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise ResolutionError(
                f"Invalid Resolvable type {kind.__name__}: '{parameter.name}' of its __init__ is a "
                "positional only parameter. Fields are given by name."
            )
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.annotation is parameter.empty:
            raise ResolutionError(
                f"Invalid Resolvable type {kind.__name__}: '{parameter.name}' of its __init__ has "
                "no annotation. Give it one."
            )
        has_default = parameter.default is not parameter.empty
        found[parameter.name] = FieldFacts(
            annotation=hints.get(parameter.name, parameter.annotation),
            is_required=not has_default,
            default=cast("object", parameter.default) if has_default else None,
        )
    return found


def _hints(thing: object) -> Mapping[str, object]:
    """Return annotations with text resolved; those that cannot be stay as they are written."""
    try:
        return typing.get_type_hints(thing, include_extras=True)
    except (NameError, AttributeError, TypeError):
        return {}
