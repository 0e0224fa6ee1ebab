"""What the fault suite shares: the seed, and where the stores are that something happens to."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from penstock.base.clock import SystemClock
from penstock.base.ids import SystemIds
from penstock.testing.fault_writers import Campaign
from penstock.testing.postgres import PostgresServer, running_server

MakeCampaign = Callable[..., Campaign]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the long versions the time that they take on a busy machine."""
    for item in items:
        if "faults" in item.path.parts and item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What decides when things go wrong: fixed, but another each time in slow tests.

    `PENSTOCK_FAULT_SEED=n` repeats what a failed test has printed.
    """
    is_slow = request.node.get_closest_marker("slow") is not None
    given = os.environ.get("PENSTOCK_FAULT_SEED")
    chosen = int(given or (int.from_bytes(os.urandom(3)) if is_slow else 1))
    print(f"PENSTOCK_FAULT_SEED={chosen}")
    return chosen


@pytest.fixture
def schema(postgres_server: PostgresServer) -> Iterator[str]:
    name = "f" + SystemIds(SystemClock()).new_id().replace("-", "")
    yield name
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())


@pytest.fixture
def on_sqlite(tmp_path: Path, seed: int) -> MakeCampaign:
    """Campaigns on a file."""

    def make(**settings: object) -> Campaign:
        place = {"store": str(tmp_path / "penstock.db"), "folder": str(tmp_path / "notes")}
        return Campaign(**{"seed": seed} | place | settings)

    return make


@pytest.fixture
def on_postgres(
    postgres_server: PostgresServer, schema: str, tmp_path: Path, seed: int
) -> MakeCampaign:
    """Campaigns on a server."""

    def make(**settings: object) -> Campaign:
        place = {"store": postgres_server.url, "folder": str(tmp_path / "notes"), "schema": schema}
        return Campaign(**{"seed": seed} | place | settings)

    return make


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that a test may stop."""
    with running_server() as server:
        yield server
