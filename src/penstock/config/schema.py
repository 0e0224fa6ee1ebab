"""`Field` and the config types made of others: shapes, selectors, lists, mappings, alternatives.

Owns how anything that users write as a schema becomes a config type: Python types, literals of
dicts and lists, built-in types, `Config` classes, fields. It knows no pydantic: a class says itself
that it is a config type, by a method `__config_type__`.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, TypeAlias, cast

from penstock.config.config_type import (
    ABSENT,
    UNFIT,
    Absent,
    ConfigType,
    ConfigTypeKind,
    Evaluation,
    HasConfigType,
)
from penstock.config.entries import (
    Entry,
    Fields,
    HasFields,
    braced,
    check_entry,
    expected_mapping,
    read_fields,
    refuse_key,
)
from penstock.config.problems import Problem, ProblemReason
from penstock.config.scalars import ANY, BOOL, FLOAT, INT, STRING, ScalarType
from penstock.errors import (
    InvalidConfigDefinitionError,
    InvalidDefinitionError,
    ParameterCheckError,
)

ConfigSchema: TypeAlias = object
"""What is accepted where a schema is wanted: a `Field`, a config type, a Python type, a `Config`
class, or a dict or list of these."""

_SCALARS: Mapping[object, ConfigType] = {str: STRING, int: INT, float: FLOAT, bool: BOOL}


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Field(Entry):
    """Declare one entry of config.

    Args:
        config: What the entry may hold.
        default_value: The config to use when the entry is left out, as it would be written.
        is_required: Whether the entry must be there. Left out, it must unless it has a default,
            may be null, or everything in it may be left out.
        description: What the entry is for.
        is_secret: Whether the value is not to be shown to people.

    Raises:
        InvalidDefinitionError: `config` is not a schema.
        InvalidConfigError: The default does not fit.

    Example:
        >>> Field(int, default_value=3).is_required
        False
    """

    def __init__(
        self,
        config: ConfigSchema,
        default_value: object = ABSENT,
        is_required: bool | None = None,  # noqa: FBT001 - the public signature
        description: str | None = None,
        is_secret: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> None:
        config_type = as_config_type(config)
        check_entry(config_type, default_value, is_required, description)
        default = default_value
        if isinstance(default, Absent) and is_required is None:
            default = config_type.implied_default()
        required = isinstance(default, Absent) if is_required is None else is_required
        Entry.__init__(
            self,
            config_type,
            default=default,
            is_required=required,
            description=description,
            is_secret=is_secret,
        )


def declared_field(
    config_type: ConfigType,
    *,
    default: object,
    is_required: bool,
    description: str | None,
    is_secret: bool = False,
) -> Field:
    """Return a field whose parts are known to fit each other."""
    made = object.__new__(Field)
    Entry.__init__(
        made,
        config_type,
        default=default,
        is_required=is_required,
        description=description,
        is_secret=is_secret,
    )
    return made


def as_fields(owner: str, fields: object) -> Fields:
    """Return a field for each name of a mapping of schemas."""
    if not isinstance(fields, Mapping):
        raise ParameterCheckError(
            f"{owner}: fields must be a mapping of names to schemas, not {fields!r}."
        )
    converted: dict[str, Field] = {}
    for name, value in cast("Mapping[object, object]", fields).items():
        if not isinstance(name, str):
            raise ParameterCheckError(f"{owner}: the name of a field must be text, not {name!r}.")
        converted[name] = as_field(value, root=cast("object", fields), stack=(name,))
    return MappingProxyType(converted)


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Shape(HasFields):
    """A mapping with exactly the declared fields. A dict of schemas means the same.

    Args:
        fields: The schema of each key.
        description: What the mapping is for.
        field_aliases: Another key that config may use, by field name.

    Example:
        >>> str(Shape({"rows": int, "name": Field(str, is_required=False)}))
        '{ name?: String, rows: Int }'
    """

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.STRICT_SHAPE

    fields: Fields
    given_description: str | None
    field_aliases: Mapping[str, str]

    def __init__(
        self,
        fields: Mapping[str, ConfigSchema],
        description: str | None = None,
        field_aliases: Mapping[str, str] | None = None,
    ) -> None:
        object.__setattr__(self, "fields", as_fields("Shape", fields))
        object.__setattr__(self, "given_description", description)
        object.__setattr__(self, "field_aliases", dict(field_aliases or {}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shape) and (
            self.fields,
            self.given_description,
            self.field_aliases,
        ) == (other.fields, other.given_description, other.field_aliases)

    def __hash__(self) -> int:
        return hash(self.key)

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Read each field; refuse keys that are not declared."""
        if not isinstance(value, Mapping):
            return evaluation.misfit(at, value, expected=expected_mapping(self))
        entries = _unaliased(
            cast("Mapping[str, object]", value), self.field_aliases, at, evaluation
        )
        known = {key: item for key, item in entries.items() if key in self.fields}
        for key in entries:
            if key not in self.fields:
                refuse_key(key, self.fields, at, evaluation)
        read = read_fields(self.fields, known, at, evaluation)
        return read if len(known) == len(entries) else UNFIT


