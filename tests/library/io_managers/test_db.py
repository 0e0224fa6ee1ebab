"""Values as tables, with a real client for SQLite and one for DuckDB."""

import sqlite3
from contextlib import contextmanager

import duckdb
import pytest

import penstock as dg
from penstock.errors import InvalidInvocationError, InvariantViolationError, ParameterCheckError

DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-03-01")
REGIONS = dg.StaticPartitionsDefinition(["eu", "us"])
GRID = dg.MultiPartitionsDefinition({"day": DAYS, "region": REGIONS})


def condition(dimension):
    if isinstance(dimension.partitions, dg.TimeWindow):
        start, end = (f"{each:%Y-%m-%d}" for each in dimension.partitions)
        return f"{dimension.partition_expr} >= '{start}' AND {dimension.partition_expr} < '{end}'"
    keys = ", ".join(f"'{key}'" for key in dimension.partitions)
    return f"{dimension.partition_expr} IN ({keys})"


def where(table_slice):
    conditions = [condition(each) for each in table_slice.partition_dimensions]
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


class SqlClient(dg.DbClient):
    def __init__(self, path):
        self.path = path

    def get_select_statement(self, table_slice):
        columns = ", ".join(table_slice.columns or ["*"])
        return f"SELECT {columns} FROM {self.name_of(table_slice)}{where(table_slice)}"

    def delete_table_slice(self, context, table_slice, connection):
        if self.has_table(table_slice, connection):
            connection.execute(f"DELETE FROM {self.name_of(table_slice)}{where(table_slice)}")


class SqliteClient(SqlClient):
    def name_of(self, table_slice):
        return f'"{table_slice.schema}_{table_slice.table}"'

    def has_table(self, table_slice, connection):
        name = self.name_of(table_slice).strip('"')
        return connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = ?", [name]
        ).fetchone()[0]

    def ensure_schema_exists(self, context, table_slice, connection):
        """SQLite has no schemas."""

    @contextmanager
    def connect(self, context, table_slice):
        connection = sqlite3.connect(self.path)
        try:
            with connection:
                yield connection
        finally:
            connection.close()


class DuckClient(SqlClient):
    def name_of(self, table_slice):
        return f"{table_slice.schema}.{table_slice.table}"

    def has_table(self, table_slice, connection):
        return connection.execute(
            "SELECT count(*) FROM information_schema.tables"
            " WHERE table_schema = ? AND table_name = ?",
            [table_slice.schema, table_slice.table],
        ).fetchone()[0]

    def ensure_schema_exists(self, context, table_slice, connection):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table_slice.schema}")

    @contextmanager
    def connect(self, context, table_slice):
        connection = duckdb.connect(str(self.path))
        connection.begin()
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.close()


class Rows(list):
    """Rows of day, region and count."""


class RowsHandler(dg.DbTypeHandler):
    def __init__(self, client):
        self.client = client

    def handle_output(self, context, table_slice, obj, connection):
        name = self.client.name_of(table_slice)
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} (day TEXT, region TEXT, n INTEGER)")
        for row in obj:
            if row[2] < 0:
                raise ValueError("negative")
            connection.execute(f"INSERT INTO {name} VALUES (?, ?, ?)", row)
        return {"rows": len(obj)}

    def load_input(self, context, table_slice, connection):
        found = connection.execute(self.client.get_select_statement(table_slice)).fetchall()
        return Rows(sorted(tuple(row) for row in found))

    @property
    def supported_types(self):
        return [Rows]


class CountHandler(RowsHandler):
    def load_input(self, context, table_slice, connection):
        return len(super().load_input(context, table_slice, connection))

    @property
    def supported_types(self):
        return [int]


@pytest.fixture(params=[SqliteClient, DuckClient])
def client(request, tmp_path):
    return request.param(tmp_path / "values.db")


def manager(client, **changes):
    handlers = [RowsHandler(client), CountHandler(client)]
    return dg.DbIOManager(
        **{
            "type_handlers": handlers,
            "db_client": client,
            "database": "values",
            "default_load_type": Rows,
            **changes,
        }
    )


def output(partition=None, definition=None, expression=None, **changes):
    return dg.build_output_context(
        asset_key=["sales", "orders"],
        partition_key=partition,
        asset_partitions_def=definition,
        definition_metadata={"partition_expr": expression} if expression else {},
        **changes,
    )


def given(definition=None, expression=None, *, metadata=None, kind=None, **changes):
    upstream = output(definition=definition, expression=expression)
    return dg.build_input_context(
        asset_key=["sales", "orders"],
        upstream_output=upstream,
        asset_partitions_def=definition,
        definition_metadata=metadata,
        dagster_type=kind and dg.PythonObjectDagsterType(kind),
        **changes,
    )


def test_a_value_is_a_table_and_replaces_what_was_there(client):
    store, context = manager(client), output()

    store.handle_output(output(), Rows([("2024-01-01", "eu", 1)]))
    store.handle_output(context, Rows([("2024-01-02", "us", 2), ("2024-01-03", "us", 3)]))

    assert store.load_input(given()) == [("2024-01-02", "us", 2), ("2024-01-03", "us", 3)]
    assert context.added_metadata["rows"] == dg.MetadataValue.int(2)
    assert context.added_metadata["dagster/table_name"] == dg.MetadataValue.text(
        "values.sales.orders"
    )


def test_the_annotation_chooses_the_handler(client):
    store = manager(client)
    store.handle_output(output(), Rows([("2024-01-01", "eu", 1)]))

    assert store.load_input(given(kind=int)) == 1
    with pytest.raises(ParameterCheckError, match="knows no values of type 'float'"):
        store.load_input(given(kind=float))


