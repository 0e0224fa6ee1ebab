import pytest

import penstock as dg
from penstock.compat.runless import to_native
from penstock.errors import InvariantViolationError
from penstock.model.events import AssetMaterialized, AssetObserved, CheckEvaluated


def test_a_materialization_becomes_a_native_one_with_its_version():
    event = dg.AssetMaterialization(
        "a/b",
        "by hand",
        metadata={"rows": 1},
        partition="d1",
        tags={"dagster/data_version": "v1", "by": "me"},
    )

    assert to_native(event) == AssetMaterialized(
        asset=dg.AssetKey(["a", "b"]),
        partition="d1",
        metadata={"rows": dg.MetadataValue.int(1)},
        data_version="v1",
        tags={"by": "me"},
        description="by hand",
    )


def test_an_observation_becomes_a_native_one():
    assert to_native(dg.AssetObservation("a")) == AssetObserved(
        asset=dg.AssetKey("a"), data_version=""
    )


def test_a_verdict_becomes_a_native_one():
    event = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey("a"),
        check_name="c",
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        partition="d1",
        description="too few",
    )

    assert to_native(event) == CheckEvaluated(
        asset=dg.AssetKey("a"),
        name="c",
        passed=False,
        partition="d1",
        severity="WARN",
        description="too few",
    )


def test_anything_else_cannot_be_reported():
    with pytest.raises(InvariantViolationError) as caught:
        to_native(7)

    assert str(caught.value) == (
        "int cannot be reported. Report an AssetMaterialization, an AssetObservation, an "
        "AssetCheckEvaluation, a FreshnessStateEvaluation or a FreshnessStateChange."
    )
