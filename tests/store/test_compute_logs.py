"""Where captured output is kept, and how it is read again."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.config.configurable_class import ConfigurableClassData
from penstock.errors import ParameterCheckError
from penstock.store.compute_logs import LocalComputeLogManager, NoOpComputeLogManager
from penstock.store.log_values import (
    CapturedLogData,
    ComputeIOType,
    LogLineCursor,
    whole_characters,
)

KEY = ["run1", "compute_logs", "orders.1"]


@pytest.fixture
def manager(tmp_path: Path) -> LocalComputeLogManager:
    return LocalComputeLogManager(str(tmp_path), polling_timeout=0.01)


def write(manager: LocalComputeLogManager, text: str, key: list[str] | None = None) -> None:
    with manager.open_log_stream(key or KEY, ComputeIOType.STDOUT) as stream:
        stream.write(text)


def test_what_the_code_inside_prints_is_kept(manager: LocalComputeLogManager, tmp_path: Path):
    with manager.capture_logs(KEY) as context:
        print("rows")
        print("careful", file=sys.stderr)
        assert not manager.is_capture_complete(KEY)

    assert context.log_key == KEY
    assert manager.is_capture_complete(KEY)
    assert manager.get_log_data(KEY) == CapturedLogData(KEY, b"rows\n", b"careful\n", "5:8")
    assert (tmp_path / "run1" / "compute_logs" / "orders.1.out").read_bytes() == b"rows\n"


def test_a_log_that_is_not_there_has_no_data(manager: LocalComputeLogManager):
    assert manager.get_log_data(KEY) == CapturedLogData(KEY, None, None, "0:0")


def test_a_log_is_read_piece_by_piece(manager: LocalComputeLogManager):
    write(manager, "abcdef")

    first = manager.get_log_data(KEY, max_bytes=4)
    second = manager.get_log_data(KEY, cursor=first.cursor, max_bytes=4)

    assert (first.stdout, second.stdout, second.cursor) == (b"abcd", b"ef", "6:0")


def test_a_character_is_not_cut_in_two(manager: LocalComputeLogManager):
    write(manager, "aé€😀")

    pieces, cursor = [], None
    for _ in range(4):
        data = manager.get_log_data(KEY, cursor, max_bytes=4)
        pieces.append((data.stdout or b"").decode())
        cursor = data.cursor

    assert pieces == ["aé", "€", "😀", ""]


@given(st.text(), st.integers(4, 9))
def test_pieces_of_whole_characters_are_the_text(text: str, size: int):
    data, pieces = text.encode("utf-8", "surrogatepass"), []

    while data:
        piece = whole_characters(data[:size])
        pieces.append(piece)
        data = data[len(piece) :]

    assert b"".join(pieces) == text.encode("utf-8", "surrogatepass")
    assert all(piece.decode("utf-8", "surrogatepass") for piece in pieces)


@given(st.binary(min_size=1))
def test_whatever_the_bytes_are_a_piece_is_not_empty(data: bytes):
    assert whole_characters(data)


@pytest.mark.parametrize("part", ["..", ".", "", "a/b", "/etc", "a\\b", "a\0b"])
def test_a_key_cannot_lead_out_of_the_folder(manager: LocalComputeLogManager, part: str):
    with pytest.raises(ParameterCheckError, match="key of a log"):
        manager.get_log_data(["run1", part])


def test_a_long_key_has_files_of_its_own(manager: LocalComputeLogManager):
    write(manager, "one", ["run1", "x" * 300])
    write(manager, "two", ["run1", "x" * 299 + "y"])

    assert manager.get_log_data(["run1", "x" * 300]).stdout == b"one"
    assert manager.get_log_data(["run1", "x" * 299 + "y"]).stdout == b"two"


def test_a_cursor_that_is_none_is_refused(manager: LocalComputeLogManager):
    with pytest.raises(ParameterCheckError, match="is no cursor of a log"):
        manager.get_log_data(KEY, cursor="abc")


def test_one_log_is_deleted_and_others_stay(manager: LocalComputeLogManager):
    other = ["run1", "compute_logs", "report.1"]
    write(manager, "a")
    write(manager, "b", other)

    manager.delete_logs(log_key=KEY)

    assert manager.get_log_data(KEY).stdout is None
    assert manager.get_log_data(other).stdout == b"b"


def test_every_log_below_a_prefix_is_deleted(manager: LocalComputeLogManager):
    write(manager, "a")
    write(manager, "b", ["run2", "compute_logs", "orders.1"])

    manager.delete_logs(prefix=["run1"])

    assert manager.get_log_data(KEY).stdout is None
    assert manager.get_log_data(["run2", "compute_logs", "orders.1"]).stdout == b"b"


def test_deleting_needs_a_key_or_a_prefix(manager: LocalComputeLogManager):
    with pytest.raises(ParameterCheckError, match="Give log_key for one of them, or prefix for"):
        manager.delete_logs()


def test_metadata_says_where_the_files_are(manager: LocalComputeLogManager, tmp_path: Path):
    found = manager.get_log_metadata(KEY)

    assert found.stdout_location == str(tmp_path / "run1" / "compute_logs" / "orders.1.out")
    assert found.stderr_download_url == "/logs/run1/compute_logs/orders.1/err"


def test_logs_below_a_prefix_are_listed(manager: LocalComputeLogManager):
    for name in ("b", "a"):
        write(manager, name, ["run1", name])

    found = manager.get_log_keys_for_log_key_prefix(["run1"], ComputeIOType.STDOUT)

    assert found == [["run1", "a"], ["run1", "b"]]


def test_lines_of_several_logs_are_read_page_by_page(
    manager: LocalComputeLogManager, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PENSTOCK_CAPTURED_LOG_CHUNK_SIZE", "3")
    write(manager, "a1\na2\n", ["run1", "a"])
    write(manager, "b1\nb2\nb3", ["run1", "b"])

    first = manager.read_log_lines_for_log_key_prefix(["run1"], None, ComputeIOType.STDOUT)
    assert first[1] is not None
    second = manager.read_log_lines_for_log_key_prefix(
        ["run1"], first[1].to_string(), ComputeIOType.STDOUT
    )

    assert first == (["a1", "a2", "b1"], LogLineCursor(["run1", "b"], 1, has_more_now=True))
    assert second == (["b2", "b3"], LogLineCursor(["run1", "b"], -1, has_more_now=False))


def test_reading_lines_goes_on_with_a_log_that_came_later(manager: LocalComputeLogManager):
    write(manager, "a1", ["run1", "a"])
    _, cursor = manager.read_log_lines_for_log_key_prefix(["run1"], None, ComputeIOType.STDOUT)
    assert cursor is not None

    write(manager, "b1", ["run1", "b"])
    found = manager.read_log_lines_for_log_key_prefix(
        ["run1"], cursor.to_string(), ComputeIOType.STDOUT
    )

    assert found == (["b1"], LogLineCursor(["run1", "b"], -1, has_more_now=False))


def test_a_subscription_hands_on_what_is_written_until_the_log_is_complete(
    manager: LocalComputeLogManager,
):
    told: list[bytes] = []
    ended = threading.Event()

    def tell(data: CapturedLogData) -> None:
        told.append(data.stdout or b"")
        if b"three" in (data.stdout or b""):
            ended.set()

    with manager.capture_logs(KEY):
        print("one")
        subscription = manager.subscribe(KEY)(tell)
        print("two")
        print("three")
    assert ended.wait(10)
    manager.unsubscribe(subscription)

    assert b"".join(told) == b"one\ntwo\nthree\n"


def test_it_is_made_of_settings(tmp_path: Path):
    data = ConfigurableClassData(
        "penstock.store.compute_logs", "LocalComputeLogManager", f"base_dir: {tmp_path}"
    )

    made = data.rehydrate(LocalComputeLogManager)

    assert (made.base_dir, made.polling_timeout, made.inst_data) == (tmp_path, 2.5, data)


def test_one_that_keeps_nothing_captures_nothing(capsys):
    manager = NoOpComputeLogManager()

    with manager.capture_logs(KEY):
        print("seen")

    assert manager.get_log_data(KEY) == CapturedLogData(KEY, None, None, "0:0")
    assert capsys.readouterr().out == "seen\n"
