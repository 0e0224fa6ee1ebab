from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import infer_mapping
from penstock.partitions.mapping_base import PartitionMapping
from penstock.partitions.mapping_keys import (
    IdentityPartitionMapping,
    SpecificPartitionsPartitionMapping,
)
from penstock.partitions.mapping_multi import (
    DimensionPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
)
from penstock.partitions.mapping_time import TimeWindowPartitionMapping
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition, WeeklyPartitionsDefinition

NOW = datetime(2023, 1, 16, tzinfo=UTC)
ABC = StaticPartitionsDefinition(["a", "b", "c"])
NUMBERS = StaticPartitionsDefinition(["1", "2"])
DAYS = DailyPartitionsDefinition("2023-01-01")
WEEKS = WeeklyPartitionsDefinition("2023-01-01")
DAILY = MultiPartitionsDefinition({"abc": ABC, "day": DAYS})
WEEKLY = MultiPartitionsDefinition({"abc": ABC, "week": WEEKS})
THREE = MultiPartitionsDefinition({"abc": ABC, "day": DAYS, "n": NUMBERS})
BY_WEEK = MultiPartitionMapping(
    {
        "abc": DimensionPartitionMapping("abc", IdentityPartitionMapping()),
        "day": DimensionPartitionMapping("week", TimeWindowPartitionMapping()),
    }
)
TO_ONE = MultiToSingleDimensionPartitionMapping()


def needed(
    mapping: PartitionMapping, keys: list[str], *, down: PartitionsDefinition,
    up: PartitionsDefinition,
) -> list[str]:  # fmt: skip
    result = mapping.get_upstream_mapped_partitions_result_for_partitions(
        down.subset_with_partition_keys(keys), down, up, current_time=NOW
    )
    return list(result.partitions_subset)


def dependants(
    mapping: PartitionMapping, keys: list[str], *, up: PartitionsDefinition,
    down: PartitionsDefinition,
) -> list[str]:  # fmt: skip
    found = mapping.get_downstream_partitions_for_partitions(
        up.subset_with_partition_keys(keys), up, down, current_time=NOW
    )
    return list(found)


def test_combinations_map_dimension_by_dimension_in_both_directions() -> None:
    week = [f"b|2023-01-{day:02}" for day in range(8, 15)]

    assert needed(BY_WEEK, ["b|2023-01-08"], down=WEEKLY, up=DAILY) == week
    assert dependants(BY_WEEK, week[2:3], up=DAILY, down=WEEKLY) == ["b|2023-01-08"]


def test_a_dimension_that_is_not_named_is_taken_whole() -> None:
    only_day = MultiPartitionMapping(
        {"day": DimensionPartitionMapping("day", IdentityPartitionMapping())}
    )

    assert needed(only_day, ["b|2023-01-02"], down=DAILY, up=DAILY) == [
        "a|2023-01-02", "b|2023-01-02", "c|2023-01-02",
    ]  # fmt: skip
    assert dependants(only_day, ["b|2023-01-02"], up=DAILY, down=THREE) == [
        f"{letter}|2023-01-02|{n}" for letter, n in product("abc", "12")
    ]


def test_a_dimension_can_map_to_one_of_another_name() -> None:
    swapped = MultiPartitionMapping(
        {"n": DimensionPartitionMapping("abc", SpecificPartitionsPartitionMapping(["2"]))}
    )

    assert needed(swapped, ["a|2023-01-01"], down=DAILY, up=THREE)[:2] == [
        "a|2023-01-01|2",
        "a|2023-01-02|2",
    ]
    assert dependants(swapped, ["a|2023-01-01|1"], up=THREE, down=DAILY) == []


def test_what_a_dimension_lacks_is_told_in_its_own_keys() -> None:
    later = MultiPartitionsDefinition({"abc": ABC, "day": DailyPartitionsDefinition("2023-01-05")})
    by_day = MultiPartitionMapping(
        {"day": DimensionPartitionMapping("day", TimeWindowPartitionMapping())}
    )

    result = by_day.get_upstream_mapped_partitions_result_for_partitions(
        DAILY.subset_with_partition_keys(["a|2023-01-04", "a|2023-01-05"]), DAILY, later, NOW
    )

    assert len(result.partitions_subset) == 3
    assert result.required_but_nonexistent_partition_keys == ["2023-01-04"]


