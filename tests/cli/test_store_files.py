"""`penstock store` and `penstock doctor` where the store is in Postgres."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from tests.cli.conftest import Project

from penstock.base.clock import SystemClock
from penstock.base.ids import SystemIds
from penstock.base.settings import load_settings
from penstock.instance import Instance
from penstock.model.events import AssetFailed, AssetMaterialized, CheckEvaluated, LogLine
from penstock.model.keys import AssetKey
from penstock.testing.postgres import PostgresServer

ORDERS = AssetKey("orders")


@pytest.fixture
def url(project: Project, postgres_server: PostgresServer) -> Iterator[str]:
    """A database of its own, named in the settings of the project."""
    name = "t" + SystemIds(SystemClock()).new_id().replace("-", "")
    made = psycopg.conninfo.make_conninfo(postgres_server.url, dbname=name)
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        said = {"storage": {"postgres": {"postgres_url": made}}}
        (project.folder / "penstock.yaml").write_text(json.dumps(said))
        yield made
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_an_upgrade_is_told_before_it_is_made(project: Project, url: str) -> None:
    del url

    planned = json.loads(project.ok("store", "migrate", "--dry-run", "--json"))
    done = json.loads(project.ok("store", "migrate", "--json"))
    after = project.ok("store", "migrate")

    assert (planned["found"], planned["done"]) == (0, False)
    assert [step["schema"] for step in done["steps"]] == list(range(1, planned["known"] + 1))
    assert after == f"The store has schema {planned['known']}, which is up to date.\n"


def test_it_is_measured_exported_and_trimmed(project: Project, url: str) -> None:
    del url
    with Instance.open(load_settings()) as instance:
        instance.store.report([LogLine("a")], at=1.0)
        instance.store.report([AssetMaterialized(ORDERS)], at=2.0)

    told = json.loads(project.ok("store", "info", "--json"))
    exported = json.loads(project.ok("store", "export", "all.jsonl", "--json"))
    would = json.loads(project.ok("store", "trim", "--dry-run", "--json"))
    gone = json.loads(project.ok("store", "trim", "--json"))

    assert (told["place"], told["events"]) == ("Postgres", 2)
    assert exported["events"] == 2
    assert (would["events"], gone["events"]) == (1, 1)


def test_a_backup_names_the_command_to_use(project: Project, url: str) -> None:
    del url

    refused = [project.run("store", "backup", "a.db"), project.run("store", "restore", "a.db")]

    assert [result.exit_code for result in refused] == [2, 2]
    assert "pg_dump --format=custom --schema=penstock --file=a.db" in refused[0].stderr
    assert "pg_restore" in refused[1].stderr


def test_a_wrong_projection_is_found_and_mended(project: Project, url: str) -> None:
    now = SystemClock().now() - 9.0
    with Instance.open(load_settings()) as instance:
        made = [AssetMaterialized(ORDERS, "a"), AssetMaterialized(ORDERS), AssetFailed(ORDERS, "b")]
        verdict = CheckEvaluated(ORDERS, "unique", passed=True)
        instance.store.report([*made, verdict], at=now)
        right = instance.store.partition_heads(ORDERS)
    fine = project.run("doctor", "--json")
    with psycopg.connect(url) as connection:
        connection.execute(
            b"UPDATE penstock.partition_heads SET materialized = 3 WHERE failed IS NULL"
        )

    found = json.loads(project.run("doctor", "--json").stdout)["findings"]
    refused = project.run("doctor", "--repair")
    project.ok("doctor", "--repair", "--no-backup")
    after = json.loads(project.ok("doctor", "--json"))["findings"]

    assert json.loads(fine.stdout)["findings"] == []
    assert [each["subject"] for each in found] == ["asset orders", "partition orders [a]"]
    assert refused.exit_code == 2
    assert "pg_dump" in refused.stderr
    assert after == []
    with Instance.open(load_settings()) as instance:
        assert instance.store.partition_heads(ORDERS) == right
