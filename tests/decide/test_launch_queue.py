from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penstock.decide.commands import Launch
from penstock.decide.launch_queue import LaunchQueue, StepLimits
from penstock.decide.queue import TagLimit


def started(queue: LaunchQueue) -> list[str]:
    found: list[str] = []
    while (launch := queue.next()) is not None:
        found.append(launch.step)
    return found


def filled(limits: StepLimits, tags: dict[str, dict[str, str]]) -> LaunchQueue:
    queue = LaunchQueue(limits, tags.__getitem__)
    for step in tags:
        queue.add(Launch(step, 1))
    return queue


def test_one_step_runs_at_a_time_unless_more_may():
    queue = filled(StepLimits(), {"a": {}, "b": {}})

    assert started(queue) == ["a"]
    queue.ended("a")
    assert started(queue) == ["b"]


def test_a_greater_priority_goes_first():
    tags = {
        "low": {"dagster/priority": "-1"},
        "plain": {},
        "high": {"dagster/priority": "3"},
        "strange": {"dagster/priority": "soon"},
    }

    assert started(filled(StepLimits(max_concurrent=9), tags)) == [
        "high",
        "plain",
        "strange",
        "low",
    ]


def test_a_step_that_a_limit_holds_does_not_hold_those_behind_it():
    limits = StepLimits(max_concurrent=9, tags=(TagLimit(key="db", limit=1),))
    queue = filled(limits, {"a": {"db": "x"}, "b": {"db": "y"}, "c": {}})

    assert started(queue) == ["a", "c"]
    queue.ended("c")
    assert started(queue) == []
    queue.ended("a")
    assert started(queue) == ["b"]


def test_a_limit_may_be_on_one_value_or_on_each():
    tags = {"a": {"db": "x"}, "b": {"db": "x"}, "c": {"db": "y"}, "d": {"db": "y"}}
    one = StepLimits(max_concurrent=9, tags=(TagLimit(key="db", limit=1, value="x"),))
    each = StepLimits(max_concurrent=9, tags=(TagLimit(key="db", limit=1, per_value=True),))

    assert started(filled(one, tags)) == ["a", "c", "d"]
    assert started(filled(each, tags)) == ["a", "c"]


def test_a_dropped_step_never_starts():
    queue = filled(StepLimits(), {"a": {}, "b": {}})

    assert queue.drop(Launch("a", 1))
    assert not queue.drop(Launch("a", 1))
    assert started(queue) == ["b"]
    assert not queue.drop(Launch("b", 1))


@given(
    steps=st.lists(
        st.dictionaries(st.sampled_from("kl"), st.sampled_from("xy"), max_size=2), max_size=12
    ),
    limits=st.lists(
        st.builds(
            TagLimit,
            key=st.sampled_from("kl"),
            limit=st.integers(1, 2),
            value=st.sampled_from([None, "x"]),
            per_value=st.booleans(),
        ),
        max_size=3,
    ),
    at_once=st.integers(1, 4),
    data=st.data(),
)
def test_every_step_runs_once_and_no_limit_is_exceeded(steps, limits, at_once, data):
    tags = {str(number): each for number, each in enumerate(steps)}
    queue = filled(StepLimits(max_concurrent=at_once, tags=tuple(limits)), tags)
    running: list[str] = []
    ran: list[str] = []

    while True:
        running += started(queue)
        assert len(running) <= at_once
        for limit in limits:
            for value in ("x", "y"):
                held = [s for s in running if tags[s].get(limit.key) == value]
                if limit.per_value or limit.value == value:
                    assert limit.value not in (None, value) or len(held) <= limit.limit
        if not running:
            break
        ended = data.draw(st.sampled_from(running))
        running.remove(ended)
        ran.append(ended)
        queue.ended(ended)

    assert sorted(ran) == sorted(tags)
