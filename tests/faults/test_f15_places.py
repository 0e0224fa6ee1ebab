from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from penstock.cli.errors import explain
from penstock.errors import StoreUnavailableError
from penstock.model.events import LogLine
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SqliteStore

FAULT = {
    "id": "F15",
    "fault": "the store's place is no good: read-only, not ours, a folder, deleted, replaced",
    "done": (
        "The command line is run with a home in each such place, and the file is taken from under "
        "an open store. It is refused with exit code 4 and a sentence that says what to do; "
        "nothing is acknowledged that would be gone. A mount over the network is not tried."
    ),
    "invariants": "I1 I11",
    "stores": "SQLite",
}

OUTAGE = 4
LIST = [str(Path(sys.executable).with_name("penstock")), "run", "list"]


def _a_store(home: Path) -> Path:
    path = home / "penstock.db"
    store = SqliteStore(path)
    store.report([LogLine("kept")], at=1.0)
    store.close()
    return path


def _told(home: Path, command: list[str]) -> tuple[int, str]:
    environment = os.environ | {"PENSTOCK_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd="/"
    )
    return done.returncode, done.stderr


def _a_folder(home: Path) -> None:
    (home / "penstock.db").mkdir(parents=True)


def _a_damaged_file(home: Path) -> None:
    home.mkdir()
    (home / "penstock.db").write_bytes(b"no database, but long enough to be read as one" * 50)


@pytest.mark.parametrize(
    ("make", "said"),
    [(_a_folder, "it cannot be opened"), (_a_damaged_file, "the file is damaged")],
)
def test_a_place_that_cannot_hold_a_store_is_refused(
    tmp_path: Path, make: Callable[[Path], None], said: str
):
    home = tmp_path / "home"
    make(home)

    with pytest.raises(StoreUnavailableError, match=said) as caught:
        SqliteStore(home / "penstock.db")

    assert explain(caught.value) == OUTAGE


def test_a_home_of_somebody_else_is_refused(tmp_path: Path):
    home = tmp_path / "home"
    _a_store(home)
    for path in (home, *home.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    bound: list[str] = []
    if os.geteuid() == 0:  # who may write anywhere, unless that is taken from him
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv(1), to be bound by permissions as root")
        bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]

    code, told = _told(home, [*bound, *LIST])

    home.chmod(0o755)
    assert code == OUTAGE, told
    assert f"The store {home / 'penstock.db'} cannot be" in told
    assert "Traceback" not in told


def test_a_home_that_is_mounted_read_only_is_refused(tmp_path: Path):
    home = tmp_path / "home"
    path = _a_store(home)
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare(1), to mount a folder")
    mount = f"mount --bind {home} {home} && mount -o remount,bind,ro {home}"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a folder")

    shell = ["unshare", "-rm", "sh", "-c", f'{mount} && exec "$@"', "sh"]
    code, told = _told(home, [*shell, *LIST])

    assert code == OUTAGE, told
    assert f"The store {path} cannot be used: it " in told


def test_a_file_that_is_deleted_under_an_open_store_is_noticed(tmp_path: Path):
    path = _a_store(tmp_path)
    store = SqliteStore(path)
    path.unlink()

    with pytest.raises(StoreUnavailableError, match="was deleted or moved away while it was in"):
        store.report([LogLine("gone")], at=2.0)
    with pytest.raises(StoreUnavailableError, match="Put the file in its place"):
        store.events(EventFilter())
    is_made_again = path.exists()
    store.close()

    assert not is_made_again


def test_a_file_that_is_replaced_under_an_open_store_is_noticed(tmp_path: Path):
    path = _a_store(tmp_path)
    store = SqliteStore(path)
    other = tmp_path / "other.db"
    store.backup(other)
    other.replace(path)

    with pytest.raises(StoreUnavailableError, match="was replaced by another file"):
        store.report([LogLine("gone")], at=2.0)
    store.close()
    again = SqliteStore(path)
    found = [stored.event for stored in again.events(EventFilter())]
    epoch = again.identity().epoch
    again.close()

    assert found == [LogLine("kept")]
    assert epoch == 2


def test_a_file_in_which_bytes_are_destroyed_is_told(tmp_path: Path):
    path = tmp_path / "penstock.db"
    store = SqliteStore(path)
    store.report([LogLine("x" * 500) for _ in range(200)], at=1.0)
    store.close()
    with path.open("r+b") as file:
        file.seek(-40_000, os.SEEK_END)
        file.write(b"\xff" * 20_000)

    damaged = SqliteStore(path)
    problems = damaged.check_soundness()
    damaged.close()

    assert any(problem.startswith("The file is damaged: ") for problem in problems)
