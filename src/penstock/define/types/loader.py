"""How a value for an input is built from run config: `TypeLoader` and the decorator that makes one.

Owns the shape of config that an input of a type accepts, and the call that turns such config into a
value. It refuses to know the types themselves, and checks no config: what it is given was read
against `schema_type` before.
"""

from __future__ import annotations

import inspect
import json
import logging
import pickle
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from penstock.config.alternatives import Noneable, ScalarUnion, Selector
from penstock.config.config_type import ConfigType
from penstock.config.scalars import ANY, STRING
from penstock.config.schema import Array, ConfigSchema, Field, Map, Permissive, as_config_type
from penstock.errors import InvalidDefinitionError, UsageError

_CONTEXT_NAMES: Final = frozenset({"context", "_context", "context_", "_"})
_DECORATED_SHAPE: Final = (
    "The function takes two parameters, first 'context' and then the config:"
    " def load(context, config)."
)


class TypeLoaderContext:
    """What the loader of a type may ask.

    Args:
        run_id: The run that needs the value.
        log: A logger whose lines are kept with the run.
        resources: The resources that the loader asked for, by attribute.
        job_name: The job that runs.
        step_key: The step that needs the value.
    """

    is_penstock_context = True

    __slots__ = ("job_name", "log", "resources", "run_id", "step_key")

    def __init__(
        self,
        *,
        run_id: str,
        log: logging.Logger,
        resources: object,
        job_name: str = "",
        step_key: str = "",
    ) -> None:
        self.run_id: str = run_id
        self.log: logging.Logger = log
        self.resources: object = resources
        self.job_name: str = job_name
        self.step_key: str = step_key


LoaderFunction = Callable[[TypeLoaderContext, object], object]


class TypeLoader(ABC):
    """Builds a value of a type from run config. Subclass it, or decorate with `type_loader`."""

    @property
    @abstractmethod
    def schema_type(self) -> ConfigType:
        """The config that the loader accepts."""

    def construct_from_config_value(
        self, context: TypeLoaderContext, config_value: object
    ) -> object:
        """Build the value.

        Args:
            context: What may be asked about the run.
            config_value: Config that fits `schema_type`, defaults filled in.
        """
        return config_value

    def required_resource_keys(self) -> frozenset[str]:
        """Return the keys of the resources that building needs."""
        return frozenset()


class FunctionLoader(TypeLoader):
    """A loader that is a function of the context and the config.

    Args:
        config_type: The config that it accepts.
        function: Builds the value.
        required_resource_keys: The resources that the function reads.
    """

    def __init__(
        self,
        config_type: ConfigType,
        function: LoaderFunction,
        *,
        required_resource_keys: Iterable[str] = (),
    ) -> None:
        self._config_type = config_type
        self._function = function
        self._required_resource_keys = frozenset(required_resource_keys)

    @property
    def schema_type(self) -> ConfigType:
        """The config that the loader accepts."""
        return self._config_type

    def construct_from_config_value(
        self, context: TypeLoaderContext, config_value: object
    ) -> object:
        """Build the value."""
        return self._function(context, config_value)

    def required_resource_keys(self) -> frozenset[str]:
        """Return the keys of the resources that building needs."""
        return self._required_resource_keys


def type_loader(
    config_schema: ConfigSchema, required_resource_keys: Iterable[str] | None = None
) -> Callable[[LoaderFunction], FunctionLoader]:
    """Make a loader of a function that builds a value from config.

    Args:
        config_schema: The config that the function accepts.
        required_resource_keys: The resources that it reads from its context.

    Raises:
        InvalidDefinitionError: The schema is not one, or the function does not take a context and
            the config.

    Example:
        ```python
        @dg.dagster_type_loader({"path": str})
        def read_orders(context, config):
            return Orders.read(config["path"])
        ```
    """
    if isinstance(config_schema, Field):
        raise InvalidDefinitionError(
            f"@dagster_type_loader takes a config schema, not a Field: {config_schema!r}. Give it"
            " what is in the Field."
        )
    config_type = as_config_type(config_schema)

    def make(function: LoaderFunction) -> FunctionLoader:
        _check_loader_function(function)
        return FunctionLoader(
            config_type, function, required_resource_keys=required_resource_keys or ()
        )

    return make


def _check_loader_function(function: LoaderFunction) -> None:
    name = getattr(function, "__name__", repr(function))
    parameters = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    if not parameters or parameters[0].name not in _CONTEXT_NAMES:
        raise InvalidDefinitionError(
            f"The type loader '{name}' has no first parameter 'context'. {_DECORATED_SHAPE}"
        )
    if len(parameters) == 1:
        raise InvalidDefinitionError(
            f"The type loader '{name}' has no parameter for the config. {_DECORATED_SHAPE}"
        )


