"""The store that settings choose."""

from __future__ import annotations

import sqlite3

import pytest

import penstock as dg
from penstock.errors import StoreUnavailableError
from penstock.settings.stores import open_store
from penstock.settings.values import SqliteChoice
from penstock.testing.postgres import PostgresServer


@dg.asset
def one() -> int:
    return 1


def test_the_file_is_in_the_home_if_nothing_is_said(tmp_path):
    open_store(SqliteChoice(), home=tmp_path / "home").close()

    assert (tmp_path / "home" / "penstock.db").exists()


def test_the_file_may_be_elsewhere(tmp_path):
    storage = {"sqlite": {"base_dir": str(tmp_path / "db"), "durable": True}}

    with dg.instance_for_test(overrides={"storage": storage}) as instance:
        dg.materialize([one], instance=instance)

    with sqlite3.connect(tmp_path / "db" / "penstock.db") as file:
        assert file.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailableError, match="Name another one under 'storage:"):
        open_store(SqliteChoice(folder=tmp_path / "file" / "db"), home=tmp_path)


def test_everything_may_be_in_postgres(postgres_server: PostgresServer):
    overrides = {
        "storage": {"postgres": {"postgres_url": {"env": "LAKE_URL"}}},
        "env": {"LAKE_URL": postgres_server.url},
    }

    with dg.instance_for_test(overrides=overrides) as instance:
        before = instance.get_runs_count()
        result = dg.materialize([one], instance=instance)

        assert instance.get_runs_count() == before + 1
        with dg.Instance.from_ref(instance.get_ref()) as again:
            assert again.has_run(result.run_id)
