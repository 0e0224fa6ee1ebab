"""Whole projects without Python: made when something changed, skipped otherwise, never half."""

from __future__ import annotations

import signal
import textwrap
import time
from pathlib import Path

import pytest

import penstock as dg
from penstock.library.declarative.load import load_assets_from_yaml

CHAIN = """
asset raw: path: "in.csv"
asset clean: transform: "python upper.py {raw.path} {self.path}" path: "clean.csv"
asset other: path: "other.csv"
asset side: transform: "python upper.py {other.path} {self.path}" path: "side.csv"
asset report: transform: "python upper.py {clean.path} {self.path}" path: "out/report.csv"
"""


@pytest.fixture
def chain(folder):
    folder.write("assets.yaml", CHAIN)
    folder.write("in.csv", "a\n")
    folder.write("other.csv", "b\n")
    return folder


def _until(condition) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_file_of_assets_is_a_whole_project(chain):
    code, said = chain.run("materialize")

    assert code == 0, said
    assert chain.read("out/report.csv") == "A\n"
    assert "report ✓" in said


def test_nothing_changed_so_nothing_runs_and_it_says_why(chain):
    chain.run("materialize")

    code, said = chain.run("materialize")

    assert code == 0, said
    assert chain.runs() == 3
    assert "report - skipped: up to date" in said


def test_a_changed_input_reruns_what_depends_on_it_and_nothing_else(chain):
    chain.run("materialize")
    chain.write("in.csv", "c\n")

    code, said = chain.run("materialize")

    assert code == 0, said
    assert chain.runs() == 5
    assert chain.read("out/report.csv") == "C\n"
    assert "side - skipped" in said


def test_an_input_that_changed_without_changing_the_output_stops_there(chain):
    chain.run("materialize")
    chain.write("in.csv", "A\n")

    _, said = chain.run("materialize")

    assert chain.runs() == 4
    assert "clean ✓" in said
    assert "report - skipped" in said


def test_a_missing_output_is_made_again(chain):
    chain.run("materialize")
    (chain.path / "clean.csv").unlink()

    chain.run("materialize")

    assert chain.runs() == 4
    assert chain.read("clean.csv") == "A\n"


def test_a_changed_script_is_a_reason(chain):
    chain.run("materialize")
    chain.write("upper.py", chain.read("upper.py") + "\n# new\n")

    chain.run("materialize", "side")
    _, said = chain.run("logs", "latest")

    assert chain.runs() == 4
    assert "made because 'upper.py' changed" in said


def test_streams_of_the_command_are_in_the_log_of_the_run(chain):
    chain.run("materialize", "clean")

    _, said = chain.run("logs", "latest")

    assert "working on in.csv" in said


def test_a_run_that_is_forced_makes_what_is_up_to_date(chain):
    chain.run("materialize")

    chain.run("materialize", "clean", "--tag", "penstock/force=yes")

    assert chain.runs() == 4


def test_a_missing_source_is_told(chain):
    (chain.path / "in.csv").unlink()

    code, said = chain.run("materialize", "clean")

    assert code == 1
    assert "Source 'raw', which 'clean' reads, is not there" in said


def test_a_command_that_fails_is_told_with_what_it_said(folder):
    folder.write(
        "assets.yaml", "asset a: transform: \"python -c 'import nothing_there'\" path: a.csv"
    )

    code, said = folder.run("materialize")

    assert code == 1
    assert "ended with exit code 1" in said
    assert "No module named 'nothing_there'" in said


def test_a_command_that_makes_no_output_fails(folder):
    folder.write("assets.yaml", 'asset a: transform: "python -c pass" path: "a.csv"')

    code, said = folder.run("materialize")

    assert code == 1
    assert "did not make its output 'a.csv'" in said


def test_a_failed_command_leaves_the_last_good_output(folder):
    folder.write("in.csv", "good")
    folder.write("assets.yaml", CHAIN.splitlines()[1] + "\n" + CHAIN.splitlines()[2])
    folder.run("materialize")
    folder.write("upper.py", "import sys; open(sys.argv[2], 'w').write('half'); sys.exit(1)")

    code, _ = folder.run("materialize")

    assert code == 1
    assert folder.read("clean.csv") == "GOOD"


_SLOW = """
import pathlib, sys, time
target = open(sys.argv[1], "w")
target.write("half")
target.flush()
pathlib.Path("begun").touch()
if pathlib.Path("slow").exists():
    time.sleep(600)
target.write(" and half")
target.close()
"""


@pytest.mark.parametrize("target", ["{self.path}", "a.csv"], ids=["given", "in place"])
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_half_an_output_is_never_taken_as_good(folder, target: str, blow: signal.Signals):
    folder.write("slow.py", _SLOW)
    folder.write("slow", "")
    folder.write(
        "assets.yaml",
        f'asset a: transform: "python slow.py {target}" path: "a.csv"\n'
        'asset b: transform: "python upper.py {a.path} {self.path}" path: "b.csv"',
    )
    process = folder.start("materialize")
    _until((folder.path / "begun").exists)
    process.send_signal(blow)
    process.communicate(timeout=30)
    assert not (folder.path / "b.csv").exists()
    (folder.path / "slow").unlink()

    code, said = folder.run("materialize")

    assert code == 0, said
    assert folder.read("a.csv") == "half and half"
    assert folder.read("b.csv") == "HALF AND HALF"


