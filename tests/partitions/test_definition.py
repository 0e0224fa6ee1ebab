from datetime import UTC, datetime, timedelta, timezone

from penstock.partitions.definition import seconds_of
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition, HourlyPartitionsDefinition


def test_a_time_with_a_timezone_keeps_its_meaning() -> None:
    assert seconds_of(datetime(1970, 1, 1, 1, tzinfo=UTC)) == 3600.0


def test_a_time_without_a_timezone_is_a_wall_clock_in_the_zone() -> None:
    assert (
        seconds_of(datetime.fromisoformat("1970-01-01"), timezone(timedelta(hours=-5))) == 18_000.0
    )


def test_without_a_time_it_is_now() -> None:
    assert seconds_of(None) > 1_700_000_000


def test_definitions_made_alike_are_equal_and_hash_alike() -> None:
    one = DailyPartitionsDefinition("2024-01-01")
    other = DailyPartitionsDefinition(datetime(2024, 1, 1, tzinfo=UTC))

    assert one == other
    assert hash(one) == hash(other)
    assert one.fingerprint() == other.fingerprint()


def test_definitions_that_differ_in_anything_have_other_fingerprints() -> None:
    definitions = [
        DailyPartitionsDefinition("2024-01-01"),
        DailyPartitionsDefinition("2024-01-02"),
        DailyPartitionsDefinition("2024-01-01", "2025-01-01"),
        DailyPartitionsDefinition("2024-01-01", end_offset=1),
        DailyPartitionsDefinition("2024-01-01", hour_offset=1),
        DailyPartitionsDefinition("2024-01-01", timezone="Europe/London"),
        HourlyPartitionsDefinition("2024-01-01-00:00"),
        StaticPartitionsDefinition(["a", "b"]),
        StaticPartitionsDefinition(["b", "a"]),
    ]

    assert len(definitions) == len({each.fingerprint() for each in definitions})
    assert len(definitions) == len(set(definitions))


def test_the_subset_of_all_partitions_follows_the_time() -> None:
    days = DailyPartitionsDefinition("2024-01-01")

    subset = days.subset_with_all_partitions(datetime(2024, 1, 3, tzinfo=UTC))

    assert subset.get_partition_keys() == ["2024-01-01", "2024-01-02"]


def test_a_definition_shows_its_keys_when_printed() -> None:
    assert repr(StaticPartitionsDefinition(["a"])) == "StaticPartitionsDefinition('a')"
