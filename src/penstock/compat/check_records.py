"""Verdicts of checks as records: what each targeted, and the history of one check.

Answers from the event log alone. Which materialization a verdict is about is not stored with it: it
is the newest one of the asset at that time, of the run's partition where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum

from penstock.compat.event_entries import EventLogEntry
from penstock.model.asset_state import AssetCheckEvaluationTargetMaterializationData
from penstock.model.events import CheckEvaluated, CheckPlanned, StoredEvent
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.store.protocol import EventFilter, Store

_PAGE = 100


class AssetCheckExecutionRecordStatus(Enum):
    """How far an execution of a check came."""

    PLANNED = "PLANNED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class PartitionKeyFilter:
    """One partition; None stands for what is not of any."""

    key: str | None


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

    @property
    def evaluation(self) -> CheckEvaluated | None:
        """The verdict, if it gave one."""
        told = self.event.stored.event
        return told if isinstance(told, CheckEvaluated) else None


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


@dataclass(frozen=True, slots=True)
class AssetCheckSummaryRecord:
    """The newest executions of a check.

    Attributes:
        asset_check_key: The check.
        last_check_execution_record: Its newest execution.
        last_run_id: The run of that.
        last_completed_check_execution_record: Its newest execution that gave a verdict.
    """

    asset_check_key: AssetCheckKey
    last_check_execution_record: AssetCheckExecutionRecord | None
    last_run_id: str | None
    last_completed_check_execution_record: AssetCheckExecutionRecord | None

    @property
    def last_completed_run_id(self) -> str | None:
        """The run of the newest verdict."""
        record = self.last_completed_check_execution_record
        return None if record is None else record.run_id


class CheckQueries:
    """The part of the instance that is asked about checks."""

    store: Store

    def get_asset_check_execution_history(
        self,
        check_key: AssetCheckKey,
        limit: int,
        cursor: int | None = None,
        status: AbstractSet[AssetCheckExecutionRecordStatus] | None = None,
        partition_filter: PartitionKeyFilter | None = None,
    ) -> Sequence[AssetCheckExecutionRecord]:
        """Return the executions of a check, newest first.

        Args:
            check_key: The check.
            limit: How many at most.
            cursor: The id of the last record of the page before.
            status: Those with one of these statuses; all if None.
            partition_filter: Those of one partition, or of none.
        """
        found: list[AssetCheckExecutionRecord] = []
        for event in self._told_of(check_key, before=cursor):
            record = _record(event, check_key)
            if record is None or self._is_answered(event, check_key):
                continue
            is_of_partition = partition_filter is None or record.partition == partition_filter.key
            if is_of_partition and (status is None or record.status in status):
                found.append(record)
            if len(found) == limit:
                break
        return found

    def _told_of(self, key: AssetCheckKey, *, before: int | None) -> Iterator[StoredEvent]:
        """Yield what was said of the checks of an asset, newest first, page by page."""
        kinds = ("check_evaluated", "check_planned")
        while True:
            matching = EventFilter(asset=key.asset_key, kinds=kinds, before=before)
            page = self.store.events(matching, limit=_PAGE, newest_first=True)
            yield from page
            if len(page) < _PAGE:
                return
            before = page[-1].id

    def _is_answered(self, event: StoredEvent, key: AssetCheckKey) -> bool:
        """Tell whether a check that a run meant to evaluate gave its verdict in that run."""
        if event.run is None or not isinstance(event.event, CheckPlanned):
            return False
        verdicts = EventFilter(run=event.run, kinds=("check_evaluated",))
        return any(_record(each, key) is not None for each in self.store.events(verdicts))

    def get_latest_asset_check_evaluation_record(
        self, asset_check_key: AssetCheckKey
    ) -> AssetCheckExecutionRecord | None:
        """Return the newest verdict of a check; None if it never gave one."""
        heads = [
            head
            for head in self.store.check_heads(asset_check_key.asset_key)
            if head.name == asset_check_key.name
        ]
        newest = max((head.event for head in heads), default=None)
        event = None if newest is None else self.store.event(newest)
        return None if event is None else _record(event, asset_check_key)

    def get_latest_asset_check_execution_by_key(
        self,
        check_keys: Sequence[AssetCheckKey],
        partition_filter: PartitionKeyFilter | None = None,
    ) -> Mapping[AssetCheckKey, AssetCheckExecutionRecord]:
        """Return the newest execution of each check that has one."""
        found = {
            key: self.get_asset_check_execution_history(
                key, limit=1, partition_filter=partition_filter
            )
            for key in check_keys
        }
        return {key: records[0] for key, records in found.items() if records}

    def get_asset_check_summary_records(
        self, asset_check_keys: Sequence[AssetCheckKey]
    ) -> Mapping[AssetCheckKey, AssetCheckSummaryRecord]:
        """Return the newest executions of checks."""
        newest = self.get_latest_asset_check_execution_by_key(asset_check_keys)
        return {
            key: AssetCheckSummaryRecord(
                key,
                newest.get(key),
                newest[key].run_id if key in newest else None,
                self.get_latest_asset_check_evaluation_record(key),
            )
            for key in asset_check_keys
        }


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