def test_partitions_are_files_of_their_own(folder):
    folder.write(
        "assets.yaml",
        textwrap.dedent(
            """
            assets:
              raw:
                path: in/{self.partition}.csv
                partitions: [north, south]
              clean:
                transform: python upper.py {raw.path} {self.path}
                path: out/{self.partition}.csv
                partitions: [north, south]
            """
        ),
    )
    (folder.path / "in").mkdir()
    folder.write("in/north.csv", "n")
    folder.write("in/south.csv", "s")
    folder.run("materialize", "--range", "north..south")
    folder.write("in/south.csv", "t")

    code, said = folder.run("materialize", "--range", "north..south")

    assert code == 0, said
    assert folder.runs() == 3
    assert folder.read("out/south.csv") == "T"


def test_tasks_run_in_order_each_time(folder):
    folder.write(
        "tasks.penstock",
        'task second { command: "cat one >> two" depends_on: first } '
        'task first { command: "echo x > one" }',
    )

    folder.run("materialize")
    code, said = folder.run("materialize")

    assert code == 0, said
    assert folder.read("two") == "x\nx\n"


def test_a_check_fails_by_its_exit_code(folder):
    folder.write("in.csv", "x")
    folder.write(
        "assets.yaml",
        textwrap.dedent(
            """
            assets:
              a:
                transform: cp in.csv {self.path}
                path: a.csv
                checks:
                  good: test -s {self.path}
                  bad: {command: "sh -c 'echo too few >&2; exit 1'", severity: warn}
            """
        ),
    )

    _, said = folder.run("materialize")

    assert "Check: good [PASSED]" in said
    assert "Check: bad [WARNING] too few" in said


def test_a_timeout_ends_the_command(folder):
    folder.write(
        "assets.yaml",
        "asset a: transform: \"python -c 'import time; time.sleep(60)'\" path: a.csv timeout: 0.3",
    )

    code, said = folder.run("materialize")

    assert code == 1
    assert "took longer than its timeout of 0.3 s" in said


def test_a_path_with_spaces_stays_one_argument(folder):
    folder.write("in put.csv", "x")
    folder.write(
        "assets.yaml",
        'asset raw: path: "in put.csv" '
        'asset words: transform: "python upper.py {raw.path} {self.path}" path: "out put.csv" '
        'asset shell: transform: "cat {raw.path} > {self.path}" path: "o u t.csv" shell: true',
    )

    code, said = folder.run("materialize")

    assert code == 0, said
    assert folder.read("out put.csv") == "X"
    assert folder.read("o u t.csv") == "x"


def test_assets_of_commands_and_of_python_are_made_in_one_run(folder):
    folder.write("in.csv", "x")
    path = folder.write(
        "mixed.yaml",
        "assets:\n  made:\n    transform: python upper.py in.csv {self.path}\n    path: made.csv\n"
        "    depends_on: [before]",
    )
    order: list[str] = []

    @dg.asset
    def before() -> None:
        order.append("before")

    @dg.asset(deps=["made"])
    def after() -> None:
        order.append(Path("made.csv").read_text())

    with dg.Instance.ephemeral() as instance:
        assets = [after, before, *load_assets_from_yaml(path)]
        dg.materialize(assets, instance=instance)
        again = dg.materialize(assets, instance=instance)

    assert order == ["before", "X", "before", "X"]
    assert again.success
    assert folder.runs() == 2


def test_an_unchanged_python_input_leaves_the_asset_as_it_is(folder):
    folder.write("in.csv", "x")
    path = folder.write(
        "mixed.yaml",
        "assets:\n  made:\n    transform: python upper.py in.csv {self.path}\n    path: made.csv\n"
        "    depends_on: [before]",
    )

    @dg.asset
    def before() -> dg.MaterializeResult:
        return dg.MaterializeResult(data_version=dg.DataVersion("same"))

    with dg.Instance.ephemeral() as instance:
        assets = [before, *load_assets_from_yaml(path)]
        dg.materialize(assets, instance=instance)
        dg.materialize(assets, instance=instance)

    assert folder.runs() == 1


def test_a_changed_source_is_seen_without_a_run(chain):
    chain.run("materialize")
    chain.write("in.csv", "c\n")

    _, status = chain.run("status", "clean")
    _, why = chain.run("why", "clean")
    _, said = chain.run("materialize", "--skip-fresh", "clean", "side")

    assert "stale" in status
    assert "stale - upstream changed" in why
    assert "clean ✓" in said
    assert "side" not in said.replace("clean side", "")
