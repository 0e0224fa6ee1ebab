from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from penstock.base.clock import SystemClock
from penstock.base.ids import SystemIds
from penstock.errors import StoreUnavailableError
from penstock.model.events import AssetFailed, AssetMaterialized
from penstock.model.keys import AssetKey
from penstock.store.connections import connect
from penstock.store.database import load_statements
from penstock.store.migrate import load_migrations
from penstock.store.postgres import PostgresStore
from penstock.store.postgres_dialect import translate
from penstock.store.postgres_migrate import load_postgres_migrations
from penstock.store.sqlite import SqliteStore
from penstock.testing.postgres import PostgresServer

ORDERS = AssetKey("orders")
ONLY_ON_POSTGRES = {("committers", "at"), ("committers", "id"), ("committers", "number")}


@pytest.fixture
def schema(postgres_server: PostgresServer) -> Iterator[str]:
    name = "t" + SystemIds(SystemClock()).new_id().replace("-", "")
    PostgresStore(postgres_server.url, schema=name).close()
    yield name
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


def test_every_migration_of_sqlite_is_there_for_postgres_too() -> None:
    """Which may have others of its own."""
    numbers = [m.number for m in load_postgres_migrations()]

    assert numbers == list(range(1, len(numbers) + 1))
    assert {m.number for m in load_migrations()} <= set(numbers)


def test_both_databases_have_the_same_tables_and_columns(
    postgres_server: PostgresServer, schema: str, tmp_path: Path
) -> None:
    SqliteStore(tmp_path / "penstock.db").close()
    sqlite = connect(tmp_path / "penstock.db")
    ours = set(
        sqlite.execute(
            "SELECT sqlite_master.name, columns.name "
            "FROM sqlite_master, pragma_table_info(sqlite_master.name) AS columns "
            "WHERE sqlite_master.type = 'table'"
        ).fetchall()
    )
    sqlite.close()
    with psycopg.connect(postgres_server.url) as connection:
        theirs = set(
            connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE table_schema = %s",
                (schema,),
            ).fetchall()
        )

    assert ours == theirs - ONLY_ON_POSTGRES


def test_every_statement_is_there_for_both_databases() -> None:
    assert sorted(load_statements("sqlite")) == sorted(load_statements("postgres"))


def test_postgres_understands_every_statement(postgres_server: PostgresServer, schema: str) -> None:
    refused: list[str] = []
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}".encode())
        for name, statement in load_statements("postgres").items():
            if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
                text = statement.replace("{n}", "0").replace("{m}", "0")
                result = connection.pgconn.prepare(b"", translate(text).text)
                if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
                    refused.append(f"{name}: {result.get_error_message()}")

    assert refused == []


def test_a_store_that_may_not_be_brought_up_to_date_is_refused(
    postgres_server: PostgresServer,
) -> None:
    newest = load_postgres_migrations()[-1].number
    with pytest.raises(StoreUnavailableError) as caught:
        PostgresStore(postgres_server.url, schema="not_there", migrates=False)

    assert str(caught.value) == (
        f"The store postgresql://postgres@{postgres_server.folder}/postgres has schema 0, and this "
        f"Penstock needs schema {newest}. Open it once with the right to bring it up to date "
        "(should_autocreate_tables: true)."
    )


def test_an_open_store_may_be_used_without_that_right(
    postgres_server: PostgresServer, schema: str
) -> None:
    store = PostgresStore(postgres_server.url, schema=schema, migrates=False)
    counters = store.counters()
    store.close()

    assert counters["events"] == 0


def test_a_store_restored_into_the_same_server_begins_an_epoch_when_it_is_told(
    postgres_server: PostgresServer, schema: str
) -> None:
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"UPDATE {schema}.identity SET marker = 'restored'".encode())
    epochs: list[int] = []
    for _ in range(2):
        store = PostgresStore(postgres_server.url, schema=schema)
        epochs.append(store.identity().epoch)
        store.close()

    assert epochs == [2, 2]


@pytest.mark.parametrize("older", [m.number for m in load_postgres_migrations()[:-1]])
def test_what_an_older_store_knows_is_kept_and_counted_on(
    postgres_server: PostgresServer, older: int
) -> None:
    """Its partition heads were counted by triggers that newer schemas do not have."""
    name = f"older_{older}"
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())
        connection.execute(f"CREATE SCHEMA {name}".encode())
        connection.execute(f"SET search_path = {name}".encode())
        connection.execute(b"CREATE TABLE schema_version (version BIGINT NOT NULL)")
        for migration in load_postgres_migrations()[:older]:
            connection.execute(migration.script.encode())
        connection.execute("INSERT INTO schema_version VALUES (%s)", (older,))
        connection.execute(
            b"INSERT INTO events (id, at, kind, asset_id, partition, body) VALUES "
            b"(1, 1.0, 'asset_materialized', 1, 'a', '{\"kind\":\"asset_materialized\"}'), "
            b"(2, 1.0, 'asset_failed', 1, 'b', '{\"kind\":\"asset_failed\"}')"
        )
        connection.execute(
            b"INSERT INTO assets (id, key, newest, materialized) VALUES (1, 'orders', 2, 1)"
        )
        connection.execute(
            b"INSERT INTO partition_heads (asset_id, partition, materialized, failed) VALUES "
            b"(1, 'a', 1, NULL), (1, 'b', NULL, 2)"
        )

    store = PostgresStore(postgres_server.url, schema=name)
    before = store.asset_heads()[ORDERS]
    made = [AssetMaterialized(ORDERS, key) for key in "abc"]
    store.report([*made, AssetFailed(ORDERS, "c")], at=2.0)
    after = store.asset_heads()[ORDERS]
    unsound = [problem for problem in store.check_soundness() if "partition" in problem]
    store.close()

    assert (before.partitions_materialized, before.partitions_failed) == (1, 1)
    assert (after.partitions_materialized, after.partitions_failed) == (3, 1)
    assert unsound == []
