from datetime import UTC, datetime

from penstock.partitions.window import PartitionKeyRange, TimeWindow


def test_a_time_window_unpacks_to_its_start_and_end() -> None:
    start, end = TimeWindow(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))

    assert (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)) == (start, end)


def test_key_ranges_with_equal_ends_are_equal() -> None:
    assert PartitionKeyRange("a", "b") == PartitionKeyRange(start="a", end="b")
