"""Copies of a SQLite store: written while others write, and put in its place again.

Owns the two ways a whole file appears. A copy is written under another name, checked, and renamed;
so is what is restored, and the present store keeps its name until that moment. Whoever is killed in
between leaves the store as it was, and perhaps a file that ends in `.part`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from penstock.base import faults
from penstock.errors import InvalidInvocationError, InvariantViolationError, StoreUnavailableError
from penstock.store.connections import outage
from penstock.store.database import load_statements
from penstock.store.migrate import check_version, load_migrations, schema_version

_PAGES = 2_000
"""How many pages are copied between two words of progress: 8 MB."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFacts:
    """What a file holds.

    Attributes:
        schema: The number of its schema.
        epoch: How often an older copy was put in place, and one; 1 before there were epochs.
    """

    schema: int
    epoch: int
    runs: int
    events: int
    assets: int


def write_copy(path: Path, to: Path, *, progress: Progress | None = None) -> None:
    """Write a copy of a store to a new file, while others go on writing.

    The copy is one moment of the store. It appears under its name when it is whole and sound.

    Raises:
        InvalidInvocationError: The file is there already.
        StoreUnavailableError: The file cannot be written, or the copy is not sound.
    """
    _refuse_to_replace(to)
    unfinished = to.with_name(f"{to.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        expected = _copy_pages(path, unfinished, progress)
        if _counts_of(check_copy(unfinished)) != expected:
            raise StoreUnavailableError(
                f"The backup {to} was not made: the copy lacks rows of the store. Check the disk "
                "and make it again."
            )
        _sync(unfinished)
        faults.reached("store.backup_written")
        unfinished.rename(to)
    except OSError as error:
        raise StoreUnavailableError(
            f"The backup {to} cannot be written: {error.strerror}. Name a file in a folder "
            "that you may write to."
        ) from error
    except sqlite3.Error as error:
        raise outage(error, unfinished) from error
    finally:
        unfinished.unlink(missing_ok=True)


def check_copy(path: Path) -> CopyFacts:
    """Check every page and row of a copy that nobody has open, and tell what it holds.

    Raises:
        InvalidInvocationError: It is no store of Penstock.
        NewerStoreError: A newer Penstock has written it.
        StoreUnavailableError: It is damaged.
    """
    if not path.is_file():
        raise InvalidInvocationError(f"There is no file {path}. Name a file that a backup wrote.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            return _facts(copy, path)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_NOTADB:
            raise InvalidInvocationError(f"{path} is no store of Penstock.") from error
        raise outage(error, path) from error


def put_in_place(backup: Path, store: Path, *, aside: Path) -> CopyFacts:
    """Put a copy in the place of a store that nobody uses, and keep the store aside.

    The next opening begins a new epoch, beyond those of both files: leases of before are void.

    Args:
        backup: The copy; it stays where it is.
        store: The file of the store; it need not be there.
        aside: Where the present store is kept.

    Raises:
        InvalidInvocationError: The copy is no store, or `aside` is there already.
        InvariantViolationError: A process has the store open.
        StoreUnavailableError: The copy is damaged, or the disk fails.
    """
    facts = check_copy(backup)
    _refuse_to_replace(aside)
    arriving = store.with_name(f"{store.name}.part")
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(store.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # as every opening does: nobody opens it meanwhile
            _take(backup, arriving, epoch=max(facts.epoch, _close_for_all(store)))
            if store.exists():
                _keep(store, aside)
            arriving.rename(store)
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StoreUnavailableError(
            f"{backup} cannot be put in the place of {store}: {error.strerror}. The store is as it "
            "was; make room or allow writing, and restore again."
        ) from error
    finally:
        arriving.unlink(missing_ok=True)
    return facts


def _copy_pages(path: Path, to: Path, progress: Progress | None) -> tuple[int, int, int]:
    """Copy one moment of a store, and return how many rows it had then."""

    def told(_: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(1 - remaining / max(1, total))

    with (
        closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as source,
        closing(sqlite3.connect(to, isolation_level=None)) as copy,
    ):
        # A read transaction keeps the moment, so that no step has to begin anew.
        source.execute("BEGIN")
        counts = _counts(source)
        source.backup(copy, pages=_PAGES, progress=told, sleep=0)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute(load_statements("sqlite")["mark"], ("backup",))
    return counts


def _facts(copy: sqlite3.Connection, path: Path) -> CopyFacts:
    schema = schema_version(copy)
    if not schema:
        raise InvalidInvocationError(f"{path} is no store of Penstock.")
    check_version(copy, path=path, migrations=load_migrations())
    problems = [text for (text,) in copy.execute("PRAGMA integrity_check") if text != "ok"]
    if problems:
        raise StoreUnavailableError(
            f"The copy {path} is not sound: {problems[0]}. `penstock doctor` tells of the store "
            "itself; use an older backup if it is damaged."
        )
    epoch = 1
    if schema > 1:
        ((_, epoch),) = copy.execute(load_statements("sqlite")["identity"]).fetchall()
    runs, events, assets = _counts(copy)
    return CopyFacts(schema=schema, epoch=epoch, runs=runs, events=events, assets=assets)


def _counts(connection: sqlite3.Connection) -> tuple[int, int, int]:
    tables = ("runs", "events", "assets")
    texts = [f"SELECT COUNT(*) FROM {table}" for table in tables]  # noqa: S608 - our names
    runs, events, assets = (connection.execute(text).fetchone()[0] for text in texts)
    return runs, events, assets


def _counts_of(facts: CopyFacts) -> tuple[int, int, int]:
    return facts.runs, facts.events, facts.assets


def _close_for_all(store: Path) -> int:
    """Make the present store one file without a log, which only works if nobody has it open.

    Returns:
        Its epoch; 0 if there is no store, or one that cannot be read any more.
    """
    if not store.exists():
        return 0
    try:
        with closing(sqlite3.connect(store, isolation_level=None, timeout=1)) as present:
            ((mode,),) = present.execute("PRAGMA journal_mode = DELETE").fetchall()
            if mode == "wal":
                raise _in_use(store)
            if schema_version(present) > 1:
                return present.execute("SELECT epoch FROM identity").fetchone()[0]
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise _in_use(store) from error
    return 0


def _in_use(store: Path) -> InvariantViolationError:
    return InvariantViolationError(
        f"The store {store} is in use: another process has it open. End every Penstock process "
        "of this home, and restore again."
    )


def _take(backup: Path, arriving: Path, *, epoch: int) -> None:
    shutil.copyfile(backup, arriving)
    with closing(sqlite3.connect(arriving, isolation_level=None)) as copy:
        if schema_version(copy) > 1:
            copy.execute("UPDATE identity SET epoch = ?, marker = 'backup'", (epoch,))
    _sync(arriving)


def _keep(store: Path, aside: Path) -> None:
    """Give a file a second name; where that cannot be, copy it. It never lacks its first one."""
    try:
        os.link(store, aside)
    except OSError:
        shutil.copyfile(store, aside)
    for beside in ("-wal", "-shm"):  # left by a store that could not be read
        store.with_name(store.name + beside).unlink(missing_ok=True)


def _refuse_to_replace(path: Path) -> None:
    if path.exists():
        raise InvalidInvocationError(
            f"There is already a file {path}. Name another one for the backup, or move it away."
        )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
