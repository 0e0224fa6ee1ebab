"""What duties note down in a SQL store: backfills, dynamic partitions, instigators, ticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from penstock.base.clock import Instant
from penstock.base.codec import encode
from penstock.base.ids import BackfillId, InstigatorId, TickId
from penstock.errors import InvariantViolationError
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.daemon import DaemonBeat
from penstock.model.tick import InstigatorKind, InstigatorRecord, TickRecord, TickStatus
from penstock.store import sql
from penstock.store.database import Session
from penstock.store.sql_part import SqlPart


class SqlDuties(SqlPart):
    """The operations on what duties note down."""

    def save_backfill(
        self, backfill: BackfillRecord, partitions: Sequence[BackfillPartition]
    ) -> None:
        """Add a backfill with its partitions."""
        row = (backfill.id, backfill.status.value, backfill.updated, backfill.owner)

        def job(session: Session) -> None:
            added = session.execute(self._sql["add_backfill"], (*row, encode(backfill)))
            if added.rowcount == 0:
                raise InvariantViolationError(f"There is already a backfill {backfill.id}.")
            self._put_backfill_partitions(session, backfill.id, partitions)

        self._database.write(job)

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
        row = (None if status is None else status.value, at, owner, backfill)

        def job(session: Session) -> None:
            if session.execute(self._sql["advance_backfill"], row).rowcount == 0:
                raise InvariantViolationError(f"There is no backfill {backfill}.")
            self._put_backfill_partitions(session, backfill, partitions)

        self._database.write(job)

    def backfill(self, backfill: BackfillId) -> BackfillRecord | None:
        """Return a backfill."""
        row = self._read_one("backfill", (backfill,))
        return None if row is None else sql.backfill_of(row)

    def backfills(
        self, *, status: BackfillStatus | None = None, limit: int | None = None
    ) -> list[BackfillRecord]:
        """List backfills, newest first."""
        most = self._most(limit)
        if status is None:
            rows = self._read("backfills", (most,))
        else:
            rows = self._read("backfills_at", (status.value, most))
        return [sql.backfill_of(row) for row in rows]

    def backfill_partitions(self, backfill: BackfillId) -> list[BackfillPartition]:
        """Return a backfill's partitions by number."""
        rows = self._read("backfill_partitions", (backfill,))
        return [sql.backfill_partition_of(row) for row in rows]

    def dynamic_partitions(self, definition: str) -> list[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        return [row[0] for row in self._read("dynamic_partitions", (definition,))]

    def add_dynamic_partitions(self, definition: str, keys: Sequence[str]) -> None:
        """Add keys; one that is already there stays where it is."""
        self._execute_many("add_dynamic_partition", [(definition, key) for key in keys])

    def delete_dynamic_partition(self, definition: str, key: str) -> None:
        """Remove a key; facts recorded for it stay."""
        self._execute("delete_dynamic_partition", (definition, key))

    # -- instigators and ticks

    def put_instigator(self, instigator: InstigatorRecord) -> None:
        """Write where a schedule, sensor or automation stands."""
        row = (instigator.id, instigator.kind.value, encode(instigator))
        self._execute("put_instigator", row)

    def instigator(self, instigator: InstigatorId) -> InstigatorRecord | None:
        """Return an instigator."""
        row = self._read_one("instigator", (instigator,))
        return None if row is None else sql.instigator_of(row)

    def instigators(self, *, kind: InstigatorKind | None = None) -> list[InstigatorRecord]:
        """List instigators in the order of their ids."""
        if kind is None:
            rows = self._read("instigators")
        else:
            rows = self._read("instigators_of_kind", (kind.value,))
        return [sql.instigator_of(row) for row in rows]

    def delete_instigator(self, instigator: InstigatorId) -> None:
        """Forget an instigator; its ticks stay."""
        self._execute("delete_instigator", (instigator,))

    def put_tick(self, tick: TickRecord) -> None:
        """Write a tick: a new one, or where a known one stands now."""
        row = (tick.id, tick.instigator, tick.status.value, tick.at, encode(tick))
        self._execute("put_tick", row)

    def tick(self, tick: TickId) -> TickRecord | None:
        """Return a tick."""
        row = self._read_one("tick", (tick,))
        return None if row is None else sql.tick_of(row)

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
        asked: dict[str, object] = {"instigator": instigator, "before": before, "after": after}
        walks = [self._sql["ticks"]]
        if statuses is not None:
            wanted = list(dict.fromkeys(statuses))
            asked |= {f"status{n}": status.value for n, status in enumerate(wanted)}
            numbers = [str(n) for n in range(len(wanted))]
            walks = [self._sql["ticks_at"].replace("{n}", n) for n in numbers]
        if not walks:
            return []
        spans = {"before": before, "after": after}
        clauses = [self._sql[f"ticks.{name}"] for name, at in spans.items() if at is not None]
        found = "\nUNION ALL\n".join("\nAND ".join([walk, *clauses]) for walk in walks)
        statement = f"{found}\nORDER BY 2 DESC, 3 DESC\nLIMIT {self._most(limit):d}"
        return [sql.tick_of(row) for row in self._database.read(statement, asked)]

    def purge_ticks(
        self, instigator: InstigatorId, *, statuses: Sequence[TickStatus], before: Instant
    ) -> int:
        """Forget ticks for a time before that stand at one of `statuses`; return how many."""
        rows = [(instigator, status.value, before) for status in dict.fromkeys(statuses)]
        statement = self._sql["purge_ticks"]
        return self._database.write(
            lambda session: sum(session.execute(statement, row).rowcount for row in rows)
        )

    # -- heartbeats and small values

    def put_beat(self, beat: DaemonBeat) -> None:
        """Write the newest sign of life of a kind of duty."""
        self._execute("put_beat", (beat.kind, encode(beat)))

    def beats(self) -> list[DaemonBeat]:
        """Return the newest sign of life of each kind of duty, in the order of the kinds."""
        return [sql.beat_of(row) for row in self._read("beats")]

    def delete_beats(self) -> None:
        """Forget every sign of life."""
        self._execute("delete_beats")

    def put_values(self, values: Mapping[str, str]) -> None:
        """Keep small texts under their keys, such as the cursors of duties."""
        self._execute_many("put_value", list(values.items()))

    def values(self, keys: Sequence[str]) -> dict[str, str]:
        """Return what is kept under some keys; a key without a value is left out."""
        return dict(self._read("small_values", (self._dialect.listing(list(keys)),)))

    def delete_values(self, keys: Sequence[str]) -> None:
        """Forget what is kept under some keys."""
        self._execute_many("delete_value", [(key,) for key in keys])

    def _put_backfill_partitions(
        self, session: Session, backfill: BackfillId, partitions: Sequence[BackfillPartition]
    ) -> None:
        rows = [(backfill, partition.number, encode(partition)) for partition in partitions]
        session.executemany(self._sql["put_backfill_partition"], rows)
