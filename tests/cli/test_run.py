"""`penstock run dequeue` and the end of runs that others carry out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import penstock as dg
from penstock.cli.main import cli
from penstock.model.run import RunStatus


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.Instance:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "penstock.yaml").write_text(
        "run_queue: {max_concurrent_runs: 1}\n"
        "run_launcher: {module: penstock.testing.launchers, class: MockedRunLauncher}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PENSTOCK_HOME", raising=False)
    return dg.Instance.get()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["run", *arguments])


def queued(instance: dg.Instance) -> str:
    return instance.submit_run(instance.create_run(job_name="load").run_id).run_id


def test_a_look_into_the_queue_tells_what_starts_and_what_holds_the_rest(instance):
    first, second = queued(instance), queued(instance)

    looked = run("dequeue")
    again = json.loads(run("dequeue", "--json").stdout)

    because = "1 run under way; at most 1 may be"
    assert looked.stdout.splitlines() == [
        f"Run {first} is launched.",
        f"Run {second} waits: {because}.",
    ]
    assert again == {"started": [], "held": [{"run": second, "because": because}]}


def test_an_empty_queue_is_told(instance):
    del instance

    assert run("dequeue").stdout == "No run waits in the queue.\n"


def test_a_waiting_run_can_be_canceled(instance):
    waiting = queued(instance)

    assert run("cancel", waiting).stdout == f"Run {waiting} is canceled.\n"
    found = instance.get_run_by_id(waiting)
    assert found is not None
    assert found.status is RunStatus.CANCELED
