from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidDefinitionError, UnknownPartitionError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    PartitionMapping,
    TimeWindowPartitionMapping,
    infer_mapping,
    upstream_keys,
)
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

NOW = datetime(2024, 3, 1, tzinfo=UTC)
DAYS = DailyPartitionsDefinition("2024-01-01")
EARLIER = DailyPartitionsDefinition("2023-12-01")
LATER = DailyPartitionsDefinition("2024-01-02")
HOURS = HourlyPartitionsDefinition("2024-01-01-00:00")
WEEKS = WeeklyPartitionsDefinition("2024-01-01")
AB = StaticPartitionsDefinition(["a", "b"])
BC = StaticPartitionsDefinition(["b", "c"])


def needed(
    mapping: PartitionMapping, keys: list[str], *, down: PartitionsDefinition,
    up: PartitionsDefinition,
) -> tuple[list[str], list[str]]:  # fmt: skip
    result = mapping.get_upstream_mapped_partitions_result_for_partitions(
        down.subset_with_partition_keys(keys), down, up, current_time=NOW
    )
    return (
        list(result.partitions_subset),
        list(result.required_but_nonexistent_subset),
    )


def dependants(
    mapping: PartitionMapping, keys: list[str], *, up: PartitionsDefinition,
    down: PartitionsDefinition,
) -> list[str]:  # fmt: skip
    found = mapping.get_downstream_partitions_for_partitions(
        up.subset_with_partition_keys(keys), up, down, current_time=NOW
    )
    return list(found)


def test_identity_needs_the_same_key() -> None:
    mapping = IdentityPartitionMapping()

    assert needed(mapping, ["2024-01-05"], down=DAYS, up=DAYS) == (["2024-01-05"], [])
    assert dependants(mapping, ["2024-01-05"], up=DAYS, down=DAYS) == ["2024-01-05"]


def test_identity_tells_keys_that_the_upstream_lacks() -> None:
    assert needed(IdentityPartitionMapping(), ["b", "c"], down=BC, up=AB) == (["b"], ["c"])


def test_identity_passes_only_shared_keys_down() -> None:
    assert dependants(IdentityPartitionMapping(), ["a", "b"], up=AB, down=BC) == ["b"]


def test_identity_works_between_days_with_other_starts() -> None:
    keys = ["2024-01-01", "2024-01-02"]

    assert needed(IdentityPartitionMapping(), keys, down=DAYS, up=LATER) == (
        ["2024-01-02"],
        ["2024-01-01"],
    )


def test_identity_tells_a_running_day_of_the_upstream() -> None:
    with_running = DailyPartitionsDefinition("2024-01-01", end_offset=1)

    assert needed(IdentityPartitionMapping(), ["2024-03-01"], down=with_running, up=DAYS) == (
        [],
        ["2024-03-01"],
    )


def test_identity_between_different_keys_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        IdentityPartitionMapping().check(AB, DAYS)

    assert str(caught.value) == (
        "IdentityPartitionMapping relates equal keys, but the keys of the upstream are 'a' and 'b' "
        "and those of the downstream days like '2024-12-31' (daily from 2024-01-01). Give the "
        "dependency another partition_mapping."
    )


def test_identity_without_partitions_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="Use AllPartitionMapping"):
        IdentityPartitionMapping().check(AB, None)


def test_a_day_is_made_of_its_24_hours() -> None:
    keys, missing = needed(TimeWindowPartitionMapping(), ["2024-01-02"], down=DAYS, up=HOURS)

    assert keys == [f"2024-01-02-{hour:02}:00" for hour in range(24)]
    assert missing == []


def test_an_hour_is_made_of_its_day() -> None:
    mapping = TimeWindowPartitionMapping()

    assert needed(mapping, ["2024-01-02-05:00"], down=HOURS, up=DAYS) == (["2024-01-02"], [])


def test_a_week_with_the_week_before_is_made_of_14_days() -> None:
    keys, _ = needed(
        TimeWindowPartitionMapping(start_offset=-1), ["2024-01-14"], down=WEEKS, up=DAYS
    )

    assert keys == [f"2024-01-{day:02}" for day in range(7, 21)]


def test_the_day_before_the_first_is_not_needed() -> None:
    mapping = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    assert needed(mapping, ["2024-01-01"], down=DAYS, up=DAYS) == ([], [])
    assert needed(mapping, ["2024-01-02"], down=DAYS, up=LATER) == ([], [])


def test_the_day_before_the_first_is_needed_if_the_upstream_has_it() -> None:
    mapping = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    assert needed(mapping, ["2024-01-01"], down=DAYS, up=EARLIER) == (["2023-12-31"], [])


def test_days_before_an_upstream_that_starts_later_are_missing() -> None:
    mapping = TimeWindowPartitionMapping()

    assert needed(mapping, ["2024-01-01"], down=DAYS, up=LATER) == ([], ["2024-01-01"])


def test_missing_days_may_be_allowed() -> None:
    mapping = TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)

    assert needed(mapping, ["2024-01-01"], down=DAYS, up=LATER) == ([], [])


def test_windows_that_have_not_ended_are_missing() -> None:
    open_days = DailyPartitionsDefinition("2024-01-01", end_offset=1)

    assert needed(TimeWindowPartitionMapping(), ["2024-03-01"], down=open_days, up=DAYS) == (
        [],
        ["2024-03-01"],
    )


