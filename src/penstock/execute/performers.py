"""What carries the steps of a run out, with the resources that they need: set up, and torn down."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from penstock.define.loaded import LoadedDefinitions
from penstock.define.reconstruct import ReconstructableJob
from penstock.define.resource_setup import FailedTeardown
from penstock.define.step import DEFAULT_IO_MANAGER
from penstock.execute import capture, python_logs
from penstock.execute.defaults import default_io_manager
from penstock.execute.facts import Captured, RunFacts
from penstock.execute.interrupts import Interrupt
from penstock.execute.perform import Performer
from penstock.execute.resources import keys_needed, keys_of_inherited, set_up
from penstock.execute.run_loggers import LoggerCall
from penstock.execute.step_config import StepConfig
from penstock.execute.versions import Versions
from penstock.instance import Instance
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryMode
from penstock.model.run import RunRecord
from penstock.plan.plan import Plan, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCode:
    """What the steps of a run are, with all that they are given.

    Attributes:
        loaded: The steps and their resources.
        configs: The config of steps, checked and resolved.
        resources: Resources that take the place of the declared ones.
        input_values: Values for inputs that nothing is connected to, by step and input.
        captured: Filled with the values that ops produce; None if nobody asks for them.
        job: The job that runs; None for assets without one.
        resource_config: The config of resources, where a config mapping made it; else that of the
            run counts.
        reference: The job by reference; None where no other process can find it.
        loggers: What is told of the run's events, with its config.
    """

    loaded: LoadedDefinitions
    configs: Mapping[str, StepConfig] = field(default_factory=dict[str, StepConfig])
    resources: Mapping[str, object] = field(default_factory=dict[str, object])
    input_values: Mapping[tuple[str, str], object] = field(
        default_factory=dict[tuple[str, str], object]
    )
    captured: Captured | None = None
    job: object = None
    resource_config: Mapping[str, object] | None = None
    reference: ReconstructableJob | None = None
    loggers: Sequence[LoggerCall] = ()

    def declared(self, instance: Instance) -> dict[str, object]:
        """Return everything that can be a resource, by key, the default IO manager included."""
        declared = {**self.loaded.resources, **self.resources}
        declared.setdefault(DEFAULT_IO_MANAGER, default_io_manager(instance))
        return declared


@dataclass(frozen=True, kw_only=True)
class RunSite:
    """A run with its code and its plan, where its steps are carried out.

    Attributes:
        retries: Whether failed attempts are repeated.
        launches: Whether step launchers carry out the steps that require them.
    """

    code: RunCode
    instance: Instance
    record: RunRecord
    plan: Plan
    retries: RetryMode = RetryMode.ENABLED
    launches: bool = True

    @cached_property
    def chosen(self) -> frozenset[AssetKey]:
        """The assets that the run makes."""
        return frozenset(made.key for step in self.plan.steps for made in step.assets)

    @cached_property
    def consumed(self) -> frozenset[tuple[str, str]]:
        """The outputs that steps of the run take from others, by step and name."""
        return frozenset(
            (self.plan.steps[need.step].node, need.output)
            for step in self.plan.steps
            for need in step.needs
            if need.output is not None and need.input is not None
        )


@contextmanager
def performing(
    site: RunSite,
    steps: Sequence[Step],
    *,
    interrupt: Interrupt,
    on_failed_teardown: FailedTeardown,
) -> Generator[Performer]:
    """Set up the resources that steps need, and give what carries the steps out.

    Args:
        site: The run.
        steps: The steps.
        interrupt: Reaches user code, that of the resources too.
        on_failed_teardown: Told of each teardown that raised.

    Raises:
        UsageError: A resource or its config is not as it should be.
        ResourceFunctionError: A resource's own code raised while it was set up.
        ExecutionInterruptedError: An interrupt came while resources were set up.
    """
    code, instance, record = site.code, site.instance, site.record
    loaded = code.loaded
    environment = instance.settings.environment
    keys = [
        *keys_needed((loaded.nodes[step.node] for step in steps), loaded.manager_of),
        *keys_of_inherited(Plan(tuple(steps)), loaded.nodes),
    ]
    with (
        capture.capturing(instance.compute_log_manager),
        python_logs.capturing(instance.python_logs),
        set_up(
            keys,
            code.declared(instance),
            run_id=record.id,
            instance=instance,
            run_config=record.spec.config
            if code.resource_config is None
            else {"resources": code.resource_config},
            environment=environment,
            interrupt=interrupt,
            on_failed_teardown=on_failed_teardown,
        ) as ready,
    ):
        facts = RunFacts(
            record=record,
            store=instance.store,
            loaded=loaded,
            resources=ready,
            environment=environment,
            instance=instance,
            versions=Versions(loaded.graph, instance.store),
            logs=instance.compute_log_manager,
            lowest_level=python_logs.floor_of(instance.python_logs),
            clock=instance.clock,
            ids=instance.ids,
            interrupt=interrupt,
            configs=code.configs,
            input_values=code.input_values,
            captured=code.captured,
            job=code.job,
            chosen=site.chosen,
            consumed=site.consumed,
            retries=site.retries,
            launches=site.launches,
            reference=code.reference,
            plan=site.plan,
        )
        yield Performer(facts)
