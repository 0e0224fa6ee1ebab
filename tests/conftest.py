"""What every test shares: how many examples Hypothesis tries, and one Postgres server.

`HYPOTHESIS_PROFILE` chooses dev (the default), ci or nightly; `TEST_POSTGRES_VERSION` 16 or 18.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from penstock.base.ids import SeededIds
from penstock.base.secrets import forget_secrets
from penstock.base.settings import load_settings
from penstock.instance import Instance
from penstock.store.memory import MemoryStore
from penstock.store.sqlite import SqliteStore
from penstock.testing.postgres import PostgresServer, shared_server
from penstock.testing.time import ManualClock

_SLOW_MACHINE = [HealthCheck.too_slow]

for _name, _examples in (("dev", 20), ("ci", 200), ("nightly", 5000)):
    settings.register_profile(
        _name, max_examples=_examples, deadline=None, suppress_health_check=_SLOW_MACHINE
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(autouse=True)
def no_secrets_of_others() -> Iterator[None]:
    """Let no test hide what a test before it took for a secret: they share a process."""
    yield
    forget_secrets()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A real server, shared by the workers of a test run; each test has its own schema."""
    folder, owner = tmp_path_factory.getbasetemp(), os.getpid()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder, owner = folder.parent, os.getppid()
    version = os.environ.get("TEST_POSTGRES_VERSION", "18")
    with shared_server(folder / "postgres.json", owner=owner, version=version) as server:
        yield server


@pytest.fixture(params=["memory", "sqlite"])
def any_instance(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Instance]:
    """An instance of each kind of store that needs no server, with a clock that a test moves."""
    clock = ManualClock(1_700_000_000.0)
    home = tmp_path / "home"
    store = MemoryStore() if request.param == "memory" else SqliteStore(home / "penstock.db")
    settings = load_settings(environment={"PENSTOCK_HOME": str(home)}, directory=tmp_path)
    with Instance(store=store, settings=settings, clock=clock, ids=SeededIds()) as made:
        yield made
