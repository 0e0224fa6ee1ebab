"""Events without secrets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import penstock as dg
from penstock.base.secrets import forget_secrets, remember_secret
from penstock.execute.hidden import hidden
from penstock.model.events import (
    AssetMaterialized,
    ErrorInfo,
    LogLine,
    RunEvent,
    StepFailed,
)

KEY = dg.AssetKey("sesame-open")


@pytest.fixture(autouse=True)
def _secret() -> Iterator[None]:
    remember_secret("TOKEN", "sesame-open")
    yield
    forget_secrets()


@pytest.mark.parametrize(
    ("event", "seen"),
    [
        (LogLine("got sesame-open", 20, "s", "app"), LogLine("got ********", 20, "s", "app")),
        (
            StepFailed("s", ErrorInfo("E", "no sesame-open", "at f(sesame-open)")),
            StepFailed("s", ErrorInfo("E", "no ********", "at f(********)")),
        ),
        (
            AssetMaterialized(
                asset=KEY,
                partition="sesame-open",
                metadata={
                    "note": dg.MetadataValue.text("is sesame-open"),
                    "rows": dg.MetadataValue.int(3),
                    "deep": dg.MetadataValue.json({"a": ["sesame-open"]}),
                },
            ),
            AssetMaterialized(
                asset=KEY,
                partition="sesame-open",
                metadata={
                    "note": dg.MetadataValue.text("is ********"),
                    "rows": dg.MetadataValue.int(3),
                    "deep": dg.MetadataValue.json({"a": ["********"]}),
                },
            ),
        ),
    ],
)
def test_texts_for_people_are_masked_and_what_things_are_found_by_is_not(
    event: RunEvent, seen: RunEvent
):
    assert hidden(event) == seen


def test_an_event_without_a_secret_is_itself():
    event = LogLine("nothing here", 20, "s", "app")

    assert hidden(event) is event
