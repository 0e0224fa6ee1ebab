"""An asset of three dimensions - day, region, model - everywhere one of one dimension works."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Project, project

import penstock as dg

__all__ = ["project"]

CUBE = """
import pathlib
import penstock as dg

DAYS = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-02-01")
REGIONS = dg.StaticPartitionsDefinition(["eu", "us", "asia"])
MODELS = dg.StaticPartitionsDefinition(["a", "b"])
CUBE = dg.MultiPartitionsDefinition({"day": DAYS, "region": REGIONS, "model": MODELS})
PLANE = dg.MultiPartitionsDefinition({"day": DAYS, "region": REGIONS})

def note(context):
    with pathlib.Path("read").open("a") as file:
        print(context.asset_key.to_user_string(), *context.partition_keys, file=file)

@dg.asset(partitions_def=DAYS)
def daily(context) -> None:
    note(context)

@dg.asset(
    partitions_def=PLANE,
    deps=[daily],
)
def plane(context) -> None:
    note(context)

@dg.asset(
    partitions_def=CUBE,
    deps=[
        daily,
        dg.AssetDep(
            plane,
            partition_mapping=dg.MultiPartitionMapping(
                {
                    name: dg.DimensionPartitionMapping(name, dg.IdentityPartitionMapping())
                    for name in ("day", "region")
                }
            ),
        ),
    ],
)
def cube(context) -> None:
    if context.partition_key in pathlib.Path("lost").read_text().split():
        raise ConnectionError("Connection timeout")
    key = context.partition_key.keys_by_dimension
    context.add_output_metadata({"dimensions": key, "tags": dict(context.run.tags)})
    note(context)

@dg.asset(
    partitions_def=MODELS,
    deps=[
        dg.AssetDep(
            cube,
            partition_mapping=dg.MultiToSingleDimensionPartitionMapping(
                partition_dimension_name="model"
            ),
        )
    ],
)
def by_model(context) -> None:
    note(context)

@dg.asset(partitions_def=CUBE, backfill_policy=dg.BackfillPolicy.single_run())
def at_once(context) -> None:
    note(context)

