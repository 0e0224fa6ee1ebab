from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.base.ids import BackfillId, RunId
from penstock.errors import NewerStoreError
from penstock.model.asset_state import AssetHead, CheckHead, PartitionChanges, PartitionHead
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.events import AssetFailed, AssetMaterialized, LogLine, RunStarted
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.store.connections import connect
from penstock.store.migrate import Migration, load_migrations, migrate, schema_version
from penstock.store.protocol import EventFilter, StoreIdentity
from penstock.store.sqlite import SqliteStore

# Rows as version 1 of the schema held them: one of every kind, and an asset that was wiped.
SCHEMA_1 = r"""
INSERT INTO plans VALUES ('p', X'7B7D');
INSERT INTO runs VALUES ('r1', 'SUCCESS', 'daily', NULL, 1.0, 3.0, 1.5, 3.0, 4, 1, NULL, 'p', NULL);
INSERT INTO runs VALUES ('r2', 'STARTED', 'daily', 'b1', 2.0, 4.0, 2.5, NULL, 1, 2, 'me', 'p', NULL);
INSERT INTO run_specs VALUES ('r1', '{"job":"daily","tags":[["env","dev"]]}');
INSERT INTO run_specs VALUES ('r2', '{"job":"daily","root":"r1","parent":"r1","backfill":"b1"}');
INSERT INTO run_tags VALUES ('env', 'dev', 'r1');
INSERT INTO assets VALUES (1, 'raw/orders', 7, 0, NULL, 5, 2.0, 'r1', NULL, 'r1', 2, 1);
INSERT INTO assets VALUES (2, 'a\/b', 8, 8, 9.0, NULL, NULL, NULL, NULL, NULL, 0, 0);
INSERT INTO events VALUES (1, 'r1', 1.5, 'run_started', NULL, NULL, NULL, '{"kind":"run_started","owner":"me"}');
INSERT INTO events VALUES (2, 'r1', 1.6, 'log_line', 's', NULL, NULL, '{"kind":"log_line","message":"hi","step":"s"}');
INSERT INTO events VALUES (4, 'r1', 2.0, 'asset_materialized', 's', 1, 'a', '{"kind":"asset_materialized","asset":"raw/orders","partition":"a","step":"s"}');
INSERT INTO events VALUES (5, 'r1', 2.0, 'asset_materialized', 's', 1, NULL, '{"kind":"asset_materialized","asset":"raw/orders","step":"s"}');
INSERT INTO events VALUES (7, NULL, 5.0, 'asset_failed', NULL, 1, 'b', '{"kind":"asset_failed","asset":"raw/orders","partition":"b"}');
INSERT INTO events VALUES (8, NULL, 6.0, 'asset_materialized', NULL, 2, NULL, '{"kind":"asset_materialized","asset":"a\\/b"}');
UPDATE counters SET last_event = 6, deleted = 2;
INSERT INTO partition_heads (asset_id, partition, materialized, at, run) VALUES (1, 'a', 4, 2.0, 'r1');
INSERT INTO partition_heads (asset_id, partition, materialized, at, run) VALUES (1, X'', 5, 2.0, 'r1');
INSERT INTO partition_heads (asset_id, partition, failed) VALUES (1, 'b', 7);
UPDATE assets SET partitions_materialized = 2, partitions_failed = 1 WHERE id = 1;
INSERT INTO check_heads VALUES (1, 'unique', X'', 1, 'ERROR', 5, 2.0, 'r1');
INSERT INTO backfills VALUES ('b1', 'CANCELED', 3.0, NULL, '{"id":"b1","selection":"*","assets":["raw/orders"],"status":"REQUESTED","created":1.0,"updated":1.0}');
INSERT INTO backfill_partitions VALUES ('b1', 1, '{"number":1,"key":"a"}');
INSERT INTO dynamic_partitions VALUES (1, 'customers', 'x');
"""  # noqa: E501 - a row is a line
ORDERS = AssetKey(["raw", "orders"])

FIRST = Migration(1, "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);\n")
SECOND = Migration(2, "ALTER TABLE a ADD COLUMN y;\nUPDATE a SET y = x + 1;\n")
BROKEN = Migration(2, "ALTER TABLE a ADD COLUMN y;\nUPDATE nobody SET y = 1;\n")


def schema_of(path: Path) -> list[tuple[str]]:
    connection = connect(path)
    rows = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return rows


def test_migrations_are_numbered_from_one_without_gaps() -> None:
    numbers = [migration.number for migration in load_migrations()]

    assert numbers == list(range(1, len(numbers) + 1))


def test_a_new_store_has_every_migration(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "penstock.db").close()

    connection = connect(tmp_path / "penstock.db")
    version = schema_version(connection)
    connection.close()

    assert version == load_migrations()[-1].number


