"""Repeating a run, as a whole or in part: what was asked for, and what there is to go by.

Owns the options, the reading of a run's history from the store, and the facts that tie the new run
to its parent. What runs again and where values come from is decided in `plan/again.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from penstock.base.ids import RunId
from penstock.base.tags import PARENT_RUN_ID_TAG, RESUME_RETRY_TAG, ROOT_RUN_ID_TAG
from penstock.errors import InvalidInvocationError, InvariantViolationError
from penstock.execute.run_records import existing
from penstock.instance import Instance
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.plan.again import (
    ParentFacts,
    parent_facts,
    plan_again,
    select_steps,
    unfinished_steps,
)
from penstock.plan.plan import Plan
from penstock.store.run_lineage import lineage, past_run

_CAN_BE_RESUMED = frozenset({RunStatus.FAILURE, RunStatus.CANCELED})


@dataclass(frozen=True, slots=True)
class ReexecutionOptions:
    """Which run is run again, and which of its steps; all if there are none.

    Attributes:
        parent_run_id: The run.
        step_selection: The steps, by key or by queries like `"*step"`, `"step++"`, `"step[key]"`
            for one copy of a step over a dynamic output, and `"step[?]"` for all of them.
        goes_on: Whether it goes on where the run stopped; set by `from_failure`.
    """

    parent_run_id: str
    step_selection: Sequence[str] = ()
    goes_on: bool = False

    @staticmethod
    def from_failure(run_id: str, instance: object) -> ReexecutionOptions:
        """Run again what failed in a run, and what did not run because of it.

        What ended well is loaded from where it was stored. That the run did not fail is noticed
        when it is to run again.

        Args:
            run_id: A run that failed or was canceled.
            instance: Where it is recorded.

        Raises:
            RunNotFoundError: There is no such run.
        """
        if not isinstance(instance, Instance):
            raise InvalidInvocationError(f"instance must be an Instance, not {instance!r}.")
        existing(instance, RunId(run_id))
        return ReexecutionOptions(run_id, goes_on=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """A run that is to be repeated, and what it made.

    Attributes:
        parent: The run.
        first: The first of those that it repeats in turn, as far as they are kept; itself if it
            repeats none.
        facts: What it has made, by itself or by repeating another.
        options: What of it is repeated.
    """

    parent: RunRecord
    first: RunRecord
    facts: ParentFacts
    options: ReexecutionOptions

    @property
    def root(self) -> RunId:
        """The first of the runs that are repeated."""
        return self.parent.spec.root or self.parent.id

    @property
    def ops(self) -> Sequence[str] | None:
        """The queries that chose the ops of the first run; None if it had all of the job."""
        return self.first.spec.ops

    def bind(self, spec: RunSpec) -> RunSpec:
        """Return what the new run is asked for, tied to its parent and for the same partitions."""
        return msgspec.structs.replace(
            spec,
            partition=self.parent.spec.partition,
            partition_range=self.parent.spec.partition_range,
            tags=tuple(sorted({**self._tags(), **dict(spec.tags)}.items())),
            parent=self.parent.id,
            root=self.root,
        )

    def plan(self, whole: Plan) -> Plan:
        """Plan the new run.

        Args:
            whole: The plan of the job as a whole.

        Raises:
            StepNotFoundError: A step that is chosen does not exist.
            InvalidSubsetError: A query cannot be read.
            InvariantViolationError: What is chosen cannot run without more.
        """
        if self.options.goes_on:
            selected = unfinished_steps(whole, self.facts)
        elif self.options.step_selection:
            selected = select_steps(whole, self.options.step_selection, parent=self.facts)
        else:
            return whole
        return plan_again(whole, selected=selected, parent=self.facts)

    def _tags(self) -> Mapping[str, str]:
        resumed = {RESUME_RETRY_TAG: "true"} if self.options.goes_on else {}
        return {PARENT_RUN_ID_TAG: self.parent.id, ROOT_RUN_ID_TAG: self.root, **resumed}


def repetition(options: ReexecutionOptions, instance: Instance) -> Repetition:
    """Read from the store what is needed to repeat a run.

    Raises:
        RunNotFoundError: There is no such run.
        InvariantViolationError: The run is to go on where it failed, and did not fail.
    """
    parent = existing(instance, RunId(options.parent_run_id))
    if options.goes_on and parent.status not in _CAN_BE_RESUMED:
        raise InvariantViolationError(
            f"Run {parent.id} is {parent.status.value}, and only a failed or canceled run can be "
            "taken up where it failed. Choose steps with step_selection instead."
        )
    runs = lineage(instance.store, parent)
    facts = parent_facts([past_run(instance.store, record) for record in runs])
    return Repetition(parent=parent, first=runs[0], facts=facts, options=options)
