from __future__ import annotations

import pytest

from penstock.store.postgres_dialect import (
    BINARY,
    TEXT,
    Statement,
    as_array,
    encoded_all,
    ordered,
    translate,
    widened,
)


@pytest.mark.parametrize(
    ("shared", "own"),
    [
        ("SELECT a FROM t WHERE b = ? AND c < ?", "SELECT a FROM t WHERE b = $1 AND c < $2"),
        ("SELECT '?', ':x', 'it''s ?', ?", "SELECT '?', ':x', 'it''s ?', $1"),
        ("SELECT a::TEXT FROM t WHERE b = ?", "SELECT a::TEXT FROM t WHERE b = $1"),
        ("SELECT a FROM t LIMIT ?", "SELECT a FROM t LIMIT NULLIF(CAST($1 AS BIGINT), -1)"),
        ("? IS NULL, ? IS NOT NULL", "CAST($1 AS TEXT) IS NULL, CAST($2 AS TEXT) IS NOT NULL"),
        ("WHERE id IN (SELECT value FROM json_each(?))", "WHERE id = ANY($1)"),
        ("WHERE id NOT IN (SELECT value FROM json_each(?))", "WHERE id <> ALL($1)"),
        ("CAST(? AS INTEGER), CAST(? AS REAL)", "CAST($1 AS BIGINT), CAST($2 AS DOUBLE PRECISION)"),
        ("SELECT a FROM t INDEXED BY t_by_a WHERE a = ?", "SELECT a FROM t WHERE a = $1"),
        ("SELECT 100 % 7", "SELECT 100 % 7"),
    ],
    ids=lambda text: text[:30],
)
def test_a_shared_statement_is_written_as_postgres_takes_it(shared: str, own: str) -> None:
    assert translate(shared) == Statement(own.encode(), None)


def test_a_name_is_one_parameter_however_often_it_is_used() -> None:
    statement = translate("UPDATE t SET a = :a, b = :b WHERE id = :id AND a < :a")

    assert statement == Statement(
        b"UPDATE t SET a = $1, b = $2 WHERE id = $3 AND a < $1", ("a", "b", "id")
    )
    assert ordered(statement, {"id": 7, "a": 1, "b": None, "c": "not asked for"}) == [1, None, 7]


def test_a_name_that_is_compared_with_null_is_another_parameter_there() -> None:
    statement = translate("SELECT :a IS NULL OR x = :a")

    assert statement == Statement(b"SELECT CAST($1 AS TEXT) IS NULL OR x = $2", ("a", "a"))
    assert ordered(statement, {"a": 5}) == [5, 5]


def test_an_insert_of_one_row_is_widened() -> None:
    wide = widened("INSERT INTO t (a, b) VALUES (?, ?)\nON CONFLICT DO NOTHING", 3)

    assert wide == "INSERT INTO t (a, b) VALUES (?, ?), (?, ?), (?, ?)\nON CONFLICT DO NOTHING"


@pytest.mark.parametrize(
    "statement", ["UPDATE t SET a = ? WHERE id = ?", "INSERT INTO t VALUES (?, now())"]
)
def test_another_statement_is_not_widened(statement: str) -> None:
    assert widened(statement, 3) is None


def test_a_list_is_an_array() -> None:
    assert as_array([]) == "{}"
    assert as_array([1, 20]) == "{1,20}"
    assert as_array(["a", "", 'b"c', "d\\e", "f,g", "NULL"]) == (
        '{"a","","b\\"c","d\\\\e","f,g","NULL"}'
    )


@pytest.mark.parametrize(
    ("value", "travels", "how"),
    [
        (None, None, TEXT),
        ("é", "é".encode(), TEXT),
        (b"\x00\xff", b"\x00\xff", BINARY),
        (True, b"1", TEXT),
        (False, b"0", TEXT),
        (2**62, b"4611686018427387904", TEXT),
        (0.1, b"0.1", TEXT),
        (1e300, b"1e+300", TEXT),
    ],
)
def test_values_travel(value: object, travels: bytes | None, how: int) -> None:
    assert encoded_all([value]) == ([travels], [how])
