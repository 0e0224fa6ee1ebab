"""What the events of one transaction change: run row, asset heads, partition heads, verdicts.

Pure. `memory.py` applies events one at a time and is the definition; here the same facts are folded
per row, so that a SQL store writes each row once. Neither knows how a row is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.errors import FencedError, RunNotFoundError
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    AssetPlanned,
    AssetWiped,
    CheckEvaluated,
    CheckPlanned,
    FreshnessChanged,
    FreshnessJudged,
    LeaseLost,
    Remark,
    RunCanceled,
    RunCanceling,
    RunEvent,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    RunStarting,
    RunSucceeded,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunStatus

AssetEvent = AssetMaterialized | AssetObserved | AssetPlanned | AssetFailed | CheckEvaluated
"""The events that are facts of an asset; they make it known."""

FiledEvent = AssetEvent | CheckPlanned | FreshnessJudged | FreshnessChanged | AssetWiped | Remark
"""The events that an asset's history is made of; a remark need not be about one."""


def filed_under(event: RunEvent) -> AssetKey | None:
    """Return the asset whose history an event belongs to: that of its facts, or of a remark."""
    return event.asset if isinstance(event, FiledEvent) else None


def partition_of(event: RunEvent) -> str | None:
    """Return the partition that an event is about."""
    return event.partition if isinstance(event, AssetEvent) else None


@dataclass(slots=True)
class RunChange:
    """Where a run stands after some events; each flag says whether that field changes.

    A cancellation outlives the loss of the owner and a new one, so where the events lead to
    depends on whether the run was being cancelled before them.

    Attributes:
        status: The new status of a run that was not CANCELING before.
        canceling: The new status of a run that was.
    """

    status: RunStatus | None = None
    canceling: RunStatus = RunStatus.CANCELING
    starts: bool = False
    ends: bool = False
    owner: str | None = None
    owner_changes: bool = False
    error: str | None = None

    def apply(self, event: RunEvent) -> None:
        """Fold one more event in."""
        match event:
            case RunQueued():
                self._become(RunStatus.QUEUED)
            case RunStarting():
                self._become(RunStatus.STARTING)
                self.owner, self.owner_changes = event.owner or None, True
            case RunStarted() | RunResumed():
                self._start(event)
            case RunSucceeded():
                self._become(RunStatus.SUCCESS, ends=True)
            case RunFailed():
                self._become(RunStatus.FAILURE, ends=True)
                self.error = why_failed(event)
            case RunCanceling():
                self._become(RunStatus.CANCELING)
            case RunCanceled():
                self._become(RunStatus.CANCELED, ends=True)
            case LeaseLost():
                self._become_unless_canceling(RunStatus.SUSPENDED)
                self.owner, self.owner_changes = None, True
            case _:
                pass

    def after(self, before: RunStatus) -> RunStatus:
        """Return where a run stands that stood at `before`."""
        return self.canceling if before is RunStatus.CANCELING else self.status or before

    def _start(self, event: RunStarted | RunResumed) -> None:
        self.starts = True
        if isinstance(event, RunResumed):
            self._become_unless_canceling(RunStatus.STARTED)
        else:
            self._become(RunStatus.STARTED)
        if event.owner:
            self.owner, self.owner_changes = event.owner, True

    def _become(self, status: RunStatus, *, ends: bool = False) -> None:
        self.status = self.canceling = status
        self.ends = self.ends or ends

    def _become_unless_canceling(self, status: RunStatus) -> None:
        if self.status is not RunStatus.CANCELING:
            self.status = status
        if self.canceling is not RunStatus.CANCELING:
            self.canceling = status


_RUN_EVENTS = frozenset(
    {
        RunQueued,
        RunStarting,
        RunStarted,
        RunResumed,
        RunSucceeded,
        RunFailed,
        RunCanceling,
        RunCanceled,
        LeaseLost,
    }
)


