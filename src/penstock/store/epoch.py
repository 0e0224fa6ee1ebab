"""Notice that an older copy of a SQLite store was put in its place.

Owns the small file beside the store. Each opening writes a new marker into the store and into that
file. A store whose marker is not the file's is a copy: a backup that was restored, or a file that
was copied and is started twice. So is one whose file was copied with it, since the file names its
own place on the disk. Then a new epoch begins, in which every lease of before is void.

Two markers are in the file, the one of before and the new one, and it is written before the store:
so an opening that is killed between both is no copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import msgspec

from penstock.base import faults
from penstock.base.codec import decoder, encode
from penstock.base.ids import IdSource


class _Beside(msgspec.Struct, frozen=True):
    place: int
    markers: tuple[str, str]


_decoder = decoder(_Beside)


def path_beside(path: Path) -> Path:
    """Return the file beside a store that tells a copy from the original."""
    return path.with_name(f"{path.name}-epoch")


def begin(
    connection: sqlite3.Connection, path: Path, *, ids: IdSource, statements: Mapping[str, str]
) -> None:
    """Note the opening of a store, and begin a new epoch if it is a copy.

    Args:
        connection: A connection in autocommit mode; no other process may open the store meanwhile.
        path: The store's file.
        ids: Where markers, and the id of a new store, come from.
        statements: The named statements of SQLite.
    """
    ((known, _),) = connection.execute(statements["identity"]).fetchall()
    ((marker,),) = connection.execute(statements["marker"]).fetchall()
    following = ids.new_id()
    is_copy = bool(known) and not _fits(path_beside(path), marker)
    _write(path_beside(path), (marker, following))
    faults.reached("store.opening_noted")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(statements["identify"], (ids.new_id(),))
    if is_copy:
        connection.execute(statements["begin_epoch"])
        connection.execute(statements["void_leases"])
    connection.execute(statements["mark"], (following,))
    connection.execute("COMMIT")


def _fits(beside: Path, marker: str) -> bool:
    try:
        said = _decoder.decode(beside.read_bytes())
        place = beside.stat().st_ino
    except (OSError, msgspec.DecodeError):
        return False
    return said.place == place and marker in said.markers


def _write(beside: Path, markers: tuple[str, str]) -> None:
    with beside.open("r+b" if beside.exists() else "w+b") as file:
        said = encode(_Beside(beside.stat().st_ino, markers))
        file.write(said)
        file.truncate()
