"""Hooks: functions that are called when a step has ended well or badly.

Owns what a hook is, its context over the small `HookScope` that execution fulfils, and calling one
by hand. When hooks are called, and what is recorded of it, is the business of `execute`.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast, overload

from penstock.config.resource_context import Resources
from penstock.define.names import checked_node_name
from penstock.define.node import OpNode, PlacedNode
from penstock.define.signature import CONTEXT_NAMES
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidPropertyError,
    ParameterCheckError,
)

if TYPE_CHECKING:
    from penstock.instance import Instance

HookFunction = Callable[..., object]


@dataclass(frozen=True, slots=True)
class HookExecutionResult:
    """Says whether a hook did something.

    Args:
        hook_name: The hook.
        is_skipped: Whether it had nothing to do for this end of the step.
    """

    hook_name: str
    is_skipped: bool = False


class TakesHooks(Protocol):
    """What hooks can be put on: an op, a graph or a job, and a node prepared for one place."""

    def with_hooks(self, hook_defs: set[HookDefinition]) -> object:
        """Return it with more hooks."""
        ...


class HookScope(Protocol):
    """What execution knows of a step that has ended."""

    run_id: str
    job_name: str
    step_key: str
    config: object
    exception: BaseException | None
    output_values: Mapping[str, object]
    output_metadata: Mapping[str, object]
    resources: Mapping[str, object]
    instance: object
    log: logging.Logger

    @property
    def node(self) -> PlacedNode | None:
        """The op at its place in the job."""
        ...


class HookContext:
    """What a hook may ask of the step that has ended."""

    is_penstock_context = True

    def __init__(self, scope: HookScope, hook_def: HookDefinition) -> None:
        self._scope = scope
        self.hook_def = hook_def

    @property
    def job_name(self) -> str:
        """The name of the job."""
        return self._scope.job_name

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._scope.run_id

    @property
    def step_key(self) -> str:
        """The key of the step."""
        return self._scope.step_key

    @property
    def op(self) -> PlacedNode | OpNode | None:
        """The op at its place in the job."""
        return self._scope.node

    @property
    def op_config(self) -> object:
        """The config of the step."""
        return self._scope.config

    @property
    def op_exception(self) -> BaseException | None:
        """What the step raised; None if it ended well."""
        return self._scope.exception

    @property
    def op_output_values(self) -> Mapping[str, object]:
        """The values of the outputs; for a dynamic one a mapping by mapping key."""
        return self._scope.output_values

    @property
    def op_output_metadata(self) -> Mapping[str, object]:
        """The metadata of the outputs."""
        return self._scope.output_metadata

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that the hook asked for."""
        return self.hook_def.required_resource_keys

    @property
    def resources(self) -> Resources:
        """The resources that the hook asked for, by attribute."""
        keys = self.required_resource_keys
        values = self._scope.resources
        return Resources(
            {key: values[key] for key in keys if key in values},
            owner=f"Hook '{self.hook_def.name}'",
        )

    @property
    def instance(self) -> Instance:
        """The instance that the run is recorded in."""
        return cast("Instance", self._scope.instance)  # an object to this layer

    @property
    def log(self) -> logging.Logger:
        """A logger whose lines are kept with the run."""
        return self._scope.log


