"""`penstock backfill` on a real project and a real store."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess

import pytest

SLOW = """
import pathlib
import time
import penstock as dg

DAYS = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-07")

@dg.asset(partitions_def=DAYS)
def first(context) -> int:
    print(context.partition_key)
    return 1

@dg.asset(partitions_def=DAYS)
def second(context, first: int) -> int:
    if context.partition_key == "2024-01-02":
        pathlib.Path("reached").touch()
        while pathlib.Path("go").read_text() != "yes":
            time.sleep(0.01)
    return first
"""


def masked(text: str) -> str:
    """Replace durations by N."""
    return re.sub(r"\d+(\.\d+)?s\b", "Ns", text)


def test_a_backfill_of_a_range_asks_and_shows_each_partition(project):
    text = project.ok(
        "backfill", "entries", "--start-date", "2024-01-01", "--end-date", "2024-01-10", typed="y\n"
    )

    assert masked(text) == (
        "Backfill Plan: entries\n"
        "══════════════════════\n"
        "\n"
        "Date Range: 2024-01-01 to 2024-01-10\n"
        "Partitions: 10 days\n"
        "\n"
        "Proceed? [y/N] y\n"
        "\n"
        "[1/10]  2024-01-01 ✓ (Ns)\n"
        "[2/10]  2024-01-02 ✓ (Ns)\n"
        "[3/10]  2024-01-03 ✓ (Ns)\n"
        "[4/10]  2024-01-04 ✓ (Ns)\n"
        "[5/10]  2024-01-05 ✓ (Ns)\n"
        "[6/10]  2024-01-06 ✓ (Ns)\n"
        "[7/10]  2024-01-07 ✓ (Ns)\n"
        "[8/10]  2024-01-08 ✓ (Ns)\n"
        "[9/10]  2024-01-09 ✓ (Ns)\n"
        "[10/10] 2024-01-10 ✓ (Ns)\n"
        "\n"
        "Backfill complete: 10 partitions in Ns\n"
    )


def test_a_backfill_that_is_declined_starts_nothing(project):
    result = project.run("backfill", "entries", "--all", typed="n\n")

    assert (result.exit_code, result.stderr) == (1, "Nothing was started.\n")
    assert project.ok("run", "list") == "There are no runs yet.\n"


def test_a_backfill_without_anybody_to_ask_says_how_to_start_it(project):
    result = project.run("backfill", "entries", "--all", typed="")

    assert result.exit_code == 2
    assert "Nobody answered. Give --yes to start without a question." in result.stderr


def test_a_failed_backfill_goes_on_with_resume_at_the_failed_partition(project):
    project.lose("2024-01-03")
    failed = project.run(
        "backfill", "entries", "--partitions", "2024-01-01, 2024-01-02,2024-01-03,2024-01-04", "-y"
    )
    project.lose("")

    assert failed.exit_code == 1
    assert failed.stdout.endswith(
        "[3/4] 2024-01-03 ✗ Connection timeout\n"
        "Backfill interrupted. Run with --resume to continue.\n"
    )
    assert masked(project.ok("backfill", "--resume")) == (
        "Resuming backfill: entries\n"
        "Completed: 2/4\n"
        "Remaining: 2 partitions\n"
        "\n"
        "[3/4] 2024-01-03 ✓ (Ns)\n"
        "[4/4] 2024-01-04 ✓ (Ns)\n"
        "\n"
        "Backfill complete: 4 partitions in Ns\n"
    )


def test_there_is_nothing_to_resume_after_a_complete_backfill(project):
    project.ok("backfill", "entries", "--partitions", "2024-01-01", "--yes")

    result = project.run("backfill", "--resume")

    assert result.exit_code == 3
    assert result.stderr == (
        "Error: There is no unfinished backfill to resume. "
        "Start one with `penstock backfill SELECTION --all`.\n"
    )


def test_a_dry_run_tells_missing_stale_and_fresh_partitions_apart(project):
    project.ok("materialize", "entries", "readings", "--range", "2024-01-02..2024-01-03")
    project.ok("materialize", "entries", "--partition", "2024-01-03")

    text = project.ok(
        "backfill",
        "readings",
        *("--start-date", "2024-01-01", "--end-date", "2024-01-03", "--dry-run"),
    )

    assert text == (
        "Backfill Plan (DRY RUN)\n"
        "═══════════════════════\n"
        "\n"
        "Asset: readings\n"
        "Partitions to process: 3\n"
        "\n"
        "  2024-01-01 (not materialized)\n"
        "  2024-01-02 (already fresh) <- would skip\n"
        "  2024-01-03 (stale - upstream changed)\n"
        "\n"
        "Would process: 2 partitions\n"
        "Would skip: 1 partition (already fresh)\n"
        "\n"
        "Run without --dry-run to execute.\n"
    )


def test_only_what_is_not_fresh_is_run(project):
    project.ok("materialize", "entries", "--partition", "2024-01-01")

    project.ok("backfill", "entries,readings", "--partitions", "2024-01-01", "--yes")

    (newest,) = json.loads(project.ok("run", "list", "--json", "--limit", "1"))
    assert newest["assets"] == ["readings"]


def test_what_reads_a_stale_asset_of_the_same_backfill_is_made_anew_with_it(project):
    project.ok("materialize", "*", "--partition", "2024-01-01")
    text = (project.folder / "defs.py").read_text()
    project.define(text.replace('group_name="raw"', 'code_version="2"'))
    project.ok("materialize", "*", "--partition", "2024-01-01")
    project.define(text.replace('group_name="raw"', 'code_version="3"'))

    project.ok("backfill", "entries,readings", "--partitions", "2024-01-01", "--yes")

    (newest,) = json.loads(project.ok("run", "list", "--json", "--limit", "1"))
    assert newest["assets"] == ["entries", "readings"]


def test_a_backfill_of_fresh_partitions_has_nothing_to_do(project):
    project.ok("backfill", "entries", "--all", "--yes")

    assert project.ok("backfill", "entries", "--all") == (
        "Nothing to do: all 12 partitions are already fresh.\n"
    )


def test_a_parallel_backfill_names_its_workers(project):
    text = project.ok("backfill", "entries+", "--all", "--parallel", "3", "--yes")

    lines = re.findall(r"^\[Worker ([123])\] (\S+) ✓$", text, flags=re.MULTILINE)
    assert "Parallel Workers: 3\n" in text
    assert [f"2024-01-{day:02}" for day in range(1, 13)] == sorted(day for _, day in lines)


def test_a_second_backfill_has_an_estimate_from_the_first(project):
    project.ok("backfill", "entries", "--partitions", "2024-01-01", "--yes")

    text = project.ok("backfill", "entries", "--all", "--parallel", "2", "--yes")

    assert "Already Fresh: 1 day (skipped)\nParallel Workers: 2\nEstimated Time: ~1 second" in text


def test_a_new_backfill_of_the_same_assets_replaces_an_unfinished_one(project):
    project.lose("2024-01-01")
    project.run("backfill", "entries", "--all", "--yes")
    project.lose("")

    text = project.ok("backfill", "entries", "--partitions", "2024-01-02", "--yes")

    assert "This replaces the unfinished backfill " in text
    assert project.run("backfill", "--resume").exit_code == 3


def test_json_is_one_document_a_line_and_nothing_else(project):
    lines = project.ok("backfill", "entries", "--partitions", "2024-01-01", "--json").splitlines()

    ended, last = (json.loads(line) for line in lines)
    assert (ended["event"], ended["number"], ended["state"]) == ("partition_ended", 1, "DONE")
    assert (last["event"], last["status"], last["done"]) == ("summary", "COMPLETED_SUCCESS", 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("entries", "--start-date", "2024-01-05", "--end-date", "2024-01-02"),
            "The range '2024-01-05...2024-01-02' of asset 'entries' is reversed. "
            "Write '2024-01-02...2024-01-05'.",
        ),
        (
            ("entrys", "--all"),
            "There is no asset 'entrys'. Did you mean 'entries'?",
        ),
        (
            ("people", "--all"),
            "A backfill is of partitions, and these assets have none: 'people'. "
            "Leave them out and run `penstock materialize people`.",
        ),
        (
            ("entries",),
            "Give one of: --from with --to, --partition-range, --partitions, --slice, or --all. "
            "--start-date and --end-date are the same as --from and --to.",
        ),
        (
            ("entries", "--start-date", "2024-01-05"),
            "Give one of: --from with --to, --partition-range, --partitions, --slice, or --all. "
            "--start-date and --end-date are the same as --from and --to.",
        ),
        ((), "Say which assets, as in `penstock backfill orders --all`."),
        (("entries", "--all", "--parallel", "0"), "--parallel must be 1 or more."),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(project, arguments, message):
    result = project.run("backfill", *arguments)

    assert (2, f"Error: {message}\n") == (result.exit_code, result.stderr)


def started(project, *arguments: str) -> subprocess.Popen[str]:
    """Start a backfill and wait until it is inside the second partition."""
    project.define(SLOW)
    (project.folder / "go").write_text("no")
    process = project.start("backfill", "*", "--all", "--yes", *arguments)
    while not (project.folder / "reached").exists():
        assert process.poll() is None, process.communicate()
    return process


@pytest.mark.parametrize("arguments", [(), ("--parallel", "2")])
def test_ctrl_c_leaves_a_backfill_that_can_be_resumed(project, arguments):
    process = started(project, *arguments)

    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    (project.folder / "go").write_text("yes")

    assert process.returncode == 130
    assert out.endswith("Backfill interrupted. Run with --resume to continue.\n")
    assert "Backfill complete: 6 partitions" in project.ok("backfill", "--resume")


def test_a_killed_backfill_goes_on_inside_the_interrupted_partition(project):
    process = started(project)

    process.kill()
    process.communicate(timeout=60)
    (project.folder / "go").write_text("yes")
    status = project.ok("status")
    resumed = project.ok("backfill", "--resume")

    assert "1 run lost the process that worked on it:" in status
    assert "go on with: penstock backfill --resume" in status
    assert "Completed: 1/6\nRemaining: 5 partitions\n\n[2/6] 2024-01-02 ✓" in resumed
    assert len(json.loads(project.ok("run", "list", "--json"))) == 6


def test_two_processes_do_not_work_on_the_same_backfill(project):
    process = started(project)

    second = project.run("backfill", "--resume")
    (project.folder / "go").write_text("yes")
    process.communicate(timeout=60)

    assert second.exit_code == 2
    assert "Another process works on the backfill" in second.stderr
    assert process.returncode == 0


PIDS = """
import os
import pathlib
import penstock as dg

