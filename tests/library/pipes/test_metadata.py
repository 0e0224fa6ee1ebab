"""Each type of metadata of the wire becomes its metadata value."""

import pytest

import penstock as dg
from penstock.library.pipes.metadata import metadata_of

_COLUMN = {
    "name": "code",
    "type": "string",
    "description": "code",
    "tags": {"key": "value"},
    "constraints": {"unique": True},
}
_SCHEMA = dg.TableSchema(
    [
        dg.TableColumn(
            "code",
            "string",
            description="code",
            tags={"key": "value"},
            constraints=dg.TableColumnConstraints(unique=True),
        )
    ]
)


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("__infer__", "bar", dg.MetadataValue.text("bar")),
        ("__infer__", {"a": 1}, dg.MetadataValue.json({"a": 1})),
        ("text", "bar", dg.MetadataValue.text("bar")),
        ("url", "http://bar.com", dg.MetadataValue.url("http://bar.com")),
        ("path", "/bar", dg.MetadataValue.path("/bar")),
        ("notebook", "/bar.ipynb", dg.MetadataValue.notebook("/bar.ipynb")),
        ("json", ["bar"], dg.MetadataValue.json(["bar"])),
        ("md", "bar", dg.MetadataValue.md("bar")),
        ("float", 1.5, dg.MetadataValue.float(1.5)),
        ("int", 1, dg.MetadataValue.int(1)),
        ("bool", True, dg.MetadataValue.bool(True)),
        ("dagster_run", "foo", dg.MetadataValue.dagster_run("foo")),
        ("asset", r"bar\/x/baz", dg.MetadataValue.asset(dg.AssetKey(["bar/x", "baz"]))),
        ("null", None, dg.MetadataValue.null()),
        ("timestamp", 111, dg.MetadataValue.timestamp(111.0)),
        ("table_schema", {"columns": [_COLUMN]}, dg.MetadataValue.table_schema(_SCHEMA)),
        (
            "table",
            {"records": [{"code": "x"}], "schema": [_COLUMN]},
            dg.MetadataValue.table([dg.TableRecord({"code": "x"})], _SCHEMA),
        ),
        (
            "table_column_lineage",
            {"deps_by_column": {"a": [{"asset_key": "b", "column_name": "c"}]}},
            dg.MetadataValue.column_lineage(
                dg.TableColumnLineage({"a": [dg.TableColumnDep(dg.AssetKey("b"), "c")]})
            ),
        ),
    ],
)
def test_a_fact_becomes_the_value_of_its_type(kind, raw, expected):
    assert metadata_of({"fact": {"raw_value": raw, "type": kind}}) == {"fact": expected}


def test_nothing_reported_is_no_metadata():
    assert metadata_of(None) == {}


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ("bare", "Send a value with its type"),
        ({"raw_value": 1, "type": "number"}, "unknown type 'number'"),
        ({"raw_value": {"x": 1}, "type": "table"}, "is no table"),
    ],
)
def test_a_fact_that_does_not_fit_is_refused(fact, message):
    with pytest.raises(dg.DagsterInvalidMetadata, match=message):
        metadata_of({"fact": fact})