def test_dependants_are_found_against_the_offsets() -> None:
    mapping = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    assert dependants(mapping, ["2024-01-01", "2024-01-05"], up=DAYS, down=DAYS) == [
        "2024-01-02",
        "2024-01-06",
    ]


def test_an_hour_has_its_day_as_dependant() -> None:
    keys = dependants(TimeWindowPartitionMapping(), ["2024-01-02-05:00"], up=HOURS, down=DAYS)

    assert keys == ["2024-01-02"]


def test_offsets_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="start_offset 1 is after end_offset 0"):
        TimeWindowPartitionMapping(start_offset=1)


def test_time_windows_cannot_be_mapped_to_static_keys() -> None:
    with pytest.raises(InvalidDefinitionError, match="the keys of the upstream are 'a' and 'b'"):
        TimeWindowPartitionMapping().check(AB, DAYS)


day_numbers = st.integers(0, 59)


@given(st.integers(-3, 3), st.integers(0, 3), day_numbers, st.integers(0, 1439))
def test_both_directions_of_time_windows_agree(start: int, width: int, day: int, hour: int) -> None:
    mapping = TimeWindowPartitionMapping(start_offset=start, end_offset=start + width)
    day_key, hour_key = DAYS.key(day), HOURS.key(hour)

    hours, _ = needed(mapping, [day_key], down=DAYS, up=HOURS)
    days = dependants(mapping, [hour_key], up=HOURS, down=DAYS)

    assert (hour_key in hours) == (day_key in days)


def test_all_needs_every_existing_key() -> None:
    assert needed(AllPartitionMapping(), ["b"], down=BC, up=AB) == (["a", "b"], [])
    assert dependants(AllPartitionMapping(), ["a"], up=AB, down=BC) == ["b", "c"]


def test_last_needs_the_last_existing_key() -> None:
    assert needed(LastPartitionMapping(), ["b"], down=BC, up=DAYS) == (["2024-02-29"], [])


def test_only_the_last_key_has_dependants() -> None:
    assert dependants(LastPartitionMapping(), ["2024-02-28"], up=DAYS, down=BC) == []
    assert dependants(LastPartitionMapping(), ["2024-02-29"], up=DAYS, down=BC) == ["b", "c"]


@pytest.mark.parametrize(
    "mapping",
    [
        IdentityPartitionMapping(),
        TimeWindowPartitionMapping(),
        AllPartitionMapping(),
        LastPartitionMapping(),
    ],
)
def test_nothing_needs_nothing(mapping: PartitionMapping) -> None:
    assert needed(mapping, [], down=DAYS, up=DAYS) == ([], [])
    assert dependants(mapping, [], up=DAYS, down=DAYS) == []


@pytest.mark.parametrize(
    ("upstream", "downstream", "inferred"),
    [
        (DAYS, None, AllPartitionMapping()),
        (None, DAYS, AllPartitionMapping()),
        (None, None, AllPartitionMapping()),
        (DAYS, DAYS, IdentityPartitionMapping()),
        (DAYS, HOURS, TimeWindowPartitionMapping()),
        (DAYS, EARLIER, TimeWindowPartitionMapping()),
        (AB, BC, IdentityPartitionMapping()),
        (AB, DAYS, IdentityPartitionMapping()),
    ],
)
def test_a_mapping_is_inferred_from_the_definitions(
    upstream: PartitionsDefinition | None,
    downstream: PartitionsDefinition | None,
    inferred: PartitionMapping,
) -> None:
    assert infer_mapping(upstream, downstream) == inferred


def test_upstream_keys_of_an_asset_without_partitions_are_all() -> None:
    keys = upstream_keys(AllPartitionMapping(), None, downstream_def=None, upstream_def=AB, now=NOW)

    assert keys == ("a", "b")


def test_upstream_keys_of_one_key() -> None:
    keys = upstream_keys(
        TimeWindowPartitionMapping(start_offset=-1), "2024-01-03", downstream_def=DAYS,
        upstream_def=DAYS, now=NOW,
    )  # fmt: skip

    assert keys == ("2024-01-02", "2024-01-03")


def test_upstream_keys_of_an_unknown_key_are_refused() -> None:
    with pytest.raises(UnknownPartitionError):
        upstream_keys(AllPartitionMapping(), "z", downstream_def=AB, upstream_def=AB, now=NOW)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (IdentityPartitionMapping(), "each partition needs the one with the same key"),
        (AllPartitionMapping(), "each partition needs every upstream partition"),
        (LastPartitionMapping(), "each partition needs the last upstream partition"),
        (TimeWindowPartitionMapping(), "each window needs the windows that it overlaps"),
        (
            TimeWindowPartitionMapping(start_offset=-1),
            "each window needs the windows that it overlaps, moved by -1 to 0",
        ),
    ],
)
def test_mappings_describe_themselves(mapping: PartitionMapping, words: str) -> None:
    assert mapping.describe() == words


def test_a_positive_end_offset_may_reach_behind_the_last_upstream_window() -> None:
    mapping = TimeWindowPartitionMapping(0, 1)

    assert needed(mapping, ["2024-02-29"], down=DAYS, up=DAYS) == (["2024-02-29"], [])
    assert needed(mapping, ["2024-02-28"], down=DAYS, up=DAYS) == (
        ["2024-02-28", "2024-02-29"],
        [],
    )
