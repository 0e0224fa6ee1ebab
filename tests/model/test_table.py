import pytest

from penstock.errors import InvalidMetadataError
from penstock.model.keys import AssetKey
from penstock.model.table import (
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableConstraints,
    TableRecord,
    TableSchema,
    inferred_schema,
)


def test_a_record_holds_only_plain_cells() -> None:
    with pytest.raises(InvalidMetadataError) as caught:
        TableRecord({"id": [1]})  # pyright: ignore[reportArgumentType]

    assert str(caught.value) == (
        "Column 'id' of a table record holds a list, but a record holds texts, numbers, bools and "
        "None. Convert it with str()."
    )


def test_a_schema_is_made_of_names_and_types() -> None:
    schema = TableSchema.from_name_type_dict({"id": "int", "name": "string"})

    assert schema == TableSchema([TableColumn("id", "int"), TableColumn("name")])
    assert schema.in_words() == "id: int, name: string"


def test_a_schema_does_not_change_with_the_list_it_was_made_of() -> None:
    columns = [TableColumn("id")]
    schema = TableSchema(columns)

    columns.append(TableColumn("name"))

    assert schema == TableSchema([TableColumn("id")])


def test_constraints_are_equal_whatever_sequence_they_came_in() -> None:
    assert TableConstraints(other=["a"]) == TableConstraints(other=("a",))
    assert TableColumnConstraints(other=["a"]) == TableColumnConstraints(other=("a",))


def test_a_schema_is_inferred_from_the_first_record() -> None:
    records = [TableRecord({"a": 1, "b": 1.5, "c": True, "d": "x", "e": None})]

    assert inferred_schema(records) == TableSchema.from_name_type_dict(
        {"a": "int", "b": "float", "c": "bool", "d": "string", "e": "string"}
    )


def test_no_records_have_no_schema() -> None:
    with pytest.raises(InvalidMetadataError, match="Give it a schema"):
        inferred_schema([])


def test_lineage_in_words() -> None:
    lineage = TableColumnLineage({"total": [TableColumnDep(AssetKey(["raw", "orders"]), "price")]})

    assert lineage.in_words() == "total from 'raw/orders.price'"
