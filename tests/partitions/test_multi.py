import copy
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    ParameterCheckError,
    UnknownPartitionError,
)
from penstock.partitions.context import partition_loading_context
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.multi_key import MultiPartitionKey
from penstock.partitions.self_reference import get_time_partitions_def
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition, HourlyPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange

NOW = datetime(2024, 1, 4, tzinfo=UTC)
COLORS = StaticPartitionsDefinition(["red", "yellow", "blue"])
DAYS = DailyPartitionsDefinition("2024-01-01")
SALES = MultiPartitionsDefinition({"date": DAYS, "color": COLORS})
THREE = MultiPartitionsDefinition(
    {"date": DAYS, "color": COLORS, "size": StaticPartitionsDefinition(["S", "M"])}
)
ALL_THREE = THREE.get_partition_keys(NOW)


def test_dimensions_come_in_the_order_of_their_names_the_first_the_slowest() -> None:
    assert SALES.partition_dimension_names == ["color", "date"]
    assert SALES.get_partition_keys(NOW)[:4] == [
        "red|2024-01-01",
        "red|2024-01-02",
        "red|2024-01-03",
        "yellow|2024-01-01",
    ]
    assert SALES.get_num_partitions(NOW) == 9


def test_there_may_be_more_than_two_dimensions() -> None:
    assert ALL_THREE[:3] == ["red|2024-01-01|S", "red|2024-01-01|M", "red|2024-01-02|S"]
    assert len(ALL_THREE) == 18
    assert THREE.get_last_partition_key(NOW) == "blue|2024-01-03|M"


def test_a_key_knows_its_parts_and_survives_copies() -> None:
    key = SALES.get_partition_keys(NOW)[0]

    assert isinstance(key, MultiPartitionKey)
    assert key.keys_by_dimension == {"color": "red", "date": "2024-01-01"}
    assert [each.dimension_name for each in key.dimension_keys] == ["color", "date"]
    for copied in (copy.deepcopy(key), pickle.loads(pickle.dumps(key))):
        assert isinstance(copied, MultiPartitionKey)
        assert copied.keys_by_dimension == key.keys_by_dimension


@pytest.mark.parametrize(
    ("key", "exists"),
    [
        ("red|2024-01-03", True),
        ("red|2024-01-04", False),
        ("pink|2024-01-01", False),
        ("2024-01-01|red", False),
        ("red", False),
        ("red|2024-01-01|x", False),
    ],
)
def test_a_key_exists_if_all_its_parts_do(key: str, exists: bool) -> None:
    assert SALES.has_partition_key(key, NOW) is exists


def test_a_text_of_the_wrong_shape_is_no_key() -> None:
    assert not SALES.is_valid_key_format("red")
    with pytest.raises(UnknownPartitionError, match="2 parts joined by"):
        SALES.get_partition_key_from_str("red")


def test_a_wrong_part_is_answered_with_near_keys() -> None:
    with pytest.raises(UnknownPartitionError, match=r"Nearest: 'red\|2024-01-02'"):
        SALES.validate("redd|2024-01-02", NOW)


def test_a_range_is_the_product_of_the_ranges() -> None:
    first = MultiPartitionKey({"color": "red", "date": "2024-01-02"})
    last = MultiPartitionKey({"color": "yellow", "date": "2024-01-03"})

    keys = SALES.get_partition_keys_in_range(PartitionKeyRange(first, last), current_time=NOW)

    assert keys == [
        "red|2024-01-02", "red|2024-01-03", "yellow|2024-01-02", "yellow|2024-01-03",
    ]  # fmt: skip


key_sets = st.sets(st.sampled_from(ALL_THREE))


@given(key_sets, key_sets)
def test_subsets_are_the_algebra_of_sets(left: set[str], right: set[str]) -> None:
    one, other = (THREE.subset_with_partition_keys(keys) for keys in (left, right))

    assert (one | other).get_partition_keys() == left | right
    assert (one & other).get_partition_keys() == left & right
    assert (one - other).get_partition_keys() == left - right
    assert one.complement(NOW).get_partition_keys() == set(ALL_THREE) - left


@given(key_sets)
def test_subsets_survive_storage_and_come_back_from_their_ranges(keys: set[str]) -> None:
    subset = THREE.subset_with_partition_keys(keys)

    with partition_loading_context(NOW):
        back = [key for r in subset.ranges() for key in THREE.get_partition_keys_in_range(r)]

    assert THREE.deserialize_subset(subset.serialize()) == subset
    assert sorted(back) == sorted(keys)
    assert list(subset) == [key for key in ALL_THREE if key in keys]


def test_a_stored_subset_keeps_its_meaning_when_a_dimension_grows() -> None:
    stored = SALES.subset_with_partition_keys(["red|2024-01-02"]).serialize()
    earlier = MultiPartitionsDefinition(
        {"date": DailyPartitionsDefinition("2023-12-01"), "color": COLORS}
    )

    assert list(earlier.deserialize_subset(stored)) == ["red|2024-01-02"]


@pytest.mark.parametrize("ascending", [True, False])
def test_pages_add_up_to_all_keys(ascending: bool) -> None:
    found: list[str] = []
    cursor: str | None = None
    more = True
    with partition_loading_context(NOW):
        while more:
            page = THREE.get_paginated_partition_keys(None, 4, ascending, cursor)
            found.extend(page.results)
            cursor, more = page.cursor, page.has_more

    assert found == (ALL_THREE if ascending else ALL_THREE[::-1])


