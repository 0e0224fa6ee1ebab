"""From what users report to what stores keep, and back."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.compat.error_view import ErrorView
from penstock.compat.event_contents import specific_data
from penstock.compat.event_data import (
    AssetCheckEvaluationPlanned,
    AssetFailedToMaterializeData,
    AssetMaterializationPlannedData,
    AssetObservationData,
    AssetWipedData,
    EngineEventData,
    ExpectationView,
    FreshnessStateChange,
    FreshnessStateEvaluation,
    HandledOutputData,
    HookErroredData,
    LoadedInputData,
    Materialization,
    StepExpectationResultData,
    StepMaterializationData,
    StepOutputData,
    StepOutputHandle,
    StepSuccessData,
    TypeCheckData,
)
from penstock.compat.event_forms import native_event, native_materialization
from penstock.compat.event_types import DagsterEventType, type_of
from penstock.model import events as native
from penstock.model.events import ErrorInfo
from penstock.model.freshness import FreshnessState

A = dg.AssetKey("a")
ROWS = {"rows": dg.MetadataValue.int(7)}
FACT = Materialization(A, "x", ROWS, {"team": "data"}, "seen")
ERROR = ErrorView(ErrorInfo("ValueError", "bad"))
Type = DagsterEventType


@pytest.mark.parametrize(
    ("event_type", "data"),
    [
        (Type.ASSET_MATERIALIZATION, StepMaterializationData(FACT)),
        (Type.ASSET_OBSERVATION, AssetObservationData(FACT)),
        (Type.ASSET_MATERIALIZATION_PLANNED, AssetMaterializationPlannedData(A, "x")),
        (Type.ASSET_FAILED_TO_MATERIALIZE, AssetFailedToMaterializeData(A, "x", "why")),
        (Type.ASSET_CHECK_EVALUATION_PLANNED, AssetCheckEvaluationPlanned(A, "c")),
        (Type.ASSET_WIPED, AssetWipedData(A, ("x",))),
        (Type.FRESHNESS_STATE_EVALUATION, FreshnessStateEvaluation(A, FreshnessState.PASS)),
        (
            Type.FRESHNESS_STATE_CHANGE,
            FreshnessStateChange(A, FreshnessState.PASS, FreshnessState.WARN, 5.0),
        ),
        (Type.ENGINE_EVENT, EngineEventData(ROWS, ERROR, "start", "end")),
        (Type.STEP_WORKER_STARTING, EngineEventData(marker_start="step")),
        (Type.HANDLED_OUTPUT, HandledOutputData("result", ROWS, "k")),
        (Type.LOADED_INPUT, LoadedInputData("number", "lake", "result", "one", ROWS)),
        (
            Type.STEP_OUTPUT,
            StepOutputData(
                StepOutputHandle("s", "result", "k"), TypeCheckData(True, "Any"), "v1", ROWS
            ),
        ),
        (
            Type.STEP_EXPECTATION_RESULT,
            StepExpectationResultData(ExpectationView(True, "rows", "enough", ROWS)),
        ),
        (Type.HOOK_ERRORED, HookErroredData(ERROR)),
        (Type.STEP_SUCCESS, StepSuccessData(1500.0)),
    ],
)
def test_data_of_a_type_survives_being_stored(event_type, data):
    stored = native_event(event_type, data, step="s")

    assert type_of(stored) is event_type
    assert specific_data(stored) == data


@pytest.mark.parametrize("event_type", list(DagsterEventType))
def test_every_type_can_be_reported_without_data(event_type):
    stored = native_event(event_type, None, step="s", message="It is so.")

    assert type_of(stored) is event_type


def test_what_data_was_made_of_is_taken_from_its_tags():
    fact = dg.AssetMaterialization(
        "a",
        tags={
            "dagster/data_version": "v2",
            "dagster/code_version": "3",
            "dagster/input_data_version/raw/orders": "v1",
            "team": "data",
        },
    )

    assert native_materialization(fact) == native.AssetMaterialized(
        asset=A,
        data_version="v2",
        code_version="3",
        inputs={dg.AssetKey(["raw", "orders"]).to_escaped_user_string(): "v1"},
        tags={"team": "data"},
    )


def test_a_verdict_can_be_reported_as_data():
    verdict = dg.AssetCheckEvaluation(asset_key=A, check_name="c", passed=True, metadata={})

    stored = native_event(Type.ASSET_CHECK_EVALUATION, verdict, step="s")

    assert stored == native.CheckEvaluated(A, "c", passed=True, step="s")
