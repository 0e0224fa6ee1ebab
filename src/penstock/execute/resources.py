"""The resources of a run: resolved, set up once, torn down whatever happens."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import cast

from penstock.base.text import did_you_mean
from penstock.define.node import DEFAULT_IO_MANAGER, NodeDefinition
from penstock.errors import (
    InvalidConfigError,
    PenstockError,
    ResourceFunctionError,
    UnknownResourceError,
)
from penstock.execute.interrupts import Interrupt


@dataclass(frozen=True, slots=True)
class ResourceContext:
    """What the hooks of a resource receive."""

    run_id: str
    resource_key: str
    instance: object
    resources: Mapping[str, object]


def keys_needed(nodes: Iterable[NodeDefinition]) -> list[str]:
    """Return the keys of the resources that units of user code ask for, IO managers included."""
    keys: set[str] = set()
    for node in nodes:
        keys.update(node.resource_keys)
        keys.update(output.manager for output in node.outputs if not output.returns_nothing)
        keys.update(entry.manager for entry in node.inputs if entry.manager)
        if node.inputs:
            keys.add(DEFAULT_IO_MANAGER)
    return sorted(keys)


@contextmanager
def set_up(
    keys: Iterable[str],
    declared: Mapping[str, object],
    *,
    run_id: str,
    instance: object,
    run_config: Mapping[str, object],
    environment: Mapping[str, str],
    interrupt: Interrupt,
) -> Generator[dict[str, object]]:
    """Set resources up, in order of their keys; tear them down in the end.

    Raises:
        UnknownResourceError: Nobody provides a key.
        InvalidConfigError: Run config or an environment variable does not fit.
        ResourceFunctionError: The resource's own code raised while it was set up.
        ExecutionInterruptedError: An interrupt came; what was set up is torn down again.
    """
    ready: dict[str, object] = {}
    with ExitStack() as stack:
        for key in keys:
            if key not in declared:
                raise UnknownResourceError(
                    f"Resource '{key}' was not provided.{did_you_mean(key, declared)}"
                )
            overrides = _overrides(run_config, key)
            context = ResourceContext(run_id, key, instance, ready)
            try:
                with interrupt.interruptible():
                    ready[key] = stack.enter_context(
                        _ready(key, declared[key], context, overrides, environment)
                    )
            except PenstockError:
                raise
            except Exception as error:
                raise ResourceFunctionError(
                    f"Resource '{key}' could not be set up: {type(error).__name__}: {error}",
                    user_exception=error,
                ) from error
        yield ready


@contextmanager
def _ready(
    key: str,
    value: object,
    context: ResourceContext,
    overrides: Mapping[str, object] | None,
    environment: Mapping[str, str],
) -> Generator[object]:
    # Where the module was never loaded, no value can be of its classes; loading it costs pydantic.
    module = sys.modules.get("penstock.config.resource")
    if module is not None and isinstance(value, module.ConfigurableResource):
        made = module.resolve_resource(value, overrides=overrides, environment=environment, key=key)
        with module.use_resource(made, context) as used:
            yield used
        return
    if overrides:
        raise InvalidConfigError(
            f"Run config configures resource '{key}', which takes no config. Remove "
            f"resources:{key}."
        )
    yield value


def _overrides(run_config: Mapping[str, object], key: str) -> Mapping[str, object] | None:
    config = run_config.get("resources")
    for part in (key, "config"):
        config = _entries(config).get(part)
    return _entries(config) or None


def _entries(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
