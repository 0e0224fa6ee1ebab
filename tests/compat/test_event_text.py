"""Events in words, and how much they matter."""

from __future__ import annotations

import logging

import pytest

from penstock.compat.event_text import describe_event, level_of_event
from penstock.model import events as native
from penstock.model.keys import AssetKey

FAILED = native.StepFailed(step="load", error=native.ErrorInfo("ValueError", "no such table"))
MADE = native.AssetMaterialized(asset=AssetKey("orders"), partition="eu", step="load")


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (native.LogLine(message="hello", level=logging.WARNING), logging.WARNING),
        (FAILED, logging.ERROR),
        (native.RunFailed(reason="1 step failed"), logging.ERROR),
        (MADE, logging.DEBUG),
        (native.StepSucceeded(step="load"), logging.DEBUG),
    ],
)
def test_failures_are_errors_and_other_events_details(event: native.AnyEvent, level: int):
    assert level_of_event(event) == level


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (native.LogLine(message="hello"), "hello"),
        (FAILED, "step_failed load: no such table"),
        (MADE, "asset_materialized orders eu"),
        (native.CheckEvaluated(asset=AssetKey("a"), name="c", passed=False), "check c failed"),
    ],
)
def test_an_event_is_one_line(event: native.AnyEvent, words: str):
    assert describe_event(event) == words


def test_a_hook_is_named_with_its_step():
    assert describe_event(native.HookCompleted("load", "tell")) == "hook_completed tell of load"
