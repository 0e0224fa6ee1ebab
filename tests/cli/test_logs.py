"""`penstock logs`: output of steps, also while they run."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

STEPS = """
import os, pathlib, sys, time
import penstock as dg

@dg.asset
def orders(context):
    print("orders out")
    print("orders err", file=sys.stderr)
    os.system("echo from a child")
    context.log.warning("careful")

@dg.asset(deps=[orders])
def report():
    sys.stdout.buffer.write(b"\\xff\\x00 no text\\n")

@dg.asset
def slow():
    print("begun")
    deadline = time.monotonic() + 60
    while not pathlib.Path("go").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    print("done")

defs = dg.Definitions([orders, report, slow])
"""


@pytest.fixture
def steps(project):
    project.define(STEPS)
    return project


def test_output_of_steps_is_shown_under_their_events(steps):
    steps.ok("materialize", "orders")

    text = steps.ok("logs", "latest")

    assert "    orders out\n    from a child\n    orders err\n" in text


def test_one_stream_of_one_step_is_printed_as_it_is(steps):
    steps.ok("materialize", "orders", "report")

    assert steps.ok("logs", "latest", "--step", "orders", "--stdout") == (
        "orders out\nfrom a child\n"
    )
    assert steps.ok("logs", "latest", "--stderr") == "orders err\n"
    assert steps.run("logs", "latest", "--step", "report", "--stdout").stdout_bytes == (
        b"\xff\x00 no text\n"
    )


def test_several_logs_have_headings(steps):
    steps.ok("materialize", "orders", "report")

    out = steps.run("logs", "latest", "--stdout").stdout_bytes

    assert out == (
        b"==> orders.1 <==\norders out\nfrom a child\n==> report.1 <==\n\xff\x00 no text\n"
    )


def test_a_run_is_followed_until_it_ends(steps):
    command = [sys.executable, "-m", "penstock.cli"]
    running = subprocess.Popen([*command, "materialize", "slow"], stdout=subprocess.PIPE)
    following = None
    try:
        while following is None:
            listed = json.loads(steps.ok("run", "list", "--json"))
            if listed and listed[0]["status"] == "STARTED":
                following = subprocess.Popen(
                    [*command, "logs", "latest", "--stdout", "--follow"], stdout=subprocess.PIPE
                )
        assert following.stdout is not None
        first = following.stdout.readline()
        (steps.folder / "go").touch()
        rest = following.communicate(timeout=60)[0]
    finally:
        running.kill()
        running.communicate()

    assert (first, rest) == (b"begun\n", b"done\n")


def test_lines_are_written_as_json_where_that_is_asked_for(steps):
    result = steps.run("materialize", "orders", "--log-format", "json")

    lines = [json.loads(line) for line in result.stderr.splitlines()]
    (line,) = [line for line in lines if line["event"] is None]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT.*\+00:00", line.pop("timestamp"))
    assert line.pop("pid") > 0
    assert len(line.pop("run")) == 36
    assert line == {
        "level": "WARNING",
        "job": "__ASSET_JOB",
        "step": "orders",
        "event": None,
        "message": "careful",
    }
    assert lines[0]["event"] == "PIPELINE_START"


def test_lines_have_the_form_that_people_know(steps):
    result = steps.run("materialize", "orders", "--log-format", "colored")

    (line,) = [line for line in result.stderr.splitlines() if line.endswith("careful")]
    assert re.fullmatch(
        r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \+0000 - penstock - WARNING - __ASSET_JOB - "
        r"[0-9a-f-]{36} - orders - careful",
        line,
    )


def test_short_lines_have_no_ids(steps):
    result = steps.run("materialize", "orders", "--log-format", "rich")

    (line,) = [line for line in result.stderr.splitlines() if line.endswith("careful")]
    assert re.fullmatch(r"\d\d:\d\d:\d\d WARNING  orders: careful", line)
