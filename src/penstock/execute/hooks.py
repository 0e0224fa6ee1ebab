"""Hooks after a step: called once when it has ended, without any power over how it ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from penstock.base.clock import Clock
from penstock.compat.event_views import event_views
from penstock.compat.events import DagsterEvent
from penstock.define.dependency import Node
from penstock.define.hook import HookContext, HookExecutionResult
from penstock.define.step import NO_VALUE, StepDefinition
from penstock.execute.facts import RunFacts
from penstock.execute.failures import error_info
from penstock.execute.protocol import Report, Task
from penstock.model.events import (
    HookCompleted,
    HookErrored,
    HookSkipped,
    RunEvent,
    StepStarted,
    StoredEvent,
)
from penstock.model.metadata import MetadataUnion


class Produced:
    """What a step produced, kept for its hooks: the values and the metadata of its outputs.

    Args:
        is_wanted: Whether the step has hooks; else nothing is kept, so that values can go.
    """

    def __init__(self, *, is_wanted: bool) -> None:
        self._is_wanted = is_wanted
        self.values: dict[str, object] = {}
        self.metadata: dict[str, object] = {}

    def note(
        self,
        output: str,
        value: object,
        metadata: Mapping[str, MetadataUnion],
        *,
        mapping_key: str | None = None,
    ) -> None:
        """Keep one value with its metadata; those of a dynamic output by their mapping keys."""
        if not self._is_wanted:
            return
        if value is not NO_VALUE:
            _put(self.values, output, mapping_key, value)
        _put(self.metadata, output, mapping_key, dict(metadata))


def _put(kept: dict[str, object], output: str, mapping_key: str | None, thing: object) -> None:
    if mapping_key is None:
        kept[output] = thing
        return
    entries = kept.setdefault(output, {})
    assert isinstance(entries, dict)
    entries[mapping_key] = thing


class Attested:
    """Hands the events of an attempt on, and keeps them for the hooks of its step."""

    def __init__(self, task: Task, report: Report, clock: Clock) -> None:
        self._report = report
        self._clock = clock
        self._events: list[StoredEvent] = []
        self._keep(StepStarted(task.step.key, task.attempt))

    def report(self, event: RunEvent) -> None:
        """Hand an event on, and keep it."""
        self._report(event)
        self._keep(event)

    def _keep(self, event: RunEvent) -> None:
        self._events.append(StoredEvent(id=0, run=None, at=self._clock.now(), event=event))

    def with_end(self, ended: RunEvent) -> list[DagsterEvent]:
        """Return all events up to now, and how the step ended, as users know them."""
        end = StoredEvent(id=0, run=None, at=self._clock.now(), event=ended)
        return [each for each in event_views([*self._events, end]) if each.is_step_event]


def _node_of(facts: RunFacts, step: StepDefinition) -> Node | None:
    """Return the op that an asset's function is, as a node of its own."""
    made = facts.loaded.definition_of(step)
    definition = made.node_def if made is not None else None
    return None if definition is None else Node(step.name, definition, "", step.tags)


class _Scope:
    """What a hook's context knows of the step that has ended."""

    def __init__(
        self,
        facts: RunFacts,
        step: StepDefinition,
        task: Task,
        *,
        error: BaseException | None,
        produced: Produced,
        log: logging.Logger,
    ) -> None:
        self.run_id = facts.run_id
        self.job_name = facts.spec.job
        self.step_key = task.step.key
        self.node = step.node or _node_of(facts, step)
        self.config = facts.config_of(step.name).config
        self.exception = error
        self.output_values: Mapping[str, object] = produced.values
        self.output_metadata: Mapping[str, object] = produced.metadata
        self.resources: Mapping[str, object] = facts.resources
        self.instance = facts.instance
        self.log = log


def run_hooks(
    facts: RunFacts,
    step: StepDefinition,
    task: Task,
    report: Report,
    *,
    events: Sequence[DagsterEvent],
    error: BaseException | None,
    produced: Produced,
    log: logging.Logger,
) -> None:
    """Call the hooks of a step that has ended, in order of their names.

    Args:
        facts: What the run's steps share.
        step: The step.
        task: The attempt that was the last one.
        report: Takes the events of the hooks.
        events: The events of the step, with how it ended as the last one.
        error: What user code raised, if it failed.
        produced: What the step produced.
        log: A logger whose lines are kept with the run.
    """
    scope = _Scope(facts, step, task, error=error, produced=produced, log=log)
    for hook in sorted(step.hooks, key=lambda hook: hook.name):
        context = HookContext(scope, hook)
        try:
            result = hook.hook_fn(context, list(events))
        except Exception as raised:  # noqa: BLE001 - the border to user code
            report(HookErrored(task.step.key, hook.name, error_info(raised)))
            continue
        report(_outcome(result, task.step.key, hook.name))


def _outcome(result: object, step: str, hook: str) -> HookCompleted | HookSkipped:
    if isinstance(result, HookExecutionResult) and result.is_skipped:
        return HookSkipped(step, hook)
    return HookCompleted(step, hook)
