"""`ResourceDefinition` and `@resource`: resources as functions of their config.

Owns the declaration and the call by hand. Setting several up in order is `define.resource_setup`;
what else can be a resource is `define.resource_like`.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Self, TypeVar, cast, overload

from penstock.base.text import listed
from penstock.config.config_type import ABSENT
from penstock.config.configured import (
    ConfigurableDefinition,
    DefinitionSchema,
    definition_schema,
)
from penstock.config.resource_context import InitResourceContext
from penstock.config.resource_lifetime import in_use
from penstock.config.run_config import entries_of
from penstock.config.schema import ConfigSchema
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    ParameterCheckError,
)

_T = TypeVar("_T")

ResourceParam = Annotated[_T, "penstock_resource"]
"""Marks a parameter that is a resource of any type: `client: ResourceParam[Client]`."""

ResourceFunction = Callable[..., object]


class ConfigView(Mapping[str, object]):
    """The config of a resource for a function whose parameter is called `config`.

    Its entries are attributes as well as items. What is no entry is looked up on the context.

    Args:
        context: The context that the function would receive under any other name.
    """

    def __init__(self, context: InitResourceContext) -> None:
        self._context = context
        self._entries = entries_of(context.resource_config)

    def __getitem__(self, key: str) -> object:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __getattr__(self, name: str) -> object:
        if name in self._entries:
            return self._entries[name]
        if hasattr(InitResourceContext, name):
            return cast("object", getattr(self._context, name))
        known = listed(sorted(self._entries)) or "no entries"
        raise AttributeError(
            f"The config of the resource has no '{name}'; it has {known}. Give it under"
            " resources:<key>:config in run config, or as the default of a Field."
        )


class ResourceDefinition(ConfigurableDefinition):
    """A resource as a function.

    Args:
        resource_fn: Takes an `InitResourceContext`, or nothing, and returns the resource. A
            generator yields it, and the code after the `yield` releases it. A parameter called
            `config` receives the config itself, with its entries as attributes.
        config_schema: What run config may say; anything if None.
        description: For people.
        required_resource_keys: The resources that `context.resources` offers.
        version: Kept as it is given.

    Raises:
        InvalidDefinitionError: The function takes more than one argument.

    Example:
        >>> ResourceDefinition.hardcoded_resource(3)(None)
        3
    """

    def __init__(
        self,
        resource_fn: ResourceFunction,
        config_schema: ConfigSchema = None,
        description: str | None = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
    ) -> None:
        if not callable(resource_fn):  # pyright: ignore[reportUnnecessaryComparison] - a user's argument
            raise ParameterCheckError(
                f"ResourceDefinition: resource_fn must be a function, not {resource_fn!r}."
            )
        self._function = resource_fn
        self._name = _name_of(resource_fn)
        self._parameter = _context_parameter(resource_fn, self._name)
        self._schema = definition_schema(config_schema, owner=f"resource '{self._name}'")
        self._description = description
        self._required = checked_keys(required_resource_keys, owner=f"resource '{self._name}'")
        self._version = version

    @property
    def resource_fn(self) -> ResourceFunction:
        """The function."""
        return self._function

    @property
    def declared(self) -> object:
        """What was declared: the definition itself, unless it was made of something else."""
        return self

    @property
    def config_schema(self) -> DefinitionSchema:
        """The schema of its config."""
        return self._schema

    @property
    def description(self) -> str | None:
        """What the resource is for."""
        return self._description

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that it needs."""
        return self._required

    @property
    def version(self) -> str | None:
        """The version that was given."""
        return self._version

    @staticmethod
    def hardcoded_resource(value: object, description: str | None = None) -> ResourceDefinition:
        """Return a resource that is always the same object."""
        return ResourceDefinition(constant(value), None, description)

    @staticmethod
    def none_resource(description: str | None = None) -> ResourceDefinition:
        """Return a resource that is None."""
        return ResourceDefinition.hardcoded_resource(None, description)

    @staticmethod
    def mock_resource(description: str | None = None) -> ResourceDefinition:
        """Return a resource that accepts every call, for tests; a `MagicMock`."""
        from unittest import mock  # noqa: PLC0415 - slow to load, and for tests only

        def make(_: InitResourceContext) -> object:
            return mock.MagicMock()

        return ResourceDefinition(make, None, description)

    @staticmethod
    def string_resource(description: str | None = None) -> ResourceDefinition:
        """Return a resource that is a text from run config."""
        return ResourceDefinition(_own_config, str, description)

    def copy_for_configured(
        self, name: str | None, description: str | None, config_schema: DefinitionSchema
    ) -> Self:
        """Return the same resource with another schema."""
        copied = copy.copy(self)
        copied._schema = config_schema
        copied._description = description or self._description
        return copied

    def resolve_config(
        self, given: object = ABSENT, *, environ: Mapping[str, str] | None = None, key: str = ""
    ) -> object:
        """Return the config that the function receives.

        Args:
            given: What run config says under `resources:<key>:config`; ABSENT if nothing.
            environ: The variables that config may name; those of this process if None.
            key: The resource key, for messages.

        Raises:
            InvalidConfigError: The config does not fit.
        """
        if self._schema.field is None and self._schema.inner is None and given is ABSENT:
            return None
        at = f"resources:{key}:config" if key else "config"
        return self._schema.resolve_or_raise(given, environ=environ, at=at)

    def called(self, context: InitResourceContext) -> object:
        """Call the function; return what it returns, which need not be the resource yet."""
        if self._parameter is None:
            return self._function()
        return self._function(ConfigView(context) if self._parameter == "config" else context)

    @contextmanager
    def provide(self, context: InitResourceContext) -> Generator[object]:
        """Set the resource up without config of its own; release it at the end.

        Raises:
            InvalidConfigError: It needs config.
        """
        with in_use(self.called(context.replace_config(self.resolve_config()))) as value:
            yield value

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function by hand, with a context of `build_init_resource_context`.

        Raises:
            InvalidInvocationError: The context is missing, or not wanted.
            InvalidDefinitionError: The context lacks a required resource.
            InvalidConfigError: The config of the context does not fit.
        """
        if self._parameter is None:
            if args or kwargs:
                raise InvalidInvocationError(
                    f"Resource '{self._name}' was called with an argument, but its function takes"
                    " none. Call it without one, or give the function a context parameter."
                )
            return self._function()
        return self.called(self._completed(self._argument(args, kwargs)))

    def _argument(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        if len(args) + len(kwargs) > 1:
            raise InvalidInvocationError(
                f"Resource '{self._name}' was called with {len(args) + len(kwargs)} arguments."
                " Give it one: build_init_resource_context(...)."
            )
        if args:
            return args[0]
        if not kwargs:
            raise InvalidInvocationError(
                f"Resource '{self._name}' takes a context, and was called without one. Call it"
                " with build_init_resource_context(...), or with None."
            )
        if self._parameter is None or self._parameter not in kwargs:
            raise InvalidInvocationError(
                f"Resource '{self._name}' takes the argument '{self._parameter}', not"
                f" '{next(iter(kwargs))}'."
            )
        return kwargs[self._parameter]

    def _completed(self, context: object) -> InitResourceContext:
        """Return the context with the resolved config, once it has what the resource needs."""
        if context is None:
            self._refuse_none()
            return InitResourceContext(self.resolve_config())
        if not isinstance(context, InitResourceContext):
            raise ParameterCheckError(
                f"Resource '{self._name}' was called with {context!r}. Give it"
                " build_init_resource_context(...)."
            )
        if self._required:
            present = context.resources
            for key in sorted(self._required):
                if key not in present:
                    raise InvalidDefinitionError(
                        f"Resource '{self._name}' needs the resource '{key}', which its context"
                        " does not have. Pass it in build_init_resource_context(resources=...)."
                    )
        given = context.resource_config
        resolved = self.resolve_config(ABSENT if given is None else given)
        return context.replace_config(resolved)

    def _refuse_none(self) -> None:
        if self._required:
            raise InvalidInvocationError(
                f"Resource '{self._name}' requires {listed(sorted(self._required))}, but no context"
                " was given. Call it with build_init_resource_context(resources=...)."
            )
        if self._schema.is_required:
            raise InvalidInvocationError(
                f"Resource '{self._name}' requires config, but no context was given. Call it with"
                " build_init_resource_context(config=...)."
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name})"


def constant(value: object) -> ResourceFunction:
    """Return a resource function that always returns the same object."""

    def given(_: InitResourceContext) -> object:
        return value

    return given


def _own_config(context: InitResourceContext) -> object:
    return context.resource_config


def _name_of(function: ResourceFunction) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _context_parameter(function: ResourceFunction, name: str) -> str | None:
    """Return the name of the parameter for the context; None if the function takes nothing.

    Raises:
        InvalidDefinitionError: It takes more than one argument.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # a builtin that does not tell
        return "context"
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    extra = [
        p.name
        for p in [*positional[1:], *(p for p in parameters if p.kind is p.KEYWORD_ONLY)]
        if p.default is p.empty
    ]
    if extra:
        raise InvalidDefinitionError(
            f"The resource function '{name}' takes one argument, the context; it also requires"
            f" {listed(extra)}. Put other resources in required_resource_keys, and values in"
            " config_schema."
        )
    if positional:
        return positional[0].name
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return "context" if takes_any else None


