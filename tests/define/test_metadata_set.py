from typing import Literal

import pydantic
import pytest

import penstock as dg
from penstock.errors import ParameterCheckError


class Sizes(dg.NamespacedMetadataSet):
    rows: int | None = None
    share: float | None = None
    page: dg.UrlMetadataValue | str | None = None

    @classmethod
    def namespace(cls):
        return "sizes"


class Tier(dg.NamespacedTagSet):
    level: Literal["gold", "silver"] | None = None
    note: str | None = None

    @classmethod
    def namespace(cls):
        return "tier"


def test_a_set_unpacks_into_the_keys_that_have_a_value():
    assert {**Sizes(rows=3)} == {"sizes/rows": 3}
    assert dict(Tier(level="gold")) == {"tier/level": "gold"}
    assert dict(dg.UriMetadataSet(uri="s3://bucket/key")) == {"dagster/uri": "s3://bucket/key"}


def test_a_set_is_read_back_from_events_and_definitions():
    assert Sizes.extract({"sizes/rows": dg.MetadataValue.int(3), "x": 1}) == Sizes(rows=3)
    assert Sizes.extract({"sizes/share": 5}).share == 5
    url = dg.MetadataValue.url("a.org")
    assert Sizes.extract({"sizes/page": url}).page == url
    assert Tier.extract(dict(Tier(note="x"))) == Tier(note="x")


def test_a_value_of_another_type_is_refused():
    with pytest.raises(pydantic.ValidationError):
        Sizes.extract({"sizes/rows": "many"})
    with pytest.raises(pydantic.ValidationError):
        Tier(level="lead")
    with pytest.raises(pydantic.ValidationError):
        Tier(other="x")


def test_fields_have_types_of_metadata():
    class Wrong(dg.NamespacedMetadataSet):
        thing: object | None = None

        @classmethod
        def namespace(cls):
            return "wrong"

    with pytest.raises(
        ParameterCheckError, match="Wrong has the field 'thing' of a type that no metadata has"
    ):
        Wrong()


def test_a_table_has_a_name_in_either_key():
    older = {"dagster/relation_identifier": "Db.Orders", "dagster/storage_kind": "snowflake"}

    assert dg.TableMetadataSet.extract(older).table_name == "Db.Orders"
    assert dg.TableMetadataSet.extract_normalized_table_name(older) == "db.orders"
    assert dg.TableMetadataSet.extract_storage_address(older) == dg.StorageAddress(
        storage_kind="snowflake", table_name="db.orders"
    )
    assert dg.TableMetadataSet.extract_storage_address({}) is None