def test_a_dimension_that_does_not_exist_is_refused() -> None:
    wrong = MultiPartitionMapping(
        {"x": DimensionPartitionMapping("abc", IdentityPartitionMapping())}
    )

    with pytest.raises(ParameterCheckError, match="no dimension 'x' among abc, day"):
        needed(wrong, [], down=DAILY, up=DAILY)
    with pytest.raises(InvalidDefinitionError, match="no dimension 'x'"):
        wrong.check(DAILY, DAILY)
    with pytest.raises(InvalidDefinitionError, match="relates combinations"):
        BY_WEEK.check(DAYS, DAILY)


def test_an_asset_can_read_its_own_earlier_days() -> None:
    earlier = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    mapping = MultiPartitionMapping(
        {
            "abc": DimensionPartitionMapping("abc", IdentityPartitionMapping()),
            "day": DimensionPartitionMapping("day", earlier),
        }
    )

    assert mapping.reads_earlier
    assert not BY_WEEK.reads_earlier
    assert needed(mapping, ["a|2023-01-02"], down=DAILY, up=DAILY) == ["a|2023-01-01"]
    assert needed(mapping, ["a|2023-01-01"], down=DAILY, up=DAILY) == []


def test_one_dimension_maps_to_a_whole_definition_in_all_four_ways() -> None:
    with_a = [f"a|2023-01-{day:02}" for day in range(1, 16)]

    assert needed(TO_ONE, ["a|2023-01-01", "b|2023-01-01"], down=DAILY, up=ABC) == ["a", "b"]
    assert needed(TO_ONE, ["a"], down=ABC, up=DAILY) == with_a
    assert dependants(TO_ONE, ["a"], up=ABC, down=DAILY) == with_a
    assert dependants(TO_ONE, ["a|2023-01-03"], up=DAILY, down=ABC) == ["a"]


def test_the_dimension_of_time_maps_by_overlap() -> None:
    assert needed(TO_ONE, ["a|2023-01-08"], down=WEEKLY, up=DAYS) == [
        f"2023-01-{day:02}" for day in range(8, 15)
    ]
    assert dependants(TO_ONE, ["2023-01-09"], up=DAYS, down=WEEKLY)[0] == "a|2023-01-08"


def test_the_dimension_and_its_mapping_can_be_named() -> None:
    named = MultiToSingleDimensionPartitionMapping(
        partition_dimension_name="abc",
        partition_mapping=SpecificPartitionsPartitionMapping(["c"]),
    )

    assert needed(named, ["a|2023-01-01"], down=DAILY, up=ABC) == ["c"]
    assert dependants(named, ["a"], up=ABC, down=DAILY) == []


def test_an_ambiguous_dimension_must_be_named() -> None:
    twice = MultiPartitionsDefinition({"x": ABC, "y": ABC})

    with pytest.raises(ParameterCheckError, match="the other asset goes with is not clear"):
        TO_ONE.validate_partition_mapping(twice, ABC)
    with pytest.raises(InvalidDefinitionError, match="relates combinations to one dimension"):
        TO_ONE.check(ABC, ABC)
    assert infer_mapping(twice, ABC) == IdentityPartitionMapping()


def test_a_combination_and_one_of_its_dimensions_are_related_unasked() -> None:
    assert infer_mapping(DAILY, ABC) == TO_ONE
    assert infer_mapping(DAYS, WEEKLY) == TO_ONE
    assert infer_mapping(DAILY, DAILY) == IdentityPartitionMapping()
    assert infer_mapping(DAILY, WEEKLY) == IdentityPartitionMapping()
    assert infer_mapping(NUMBERS, DAILY) == IdentityPartitionMapping()


keys_of_three = st.sets(st.sampled_from(THREE.get_partition_keys(NOW)), max_size=12)


@given(keys_of_three)
def test_what_is_needed_is_what_each_key_needs(keys: set[str]) -> None:
    mapping = MultiPartitionMapping(
        {
            "day": DimensionPartitionMapping("day", TimeWindowPartitionMapping(start_offset=-1)),
            "n": DimensionPartitionMapping("n", IdentityPartitionMapping()),
        }
    )

    together = needed(mapping, sorted(keys), down=THREE, up=THREE)
    each = {up for key in keys for up in needed(mapping, [key], down=THREE, up=THREE)}

    assert set(together) == each


@given(keys_of_three)
def test_the_two_directions_agree(keys: set[str]) -> None:
    mapping = MultiPartitionMapping(
        {"abc": DimensionPartitionMapping("abc", IdentityPartitionMapping())}
    )

    down = dependants(mapping, sorted(keys), up=THREE, down=DAILY)

    assert all(keys & set(needed(mapping, [key], down=DAILY, up=THREE)) for key in down[:3])
