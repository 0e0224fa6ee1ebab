"""The resources of a run: resolved, set up once, torn down whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import cast

from penstock.define.resource_setup import (
    FailedTeardown,
    ReadyResources,
    SetUp,
    resources_in_use,
)
from penstock.define.step import DEFAULT_IO_MANAGER, StepDefinition, StepInput
from penstock.execute.interrupts import Interrupt
from penstock.model.keys import AssetKey
from penstock.plan.plan import Plan


def keys_needed(
    nodes: Iterable[StepDefinition], manager_of: Callable[[AssetKey], str]
) -> list[str]:
    """Return the keys of the resources that units of user code ask for, IO managers included.

    What those resources require in turn is not among them: `set_up` adds it.

    Args:
        nodes: The units.
        manager_of: Gives the resource that loads an asset.
    """
    keys: set[str] = set()
    for node in nodes:
        keys.update(node.resource_keys)
        for output in node.outputs:
            if not output.returns_nothing:
                keys.add(output.manager)
            if output.type is not None:
                keys.update(output.type.required_resource_keys)
        for entry in node.inputs:
            keys.update(_keys_of_input(entry, manager_of))
        for hook in node.hooks:
            keys.update(hook.required_resource_keys)
        if node.inputs:
            keys.add(DEFAULT_IO_MANAGER)
    return sorted(keys)


def _keys_of_input(entry: StepInput, manager_of: Callable[[AssetKey], str]) -> Iterable[str]:
    if entry.manager:
        yield entry.manager
    elif entry.asset is not None and not entry.is_nothing:
        yield manager_of(entry.asset)
    if entry.type is not None:
        yield from entry.type.required_resource_keys
        loader = entry.type.loader
        yield from loader.required_resource_keys() if loader is not None else ()


def keys_of_inherited(plan: Plan, nodes: Mapping[str, StepDefinition]) -> set[str]:
    """Return the keys of the IO managers that hold what steps take from earlier runs."""
    keys: set[str] = set()
    for value in (value for step in plan.steps for value in step.inherited):
        maker = nodes.get(value.step.partition("[")[0])
        outputs = maker.outputs if maker is not None else ()
        keys.update(o.manager for o in outputs if o.name == value.output and not o.returns_nothing)
    return keys


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
    run: object = None,
    on_failed_teardown: FailedTeardown | None = None,
) -> Generator[ReadyResources]:
    """Set resources up, those that others require first; tear them down in the end.

    Args:
        keys: The resources that are wanted.
        declared: Anything that can be a resource, by key.
        run_id: The id of the run.
        instance: The instance of the run.
        run_config: The config of the run; its `resources` section is read.
        environment: The variables that config may name.
        interrupt: Reaches the code of resources while they are set up.
        run: The run, for the contexts of the resources.
        on_failed_teardown: Told of each teardown that raised, which does not fail the run; None
            writes it to the log.

    Raises:
        UnknownResourceError: Nobody provides a key.
        InvalidDefinitionError: Nobody provides what a resource requires, or resources require each
            other in a circle.
        InvalidConfigError: Run config or an environment variable does not fit.
        ResourceFunctionError: The resource's own code raised while it was set up.
        ExecutionInterruptedError: An interrupt came; what was set up is torn down again.
    """
    section = run_config.get("resources")
    setup = SetUp(
        config=cast("Mapping[str, object]", section) if isinstance(section, Mapping) else {},
        environment=environment,
        instance=instance,
        run=run,
        run_id=run_id,
        around=interrupt.interruptible,
        on_failed_teardown=on_failed_teardown,
    )
    with resources_in_use(declared, setup, keys=keys) as ready:
        yield ready