def test_the_keys_of_one_part_can_be_asked_for() -> None:
    assert SALES.get_multipartition_keys_with_dimension_value(
        "color", "blue", current_time=NOW
    ) == ["blue|2024-01-01", "blue|2024-01-02", "blue|2024-01-03"]
    assert len(
        SALES.get_multipartition_keys_with_dimension_values(
            "date", ["2024-01-01", "2024-01-02"], current_time=NOW
        )
    ) == 6  # fmt: skip
    with pytest.raises(ParameterCheckError, match="no dimension 'shape' among color, date"):
        SALES.get_multipartition_keys_with_dimension_value("shape", "round")


def test_the_dimension_of_time_is_found() -> None:
    window = SALES.time_window_for_partition_key("red|2024-01-02")

    assert SALES.time_window_dimension.name == "date"
    assert SALES.primary_dimension.name == "date"
    assert SALES.secondary_dimension.name == "color"
    assert SALES.get_cron_schedule(hour_of_day=3) == "0 3 * * *"
    assert window.start == datetime(2024, 1, 2, tzinfo=UTC)
    assert SALES.get_partitions_def_for_dimension("date") == DAYS


def test_two_dimensions_of_time_are_not_one() -> None:
    both = MultiPartitionsDefinition(
        {"date": DAYS, "hour": HourlyPartitionsDefinition("2024-01-01-00:00")}
    )

    assert both.has_time_window_dimension
    with pytest.raises(ParameterCheckError, match="2 of the dimensions date, hour"):
        _ = both.time_window_dimension


def test_a_run_is_tagged_with_each_part() -> None:
    assert SALES.get_tags_for_partition_key("red|2024-01-02") == {
        "dagster/partition": "red|2024-01-02",
        "dagster/partition/color": "red",
        "dagster/partition/date": "2024-01-02",
    }


class Kept:
    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        return {"files": ["b", "a"]}[partitions_def_name]

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


def test_a_dimension_may_be_dynamic() -> None:
    mixed = MultiPartitionsDefinition(
        {"file": DynamicPartitionsDefinition(name="files"), "color": COLORS}
    )

    with partition_loading_context(dynamic_partitions_store=Kept()):
        assert mixed.get_partition_keys()[:2] == ["red|b", "red|a"]
        assert mixed.has_partition_key("blue|a")
        assert not mixed.has_partition_key("blue|z")
        assert len(mixed.subset_with_all_partitions()) == 6


def test_no_dimension_is_refused() -> None:
    with pytest.raises(InvalidInvocationError, match="needs a dimension"):
        MultiPartitionsDefinition({})


def test_one_dimension_is_enough() -> None:
    only = MultiPartitionsDefinition({"x": StaticPartitionsDefinition(["a", "b"])})

    assert only.get_partition_keys() == ["a", "b"]
    assert only.primary_dimension.name == "x"
    with pytest.raises(ParameterCheckError, match="no dimension beside 'x'"):
        _ = only.secondary_dimension


@pytest.mark.parametrize("key", ["a|b", "a[b", "a]b", "a,b"])
def test_characters_that_join_parts_are_refused_in_keys(key: str) -> None:
    with pytest.raises(InvalidDefinitionError, match="holds one of the characters"):
        MultiPartitionsDefinition({"x": StaticPartitionsDefinition([key]), "date": DAYS})


def test_dimensions_have_one_dimension_and_a_name() -> None:
    with pytest.raises(InvalidDefinitionError, match="several dimensions itself"):
        MultiPartitionsDefinition({"x": SALES, "color": COLORS})
    with pytest.raises(InvalidDefinitionError, match="must have a name"):
        MultiPartitionsDefinition({"x": DynamicPartitionsDefinition(lambda _: []), "color": COLORS})


def test_an_empty_dimension_leaves_nothing() -> None:
    empty = MultiPartitionsDefinition({"x": StaticPartitionsDefinition([]), "color": COLORS})

    assert empty.get_partition_keys() == []
    assert empty.get_first_partition_key() is None
    assert empty.get_paginated_partition_keys(None, 10).results == []
    assert empty.subset_with_all_partitions().is_empty


def test_the_definition_of_time_windows_is_found_in_a_dimension() -> None:
    days = DailyPartitionsDefinition("2024-01-01")
    letters = StaticPartitionsDefinition(["a", "b"])

    assert get_time_partitions_def(days) == days
    assert get_time_partitions_def(MultiPartitionsDefinition({"d": days, "l": letters})) == days
    assert get_time_partitions_def(MultiPartitionsDefinition({"l": letters, "m": letters})) is None
    assert get_time_partitions_def(letters) is None
    assert get_time_partitions_def(None) is None


def test_a_separator_in_a_key_of_the_one_dynamic_dimension_belongs_to_that_key():
    files = DynamicPartitionsDefinition(name="files")
    sales = MultiPartitionsDefinition({"file": files, "tint": COLORS})

    keys = ["a|b|red", "c|yellow", "a|b|blue"]

    assert [sales.split_key(key) for key in keys] == [
        ["a|b", "red"],
        ["c", "yellow"],
        ["a|b", "blue"],
    ]
    assert sales.keys_at(sales.ordinals(keys)) == keys


def test_a_range_that_is_reversed_in_one_dimension_is_empty() -> None:
    both = MultiPartitionsDefinition(
        {
            "day": DailyPartitionsDefinition("2024-01-01", "2024-01-10"),
            "region": StaticPartitionsDefinition(["eu", "us"]),
        }
    )

    assert (
        both.get_partition_keys_in_range(PartitionKeyRange("2024-01-03|eu", "2024-01-02|us")) == []
    )
    assert (
        both.get_partition_keys_in_range(PartitionKeyRange("2024-01-02|us", "2024-01-03|eu")) == []
    )
