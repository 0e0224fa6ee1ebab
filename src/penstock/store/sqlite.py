"""The default store: one SQLite file, in WAL mode.

Owns which statements make up each operation. Statements are text in `queries/`, rows are read by
`sql.py`, transactions and errors belong to `connections.py`. Reading never waits: each thread has a
connection of its own.

A commit survives the death of the process (`kill -9`); with `durable=True` also a loss of power.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from penstock.base.clock import Instant
from penstock.base.codec import encode
from penstock.base.ids import BackfillId, RunId
from penstock.errors import (
    FencedError,
    InvariantViolationError,
    RunNotFoundError,
    StoreUnavailableError,
)
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.events import RunEvent, StoredEvent, encode_event, kind_of
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord
from penstock.store import sql
from penstock.store.connections import Writer, connect, outage, process_id
from penstock.store.migrate import check_version, load_migrations, migrate
from penstock.store.projection import (
    AssetEvent,
    advanced,
    asset_changes,
    fenced,
    run_change,
    run_not_found,
)
from penstock.store.protocol import EventFilter, Lease
from penstock.store.sql import SQL, Row, SqlValue

T = TypeVar("T")
Arguments = Sequence[SqlValue] | Mapping[str, SqlValue]


class _Reader:
    """A thread's connection; when the thread ends, it is closed with it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.close = weakref.finalize(self, connection.close)


