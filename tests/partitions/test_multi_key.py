from penstock.partitions.multi_key import MultiPartitionKey, PartitionDimensionKey


def test_a_key_is_its_parts_in_the_order_of_their_names() -> None:
    key = MultiPartitionKey({"b": "1", "a": "2"})

    assert key == "2|1"
    assert hash(key) == hash("2|1")
    assert key.dimension_keys == [PartitionDimensionKey("a", "2"), PartitionDimensionKey("b", "1")]


def test_a_part_may_hold_the_separator() -> None:
    assert MultiPartitionKey({"a": "1|2", "b": "3"}).keys_by_dimension == {"a": "1|2", "b": "3"}
