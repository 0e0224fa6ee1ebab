"""`EventWrites`: what an instance is told - of runs by others than their owners, and of assets.

An event that changes where a run stands goes through `Store.append`; whoever carries the run out
finds that it has changed, and stops. Everything else is a remark, which leaves the owner alone, and
so is the wish that a run stops that is under way: its owner records that when it hears of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from msgspec.structs import replace

from penstock.base.clock import Clock
from penstock.base.ids import RunId
from penstock.compat.event_data import EngineEventData, JobFailureData
from penstock.compat.event_entries import EventLogEntry
from penstock.compat.event_forms import native_event
from penstock.compat.event_text import level_number
from penstock.compat.event_types import RUN_TYPES, DagsterEventType, type_of
from penstock.compat.event_watch import EventHandler, EventWatcher
from penstock.compat.events import DagsterEvent
from penstock.compat.freshness_queries import FreshnessQueries
from penstock.compat.runless import RunlessEvent, to_native
from penstock.compat.runs import DagsterRun
from penstock.errors import FencedError, ParameterCheckError
from penstock.model import events as native
from penstock.model.events import StoredEvent
from penstock.model.run import RunRecord, RunStatus
from penstock.store.protocol import Store

_ATTEMPTS = 10
"""How often an event that changes a run is tried while the run's owner writes at the same time."""

CANCELED_FROM_OUTSIDE = "Recorded as canceled by somebody else than the run itself."
FAILED_FROM_OUTSIDE = "Recorded as failed by somebody else than the run itself."
CANCELING_FROM_OUTSIDE = "Asking the run to stop."


