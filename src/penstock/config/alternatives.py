"""Config types of alternatives: `Selector`, `Noneable`, `ScalarUnion`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, cast

from penstock.base.text import listed
from penstock.config.config_type import ABSENT, UNFIT, ConfigType, ConfigTypeKind, Evaluation
from penstock.config.entries import (
    Fields,
    HasFields,
    default_of_fields,
    expected_mapping,
    read_fields,
    refuse_key,
)
from penstock.config.problems import Problem, ProblemReason
from penstock.config.scalars import ScalarType
from penstock.config.schema import ConfigSchema, as_config_type, as_fields
from penstock.errors import ParameterCheckError


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Selector(HasFields):
    """A mapping with exactly one of the declared fields.

    Args:
        fields: The schema of each alternative.
        description: What the choice is about.
    """

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.SELECTOR

    fields: Fields
    given_description: str | None

    def __init__(self, fields: Mapping[str, ConfigSchema], description: str | None = None) -> None:
        object.__setattr__(self, "fields", as_fields("Selector", fields))
        object.__setattr__(self, "given_description", description)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Selector) and (self.fields, self.given_description) == (
            other.fields,
            other.given_description,
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def implied_default(self) -> object:
        """Return the only alternative with its default, if there is just one and it has one."""
        return default_of_fields(self.fields) if len(self.fields) == 1 else ABSENT

    def example(self) -> object:
        """Return an example of the first alternative."""
        return {n: each.config_type.example() for n, each in list(self.fields.items())[:1]}

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Read the one alternative that is given."""
        if not isinstance(value, Mapping):
            return evaluation.misfit(at, value, expected=expected_mapping(self))
        entries = cast("Mapping[str, object]", value)
        if not entries and isinstance(implied := self.implied_default(), dict):
            return read_fields(self.fields, cast("dict[str, object]", implied), at, evaluation)
        if len(entries) != 1:
            return evaluation.add(self._wrong_count(entries, at))
        ((name, item),) = entries.items()
        if name not in self.fields:
            refuse_key(name, self.fields, at, evaluation)
            return UNFIT
        return self._read_chosen(name, item, at, evaluation)

    def _read_chosen(self, name: str, item: object, at: str, evaluation: Evaluation) -> object:
        """Read an alternative; `name:` with nothing behind it means that all of it is default."""
        each = self.fields[name]
        if item is None and each.default_provided and isinstance(each.config_type, HasFields):
            item = each.default_value
        read = each.config_type.read(item, f"{at}:{name}", evaluation)
        return UNFIT if read is UNFIT else {name: read}

    def _wrong_count(self, entries: Mapping[str, object], at: str) -> Problem:
        found = listed([str(name) for name in entries]) if entries else "none"
        choices = listed(sorted(self.fields), "or")
        return Problem(
            path=at,
            text=f"found {found}; expected exactly one of {choices}",
            reason=ProblemReason.SELECTOR_FIELD_ERROR,
        )


@dataclass(frozen=True, slots=True, init=False)
class Noneable(ConfigType):
    """Values of another type, or null. Left out, it is null."""

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.NONEABLE

    inner_type: ConfigType

    def __init__(self, inner_type: ConfigSchema) -> None:
        object.__setattr__(self, "inner_type", as_config_type(inner_type))

    @property
    def key(self) -> str:
        """A name that is the same for equal types."""
        return f"Noneable.{self.inner_type.key}"

    @property
    def words(self) -> str:
        """What fits, in words."""
        return f"{self.inner_type.words} or null"

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Return None, or read the value."""
        return None if value is None else self.inner_type.read(value, at, evaluation)

    def printed(self, separator: str) -> str:
        """Write the type."""
        return f"{self.inner_type.printed(separator)}?"

    def example(self) -> object:
        """Return an example of the inner type."""
        return self.inner_type.example()

    def implied_default(self) -> object:
        """Return None."""
        return None

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return the inner type."""
        return (self.inner_type,)


@dataclass(frozen=True, slots=True, init=False)
class ScalarUnion(ConfigType):
    """A scalar, or else a mapping, list or selector."""

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.SCALAR_UNION

    scalar_type: ConfigType
    non_scalar_type: ConfigType

    def __init__(self, scalar_type: ConfigSchema, non_scalar_schema: ConfigSchema) -> None:
        scalar, other = as_config_type(scalar_type), as_config_type(non_scalar_schema)
        if not isinstance(scalar, ScalarType):
            raise ParameterCheckError(f"ScalarUnion: scalar_type must be a scalar, not {scalar}.")
        if other.kind not in _CONTAINERS:
            raise ParameterCheckError(
                f"ScalarUnion: non_scalar_schema must be a mapping, a list or a selector, not"
                f" {other}."
            )
        object.__setattr__(self, "scalar_type", scalar)
        object.__setattr__(self, "non_scalar_type", other)

    @property
    def key(self) -> str:
        """A name that is the same for equal types."""
        return f"ScalarUnion.{self.scalar_type.key}-{self.non_scalar_type.key}"

    @property
    def words(self) -> str:
        """What fits, in words."""
        return f"{self.scalar_type.words} or {self.non_scalar_type.words}"

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Read a mapping or list by the one type, anything else by the other."""
        return self._type_for(value).read(value, at, evaluation)

    def _type_for(self, value: object) -> ConfigType:
        return self.non_scalar_type if isinstance(value, Mapping | list) else self.scalar_type

    def printed(self, separator: str) -> str:
        """Write the type."""
        return f"({self.scalar_type} | {self.non_scalar_type.printed(separator)})"

    def example(self) -> object:
        """Return an example of the scalar."""
        return self.scalar_type.example()

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return both types."""
        return (self.scalar_type, self.non_scalar_type)


_CONTAINERS: Final = frozenset(
    {
        ConfigTypeKind.ARRAY,
        ConfigTypeKind.MAP,
        ConfigTypeKind.SELECTOR,
        ConfigTypeKind.STRICT_SHAPE,
        ConfigTypeKind.PERMISSIVE_SHAPE,
    }
)
