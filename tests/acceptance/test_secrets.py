"""A secret given by environment appears nowhere in the store, the logs or an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SECRET = 'hunter2/"quoted" Ünïcode+more'
ASIDE = "read-by-the-user-himself"

DEFINITIONS = """
import logging, os, subprocess, sys
import penstock as dg

class Warehouse(dg.ConfigurableResource):
    password: str

class Named(dg.Config):
    password: str

@dg.asset
def talkative(context, warehouse: Warehouse) -> dg.MaterializeResult:
    print(f"connecting with {warehouse.password}")
    print(repr(warehouse.password), file=sys.stderr)
    sys.stdout.write(warehouse.password[:7])
    sys.stdout.write(warehouse.password[7:] + "\\n")
    context.log.info("using %s", warehouse.password)
    logging.getLogger("app").error(warehouse.password)
    context.add_output_metadata({"url": f"x://me:{warehouse.password}@db"})
    return dg.MaterializeResult(metadata={"note": warehouse.password, "by": {"a": [1]}})

@dg.asset
def failing(warehouse: Warehouse) -> None:
    try:
        raise KeyError(warehouse.password)
    except KeyError as error:
        raise ConnectionError(f"no access with {warehouse.password}") from error

@dg.asset
def aside() -> None:
    raise ValueError(os.environ["ASIDE_PASSWORD"])

@dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
def retried(warehouse: Warehouse) -> None:
    raise ValueError(warehouse.password)

@dg.asset
def configured(config: Named) -> None:
    raise dg.Failure(description=config.password, metadata={"p": config.password})

class Broken(dg.ConfigurableResource):
    password: str

    def setup_for_execution(self, context) -> None:
        raise RuntimeError(f"cannot log in with {self.password}")

@dg.asset
def never(broken: Broken) -> None: ...

@dg.op
def loud(warehouse: Warehouse):
    print(warehouse.password)
    raise ValueError(warehouse.password)

@dg.job(executor_def=dg.multiprocess_executor)
def elsewhere():
    loud()

defs = dg.Definitions(
    assets=[talkative, failing, aside, retried, configured, never],
    jobs=[elsewhere],
    resources={
        "warehouse": Warehouse(password=dg.EnvVar("WAREHOUSE_LOGIN")),
        "broken": Broken(password=dg.EnvVar("WAREHOUSE_LOGIN")),
    },
)
"""

IN_PROCESSES = """
import penstock as dg
import defs
instance = dg.DagsterInstance.get()
dg.execute_job(dg.reconstructable(defs.elsewhere), instance=instance)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose resources have a secret from the environment."""
    (tmp_path / "defs.py").write_text(DEFINITIONS, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.penstock]\nmodule = "defs"\n')
    (tmp_path / "penstock.yaml").write_text(
        "python_logs: {managed_python_loggers: [app]}\n"
        "defs_state_storage:\n"
        "  module: penstock.settings.definition_state\n"
        "  class: UPathDefsStateStorage\n"
        "  config: {base_path: {env: WAREHOUSE_LOGIN}}\n",
    )
    (tmp_path / "config.yaml").write_text(
        "ops: {configured: {config: {password: {env: WAREHOUSE_LOGIN}}}}\n"
    )
    return tmp_path


def run(project: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "WAREHOUSE_LOGIN": SECRET,
        "ASIDE_PASSWORD": ASIDE,
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr


def traces(text: bytes) -> list[str]:
    """Return the ways in which a secret shows in some bytes."""
    forms = [
        SECRET,
        SECRET.replace('"', '\\"'),
        'hunter2/\\"quoted\\" \\u00dcn\\u00efcode+more',
        'hunter2/\\\\"quoted\\\\" ',
        "hunter2",
        "code+more",
        ASIDE,
    ]
    return [form for form in forms if form.encode() in text]


def everything_kept(project: Path) -> dict[str, list[str]]:
    home = project / ".penstock"
    return {
        str(path.relative_to(home)): found
        for path in home.rglob("*")
        if path.is_file() and (found := traces(path.read_bytes()))
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("materialize", "talkative"),
        ("materialize", "failing"),
        ("materialize", "aside"),
        ("materialize", "retried"),
        ("materialize", "never"),
        ("materialize", "configured", "--config", "config.yaml"),
    ],
    ids=lambda arguments: arguments[1],
)
def test_no_byte_of_the_home_and_no_message_has_the_secret(
    project: Path, arguments: tuple[str, ...]
):
    told = run(project, "-m", "penstock.cli", *arguments)

    assert "********" in told or arguments[1] == "talkative"
    assert everything_kept(project) == {}
    assert traces(told.encode()) == []


def test_what_was_hidden_was_there(project):
    run(project, "-m", "penstock.cli", "materialize", "talkative")

    logs = b"".join(p.read_bytes() for p in (project / ".penstock" / "logs").rglob("*.out"))
    assert logs.count(b"********") == 2


def test_nothing_is_told_by_steps_in_other_processes(project):
    run(project, "-c", IN_PROCESSES)

    assert (project / ".penstock" / "penstock.db").exists()
    assert everything_kept(project) == {}


def test_nothing_is_told_by_a_worker(project):
    told = run(
        project,
        "-c",
        "import penstock as dg, defs\n"
        "with dg.DagsterInstance.get() as instance:\n"
        "    run = instance.create_run_for_job(defs.defs.resolve_job_def('elsewhere'))\n"
        "    instance.launch_run(run.run_id)\n"
        "    instance.run_launcher.join()\n"
        "    print(instance.get_run_by_id(run.run_id).status.value)\n",
    )

    assert told.strip() == "FAILURE"
    assert everything_kept(project) == {}


def test_the_settings_show_names_and_not_values(project):
    told = run(project, "-m", "penstock.cli", "settings", "show", "--source")

    assert "environment WAREHOUSE_LOGIN" in told
    assert traces(told.encode()) == []
