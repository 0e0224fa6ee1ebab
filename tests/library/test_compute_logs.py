"""Captured output on file systems elsewhere."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from penstock.config.configurable_class import ConfigurableClassData
from penstock.library.compute_logs import UPathComputeLogManager
from penstock.store.log_values import CapturedLogData, ComputeIOType

pytest.importorskip("upath")

KEY = ["run1", "compute_logs", "orders.1"]


@pytest.fixture(params=["folder", "memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "folder":
        yield str(tmp_path / "remote")
        return
    import fsspec

    yield f"memory://{tmp_path.name}"
    fsspec.filesystem("memory").store.clear()


def until(fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.01)
    return fact()


def test_what_was_printed_is_read_elsewhere(address: str):
    writing, reading = UPathComputeLogManager(address), UPathComputeLogManager(address)

    with writing.capture_logs(KEY):
        print("rows é")
        assert writing.get_log_data(KEY).stdout == "rows é\n".encode()
        assert not reading.is_capture_complete(KEY)

    assert reading.is_capture_complete(KEY)
    assert writing.is_capture_complete(KEY)
    assert reading.get_log_data(KEY) == CapturedLogData(KEY, "rows é\n".encode(), None, "8:0")
    assert reading.get_log_data(KEY, cursor="5:0", max_bytes=2).stdout == "é".encode()
    assert list(writing.base_dir.rglob("orders*")) == []


def test_a_part_is_read_elsewhere_while_the_step_runs(address: str):
    writing = UPathComputeLogManager(address, upload_interval=0.02)
    reading = UPathComputeLogManager(address)

    with writing.capture_logs(KEY):
        print("so far")
        assert until(lambda: reading.get_log_data(KEY).stdout == b"so far\n")
        assert not reading.is_capture_complete(KEY)
        print("and the rest")

    writing.dispose()
    assert reading.get_log_data(KEY).stdout == b"so far\nand the rest\n"
    assert reading.get_log_keys_for_log_key_prefix(KEY[:2], ComputeIOType.STDOUT) == [KEY]


def test_logs_are_deleted_there_too(address: str):
    manager = UPathComputeLogManager(address, prefix="team/logs")
    other = ["run2", "compute_logs", "orders.1"]
    for key in (KEY, other):
        with manager.capture_logs(key):
            print("x")

    manager.delete_logs(prefix=["run1"])
    manager.delete_logs(log_key=other)

    assert manager.get_log_data(KEY).stdout is None
    assert manager.get_log_data(other).stdout is None


def test_what_cannot_be_copied_stays_here(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    manager = UPathComputeLogManager(tmp_path / "file" / "logs", local_dir=tmp_path / "here")

    with pytest.raises(OSError), manager.capture_logs(KEY):
        print("kept")

    assert manager.get_log_data(KEY).stdout == b"kept\n"
    assert (tmp_path / "here" / "run1" / "compute_logs" / "orders.1.out").exists()


def test_it_is_made_of_settings(tmp_path: Path):
    data = ConfigurableClassData(
        "penstock.library.compute_logs",
        "UPathComputeLogManager",
        f"{{base_path: 'memory://logs', prefix: a/b, upload_interval: 30, local_dir: {tmp_path}}}",
    )

    made = data.rehydrate(UPathComputeLogManager)

    assert (made.base_dir, made.upload_interval, made.inst_data) == (tmp_path, 30, data)
    assert made.get_log_metadata(KEY).stdout_location == (
        "memory://logs/a/b/run1/compute_logs/orders.1.out"
    )


@pytest.fixture
def s3() -> Iterator[dict[str, object]]:
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def is_up() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        deadline = time.monotonic() + 60
        while not is_up() and time.monotonic() < deadline:
            time.sleep(0.1)
        yield {"key": "x", "secret": "x", "endpoint_url": f"http://127.0.0.1:{port}"}
    finally:
        server.kill()
        server.wait()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_logs_are_kept_on_s3(s3: dict[str, object]):
    import s3fs

    s3fs.S3FileSystem(**s3).mkdir("logs")
    writing = UPathComputeLogManager("s3://logs/here", storage_options=s3, upload_interval=0.1)
    reading = UPathComputeLogManager("s3://logs/here", storage_options=s3)

    with writing.capture_logs(KEY):
        print("so far")
        assert until(lambda: reading.get_log_data(KEY).stdout == b"so far\n")
        print("the rest é")
    writing.dispose()

    found = reading.get_log_data(KEY)
    assert found.stdout == "so far\nthe rest é\n".encode()
    assert reading.get_log_data(KEY, found.cursor).stdout == b""
    assert reading.get_log_keys_for_log_key_prefix(KEY[:2], ComputeIOType.STDOUT) == [KEY]
    reading.delete_logs(prefix=["run1"])
    assert reading.get_log_data(KEY).stdout is None
