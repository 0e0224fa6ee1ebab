"""`ConfigMapping`: how the config of a graph or job becomes the config of what is inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast, overload

from penstock.config.config_type import ABSENT
from penstock.config.configured import DefinitionSchema, definition_schema, schema_of_function
from penstock.config.problems import raise_problems
from penstock.config.run_config import WritesConfig
from penstock.config.schema import ConfigSchema
from penstock.errors import ConfigMappingFunctionError, ParameterCheckError, PenstockError

MappingFunction = Callable[[object], object]


@dataclass(frozen=True, slots=True, init=False)
class ConfigMapping:
    """Declare the config of a graph or job by a function that makes the config of its ops.

    Args:
        config_fn: Takes the outer config, returns the config by op name, or a `RunConfig`.
        config_schema: The schema of the outer config; left out, it takes anything.
        receive_processed_config_values: Whether the function gets the config with variables fetched
            and the members of enums; it does unless this is false. Defaults are always filled in.
    """

    config_fn: MappingFunction
    config_schema: DefinitionSchema
    receive_processed_config_values: bool

    def __init__(
        self,
        config_fn: Callable[..., object],
        config_schema: ConfigSchema | None = None,
        receive_processed_config_values: bool | None = None,  # noqa: FBT001 - the public signature
    ) -> None:
        if not callable(config_fn):  # pyright: ignore[reportUnnecessaryComparison] - a user's argument
            raise ParameterCheckError(
                f"ConfigMapping: config_fn must be a function, not {config_fn!r}."
            )
        schema = definition_schema(config_schema, owner="a config mapping")
        processed = receive_processed_config_values is not False
        object.__setattr__(self, "config_fn", config_fn)
        object.__setattr__(self, "config_schema", schema)
        object.__setattr__(self, "receive_processed_config_values", processed)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function, as a test of it does."""
        return cast("Callable[..., object]", self.config_fn)(*args, **kwargs)

    def resolve_from_unvalidated_config(
        self,
        config: object,
        *,
        environ: Mapping[str, str] | None = None,
        at: str = "root:config",
    ) -> object:
        """Check the outer config and return the inner one.

        Args:
            config: What users wrote; None if nothing.
            environ: The variables that config may name; those of this process if None.
            at: Where the config is, for messages.

        Raises:
            InvalidConfigError: The outer config does not fit.
            ConfigMappingFunctionError: The function raised.
        """
        given = ABSENT if config is None else config
        if self.receive_processed_config_values:
            result = self.config_schema.resolve(given, environ=environ, at=at)
        else:
            result = self.config_schema.complete(given, at=at)
        raise_problems(result.errors, subject="The config to map")
        return self._called(result.value)

    def resolve_from_validated_config(self, config: object) -> object:
        """Return the inner config for outer config that was read before.

        Raises:
            ConfigMappingFunctionError: The function raised.
        """
        return self._called(config)

    def _called(self, config: object) -> object:
        try:
            made = self.config_fn(config)
        except PenstockError:
            raise
        except Exception as error:  # the boundary to user code
            name = getattr(self.config_fn, "__name__", "config_fn")
            raise ConfigMappingFunctionError(
                f"The config mapping function '{name}' raised {type(error).__name__}: {error}.",
                user_exception=error,
            ) from error
        return made.to_config_dict() if isinstance(made, WritesConfig) else made


@overload
def config_mapping(config_fn: Callable[..., object]) -> ConfigMapping: ...


@overload
def config_mapping(
    config_fn: None = None,
    *,
    config_schema: ConfigSchema | None = None,
    receive_processed_config_values: bool | None = None,
) -> Callable[[Callable[..., object]], ConfigMapping]: ...


def config_mapping(
    config_fn: Callable[..., object] | None = None,
    *,
    config_schema: ConfigSchema | None = None,
    receive_processed_config_values: bool | None = None,
) -> ConfigMapping | Callable[[Callable[..., object]], ConfigMapping]:
    """Make a `ConfigMapping` of a function.

    A function whose only parameter is annotated with a `Config` class takes an object of it, and
    the class is the schema.

    Raises:
        ParameterCheckError: A schema is given both as an argument and as an annotation, or a
            function with an annotated parameter has another.
    """

    def made(function: Callable[..., object]) -> ConfigMapping:
        schema = schema_of_function(function, config_schema, words="The config mapping")
        return ConfigMapping(function, schema, receive_processed_config_values)

    return made if config_fn is None else made(config_fn)
