"""Partitions cut into ranges: nothing is lost, nothing is double, none is too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.partitions.context import partition_loading_context
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.time_window import DailyPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange
from penstock.plan.pieces import Piece, pieces_of

DAYS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-06")
CUBE = MultiPartitionsDefinition(
    {
        "day": DAYS,
        "model": StaticPartitionsDefinition(["a", "b"]),
        "region": StaticPartitionsDefinition(["eu", "us", "asia"]),
    }
)


def test_a_slice_of_three_dimensions_is_one_piece():
    eu = CUBE.subset_with_partition_keys(
        key for key in CUBE.get_partition_keys() if key.endswith("|eu")
    )

    assert list(pieces_of(eu, most=None)) == [Piece("2024-01-01|a|eu", "2024-01-05|b|eu", 10)]


def test_pieces_of_combinations_are_cut_along_the_slowest_dimension():
    found = pieces_of(CUBE.subset_with_all_partitions(), most=14)

    assert list(found) == [
        Piece("2024-01-01|a|eu", "2024-01-02|b|asia", 12),
        Piece("2024-01-03|a|eu", "2024-01-04|b|asia", 12),
        Piece("2024-01-05|a|eu", "2024-01-05|b|asia", 6),
    ]


def test_dynamic_keys_are_cut_in_the_order_they_were_added():
    files = DynamicPartitionsDefinition(name="cut_files")
    files.ordinals(["z", "y"])  # numbered before the store is asked

    class Added:
        def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
            return ["x", "y", "z"]

        def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
            return True

    with partition_loading_context(dynamic_partitions_store=Added()):
        found = list(pieces_of(files.subset_with_partition_keys(["y", "z"]), most=None))

    assert found == [Piece("y", "z", 2)]


@pytest.mark.parametrize("definition", [DAYS, CUBE])
@given(data=st.data(), most=st.one_of(st.none(), st.integers(1, 8)))
def test_pieces_hold_each_partition_once_and_no_more_than_allowed(
    definition: DailyPartitionsDefinition | MultiPartitionsDefinition,
    data: st.DataObject,
    most: int | None,
):
    count = definition.count()
    chosen = data.draw(st.sets(st.integers(0, count - 1)))
    subset = PartitionsSubset(definition, Ordinals.of_numbers(chosen))

    pieces = list(pieces_of(subset, most=most))

    held = [
        key
        for piece in pieces
        for key in definition.get_partition_keys_in_range(
            PartitionKeyRange(piece.first, piece.last)
        )
    ]
    assert sorted(held) == sorted(subset)
    assert all(piece.size <= (most or count) for piece in pieces)
    assert sum(piece.size for piece in pieces) == len(held)
