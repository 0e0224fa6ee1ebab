"""`ConfigurableResource`: a resource as a pydantic model, resolved when a run starts.

Owns the declaration (values or `EnvVar`s by keyword), the resolving into a new object, and the
lifecycle hooks. It refuses to know which step uses a resource and what its context holds. Nothing
here sets a resource up at import: that happens in `use_resource`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Annotated, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, PrivateAttr
from pydantic_core import CoreSchema, core_schema

from penstock.config.model import Config
from penstock.config.problems import raise_problems
from penstock.config.reading import Reading
from penstock.config.sourced import launch_template, template_of
from penstock.errors import InvalidInvocationError, InvariantViolationError

ResourceT = TypeVar("ResourceT", bound="ConfigurableResource")
_T = TypeVar("_T")


class _AnyObject:
    """Marks a field that takes any object, so that a test can put another one in its place."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.any_schema()


ResourceDependency = Annotated[_T, _AnyObject()]
"""A field that holds another resource, of any kind: `client: ResourceDependency[Client]`."""


class ConfigurableResource(Config):
    """Subclass to declare a resource by its fields.

    Example:
        >>> from penstock.config.env import EnvVar
        >>> class Database(ConfigurableResource):
        ...     url: str
        >>> Database(url=EnvVar("DATABASE_URL"))
        Database(url=EnvVar("DATABASE_URL"))
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    _context: object = PrivateAttr(default=None)

    @classmethod
    def configure_at_launch(cls, **values: object) -> Self:
        """Declare the resource without its values; they must come with the run."""
        return launch_template(cls, values)

    def setup_for_execution(self, context: object) -> None:
        """Prepare the resource, once in each process that uses it. Override when needed."""

    def teardown_after_execution(self, context: object) -> None:
        """Release what was prepared; runs after a failure too. Override when needed."""

    @contextmanager
    def yield_for_execution(self, context: object) -> Generator[Self, None, None]:
        """Set the resource up, hand it over, tear it down. Override instead of the two hooks."""
        self.setup_for_execution(context)
        try:
            yield self
        finally:
            self.teardown_after_execution(context)

    def create_resource(self, context: object) -> object:
        """Return the object that steps receive: the resource itself unless overridden."""
        return self

    def get_resource_context(self) -> object:
        """Return the context that the resource was set up with.

        Raises:
            InvariantViolationError: It has not been set up.
        """
        if self._context is None:
            raise InvariantViolationError(
                f"Resource '{type(self).__name__}' has no context: it has not been set up. Call"
                " get_resource_context() in a hook or in a step, not while defining."
            )
        return self._context


class ConfigurableIOManagerFactory(ConfigurableResource):
    """Subclass to declare an IO manager's config apart from the IO manager itself."""

    def create_io_manager(self, context: object) -> object:
        """Return the IO manager. Override this.

        Raises:
            InvalidInvocationError: A subclass did not override it.
        """
        raise InvalidInvocationError(
            f"'{type(self).__name__}' does not define create_io_manager(context). Define it and"
            " return an IO manager."
        )

    def create_resource(self, context: object) -> object:
        """Return the IO manager that steps use."""
        return self.create_io_manager(context)


def resolve_resource(
    resource: ResourceT,
    *,
    overrides: Mapping[str, object] | None,
    environment: Mapping[str, str],
    key: str,
    shared: Sequence[tuple[BaseModel, object]] = (),
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
    template = template_of(resource, overrides or {}, shared=shared)
    made = reading.read_model(template.model, template.values, path=f"resources:{key}:config")
    raise_problems(reading.problems, subject=f"Resource '{key}'")
    return cast("ResourceT", made)


@contextmanager
def use_resource(
    resource: ConfigurableResource, context: object, *, ready: Sequence[object] = ()
) -> Generator[object, None, None]:
    """Set a resolved resource up, nested ones first, and tear all of them down at the end.

    Args:
        resource: As `resolve_resource` returned it.
        context: What the hooks receive.
        ready: Objects that are already set up; they are left alone.

    Yields:
        The object that steps receive.
    """
    with ExitStack() as stack:
        used = resource
        for each in _setup_order(resource, ready):
            each._context = context  # pyright: ignore[reportPrivateUsage] - private to users
            used = stack.enter_context(each.yield_for_execution(context))
        yield used.create_resource(context)


def _setup_order(
    resource: ConfigurableResource, ready: Sequence[object]
) -> list[ConfigurableResource]:
    """List a resource after those nested in it, each once."""
    order: list[ConfigurableResource] = []
    for nested in _nested_in(resource.__dict__):
        if not _among(nested, ready):
            order += [r for r in _setup_order(nested, ready) if not _among(r, order)]
    return [*order, resource]


def _nested_in(value: object) -> list[ConfigurableResource]:
    if isinstance(value, ConfigurableResource):
        return [value]
    if isinstance(value, Mapping):
        return _nested_in(list(cast("Mapping[str, object]", value).values()))
    if isinstance(value, list | tuple):
        return [r for item in cast("Sequence[object]", value) for r in _nested_in(item)]
    return []


def _among(value: object, others: Sequence[object]) -> bool:
    return any(value is other for other in others)