DAYS = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-03")

@dg.asset(partitions_def=DAYS)
def first(context) -> None:
    pathlib.Path("pid").write_text(str(os.getpid()))

defs = dg.Definitions(assets=[first], executor=dg.multiprocess_executor)
"""


def test_a_backfill_uses_the_executor_of_the_definitions(project):
    project.define(PIDS)

    project.ok("backfill", "first", "--all", "--yes")

    assert (project.folder / "pid").read_text() != str(os.getpid())


CUSTOMERS = """
import penstock as dg

FILES = dg.DynamicPartitionsDefinition(name="files")

@dg.asset(partitions_def=FILES)
def loaded(context) -> None:
    if context.partition_key == "a":
        context.instance.delete_dynamic_partition("files", "b")

defs = dg.Definitions(assets=[loaded])
"""


def test_a_partition_that_is_deleted_meanwhile_is_not_said_to_be_fresh(project):
    project.define(CUSTOMERS)
    project.ok("partitions", "add", "files", "a", "b")

    result = project.run("backfill", "loaded", "--all", "--yes")

    assert result.exit_code == 1, result.output
    assert "b ✗ Asset 'loaded' has no partition 'b'." in result.output


def test_a_backfill_of_other_definitions_is_named_when_it_cannot_be_resumed(project):
    project.define(CUSTOMERS)
    project.ok("partitions", "add", "files", "a", "b")
    project.run("backfill", "loaded", "--all", "--yes")
    project.define(PIDS)

    result = project.run("backfill", "--resume")

    assert result.exit_code == 2
    assert "of loaded makes the asset 'loaded', which these definitions cannot" in result.stderr
