"""`penstock partitions`, and the counts that other commands show."""

from __future__ import annotations

import json

import pytest

DYNAMIC = """
import penstock as dg

FILES = dg.DynamicPartitionsDefinition(name="files")

@dg.asset(partitions_def=FILES)
def loaded(context) -> str:
    return context.partition_key

defs = dg.Definitions(assets=[loaded])
"""

HOURS = """
import penstock as dg

HOURS = dg.HourlyPartitionsDefinition(start_date="1900-01-01-00:00", end_date="2014-01-29-16:00")

@dg.asset(partitions_def=HOURS)
def million(context) -> None:
    pass

defs = dg.Definitions(assets=[million])
"""


def test_partitions_are_counted_by_status_and_listed(project):
    project.ok("materialize", "entries", "--range", "2024-01-01..2024-01-03")
    project.lose("2024-01-02")
    project.run("materialize", "entries", "--partition", "2024-01-02")

    assert project.ok("partitions", "entries", "--limit", "3") == (
        "entries has 12 days:\n"
        "  2 materialized\n"
        "  1 failed\n"
        "  9 missing\n"
        "\n"
        "PARTITION   STATUS\n"
        "2024-01-01  materialized\n"
        "2024-01-02  failed\n"
        "2024-01-03  materialized\n"
        "\n"
        "More with --after 2024-01-03, or as ranges with --ranges.\n"
    )


def test_a_page_goes_on_after_a_key_and_has_one_status(project):
    project.ok("materialize", "entries", "--range", "2024-01-01..2024-01-03")

    text = project.ok(
        "partitions", "entries", "--status", "missing", "--after", "2024-01-05", "--limit", "2"
    )

    assert "PARTITION   STATUS\n2024-01-06  missing\n2024-01-07  missing\n" in text


def test_ranges_of_a_status(project):
    project.ok("materialize", "entries", "--range", "2024-01-03..2024-01-05")

    found = json.loads(project.ok("partitions", "entries", "--ranges", "--json"))

    assert found == {
        "asset": "entries",
        "total": 12,
        "counts": {
            "materialized": 3,
            "failed": 0,
            "in-progress": 0,
            "missing": 9,
            "stale": 0,
        },
        "not_compared": 0,
        "ranges": [
            {"status": "materialized", "first": "2024-01-03", "last": "2024-01-05"},
            {"status": "missing", "first": "2024-01-01", "last": "2024-01-02"},
            {"status": "missing", "first": "2024-01-06", "last": "2024-01-12"},
        ],
    }


def test_a_stale_partition_is_shown_as_stale(project):
    project.ok("materialize", "*", "--range", "2024-01-01..2024-01-02")
    project.ok("materialize", "entries", "--partition", "2024-01-02")

    found = json.loads(project.ok("partitions", "readings", "--json", "--limit", "2"))

    assert (found["counts"]["materialized"], found["counts"]["stale"]) == (2, 1)
    assert found["partitions"] == [
        {"partition": "2024-01-01", "status": "materialized"},
        {"partition": "2024-01-02", "status": "stale"},
    ]
    assert found["after"] == "2024-01-02"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("people",), "Asset 'people' has no partitions. `penstock why people` explains it."),
        (("entrys",), "There is no asset 'entrys'. Did you mean 'entries'?"),
        (
            ("entries", "--slice", "day=2024-01-01"),
            "'day=2024-01-01' is a slice by dimension, but these partitions have one dimension "
            "only: days like '2024-01-12' (daily from 2024-01-01 to 2024-01-12). Give --from and "
            "--to, or --partitions.",
        ),
        (
            ("list", "files"),
            "No asset has dynamic partitions named 'files'. No asset has dynamic partitions.",
        ),
    ],
)
def test_a_mistake_is_one_message(project, arguments, message):
    result = project.run("partitions", *arguments)

    assert (2, f"Error: {message}\n") == (result.exit_code, result.stderr)


def test_dynamic_keys_are_added_listed_made_and_deleted(project):
    project.define(DYNAMIC)

    said = [
        project.ok("partitions", "add", "files", "b.csv", "a.csv"),
        project.ok("partitions", "add", "files", "a.csv", "c.csv"),
        project.ok("materialize", "loaded", "--partition", "a.csv") and "",
        project.ok("partitions", "delete", "files", "c.csv"),
        project.ok("partitions", "list", "files"),
        project.ok("partitions", "loaded"),
    ]

    assert said == [
        "2 partitions added.\n",
        "1 partition added.\n",
        "",
        "1 partition deleted.\n",
        "b.csv\na.csv\n",
        "loaded has 2 partitions:\n"
        "  1 materialized\n"
        "  1 missing\n"
        "\n"
        "PARTITION  STATUS\n"
        "b.csv      missing\n"
        "a.csv      materialized\n",
    ]


def test_a_dynamic_key_that_is_not_there_is_not_deleted(project):
    project.define(DYNAMIC)
    project.ok("partitions", "add", "files", "a.csv")

    result = project.run("partitions", "delete", "files", "a.csv", "b.csv")

    assert result.exit_code == 2
    assert "There is no partition 'b.csv' in 'files'." in result.stderr
    assert project.ok("partitions", "list", "files") == "a.csv\n"


def test_status_counts_the_partitions_of_each_asset(project):
    project.ok("materialize", "entries", "--range", "2024-01-01..2024-01-03")

    assets = json.loads(project.ok("status", "--json"))["assets"]

    assert [(a["asset"], a["partitions_done"], a["partitions_total"]) for a in assets] == [
        ("entries", 3, 12),
        ("readings", 0, 12),
        ("people", None, None),
    ]
    assert assets[0]["partition_counts"]["missing"] == 9


def test_an_asset_is_shown_with_the_counts_of_its_partitions(project):
    project.ok("materialize", "entries", "--range", "2024-01-01..2024-01-03")

    text = project.ok("asset", "show", "entries")

    assert "  partition counts: materialized=3, failed=0, in-progress=0, missing=9\n" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("partitions", "million", "--status", "missing"),
        ("partitions", "million", "--ranges"),
        ("asset", "show", "million"),
        ("why", "million"),
        (
            "backfill",
            "million",
            "--dry-run",
            "--partition-range",
            "1900-02-01-00:00...1900-02-02-00:00",
        ),
        ("backfill", "million", "--all", "--dry-run"),
    ],
)
def test_a_million_partitions_are_not_walked_over(project, monkeypatch, arguments):
    from penstock.partitions.window_core import WindowKeys

    written = []
    keys_at = WindowKeys.keys_at

    def counting(self, ordinals):
        found = keys_at(self, ordinals)
        written.append(len(found))
        return found

    monkeypatch.setattr(WindowKeys, "keys_at", counting)
    project.define(HOURS)
    project.ok("materialize", "million", "--partition", "1900-02-01-05:00")

    text = project.ok(*arguments)

    assert "1" in text
    assert sum(written) < 1_000