def _load_value(_context: TypeLoaderContext, config: object) -> object:
    """Return the value that config names: itself, `{value: ...}`, or the content of a file."""
    if not isinstance(config, Mapping):
        return config
    ((how, given),) = cast("Mapping[str, object]", config).items()
    if how == "value":
        return given
    path = Path(cast("Mapping[str, str]", given)["path"])
    return _read_json(path) if how == "json" else pickle.loads(path.read_bytes())  # noqa: S301 - the user names the file


def _read_json(path: Path) -> object:
    content: object = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or "value" not in content:
        raise UsageError(
            f"The file '{path}' must hold a JSON object with the key 'value', like"
            f' {{"value": 1}}; it does not.'
        )
    return cast("dict[str, object]", content)["value"]


def _sources_of(value_type: ConfigType) -> Selector:
    file = {"path": STRING}
    return Selector({"value": value_type, "json": file, "pickle": file})


def scalar_loader(config_type: ConfigType) -> TypeLoader:
    """Return the loader of a scalar.

    It takes the value, or one of `{value:}`, `{json: {path:}}` and `{pickle: {path:}}`.
    """
    return FunctionLoader(ScalarUnion(config_type, _sources_of(config_type)), _load_value)


ANY_LOADER: Final[TypeLoader] = FunctionLoader(_sources_of(ANY), _load_value)
"""Any value by `{value:}`, `{json: {path:}}` or `{pickle: {path:}}`; a bare one could be either."""

DICT_LOADER: Final[TypeLoader] = FunctionLoader(Permissive(), lambda _context, config: config)
"""A mapping as it stands in config."""


class _Combined(TypeLoader):
    """A loader that hands the parts of its config to the loaders of its parts."""

    def __init__(self, *parts: TypeLoader) -> None:
        self._parts = parts

    def required_resource_keys(self) -> frozenset[str]:
        """Return the keys of the resources that any part needs."""
        return frozenset[str]().union(*(part.required_resource_keys() for part in self._parts))


class OptionalLoader(_Combined):
    """Null, or what the inner loader builds."""

    @property
    def schema_type(self) -> ConfigType:
        """The config that the loader accepts."""
        return Noneable(self._parts[0].schema_type)

    def construct_from_config_value(
        self, context: TypeLoaderContext, config_value: object
    ) -> object:
        """Build the value."""
        if config_value is None:
            return None
        return self._parts[0].construct_from_config_value(context, config_value)


class ListLoader(_Combined):
    """A list of what the inner loader builds."""

    @property
    def schema_type(self) -> ConfigType:
        """The config that the loader accepts."""
        return Array(self._parts[0].schema_type)

    def construct_from_config_value(
        self, context: TypeLoaderContext, config_value: object
    ) -> list[object]:
        """Build the items."""
        build = self._parts[0].construct_from_config_value
        return [build(context, item) for item in cast("Sequence[object]", config_value)]


class SetLoader(_Combined):
    """A set of what the inner loader builds, from a list."""

    @property
    def schema_type(self) -> ConfigType:
        """The config that the loader accepts."""
        return Array(self._parts[0].schema_type)

    def construct_from_config_value(
        self, context: TypeLoaderContext, config_value: object
    ) -> set[object]:
        """Build the items."""
        build = self._parts[0].construct_from_config_value
        return {build(context, item) for item in cast("Sequence[object]", config_value)}


class TupleLoader(_Combined):
    """A tuple, each item built by its own loader, from a list.

    Config cannot say which type each place of a list has, so the items are not checked before.
    """

    @property
    def schema_type(self) -> ConfigType:
        """The config that the loader accepts."""
        return Array(ANY)

    def construct_from_config_value(
        self, context: TypeLoaderContext, config_value: object
    ) -> tuple[object, ...]:
        """Build the items; too many or too few are left to the check of the type."""
        items = cast("Sequence[object]", config_value)
        built = [
            part.construct_from_config_value(context, item)
            for part, item in zip(self._parts, items, strict=False)
        ]
        return (*built, *items[len(built) :])


class TextDictLoader(_Combined):
    """A mapping from text to what the inner loader builds."""

    @property
    def schema_type(self) -> ConfigType:
        """The config that the loader accepts."""
        return Map(STRING, self._parts[0].schema_type)

    def construct_from_config_value(
        self, context: TypeLoaderContext, config_value: object
    ) -> dict[str, object]:
        """Build the values."""
        build = self._parts[0].construct_from_config_value
        entries = cast("Mapping[str, object]", config_value)
        return {key: build(context, item) for key, item in entries.items()}
