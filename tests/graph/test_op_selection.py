"""Op selection: names, `*` and `+`, and unions of queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidSubsetError
from penstock.graph.op_selection import OpQuery, parse_query, select_ops

NAMES = ["a", "b", "c", "d", "alone"]
EDGES = {"b": ["a"], "c": ["b"], "d": ["c", "b"]}


@pytest.mark.parametrize(
    ("queries", "expected"),
    [
        (["b"], {"b"}),
        (["*c"], {"a", "b", "c"}),
        (["b*"], {"b", "c", "d"}),
        (["+c"], {"b", "c"}),
        (["++c"], {"a", "b", "c"}),
        (["a+"], {"a", "b"}),
        (["a++"], {"a", "b", "c", "d"}),
        (["+c+"], {"b", "c", "d"}),
        (["a", "alone"], {"a", "alone"}),
        (["*"], {"a", "b", "c", "d", "alone"}),
    ],
)
def test_a_query_selects_levels_up_and_down(queries: list[str], expected: set[str]) -> None:
    assert expected == select_ops(NAMES, EDGES, queries)


def test_a_query_that_names_no_op_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InvalidSubsetError, match="There is no op 'alon' to select") as caught:
        select_ops(NAMES, EDGES, ["a", "alon"])

    assert "Did you mean 'alone'?" in str(caught.value)


@pytest.mark.parametrize("text", ["", "a b", "*+a", "a,b"])
def test_text_that_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(InvalidSubsetError, match="is not an op selection"):
        parse_query(text)


def test_a_query_says_how_far_it_goes() -> None:
    assert OpQuery("a.b", up=None, down=2) == parse_query("*a.b++")


@given(st.lists(st.sampled_from([*NAMES, "*c", "a+", "+d"]), min_size=1))
def test_a_selection_is_the_union_of_its_queries(queries: list[str]) -> None:
    together = select_ops(NAMES, EDGES, queries)

    assert set().union(*(select_ops(NAMES, EDGES, [each]) for each in queries)) == together
