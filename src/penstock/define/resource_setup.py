"""Several resources set up: in the order of their needs, each once, and released in reverse.

Owns the order, the config of each and what is told when user code fails. Who wants them, and which
interrupts may reach their code, is for the caller to say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field

from penstock.base.dag import find_cycle, topological_order
from penstock.base.text import did_you_mean
from penstock.config.config_type import ABSENT
from penstock.config.evaluate import PROCESS_VARIABLES
from penstock.config.resource_context import InitResourceContext, Resources
from penstock.config.resource_lifetime import in_use, is_released
from penstock.config.run_config import entries_of
from penstock.define.resource import ResourceDefinition
from penstock.define.resource_like import declared_of, is_model, required_resources
from penstock.errors import (
    InvalidDefinitionError,
    PenstockError,
    ResourceFunctionError,
    UnknownResourceError,
)

FailedTeardown = Callable[[str, Exception], None]
"""Told the key of a resource whose release raised, and what it raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What resources are set up with.

    Attributes:
        config: The `resources` section of run config: `{key: {"config": ...}}`.
        environment: The variables that config may name.
        instance: The instance of the run.
        run: The run; None outside a run.
        run_id: Its id.
        log: A logger; one of the process if None.
        around: A context in which user code of resources runs.
        on_failed_teardown: Told of each release that raised; None writes it to the log.
    """

    config: Mapping[str, object] = field(default_factory=dict[str, object])
    environment: Mapping[str, str] = field(default_factory=lambda: PROCESS_VARIABLES)
    instance: object = None
    run: object = None
    run_id: str | None = None
    log: logging.Logger | None = None
    around: Callable[[], AbstractContextManager[None]] = nullcontext
    on_failed_teardown: FailedTeardown | None = None


class ReadyResources(dict[str, object]):
    """Resources that are set up, by key.

    Attributes:
        configs: The config that each was set up with.
        has_teardown: Whether one of them has to be released.
    """

    def __init__(self) -> None:
        super().__init__()
        self.configs: dict[str, object] = {}
        self.has_teardown = False
        self._needs: dict[str, tuple[str, ...]] = {}

    def put(self, key: str, value: object, *, config: object, needs: Iterable[str]) -> None:
        """Add a resource that is set up."""
        self[key] = value
        self.configs[key] = config
        self._needs[key] = tuple(needs)

    def needed_by(self, key: str) -> Resources:
        """Return the resources that a resource requires, for its context."""
        return self.only(self._needs.get(key, ()), owner=f"Resource '{key}'")

    def only(self, keys: Iterable[str], *, owner: str = "This step") -> Resources:
        """Return some of the resources, for the context of who asked for them."""
        return Resources({key: self[key] for key in keys if key in self}, owner=owner)


@contextmanager
def resources_in_use(
    declared: Mapping[str, object],
    setup: SetUp,
    *,
    keys: Iterable[str] | None = None,
    beside: ReadyResources | None = None,
) -> Generator[ReadyResources]:
    """Set resources up, those that they need first; release them in reverse in the end.

    A release that raises is told, and keeps no other from being released.

    Args:
        declared: Anything that can be a resource, by key.
        setup: What they are set up with.
        keys: Those that are wanted; all if None.
        beside: Resources that are set up already; those that are set up now are added to them.

    Raises:
        UnknownResourceError: Nobody provides a key.
        InvalidDefinitionError: Nobody provides what a resource requires, or resources require each
            other in a circle.
        InvalidConfigError: Config or an environment variable does not fit.
        ResourceFunctionError: The resource's own code raised while it was set up.
    """
    ready = ReadyResources() if beside is None else beside
    with ExitStack() as stack:
        for key, needs in _ordered(declared, declared if keys is None else keys).items():
            if key in ready:
                continue
            manager, config = _prepared(key, declared, needs, ready=ready, setup=setup)
            ready.has_teardown = ready.has_teardown or _has_teardown(declared[key])
            with _telling_failures(key), setup.around():
                value = manager.__enter__()
            stack.callback(_release, key, manager, setup)
            ready.put(key, value, config=config, needs=needs)
        yield ready


@contextmanager
def _telling_failures(key: str) -> Generator[None]:
    try:
        yield
    except PenstockError:
        raise
    except Exception as error:
        raise ResourceFunctionError(
            f"Resource '{key}' could not be set up: {type(error).__name__}: {error}",
            user_exception=error,
        ) from error


def _release(key: str, manager: AbstractContextManager[object], setup: SetUp) -> None:
    try:
        manager.__exit__(None, None, None)
    except Exception as error:  # the boundary to user code: the others are released all the same
        if setup.on_failed_teardown is not None:
            setup.on_failed_teardown(key, error)
            return
        log = setup.log or logging.getLogger("penstock.resources")
        log.exception("Resource '%s' could not be released.", key)


def _ordered(
    declared: Mapping[str, object], wanted: Iterable[str]
) -> dict[str, Mapping[str, object]]:
    """Return what each resource needs, every resource after those that it needs."""
    needs: dict[str, Mapping[str, object]] = {}
    pending = list(wanted)
    for key in pending:
        if key in needs:
            continue
        if key not in declared:
            raise UnknownResourceError(
                f"Resource '{key}' was not provided.{did_you_mean(key, declared)}"
            )
        needs[key] = required_resources(declared[key], declared)
        pending += needs[key]
    names = list(needs)
    number = {key: place for place, key in enumerate(names)}
    edges = [[number[need] for need in needs[key]] for key in names]
    order = topological_order(edges)
    if order is None:
        circle = [names[place] for place in find_cycle(edges) or ()]
        raise InvalidDefinitionError(
            f"Resources require each other in a circle: {' -> '.join([*circle, circle[0]])}. Take"
            " one of them out of required_resource_keys."
        )
    return {names[place]: needs[names[place]] for place in order}


def _prepared(
    key: str,
    declared: Mapping[str, object],
    needs: Mapping[str, object],
    *,
    ready: ReadyResources,
    setup: SetUp,
) -> tuple[AbstractContextManager[object], object]:
    """Return how a resource is entered, and its config."""
    value = declared[key]
    given = _given(setup.config, key)
    context = InitResourceContext(
        resources=Resources({need: ready[need] for need in needs}, owner=f"Resource '{key}'"),
        resource_def=value,
        all_resource_defs=declared,
        instance=setup.instance,
        dagster_run=setup.run,
        log_manager=setup.log,
        run_id=setup.run_id,
        resource_key=key,
    )
    model = declared_of(value)
    if is_model(model):
        from penstock.define import model_resource  # noqa: PLC0415 - needs pydantic

        return model_resource.prepared(
            model,
            entries_of(given),
            context,
            environment=setup.environment,
            shared=[(each, ready[need]) for need, each in needs.items()],
            ready=list(ready.values()),
        )
    if isinstance(value, ResourceDefinition):
        config = value.resolve_config(given, environ=setup.environment, key=key)
        return _called(value, context.replace_config(config)), config
    return nullcontext(value), None if given is ABSENT else given


@contextmanager
def _called(definition: ResourceDefinition, context: InitResourceContext) -> Generator[object]:
    with in_use(definition.called(context)) as value:
        yield value


def _has_teardown(value: object) -> bool:
    """Tell whether a resource may have to be released, going by its declaration."""
    model = declared_of(value)
    if is_model(model):
        from penstock.config.resource import has_teardown  # noqa: PLC0415 - needs pydantic

        return has_teardown(model)
    if isinstance(value, ResourceDefinition):
        return _yields(value)
    return False


def _yields(definition: ResourceDefinition) -> bool:
    function = definition.resource_fn
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    return is_released(function) or (code is not None and bool(code.co_flags & _GENERATES))


_GENERATES = 0x20 | 0x200
"""The flags of generator functions, plain and async."""


def _given(config: Mapping[str, object], key: str) -> object:
    return entries_of(config.get(key)).get("config", ABSENT)