defs = dg.Definitions(assets=[daily, plane, cube, by_model, at_once])
"""


@pytest.fixture
def cubes(project: Project) -> Project:
    project.define(CUBE)
    return project


def seen(project: Project) -> list[str]:
    """Return what the assets noted."""
    return (project.folder / "read").read_text().splitlines()


def runs(project: Project) -> list[object]:
    """Return the partition, or the range, of each run, oldest first."""
    listed = json.loads(project.ok("run", "list", "--json", "--limit", "99"))
    return [r["partition"] or tuple(r["partition_range"]) for r in reversed(listed)]


@pytest.mark.parametrize(
    "text",
    ["2024-01-09|a|eu", "day=2024-01-09,region=eu,model=a", "model=a,region=eu,day=2024-01-09"],
)
def test_one_combination_is_made_by_key_and_by_dimension(cubes: Project, text: str):
    cubes.ok("materialize", "cube", "--partition", text)

    assert seen(cubes) == ["cube 2024-01-09|a|eu"]


def test_a_run_has_the_key_of_each_dimension_in_its_context_and_its_tags(cubes: Project):
    cubes.ok("materialize", "cube", "--partition", "day=2024-01-09,region=eu,model=a")

    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("cube"))
        assert event is not None
        assert event.asset_materialization is not None
        metadata = event.asset_materialization.metadata
        (run,) = instance.get_runs()

    assert metadata["dimensions"].value == {"day": "2024-01-09", "model": "a", "region": "eu"}
    tags = {name: text for name, text in run.tags.items() if name.startswith("dagster/partition")}
    assert tags == {
        "dagster/partition": "2024-01-09|a|eu",
        "dagster/partition/day": "2024-01-09",
        "dagster/partition/model": "a",
        "dagster/partition/region": "eu",
    }


def test_a_slice_is_cut_out_of_a_backfill(cubes: Project):
    text = cubes.ok("backfill", "cube", "--slice", "region=eu,day=2024-01-01...2024-01-02", "--yes")

    assert seen(cubes) == [
        "cube 2024-01-01|a|eu",
        "cube 2024-01-01|b|eu",
        "cube 2024-01-02|a|eu",
        "cube 2024-01-02|b|eu",
    ]
    assert "Backfill complete: 4 partitions in " in text


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("--partitions", "region=eu"), 62),
        (("--slice", "region=eu,us,model=b"), 62),
        (("--all",), 186),
        (("--from", "2024-01-01|a|eu", "--to", "2024-01-10|b|us"), 40),
        (("--partition-range", "2024-01-05|a|asia...2024-01-06|a|asia"), 2),
    ],
)
def test_a_backfill_counts_what_it_was_asked_for(cubes: Project, arguments, count: int):
    found = json.loads(cubes.ok("backfill", "cube", *arguments, "--dry-run", "--json"))

    assert found["would_process"] == count


def test_a_policy_of_one_run_makes_a_slice_in_one_run(cubes: Project):
    cubes.ok("backfill", "at_once", "--slice", "region=us,day=2024-01-01...2024-01-03", "--yes")

    assert runs(cubes) == [("2024-01-01|a|us", "2024-01-03|b|us")]
    assert seen(cubes) == [
        "at_once 2024-01-01|a|us 2024-01-01|b|us 2024-01-02|a|us 2024-01-02|b|us "
        "2024-01-03|a|us 2024-01-03|b|us"
    ]


def test_regions_that_do_not_adjoin_take_a_run_each(cubes: Project):
    cubes.ok("backfill", "at_once", "--slice", "region=eu,asia,day=2024-01-01", "--yes")

    assert runs(cubes) == [
        ("2024-01-01|a|eu", "2024-01-01|b|eu"),
        ("2024-01-01|a|asia", "2024-01-01|b|asia"),
    ]


def test_a_failed_backfill_of_a_slice_goes_on_where_it_failed(cubes: Project):
    cubes.lose("2024-01-02|a|eu")
    failed = cubes.run("backfill", "cube", "--slice", "region=eu,day=2024-01-01...2024-01-02", "-y")
    cubes.lose("")

    text = cubes.ok("backfill", "--resume")

    assert failed.exit_code == 1
    assert "Completed: 2/4\nRemaining: 2 partitions\n" in text
    assert len(seen(cubes)) == 4


def test_status_is_counted_by_slice(cubes: Project):
    cubes.ok("backfill", "cube", "--slice", "region=eu,day=2024-01-01...2024-01-02", "--yes")

    text = cubes.ok("partitions", "cube", "--slice", "region=eu,model=a", "--ranges")

    assert text == (
        "cube has 31 partitions:\n"
        "  2 materialized\n"
        "  29 missing\n"
        "\n"
        "STATUS        FIRST            LAST\n"
        "materialized  2024-01-01|a|eu  2024-01-02|a|eu\n"
        "missing       2024-01-03|a|eu  2024-01-31|a|eu\n"
    )


def test_a_new_day_upstream_makes_its_combinations_stale(cubes: Project):
    cubes.ok("materialize", "daily", "--range", "2024-01-01...2024-01-02")
    cubes.ok("backfill", "plane", "--slice", "day=2024-01-01...2024-01-02", "--yes")
    cubes.ok("backfill", "cube", "--slice", "day=2024-01-01...2024-01-02", "--yes")
    fresh = json.loads(cubes.ok("partitions", "cube", "--json"))["counts"]

    cubes.ok("materialize", "daily", "--partition", "2024-01-02")
    stale = json.loads(cubes.ok("partitions", "cube", "--status", "stale", "--ranges", "--json"))

    assert (fresh["materialized"], fresh["stale"]) == (12, 0)
    assert stale["counts"]["stale"] == 6
    assert stale["ranges"] == [
        {"status": "stale", "first": "2024-01-02|a|eu", "last": "2024-01-02|b|asia"}
    ]


def test_a_plane_upstream_makes_only_its_region_stale(cubes: Project):
    cubes.ok("backfill", "plane", "--slice", "day=2024-01-01", "--yes")
    cubes.ok("backfill", "cube", "--slice", "day=2024-01-01", "--yes")

    cubes.ok("materialize", "plane", "--partition", "day=2024-01-01,region=us")
    found = json.loads(cubes.ok("partitions", "cube", "--status", "stale", "--json"))

    assert [each["partition"] for each in found["partitions"]] == [
        "2024-01-01|a|us",
        "2024-01-01|b|us",
    ]


def test_why_explains_a_combination_by_dimension(cubes: Project):
    cubes.ok("materialize", "daily", "--partition", "2024-01-01")
    cubes.ok("backfill", "plane", "--slice", "day=2024-01-01", "--yes")
    cubes.ok("backfill", "cube", "--slice", "day=2024-01-01", "--yes")
    cubes.ok("materialize", "plane", "--partition", "2024-01-01|us")

    text = cubes.ok("why", "cube", "--partition", "day=2024-01-01,model=b,region=us")

    assert text.startswith("cube [2024-01-01|b|us]: stale - upstream changed\n")
    assert "Next: penstock materialize cube --partition '2024-01-01|b|us'\n" in text


def test_one_dimension_downstream_reads_all_its_combinations(cubes: Project):
    cubes.ok("backfill", "cube", "--slice", "day=2024-01-01,region=eu", "--yes")

    cubes.ok("materialize", "by_model", "--partition", "b")

    assert seen(cubes)[-1] == "by_model b"


def test_only_what_is_outdated_in_a_slice_is_made_again(cubes: Project):
    cubes.ok("backfill", "plane", "--slice", "day=2024-01-01", "--yes")
    cubes.ok("backfill", "cube", "--slice", "day=2024-01-01", "--yes")
    cubes.ok("materialize", "plane", "--partition", "2024-01-01|us")

    text = cubes.ok("backfill", "cube", "--slice", "day=2024-01-01,model=a", "--dry-run")

    assert (
        "  2024-01-01|a|eu (already fresh) <- would skip\n"
        "  2024-01-01|a|us (stale - upstream changed)\n"
        "  2024-01-01|a|asia (already fresh) <- would skip\n"
    ) in text


def test_python_takes_keys_and_not_texts_by_dimension():
    days = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-03")
    one = dg.StaticPartitionsDefinition(["x"])
    grid = dg.MultiPartitionsDefinition({"day": days, "one": one, "two": one})

    @dg.asset(partitions_def=grid)
    def cell() -> None: ...

    with pytest.raises(dg.DagsterUnknownPartitionError, match="has no partition 'day=2024-01-01"):
        dg.materialize([cell], partition_key="day=2024-01-01,one=x,two=x")
