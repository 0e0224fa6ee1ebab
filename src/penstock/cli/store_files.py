"""What `penstock store` does with files: where the store is, its schema, and lines of JSON.

Owns the format of an export: a line for each run and each event, told apart by `type`.
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import msgspec

from penstock.base.clock import Instant
from penstock.base.codec import encode
from penstock.base.ids import RunId
from penstock.errors import InvalidInvocationError, NewerStoreError, UsageError
from penstock.execute.run_records import append_to
from penstock.instance import Instance
from penstock.model.events import LeaseLost, encode_event
from penstock.model.run import RunFilter, RunStatus
from penstock.settings.stores import FILE
from penstock.settings.values import CustomChoice, PostgresChoice, SqliteChoice, StorageChoice
from penstock.store.connections import outage
from penstock.store.migrate import Migration, load_migrations, version_of
from penstock.store.protocol import EventFilter, Store
from penstock.store.sql_store import SqlStore

_PAGE = 2_000


def place_of(choice: StorageChoice, home: Path) -> str:
    """Say where a store is, without a password."""
    match choice:
        case SqliteChoice(folder=folder):
            return str((folder or home) / FILE)
        case PostgresChoice():
            return "Postgres"
        case CustomChoice(made_by=data):
            return f"{data.module_name}.{data.class_name}"


def schema_of(store: Store) -> int | None:
    """Return the number of the schema of an open store; None where it has none."""
    if not isinstance(store, SqlStore):
        return None
    ((version,),) = store.database.read("SELECT version FROM schema_version", ())
    return version


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What it takes to bring a store up to date.

    Attributes:
        found: Its schema; 0 if there is no store yet.
        known: The newest schema.
        steps: What leads from one to the other.
    """

    found: int
    known: int
    steps: tuple[Migration, ...]


def upgrade_of(choice: StorageChoice, *, home: Path) -> Upgrade:
    """Find out what it takes to bring a store up to date; nothing is changed.

    Raises:
        NewerStoreError: A newer Penstock has written it.
        OutageError: It cannot be read.
        UsageError: It is in neither SQLite nor Postgres.
    """
    match choice:
        case SqliteChoice(folder=folder):
            path = (folder or home) / FILE
            try:
                found = version_of(path)
            except sqlite3.Error as error:
                raise outage(error, path) from error
            known = load_migrations()
        case PostgresChoice(url=url):
            from penstock.store.postgres_migrate import (  # noqa: PLC0415 - needs psycopg
                load_postgres_migrations,
                version_at,
            )

            found, known = version_at(url), load_postgres_migrations()
        case CustomChoice():
            raise UsageError(
                f"{place_of(choice, home)} brings its store up to date by itself: only stores in "
                "SQLite and Postgres have schemas of Penstock."
            )
    newest = known[-1].number
    if found > newest:
        raise NewerStoreError(
            f"The store has schema {found}, and this Penstock knows schemas up to {newest}. "
            "Install the version of Penstock that wrote it, or a newer one."
        )
    steps = tuple(step for step in known if step.number > found)
    return Upgrade(found=found, known=newest, steps=steps)


def suspend_starting(instance: Instance) -> None:
    """Suspend runs that were being started when an older copy of the store was made."""
    for record in instance.store.runs(RunFilter(statuses=(RunStatus.STARTING,))):
        if record.owner is None:
            append_to(instance, record, [LeaseLost("", "an older copy of the store was restored")])


def export(
    store: Store,
    to: Path,
    *,
    since: Instant | None,
    kinds: Sequence[str] | None,
    progress: Callable[[int], None],
) -> tuple[int, int]:
    """Write runs and events as lines of JSON to a new file, which appears when it is whole.

    Args:
        store: What is written.
        to: The file; compressed if its name ends in `.gz`.
        since: Only events from this instant on, and runs created from then on.
        kinds: Only events of these kinds, and no runs.
        progress: Told how many lines are written.

    Returns:
        How many runs and events.

    Raises:
        InvalidInvocationError: The file is there already.
    """
    if to.exists():
        raise InvalidInvocationError(f"There is already a file {to}. Name another one.")
    unfinished = to.with_name(f"{to.name}.part")
    try:
        with _opened(unfinished, compressed=to.name.endswith(".gz")) as file:
            runs = 0 if kinds else _write_runs(store, file, since, progress)
            events = _write_events(store, file, since, kinds, lambda count: progress(runs + count))
        unfinished.rename(to)
    finally:
        unfinished.unlink(missing_ok=True)
    return runs, events


def _opened(path: Path, *, compressed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "wb")) if compressed else path.open("wb")


def _write_runs(
    store: Store, file: IO[bytes], since: Instant | None, progress: Callable[[int], None]
) -> int:
    count, last = 0, cast("RunId | None", None)
    wanted = RunFilter(created_after=since)
    while page := store.runs(wanted, limit=_PAGE, before=last, oldest_first=True):
        for run in page:
            file.write(encode({"type": "run", "run": run}) + b"\n")
        last, count = page[-1].id, count + len(page)
        progress(count)
    return count


def _write_events(
    store: Store,
    file: IO[bytes],
    since: Instant | None,
    kinds: Sequence[str] | None,
    progress: Callable[[int], None],
) -> int:
    count, last = 0, 0
    chosen = None if kinds is None else tuple(kinds)
    while page := store.events(EventFilter(after=last, kinds=chosen, since=since), limit=_PAGE):
        for stored in page:
            body = msgspec.Raw(encode_event(stored.event))
            line = {"type": "event", "id": stored.id, "run": stored.run, "at": stored.at}
            file.write(encode({**line, "event": body}) + b"\n")
        last, count = page[-1].id, count + len(page)
        progress(count)
    return count
