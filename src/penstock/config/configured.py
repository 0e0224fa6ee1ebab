"""`configured`: a definition whose config is given in part or in full, as a new definition.

Owns `DefinitionSchema`, which is what a definition's `config_schema` is, and the two classes that
make a definition configurable. A configured definition has a chain: the config that its users
write, a function, the config of the definition that it was made of. Every link is validated.

A definition that takes config subclasses `ConfigurableDefinition` (resources, IO managers,
executors, loggers) or `NamedConfigurableDefinition` (ops, graphs); it gives a `config_schema` and
`copy_for_configured`, and whoever runs it calls `config_schema.resolve(config)`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Final, Self, TypeAlias, TypeVar, cast

from penstock.config.config_type import ABSENT, ConfigType
from penstock.config.entries import Entry, HasFields
from penstock.config.evaluate import ConfigResult, complete_config, evaluate_config, validate_config
from penstock.config.problems import raise_problems
from penstock.config.run_config import WritesConfig
from penstock.config.scalars import ANY, FLOAT, BoolSource, IntSource, StringSource
from penstock.config.schema import Array, ConfigSchema, Field, Permissive, as_field
from penstock.errors import (
    ConfigMappingFunctionError,
    InvalidDefinitionError,
    ParameterCheckError,
    PenstockError,
)

ConfigFunction: TypeAlias = Callable[[object], object]
"""Turns the config of a configured definition into the config of the one that it was made of."""

DefinitionT = TypeVar("DefinitionT", bound="ConfigurableDefinition")

_UNDECLARED: Final = Field(ANY, is_required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionSchema:
    """The config schema of a definition.

    Attributes:
        field: What users of the definition may write; None if it declares nothing and takes
            anything.
        inner: The schema of the definition that this one was configured from; None for one that
            was not.
        function: Makes the config that `inner` takes; None without `inner`.
        owner: The definition, for messages: "resource 'db'".
    """

    field: Entry | None
    inner: DefinitionSchema | None = None
    function: ConfigFunction | None = None
    owner: str = "a definition"

    def as_field(self) -> Entry:
        """Return the field; one that takes anything if none is declared."""
        return self.field or _UNDECLARED

    @property
    def config_type(self) -> ConfigType:
        """The type of the config."""
        return self.as_field().config_type

    @property
    def is_required(self) -> bool:
        """Whether config must be given."""
        return self.as_field().is_required

    @property
    def default_provided(self) -> bool:
        """Whether config that is left out has a default."""
        return self.as_field().default_provided

    @property
    def default_value(self) -> object:
        """The config that is used when it is left out.

        Raises:
            ParameterCheckError: There is none.
        """
        return self.as_field().default_value

    @property
    def default_value_as_json_str(self) -> str:
        """The default as JSON.

        Raises:
            ParameterCheckError: There is none.
        """
        return self.as_field().default_value_as_json_str

    @property
    def description(self) -> str | None:
        """What the config is for; said by its field, or by its type."""
        return self.as_field().description or self.config_type.description

    def validate(self, config: object = ABSENT, *, at: str = "root") -> ConfigResult:
        """Check what users wrote, without looking variables up and without calling a function."""
        return validate_config(self.config_type, self._given(config), at=at)

    def complete(self, config: object = ABSENT, *, at: str = "root") -> ConfigResult:
        """Check what users wrote and fill in defaults; variables and enums stay as written."""
        return complete_config(self.config_type, self._given(config), at=at)

    def resolve(
        self,
        config: object = ABSENT,
        *,
        environ: Mapping[str, str] | None = None,
        at: str = "root",
    ) -> ConfigResult:
        """Turn what users wrote into what the definition's code receives.

        Args:
            config: What users wrote; ABSENT if nothing.
            environ: The variables that config may name; those of this process if None.
            at: Where the config is, for messages.

        Raises:
            ConfigMappingFunctionError: The function of a configured definition raised.
        """
        result = evaluate_config(self.config_type, self._given(config), environ=environ, at=at)
        if not result.success or self.inner is None or self.function is None:
            return result
        made = _called(self.function, result.value, owner=self.owner)
        return self.inner.resolve(made, environ=environ, at=at)

    def resolve_or_raise(
        self,
        config: object = ABSENT,
        *,
        environ: Mapping[str, str] | None = None,
        at: str = "root",
    ) -> object:
        """Return what the definition's code receives.

        Raises:
            InvalidConfigError: The config does not fit.
            ConfigMappingFunctionError: The function of a configured definition raised.
        """
        result = self.resolve(config, environ=environ, at=at)
        raise_problems(result.errors, subject=f"The config of {self.owner}")
        return result.value

    def _given(self, config: object) -> object:
        """Replace config that is left out by the default, or by the closest thing to nothing."""
        field = self.as_field()
        if config is not ABSENT and not (config is None and field.default_provided):
            return config
        if field.default_provided:
            return field.default_value
        return {} if isinstance(field.config_type, HasFields) or field is _UNDECLARED else None


def definition_schema(
    config_schema: ConfigSchema | DefinitionSchema | None, *, owner: str = "a definition"
) -> DefinitionSchema:
    """Return the schema of a definition from the `config_schema` argument of its decorator.

    Raises:
        InvalidConfigDefinitionError: It is not a schema.
    """
    if isinstance(config_schema, DefinitionSchema):
        return config_schema
    field = None if config_schema is None else as_field(config_schema)
    return DefinitionSchema(field=field, owner=owner)


def parameter_schema(
    annotation: object, *, default: object = ABSENT, owner: str = "a definition"
) -> DefinitionSchema:
    """Return the schema that the annotation of a `config` parameter stands for.

    Text, integers and booleans may come from environment variables, as in the fields of a `Config`.

    Args:
        annotation: The annotation.
        default: The default of the parameter, which is that of the config; ABSENT if it has none.
        owner: The definition, for messages.

    Raises:
        InvalidConfigDefinitionError: It is not a schema.
        ParameterCheckError: The parameter is of a `Config` class, and has a default of its own.
    """
    if hasattr(annotation, "__config_type__"):
        if default is not ABSENT:
            raise ParameterCheckError(
                f"The parameter 'config' of {owner} has a default. Give the fields of the Config"
                " class defaults instead: config that is left out has those."
            )
        return definition_schema(annotation, owner=owner)
    source = _SOURCES.get(annotation) if isinstance(annotation, type) else None
    if source is None:
        from penstock.config import model_type  # noqa: PLC0415 - needs pydantic

        source = model_type.type_of_parameter(annotation)
    return DefinitionSchema(field=Field(source, default), owner=owner)


_SOURCES: Final[Mapping[type, ConfigType]] = {
    str: StringSource,
    int: IntSource,
    bool: BoolSource,
    float: FLOAT,
    dict: Permissive(),
    list: Array(ANY),
}


def _called(function: ConfigFunction, config: object, *, owner: str) -> object:
    try:
        made = function(config)
    except PenstockError:
        raise
    except Exception as error:  # the boundary to user code
        raise ConfigMappingFunctionError(
            f"The function that configures {owner} raised {type(error).__name__}: {error}. It was"
            " called with the config given to the configured definition.",
            user_exception=error,
        ) from error
    return made.to_config_dict() if isinstance(made, WritesConfig) else made


def configured_schema(
    inner: DefinitionSchema,
    config_or_config_fn: object,
    *,
    config_schema: ConfigSchema | None = None,
    owner: str | None = None,
) -> DefinitionSchema:
    """Return the schema of a definition that gets its config from a dict or a function.

    Args:
        inner: The schema of the definition to configure.
        config_or_config_fn: All of its config, or a function that returns it.
        config_schema: The schema of the function's argument; left out, it takes anything.
        owner: The definition, for messages; as for `inner` if None.

    Raises:
        InvalidConfigDefinitionError: `config_schema` is not a schema.
        ParameterCheckError: The function has a schema twice, or another parameter.
    """
    told = owner or inner.owner
    if callable(config_or_config_fn):
        function = cast("ConfigFunction", config_or_config_fn)
        declared = schema_of_function(function, config_schema, words="The configured function")
    else:
        function, declared = _constant(config_or_config_fn), config_schema
    field = None if declared is None else as_field(declared)
    return DefinitionSchema(field=field, inner=inner, function=function, owner=told)


def _constant(config: object) -> ConfigFunction:
    def given(_: object) -> object:
        return config

    return given


def schema_of_function(
    function: Callable[..., object], config_schema: ConfigSchema | None, *, words: str
) -> ConfigSchema | None:
    """Return the schema of a function's argument: as given, or the class that annotates it.

    Args:
        function: Takes config.
        config_schema: As given by the user; None if it was not.
        words: What the function is, as the beginning of a sentence.

    Raises:
        ParameterCheckError: There are both, or a function with an annotated parameter has another.
    """
    try:
        parameters = list(signature(function, eval_str=True).parameters.values())
    except (NameError, TypeError, ValueError):  # an annotation that only a type checker knows
        return config_schema
    annotation: object = parameters[0].annotation if parameters else None
    if not (isinstance(annotation, type) and hasattr(annotation, "__config_type__")):
        return config_schema
    name = getattr(function, "__name__", "?")
    if config_schema is not None:
        raise ParameterCheckError(
            f"{words} '{name}' has a schema twice: as config_schema and as the annotation of its"
            " parameter. Leave one of them out."
        )
    if len(parameters) > 1:
        raise ParameterCheckError(
            f"{words} '{name}' has {len(parameters)} parameters. It gets one: the config."
        )
    return cast("ConfigSchema", annotation)


class ConfigurableDefinition(ABC):
    """A definition that takes config: subclass it and give a schema and a way to copy."""

    __slots__ = ()

    @property
    @abstractmethod
    def config_schema(self) -> DefinitionSchema:
        """The schema of the config that users of the definition write."""

    @abstractmethod
    def copy_for_configured(
        self, name: str | None, description: str | None, config_schema: DefinitionSchema
    ) -> Self:
        """Return the same definition with another schema.

        Args:
            name: A new name; None keeps the name.
            description: A new description; None keeps the description.
            config_schema: The new schema; resolving it gives the config of this definition.
        """

    @property
    def config_field(self) -> Entry:
        """The field of the config."""
        return self.config_schema.as_field()

    @property
    def has_config_field(self) -> bool:
        """Whether the definition declares its config."""
        return self.config_schema.field is not None

    def apply_config_mapping(self, config: Mapping[str, object]) -> ConfigResult:
        """Resolve an entry of run config, `{"config": ...}`, to the same with the final config.

        Raises:
            ConfigMappingFunctionError: The function of a configured definition raised.
        """
        result = self.config_schema.resolve(config.get("config", ABSENT), at="root:config")
        value = {**config, "config": result.value} if result.success else None
        return ConfigResult(success=result.success, value=value, errors=result.errors)

    def configured(
        self,
        config_or_config_fn: object,
        config_schema: ConfigSchema | None = None,
        description: str | None = None,
    ) -> Self:
        """Return a definition like this one with its config given.

        Args:
            config_or_config_fn: The config, or a function that makes it of other config.
            config_schema: The schema of that other config.
            description: Of the new definition; as before if None.
        """
        return self._configured(config_or_config_fn, None, config_schema, description)

    def _configured(
        self,
        config_or_config_fn: object,
        name: str | None,
        config_schema: ConfigSchema | None,
        description: str | None,
    ) -> Self:
        schema = configured_schema(
            self.config_schema, config_or_config_fn, config_schema=config_schema
        )
        return self.copy_for_configured(name, description, schema)


class NamedConfigurableDefinition(ConfigurableDefinition):
    """A definition that takes config and has a name of its own, as ops have."""

    __slots__ = ()

    def configured(  # pyright: ignore[reportIncompatibleMethodOverride] - the public signature has a name
        self,
        config_or_config_fn: object,
        name: str | None = None,
        config_schema: ConfigSchema | None = None,
        description: str | None = None,
    ) -> Self:
        """Return a definition like this one with its config given.

        Args:
            config_or_config_fn: The config, or a function that makes it of other config.
            name: Of the new definition; as before if None.
            config_schema: The schema of that other config.
            description: Of the new definition; as before if None.
        """
        return self._configured(config_or_config_fn, name, config_schema, description)


def configured(
    configurable: DefinitionT,
    config_schema: ConfigSchema | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Callable[[object], DefinitionT]:
    """Return a function, or decorator, that configures a definition.

    Args:
        configurable: A resource, IO manager, executor, logger, op or graph.
        config_schema: The schema of the argument of a decorated function.
        name: Of the new definition, if it has one; that of the decorated function if None.
        description: Of the new definition; as before if None.

    Raises:
        ParameterCheckError: `configurable` cannot be configured, or a new name is missing.
    """
    if isinstance(configurable, type):
        raise InvalidDefinitionError(
            f"configured() wants a definition, and {configurable.__name__} is a class. Pass an"
            " instance."
        )
    if not isinstance(configurable, ConfigurableDefinition):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise ParameterCheckError(
            f"configured() wants a definition that takes config (a resource, IO manager, executor,"
            f" logger, op or graph), not {configurable!r}."
        )

    def configure(config_or_config_fn: object) -> DefinitionT:
        if not isinstance(configurable, NamedConfigurableDefinition):
            return configurable.configured(config_or_config_fn, config_schema, description)
        new_name = name or getattr(config_or_config_fn, "__name__", None)
        if new_name is None:
            raise ParameterCheckError(
                f"configured({configurable!r}) needs a name for the new definition. Pass name=."
            )
        return configurable.configured(config_or_config_fn, new_name, config_schema, description)

    return configure
