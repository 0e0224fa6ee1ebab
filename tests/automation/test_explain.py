"""An explanation shows every node with its answer."""

from penstock.automation.condition import AutomationCondition
from penstock.automation.explain import explain
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, Manifest
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.testing.automation_history import AutomationHistory

AC = AutomationCondition
UP, A = AssetKey("up"), AssetKey("a")
LETTERS = StaticPartitionsDefinition(["x", "y", "z"])


def test_an_explanation_reads_as_a_tree():
    nodes = (
        AssetNode(key=UP, node="up", partitions=LETTERS),
        AssetNode(key=A, node="a", deps=(AssetDependency(UP),), partitions=LETTERS),
    )
    condition = AC.any_deps_match(AC.missing()).with_label("waiting") & ~AC.in_progress()
    told = AutomationHistory(
        manifest=Manifest(location="here", assets=nodes), conditions={A: condition}
    )
    told.make("up@x")

    explained = explain(told.evaluate().results[A])

    assert list(explained.lines()) == [
        "✓ AND: 2 of 3 candidates",
        "  ✓ waiting: 2 of 3 candidates",
        "    ✓ up: 2 of 3 candidates",
        "      ✓ missing: 2 of 3 candidates",
        "  ✓ NOT: 2 of 2 candidates",
        "    ✗ in_progress: 0 of 2 candidates",
        "      ✗ run_in_progress: 0 of 2 candidates",
        "      ✗ backfill_in_progress: 0 of 2 candidates",
    ]
    assert explained.children[0].children[0].children[0].entity == "asset:up"
