from hypothesis import given
from hypothesis import strategies as st

from penstock.partitions.boxes import box_spans, boxes_of
from penstock.partitions.ordinals import merged

RADICES = (3, 4, 5)
sets = st.sets(st.integers(0, 59)).map(lambda chosen: merged((n, n + 1) for n in chosen))


@given(sets)
def test_boxes_hold_what_they_were_cut_from_once(spans: tuple[tuple[int, int], ...]) -> None:
    pieces = [span for box in boxes_of(spans, RADICES) for span in box_spans(box, RADICES)]

    assert merged(pieces) == spans
    assert sum(stop - start for start, stop in pieces) == sum(b - a for a, b in spans)


def test_the_whole_is_one_box() -> None:
    assert list(boxes_of(((0, 60),), RADICES)) == [(((0, 3),), ((0, 4),), ((0, 5),))]


def test_equal_rows_are_one_box() -> None:
    spans = ((1, 3), (11, 13))

    assert list(boxes_of(spans, (3, 5))) == [(((0, 1), (2, 3)), ((1, 3),))]
