"""`ConfigurableResource`: a resource as a pydantic model, resolved when a run starts.

Owns the declaration (values or `EnvVar`s by keyword), the resolving into a new object, and the
lifecycle hooks. It refuses to know which step uses a resource and what its context holds. Nothing
here sets a resource up at import: that happens in `use_resource`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ExitStack,
    contextmanager,
)
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Annotated,
    Generic,
    Protocol,
    Self,
    TypeVar,
    cast,
    runtime_checkable,
)

from pydantic import BaseModel, GetCoreSchemaHandler, PrivateAttr
from pydantic_core import CoreSchema, core_schema

from penstock.config.evaluate import PROCESS_VARIABLES
from penstock.config.model import Config
from penstock.config.model_type import check_fields
from penstock.config.problems import raise_problems
from penstock.config.reading import Reading
from penstock.config.resource_context import InitResourceContext
from penstock.config.resource_lifetime import in_use, is_released
from penstock.config.run_config import entries_of
from penstock.config.sourced import launch_template, template_of
from penstock.errors import InvalidInvocationError, ParameterCheckError

ResourceT = TypeVar("ResourceT", bound="ConfigurableResourceFactory[object]")
_T = TypeVar("_T")
if TYPE_CHECKING:
    import typing_extensions

    # So that the bare name is complete in an annotation; `typing` has defaults from 3.13 on.
    _Made = typing_extensions.TypeVar("_Made", default=object, covariant=True)
else:
    _Made = TypeVar("_Made", covariant=True)


class _AnyObject:
    """Marks a field that takes any object, so that a test can put another one in its place."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.any_schema()


ResourceDependency = Annotated[_T, _AnyObject()]
"""A field that holds another resource, of any kind: `client: ResourceDependency[Client]`."""


@runtime_checkable
class Provider(Protocol):
    """A resource that is no model, such as one of the function style, nested in one that is."""

    def provide(self, context: InitResourceContext) -> AbstractContextManager[object]:
        """Set the resource up; release it at the end."""
        ...


class ConfigurableResourceFactory(Config, Generic[_Made]):
    """Subclass to declare, by its fields, what `create_resource` makes a resource of.

    Steps receive what it makes, so their parameter is annotated with that: `db: ResourceParam[Db]`.
    """

    _context: object = PrivateAttr(default=None)

    def __init__(self, **data: object) -> None:
        check_fields(type(self))
        super().__init__(**data)

    @classmethod
    def configure_at_launch(cls, **values: object) -> Self:
        """Declare the resource without its values; they must come with the run."""
        check_fields(cls)
        return launch_template(cls, values)

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Prepare the resource, once in each process that uses it. Override when needed."""

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Release what was prepared; runs after a failure too. Override when needed."""

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Generator[object, None, None]:
        """Set the resource up, hand it over, tear it down. Override instead of the two hooks."""
        self.setup_for_execution(context)
        try:
            with in_use(self.create_resource(context)) as made:
                yield made
        finally:
            self.teardown_after_execution(context)

    def create_resource(self, context: InitResourceContext) -> object:
        """Return the object that steps receive: the resource itself unless overridden.

        A generator yields the object; what follows the `yield` releases it.
        """
        return self

    def get_resource_context(self) -> InitResourceContext:
        """Return the context that the resource was set up with.

        Raises:
            ParameterCheckError: It has not been set up.
        """
        if self._context is None:
            raise ParameterCheckError(
                f"Resource '{type(self).__name__}' has no context: it has not been set up. Call"
                " get_resource_context() in a hook or in a step, not while defining."
            )
        return cast("InitResourceContext", self._context)

    def with_replaced_resource_context(self, context: InitResourceContext) -> Self:
        """Return a copy that has a context, nested resources included; no hook is called."""
        copied = self.model_copy()
        copied._context = context
        for name, nested in copied.nested_resources.items():
            if isinstance(nested, ConfigurableResourceFactory):
                replaced = cast("ConfigurableResourceFactory[object]", nested)
                _put(copied, name, replaced.with_replaced_resource_context(context))
        return copied

    @contextmanager
    def with_resource_context(self, context: InitResourceContext) -> Generator[Self]:
        """Yield a copy that has a context."""
        yield self.with_replaced_resource_context(context)

    @property
    def nested_resources(self) -> Mapping[str, object]:
        """The fields that hold a resource, by name."""
        values: Mapping[str, object] = self.__dict__
        return {
            name: values[name]
            for name in type(self).model_fields
            if isinstance(values.get(name), ConfigurableResourceFactory | Provider)
        }

    def process_config_and_initialize(self) -> object:
        """Set the resource up by hand, as a test or a script does, and return it.

        Raises:
            InvalidConfigError: A value does not fit, or a variable is not set.
            ParameterCheckError: It has to be torn down; use `process_config_and_initialize_cm`.
        """
        _refuse_teardown(self, instead="process_config_and_initialize_cm")
        with self.process_config_and_initialize_cm() as made:
            return made

    @contextmanager
    def process_config_and_initialize_cm(self) -> Generator[object]:
        """Set the resource up by hand, as a test or a script does, and tear it down at the end.

        Raises:
            InvalidConfigError: A value does not fit, or a variable is not set.
        """
        resolved = resolve_resource(
            self, overrides=None, environment=PROCESS_VARIABLES, key=type(self).__name__
        )
        with use_resource(resolved, InitResourceContext()) as made:
            yield made

    @classmethod
    def from_resource_context(
        cls, context: InitResourceContext, nested_resources: Mapping[str, object] | None = None
    ) -> object:
        """Set the resource up with the config of a context, in a function that returns it.

        Args:
            context: The context of the function, whose `config_schema` is `to_config_schema()`.
            nested_resources: The fields that are resources.

        Raises:
            InvalidConfigError: The config does not fit.
            ParameterCheckError: It has to be torn down; use `from_resource_context_cm`.
        """
        made = _from_context(cls, context, nested_resources or {})
        _refuse_teardown(made, instead="from_resource_context_cm")
        with use_resource(made, context) as used:
            return used

    @classmethod
    @contextmanager
    def from_resource_context_cm(
        cls, context: InitResourceContext, nested_resources: Mapping[str, object] | None = None
    ) -> Generator[object]:
        """Set the resource up with the config of a context; tear it down at the end.

        Raises:
            InvalidConfigError: The config does not fit.
        """
        with use_resource(_from_context(cls, context, nested_resources or {}), context) as used:
            yield used


