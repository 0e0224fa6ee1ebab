"""Verdicts of checks as records: what each targeted, and the history of one check.

Answers from the event log alone. Which materialization a verdict is about is not stored with it: it
is the newest one of the asset at that time, of the run's partition where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from penstock.base.ids import RunId
from penstock.compat.events import EventLogEntry
from penstock.model.asset_state import AssetCheckEvaluationTargetMaterializationData
from penstock.model.events import CheckEvaluated, CheckPlanned, StoredEvent
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.store.protocol import EventFilter, Store


class AssetCheckExecutionRecordStatus(Enum):
    """How far an execution of a check came."""

    PLANNED = "PLANNED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class AssetCheckExecutionRecord:
    """One execution of a check.

    Attributes:
        key: The check.
        id: The id of its newest event.
        run_id: The run; empty if the verdict was reported from elsewhere.
        status: How far it came.
        event: Its newest event.
        create_timestamp: When it was recorded, in seconds since the Unix epoch.
        partition: The partition that was checked.
    """

    key: AssetCheckKey
    id: int
    run_id: str
    status: AssetCheckExecutionRecordStatus
    event: EventLogEntry
    create_timestamp: float
    partition: str | None = None


def target_of(
    store: Store, asset: AssetKey, *, before: int, partition: str | None
) -> AssetCheckEvaluationTargetMaterializationData | None:
    """Return the newest materialization of an asset before an event; None if there is none.

    Args:
        store: The event log.
        asset: The asset that is checked.
        before: The id of the verdict's event.
        partition: The partition of the run; materializations of it count before all others.
    """
    choices: list[tuple[str, ...] | None] = [None] if partition is None else [(partition,), None]
    for partitions in choices:
        matching = EventFilter(
            asset=asset, partitions=partitions, kinds=("asset_materialized",), before=before
        )
        found = store.events(matching, limit=1, newest_first=True)
        if found:
            event = found[0]
            return AssetCheckEvaluationTargetMaterializationData(
                event.id, event.run or "", event.at
            )
    return None


class EventLogStorage:
    """The event log of an instance, for questions about checks."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_asset_check_execution_history(
        self,
        check_key: AssetCheckKey,
        limit: int,
        cursor: int | None = None,
        status: set[AssetCheckExecutionRecordStatus] | None = None,
    ) -> Sequence[AssetCheckExecutionRecord]:
        """Return the executions of a check, newest first.

        Args:
            check_key: The check.
            limit: How many at most.
            cursor: The id of the last record of the page before.
            status: Those with one of these statuses; all if None.
        """
        asset = check_key.asset_key
        verdicts = EventFilter(asset=asset, kinds=("check_evaluated",), before=cursor)
        plans = EventFilter(kinds=("check_planned",), before=cursor)
        told = [*self._store.events(verdicts), *self._store.events(plans)]
        found: list[AssetCheckExecutionRecord] = []
        judged: set[RunId | None] = set()
        for event in sorted(told, key=lambda each: each.id, reverse=True):
            record = _record(event, check_key)
            is_known = isinstance(event.event, CheckPlanned) and event.run in judged
            if record is None or is_known:
                continue
            judged.add(event.run)
            if status is None or record.status in status:
                found.append(record)
            if len(found) == limit:
                break
        return found


def _record(event: StoredEvent, key: AssetCheckKey) -> AssetCheckExecutionRecord | None:
    told = event.event
    if not isinstance(told, CheckEvaluated | CheckPlanned):
        return None
    if (told.asset, told.name) != (key.asset_key, key.name):
        return None
    status, partition = AssetCheckExecutionRecordStatus.PLANNED, None
    if isinstance(told, CheckEvaluated):
        passed = AssetCheckExecutionRecordStatus.SUCCEEDED
        status = passed if told.passed else AssetCheckExecutionRecordStatus.FAILED
        partition = told.partition
    return AssetCheckExecutionRecord(
        key, event.id, event.run or "", status, EventLogEntry(event), event.at, partition
    )
