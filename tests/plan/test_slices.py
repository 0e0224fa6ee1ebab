"""What people mean by the partitions that they write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from penstock.errors import UnknownPartitionError, UsageError
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition
from penstock.plan.slices import is_by_dimension, key_meant, range_of, slice_of

NOW = datetime(2024, 6, 1, tzinfo=UTC)
DAYS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-04")
CUBE = MultiPartitionsDefinition(
    {
        "day": DAYS,
        "model": StaticPartitionsDefinition(["a", "b=c"]),
        "region": StaticPartitionsDefinition(["eu", "us", "asia"]),
    }
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2024-01-02|a|eu", "2024-01-02|a|eu"),
        ("day=2024-01-02,region=eu,model=a", "2024-01-02|a|eu"),
        ("region = eu, model=b=c, day=2024-01-02", "2024-01-02|b=c|eu"),
    ],
)
def test_a_key_is_written_whole_or_by_dimension(text: str, key: str):
    assert key_meant(CUBE, text) == key


def test_only_names_of_dimensions_make_a_text_one_by_dimension():
    assert [is_by_dimension(d, "region=eu") for d in (CUBE, DAYS)] == [True, False]
    assert is_by_dimension(CUBE, "2024-01-02|b=c|eu") is False


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("region=eu,day=2024-01-01...2024-01-02", ["2024-01-01|a|eu", "2024-01-01|b=c|eu",
                                                   "2024-01-02|a|eu", "2024-01-02|b=c|eu"]),
        ("region=eu,us,model=a,day=2024-01-03", ["2024-01-03|a|eu", "2024-01-03|a|us"]),
        ("day=2024-01-03,model=*,region=asia", ["2024-01-03|a|asia", "2024-01-03|b=c|asia"]),
        ("model=a,b=c,day=2024-01-03,region=us", ["2024-01-03|a|us", "2024-01-03|b=c|us"]),
    ],
)  # fmt: skip
def test_a_slice_takes_the_named_keys_and_other_dimensions_whole(text: str, keys: list[str]):
    assert list(slice_of(CUBE, text, now=NOW)) == keys


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("regin=eu", "'regin=eu' names no dimension. Did you mean 'region'? "
                     "The dimensions are day, model, region; write day=KEY."),
        ("region=eu,region=us", "'region=eu,region=us' names the dimension 'region' twice."),
        ("region=eux", "In the dimension 'region': There is no partition 'eux'. "
                      "The keys are 'eu', 'us' and 'asia'. Nearest: 'eu'."),
        ("day=2024-01-03...2024-01-01", "In the dimension 'day': The partition range "
         "'2024-01-03...2024-01-01' is reversed. Write '2024-01-01...2024-01-03'."),
    ],
)  # fmt: skip
def test_a_wrong_slice_is_told_with_what_there_is(text: str, message: str):
    with pytest.raises((UsageError, UnknownPartitionError)) as error:
        slice_of(CUBE, text, now=NOW)

    assert str(error.value) == message


def test_a_key_by_dimension_needs_every_dimension():
    with pytest.raises(UsageError, match="does not say which 'day' or 'model'"):
        key_meant(CUBE, "region=eu")


def test_partitions_of_one_dimension_have_no_slices():
    with pytest.raises(UsageError, match="one dimension only"):
        slice_of(DAYS, "day=2024-01-01", now=NOW)


def test_a_range_of_combinations_is_the_product_of_the_ranges():
    found = range_of(CUBE, "2024-01-01|a|eu", "2024-01-02|a|us", now=NOW)

    assert list(found) == ["2024-01-01|a|eu", "2024-01-01|a|us", "2024-01-02|a|eu",
                           "2024-01-02|a|us"]  # fmt: skip
