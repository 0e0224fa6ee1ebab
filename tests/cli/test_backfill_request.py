"""`penstock backfill` on every kind of partitions, and with every backfill policy."""

from __future__ import annotations

import json

import pytest

KINDS = """
import penstock as dg

@dg.asset(partitions_def=dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-02-05"))
def weekly(context) -> None: ...

@dg.asset(partitions_def=dg.MonthlyPartitionsDefinition("2024-01-01", end_date="2024-07-01"))
def monthly(context) -> None: ...

@dg.asset(partitions_def=dg.HourlyPartitionsDefinition("2024-01-01-00:00", "2024-01-02-00:00"))
def hourly(context) -> None: ...

@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["eu", "us", "asia"]))
def static(context) -> None: ...

@dg.asset(partitions_def=dg.DynamicPartitionsDefinition(name="inbox"))
def dynamic(context) -> None: ...

@dg.asset(
    partitions_def=dg.MultiPartitionsDefinition(
        {
            "day": dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-04"),
            "region": dg.StaticPartitionsDefinition(["eu", "us"]),
        }
    )
)
def multi(context) -> None: ...

defs = dg.Definitions(assets=[weekly, monthly, hourly, static, dynamic, multi])
"""

POLICIES = """
import penstock as dg

DAYS = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-13")

def made(context):
    keys = context.partition_keys
    context.log.info("made %s to %s", keys[0], keys[-1])

@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def at_once(context) -> None:
    made(context)

@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.multi_run(5))
def by_five(context) -> None:
    made(context)

@dg.asset(partitions_def=DAYS)
def one_by_one(context) -> None:
    made(context)

defs = dg.Definitions(assets=[at_once, by_five, one_by_one])
"""


def keys_made(project, asset: str) -> list[str]:
    """Return the partitions that are materialized."""
    found = json.loads(
        project.ok("partitions", asset, "--status", "materialized", "--limit", "99", "--json")
    )
    return [each["partition"] for each in found["partitions"]]


def runs(project) -> list[object]:
    """Return the partition, or the range, of each run, oldest first."""
    listed = json.loads(project.ok("run", "list", "--json", "--limit", "99"))
    return [r["partition"] or tuple(r["partition_range"]) for r in reversed(listed)]


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (
            ("weekly", "--from", "2024-01-07", "--to", "2024-01-21"),
            ["2024-01-07", "2024-01-14", "2024-01-21"],
        ),
        (("weekly", "--partitions", "2024-01-14"), ["2024-01-14"]),
        (("monthly", "--partition-range", "2024-02-01...2024-03-01"), ["2024-02-01", "2024-03-01"]),
        (
            ("hourly", "--start-date", "2024-01-01-05:00", "--end-date", "2024-01-01-06:00"),
            ["2024-01-01-05:00", "2024-01-01-06:00"],
        ),
        (("static", "--from", "us", "--to", "asia"), ["us", "asia"]),
        (("static", "--partitions", "asia,eu"), ["eu", "asia"]),
        (("static", "--all"), ["eu", "us", "asia"]),
        (("dynamic", "--from", "b", "--to", "a"), ["b", "a"]),
        (("dynamic", "--partitions", "c"), ["c"]),
        (("multi", "--slice", "region=us"), ["2024-01-01|us", "2024-01-02|us", "2024-01-03|us"]),
        (("multi", "--partitions", "region=us,day=2024-01-02"), ["2024-01-02|us"]),
        (("multi", "--partitions", "2024-01-02|us"), ["2024-01-02|us"]),
        (
            ("multi", "--partition-range", "2024-01-02|eu...2024-01-03|eu"),
            ["2024-01-02|eu", "2024-01-03|eu"],
        ),
        (("multi", "--from", "day=2024-01-02,region=eu", "--to", "2024-01-02|us"),
         ["2024-01-02|eu", "2024-01-02|us"]),
    ],
)  # fmt: skip
def test_each_kind_is_made_by_range_list_and_slice(project, arguments, made):
    project.define(KINDS)
    project.ok("partitions", "add", "inbox", "b", "a", "c")

    project.ok("backfill", *arguments, "--yes")

    assert keys_made(project, arguments[0]) == made


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("weekly", "--partitions", "2024-01-08"), "Nearest: '2024-01-07', '2024-01-14'."),
        (
            ("monthly", "--from", "2024-02-02", "--to", "2024-03-01"),
            "Nearest: '2024-02-01', '2024-03-01'.",
        ),
        (
            ("hourly", "--partitions", "2024-01-01-05:30"),
            "Nearest: '2024-01-01-05:00', '2024-01-01-06:00'.",
        ),
        (("static", "--partitions", "asja"), "Nearest: 'asia'."),
        (("dynamic", "--partitions", "file_on"), "Nearest: 'file_one'."),
        (("multi", "--partitions", "2024-01-02|eur"), "Nearest: '2024-01-02|eu'."),
        (("multi", "--slice", "region=eur"), "Nearest: 'eu'."),
        (("static", "--from", "asia", "--to", "eu"), "is reversed. Write 'eu...asia'."),
    ],
)  # fmt: skip
def test_a_wrong_key_is_told_with_the_nearest_ones(project, arguments, hint):
    project.define(KINDS)
    project.ok("partitions", "add", "inbox", "file_one")

    result = project.run("backfill", *arguments, "--yes")

    assert result.exit_code == 2
    assert hint in result.stderr


