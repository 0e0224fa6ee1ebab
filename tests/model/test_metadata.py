import enum
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from penstock.base.codec import decoder, encode
from penstock.errors import InvalidMetadataError
from penstock.model.code_reference import LocalFileCodeReference
from penstock.model.keys import AssetKey
from penstock.model.metadata import (
    BoolMetadataValue,
    CodeLocationReconstructionMetadataValue,
    CodeReferencesMetadataValue,
    DagsterAssetMetadataValue,
    DagsterJobMetadataValue,
    DagsterRunMetadataValue,
    FloatMetadataValue,
    IntMetadataValue,
    JsonMetadataValue,
    MarkdownMetadataValue,
    MetadataUnion,
    MetadataValue,
    NotebookMetadataValue,
    NullMetadataValue,
    PathMetadataValue,
    PoolMetadataValue,
    PythonArtifactMetadataValue,
    TableColumnLineageMetadataValue,
    TableMetadataValue,
    TableSchemaMetadataValue,
    TextMetadataValue,
    TimestampMetadataValue,
    UrlMetadataValue,
    normalize_metadata,
)
from penstock.model.metadata_text import render
from penstock.model.table import (
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableConstraints,
    TableRecord,
    TableSchema,
)

SCHEMA = TableSchema(
    [TableColumn("id", "int", "The id.", TableColumnConstraints(nullable=False), {"pii": ""})],
    TableConstraints(["sorted by id"]),
)
LINEAGE = TableColumnLineage({"id": [TableColumnDep(AssetKey("raw"), "key")]})
TABLE = MetadataValue.table([TableRecord({"id": 1}), TableRecord({"id": 2})])
JOB = MetadataValue.job("nightly", "shop", repository_name="main")
ARTIFACT = MetadataValue.python_artifact(normalize_metadata)

REFERENCES = CodeReferencesMetadataValue(
    [LocalFileCodeReference(file_path="/shop/orders.py", line_number=7)]
)
EVERY_KIND = [
    (MetadataValue.int(1_200), IntMetadataValue, 1_200, "1,200"),
    (MetadataValue.float(0.25), FloatMetadataValue, 0.25, "0.25"),
    (MetadataValue.text("a\nb"), TextMetadataValue, "a\nb", "a b"),
    (MetadataValue.bool(True), BoolMetadataValue, True, "yes"),
    (MetadataValue.null(), NullMetadataValue, None, "none"),
    (MetadataValue.url("https://x"), UrlMetadataValue, "https://x", "https://x"),
    (MetadataValue.path(Path("/a/b")), PathMetadataValue, "/a/b", "/a/b"),
    (MetadataValue.notebook("n.ipynb"), NotebookMetadataValue, "n.ipynb", "n.ipynb"),
    (MetadataValue.md("# T\n\nx"), MarkdownMetadataValue, "# T\n\nx", "# T x"),
    (MetadataValue.json({"a": [1]}), JsonMetadataValue, {"a": [1]}, '{"a": [1]}'),
    (TABLE, TableMetadataValue, TABLE, "table of 2 rows (id: int)"),
    (MetadataValue.table_schema(SCHEMA), TableSchemaMetadataValue, SCHEMA, "id: int"),
    (
        MetadataValue.column_lineage(LINEAGE),
        TableColumnLineageMetadataValue,
        LINEAGE,
        "id from 'raw.key'",
    ),
    (
        MetadataValue.asset(AssetKey(["a", "b"])),
        DagsterAssetMetadataValue,
        AssetKey(["a", "b"]),
        "a/b",
    ),
    (JOB, DagsterJobMetadataValue, JOB, "nightly in shop"),
    (MetadataValue.dagster_run("r1"), DagsterRunMetadataValue, "r1", "r1"),
    (
        MetadataValue.timestamp(0),
        TimestampMetadataValue,
        0.0,
        "1970-01-01 00:00:00+00:00",
    ),
    (
        ARTIFACT,
        PythonArtifactMetadataValue,
        ARTIFACT,
        "penstock.model.metadata.normalize_metadata",
    ),
    (MetadataValue.pool("db"), PoolMetadataValue, "db", "db"),
    (REFERENCES, CodeReferencesMetadataValue, REFERENCES, "/shop/orders.py:7"),
    (
        MetadataValue.code_location_reconstruction("{}"),
        CodeLocationReconstructionMetadataValue,
        "{}",
        "{}",
    ),
]


def test_the_table_of_kinds_is_whole() -> None:
    assert {kind for _, kind, _, _ in EVERY_KIND} == set(get_args(MetadataUnion))


