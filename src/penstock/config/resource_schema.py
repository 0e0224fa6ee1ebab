"""What run config may say about a resource that is a model: its fields, minus what was given.

Owns `DeclaredModelType`, the config type of one declared resource. Unlike the type of its class, it
knows the values that the declaration gives, which are the defaults of the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic_core import PydanticSerializationError

from penstock.config.config_type import (
    ABSENT,
    UNFIT,
    ConfigType,
    ConfigTypeKind,
    Evaluation,
)
from penstock.config.entries import Fields, example_of_fields, expected_mapping, printed_fields
from penstock.config.model_type import fields_of
from penstock.config.reading import Reading
from penstock.config.resource import (
    ConfigurableResourceFactory,
    all_nested_in,
    is_for_launch,
    nested_in,
)
from penstock.config.schema import Field, declared_field
from penstock.config.sourced import given_values, template_of
from penstock.config.written import as_config

Model = ConfigurableResourceFactory[object]


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredModelType(ConfigType):
    """The config type of a declared resource.

    Attributes:
        resource: As it was declared.
    """

    resource: Model

    @property
    def kind(self) -> ConfigTypeKind:  # pyright: ignore[reportIncompatibleVariableOverride] - depends on the class
        """Whether the resource takes fields that it does not declare."""
        extra = type(self.resource).model_config.get("extra")
        if extra == "allow":
            return ConfigTypeKind.PERMISSIVE_SHAPE
        return ConfigTypeKind.STRICT_SHAPE

    @property
    def fields(self) -> Fields:
        """The fields that run config may set, with the declared values as defaults."""
        model = type(self.resource)
        given = given_values(self.resource)
        found: dict[str, Field] = {}
        for (key, field), name in zip(fields_of(model).items(), model.model_fields, strict=True):
            described = _described(field, given.get(name, ABSENT))
            if described is not None:
                found[key] = described
        return found

    @property
    def description(self) -> str | None:
        """The docstring of the class."""
        return type(self.resource).__doc__

    @property
    def words(self) -> str:
        """What fits, in words."""
        return expected_mapping(self)

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Check the values together with those that were declared; return them as given."""
        if isinstance(value, type(self.resource)):
            value = as_config(cast("object", value))
        if not isinstance(value, Mapping):
            return evaluation.misfit(at, value, expected="a mapping")
        entries = cast("Mapping[str, object]", value)
        reading = Reading(evaluation.environment)
        elsewhere = [
            (cast("Model", each), each)
            for each in all_nested_in(self.resource)
            if is_for_launch(each)
        ]
        template = template_of(self.resource, entries, shared=elsewhere)
        reading.read_model(template.model, template.values, path=at)
        evaluation.problems.extend(reading.problems)
        return UNFIT if reading.problems else entries

    def printed(self, separator: str) -> str:
        """Write the type."""
        return printed_fields(self.fields, separator)

    def example(self) -> object:
        """Return an example of the required fields."""
        return example_of_fields(self.fields)

    def implied_default(self) -> object:
        """Return nothing but an empty mapping, if no value has to come with the run."""
        return ABSENT if any(each.is_required for each in self.fields.values()) else {}

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return the types of the fields."""
        return tuple(each.config_type for each in self.fields.values())


def config_field_of(resource: Model) -> Field:
    """Return what run config may say about a declared resource."""
    return Field(DeclaredModelType(resource))


def _described(field: Field, given: object) -> Field | None:
    """Return a field with its declared value as default; None if config cannot hold the value."""
    if given is ABSENT:
        return field
    if isinstance(given, ConfigurableResourceFactory):
        nested = cast("Model", given)
        return None if is_for_launch(nested) else config_field_of(nested)
    if next(nested_in(given), None) is not None:
        return None
    try:
        default = as_config(given)
    except PydanticSerializationError:
        return None
    return declared_field(
        field.config_type,
        default=default,
        is_required=False,
        description=field.description,
        is_secret=field.is_secret,
    )
