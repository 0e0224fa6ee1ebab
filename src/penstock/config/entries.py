"""The entries of a mapping in config: what each one is, and how a mapping is read by them.

Owns `Entry` and the base of the types with named fields. How users write them is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum as PythonEnum
from typing import TypeAlias

from penstock.base.text import did_you_mean, listed
from penstock.config.config_type import (
    ABSENT,
    UNFIT,
    Absent,
    ConfigType,
    Evaluation,
    digest,
)
from penstock.config.enums import Enum
from penstock.config.problems import Problem, ProblemReason, raise_problems
from penstock.errors import InvalidDefinitionError, ParameterCheckError


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Entry:
    """One entry of config.

    Attributes:
        config_type: What the entry may hold.
        is_required: Whether the entry must be there.
        description: What the entry is for.
        is_secret: Whether the value is not to be shown to people.
    """

    config_type: ConfigType
    is_required: bool
    description: str | None
    is_secret: bool
    _default: object

    def __init__(
        self,
        config_type: ConfigType,
        *,
        default: object,
        is_required: bool,
        description: str | None,
        is_secret: bool = False,
    ) -> None:
        object.__setattr__(self, "config_type", config_type)
        object.__setattr__(self, "is_required", is_required)
        object.__setattr__(self, "description", description)
        object.__setattr__(self, "is_secret", is_secret)
        object.__setattr__(self, "_default", default)

    @property
    def default_provided(self) -> bool:
        """Whether the entry has a default, given or implied."""
        return not isinstance(self._default, Absent)

    @property
    def default_value(self) -> object:
        """The config that is used when the entry is left out.

        Raises:
            ParameterCheckError: There is none.
        """
        if isinstance(self._default, Absent):
            raise ParameterCheckError(
                f"The field of type {self.config_type} has no default value. Ask"
                " 'default_provided' first."
            )
        return self._default

    @property
    def default_value_as_json_str(self) -> str:
        """The default as JSON.

        Raises:
            ParameterCheckError: There is none.
        """
        return json.dumps(self.default_value, default=repr)

    def __repr__(self) -> str:
        default = f", default_value={self._default!r}" if self.default_provided else ""
        return f"Field({self.config_type}{default}, is_required={self.is_required})"


def check_entry(
    config_type: ConfigType, default: object, is_required: object, description: object
) -> None:
    """Refuse the parts of an entry that contradict each other.

    Raises:
        ParameterCheckError: An argument has the wrong type, or a required entry has a default.
        InvalidDefinitionError: The default is a member of an enum, not its name.
        InvalidConfigError: The default does not fit.
    """
    if is_required is not None and not isinstance(is_required, bool):
        raise ParameterCheckError(f"Field: is_required must be true or false, not {is_required!r}.")
    if description is not None and not isinstance(description, str):
        raise ParameterCheckError(f"Field: description must be text, not {description!r}.")
    if isinstance(default, Absent):
        return
    if is_required:
        raise ParameterCheckError(
            "Field: a required entry has no use for a default_value. Leave one of is_required=True"
            " and default_value out."
        )
    if isinstance(default, PythonEnum) and isinstance(config_type, Enum):
        raise InvalidDefinitionError(
            f"Field: the default of enum '{config_type.name}' is written as config, so give the"
            f" name and not the member {default!r}. The names are {listed(config_type.names)}."
        )
    evaluation = Evaluation(environment=None)
    config_type.read(default, "root", evaluation)
    raise_problems(evaluation.problems, subject="The default_value of the Field")


Fields: TypeAlias = Mapping[str, Entry]


def expected_mapping(type_: ConfigType) -> str:
    """Say what a mapping looks like."""
    return f"a mapping like {type_}"


class HasFields(ConfigType):
    """A mapping whose keys are declared.

    Attributes:
        fields: By name.
        given_description: What the mapping is for.
    """

    __slots__ = ()

    fields: Fields
    given_description: str | None

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def description(self) -> str | None:
        """What the values mean."""
        return self.given_description

    @property
    def key(self) -> str:
        """A name that is the same for equal types."""
        told = [
            (name, f.config_type.key, f.is_required, f.description, repr(_default_of(f)))
            for name, f in sorted(self.fields.items())
        ]
        return f"{type(self).__name__}.{digest(repr((told, self.given_description)))}"

    @property
    def words(self) -> str:
        """What fits, in words."""
        return expected_mapping(self)

    def printed(self, separator: str) -> str:
        """Write the type."""
        return printed_fields(self.fields, separator)

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return the types of the fields."""
        return tuple(each.config_type for each in self.fields.values())

    def implied_default(self) -> object:
        """Return the defaults of all fields, if none is required."""
        return default_of_fields(self.fields)

    def example(self) -> object:
        """Return an example of the required fields."""
        return example_of_fields(self.fields)


def _default_of(each: Entry) -> object:
    return each.default_value if each.default_provided else ABSENT


def default_of_fields(fields: Fields) -> object:
    """Return the defaults of all fields as config; ABSENT if a field is required."""
    if any(each.is_required for each in fields.values()):
        return ABSENT
    return {n: each.default_value for n, each in fields.items() if each.default_provided}


def example_of_fields(fields: Fields) -> object:
    """Return an example of the fields that must be there."""
    return {n: each.config_type.example() for n, each in fields.items() if each.is_required}


def printed_fields(fields: Fields, separator: str) -> str:
    """Write fields as a type."""
    entries = [
        f"{name}{'' if each.is_required else '?'}: {each.config_type.printed(separator)}"
        for name, each in sorted(fields.items())
    ]
    return braced(entries, separator)


def braced(entries: Sequence[str], separator: str) -> str:
    """Write the entries of a mapping between braces."""
    if not entries:
        return "{ }"
    if "\n" not in separator:
        return f"{{ {separator.join(entries)} }}"
    inner = "\n".join(entries).replace("\n", "\n  ")
    return f"{{\n  {inner}\n}}"


def refuse_key(key: object, known: Fields, at: str, evaluation: Evaluation) -> None:
    """Record that a mapping has a key that is not declared."""
    expected = f"one of the fields {listed(sorted(known))}" if known else "no field"
    evaluation.add(
        Problem(
            path=f"{at}:{key}",
            text=f"found an unknown field; expected {expected}",
            hint=did_you_mean(str(key), known),
            reason=ProblemReason.FIELD_NOT_DEFINED,
        )
    )


def read_fields(
    fields: Fields, entries: Mapping[str, object], at: str, evaluation: Evaluation
) -> object:
    """Read the entries of a mapping by the fields of the same name, and fill in the others."""
    read: dict[str, object] = {}
    for name, each in fields.items():
        if name in entries:
            read[name] = each.config_type.read(entries[name], f"{at}:{name}", evaluation)
        elif each.is_required:
            read[name] = _missing(name, each, at, evaluation)
        elif each.default_provided:
            read[name] = each.config_type.read(each.default_value, f"{at}:{name}", evaluation)
    return UNFIT if UNFIT in read.values() else read


def _missing(name: str, each: Entry, at: str, evaluation: Evaluation) -> object:
    return evaluation.add(
        Problem(
            path=f"{at}:{name}",
            text=f"found nothing; expected {each.config_type.words}",
            hint=missing_hint(name, each.config_type),
            reason=ProblemReason.MISSING_REQUIRED_FIELD,
        )
    )


def missing_hint(name: str, config_type: ConfigType) -> str:
    """Show what a missing entry could look like."""
    example = json.dumps({name: config_type.example()}, default=repr, ensure_ascii=False)
    return f" For example: {example}"
