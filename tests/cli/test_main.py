"""The commands on a real project and a real store: what they print, and their exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys


def masked(text: str) -> str:
    """Replace run ids by ID and durations by N."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
    return re.sub(r"\d+(\.\d+)?s\b", "Ns", text)


def test_materialize_shows_each_asset_with_its_checks(project):
    text = project.ok("materialize", "entries*", "--partition", "2024-01-01")

    assert masked(text) == (
        "entries ✓ (Ns)\n"
        "readings ✓ (Ns)\n"
        "  ├─ Check: not_null [PASSED]\n"
        "  └─ Check: large [WARNING]\n"
        "\n"
        "Run ID succeeded: 2 assets in Ns.\n"
    )


def test_a_failed_step_shows_the_users_frames_and_where_the_logs_are(project):
    project.lose("2024-01-01")

    result = project.run("materialize", "entries", "--partition", "2024-01-01")

    assert result.exit_code == 1
    assert masked(result.stdout) == "entries ✗ (Ns)\n\n"
    error = masked(result.stderr)
    assert error.endswith(
        'raise ConnectionError("Connection timeout")\n'
        "    ConnectionError: Connection timeout\n"
        "Run ID failed: 0 assets in Ns, 1 step failed.\n"
        "See what happened with: penstock logs ID\n"
    )
    assert [path.rpartition("/")[2] for path in re.findall(r'File "(.*?)"', error)] == ["defs.py"]


def test_a_range_is_a_run_for_each_partition(project):
    project.ok(
        "asset",
        "materialize",
        "--select",
        "entries*",
        "--partition-range",
        "2024-01-01...2024-01-02",
    )

    runs = json.loads(project.ok("run", "list", "--json"))
    assert [run["partition"] for run in runs] == ["2024-01-02", "2024-01-01"]


def test_a_reversed_range_is_said_to_be_reversed(project):
    result = project.run("materialize", "entries", "--range", "2024-01-02..2024-01-01")

    assert (result.exit_code, result.stderr) == (
        2,
        "Error: The range '2024-01-02...2024-01-01' of asset 'entries' is reversed. "
        "Write '2024-01-01...2024-01-02'.\n",
    )


def test_skip_fresh_leaves_out_what_is_fresh(project):
    project.ok("materialize", "people")

    assert (
        project.ok("materialize", "people", "--skip-fresh")
        == "Nothing to do: the asset is already fresh.\n"
    )


def test_materialize_as_json_is_events_and_a_summary(project):
    lines = project.ok("materialize", "people", "--json", "--tag", "team=data").splitlines()

    events = [json.loads(line) for line in lines]
    assert events[0]["kind"] == "run_started"
    assert (
        events[-1]["event"],
        events[-1]["status"],
        events[-1]["tags"],
    ) == ("summary", "SUCCESS", {"team": "data"})


def test_a_tag_without_a_value_is_a_mistake(project):
    result = project.run("materialize", "people", "--tag", "team")

    assert (
        result.exit_code,
        result.stderr,
    ) == (2, "Error: 'team' is not a tag. Write --tag key=value.\n")


def test_status_shows_every_asset_as_it_is(project):
    project.ok("materialize", "people")
    project.ok("materialize", "entries", "--partition", "2024-01-01")
    project.lose("2024-01-02")
    project.run("materialize", "entries", "--partition", "2024-01-02")

    assert project.ok("status") == (
        "ASSET     GROUP    LAST RUN  STATUS   PARTITIONS  FRESHNESS\n"
        "entries   raw      just now  FAILURE  1/12        ✗ failed\n"
        "readings  clean    -         -        0/12        • never_run\n"
        "people    default  just now  SUCCESS  -           ✓ fresh\n"
    )


def test_status_can_be_narrowed(project):
    project.ok("materialize", "people")

    found = json.loads(project.ok("status", "--group", "default", "--json"))

    assert [asset["asset"] for asset in found["assets"]] == ["people"]
    assert project.ok("status", "--stale") == "No asset is in that state.\n"


def test_why_names_the_upstream_that_changed_and_the_run_that_changed_it(project):
    project.ok("materialize", "entries*", "--partition", "2024-01-01")
    project.ok("materialize", "entries", "--partition", "2024-01-01")

    assert masked(project.ok("why", "readings", "--partition", "2024-01-01")) == (
        "readings [2024-01-01]: stale - upstream changed\n"
        "  Upstream entries [2024-01-01] was made just now by run ID, "
        "for `penstock materialize entries` on the command line\n"
        "\n"
        "Last made: readings [2024-01-01] was made just now by run ID, "
        "for `penstock materialize entries*` on the command line\n"
        "\n"
        "Checks:\n"
        "  large [WARNING] just now\n"
        "  not_null [PASSED] just now\n"
        "\n"
        "Next: penstock materialize readings --partition 2024-01-01\n"
    )


