"""What keeps the engine going, in memory: backfills, dynamic partitions, instigators, ticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from operator import attrgetter

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.ids import BackfillId, InstigatorId, TickId
from penstock.errors import InvariantViolationError
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.daemon import DaemonBeat
from penstock.model.tick import InstigatorKind, InstigatorRecord, TickRecord, TickStatus
from penstock.store.memory_state import MemoryState


class MemoryDuties(MemoryState):
    """The operations on what duties note down."""

    def save_backfill(
        self, backfill: BackfillRecord, partitions: Sequence[BackfillPartition]
    ) -> None:
        """Add a backfill with its partitions."""
        with self._changing:
            if backfill.id in self._backfills:
                raise InvariantViolationError(f"There is already a backfill {backfill.id}.")
            self._backfills[backfill.id] = backfill
            self._backfill_partitions[backfill.id] = {p.number: p for p in partitions}

    def update_backfill(
        self,
        backfill: BackfillId,
        *,
        at: Instant,
        status: BackfillStatus | None = None,
        owner: str | None = None,
        partitions: Sequence[BackfillPartition] = (),
    ) -> None:
        """Change a backfill's status (if given), its owner, and the given partitions, at once."""
        with self._changing:
            record = self._backfills.get(backfill)
            if record is None:
                raise InvariantViolationError(f"There is no backfill {backfill}.")
            self._backfills[backfill] = replace(
                record, status=status or record.status, updated=at, owner=owner
            )
            self._backfill_partitions[backfill].update({p.number: p for p in partitions})

    def backfill(self, backfill: BackfillId) -> BackfillRecord | None:
        """Return a backfill."""
        with self._lock:
            return self._backfills.get(backfill)

    def backfills(
        self, *, status: BackfillStatus | None = None, limit: int | None = None
    ) -> list[BackfillRecord]:
        """List backfills, newest first."""
        with self._lock:
            newest_first = sorted(self._backfills.values(), key=attrgetter("id"), reverse=True)
        return list(islice((b for b in newest_first if status in (None, b.status)), limit))

    def backfill_partitions(self, backfill: BackfillId) -> list[BackfillPartition]:
        """Return a backfill's partitions by number."""
        with self._lock:
            partitions = self._backfill_partitions.get(backfill, {})
            return [partitions[number] for number in sorted(partitions)]

    def dynamic_partitions(self, definition: str) -> list[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        with self._lock:
            return list(self._dynamic.get(definition, {}))

    def add_dynamic_partitions(self, definition: str, keys: Sequence[str]) -> None:
        """Add keys; one that is already there stays where it is."""
        with self._changing:
            known = self._dynamic.setdefault(definition, {})
            for key in keys:
                known.setdefault(key)

    def delete_dynamic_partition(self, definition: str, key: str) -> None:
        """Remove a key; facts recorded for it stay."""
        with self._changing:
            self._dynamic.get(definition, {}).pop(key, None)

    # -- instigators and ticks

    def put_instigator(self, instigator: InstigatorRecord) -> None:
        """Write where a schedule, sensor or automation stands."""
        with self._changing:
            self._instigators[instigator.id] = instigator

    def instigator(self, instigator: InstigatorId) -> InstigatorRecord | None:
        """Return an instigator."""
        with self._lock:
            return self._instigators.get(instigator)

    def instigators(self, *, kind: InstigatorKind | None = None) -> list[InstigatorRecord]:
        """List instigators in the order of their ids."""
        with self._lock:
            known = [i for i in self._instigators.values() if kind in (None, i.kind)]
        return sorted(known, key=attrgetter("id"))

    def delete_instigator(self, instigator: InstigatorId) -> None:
        """Forget an instigator; its ticks stay."""
        with self._changing:
            self._instigators.pop(instigator, None)

    def put_tick(self, tick: TickRecord) -> None:
        """Write a tick: a new one, or where a known one stands now."""
        with self._changing:
            self._ticks[tick.id] = tick

    def tick(self, tick: TickId) -> TickRecord | None:
        """Return a tick."""
        with self._lock:
            return self._ticks.get(tick)

    def ticks(
        self,
        instigator: InstigatorId,
        *,
        before: Instant | None = None,
        after: Instant | None = None,
        statuses: Sequence[TickStatus] | None = None,
        limit: int | None = None,
    ) -> list[TickRecord]:
        """List the ticks of an instigator, the newest `at` first; `before`/`after` exclusive."""
        with self._lock:
            newest_first = sorted(self._ticks.values(), key=attrgetter("at", "id"), reverse=True)
        fitting = (
            tick
            for tick in newest_first
            if tick.instigator == instigator
            and (before is None or tick.at < before)
            and (after is None or tick.at > after)
            and (statuses is None or tick.status in statuses)
        )
        return list(islice(fitting, limit))

    def purge_ticks(
        self, instigator: InstigatorId, *, statuses: Sequence[TickStatus], before: Instant
    ) -> int:
        """Forget ticks for a time before that stand at one of `statuses`; return how many."""
        going = self.ticks(instigator, statuses=statuses, before=before)
        with self._changing:
            for tick in going:
                self._ticks.pop(tick.id, None)
        return len(going)

    # -- heartbeats and small values

    def put_beat(self, beat: DaemonBeat) -> None:
        """Write the newest sign of life of a kind of duty."""
        with self._changing:
            self._beats[beat.kind] = beat

    def beats(self) -> list[DaemonBeat]:
        """Return the newest sign of life of each kind of duty, in the order of the kinds."""
        with self._lock:
            return [self._beats[kind] for kind in sorted(self._beats)]

    def delete_beats(self) -> None:
        """Forget every sign of life."""
        with self._changing:
            self._beats.clear()

    def put_values(self, values: Mapping[str, str]) -> None:
        """Keep small texts under their keys, such as the cursors of duties."""
        with self._changing:
            self._values.update(values)

    def values(self, keys: Sequence[str]) -> dict[str, str]:
        """Return what is kept under some keys; a key without a value is left out."""
        with self._lock:
            return {key: self._values[key] for key in keys if key in self._values}

    def delete_values(self, keys: Sequence[str]) -> None:
        """Forget what is kept under some keys."""
        with self._changing:
            for key in keys:
                self._values.pop(key, None)
