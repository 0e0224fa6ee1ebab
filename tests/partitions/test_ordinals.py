import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.partitions.ordinals import Ordinals

RANDOM = random.Random(7)
MANY = frozenset(RANDOM.sample(range(5000), 2000))
OTHERS = frozenset(RANDOM.sample(range(5000), 2000))
EVEN = frozenset(range(0, 5000, 2))
SEVENTHS = frozenset(range(3, 5000, 7))
numbers = st.one_of(
    st.frozensets(st.integers(0, 60)),
    st.sampled_from([MANY, OTHERS, EVEN, SEVENTHS, frozenset(range(9, 4000))]),
)


def of(given: frozenset[int]) -> Ordinals:
    return Ordinals.of_numbers(given)


@given(numbers, numbers)
def test_it_is_the_algebra_of_sets(left: frozenset[int], right: frozenset[int]) -> None:
    assert set(of(left) | of(right)) == left | right
    assert set(of(left) & of(right)) == left & right
    assert set(of(left) - of(right)) == left - right


@given(numbers, numbers)
def test_equal_sets_are_equal_however_they_were_made(
    left: frozenset[int], right: frozenset[int]
) -> None:
    made = (of(left) | of(right)) - of(right - left)

    assert made == of(left)
    assert hash(made) == hash(of(left))
    assert len(made) == len(left)


@given(numbers)
def test_spans_are_sorted_and_apart(given: frozenset[int]) -> None:
    edges = [edge for span in of(given).spans for edge in span]

    assert edges == sorted(set(edges))
    assert all(n in of(given) for n in given)
    assert 6000 not in of(given)
    assert -1 not in of(given)


@given(numbers, st.integers(0, 50))
def test_first_takes_the_smallest(given: frozenset[int], n: int) -> None:
    assert list(of(given).first(n)) == sorted(given)[:n]


@pytest.mark.parametrize("far", [-3, 1 << 70])
def test_numbers_that_no_bitmap_holds_are_kept_as_ranges(far: int) -> None:
    wide = Ordinals.of_spans([(far, far + 2)])

    both = of(MANY) | wide

    assert set(both) == MANY | {far, far + 1}
    assert both - of(MANY) == wide


@given(numbers)
def test_numbers_and_pages_are_in_order(given: frozenset[int]) -> None:
    assert list(of(given).numbers()) == sorted(given)
    assert [n for page in of(given).pages(100) for n in page] == sorted(given)


def test_numbers_that_are_equally_far_apart_are_a_range() -> None:
    assert of(SEVENTHS).numbers() == range(3, 4998, 7)
    assert of(EVEN - {2500}).even() is None
    assert of(MANY).even() is None
