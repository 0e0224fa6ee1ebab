"""Where partitions stand, as sets: which status counts, pages, ranges, and what changes do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penstock.graph.partition_status import PartitionFacts, PartitionStatus, Standing
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import HourlyPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange

LETTERS = StaticPartitionsDefinition(list("abcdef"))


def at(*numbers: int) -> Ordinals:
    return Ordinals.of_numbers(numbers)


FACTS = PartitionFacts(
    made=at(0, 1, 2, 4),
    failed=at(2, 3),
    compared=at(0, 1),
    differing={"stale - upstream changed": at(1)},
)


def test_each_partition_stands_at_the_status_that_counts_most():
    status = PartitionStatus(LETTERS, FACTS, in_progress=at(4))

    assert [(key, str(standing)) for key, standing in status.page(limit=10)] == [
        ("a", "materialized"),
        ("b", "stale"),
        ("c", "failed"),
        ("d", "failed"),
        ("e", "in-progress"),
        ("f", "missing"),
    ]


def test_the_counts_without_the_stale_ones_are_all_partitions():
    status = PartitionStatus(LETTERS, FACTS, in_progress=at(4))

    assert status.counts() == {
        Standing.MATERIALIZED: 2,
        Standing.FAILED: 2,
        Standing.IN_PROGRESS: 1,
        Standing.MISSING: 1,
        Standing.STALE: 1,
    }


def test_a_partition_that_does_not_exist_stands_nowhere():
    status = PartitionStatus(LETTERS, PartitionFacts(made=at(0)))

    assert (status.standing_of("z"), status.standing_of("a")) == (None, Standing.MATERIALIZED)


def test_a_page_goes_on_after_any_key_whether_it_has_that_status_or_not():
    status = PartitionStatus(LETTERS, PartitionFacts(made=at(0, 2, 4)))

    page = status.page(limit=1, after="b", standing=Standing.MATERIALIZED)

    assert page == [("c", Standing.MATERIALIZED)]


def test_a_slice_has_its_own_counts():
    grid = MultiPartitionsDefinition(
        {
            "day": StaticPartitionsDefinition(["1", "2"]),
            "model": StaticPartitionsDefinition(["a", "b"]),
            "region": StaticPartitionsDefinition(["eu", "us"]),
        }
    )
    made = grid.subset_with_partition_keys(["1|a|eu", "2|b|eu", "2|b|us"])
    eu = grid.subset_with_partition_keys(["1|a|eu", "1|b|eu", "2|a|eu", "2|b|eu"])

    status = PartitionStatus(grid, PartitionFacts(made=made.ordinals)).within(eu)

    assert (status.counts()[Standing.MATERIALIZED], status.counts()[Standing.MISSING]) == (2, 2)
    assert [key for key, _ in status.page(limit=5, standing=Standing.MISSING)] == [
        "1|b|eu",
        "2|a|eu",
    ]


def test_a_million_partitions_are_counted_by_their_ranges():
    hours = HourlyPartitionsDefinition(start_date="1900-01-01-00:00", end_date="2014-01-29-16:00")
    facts = PartitionFacts(made=Ordinals(((0, 500_000), (500_001, 1_000_000))), failed=at(7))

    status = PartitionStatus(hours, facts)

    assert (len(status.existing), len(status.materialized), len(status.missing)) == (
        1_000_000,
        999_998,
        1,
    )
    assert status.ranges(Standing.MISSING) == [
        PartitionKeyRange("1957-01-15-08:00", "1957-01-15-08:00")
    ]


def test_another_code_version_is_told_without_comparing_again():
    facts = PartitionFacts(made=at(0, 1, 2)).with_comparison(
        at(0, 1, 2), differing={"stale - upstream changed": at(1)}, codes={"1": at(0, 1)}
    )

    assert [list(facts.stale(code)) for code in ("1", "2", None)] == [[1], [0, 1], [1]]
    assert {reason: list(some) for reason, some in facts.reasons("2").items()} == {
        "stale - new code version": [0, 1]
    }


def test_a_partition_that_is_made_again_has_not_failed_and_is_to_be_compared():
    facts = FACTS.changed(made=at(1, 2), failed=at())

    assert (list(facts.failed), list(facts.compared), facts.differing) == ([3], [0], {})


def test_a_partition_that_fails_after_it_was_made_stays_made():
    facts = FACTS.changed(made=at(0), failed=at(0))

    assert (0 in facts.made, 0 in facts.failed) == (True, True)


@given(
    made=st.sets(st.integers(0, 5)),
    failed=st.sets(st.integers(0, 5)),
    busy=st.sets(st.integers(0, 5)),
)
def test_every_partition_is_in_exactly_one_status(made: set[int], failed: set[int], busy: set[int]):
    facts = PartitionFacts(made=at(*made), failed=at(*failed))
    status = PartitionStatus(LETTERS, facts, in_progress=at(*busy))

    parts = [status.materialized, status.failed, status.in_progress, status.missing]

    assert sorted(key for part in parts for key in part) == list("abcdef")
    assert {key for key, _ in status.page(limit=6)} == set("abcdef")
