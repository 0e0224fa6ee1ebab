"""What was ever written must decode for ever: one file for each kind of event.

`python tests/golden/test_golden.py` writes the files of kinds that have none; it never touches one
that is there. A field that is added to an event is a new file, `<kind>.v2.json`; old files stay.
"""

import json
import typing
from pathlib import Path

import pytest

from penstock.base.codec import encode_sorted
from penstock.model import events as ev
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataValue

FOLDER = Path(__file__).parent
KINDS = {kind.__struct_config__.tag: kind for kind in typing.get_args(ev.RunEvent)}

_ASSET = AssetKey(["raw", "orders/eu"])
_ERROR = ev.ErrorInfo(
    "ValueError",
    "bad row 7",
    'File "assets.py", line 3, in orders\n',
    ev.ErrorInfo("KeyError", "'id'", 'File "assets.py", line 1, in parse\n', None),
)
_METADATA = {
    "json": MetadataValue.json({"a": [1, None, "x"]}),
    "link": MetadataValue.url("https://example.org/report"),
    "ok": MetadataValue.bool(True),
    "ratio": MetadataValue.float(0.25),
    "rows": MetadataValue.int(42),
    "summary": MetadataValue.md("# 42 rows"),
    "unit": MetadataValue.text("mg/dL"),
    "when": MetadataValue.timestamp(1704067200.5),
    "where": MetadataValue.path("lake/orders.parquet"),
}

EXAMPLES: dict[str, ev.RunEvent] = {
    "run_queued": ev.RunQueued("shop", "__repository__"),
    "run_starting": ev.RunStarting("host-1:4711"),
    "run_started": ev.RunStarted("host-1:4711"),
    "run_succeeded": ev.RunSucceeded(),
    "run_failed": ev.RunFailed("1 step failed: 'orders'.", _ERROR, "orders"),
    "run_canceling": ev.RunCanceling("ann"),
    "run_canceled": ev.RunCanceled(),
    "lease_lost": ev.LeaseLost("host-1:4711", "its process ended"),
    "run_resumed": ev.RunResumed("host-1:4712"),
    "step_started": ev.StepStarted("orders", 2),
    "step_succeeded": ev.StepSucceeded(
        "orders", 2, 1.5, ("rejected",), {"per_region": ("eu", "us")}
    ),
    "step_failed": ev.StepFailed("orders", _ERROR, 3, 0.75, _METADATA),
    "step_up_for_retry": ev.StepUpForRetry("orders", _ERROR, 2, 2.5),
    "step_restarted": ev.StepRestarted("orders", 2),
    "step_skipped": ev.StepSkipped("report", "step 'orders' did not produce 'rejected'"),
    "step_canceled": ev.StepCanceled("orders", 2),
    "input_loaded": ev.InputLoaded(
        "report", "orders", _ASSET, _METADATA, "lake", "orders", "result"
    ),
    "output_stored": ev.OutputStored("orders", "result", _METADATA, "eu"),
    "input_taken": ev.InputTaken("report", "orders", ev.TypeVerdict("Int", description="fits")),
    "output_produced": ev.OutputProduced(
        "orders", "result", "eu", ev.TypeVerdict("Int", passed=False), _METADATA, "v7"
    ),
    "expectation_judged": ev.ExpectationJudged(
        "orders", passed=False, label="rows", description="at least one row", metadata=_METADATA
    ),
    "hook_completed": ev.HookCompleted("orders", "tell"),
    "hook_skipped": ev.HookSkipped("orders", "tell"),
    "hook_errored": ev.HookErrored("orders", "tell", _ERROR),
    "asset_materialized": ev.AssetMaterialized(
        asset=_ASSET,
        partition="2024-01-31",
        step="orders",
        metadata=_METADATA,
        data_version="v17",
        code_version="3",
        inputs={"raw/source": "v16"},
        tags={"team": "data"},
        description="42 rows",
    ),
    "asset_observed": ev.AssetObserved(
        asset=_ASSET,
        partition="2024-01-31",
        step="orders",
        metadata=_METADATA,
        data_version="v17",
        tags={"team": "data"},
        description="seen",
    ),
    "asset_planned": ev.AssetPlanned(_ASSET, "2024-01-31", "orders"),
    "asset_failed": ev.AssetFailed(_ASSET, "2024-01-31", "orders", "the step failed"),
    "check_planned": ev.CheckPlanned(_ASSET, "no_nulls", "orders"),
    "check_evaluated": ev.CheckEvaluated(
        asset=_ASSET,
        name="no_nulls",
        passed=True,
        partition="2024-01-31",
        step="orders",
        severity="WARN",
        blocking=True,
        metadata=_METADATA,
        description="0 nulls",
    ),
    "log_line": ev.LogLine("read 42 rows", 30, "orders", "app"),
    "teardown_failed": ev.TeardownFailed("warehouse", _ERROR),
    "logs_captured": ev.LogsCaptured(
        "orders",
        2,
        "logs/01/orders",
        "orders.2",
        "https://logs.example/01",
        "https://logs.example/01/out",
        "https://logs.example/01/err",
    ),
    "remark": ev.Remark(
        "Starting initialization of resources [lake].",
        type="RESOURCE_INIT_STARTED",
        step="orders",
        level=20,
        metadata=_METADATA,
        error=_ERROR,
        marks=("start:resources", "end:loading"),
        asset=_ASSET,
    ),
    "freshness_judged": ev.FreshnessJudged(_ASSET, "WARN"),
    "freshness_changed": ev.FreshnessChanged(_ASSET, "FAIL", "WARN", 1704067200.5),
    "asset_wiped": ev.AssetWiped(_ASSET, ("2024-01-31",)),
}