def _unaliased(
    entries: Mapping[str, object], aliases: Mapping[str, str], at: str, evaluation: Evaluation
) -> Mapping[str, object]:
    """Put each field under its name; a field given by name and by alias is a problem."""
    if not aliases:
        return entries
    named = dict(entries)
    for name, alias in aliases.items():
        if alias in named and alias != name:
            if name in named:
                evaluation.add(
                    Problem(
                        path=f"{at}:{alias}",
                        text=f"'{alias}' and '{name}' are the same field",
                        hint=" Give only one of them.",
                        reason=ProblemReason.FIELD_ALIAS_COLLISION,
                    )
                )
            named[name] = named.pop(alias)
    return named


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Permissive(HasFields):
    """A mapping with the declared fields and any others.

    Args:
        fields: The schema of the keys that are known.
        description: What the mapping is for.
    """

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.PERMISSIVE_SHAPE

    fields: Fields
    given_description: str | None

    def __init__(
        self, fields: Mapping[str, ConfigSchema] | None = None, description: str | None = None
    ) -> None:
        object.__setattr__(self, "fields", as_fields("Permissive", fields or {}))
        object.__setattr__(self, "given_description", description)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Permissive) and (self.fields, self.given_description) == (
            other.fields,
            other.given_description,
        )

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """A name that is the same for equal types."""
        return super().key if self.fields else "Permissive"

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Read the declared fields; keep the others as they are."""
        if not isinstance(value, Mapping):
            return evaluation.misfit(at, value, expected=expected_mapping(self))
        entries = cast("Mapping[str, object]", value)
        others = {
            name: ANY.read(item, f"{at}:{name}", evaluation)
            for name, item in entries.items()
            if name not in self.fields
        }
        read = read_fields(self.fields, entries, at, evaluation)
        if not isinstance(read, dict):
            return UNFIT
        return {**cast("dict[str, object]", read), **others}


@dataclass(frozen=True, slots=True, init=False)
class Array(ConfigType):
    """A list of values of one type. `[schema]` means the same."""

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.ARRAY

    inner_type: ConfigType
    given_description: str | None = None

    def __init__(self, inner_type: ConfigSchema, description: str | None = None) -> None:
        object.__setattr__(self, "inner_type", as_config_type(inner_type))
        object.__setattr__(self, "given_description", description)

    @property
    def description(self) -> str | None:
        """What the list is for."""
        return self.given_description

    @property
    def key(self) -> str:
        """A name that is the same for equal types."""
        return f"Array.{self.inner_type.key}"

    @property
    def words(self) -> str:
        """What fits, in words."""
        return f"a list like {self}"

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Read each item."""
        if not isinstance(value, list):
            return evaluation.misfit(at, value, expected=self.words)
        read = [
            self.inner_type.read(item, f"{at}[{index}]", evaluation)
            for index, item in enumerate(cast("list[object]", value))
        ]
        return UNFIT if any(item is UNFIT for item in read) else read

    def printed(self, separator: str) -> str:
        """Write the type."""
        return f"[{self.inner_type.printed(separator)}]"

    def example(self) -> object:
        """Return an empty list."""
        return []

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return the type of the items."""
        return (self.inner_type,)


@dataclass(frozen=True, slots=True, init=False)
class Map(ConfigType):
    """A mapping with any keys. `{str: schema}` means the same.

    Args:
        key_type: The type of the keys: a scalar.
        inner_type: The type of the values.
        key_label_name: What a key is, for people.
    """

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.MAP

    key_type: ConfigType
    inner_type: ConfigType
    key_label_name: str | None

    def __init__(
        self,
        key_type: ConfigSchema,
        inner_type: ConfigSchema,
        key_label_name: str | None = None,
    ) -> None:
        keys = _known_type(key_type)
        if not isinstance(keys, ScalarType):
            raise ParameterCheckError(
                f"Map: the type of the keys must be a scalar like str, not {key_type!r}."
            )
        object.__setattr__(self, "key_type", keys)
        object.__setattr__(self, "inner_type", as_config_type(inner_type))
        object.__setattr__(self, "key_label_name", key_label_name)

    @property
    def given_name(self) -> str | None:
        """What a key is."""
        return self.key_label_name

    @property
    def key(self) -> str:
        """A name that is the same for equal types."""
        label = f":name: {self.key_label_name}" if self.key_label_name else ""
        return f"Map.{self.key_type.key}.{self.inner_type.key}{label}"

    @property
    def words(self) -> str:
        """What fits, in words."""
        return expected_mapping(self)

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Read each key and each value."""
        if not isinstance(value, Mapping):
            return evaluation.misfit(at, value, expected=expected_mapping(self))
        read: dict[object, object] = {}
        fits = True
        for key, item in cast("Mapping[object, object]", value).items():
            read_key = self.key_type.read(key, f"{at}:{key}:key", evaluation)
            read[read_key] = self.inner_type.read(item, f"{at}:{key}", evaluation)
            fits = fits and read_key is not UNFIT and read[read_key] is not UNFIT
        return read if fits else UNFIT

    def printed(self, separator: str) -> str:
        """Write the type."""
        label = f"{self.key_label_name}: " if self.key_label_name else ""
        return braced(
            [f"[{label}{self.key_type}]: {self.inner_type.printed(separator)}"], separator
        )

    def example(self) -> object:
        """Return an empty mapping."""
        return {}

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return the types of keys and values."""
        return (self.key_type, self.inner_type)


def as_config_type(schema: ConfigSchema) -> ConfigType:
    """Return the config type that a schema stands for.

    Raises:
        InvalidDefinitionError: It is not a schema.
        InvalidConfigDefinitionError: Something inside a dict or list of schemas is not one.
    """
    found = _known_type(schema)
    if found is not None:
        return found
    if isinstance(schema, Mapping):
        return _of_mapping(cast("Mapping[object, object]", schema))
    if isinstance(schema, list):
        items = cast("list[object]", schema)
        if len(items) != 1:
            raise InvalidDefinitionError(
                f"A list as a config schema names the type of its items, as in [int]; it must have"
                f" one item, and {items!r} has {len(items)}."
            )
        return Array(items[0])
    raise _not_a_schema(schema)


def _known_type(schema: object) -> ConfigType | None:
    """Return the type of a schema that is no literal; None if there is none."""
    if schema is None or schema is typing.Any:
        return ANY
    if isinstance(schema, ConfigType):
        return schema
    if isinstance(schema, type):
        return _of_class(cast("type[object]", schema))
    if not isinstance(schema, Field) and isinstance(schema, HasConfigType):
        return schema.config_type
    return None


def _of_class(schema: type[object]) -> ConfigType | None:
    if schema in _SCALARS:
        return _SCALARS[schema]
    if schema is dict:
        return Permissive()
    if schema is list:
        return Array(ANY)
    declared: object = getattr(schema, "__config_type__", None)
    if declared is not None:
        return cast("Callable[[], ConfigType]", declared)()
    if issubclass(schema, ConfigType):
        raise ParameterCheckError(
            f"'{schema.__name__}' is a class of config types, not a config type. Make one, as in"
            f" {schema.__name__}(...)."
        )
    return None


def _of_mapping(schema: Mapping[object, object]) -> ConfigType:
    if len(schema) == 1:
        ((key, inner),) = schema.items()
        if not isinstance(key, str):
            key_type = _known_type(key)
            if not isinstance(key_type, ScalarType):
                raise InvalidDefinitionError(
                    f"The config schema {dict(schema)!r} is neither a mapping of names to schemas"
                    f" nor, like {{str: int}}, of a scalar type to a schema: {key!r} is no name and"
                    " no scalar type."
                )
            return Map(key_type, inner)
    return Shape(cast("Mapping[str, object]", schema))


def _not_a_schema(schema: object) -> InvalidDefinitionError:
    if typing.get_origin(schema) is not None:
        advice = (
            " Annotations of the typing kind are not config schemas: write [int] for a list,"
            " {str: int} for a mapping, Noneable(int) for a value or null, and"
            " Field(int, is_required=False) for an entry that may be left out."
        )
    elif isinstance(schema, HasConfigType):
        advice = (
            " It is a type of inputs and outputs, and those are apart from config. Write [int] or"
            " Array(int) for a list, {str: int} for a mapping, and Noneable(int) for a value or"
            " null."
        )
    else:
        advice = (
            " A schema is a Python type like int, a config type like Noneable(int), a Field, a"
            " Config class, or a dict or list of these."
        )
    return InvalidDefinitionError(f"{schema!r} is not a config schema.{advice}")


def as_field(schema: ConfigSchema, *, root: object = None, stack: tuple[str, ...] = ()) -> Field:
    """Return the field that a schema stands for; a `Field` is itself.

    Args:
        schema: Anything accepted as a schema.
        root: The whole schema that it is part of, for messages; the schema itself if None.
        stack: The names that lead to it from the root.

    Raises:
        InvalidConfigDefinitionError: It is not a schema.
        InvalidDefinitionError: It is a type that is not for config.
    """
    if isinstance(schema, Field):
        return schema
    if schema is None and stack:
        raise InvalidConfigDefinitionError(
            f"Wrong config schema at ':{':'.join(stack)}' of {root!r}: None is not a schema. Write"
            " Any for an entry that may hold anything."
        )
    try:
        return Field(schema)
    except InvalidDefinitionError as error:
        if typing.get_origin(schema) is not None or hasattr(schema, "__config_type__"):
            raise
        if isinstance(schema, HasConfigType):
            raise
        where = f" at ':{':'.join(stack)}' of {root!r}" if stack else ""
        raise InvalidConfigDefinitionError(f"Wrong config schema{where}: {error}") from None