def test_why_without_a_partition_counts_the_reasons(project):
    project.ok("materialize", "entries", "--partition", "2024-01-02")

    assert project.ok("why", "entries") == (
        "entries has 12 days:\n"
        "  11 not materialized, like 2024-01-01\n"
        "  1 already fresh, like 2024-01-02\n"
        "\n"
        "Explain one with: penstock why entries --partition 2024-01-01\n"
    )


def test_why_of_an_unknown_asset_names_the_nearest(project):
    result = project.run("why", "entrys")

    assert (
        result.exit_code,
        result.stderr,
    ) == (2, "Error: There is no asset 'entrys'. Did you mean 'entries'?\n")


def test_logs_show_what_the_step_said(project):
    project.ok("materialize", "entries", "--partition", "2024-01-01")

    text = project.ok("logs", "latest", "--step", "entries")

    assert "WARNING  entries: reading 2024-01-01\n" in text
    assert "    printed by entries\n" in text


def test_logs_of_a_level_leave_out_what_is_less_serious(project):
    project.ok("materialize", "entries", "--partition", "2024-01-01")

    events = project.ok("logs", "latest", "--level", "warning", "--json").splitlines()

    assert [json.loads(line)["message"] for line in events] == ["reading 2024-01-01"]


def test_a_run_is_found_by_the_beginning_of_its_id(project):
    project.ok("materialize", "people")
    (run,) = json.loads(project.ok("run", "list", "--json"))

    shown = json.loads(project.ok("run", "show", run["run"][:8], "--json"))

    assert run["run"] == shown["run"]


def test_an_unknown_run_says_where_the_runs_are(project):
    result = project.run("logs", "nonsense")

    assert (
        result.exit_code,
        result.stderr,
    ) == (2, "Error: There is no run 'nonsense'. `penstock run list` shows the runs.\n")


def test_a_run_that_has_ended_is_neither_resumed_nor_canceled(project):
    project.ok("materialize", "people")

    assert [project.run("run", verb, "latest").exit_code for verb in ("resume", "cancel")] == [3, 2]


def test_assets_are_listed_sorted_one_a_line(project):
    assert project.ok("asset", "list") == "entries\npeople\nreadings\n"
    assert project.ok("asset", "list", "--select", "group:default") == "people\n"


def test_an_asset_is_shown_as_declared(project):
    assert project.ok("asset", "show", "people") == (
        "people\n  group: default\n  is executable: yes\n"
    )


def test_sound_definitions_are_counted(project):
    assert (
        project.ok("definitions", "validate")
        == "The definitions of defs are valid: 3 assets, 2 checks, 0 jobs.\n"
    )


def test_definitions_that_raise_show_the_users_traceback_and_none_of_ours(project):
    project.define("def broken():\n    raise ValueError('no')\n\nbroken()\n")

    result = project.run("definitions", "validate")

    assert result.exit_code == 2
    assert result.stderr.endswith("could not be imported. ValueError: no\n")
    assert "penstock/" not in result.stderr


def test_an_unknown_command_names_the_nearest(project):
    result = project.run("materialise")

    assert result.exit_code == 2
    assert "There is no command 'materialise'. Did you mean 'materialize'?" in result.stderr


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from penstock.cli.main import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'rich', 'pydantic', 'sqlite3', 'yaml', 'msgspec'} & set(sys.modules)\n"
        "sys.stderr.write(' '.join(sorted(heavy)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stderr == ""


def test_an_option_can_be_set_by_a_variable(project, monkeypatch):
    monkeypatch.setenv("PENSTOCK_CLI_MATERIALIZE_PARTITION", "2024-01-01")

    assert "entries ✓" in project.ok("materialize", "entries")


def test_materialize_as_json_prints_past_what_is_captured_of_steps(project):
    process = project.start("materialize", "entries", "--partition", "2024-01-01", "--json")

    output, _ = process.communicate(timeout=60)

    events = [json.loads(line) for line in output.splitlines()]
    assert process.returncode == 0
    assert events[-1]["event"] == "summary"
    assert "step_succeeded" in [event.get("kind") for event in events]
