from __future__ import annotations

from typing import ClassVar

import psycopg
import pytest
from hypothesis import settings

from penstock.base.clock import SystemClock
from penstock.base.ids import SystemIds
from penstock.store.postgres import PostgresStore
from penstock.testing.postgres import PostgresServer
from penstock.testing.store_machine import StoreMachine

IDS = SystemIds(SystemClock())


class PostgresMachine(StoreMachine):
    server: ClassVar[PostgresServer]

    def make_store(self) -> PostgresStore:
        self.schema = "m" + IDS.new_id().replace("-", "")
        return PostgresStore(self.server.url, schema=self.schema)

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "schema"):
            with psycopg.connect(self.server.url, autocommit=True) as connection:
                connection.execute(f"DROP SCHEMA {self.schema} CASCADE".encode())


@pytest.fixture(scope="module", autouse=True)
def _server(postgres_server: PostgresServer) -> None:
    PostgresMachine.server = postgres_server


TestPostgresAgreesWithMemory = PostgresMachine.TestCase
TestPostgresAgreesWithMemory.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None
)


class LongPostgresMachine(PostgresMachine):
    """The same with as many histories as SQLite is tried with."""


TestPostgresAgreesWithMemoryForLong = pytest.mark.timeout(900)(
    pytest.mark.slow(LongPostgresMachine.TestCase)
)
TestPostgresAgreesWithMemoryForLong.settings = settings(
    max_examples=200, stateful_step_count=30, deadline=None
)
