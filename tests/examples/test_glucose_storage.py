# ruff: noqa: DTZ001 - the times of the sensor have no zone

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import duckdb
import pytest

from glucose import storage
from glucose.days import PROJECT
from glucose.table import Table, query

SCHEMA = {
    "name": "VARCHAR",
    "n": "BIGINT",
    "x": "DOUBLE",
    "at": "TIMESTAMP",
    "day": "DATE",
}
ROW = ('O\'Hara, "ann"', 2**53 + 1, 0.1, datetime(2014, 2, 3, 3, 42, 12), date(2014, 2, 3))
TABLE = Table(SCHEMA, (ROW, ("ünï", None, None, None, None)))


def table(*names):
    return Table({"name": "VARCHAR"}, tuple((name,) for name in names))


def test_a_table_survives_a_query():
    assert query("SELECT * FROM given", given=TABLE) == TABLE


def test_a_table_prints_as_markdown():
    assert table("a|b", "x" * 50, "c").markdown(2) == (
        f"| name |\n| --- |\n| a\\|b |\n| {'x' * 39}… |"
    )


def test_a_parquet_file_gives_back_the_table(tmp_path):
    path = tmp_path / "it's" / "a.parquet"

    storage.write_parquet(path, TABLE)

    assert storage.read_parquet([path]) == TABLE


def test_an_empty_table_keeps_its_columns(tmp_path):
    storage.write_parquet(tmp_path / "a.parquet", Table(SCHEMA, ()))

    assert storage.read_parquet([tmp_path / "a.parquet"]) == Table(SCHEMA, ())


def test_the_same_table_gives_the_same_bytes(tmp_path):
    storage.write_parquet(tmp_path / "a.parquet", TABLE)
    storage.write_parquet(tmp_path / "b.parquet", TABLE)

    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_several_files_are_read_in_the_order_given(tmp_path):
    paths = [tmp_path / "b.parquet", tmp_path / "a.parquet"]
    storage.write_parquet(paths[0], table("b"))
    storage.write_parquet(paths[1], table("a"))

    assert storage.read_parquet(paths) == table("b", "a")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.parquet"
    storage.write_parquet(path, table("old"))

    with pytest.raises(duckdb.Error):
        storage.write_parquet(path, Table({"n": "INTEGER"}, (("no number",),)))

    assert os.listdir(tmp_path) == ["a.parquet"]
    assert storage.read_parquet([path]) == table("old")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(storage.NothingStoredError, match=r"a\.parquet\. Materialize it first"):
        storage.read_parquet([tmp_path / "a.parquet"])


def test_replacing_a_partition_twice_leaves_it_once_and_others_alone(tmp_path):
    path = tmp_path / "gold.duckdb"

    storage.replace_partition(path, "daily", table("x"), partition="2014-02-03")
    storage.replace_partition(path, "daily", table("old"), partition="2014-02-04")
    storage.replace_partition(path, "daily", table("a", "b"), partition="2014-02-04")
    storage.replace_partition(path, "daily", table("a", "b"), partition="2014-02-04")

    assert storage.read_partitions(path, "daily", partitions=["2014-02-04"]) == table("a", "b")
    assert storage.read_table(path, "daily").rows == (
        ("a", "2014-02-04"),
        ("b", "2014-02-04"),
        ("x", "2014-02-03"),
    )


def test_a_failed_replacement_changes_nothing(tmp_path):
    path = tmp_path / "gold.duckdb"
    storage.replace_partition(path, "daily", table("a"), partition="1")

    with pytest.raises(duckdb.Error):
        storage.replace_partition(path, "daily", TABLE, partition="1")

    assert storage.read_partitions(path, "daily", partitions=["1"]) == table("a")


def test_a_table_without_partitions_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "gold.duckdb"

    storage.replace_table(path, "all", table("a"))
    storage.replace_table(path, "all", table("b"))

    assert storage.read_table(path, "all") == table("b")


def test_a_missing_table_is_named(tmp_path):
    storage.replace_table(tmp_path / "gold.duckdb", "all", table("a"))

    with pytest.raises(storage.NothingStoredError, match="has no table 'daily'"):
        storage.read_table(tmp_path / "gold.duckdb", "daily")
    with pytest.raises(storage.NothingStoredError, match="has no table 'daily'"):
        storage.read_table(tmp_path / "other.duckdb", "daily")


def test_threads_and_processes_may_write_partitions_at_once(tmp_path):
    path = tmp_path / "gold.duckdb"
    script = (
        "import sys; from pathlib import Path; from glucose import storage;"
        "from glucose.table import Table\n"
        "for n in range(10): storage.replace_partition(Path(sys.argv[1]), 'daily',"
        " Table({'name': 'VARCHAR'}, (('p',),)), partition=f'p{n}')"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(path)], cwd=PROJECT)

    with other, ThreadPoolExecutor(4) as pool:
        written = pool.map(
            lambda n: storage.replace_partition(path, "daily", table("t"), partition=f"t{n}"),
            range(20),
        )
        list(written)

    assert other.returncode == 0
    assert len(storage.read_table(path, "daily").rows) == 30