class ConfigurableResource(ConfigurableResourceFactory[_Made]):
    """Subclass to declare a resource by its fields.

    Example:
        >>> from penstock.config.env import EnvVar
        >>> class Database(ConfigurableResource):
        ...     url: str
        >>> Database(url=EnvVar("DATABASE_URL"))
        Database(url=EnvVar("DATABASE_URL"))
    """


class ConfigurableIOManagerFactory(ConfigurableResourceFactory[_Made]):
    """Subclass to declare an IO manager's config apart from the IO manager itself."""

    def create_io_manager(self, context: InitResourceContext) -> object:
        """Return the IO manager. Override this.

        Raises:
            InvalidInvocationError: A subclass did not override it.
        """
        raise InvalidInvocationError(
            f"'{type(self).__name__}' does not define create_io_manager(context). Define it and"
            " return an IO manager."
        )

    def create_resource(self, context: InitResourceContext) -> object:
        """Return the IO manager that steps use."""
        return self.create_io_manager(context)

    @classmethod
    def input_config_schema(cls) -> object:
        """Return the schema of what run config may say about an input; none unless overridden."""
        return None

    @classmethod
    def output_config_schema(cls) -> object:
        """Return the schema of what run config may say about an output; none unless overridden."""
        return None


def resolve_resource(
    resource: ResourceT,
    *,
    overrides: Mapping[str, object] | None,
    environment: Mapping[str, str],
    key: str,
    shared: Sequence[tuple[object, object]] = (),
) -> ResourceT:
    """Make a new resource in which every value is known, nested resources included.

    Args:
        resource: As declared; it is not changed.
        overrides: The values that run config has under `resources:<key>:config`.
        environment: The variables that `EnvVar`s and `{env: NAME}` may name.
        key: The resource key, for messages.
        shared: Pairs of a nested resource as declared and the object to use in its place; how a
            resource that is also declared under its own key becomes one object.

    Raises:
        InvalidConfigError: A value does not fit or a variable is not set; all of them are listed.
    """
    reading = Reading(environment)
    pairs = cast("Sequence[tuple[BaseModel, object]]", shared)
    template = template_of(resource, overrides or {}, shared=pairs)
    made = reading.read_model(template.model, template.values, path=f"resources:{key}:config")
    raise_problems(reading.problems, subject=f"Resource '{key}'")
    return cast("ResourceT", made)


def _from_context(
    model: type[ResourceT], context: InitResourceContext, nested: Mapping[str, object]
) -> ResourceT:
    config = entries_of(context.resource_config)
    reading = Reading(PROCESS_VARIABLES)
    made = reading.read_model(model, {**config, **nested}, path="config")
    raise_problems(reading.problems, subject=f"Resource '{model.__name__}'")
    return cast("ResourceT", made)


@contextmanager
def use_resource(
    resource: ConfigurableResourceFactory[object],
    context: InitResourceContext,
    *,
    ready: Sequence[object] = (),
    shared: Sequence[tuple[object, object]] = (),
) -> Generator[object, None, None]:
    """Set a resolved resource up, nested ones first, and tear all of them down at the end.

    Args:
        resource: As `resolve_resource` returned it.
        context: What the hooks receive; each resource sees its own config in it.
        ready: Objects that are already set up; they are left alone.
        shared: Pairs of a nested resource that is no model and the object to use in its place.

    Yields:
        The object that steps receive.
    """
    with ExitStack() as stack:
        yield _Use(context, stack, ready=ready, shared=shared).enter(resource)


