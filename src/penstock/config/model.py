"""`Config`: the typed config of an op, an asset or a resource, as a pydantic model.

Owns what a user subclasses, how raw run config becomes it and how it becomes run config again. It
is strict (no text becomes a number), closed (no unknown field) and frozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NoReturn, TypeVar, cast

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python

from penstock.config.env import EnvVar, IntEnvVar
from penstock.config.problems import found_words, misfit, raise_problems
from penstock.config.reading import Reading
from penstock.config.sourced import Sourced
from penstock.errors import InvalidInvocationError

ConfigT = TypeVar("ConfigT", bound="Config")


class Config(Sourced):
    """Subclass to declare the fields that run config may set.

    Values are not converted: the text "5" is no integer. An integer is accepted for a `float`. In
    run config an enum is given by name, and `{env: NAME}` stands for a variable's value.

    Example:
        >>> class Limits(Config):
        ...     rows: int = 10
        >>> Limits(rows=3)
        Limits(rows=3)
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name.startswith("_") or isinstance(getattr(type(self), name, None), property):
            super().__setattr__(name, value)
            return
        _refuse_assignment(type(self), name)

    def __delattr__(self, name: str) -> None:
        if name.startswith("_"):
            super().__delattr__(name)
            return
        _refuse_assignment(type(self), name)

    def to_config_dict(self) -> dict[str, object]:
        """Write the fields as run config: enums by name, variables as `{env: NAME}`."""
        return config_dict_of(self)


class PermissiveConfig(Config):
    """A `Config` that also takes fields it does not declare; they become attributes."""

    model_config = ConfigDict(extra="allow")


def _refuse_assignment(model: type[BaseModel], name: str) -> NoReturn:
    if name in model.model_fields:
        raise InvalidInvocationError(
            f"Cannot assign to '{model.__name__}.{name}': config and resources are frozen"
            f" (frozen=True). Make a changed copy with model_copy(update={{'{name}': ...}})."
        )
    raise InvalidInvocationError(
        f"Cannot assign to '{model.__name__}.{name}': config and resources are frozen"
        f" (frozen=True), and '{name}' is not a field. Keep state in a pydantic PrivateAttr, whose"
        " name begins with an underscore."
    )


def parse_config(
    model: type[ConfigT],
    raw: Mapping[str, object] | None,
    *,
    path: str,
    environment: Mapping[str, str],
) -> ConfigT:
    """Read raw run config as a `Config`.

    Args:
        model: The class to make.
        raw: The fields; None if the run config has no such section.
        path: Where the section is, for messages: `ops:glucose:config`.
        environment: The variables that `{env: NAME}` may name.

    Raises:
        InvalidConfigError: Something does not fit; the message lists everything that does not.
    """
    reading = Reading(environment)
    if isinstance(raw, Mapping) or raw is None:
        made = reading.read_model(model, raw or {}, path=path)
    else:
        made = None
        reading.problems.append(misfit(path, found=found_words(raw), expected="a mapping"))
    raise_problems(reading.problems, subject="Config")
    return cast("ConfigT", made)


def config_dict_of(model: BaseModel) -> dict[str, object]:
    """Write a model's fields as run config."""
    values: Mapping[str, object] = {**model.__dict__, **(model.model_extra or {})}
    names = [*type(model).model_fields, *(model.model_extra or {})]
    return {name: as_config(values[name]) for name in names if name in values}


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