NEWEST = {
    "input_loaded": 2,
    "logs_captured": 2,
    "output_stored": 2,
    "run_failed": 2,
    "run_queued": 2,
    "step_succeeded": 2,
}
"""The newest form of the kinds that got fields since the first one."""


def _file(kind: str) -> Path:
    return FOLDER / f"{kind}.v{NEWEST.get(kind, 1)}.json"


def test_every_kind_of_event_has_an_example_and_a_file():
    assert set(EXAMPLES) == set(KINDS)
    assert {path.name for path in FOLDER.glob("*.v1.json")} == {f"{k}.v1.json" for k in KINDS}
    assert all(_file(kind).exists() for kind in KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_example_sets_every_field(kind: str):
    written = json.loads(_file(kind).read_bytes())

    assert set(written) == {"kind", *KINDS[kind].__struct_fields__}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_golden_file_decodes_to_its_example(kind: str):
    decoded = ev.decode_event(kind, _file(kind).read_bytes())

    assert decoded == EXAMPLES[kind]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_example_encodes_to_its_golden_file(kind: str):
    assert encode_sorted(EXAMPLES[kind]) + b"\n" == _file(kind).read_bytes()


@pytest.mark.parametrize(
    "path", sorted(p for p in FOLDER.glob("*.json")), ids=lambda path: path.stem
)
def test_every_golden_file_decodes_to_a_known_kind(path: Path):
    kind = path.name.split(".")[0]

    decoded = ev.decode_event(kind, path.read_bytes())

    assert ev.kind_of(decoded) == kind
    assert not isinstance(decoded, ev.Unknown)


def test_an_unknown_kind_survives_a_round_trip():
    raw = b'{"kind":"from_the_future","left":[1,2]}'

    decoded = ev.decode_event("from_the_future", raw)

    assert decoded == ev.Unknown("from_the_future", raw)
    assert ev.encode_event(decoded) == raw


if __name__ == "__main__":
    for _kind, _example in EXAMPLES.items():
        if not _file(_kind).exists():
            _file(_kind).write_bytes(encode_sorted(_example) + b"\n")
