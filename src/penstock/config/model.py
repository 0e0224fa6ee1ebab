"""`Config`: the typed config of an op, an asset or a resource, as a pydantic model.

Owns what a user subclasses, how raw run config becomes it and how it becomes run config again. It
is closed (no unknown field) and frozen. Run config is read strictly (no text becomes a number);
arguments in Python are converted as pydantic does it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import ClassVar, NoReturn, TypeVar, Unpack, cast

from pydantic import BaseModel, ConfigDict

from penstock.config.config_type import Evaluation, HasConfigType
from penstock.config.configured import DefinitionSchema
from penstock.config.model_type import ModelType, fields_of
from penstock.config.problems import raise_problems
from penstock.config.reading import Reading
from penstock.config.schema import Field
from penstock.config.sourced import Sourced, has_variables, template_of
from penstock.config.written import config_dict_of
from penstock.errors import InvalidInvocationError, RuntimeTypeInConfigError

ConfigT = TypeVar("ConfigT", bound="Config")


def _refuse_runtime_types(model: type[object]) -> None:
    """Refuse a field that is annotated with a type of inputs and outputs.

    Raises:
        RuntimeTypeInConfigError: One is.
    """
    for name, annotation in inspect.get_annotations(model).items():
        if not isinstance(annotation, type) and isinstance(annotation, HasConfigType):
            raise RuntimeTypeInConfigError(
                f"Field '{name}' of '{model.__name__}' is annotated with {annotation!r}, which"
                " checks values of inputs and outputs. Annotate fields of config with a Python"
                " type or a Config class, and check values in a pydantic validator."
            )


class Config(Sourced):
    """Subclass to declare the fields that run config may set.

    In run config values are not converted: the text "5" is no integer, but an integer is accepted
    for a `float`. An enum is given by name, and `{env: NAME}` stands for a variable's value.

    Example:
        >>> class Limits(Config):
        ...     rows: int = 10
        >>> Limits(rows=3)
        Limits(rows=3)
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    def __init_subclass__(cls, **kwargs: Unpack[ConfigDict]) -> None:
        _refuse_runtime_types(cls)
        super().__init_subclass__(**kwargs)

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

    _as_config_dict = to_config_dict
    _convert_to_config_dictionary = to_config_dict

    @classmethod
    def __config_type__(cls) -> ModelType:
        """Return the config type that the class stands for in a schema."""
        return ModelType(cls)

    @classmethod
    def to_config_schema(cls) -> DefinitionSchema:
        """Return the schema for a definition whose code receives the values as a dict."""
        config_type = ModelType(cls, as_mapping=True)
        return DefinitionSchema(field=Field(config_type), owner=f"'{cls.__name__}'")

    @classmethod
    def to_fields_dict(cls) -> dict[str, Field]:
        """Describe the fields by the key that config uses."""
        return fields_of(cls, within=(cls,))


class PermissiveConfig(Config):
    """A `Config` that also takes fields it does not declare; they become attributes."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")


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
    evaluation = Evaluation(environment)
    made = ModelType(model).read({} if raw is None else raw, path, evaluation)
    raise_problems(evaluation.problems, subject="Config")
    return cast("ConfigT", made)


def with_variables(config: ConfigT, *, path: str, environment: Mapping[str, str]) -> ConfigT:
    """Return a `Config` made in Python with its variables replaced by their values.

    Args:
        config: As made; returned as it is if it names no variable.
        path: Where it is used, for messages.
        environment: The variables that it may name.

    Raises:
        InvalidConfigError: A variable is not set, or its value does not fit.
    """
    if not has_variables(config):
        return config
    template = template_of(config, {})
    reading = Reading(environment)
    made = reading.read_model(template.model, template.values, path=path)
    raise_problems(reading.problems, subject="Config")
    return cast("ConfigT", made)
