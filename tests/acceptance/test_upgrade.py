"""Upgrades of a store of any earlier schema, also by several processes at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.model.events import AssetMaterialized
from penstock.model.keys import AssetKey
from penstock.store.connections import connect
from penstock.store.migrate import load_migrations, migrate, version_of
from penstock.store.sqlite import SqliteStore

ORDERS = AssetKey("orders")
KNOWN = load_migrations()[-1].number

OPENED = """
import sys
from pathlib import Path
from penstock.store.sqlite import SqliteStore
print("ready", flush=True)
sys.stdin.readline()
store = SqliteStore(Path(sys.argv[1]))
print(store.identity().id, len(store.check_soundness()), flush=True)
store.close()
"""


def old_store(path: Path, *, schema: int) -> Path:
    """Make a store of an older schema, with an asset of which something is known."""
    connection = connect(path)
    migrate(connection, path=path, migrations=load_migrations()[:schema])
    connection.execute(
        "INSERT INTO assets (id, key, newest, materialized) VALUES (1, 'orders', 1, 1)"
    )
    connection.execute(
        "INSERT INTO events (id, at, kind, asset_id, body) "
        "VALUES (1, 5.0, 'asset_materialized', 1, "
        """'{"kind":"asset_materialized","asset":"orders"}')"""
    )
    connection.execute(
        "INSERT INTO partition_heads (asset_id, partition, materialized, at) "
        "VALUES (1, X'', 1, 5.0)"
    )
    connection.close()
    return path


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("schema", range(1, KNOWN))
def test_a_store_of_every_earlier_schema_opens_and_keeps_what_it_knew(
    tmp_path: Path, schema: int
) -> None:
    path = old_store(tmp_path / "penstock.db", schema=schema)

    store = SqliteStore(path)
    heads, event, problems = store.asset_heads(), store.event(1), store.check_soundness()
    store.close()

    assert heads[ORDERS].materialized == 1
    assert event is not None
    assert event.event == AssetMaterialized(ORDERS)
    assert problems == []
    assert version_of(path) == KNOWN


def test_processes_that_upgrade_at_once_end_with_one_sound_store(tmp_path: Path) -> None:
    path = old_store(tmp_path / "penstock.db", schema=1)
    processes = [start(OPENED, path) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {process.communicate()[0] for process in processes}

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(said) == 1
    assert said.pop().endswith(" 0\n")