def test_opening_again_changes_no_schema(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    before = schema_of(path)
    SqliteStore(path).close()

    assert schema_of(path) == before


def test_an_older_store_keeps_its_data(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    connection = connect(path)
    migrate(connection, path=path, migrations=[FIRST])
    migrate(connection, path=path, migrations=[FIRST, SECOND])
    rows = connection.execute("SELECT x, y FROM a").fetchall()
    version = schema_version(connection)
    connection.close()

    assert rows == [(1, 2)]
    assert version == 2


def test_an_interrupted_migration_has_not_happened_and_runs_again(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    connection = connect(path)
    with pytest.raises(sqlite3.OperationalError, match="no such table: nobody"):
        migrate(connection, path=path, migrations=[FIRST, BROKEN])
    columns = [row[1] for row in connection.execute("PRAGMA table_info(a)")]
    version = schema_version(connection)
    migrate(connection, path=path, migrations=[FIRST, SECOND])
    rows = connection.execute("SELECT x, y FROM a").fetchall()
    connection.close()

    assert (columns, version) == (["x"], 1)
    assert rows == [(1, 2)]


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()
    before = path.read_bytes()

    known = load_migrations()[-1].number
    with pytest.raises(NewerStoreError) as caught:
        SqliteStore(path)

    assert str(caught.value) == (
        f"The store {path} has schema 99, and this Penstock knows schemas up to {known}. "
        "Install the version of Penstock that wrote it, or a newer one."
    )
    assert path.read_bytes() == before


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[SqliteStore]:
    """A store that schema 1 has written, opened by this version."""
    path = tmp_path / "penstock.db"
    connection = connect(path)
    migrate(connection, path=path, migrations=load_migrations()[:1])
    connection.executescript(SCHEMA_1)
    connection.close()
    store = SqliteStore(path)
    yield store
    store.close()


def test_runs_of_schema_1_are_kept_and_found_by_new_filters(migrated: SqliteStore) -> None:
    first = RunRecord(
        id=RunId("r1"),
        spec=RunSpec(job="daily", tags=(("env", "dev"),)),
        status=RunStatus.SUCCESS,
        created=1.0,
        updated=3.0,
        started=1.5,
        ended=3.0,
        version=4,
        fence=1,
        plan="p",
    )

    assert migrated.run(RunId("r1")) == first
    assert migrated.plan("p") == b"{}"
    assert [r.id for r in migrated.runs(RunFilter(group=RunId("r1")))] == ["r2", "r1"]
    assert [r.id for r in migrated.runs(RunFilter(updated_after=3.0))] == ["r2"]
    assert [r.id for r in migrated.runs(RunFilter(without_backfill=True, plan="p"))] == ["r1"]
    assert migrated.run_tags() == [("env", ("dev",))]
    assert migrated.take_lease(RunId("r2"), owner="you", at=9.0).fence == 3


def test_events_of_schema_1_are_kept(migrated: SqliteStore) -> None:
    assert [e.event for e in migrated.events(EventFilter(run=RunId("r1")))] == [
        RunStarted("me"),
        LogLine("hi", step="s"),
        AssetMaterialized(ORDERS, "a", "s"),
        AssetMaterialized(ORDERS, None, "s"),
    ]
    assert [
        e.event for e in migrated.events(EventFilter(runless=True, kinds=("asset_failed",)))
    ] == [AssetFailed(ORDERS, "b")]
    assert [e.id for e in migrated.events(EventFilter(asset=ORDERS))] == [4, 5, 7]
    assert migrated.events(EventFilter(asset=AssetKey("a/b"))) == []
    assert migrated.counters() == {"runs": 2, "events": 6, "assets": 1, "backfills": 1}
    assert migrated.newest_event() == 8


def test_what_schema_1_knew_of_assets_is_kept(migrated: SqliteStore) -> None:
    a = PartitionHead(asset=ORDERS, partition="a", materialized=4, at=2.0, run=RunId("r1"))

    assert migrated.asset_keys() == [ORDERS]
    assert migrated.asset_heads() == {
        ORDERS: AssetHead(
            asset=ORDERS,
            materialized=5,
            at=2.0,
            run=RunId("r1"),
            failed=7,
            planned_run=RunId("r1"),
            partitions_materialized=2,
            partitions_failed=1,
        )
    }
    assert migrated.partition_head(ORDERS, "a") == a
    assert migrated.partition_keys(ORDERS, failed=True) == ["b"]
    assert migrated.partition_changes(ORDERS, after=0) == PartitionChanges(
        up_to=7, made=("a",), failed=("b",)
    )
    assert migrated.partition_changes(AssetKey("a/b"), after=7) is None
    assert migrated.check_heads(ORDERS) == [
        CheckHead(
            asset=ORDERS,
            name="unique",
            partition=None,
            passed=True,
            severity="ERROR",
            event=5,
            at=2.0,
            run=RunId("r1"),
        )
    ]


def test_a_wiped_asset_of_schema_1_has_its_place_among_the_keys(migrated: SqliteStore) -> None:
    migrated.report([AssetMaterialized(AssetKey("a/b")), AssetMaterialized(AssetKey("a-"))], at=9.0)

    assert migrated.asset_keys() == [AssetKey("a-"), AssetKey("a/b"), ORDERS]


def test_backfills_and_dynamic_partitions_of_schema_1_are_kept(migrated: SqliteStore) -> None:
    assert migrated.backfill(BackfillId("b1")) == BackfillRecord(
        id=BackfillId("b1"),
        selection="*",
        assets=(ORDERS,),
        status=BackfillStatus.CANCELED,
        created=1.0,
        updated=3.0,
    )
    assert migrated.backfill_partitions(BackfillId("b1")) == [BackfillPartition(number=1, key="a")]
    assert migrated.dynamic_partitions("customers") == ["x"]


def test_a_migrated_store_is_sound_and_has_an_id(migrated: SqliteStore) -> None:
    identity = migrated.identity()

    assert identity == StoreIdentity(identity.id, 1)
    assert identity.id
    assert migrated.check_soundness() == []
