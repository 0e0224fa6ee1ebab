"""The facts of partitions as they are kept: what is read equals what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.graph.partition_status import PartitionFacts
from penstock.graph.partition_view import View, has_lasting_ordinals, read_view, written_view
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.static import StaticPartitionsDefinition

numbers = st.sets(st.integers(0, 100_000)).map(Ordinals.of_numbers)
many = st.builds(lambda n: Ordinals.of_numbers(range(0, 2 * n, 2)), st.integers(0, 2_000))
ordinals = st.one_of(numbers, many)


@given(
    made=ordinals,
    failed=ordinals,
    codes=st.dictionaries(st.text(min_size=1, max_size=3), ordinals, max_size=2),
)
def test_a_view_is_read_as_it_was_written(
    made: Ordinals, failed: Ordinals, codes: dict[str, Ordinals]
):
    facts = PartitionFacts(made=made, failed=failed, compared=made, codes=codes)
    view = View(facts=facts, up_to=7, basis="b", upstream={"a": 3})

    body = written_view(view)

    assert body is not None
    assert read_view(body, up_to=7) == view


def test_a_view_in_another_form_is_not_read():
    assert read_view(b'{"form": 0}', up_to=1) is None


def test_ordinals_too_large_for_a_bitmap_are_not_kept():
    view = View(facts=PartitionFacts(made=Ordinals(((1 << 70, (1 << 70) + 1),))))

    assert written_view(view) is None


@pytest.mark.parametrize(
    ("definition", "lasts"),
    [
        (StaticPartitionsDefinition(["a"]), True),
        (DynamicPartitionsDefinition(name="files"), False),
        (
            MultiPartitionsDefinition(
                {
                    "a": StaticPartitionsDefinition(["a"]),
                    "b": DynamicPartitionsDefinition(name="files"),
                }
            ),
            False,
        ),
    ],
)
def test_the_numbers_of_dynamic_keys_are_of_one_process(
    definition: PartitionsDefinition, lasts: bool
):
    assert has_lasting_ordinals(definition) is lasts