def checked_keys(keys: Iterable[str] | None, *, owner: str) -> frozenset[str]:
    """Return resource keys as a set.

    Raises:
        ParameterCheckError: They are not a set, list or tuple of texts.
    """
    if keys is None:
        return frozenset()
    if isinstance(keys, str) or not all(isinstance(key, str) for key in keys):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise ParameterCheckError(
            f"The required_resource_keys of {owner} must be a set of texts, not {keys!r}."
        )
    return frozenset(keys)


@overload
def resource(config_schema: ResourceFunction) -> ResourceDefinition: ...  # pyright: ignore[reportOverlappingOverload] - a function is no schema


@overload
def resource(
    config_schema: ConfigSchema = None,
    description: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> Callable[[ResourceFunction], ResourceDefinition]: ...


def resource(
    config_schema: object = None,
    description: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> ResourceDefinition | Callable[[ResourceFunction], ResourceDefinition]:
    """Make a resource of a function. Usable bare or with arguments.

    Args:
        config_schema: What run config may say; anything if None.
        description: For people; the docstring of the function if None.
        required_resource_keys: The resources that `context.resources` offers.
        version: Kept as it is given.

    Example:
        >>> @resource(config_schema={"host": str})
        ... def client(context):
        ...     return f"connected to {context.resource_config['host']}"
        >>> client.configured({"host": "db"})(None)
        'connected to db'
    """
    if is_bare_function(config_schema):
        return resource()(cast("ResourceFunction", config_schema))

    def decorate(function: ResourceFunction) -> ResourceDefinition:
        made = ResourceDefinition(
            function,
            config_schema,
            description or documentation(function),
            required_resource_keys,
            version,
        )
        functools.update_wrapper(cast("ResourceFunction", made), function)
        return made

    return decorate


def is_bare_function(argument: object) -> bool:
    """Tell whether a decorator was used without parentheses: its argument is the function."""
    return callable(argument) and not isinstance(argument, type)


def documentation(function: ResourceFunction) -> str | None:
    """Return the docstring of a function, without its indentation."""
    text = function.__doc__
    return None if text is None else inspect.cleandoc(text)


def make_values_resource(**schemas: ConfigSchema) -> ResourceDefinition:
    """Return a resource that is a mapping of values from run config.

    Args:
        **schemas: The schema of each value; any values if there is none.
    """
    return ResourceDefinition(_own_config, schemas or None)