@dataclass(frozen=True, kw_only=True, eq=True, init=False)
class HookDefinition:
    """A function that is called when a step has ended; usually made by a decorator.

    Args:
        name: The name.
        hook_fn: Takes the context and the list of the step's events; returns a
            `HookExecutionResult`.
        required_resource_keys: Resources for `context.resources`.
        decorated_fn: The user's function, which takes the context only.
    """

    name: str
    hook_fn: HookFunction
    required_resource_keys: frozenset[str]
    decorated_fn: HookFunction | None

    def __init__(
        self,
        *,
        name: str,
        hook_fn: HookFunction,
        required_resource_keys: AbstractSet[str] | None = None,
        decorated_fn: HookFunction | None = None,
    ) -> None:
        if not callable(hook_fn):  # pyright: ignore[reportUnnecessaryComparison] - a user's argument
            raise ParameterCheckError(f"Hook '{name}' needs a function, not {hook_fn!r}.")
        keys = required_resource_keys or frozenset()
        if not isinstance(keys, (set, frozenset)):
            raise ParameterCheckError(
                f"Hook '{name}': required_resource_keys must be a set, not {keys!r}."
            )
        put = object.__setattr__
        put(self, "name", checked_node_name(name))
        put(self, "hook_fn", hook_fn)
        put(self, "required_resource_keys", frozenset(keys))
        put(self, "decorated_fn", decorated_fn)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call it in the body of a graph to put it on the graph's nodes, elsewhere by hand.

        By hand it takes the context, made by `build_hook_context`.

        Raises:
            InvalidInvocationError: The context is missing, or there is more than it.
        """
        if len(args) == 1 and not kwargs and _is_job_or_graph(args[0]):
            return getattr(args[0], "with_hooks")({self})  # noqa: B009 - whatever has the method
        if self.decorated_fn is None:
            raise InvalidInvocationError(
                f"Hook '{self.name}' was not made by a decorator, so it cannot be called by hand. "
                "Call its hook_fn."
            )
        return self.decorated_fn(self._context_of(args, kwargs))

    def _context_of(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> HookContext:
        name = _context_parameter(self.decorated_fn or self.hook_fn)
        given = [*args, *kwargs.values()]
        if not given:
            raise InvalidInvocationError(
                f"Hook '{self.name}' was called without its argument, '{name}'. Pass "
                "build_hook_context(...)."
            )
        unknown = [key for key in kwargs if key != name]
        if unknown or len(given) > 1:
            raise InvalidInvocationError(
                f"Hook '{self.name}' takes '{name}' alone, and was called with {len(given)} "
                f"arguments{f', among them {unknown}' if unknown else ''}. Pass "
                "build_hook_context(...) and no more."
            )
        context = given[0]
        if isinstance(context, UnboundHookContext):
            return context.bound_to(self)
        if isinstance(context, HookContext):
            return context
        raise InvalidInvocationError(
            f"Hook '{self.name}' was called with {context!r}. Pass build_hook_context(...)."
        )


def _is_job_or_graph(value: object) -> bool:
    return callable(getattr(value, "with_hooks", None))


def _context_parameter(function: HookFunction) -> str:
    return next(iter(inspect.signature(function).parameters), "context")


class _DirectScope:
    """The scope of a hook that is called by hand; what it lacks says so."""

    def __init__(
        self,
        *,
        resources: Mapping[str, object],
        node: object,
        run_id: str | None,
        job_name: str | None,
        exception: BaseException | None,
        instance: object,
    ) -> None:
        self.resources = resources
        self.node = node
        self.exception = exception
        self.instance = instance
        self.output_values: Mapping[str, object] = {}
        self.output_metadata: Mapping[str, object] = {}
        self.log = logging.getLogger("penstock.direct")
        self._known = {"run_id": run_id, "job_name": job_name}

    def __getattr__(self, name: str) -> str:
        value = self._known.get(name)
        if value is None:
            raise InvalidPropertyError(
                f"A hook's context that was built by hand was asked for '{name}', which it was not "
                "given. Pass it to build_hook_context, where it takes it."
            )
        return value


class UnboundHookContext(HookContext):
    """A context built by hand, before it is known for which hook."""

    def bound_to(self, hook: HookDefinition) -> HookContext:
        """Return the context for a hook.

        Raises:
            InvalidDefinitionError: The hook needs a resource that the context does not have.
        """
        missing = sorted(hook.required_resource_keys.difference(self._scope.resources))
        if missing:
            raise InvalidDefinitionError(
                f"Resource '{missing[0]}', which hook '{hook.name}' requires, is missing. Pass it "
                "to build_hook_context(resources={...})."
            )
        return HookContext(self._scope, hook)


def build_hook_context(
    resources: Mapping[str, object] | None = None,
    op: TakesHooks | None = None,
    run_id: str | None = None,
    job_name: str | None = None,
    op_exception: Exception | None = None,
    instance: object = None,
) -> UnboundHookContext:
    """Make a context for calling a hook by hand, as a test does.

    Args:
        resources: The resources by key.
        op: The op that has ended.
        run_id: The id of the run.
        job_name: The name of the job.
        op_exception: What the op raised.
        instance: The instance of the run.
    """
    scope = _DirectScope(
        resources=resources or {},
        node=op,
        run_id=run_id,
        job_name=job_name,
        exception=op_exception,
        instance=instance,
    )
    unbound = HookDefinition(name="unbound", hook_fn=lambda *_: None)
    return UnboundHookContext(scope, unbound)  # pyright: ignore[reportArgumentType] - by __getattr__


@overload
def event_list_hook(hook_fn: HookFunction) -> HookDefinition: ...


@overload
def event_list_hook(
    hook_fn: None = None,
    *,
    name: str | None = None,
    required_resource_keys: AbstractSet[str] | None = None,
) -> Callable[[HookFunction], HookDefinition]: ...


def event_list_hook(
    hook_fn: HookFunction | None = None,
    *,
    name: str | None = None,
    required_resource_keys: AbstractSet[str] | None = None,
    decorated_fn: HookFunction | None = None,
) -> HookDefinition | Callable[[HookFunction], HookDefinition]:
    """Declare a hook that gets the context and the events of the step, whatever its end.

    Args:
        hook_fn: The function, where the decorator is used bare.
        name: The name; the function's if None.
        required_resource_keys: Resources for `context.resources`.
        decorated_fn: The function to call when the hook is called by hand.

    Raises:
        InvalidDefinitionError: The function does not take two parameters.
    """

    def decorate(function: HookFunction) -> HookDefinition:
        _require_parameters(function, 2, "event_list_hook")
        return HookDefinition(
            name=name or function.__name__,
            hook_fn=function,
            required_resource_keys=required_resource_keys,
            decorated_fn=decorated_fn or function,
        )

    return decorate if hook_fn is None else decorate(hook_fn)


def _require_parameters(function: HookFunction, count: int, decorator: str) -> None:
    parameters = inspect.signature(function).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    taken = [p for p in parameters if p.kind in kinds]
    expected = ((*CONTEXT_NAMES,), ("event_list", "_event_list", "event_list_", "_"))
    is_named = all(p.name in names for p, names in zip(taken, expected[:count], strict=False))
    if len(taken) < count or not is_named:
        wanted = "'context'" if count == 1 else "'context' and 'event_list'"
        raise InvalidDefinitionError(
            f"@{decorator} passes {wanted} by position, and the parameters of function "
            f"'{function.__name__}' do not begin with that. Declare that first."
        )


def _hook_on(
    kind: str,
    function: HookFunction,
    name: str | None,
    required_resource_keys: AbstractSet[str] | None,
) -> HookDefinition:
    """Return a hook that calls a function when the step's events tell of its kind of end."""
    _require_parameters(function, 1, f"{kind}_hook")
    known_as = name or function.__name__

    def hook_fn(context: HookContext, event_list: Iterable[object]) -> HookExecutionResult:
        if not any(getattr(event, f"is_step_{kind}", False) for event in event_list):
            return HookExecutionResult(known_as, is_skipped=True)
        function(context)
        return HookExecutionResult(known_as)

    return HookDefinition(
        name=known_as,
        hook_fn=hook_fn,
        required_resource_keys=required_resource_keys,
        decorated_fn=function,
    )