@pytest.mark.parametrize(("made", "kind", "value", "text"), EVERY_KIND)
def test_each_kind_is_made_read_stored_and_shown(
    made: MetadataUnion, kind: type, value: object, text: str
) -> None:
    assert type(made) is kind
    assert isinstance(made, MetadataValue)
    assert made.value == value
    assert decoder(dict[str, MetadataUnion]).decode(encode({"k": made})) == {"k": made}
    assert normalize_metadata({"k": made}) == {"k": made}
    assert render(made) == text


class Color(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Ordered(dict[str, int]):
    pass


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (True, BoolMetadataValue(True)),
        (1, IntMetadataValue(1)),
        (1.5, FloatMetadataValue(1.5)),
        ("x", TextMetadataValue("x")),
        (None, NullMetadataValue()),
        ([1, "a"], JsonMetadataValue([1, "a"])),
        ({"a": None}, JsonMetadataValue({"a": None})),
        (Path("/tmp/x"), PathMetadataValue("/tmp/x")),
        (AssetKey("a"), DagsterAssetMetadataValue(AssetKey("a"))),
        (SCHEMA, TableSchemaMetadataValue(SCHEMA)),
        (LINEAGE, TableColumnLineageMetadataValue(LINEAGE)),
        (datetime(1970, 1, 1, 1, tzinfo=UTC), TimestampMetadataValue(3600.0)),
        (Color.RED, TextMetadataValue("red")),
        (Level.HIGH, IntMetadataValue(3)),
        (Ordered(a=1), JsonMetadataValue({"a": 1})),
    ],
)
def test_raw_values_find_their_kind(raw: object, value: MetadataUnion) -> None:
    assert normalize_metadata({"k": raw}) == {"k": value}


def test_nothing_normalizes_to_nothing() -> None:
    assert normalize_metadata({}) == {}


class Thing:
    pass


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            {"thing": Thing()},
            f"Metadata 'thing' is of type {Thing.__module__}.Thing, which has no representation as "
            "metadata. Convert it with int(), float() or str(), or wrap it in one of the "
            "MetadataValue kinds, as in MetadataValue.json(...) or MetadataValue.md(...).",
        ),
        (
            {"at": datetime.fromisoformat("2024-01-01")},
            "Metadata 'at': 2024-01-01T00:00:00 has no timezone, so it is not a point in time. "
            "Give it one, as in value.replace(tzinfo=timezone.utc).",
        ),
        (
            {"big": 1 << 63},
            "Metadata 'big': 9223372036854775808 does not fit into 64 bits. Give it as text, with "
            "str().",
        ),
        (
            {"doc": [{1, 2}]},
            "Metadata 'doc': The data of a JSON metadata value cannot be written as JSON: Object "
            "of type set is not JSON serializable. Use only dicts with text keys, lists, texts, "
            "numbers, bools and None.",
        ),
        (
            {1: "x"},
            "Metadata key 1 is of type int, but keys are texts. Write '1'.",
        ),
    ],
)
def test_what_has_no_representation_is_refused(raw: Mapping[str, object], message: str) -> None:
    with pytest.raises(InvalidMetadataError) as caught:
        normalize_metadata(raw)

    assert str(caught.value) == message


def test_a_document_that_contains_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)

    with pytest.raises(InvalidMetadataError, match="Circular reference"):
        MetadataValue.json(loop)


def test_a_timestamp_is_made_of_a_datetime() -> None:
    made = MetadataValue.timestamp(datetime(1970, 1, 1, 1, tzinfo=UTC))

    assert made == TimestampMetadataValue(3600.0)


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_infinities_survive_storage(number: float) -> None:
    made = MetadataValue.float(number)

    assert decoder(MetadataUnion).decode(encode(made)) == made  # pyright: ignore[reportArgumentType]
    assert made.value == number


def test_nan_survives_storage() -> None:
    read = decoder(FloatMetadataValue).decode(encode(MetadataValue.float(math.nan)))

    assert read.value is not None
    assert math.isnan(read.value)
    assert render(read) == "nan"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (BoolMetadataValue(False), "no"),
        (BoolMetadataValue(None), "none"),
        (IntMetadataValue(None), "none"),
        (FloatMetadataValue(None), "none"),
        (FloatMetadataValue(1 / 3), "0.333333"),
        (FloatMetadataValue(1234567.5), "1,234,567.5"),
        (TextMetadataValue(None), "none"),
    ],
)
def test_scalars_are_shown_for_people(value: MetadataUnion, text: str) -> None:
    assert render(value) == text


def test_an_unknown_kind_is_not_read() -> None:
    with pytest.raises(msgspec.ValidationError, match="Invalid value 'smell'"):
        decoder(dict[str, MetadataUnion]).decode(b'{"a":{"type":"smell"}}')