class SqliteStore:
    """A store in one file.

    Args:
        path: The file; it and its folder are made if they are not there.
        durable: Whether a commit waits for the disk, so that it survives a loss of power.
        max_bytes: Refuse to let the file grow beyond, as if the disk were full.

    Raises:
        StoreUnavailableError: The file cannot be opened or written to.
        NewerStoreError: A newer Penstock has written it.
    """

    def __init__(self, path: Path, *, durable: bool = False, max_bytes: int | None = None) -> None:
        self._path = path
        self._process = process_id()
        self._local = threading.local()
        self._readers: weakref.WeakSet[_Reader] = weakref.WeakSet()
        self._closed = False
        self._asset_ids: dict[AssetKey, int] = {}
        self._new_asset_ids: dict[AssetKey, int] = {}  # of the transaction under way
        connection = _open(path, durable=durable)
        if max_bytes is not None:
            (size,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {max(1, max_bytes // size)}")
        self._writer = Writer(
            connection,
            path=path,
            on_rollback=self._new_asset_ids.clear,
            on_commit=self._keep_asset_ids,
        )

    # -- runs

    def create_run(self, run: RunRecord, *, plan: bytes, events: Sequence[RunEvent]) -> RunRecord:
        """Add a run with its plan and first events; return it with its version."""
        created = advanced(run, run_change(events), at=run.created, count=len(events))

        def job(connection: sqlite3.Connection) -> RunRecord:
            if connection.execute(SQL["add_run"], sql.run_row(created)).rowcount == 0:
                raise InvariantViolationError(f"There is already a run {run.id}.")
            connection.execute(SQL["add_run_spec"], (run.id, encode(run.spec)))
            tags = [(key, value, run.id) for key, value in run.spec.tags]
            connection.executemany(SQL["add_run_tag"], tags)
            connection.execute(SQL["add_plan"], (run.plan, plan))
            self._record(connection, events, run=run.id, at=run.created)
            return created

        return self._write(job)

    def append(
        self, run: RunId, events: Sequence[RunEvent], *, at: Instant, expect: int, fence: int
    ) -> tuple[int, int]:
        """Add events to a run; return its new version and the id of the first event."""
        change = run_change(events)
        count = len(events)

        def job(connection: sqlite3.Connection) -> tuple[int, int]:
            if change is None:
                guard = (count, at, run, expect, fence)
                moved = connection.execute(SQL["touch_run"], guard)
            else:
                arguments = {"run": run, "expect": expect, "fence": fence, "count": count, "at": at}
                moved = connection.execute(
                    SQL["advance_run"], arguments | sql.run_change_row(change, at=at)
                )
            if moved.rowcount == 0:
                raise _refusal(connection, run, given=(expect, fence))
            return expect + count, self._record(connection, events, run=run, at=at)

        return self._write(job)

    def take_lease(self, run: RunId, *, owner: str, at: Instant) -> Lease:
        """Make `owner` the only one who may append to the run, from now on."""

        def job(connection: sqlite3.Connection) -> Lease:
            rows = connection.execute(SQL["take_lease"], (owner, at, run)).fetchall()
            if not rows:
                raise run_not_found(run)
            ((fence, version),) = rows
            return Lease(run, owner, fence, version)

        return self._write(job)

    def release_lease(self, lease: Lease) -> None:
        """Give the lease up, if it is still the newest."""
        self._write(lambda c: c.execute(SQL["release_lease"], (lease.run, lease.fence)))

    def run(self, run: RunId) -> RunRecord | None:
        """Return a run."""
        row = self._read_one(sql.RUN_BY_ID, {"id": run})
        return None if row is None else sql.run_of(row)

    def runs(
        self, matching: RunFilter, *, limit: int | None = None, before: RunId | None = None
    ) -> list[RunRecord]:
        """List runs, newest first; `before` continues after the last id of a page."""
        statement, arguments = sql.runs_query(matching, limit=limit, before=before)
        return [sql.run_of(row) for row in self._read(statement, arguments)]

    def plan(self, digest: str) -> bytes | None:
        """Return a stored plan."""
        row = self._read_one(SQL["plan"], (digest,))
        return None if row is None else row[0]

    def delete_run(self, run: RunId) -> None:
        """Forget a run and its events, and its plan if no other run has it; projections stay."""

        def job(connection: sqlite3.Connection) -> None:
            row = connection.execute(SQL["run_plan"], (run,)).fetchone()
            if row is None:
                return
            ((last, _),) = connection.execute(SQL["event_counters"]).fetchall()
            gone = connection.execute(SQL["delete_run_events"], (run,)).rowcount
            connection.execute(SQL["keep_event_counters"], (last, gone))
            connection.execute(SQL["delete_run"], (run,))
            connection.execute(SQL["delete_unused_plan"], {"digest": row[0]})

        self._write(job)

    def report(self, events: Sequence[RunEvent], *, at: Instant) -> int:
        """Record asset events that belong to no run; return the id of the first."""
        return self._write(lambda c: self._record(c, events, run=None, at=at))

    # -- events

    def events(
        self, matching: EventFilter, *, limit: int | None = None, newest_first: bool = False
    ) -> list[StoredEvent]:
        """Read events in the order of their ids, or the other way round."""
        asset = None
        if matching.asset is not None:
            asset = self._known_asset_id(matching.asset)
            if asset is None:
                return []
        statement, arguments = sql.events_query(
            matching, asset=asset, limit=limit, newest_first=newest_first
        )
        return [sql.event_of(row) for row in self._read(statement, arguments)]

    def event(self, number: int) -> StoredEvent | None:
        """Return one event by its id."""
        row = self._read_one(SQL["event"], (number,))
        return None if row is None else sql.event_of(row)

    # -- assets

    def asset_heads(self, assets: Iterable[AssetKey] | None = None) -> dict[AssetKey, AssetHead]:
        """Return the newest facts of the given assets, or of every known one."""
        if assets is None:
            rows = self._read(SQL["asset_heads"], ())
            keys = (AssetKey.from_escaped_user_string(row[0]) for row in rows)
            return {key: sql.asset_head_of(key, row) for key, row in zip(keys, rows, strict=True)}
        wanted = {key.to_escaped_user_string(): key for key in assets}
        rows = self._read(SQL["asset_heads_of"], (sql.as_list(list(wanted)),))
        return {wanted[row[0]]: sql.asset_head_of(wanted[row[0]], row) for row in rows}

    def partition_head(self, asset: AssetKey, partition: str | None) -> PartitionHead | None:
        """Return the newest facts of one partition."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return None
        row = self._read_one(SQL["partition_head"], (asset_id, sql.partition_column(partition)))
        return None if row is None else sql.partition_head_of(asset, row)

    def partition_heads(
        self, asset: AssetKey, partitions: Sequence[str | None] | None = None
    ) -> dict[str | None, PartitionHead]:
        """Return the newest facts of the given partitions of an asset, or of every known one."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return {}
        if partitions is None:
            rows = self._read(SQL["partition_heads"], (asset_id,))
        else:
            keys = sql.as_list([key for key in partitions if key is not None])
            rows = self._read(SQL["partition_heads_of"], (asset_id, keys))
            if None in partitions:
                rows += self._read(SQL["partition_head"], (asset_id, sql.UNPARTITIONED))
        heads = (sql.partition_head_of(asset, row) for row in rows)
        return {head.partition: head for head in heads}

    def check_heads(self, asset: AssetKey) -> list[CheckHead]:
        """Return the newest verdict of each check of an asset, for each partition."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return []
        return [
            sql.check_head_of(asset, row) for row in self._read(SQL["check_heads"], (asset_id,))
        ]

    def wipe_asset(self, asset: AssetKey, *, at: Instant) -> None:
        """Hide everything recorded of an asset so far; the data itself is not touched."""

        def job(connection: sqlite3.Connection) -> None:
            asset_id = self._find_asset_id(connection, asset)
            if asset_id is not None:
                connection.execute(SQL["wipe_partition_heads"], (asset_id,))
                connection.execute(SQL["wipe_check_heads"], (asset_id,))
                connection.execute(SQL["wipe_asset"], (at, asset_id))

        self._write(job)

    # -- backfills and dynamic partitions

    def save_backfill(
        self, backfill: BackfillRecord, partitions: Sequence[BackfillPartition]
    ) -> None:
        """Add a backfill with its partitions."""
        row = (backfill.id, backfill.status.value, backfill.updated, backfill.owner)

        def job(connection: sqlite3.Connection) -> None:
            if connection.execute(SQL["add_backfill"], (*row, encode(backfill))).rowcount == 0:
                raise InvariantViolationError(f"There is already a backfill {backfill.id}.")
            _put_backfill_partitions(connection, backfill.id, partitions)

        self._write(job)

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

        def job(connection: sqlite3.Connection) -> None:
            if connection.execute(SQL["advance_backfill"], row).rowcount == 0:
                raise InvariantViolationError(f"There is no backfill {backfill}.")
            _put_backfill_partitions(connection, backfill, partitions)

        self._write(job)

    def backfill(self, backfill: BackfillId) -> BackfillRecord | None:
        """Return a backfill."""
        row = self._read_one(SQL["backfill"], (backfill,))
        return None if row is None else sql.backfill_of(row)

    def backfills(
        self, *, status: BackfillStatus | None = None, limit: int | None = None
    ) -> list[BackfillRecord]:
        """List backfills, newest first."""
        most = -1 if limit is None else limit
        if status is None:
            rows = self._read(SQL["backfills"], (most,))
        else:
            rows = self._read(SQL["backfills_at"], (status.value, most))
        return [sql.backfill_of(row) for row in rows]

    def backfill_partitions(self, backfill: BackfillId) -> list[BackfillPartition]:
        """Return a backfill's partitions by number."""
        rows = self._read(SQL["backfill_partitions"], (backfill,))
        return [sql.backfill_partition_of(row) for row in rows]

    def dynamic_partitions(self, definition: str) -> list[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        return [row[0] for row in self._read(SQL["dynamic_partitions"], (definition,))]

    def add_dynamic_partitions(self, definition: str, keys: Sequence[str]) -> None:
        """Add keys; one that is already there stays where it is."""
        rows = [(definition, key) for key in keys]
        self._write(lambda c: c.executemany(SQL["add_dynamic_partition"], rows))

    def delete_dynamic_partition(self, definition: str, key: str) -> None:
        """Remove a key; facts recorded for it stay."""
        self._write(lambda c: c.execute(SQL["delete_dynamic_partition"], (definition, key)))

    def counters(self) -> Mapping[str, int]:
        """Return the number of rows of each kind: runs, events, assets, backfills."""
        ((last, deleted),) = self._read(SQL["event_counters"], ())
        counts = {"events": last - deleted}
        for kind in ("runs", "assets", "backfills"):
            ((counts[kind],),) = self._read(SQL[f"count_{kind}"], ())
        return counts

    def close(self) -> None:
        """Close every connection; the store cannot be used afterwards."""
        if self._closed:
            return
        self._check_usable()
        self._closed = True
        self._writer.close()
        for reader in list(self._readers):
            reader.close()

    # -- how events become rows

    def _record(
        self,
        connection: sqlite3.Connection,
        events: Sequence[RunEvent],
        *,
        run: RunId | None,
        at: Instant,
    ) -> int:
        """Write events and their projections; return the id of the first."""
        ((last, _),) = connection.execute(SQL["event_counters"]).fetchall()
        first = last + 1
        changes = asset_changes(events, first=first)
        ids = {asset: self._make_asset_id(connection, asset) for asset in changes}
        rows: list[Row] = []
        for number, event in enumerate(events, first):
            about = (None, None)
            if isinstance(event, AssetEvent):
                about = (ids[event.asset], event.partition)
            step = getattr(event, "step", None)
            rows.append((number, run, at, kind_of(event), step, *about, encode_event(event)))
        connection.executemany(SQL["add_event"], rows)
        if changes:
            written = {ids[asset]: change for asset, change in changes.items()}
            for statement, values in sql.projection_rows(written, run=run, at=at):
                connection.executemany(statement, values)
        return first

    def _make_asset_id(self, connection: sqlite3.Connection, asset: AssetKey) -> int:
        found = self._find_asset_id(connection, asset)
        if found is None:
            key = asset.to_escaped_user_string()
            found = connection.execute(SQL["add_asset"], (key,)).lastrowid
            assert found is not None
            self._new_asset_ids[asset] = found
        return found

    def _find_asset_id(self, connection: sqlite3.Connection, asset: AssetKey) -> int | None:
        """Find an asset's row inside a write, where one of this transaction counts too."""
        found = self._asset_ids.get(asset) or self._new_asset_ids.get(asset)
        if found is None:
            key = asset.to_escaped_user_string()
            row = connection.execute(SQL["asset_id"], (key,)).fetchone()
            if row is None:
                return None
            found = self._new_asset_ids[asset] = int(row[0])
        return found

    def _known_asset_id(self, asset: AssetKey) -> int | None:
        """Find an asset's row outside a write; rows of assets are never removed."""
        found = self._asset_ids.get(asset)
        if found is None:
            row = self._read_one(SQL["asset_id"], (asset.to_escaped_user_string(),))
            if row is None:
                return None
            found = self._asset_ids[asset] = int(row[0])
        return found

    def _keep_asset_ids(self) -> None:
        if self._new_asset_ids:
            self._asset_ids.update(self._new_asset_ids)
            self._new_asset_ids.clear()

    # -- connections

    def _write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        self._check_usable()
        return self._writer.write(job)

    def _read(self, statement: str, arguments: Arguments) -> list[Row]:
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None or self._closed or self._process != process_id():
            reader = self._new_reader()
        try:
            return reader.connection.execute(statement, arguments).fetchall()
        except sqlite3.Error as error:
            raise outage(error, self._path) from error

    def _read_one(self, statement: str, arguments: Arguments) -> Row | None:
        rows = self._read(statement, arguments)
        return rows[0] if rows else None

    def _new_reader(self) -> _Reader:
        self._check_usable()
        try:
            reader = _Reader(connect(self._path))
        except sqlite3.Error as error:
            raise outage(error, self._path) from error
        self._local.reader = reader
        self._readers.add(reader)
        return reader

    def _check_usable(self) -> None:
        if self._process != process_id():
            raise InvariantViolationError(
                f"The store {self._path} was opened by process {self._process}, and connections "
                f"cannot be shared with its fork {process_id()}. Open the store again there."
            )
        if self._closed:
            raise InvariantViolationError(
                f"The store {self._path} is closed. Open it again to go on."
            )


def _open(path: Path, *, durable: bool) -> sqlite3.Connection:
    """Open the file for writing, with the schema of this version."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise StoreUnavailableError(
            f"The store {path} cannot be opened: {error.strerror}. Allow writing to its folder, or "
            "set PENSTOCK_HOME to another one."
        ) from error
    try:
        # Switching to WAL is the one thing for which SQLite does not wait its turn.
        fcntl.flock(folder, fcntl.LOCK_EX)
        return _prepare(path, durable=durable)
    except sqlite3.Error as error:
        raise outage(error, path) from error
    finally:
        os.close(folder)


def _prepare(path: Path, *, durable: bool) -> sqlite3.Connection:
    connection = connect(path, durable=durable)
    try:
        migrations = load_migrations()
        check_version(connection, path=path, migrations=migrations)
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, path=path, migrations=migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _refusal(
    connection: sqlite3.Connection, run: RunId, *, given: tuple[int, int]
) -> FencedError | RunNotFoundError:
    row = connection.execute(SQL["run_guard"], (run,)).fetchone()
    return run_not_found(run) if row is None else fenced(run, found=row, given=given)


def _put_backfill_partitions(
    connection: sqlite3.Connection, backfill: BackfillId, partitions: Sequence[BackfillPartition]
) -> None:
    rows = [(backfill, partition.number, encode(partition)) for partition in partitions]
    connection.executemany(SQL["put_backfill_partition"], rows)
