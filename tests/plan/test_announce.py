"""What a run says of all that it means to do."""

from penstock.model.events import AssetPlanned, CheckPlanned
from penstock.model.keys import AssetKey
from penstock.model.run import RunSpec
from penstock.plan.announce import planned, planned_assets
from penstock.plan.plan import Plan, PlannedAsset, PlannedCheck, Step

A, B = AssetKey("a"), AssetKey("b")
PLAN = Plan(
    (
        Step(
            "s",
            "s",
            assets=(PlannedAsset(A, "result", is_partitioned=True), PlannedAsset(B, "b")),
            checks=(PlannedCheck(A, "c"),),
        ),
    )
)


def test_a_run_says_what_it_means_to_make_and_to_check():
    assert planned(PLAN, RunSpec(partition="x")) == [
        AssetPlanned(A, "x", "s"),
        AssetPlanned(B, None, "s"),
        CheckPlanned(A, "c", "s"),
    ]


def test_a_run_of_no_partition_names_none():
    assert planned_assets(PLAN, RunSpec()) == [
        AssetPlanned(A, None, "s"),
        AssetPlanned(B, None, "s"),
    ]