@overload
def success_hook(hook_fn: HookFunction) -> HookDefinition: ...


@overload
def success_hook(
    hook_fn: None = None,
    *,
    name: str | None = None,
    required_resource_keys: AbstractSet[str] | None = None,
) -> Callable[[HookFunction], HookDefinition]: ...


def success_hook(
    hook_fn: HookFunction | None = None,
    *,
    name: str | None = None,
    required_resource_keys: AbstractSet[str] | None = None,
) -> HookDefinition | Callable[[HookFunction], HookDefinition]:
    """Declare a hook that is called when a step has ended well.

    Args:
        hook_fn: Takes the context; where the decorator is used bare.
        name: The name; the function's if None.
        required_resource_keys: Resources for `context.resources`.

    Example:
        >>> @success_hook
        ... def tell(context):
        ...     print(context.step_key, "is done")
    """
    if hook_fn is None:
        return lambda function: _hook_on("success", function, name, required_resource_keys)
    return _hook_on("success", hook_fn, name, required_resource_keys)


@overload
def failure_hook(name: HookFunction) -> HookDefinition: ...


@overload
def failure_hook(
    name: str | None = None, required_resource_keys: AbstractSet[str] | None = None
) -> Callable[[HookFunction], HookDefinition]: ...


def failure_hook(
    name: HookFunction | str | None = None,
    required_resource_keys: AbstractSet[str] | None = None,
) -> HookDefinition | Callable[[HookFunction], HookDefinition]:
    """Declare a hook that is called when a step has failed for good.

    Args:
        name: The name, the function's if None; or the function, where the decorator is used bare.
        required_resource_keys: Resources for `context.resources`.
    """
    if name is None or isinstance(name, str):
        return lambda function: _hook_on("failure", function, name, required_resource_keys)
    return _hook_on("failure", name, None, required_resource_keys)