def run_change(events: Sequence[RunEvent]) -> RunChange | None:
    """Fold events into what they change of their run; None if its status stays."""
    change: RunChange | None = None
    for event in events:
        if type(event) in _RUN_EVENTS:
            change = change or RunChange()
            change.apply(event)
    return change


def advanced(run: RunRecord, change: RunChange | None, *, at: Instant, count: int) -> RunRecord:
    """Return a new run after its first `count` events, which happened `at`."""
    if change is None:
        return replace(run, version=count)
    return replace(
        run,
        version=count,
        status=change.canceling
        if run.status is RunStatus.CANCELING
        else change.status or run.status,
        started=at if change.starts and run.started is None else run.started,
        ended=at if change.ends else run.ended,
        owner=change.owner if change.owner_changes else run.owner,
        error=run.error if change.error is None else change.error,
    )


def with_tags(
    tags: Sequence[tuple[str, str]], changes: Mapping[str, str | None]
) -> tuple[tuple[str, str], ...]:
    """Return a run's tags after some were set, and those given as None removed; sorted by key."""
    kept = [(key, value) for key, value in tags if key not in changes]
    set_now = [(key, value) for key, value in changes.items() if value is not None]
    return tuple(sorted(kept + set_now))


@dataclass(slots=True)
class PartitionChange:
    """What some events change of one partition of an asset."""

    made: AssetMaterialized | None = None
    made_id: int = 0
    failed_id: int | None = None


Verdict = tuple[CheckEvaluated, int]
"""A check's event and its id."""


def _no_partitions() -> dict[str | None, PartitionChange]:
    return {}


def _no_checks() -> dict[tuple[str, str | None], Verdict]:
    return {}


@dataclass(slots=True)
class AssetChange:
    """What some events change of an asset; ids are those of events, None where nothing changes."""

    newest: int = 0
    materialized: int | None = None
    observed: int | None = None
    failed: int | None = None
    planned: bool = False
    partitions: dict[str | None, PartitionChange] = field(default_factory=_no_partitions)
    checks: dict[tuple[str, str | None], Verdict] = field(default_factory=_no_checks)

    def apply(self, event: AssetEvent, number: int) -> None:
        """Fold one more event in, which has the id `number`."""
        self.newest = number
        match event:
            case AssetMaterialized():
                self.materialized = number
                self.partitions[event.partition] = PartitionChange(event, number)
            case AssetFailed():
                self.failed = number
                self.partitions.setdefault(event.partition, PartitionChange()).failed_id = number
            case AssetObserved():
                self.observed = number
            case AssetPlanned():
                self.planned = True
            case CheckEvaluated():
                self.checks[event.name, event.partition] = event, number


def asset_changes(events: Sequence[RunEvent], *, first: int) -> dict[AssetKey, AssetChange]:
    """Fold events into what they change of each asset; `first` is the id of the first event."""
    changes: dict[AssetKey, AssetChange] = {}
    for number, event in enumerate(events, first):
        if isinstance(event, AssetEvent):
            change = changes.get(event.asset)
            if change is None:
                change = changes[event.asset] = AssetChange()
            change.apply(event, number)
    return changes


def run_not_found(run: RunId) -> RunNotFoundError:
    """Say that there is no such run."""
    return RunNotFoundError(f"The store holds no run {run}. It may have been deleted.")


def fenced(run: RunId, *, found: tuple[int, int], given: tuple[int, int]) -> FencedError:
    """Say that a write was refused; both pairs are the run's version and its newest fence."""
    if found[1] != given[1]:
        why = f"its lease is number {found[1]} now, and the writer holds number {given[1]}"
    else:
        why = f"it is at version {found[0]}, and the writer expected {given[0]}"
    return FencedError(
        f"A write to run {run} was refused: {why}. Another process has taken the run over; "
        "this one must stop."
    )


def why_failed(event: RunFailed) -> str:
    """Return the first line of why a run failed: its reason, else its error."""
    lines = event.reason.strip().splitlines()
    if lines:
        return lines[0]
    return event.error.first_line() if event.error is not None else ""
