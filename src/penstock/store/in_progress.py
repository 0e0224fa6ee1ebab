"""What unfinished runs and backfills of a store are still to make.

Owns how a request - a partition, a range, a backfill - is read as partitions. Each run and backfill
is read once; what they have made since they began no longer counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from penstock.automation.subset import EntitySubset
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.backfill import PartitionState as State
from penstock.model.events import AssetFailed, AssetMaterialized, AssetPlanned
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.subset import PartitionsSubset
from penstock.plan.slices import ordinals_of_range
from penstock.store.protocol import EventFilter, Store

_UNFINISHED = tuple(status for status in RunStatus if not status.is_finished)
_TO_DO = frozenset({State.PENDING, State.RUNNING})
_KINDS = ("asset_planned", "asset_materialized", "asset_failed")
_NONE = Ordinals(())


class InProgress:
    """What was still to be made when this was made.

    Dynamic partitions come from the store of dynamic partitions that is in force.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_runs(self, asset: AssetKey, definition: PartitionsDefinition | None) -> EntitySubset:
        """Return what unfinished runs are still to make of an asset."""
        found = [self._of_run(run, asset, definition) for run in self._runs_of(asset)]
        return _joined(asset, definition, found)

    def of_backfills(
        self, asset: AssetKey, definition: PartitionsDefinition | None
    ) -> EntitySubset:
        """Return what unfinished backfills are still to make of an asset."""
        pieces = [p for b, each in self._backfills if asset in b.assets for p in each]
        if definition is None:
            return EntitySubset(asset, bool(pieces))
        spans = (of_piece(definition, piece) for piece in pieces)
        return _joined(asset, definition, list(spans))

    def all_of(self, asset: AssetKey, definition: PartitionsDefinition) -> Ordinals:
        """Return what runs and backfills are still to make of a partitioned asset."""
        both = self.of_runs(asset, definition) | self.of_backfills(asset, definition)
        assert isinstance(both.value, PartitionsSubset)
        return both.value.ordinals

    @cached_property
    def _runs(self) -> list[RunRecord]:
        return self._store.runs(RunFilter(statuses=_UNFINISHED))

    @cached_property
    def _backfills(self) -> list[tuple[BackfillRecord, list[BackfillPartition]]]:
        return [
            (b, [p for p in self._store.backfill_partitions(b.id) if p.state in _TO_DO])
            for b in self._store.backfills(status=BackfillStatus.REQUESTED)
        ]

    def _runs_of(self, asset: AssetKey) -> list[RunRecord]:
        return [run for run in self._runs if run.spec.assets is None or asset in run.spec.assets]

    def _of_run(
        self, run: RunRecord, asset: AssetKey, definition: PartitionsDefinition | None
    ) -> Ordinals | None:
        """Return what a run is still to make of an asset; of one without partitions, 0 or None."""
        told = [
            stored.event
            for stored in self._store.events(EventFilter(run=run.id, asset=asset, kinds=_KINDS))
        ]
        planned = {event.partition for event in told if isinstance(event, AssetPlanned)}
        ended = {e.partition for e in told if isinstance(e, AssetMaterialized | AssetFailed)}
        if definition is None:
            return Ordinals(((0, 1),)) if planned - ended else None
        done = _of_keys(definition, ended)
        if planned and run.spec.partition_range is not None:
            return ordinals_of_range(definition, *run.spec.partition_range) - done
        return _of_keys(definition, planned) - done


def of_piece(definition: PartitionsDefinition, piece: BackfillPartition) -> Ordinals:
    """Return the partitions of one piece of a backfill; those that are gone do not count."""
    if piece.last is None:
        return _of_keys(definition, [piece.key])
    return ordinals_of_range(definition, piece.key, piece.last)


def _of_keys(definition: PartitionsDefinition, keys: Iterable[str | None]) -> Ordinals:
    found = (definition.find(key) for key in keys if key is not None)
    return Ordinals.of_numbers(n for n in found if n is not None)


def _joined(
    asset: AssetKey, definition: PartitionsDefinition | None, parts: Sequence[Ordinals | None]
) -> EntitySubset:
    some = [part for part in parts if part is not None]
    if definition is None:
        return EntitySubset(asset, bool(some))
    found = _NONE
    for part in some:
        found = found | part
    return EntitySubset(asset, PartitionsSubset(definition, found))
