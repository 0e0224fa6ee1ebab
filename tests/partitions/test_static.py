import pytest

from penstock.errors import InvalidDefinitionError, UnknownPartitionError
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange

REGIONS = StaticPartitionsDefinition(["north", "east", "south", "west"])


def test_keys_keep_the_order_given() -> None:
    assert REGIONS.get_partition_keys() == ["north", "east", "south", "west"]
    assert REGIONS.ordinal("south") == 2
    assert REGIONS.key(2) == "south"


def test_a_range_includes_both_ends() -> None:
    keys = REGIONS.get_partition_keys_in_range(PartitionKeyRange("east", "west"))

    assert keys == ["east", "south", "west"]


def test_a_reversed_range_is_empty() -> None:
    assert REGIONS.get_partition_keys_in_range(PartitionKeyRange("west", "east")) == []


def test_an_end_of_a_range_has_to_exist() -> None:
    with pytest.raises(UnknownPartitionError) as caught:
        REGIONS.get_partition_keys_in_range(PartitionKeyRange("east", "wst"))

    assert str(caught.value) == (
        "There is no partition 'wst'. The keys are 'north', 'east', 'south' and 'west'. "
        "Nearest: 'west'."
    )


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownPartitionError) as caught:
        REGIONS.ordinal("nort")

    assert str(caught.value) == (
        "There is no partition 'nort'. The keys are 'north', 'east', 'south' and 'west'. "
        "Nearest: 'north'."
    )


def test_an_empty_list_is_allowed() -> None:
    empty = StaticPartitionsDefinition([])

    assert empty.get_partition_keys() == []
    assert empty.get_first_partition_key() is None
    assert empty.get_last_partition_key() is None
    assert empty.describe() == "none (the definition is empty)"


def test_commas_and_bars_are_allowed() -> None:
    assert StaticPartitionsDefinition(["a,b", "c|d"]).has_partition_key("a,b")


def test_many_keys_are_described_by_the_first_three() -> None:
    many = StaticPartitionsDefinition([f"k{n}" for n in range(30)])

    assert many.describe() == "'k0', 'k1', 'k2', … (30 keys)"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["a", "b", "a"], r"The partition key 'a' occurs more than once\."),
        (["a...b"], "contains '...'"),
        (["a\nb"], "contains the control character"),
        ([1], r"Partition keys must be texts, but 1 is of type int\. Write '1'\."),
    ],
)
def test_wrong_keys_are_refused(keys: list[str], message: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=message):
        StaticPartitionsDefinition(keys)


def test_a_position_outside_the_list_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        REGIONS.key(4)
    with pytest.raises(IndexError):
        REGIONS.key(-1)


def test_of_a_text_each_letter_is_a_key() -> None:
    letters = StaticPartitionsDefinition("abc")

    assert letters.get_partition_keys() == "abc"
    assert list(letters.subset_with_partition_keys("ac")) == ["a", "c"]


def test_the_text_is_the_keys() -> None:
    assert str(StaticPartitionsDefinition(["a", "b"])) == "'a', 'b'"


def test_a_list_that_was_changed_outside_does_not_change_the_keys() -> None:
    given = ["a", "b"]
    letters = StaticPartitionsDefinition(given)

    given.append("c")
    found = letters.get_partition_keys()
    assert isinstance(found, list)
    found.append("d")

    assert letters.get_partition_keys() == ["a", "b"]


def test_lists_that_differ_have_fingerprints_that_differ() -> None:
    lists = [[], [""], ["a"], ["a", "b"], ["b", "a"], ["a b"], ["a", ""]]

    assert len({StaticPartitionsDefinition(keys).fingerprint() for keys in lists}) == len(lists)


def test_a_long_list_is_checked_like_a_short_one() -> None:
    keys = [f"k{n}" for n in range(5000)]
    sound = StaticPartitionsDefinition(keys)

    with pytest.raises(InvalidDefinitionError, match="'k17' occurs more than once"):
        StaticPartitionsDefinition([*keys[:-2], "k17", keys[-1]])
    with pytest.raises(InvalidDefinitionError, match="but 7 is of type int"):
        StaticPartitionsDefinition([*keys[:-2], 7, keys[-1]])  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidDefinitionError, match=r"contains '\.\.\.'"):
        StaticPartitionsDefinition([*keys[:-2], "a...b", keys[-1]])
    assert sound.get_partition_keys() == keys


def test_equal_long_lists_are_kept_once_and_others_apart() -> None:
    keys = [f"k{n}" for n in range(5000)]
    one, same = StaticPartitionsDefinition(keys), StaticPartitionsDefinition(list(keys))
    keys[7] = "seven"
    other = StaticPartitionsDefinition(keys)

    assert one == same != other
    assert one._keys is same._keys  # pyright: ignore[reportPrivateUsage] - room is no behaviour
    assert one.find("k7") == same.find("k7") == other.find("seven") == 7
    assert other.find("k7") is None
    assert one.fingerprint() == same.fingerprint() != other.fingerprint()


def test_some_of_many_keys_keep_their_order() -> None:
    keys = [f"k{n}" for n in range(5000)]
    many = StaticPartitionsDefinition(keys)

    assert list(many.subset_with_partition_keys(keys[1::3])) == keys[1::3]
    assert list(many.subset_with_partition_keys([*keys[:9], *keys[1::2]])) == [
        *keys[:9],
        *keys[9::2],
    ]
    assert many.keys_at(range(4998, 5000)) == ["k4998", "k4999"]
    assert many.keys_at(range(0)) == []
    with pytest.raises(IndexError):
        many.keys_at(range(4998, 5001))


def test_of_very_many_keys_those_that_begin_alike_are_near() -> None:
    many = StaticPartitionsDefinition([f"customer-{n:05}" for n in range(50_000)])

    assert many.nearest_keys("customer-4999x") == [
        "customer-49999",
        "customer-49998",
        "customer-49997",
    ]
    assert many.nearest_keys("zzz") == []
