"""The context of a schedule: what is there only if it was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

import penstock as dg


def test_what_was_not_given_is_refused() -> None:
    context = dg.build_schedule_context()

    with pytest.raises(dg.ParameterCheckError, match="has no scheduled_execution_time"):
        _ = context.scheduled_execution_time
    with pytest.raises(dg.InvariantViolationError, match="This context has no repository_def"):
        _ = context.repository_def
    with pytest.raises(dg.InvariantViolationError, match="This context has no instance"):
        _ = context.instance


def test_a_time_without_a_zone_is_shown_as_it_is_and_counts_as_utc() -> None:
    bare = datetime.fromisoformat("2024-01-01")

    context = dg.build_schedule_context(scheduled_execution_time=bare)

    assert bare == context.scheduled_execution_time
    assert context.tick_time is not None
    assert context.tick_time.isoformat() == "2024-01-01T00:00:00+00:00"


def test_a_resource_that_is_released_needs_a_with() -> None:
    told: list[str] = []

    @dg.resource
    @contextmanager
    def table(_: object) -> Iterator[str]:
        yield "rows"
        told.append("released")

    with pytest.raises(dg.InvariantViolationError, match="with build_schedule_context"):
        _ = dg.build_schedule_context(resources={"table": table}).resources
    with dg.build_schedule_context(resources={"table": table}) as context:
        assert context.resources.table == "rows"

    assert told == ["released", "released"]


def test_merged_resources_leave_the_context_as_it_was() -> None:
    context = dg.build_schedule_context(resources={"a": 1})

    merged = context.merge_resources({"b": 2})

    assert merged.resources.original_resource_dict == {"a": 1, "b": 2}
    assert context.resources.original_resource_dict == {"a": 1}


def test_a_resource_is_merged_once() -> None:
    with pytest.raises(dg.ParameterCheckError, match="resource 'a' already"):
        dg.build_schedule_context(resources={"a": 1}).merge_resources({"a": 2})
