"""Values written as run config: enums by name, variables as `{env: NAME}`, models as mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from penstock.config.annotations import members
from penstock.config.env import EnvVar, IntEnvVar


def config_dict_of(model: BaseModel) -> dict[str, object]:
    """Write a model's fields as run config; None is left out where leaving out means None."""
    extra: Mapping[str, object] = model.model_extra or {}
    written: dict[str, object] = {}
    for name, field in type(model).model_fields.items():
        value = model.__dict__.get(name, PydanticUndefined)
        if value is PydanticUndefined or (value is None and _means_none(field)):
            continue
        written[field.alias or name] = as_config(value)
    return {**written, **{name: as_config(value) for name, value in extra.items()}}


def _means_none(field: FieldInfo) -> bool:
    """Tell whether leaving a field out makes it None."""
    return field.default is None or (
        field.is_required() and type(None) in members(field.annotation)
    )


def as_config(value: object) -> object:
    """Write one value as run config."""
    match value:
        case EnvVar() | IntEnvVar():
            return {"env": value.env_var_name}
        case Enum():
            return value.name
        case BaseModel():
            return config_dict_of(value)
        case Mapping():
            items = cast("Mapping[object, object]", value).items()
            return {key: as_config(item) for key, item in items}
        case list() | tuple() | set() | frozenset():
            return [as_config(item) for item in cast("Sequence[object]", value)]
        case _:
            return cast("object", to_jsonable_python(value))
