from collections.abc import Sequence
from datetime import datetime

import pytest

from penstock.errors import InvalidDefinitionError, ParameterCheckError, UnknownPartitionError
from penstock.partitions.context import PartitionLoadingContext, partition_loading_context
from penstock.partitions.dynamic import (
    AddDynamicPartitionsRequest,
    DeleteDynamicPartitionsRequest,
    DynamicPartitionsDefinition,
)
from penstock.partitions.window import PartitionKeyRange

FILES = DynamicPartitionsDefinition(name="files")


class Kept:
    """A store of dynamic partitions in a dictionary."""

    def __init__(self, **keys: Sequence[str]) -> None:
        self.keys = keys

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        return self.keys.get(partitions_def_name, ())

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        return partition_key in self.keys.get(partitions_def_name, ())


STORE = Kept(files=["c", "a", "b"])


def test_keys_come_from_the_store_in_the_order_they_were_added() -> None:
    assert FILES.get_partition_keys(dynamic_partitions_store=STORE) == ["c", "a", "b"]
    assert FILES.get_num_partitions(dynamic_partitions_store=STORE) == 3
    assert FILES.get_first_partition_key(dynamic_partitions_store=STORE) == "c"
    assert FILES.get_last_partition_key(dynamic_partitions_store=STORE) == "b"


def test_the_store_of_the_block_serves_as_well() -> None:
    with partition_loading_context(dynamic_partitions_store=STORE):
        assert FILES.has_partition_key("a")
        assert not FILES.has_partition_key("z")
        assert FILES.get_partition_keys() == ["c", "a", "b"]


def test_without_a_store_existence_cannot_be_told() -> None:
    with pytest.raises(ParameterCheckError, match="dynamic partitions 'files' are in an instance"):
        FILES.get_partition_keys()


def test_a_range_follows_the_order_of_the_store() -> None:
    keys = FILES.get_partition_keys_in_range(PartitionKeyRange("c", "a"), STORE)

    assert keys == ["c", "a"]
    assert FILES.get_partition_keys_in_range(PartitionKeyRange("b", "c"), STORE) == []
    with pytest.raises(UnknownPartitionError, match="no partition 'z'"):
        FILES.get_partition_keys_in_range(PartitionKeyRange("c", "z"), STORE)


def test_a_wrong_key_is_answered_with_near_ones() -> None:
    store = Kept(files=["north", "south"])

    with (
        partition_loading_context(dynamic_partitions_store=store),
        pytest.raises(UnknownPartitionError) as caught,
    ):
        FILES.validate("nort")

    assert str(caught.value) == (
        "There is no partition 'nort'. The keys are those added to the dynamic partitions "
        "'files'. Nearest: 'north'."
    )


def test_a_subset_needs_no_store() -> None:
    some = FILES.empty_subset().with_partition_keys(["a", "x"])

    assert "x" in some
    assert some - FILES.subset_with_partition_keys(["x"]) == FILES.subset_with_partition_keys(["a"])
    assert FILES.deserialize_subset(some.serialize()) == some
    assert some.get_partition_keys() == {"a", "x"}


def test_what_is_not_in_a_subset_is_told_by_the_store() -> None:
    with partition_loading_context(dynamic_partitions_store=STORE):
        some = FILES.subset_with_partition_keys(["a"])

        assert set(some.get_partition_keys_not_in_subset(FILES)) == {"b", "c"}
        assert set(FILES.subset_with_all_partitions()) == {"a", "b", "c"}


def test_ranges_of_a_subset_are_those_of_the_store() -> None:
    some = FILES.subset_with_partition_keys(["a", "b", "gone"])

    with partition_loading_context(dynamic_partitions_store=STORE):
        assert some.ranges() == [PartitionKeyRange("a", "b"), PartitionKeyRange("gone", "gone")]
    assert {r.start for r in some.ranges()} == {"a", "b", "gone"}


def test_definitions_of_one_name_are_equal_and_share_subsets() -> None:
    other = DynamicPartitionsDefinition(name="files")

    assert other == FILES
    assert other.subset_with_partition_keys(["a"]) == FILES.subset_with_partition_keys(["a"])
    assert other != DynamicPartitionsDefinition(name="tables")


def test_pages_go_on_where_the_last_one_ended_though_keys_are_gone() -> None:
    first = FILES.get_paginated_partition_keys(
        PartitionLoadingContext(dynamic_partitions_store=Kept(files=["a", "b", "c", "d"])), limit=2
    )
    after = FILES.get_paginated_partition_keys(
        PartitionLoadingContext(dynamic_partitions_store=Kept(files=["b", "c", "d"])),
        limit=2,
        cursor=first.cursor,
    )

    assert (first.results, first.has_more) == (["a", "b"], True)
    assert (after.results, after.has_more) == (["c", "d"], False)


def test_requests_carry_the_name_and_the_keys() -> None:
    assert FILES.build_add_request(["x"]) == AddDynamicPartitionsRequest("files", ["x"])
    assert FILES.build_delete_request(["x"]) == DeleteDynamicPartitionsRequest("files", ["x"])
    with pytest.raises(ParameterCheckError, match="list of texts, not 'x'"):
        FILES.build_add_request("x")


def test_a_function_can_return_the_keys() -> None:
    def keys(now: datetime | None) -> list[str]:
        return ["a"] if now is None else ["a", str(now.year)]

    made = DynamicPartitionsDefinition(keys)

    assert made.get_partition_keys() == ["a"]
    assert made.get_partition_keys(datetime.fromisoformat("2024-01-01")) == ["a", "2024"]
    assert made.has_partition_key("a")
    assert made.spec() == {"kind": "static", "keys": ["a"]}
    with pytest.raises(ParameterCheckError, match="Give the definition a name"):
        made.build_add_request(["x"])


def test_a_name_or_a_function_is_needed_and_not_both() -> None:
    with pytest.raises(InvalidDefinitionError, match="neither is given"):
        DynamicPartitionsDefinition()
    with pytest.raises(InvalidDefinitionError, match="both are given"):
        DynamicPartitionsDefinition(lambda _: [], name="files")


def test_the_identifier_changes_with_the_keys() -> None:
    before = FILES.get_serializable_unique_identifier(STORE)

    assert before != FILES.get_serializable_unique_identifier(Kept(files=["c"]))