def test_an_input_may_load_some_columns(client):
    store = manager(client)
    store.handle_output(output(), Rows([("2024-01-01", "eu", 1)]))

    assert store.load_input(given(metadata={"columns": ["n"]})) == [(1,)]


def test_a_partition_replaces_its_own_rows_only(client):
    store = manager(client)
    for day, n in (("2024-01-01", 1), ("2024-01-02", 2), ("2024-01-02", 3)):
        store.handle_output(output(day, DAYS, "day"), Rows([(day, "eu", n)]))

    assert store.load_input(given(DAYS, "day", partition_key="2024-01-02")) == [
        ("2024-01-02", "eu", 3)
    ]
    assert len(store.load_input(given())) == 2


def test_a_range_of_windows_is_one_slice(client):
    store = manager(client)
    for day in ("2024-01-01", "2024-01-02", "2024-01-03"):
        store.handle_output(output(day, DAYS, "day"), Rows([(day, "eu", 1)]))

    found = store.load_input(
        given(
            DAYS,
            "day",
            asset_partition_key_range=dg.PartitionKeyRange("2024-01-02", "2024-01-03"),
        )
    )

    assert [row[0] for row in found] == ["2024-01-02", "2024-01-03"]


def test_static_partitions_are_keys(client):
    store = manager(client)
    for region in ("eu", "us"):
        store.handle_output(output(region, REGIONS, "region"), Rows([("d", region, 1)]))

    assert store.load_input(given(REGIONS, "region", partition_key="us")) == [("d", "us", 1)]


def test_each_dimension_has_its_expression(client):
    store, expressions = manager(client), {"day": "day", "region": "region"}
    for day in ("2024-01-01", "2024-01-02"):
        for region in ("eu", "us"):
            context = output(f"{day}|{region}", GRID, expressions)
            store.handle_output(context, Rows([(day, region, 1)]))

    found = store.load_input(given(GRID, expressions, partition_key="2024-01-02|us"))

    assert found == [("2024-01-02", "us", 1)]


def test_partitions_that_are_no_block_are_refused(client):
    expressions = {"day": "day", "region": "region"}
    context = dg.InputContext(
        asset_key=dg.AssetKey(["sales", "orders"]),
        partition_keys=["2024-01-01|eu", "2024-01-02|us"],
        partitions=GRID,
        upstream_output=output(definition=GRID, expression=expressions),
    )

    with pytest.raises(InvalidInvocationError, match="do not make up a block of the table"):
        manager(client).load_input(context)


def test_windows_with_a_gap_are_refused(client):
    context = dg.InputContext(
        asset_key=dg.AssetKey(["sales", "orders"]),
        partition_keys=["2024-01-01", "2024-01-03"],
        partitions=DAYS,
        upstream_output=output(definition=DAYS, expression="day"),
    )

    with pytest.raises(InvalidInvocationError, match="leave out some between them"):
        manager(client).load_input(context)


def test_partitions_need_an_expression(client):
    with pytest.raises(ParameterCheckError, match="so its metadata has to tell which column"):
        manager(client).handle_output(output("eu", REGIONS), Rows())
    with pytest.raises(ParameterCheckError, match="has no expression for dimension 'region'"):
        manager(client).handle_output(output("2024-01-01|eu", GRID, {"day": "day"}), Rows())
    with pytest.raises(ParameterCheckError, match="has to be a mapping of each dimension"):
        manager(client).handle_output(output("2024-01-01|eu", GRID, "day"), Rows())


def test_a_failure_while_inserting_leaves_the_old_rows(client):
    store = manager(client)
    store.handle_output(output(), Rows([("2024-01-01", "eu", 1)]))

    with pytest.raises(ValueError, match="negative"):
        store.handle_output(output(), Rows([("2024-01-02", "eu", 2), ("2024-01-02", "eu", -1)]))

    assert store.load_input(given()) == [("2024-01-01", "eu", 1)]


def test_none_cannot_be_a_table(client):
    with pytest.raises(InvariantViolationError, match="got None for 'sales/orders'"):
        manager(client).handle_output(output(), None)


def test_two_handlers_of_one_type_are_refused(client):
    with pytest.raises(ParameterCheckError, match="has two handlers for Rows"):
        manager(client, type_handlers=[RowsHandler(client), RowsHandler(client)])


@pytest.mark.parametrize(
    ("of_asset", "of_manager", "key", "expected"),
    [
        ("named", "managed", ["prefix", "t"], "named.t"),
        (None, "managed", ["prefix", "t"], "managed.t"),
        (None, None, ["prefix", "t"], "prefix.t"),
        (None, None, ["t"], "public.t"),
    ],
)
def test_the_schema_is_named_by_asset_manager_or_key(client, of_asset, of_manager, key, expected):
    context = dg.build_output_context(
        asset_key=key, definition_metadata={"schema": of_asset} if of_asset else {}
    )

    manager(client, schema=of_manager).handle_output(context, Rows())

    assert context.added_metadata["dagster/table_name"].text == f"values.{expected}"


def test_an_output_without_an_asset_is_a_table_of_its_name(client):
    context = dg.build_output_context(name="scratch", step_key="s")

    manager(client, schema="ops").handle_output(context, Rows([("d", "eu", 1)]))

    assert context.added_metadata["dagster/table_name"].text == "values.ops.scratch"
    found = manager(client, schema="ops").load_input(
        dg.build_input_context(upstream_output=context)
    )
    assert found == [("d", "eu", 1)]
