"""Step launchers: resources that carry the steps that require them out somewhere else.

Owns the seam only: what a launcher is, what it is given, and how what it yields becomes the report
of an attempt. How a step gets elsewhere and what runs there is in `step_refs.py`.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from penstock.compat.events import DagsterEvent
from penstock.compat.runs import DagsterRun
from penstock.define.reconstruct import ReconstructableJob
from penstock.define.step import StepDefinition
from penstock.errors import StepProcessDiedError
from penstock.execute.facts import RunFacts
from penstock.execute.protocol import Report, Task
from penstock.instance import Instance
from penstock.model.events import (
    StepCanceled,
    StepFailed,
    StepSucceeded,
    StepUpForRetry,
    Unknown,
)
from penstock.model.retry import RetryMode
from penstock.plan.plan import Plan, Step

StepEnd = StepSucceeded | StepFailed | StepUpForRetry | StepCanceled


@dataclass(frozen=True, kw_only=True)
class StepLaunchContext:
    """An attempt of a step that is to be carried out elsewhere.

    Attributes:
        step: The step; its key is `step.key`.
        task: The attempt.
        plan: The steps of the run.
        dagster_run: The run.
        instance: The instance of the run.
        job_def: The job that runs.
        recon_job: The job by reference; None where no other process can find it.
        retry_mode: Whether failed attempts are repeated.
        resources: The resources of the step, by key.
        log: Where lines of the run are logged.
    """

    step: Step
    task: Task
    plan: Plan
    dagster_run: DagsterRun
    instance: Instance
    job_def: object
    recon_job: ReconstructableJob | None
    retry_mode: RetryMode
    resources: object
    log: logging.Logger

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.dagster_run.run_id

    @property
    def run_config(self) -> object:
        """The config of the run."""
        return self.dagster_run.run_config

    @property
    def job_name(self) -> str:
        """The name of the job."""
        return self.dagster_run.job_name

    @property
    def previous_attempt_count(self) -> int:
        """How many retries were used before this attempt."""
        return self.task.retries


class StepLauncher(ABC):
    """A resource that carries the steps that require it out somewhere else.

    Example:
        ```python
        class OnTheCluster(dg.StepLauncher):
            def launch_step(self, step_context):
                ref = dg.step_context_to_step_run_ref(step_context)
                yield from run_on_the_cluster(pickle.dumps(ref))
        ```
    """

    @abstractmethod
    def launch_step(self, step_context: StepLaunchContext) -> Iterator[DagsterEvent]:
        """Carry an attempt out, and yield what happens; how it ended comes last.

        What it raises fails the attempt.
        """


def launcher_of(facts: RunFacts, node: StepDefinition) -> StepLauncher | None:
    """Return the launcher that a step requires; None where it is carried out here."""
    if not facts.launches:
        return None
    found = (facts.resources.get(key) for key in sorted(node.resource_keys))
    return next((each for each in found if isinstance(each, StepLauncher)), None)


def launch(
    launcher: StepLauncher, facts: RunFacts, task: Task, *, log: logging.Logger, report: Report
) -> StepEnd:
    """Have an attempt carried out elsewhere, report what happens, and return how it ended.

    Raises:
        StepProcessDiedError: The launcher did not say how.
    """
    step = task.step
    context = StepLaunchContext(
        step=step,
        task=task,
        plan=facts.plan,
        dagster_run=DagsterRun(facts.record),
        instance=cast("Instance", facts.instance),
        job_def=facts.job,
        recon_job=facts.reference,
        retry_mode=facts.retries,
        resources=facts.some_resources(facts.loaded.nodes[step.node].resource_keys),
        log=log,
    )
    ended: StepEnd | None = None
    for told in launcher.launch_step(context):
        event = told.native
        if isinstance(event, StepEnd):
            ended = event
        elif not isinstance(event, Unknown):
            report(event)
    if ended is None:
        raise StepProcessDiedError(
            f"{type(launcher).__name__}.launch_step ended without an event that says how step "
            f"'{step.key}' ended."
        )
    return ended
