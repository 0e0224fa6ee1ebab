"""Which queued runs start, in which order, and what holds the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.base.ids import RunId
from penstock.decide.queue import (
    UNLIMITED,
    Held,
    QueueDecision,
    QueueLimits,
    TagLimit,
    decide_queue,
    in_order,
    priority_of,
    tags_of,
)
from penstock.model.run import RunRecord, RunSpec, RunStatus


def run(
    name: str,
    *,
    at: float = 0.0,
    status: RunStatus = RunStatus.QUEUED,
    partition: str | None = None,
    **tags: str,
) -> RunRecord:
    spec = RunSpec(tags=tuple(sorted(tags.items())), partition=partition)
    return RunRecord(id=RunId(name), spec=spec, status=status, created=at, updated=at)


def urgent(name: str, priority: str, *, at: float = 0.0) -> RunRecord:
    return run(name, at=at, **{"dagster/priority": priority})


def test_the_oldest_goes_first():
    waiting = [run("b", at=2.0), run("c", at=3.0), run("a", at=1.0)]

    assert decide_queue(waiting, [], QueueLimits()) == QueueDecision(start=("a", "b", "c"))


def test_a_greater_priority_goes_before_an_older_run():
    waiting = [urgent("low", "-1"), run("plain", at=1.0), urgent("high", "7", at=2.0)]

    assert [r.id for r in in_order(waiting)] == ["high", "plain", "low"]


@pytest.mark.parametrize(("text", "priority"), [("3", 3), ("-2", -2), ("soon", 0), ("1.5", 0)])
def test_a_priority_that_is_no_number_counts_as_none(text: str, priority: int):
    assert priority_of({"dagster/priority": text}) == priority


def test_runs_under_way_take_the_places():
    under_way = [run("x", status=RunStatus.STARTED), run("y", status=RunStatus.CANCELING)]

    decision = decide_queue([run("a"), run("b", at=1.0)], under_way, QueueLimits(max_runs=3))

    assert decision == QueueDecision(
        start=("a",), held=(Held(run=RunId("b"), because="3 runs under way; at most 3 may be"),)
    )


def test_a_finished_run_takes_no_place():
    done = [run("x", status=RunStatus.SUCCESS)]

    assert decide_queue([run("a")], done, QueueLimits(max_runs=1)).start == ("a",)


@pytest.mark.parametrize(("most", "started"), [(UNLIMITED, 3), (0, 0), (2, 2)])
def test_the_bound_on_runs(most: int, started: int):
    waiting = [run(name) for name in "abc"]

    assert len(decide_queue(waiting, [], QueueLimits(max_runs=most)).start) == started


def test_a_limit_on_a_pair_holds_that_pair_alone():
    limits = QueueLimits(tags=(TagLimit(key="db", value="red", limit=1),))
    waiting = [run("a", db="red"), run("b", db="red"), run("c", db="blue"), run("d")]

    assert decide_queue(waiting, [], limits) == QueueDecision(
        start=("a", "c", "d"),
        held=(Held(run=RunId("b"), because="1 run with tag db=red under way; at most 1 may be"),),
    )


def test_a_limit_on_a_key_counts_all_its_values_together():
    limits = QueueLimits(tags=(TagLimit(key="db", limit=1),))

    assert decide_queue([run("a", db="red"), run("b", db="blue")], [], limits).start == ("a",)


def test_a_limit_per_value_counts_each_value_by_itself():
    limits = QueueLimits(tags=(TagLimit(key="db", limit=1, per_value=True),))
    waiting = [run("a", db="red"), run("b", db="blue"), run("c", db="red")]

    decision = decide_queue(waiting, [], limits)

    assert decision.start == ("a", "b")
    assert decision.held[0].because == "1 run with tag db=red under way; at most 1 may be"


def test_the_partition_and_the_backfill_of_a_run_are_tags():
    spec = RunSpec(partition="2024-01-01", backfill="b7", tags=(("k", "v"),))
    record = RunRecord(id=RunId("r"), spec=spec, status=RunStatus.QUEUED, created=0.0, updated=0.0)

    assert tags_of(record) == {
        "k": "v",
        "dagster/partition": "2024-01-01",
        "dagster/backfill": "b7",
    }


_runs = st.lists(
    st.builds(
        lambda number, at, tags: run(f"r{number}", at=at, **tags),
        st.integers(0, 10**6),
        st.floats(0, 100),
        st.dictionaries(st.sampled_from(["k", "l"]), st.sampled_from(["v", "w"])),
    ),
    unique_by=lambda record: record.id,
    max_size=20,
)
_limits = st.builds(
    lambda most, key, limit, per: QueueLimits(
        max_runs=most, tags=(TagLimit(key=key, limit=limit, per_value=per),)
    ),
    st.integers(-1, 6),
    st.sampled_from(["k", "l"]),
    st.integers(0, 4),
    st.booleans(),
)


@given(_runs, _limits)
def test_each_run_starts_or_is_held_and_no_limit_is_passed(
    waiting: list[RunRecord], limits: QueueLimits
):
    decision = decide_queue(waiting, [], limits)

    told = [*decision.start, *(held.run for held in decision.held)]
    assert sorted(told) == sorted(record.id for record in waiting)
    if limits.max_runs != UNLIMITED:
        assert len(decision.start) <= limits.max_runs
    (limit,) = limits.tags
    started = [tags_of(r).get(limit.key) for r in waiting if r.id in decision.start]
    for value in {"v", "w"}:
        assert started.count(value) <= limit.limit


@given(_runs, _limits)
def test_what_is_left_waits_on_until_something_ends(waiting: list[RunRecord], limits: QueueLimits):
    started = set(decide_queue(waiting, [], limits).start)
    under_way = [
        run(r.id, status=RunStatus.STARTED, **dict(r.spec.tags)) for r in waiting if r.id in started
    ]

    rest = [record for record in waiting if record.id not in started]

    assert decide_queue(rest, under_way, limits).start == ()
