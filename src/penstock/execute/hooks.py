"""Hooks after a step: called once when it has ended, without any power over how it ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from penstock.compat.events import DagsterEvent
from penstock.define.hook import HookContext, HookExecutionResult
from penstock.define.step import StepDefinition
from penstock.execute.facts import RunFacts
from penstock.execute.failures import error_info
from penstock.execute.protocol import Report, Task
from penstock.model.events import (
    HookCompleted,
    HookErrored,
    HookSkipped,
    RunEvent,
    StoredEvent,
)


class _Scope:
    """What a hook's context knows of the step that has ended."""

    def __init__(
        self,
        facts: RunFacts,
        step: StepDefinition,
        task: Task,
        *,
        error: BaseException | None,
        output_metadata: Mapping[str, object],
        log: logging.Logger,
    ) -> None:
        self.run_id = facts.run_id
        self.job_name = facts.spec.job
        self.step_key = task.step.key
        self.node = step.node
        self.config = facts.config_of(step.name).config
        self.exception = error
        self.output_metadata = output_metadata
        self.resources: Mapping[str, object] = facts.resources
        self.instance = facts.instance
        self.log = log
        self._facts = facts

    @property
    def output_values(self) -> Mapping[str, object]:
        """The values that the step produced, where they were kept; by mapping key if dynamic."""
        found: dict[str, object] = {}
        for (step, output, mapping_key), value in (self._facts.captured or {}).items():
            if step != self.step_key:
                continue
            if mapping_key is None:
                found[output] = value
            else:
                entries = found.setdefault(output, {})
                assert isinstance(entries, dict)
                entries[mapping_key] = value
        return found


def run_hooks(
    facts: RunFacts,
    step: StepDefinition,
    task: Task,
    report: Report,
    *,
    ended: RunEvent,
    error: BaseException | None,
    output_metadata: Mapping[str, object],
    log: logging.Logger,
) -> None:
    """Call the hooks of a step that has ended, in order of their names.

    Args:
        facts: What the run's steps share.
        step: The step.
        task: The attempt that was the last one.
        report: Takes the events of the hooks.
        ended: How the step ended.
        error: What user code raised, if it failed.
        output_metadata: What the step said of its outputs.
        log: A logger whose lines are kept with the run.
    """
    scope = _Scope(facts, step, task, error=error, output_metadata=output_metadata, log=log)
    at = facts.clock.now()
    told = [DagsterEvent(StoredEvent(id=0, run=None, at=at, event=ended))]
    for hook in sorted(step.hooks, key=lambda hook: hook.name):
        context = HookContext(scope, hook)  # pyright: ignore[reportArgumentType] - a property
        try:
            result = hook.hook_fn(context, told)
        except Exception as raised:  # noqa: BLE001 - the border to user code
            report(HookErrored(task.step.key, hook.name, error_info(raised)))
            continue
        report(_outcome(result, task.step.key, hook.name))


def _outcome(result: object, step: str, hook: str) -> HookCompleted | HookSkipped:
    if isinstance(result, HookExecutionResult) and result.is_skipped:
        return HookSkipped(step, hook)
    return HookCompleted(step, hook)