class EventWrites(FreshnessQueries):
    """The part of the instance that is told what happens, and that tells others of it."""

    store: Store
    clock: Clock
    watcher: EventWatcher

    def report_engine_event(
        self,
        message: str,
        dagster_run: DagsterRun | None = None,
        engine_event_data: EngineEventData | None = None,
        cls: type[object] | None = None,
        step_key: str | None = None,
        job_name: str | None = None,
        run_id: str | None = None,
    ) -> DagsterEvent:
        """Record what a part of the engine has to say of a run, in words and with facts.

        Args:
            message: The words.
            dagster_run: The run.
            engine_event_data: The facts.
            cls: Who says it; named before the words.
            step_key: The step that it is of.
            job_name: Accepted; a run knows its job.
            run_id: Says which run it is, where the run itself is not at hand.

        Raises:
            ParameterCheckError: No run is named.
        """
        del job_name
        run = dagster_run.run_id if dagster_run is not None else run_id
        if run is None:
            raise ParameterCheckError(
                "report_engine_event: name the run with dagster_run= or run_id=."
            )
        event = native_event(
            DagsterEventType.ENGINE_EVENT,
            engine_event_data or EngineEventData(),
            step=step_key,
            message=message if cls is None else f"[{cls.__name__}] {message}",
        )
        return self._report(run, event)

    def report_dagster_event(
        self,
        dagster_event: DagsterEvent,
        run_id: str,
        log_level: str | int = 20,
        batch_metadata: object = None,
        timestamp: float | None = None,
    ) -> None:
        """Record an event of a run; outside any run if the run's id is empty.

        Args:
            dagster_event: The event.
            run_id: The run.
            log_level: How much it matters; kept where the type has no level of its own.
            batch_metadata: Accepted; each event is recorded when it is reported.
            timestamp: When it happened, in seconds since the Unix epoch; now if None.
        """
        del batch_metadata
        event = dagster_event.native
        if isinstance(event, native.Remark):
            event = replace(event, level=level_number(log_level))
        self._report(run_id, event, at=timestamp)

    def handle_new_event(self, event: EventLogEntry) -> None:
        """Record a line of the event log as it is."""
        self._report(event.run_id, event.stored.event, at=event.timestamp or None)

    def store_event(self, event: EventLogEntry) -> None:
        """Record a line of the event log as it is."""
        self.handle_new_event(event)

    def report_run_canceling(self, run: DagsterRun, message: str | None = None) -> None:
        """Record that a run was asked to stop.

        It is CANCELING from now on, unless somebody carries it out: then it is so as soon as that
        process hears of it, from its launcher.
        """
        self._report(run.run_id, native.RunCanceling(message or CANCELING_FROM_OUTSIDE))

    def report_run_canceled(
        self, dagster_run: DagsterRun, message: str | None = None
    ) -> DagsterEvent:
        """Record that a run was canceled, and that nothing of it runs any more."""
        told = native.Remark(message or CANCELED_FROM_OUTSIDE, level=40)
        return self._report(dagster_run.run_id, native.RunCanceled(), told)

    def report_run_failed(
        self,
        dagster_run: DagsterRun,
        message: str | None = None,
        job_failure_data: JobFailureData | None = None,
    ) -> DagsterEvent:
        """Record that a run failed."""
        reason = message or FAILED_FROM_OUTSIDE
        error = None if job_failure_data is None else job_failure_data.error
        info = None if error is None else error.info
        return self._report(dagster_run.run_id, native.RunFailed(reason, info))

    def report_runless_asset_event(self, asset_event: RunlessEvent) -> None:
        """Record that something outside any run made, observed or checked an asset.

        Raises:
            InvariantViolationError: It is no event that can be reported so.
        """
        event = to_native(asset_event)
        number = self.store.report([event], at=self.clock.now())
        if isinstance(event, native.FreshnessJudged | native.FreshnessChanged):
            self._note_freshness(event.asset, number)

    def watch_event_logs(self, run_id: str, cursor: str | None, cb: EventHandler) -> None:
        """Call a function with each new line of a run's event log, in another thread.

        Args:
            run_id: The run.
            cursor: The id of the last line that is known; None begins with the first one.
            cb: Called with the line, and the cursor after it.
        """
        self.watcher.watch(RunId(run_id), cb, after=0 if cursor is None else int(cursor))

    def end_watch_event_logs(self, run_id: str, cb: EventHandler) -> None:
        """Call a function no more with the lines of a run's event log."""
        self.watcher.end(RunId(run_id), cb)

    def _report(
        self,
        run_id: str,
        event: native.AnyEvent,
        *more: native.RunEvent,
        at: float | None = None,
    ) -> DagsterEvent:
        now = self.clock.now() if at is None else at
        run = RunId(run_id) if run_id else None
        if isinstance(event, native.Unknown):
            raise ParameterCheckError(
                f"An event of the unknown kind '{event.kind}' is not reported."
            )
        record = None if run is None else self.store.run(run)
        if record is not None and _is_asked_of_owner(event, record):
            event = native.Remark(event.by, type=DagsterEventType.RUN_CANCELING.value, level=20)
        if record is not None and _moves(event):
            first = self._append(record, [event, *more], at=now)
        else:
            first = self.store.report([event, *more], at=now, run=run)
        return DagsterEvent(StoredEvent(id=first, run=run, at=now, event=event))

    def _append(self, record: RunRecord, events: Sequence[native.RunEvent], *, at: float) -> int:
        """Change where a run stands, also while its owner writes."""
        attempts = 0
        while True:
            attempts += 1
            try:
                _, first = self.store.append(
                    record.id, events, at=at, expect=record.version, fence=record.fence
                )
            except FencedError:
                newer = self.store.run(record.id)
                if newer is None or attempts == _ATTEMPTS:
                    raise
                record = newer
            else:
                return first


def _moves(event: native.RunEvent) -> bool:
    """Tell whether an event changes where a run stands."""
    return type_of(event) in RUN_TYPES and not isinstance(event, native.Remark)


def _is_asked_of_owner(event: native.RunEvent, record: RunRecord) -> TypeGuard[native.RunCanceling]:
    """Tell whether a run is asked to stop that somebody carries out.

    That is for its owner to record, when it hears of it: it must not find that the run has changed.
    """
    is_under_way = record.owner is not None and record.status is RunStatus.STARTED
    return isinstance(event, native.RunCanceling) and is_under_way