def test_a_single_run_policy_makes_a_range_in_one_run(project):
    project.define(POLICIES)

    text = project.ok("backfill", "at_once", "--all", "--yes")

    assert runs(project) == [("2024-01-01", "2024-01-12")]
    assert "Partitions: 12 days\nRuns: 1\n" in text
    assert "[1/1] 2024-01-01...2024-01-12 (12 partitions) ✓" in text
    assert "Backfill complete: 12 partitions in " in text
    assert len(keys_made(project, "at_once")) == 12


def test_a_single_run_policy_leaves_out_what_is_fresh(project):
    project.define(POLICIES)
    project.ok("materialize", "at_once", "--partition", "2024-01-03")

    dry = project.ok("backfill", "at_once", "--all", "--dry-run")
    project.ok("backfill", "at_once", "--all", "--yes")

    assert "Would process: 11 partitions in 2 runs\nWould skip: 1 partition (already fresh)" in dry
    assert runs(project)[1:] == [("2024-01-01", "2024-01-02"), ("2024-01-04", "2024-01-12")]


def test_a_policy_of_several_runs_cuts_a_range_into_pieces(project):
    project.define(POLICIES)

    project.ok("backfill", "by_five", "--all", "--yes")

    assert runs(project) == [
        ("2024-01-01", "2024-01-05"),
        ("2024-01-06", "2024-01-10"),
        ("2024-01-11", "2024-01-12"),
    ]


def test_the_most_modest_policy_decides_for_all(project):
    project.define(POLICIES)

    project.ok("backfill", "at_once,by_five", "--from", "2024-01-01", "--to", "2024-01-06", "-y")
    project.ok("backfill", "at_once,one_by_one", "--from", "2024-01-07", "--to", "2024-01-08", "-y")

    assert runs(project) == [
        ("2024-01-01", "2024-01-05"),
        "2024-01-06",
        "2024-01-07",
        "2024-01-08",
    ]


def test_materialize_cuts_a_range_as_the_policy_says(project):
    project.define(POLICIES)

    project.ok("materialize", "by_five", "--range", "2024-01-01...2024-01-07")

    assert runs(project) == [("2024-01-01", "2024-01-05"), ("2024-01-06", "2024-01-07")]


def test_a_long_dry_run_shows_ranges(project):
    project.define(POLICIES.replace('start_date="2024-01-01"', 'start_date="2020-01-01"'))
    project.ok("materialize", "one_by_one", "--partition", "2021-01-01")

    text = project.ok("backfill", "one_by_one", "--all", "--dry-run")
    as_json = json.loads(project.ok("backfill", "one_by_one", "--all", "--dry-run", "--json"))

    assert (
        "Partitions to process: 1473\n"
        "\n"
        "  2020-01-01...2020-12-31 (366 partitions) (not materialized)\n"
        "  2021-01-02...2024-01-12 (1,106 partitions) (not materialized)\n"
        "  2021-01-01 (already fresh) <- would skip\n"
    ) in text
    assert as_json["ranges"][0] == {
        "first": "2020-01-01",
        "last": "2020-12-31",
        "count": 366,
        "reason": "not materialized",
    }
