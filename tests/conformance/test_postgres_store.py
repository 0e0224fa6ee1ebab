from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from penstock.base.clock import SystemClock
from penstock.base.ids import SystemIds
from penstock.store.postgres import PostgresStore
from penstock.testing.postgres import PostgresServer
from penstock.testing.store_conformance import StoreConformance

IDS = SystemIds(SystemClock())


def new_schema() -> str:
    return "t" + IDS.new_id().replace("-", "")


def drop(server: PostgresServer, schema: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


class TestPostgresStore(StoreConformance):
    @pytest.fixture(autouse=True)
    def _place(self, postgres_server: PostgresServer) -> Iterator[None]:
        self.server, self.schema = postgres_server, new_schema()
        yield
        drop(postgres_server, self.schema)

    def make_store(self, tmp_path: Path) -> PostgresStore:
        return PostgresStore(self.server.url, schema=self.schema)
