"""A part of a job: which nodes are left, and what is cut."""

from __future__ import annotations

import pytest

from penstock.define.graph import graph
from penstock.define.job import job
from penstock.define.op import op
from penstock.errors import InvalidSubsetError


@op
def one():
    return 1


@op
def add(x, y=0):
    return x + y


@graph
def inner(x):
    return add.alias("second")(add.alias("first")(x))


@job
def whole():
    add.alias("last")([inner(one()), one.alias("other")()])


@pytest.mark.parametrize(
    ("queries", "steps"),
    [
        (["one"], ["one"]),
        (["*inner"], ["one", "inner.first", "inner.second"]),
        (["inner.first"], ["inner.first"]),
        (["inner.second", "other"], ["inner.second", "other"]),
        (["other*"], ["other", "last"]),
    ],
)
def test_the_selected_ops_are_left(queries: list[str], steps: list[str]) -> None:
    part = whole.get_subset(op_selection=queries)

    assert sorted(steps) == sorted(step.name for step in part.steps)
    assert frozenset(queries) == part.op_selection


def test_a_fan_in_keeps_what_is_left_of_it() -> None:
    part = whole.get_subset(op_selection=["other", "last"])

    assert [need.step for need in part.steps[-1].needs] == ["other"]


def test_what_names_nothing_is_refused() -> None:
    for query in ("nope", "inner.nope", "nope.first"):
        with pytest.raises(InvalidSubsetError, match=f"There is no op '{query}' to select"):
            whole.get_subset(op_selection=[query])
    with pytest.raises(InvalidSubsetError, match="go with the nodes of the job itself"):
        whole.get_subset(op_selection=["*inner.first"])


def test_an_output_that_is_cut_off_cannot_be_used() -> None:
    with pytest.raises(InvalidSubsetError, match="cannot run without the rest"):
        whole.get_subset(op_selection=["inner.first", "last"])


def test_no_query_leaves_the_job_as_it_is() -> None:
    assert whole is whole.get_subset(op_selection=[])