class _Use:
    """One pass that sets a resource and those nested in it up, each once."""

    def __init__(
        self,
        context: InitResourceContext,
        stack: ExitStack,
        *,
        ready: Sequence[object],
        shared: Sequence[tuple[object, object]],
    ) -> None:
        self._context = context
        self._stack = stack
        self._ready = ready
        self._shared = shared
        self._made: dict[int, object] = {}

    def enter(self, resource: ConfigurableResourceFactory[object]) -> object:
        if id(resource) not in self._made:
            for name in type(resource).model_fields:
                value = resource.__dict__.get(name)
                if next(nested_in(value), None) is not None:
                    _put(resource, name, self._used(value))
            context = self._context.replace_config(resource_config_of(resource))
            resource._context = context  # pyright: ignore[reportPrivateUsage] - private to users
            entered: object = resource.yield_for_execution(context)
            if isinstance(entered, AbstractAsyncContextManager):
                entered = in_use(cast("object", entered))
            self._made[id(resource)] = self._stack.enter_context(
                cast("AbstractContextManager[object]", entered)
            )
        return self._made[id(resource)]

    def _used(self, value: object) -> object:
        if any(value is other for other in self._ready):
            return value
        for declared, used in self._shared:
            if declared is value:
                return used
        match value:
            case ConfigurableResourceFactory():
                return self.enter(cast("ConfigurableResourceFactory[object]", value))
            case Mapping():
                items = cast("Mapping[str, object]", value).items()
                return {key: self._used(item) for key, item in items}
            case list() | tuple():
                return [self._used(item) for item in cast("Sequence[object]", value)]
            case Provider():
                return self._stack.enter_context(value.provide(self._context))
            case _:
                return value


def _put(resource: BaseModel, name: str, value: object) -> None:
    """Replace a field of a resource that nobody else has seen yet; resources are frozen."""
    object.__setattr__(resource, name, value)


def nested_in(value: object) -> Iterator[object]:
    """List the resources that a value of a field is or holds; those inside them are left out."""
    if isinstance(value, ConfigurableResourceFactory | Provider):
        yield cast("object", value)
    elif isinstance(value, Mapping):
        for item in cast("Mapping[str, object]", value).values():
            yield from nested_in(item)
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[object]", value):
            yield from nested_in(item)


def all_nested_in(resource: ConfigurableResourceFactory[object]) -> Iterator[object]:
    """List the resources nested in one, however deep, as they were declared."""
    for name in type(resource).model_fields:
        for nested in nested_in(resource.__dict__.get(name)):
            yield nested
            if isinstance(nested, ConfigurableResourceFactory):
                yield from all_nested_in(cast("ConfigurableResourceFactory[object]", nested))


def is_for_launch(resource: object) -> bool:
    """Tell whether a resource was declared with `configure_at_launch`."""
    return isinstance(resource, ConfigurableResourceFactory) and resource._at_launch  # pyright: ignore[reportPrivateUsage] - private to users


def has_teardown(resource: object) -> bool:
    """Tell whether something has to happen when a resource is no longer needed."""
    if isinstance(resource, ConfigurableResourceFactory):
        return _is_overridden(type(cast("object", resource))) or any(
            has_teardown(nested)
            for nested in all_nested_in(cast("ConfigurableResourceFactory[object]", resource))
        )
    return is_released(resource)


def _is_overridden(model: type[object]) -> bool:
    hooks = ("yield_for_execution", "teardown_after_execution")
    return any(
        getattr(model, name) is not getattr(ConfigurableResourceFactory, name) for name in hooks
    )


def _refuse_teardown(resource: ConfigurableResourceFactory[object], *, instead: str) -> None:
    if has_teardown(resource):
        raise ParameterCheckError(
            f"Resource '{type(resource).__name__}' has to be torn down after use. Write: with"
            f" {instead}(...) as resource."
        )


def resource_config_of(model: BaseModel) -> dict[str, object]:
    """Return the values of a resolved model as plain data: enums by value, models as mappings.

    Resources of other kinds are left out.
    """
    values: Mapping[str, object] = {**model.__dict__, **(model.model_extra or {})}
    fields = type(model).model_fields
    return {
        (fields[name].alias or name) if name in fields else name: _plain(values[name])
        for name in (*fields, *(model.model_extra or {}))
        if name in values and not isinstance(values[name], Provider)
    }


def _plain(value: object) -> object:
    match value:
        case Enum():
            return cast("object", value.value)
        case BaseModel():
            return resource_config_of(value)
        case Mapping():
            items = cast("Mapping[object, object]", value).items()
            return {key: _plain(item) for key, item in items}
        case list() | tuple():
            return [_plain(item) for item in cast("Sequence[object]", value)]
        case _:
            return value
