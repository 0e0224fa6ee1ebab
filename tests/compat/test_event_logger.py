"""A logger that hands each line of a run to a function."""

from __future__ import annotations

import penstock as dg
from penstock.compat.event_logger import construct_event_logger


def test_lines_and_events_are_handed_on_in_order():
    told: list[dg.EventLogEntry] = []

    @dg.op
    def step(context):
        context.log.warning("careful")

    @dg.job(logger_defs={"tell": construct_event_logger(told.append)})
    def nightly():
        step()

    result = nightly.execute_in_process({"loggers": {"tell": {}}})

    kinds = [entry.dagster_event_type or entry.message for entry in told]
    assert kinds[0] == "PIPELINE_START"
    assert kinds[1:3] == ["STEP_START", "careful"]
    assert kinds[-1] == "PIPELINE_SUCCESS"
    assert {entry.job_name for entry in told} == {"nightly"}
    assert told[1].tags == {
        "run_id": result.run_id,
        "job_name": "nightly",
        "step_key": "step",
        "op_name": "step",
    }
