from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

import penstock
from penstock.base.ids import RunId
from penstock.errors import (
    FencedError,
    InvalidInvocationError,
    InvariantViolationError,
    RunNotFoundError,
    StoreFullError,
    StoreUnavailableError,
)
from penstock.model.events import AssetMaterialized, LogLine, RunStarted
from penstock.model.keys import AssetKey
from penstock.store.connections import connect, outage
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SqliteStore
from penstock.testing.store_values import a_run
from penstock.testing.threads import in_threads

ORDERS = AssetKey("orders")


def in_process(code: str, path: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(penstock.__path__[0]).parent)}
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from penstock.model.events import AssetMaterialized
from penstock.model.keys import AssetKey
from penstock.store.sqlite import SqliteStore

store = SqliteStore(Path(sys.argv[1]))
n = 0
while True:
    n += 1
    made = AssetMaterialized(AssetKey("orders"), f"p{n}")
    print(store.report([made, made], at=float(n)), flush=True)
"""

WRITE_200 = WRITE_FOR_EVER.replace("while True", "while n < 200")


def test_threads_that_report_at_once_lose_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "penstock.db")

    def report(thread: int) -> list[int]:
        key = AssetKey(f"asset{thread}")
        return [store.report([AssetMaterialized(key, str(n))], at=1.0) for n in range(50)]

    ids = in_threads(8, report)
    made = {key.name: head.partitions_materialized for key, head in store.asset_heads().items()}
    store.close()

    assert sorted(number for given in ids for number in given) == list(range(1, 401))
    assert made == {f"asset{thread}": 50 for thread in range(8)}


def test_threads_that_put_values_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")

    def put(thread: int) -> None:
        for n in range(300):
            store.put_values({f"thread{thread}": str(n)})

    in_threads(8, put)

    assert {f"thread{n}": "299" for n in range(8)} == store.values([f"thread{n}" for n in range(8)])


def test_of_threads_that_append_at_once_exactly_one_succeeds(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "penstock.db")
    run = store.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])

    def append(thread: int) -> bool:
        try:
            store.append(run.id, [LogLine(str(thread))], at=2.0, expect=1, fence=0)
        except FencedError:
            return False
        return True

    outcomes = in_threads(8, append)
    version = store.run(run.id)
    counters = store.counters()
    store.close()

    assert sorted(outcomes) == [False] * 7 + [True]
    assert version is not None
    assert version.version == 2
    assert counters["events"] == 2


def test_a_refused_job_does_not_undo_its_group(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "penstock.db")

    def write(thread: int) -> str:
        try:
            if thread % 2:
                store.append(RunId("nobody"), [LogLine("x")], at=1.0, expect=0, fence=0)
            else:
                store.report([AssetMaterialized(AssetKey(f"a{thread}"))], at=1.0)
        except RunNotFoundError:
            return "refused"
        return "written"

    outcomes = [outcome for _ in range(10) for outcome in in_threads(6, write)]
    counters = store.counters()
    store.close()

    assert outcomes == ["written", "refused"] * 30
    assert counters == {"runs": 0, "events": 30, "assets": 3, "backfills": 0}


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    writers = [in_process(WRITE_200, path) for _ in range(3)]

    ids = [int(line) for writer in writers for line in writer.communicate()[0].split()]
    store = SqliteStore(path)
    counters = store.counters()
    store.close()

    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert sorted(ids) == list(range(1, 1201, 2))
    assert counters["events"] == 1200


def test_what_was_acknowledged_survives_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    writer = in_process(WRITE_FOR_EVER, path)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(100)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in writer.communicate()[0].split()]

    store = SqliteStore(path)
    events = store.events(EventFilter())
    head = store.asset_heads()[ORDERS]
    store.close()

    assert [e.id for e in events] == list(range(1, len(events) + 1))
    assert len(events) % 2 == 0
    assert len(events) >= acknowledged[-1] + 1
    assert head.materialized == events[-1].id
    assert head.partitions_materialized == len(events) // 2


def test_a_full_disk_is_told_and_the_store_goes_on_when_there_is_space(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    store = SqliteStore(path, max_bytes=480_000)
    run = store.create_run(a_run("r1"), plan=b"", events=[LogLine("x" * 200_000)])

    with pytest.raises(StoreFullError) as caught:
        store.append(run.id, [LogLine("y" * 200_000)], at=2.0, expect=1, fence=0)
    with pytest.raises(StoreFullError):
        store.report([AssetMaterialized(ORDERS, description="z" * 300_000)], at=2.0)
    kept = store.run(run.id)
    store.delete_run(run.id)
    number = store.report([AssetMaterialized(ORDERS)], at=3.0)
    known = store.partition_head(ORDERS, None)
    store.close()

    assert str(caught.value) == (
        f"The disk under {path} is full. Free some space and run the command again; nothing that "
        "was recorded is lost."
    )
    assert kept == run
    assert number == 2
    assert known is not None
    assert known.materialized == 2


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    path = tmp_path / "home" / "penstock.db"

    with pytest.raises(StoreUnavailableError) as caught:
        SqliteStore(path)

    assert str(caught.value) == (
        f"The store {path} cannot be opened: File exists. Allow writing to its folder, or set "
        "PENSTOCK_HOME to another one."
    )


def test_a_path_that_is_a_folder_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    path.mkdir()

    with pytest.raises(StoreUnavailableError) as caught:
        SqliteStore(path)

    assert str(caught.value) == (
        f"The store {path} cannot be used: it cannot be opened. Check that {tmp_path} exists and "
        "may be written to."
    )


def test_a_file_that_is_no_store_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    path.write_text("not a database, whatever its name says" * 100)

    with pytest.raises(StoreUnavailableError) as caught:
        SqliteStore(path)

    assert str(caught.value) == (
        f"The store {path} cannot be used: the file is damaged. Restore it from a backup, or move "
        "it away to begin anew."
    )


def test_a_read_only_file_is_named_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("DELETE FROM events")
    connection.close()

    assert str(outage(caught.value, path)) == (
        f"The store {path} cannot be used: it may only be read. Allow writing to {tmp_path} and "
        "the files in it."
    )


def test_a_busy_store_is_an_outage_and_not_a_locked_database(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    SqliteStore(path).close()
    one, two = connect(path), connect(path)
    one.execute("BEGIN IMMEDIATE")
    two.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(sqlite3.OperationalError, match="database is locked") as caught:
        two.execute("BEGIN IMMEDIATE")
    one.close()
    two.close()

    assert str(outage(caught.value, path)) == (
        f"The store {path} cannot be used: another process has kept it busy for 30 seconds. Run "
        "the command again, or end that process."
    )


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "penstock.db")
    store.counters()
    store.close()
    store.close()

    with pytest.raises(InvariantViolationError, match=r"is closed\. Open it again to go on\.$"):
        store.counters()
    with pytest.raises(InvariantViolationError, match=r"is closed\. Open it again to go on\.$"):
        store.report([], at=1.0)


def test_a_fork_is_told_to_open_the_store_itself(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "penstock.db")
    store.counters()

    child = os.fork()
    if child == 0:
        code = 1
        try:
            store.counters()
        except InvariantViolationError as error:
            code = 7 if "Open the store again there." in str(error) else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    store.report([AssetMaterialized(ORDERS)], at=1.0)
    store.close()

    assert os.waitstatus_to_exitcode(status) == 7


def test_a_thread_takes_its_connection_with_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "penstock.db")
    store.counters()
    before = len(os.listdir("/dev/fd"))

    for _ in range(20):
        thread = Thread(target=store.counters)
        thread.start()
        thread.join()
    after = len(os.listdir("/dev/fd"))
    store.close()

    # SQLite keeps a closed connection's file open while another of the process holds a lock on
    # it, and uses it again for the next connection: one at most, not one for each thread.
    assert after - before <= 2


def test_another_process_sees_an_asset_that_this_one_does_not_know(tmp_path: Path) -> None:
    one, two = (SqliteStore(tmp_path / "penstock.db") for _ in range(2))
    one.report([AssetMaterialized(ORDERS, "a")], at=1.0)
    two.report([AssetMaterialized(ORDERS, "b")], at=2.0)
    heads = [set(store.partition_heads(ORDERS)) for store in (one, two)]
    one.close()
    two.close()

    assert heads == [{"a", "b"}, {"a", "b"}]


def test_a_backup_is_one_moment_of_a_store_that_others_write_to(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    writer = in_process(WRITE_FOR_EVER, path)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(50)][-1]
    store = SqliteStore(path)

    store.backup(tmp_path / "backup.db")
    went_on = store.newest_event()
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    store.close()
    copy = SqliteStore(tmp_path / "backup.db")
    events = copy.events(EventFilter())
    head = copy.asset_heads()[ORDERS]
    problems = copy.check_soundness()
    copy.close()

    assert acknowledged + 1 <= len(events) <= went_on
    assert head.materialized == events[-1].id
    assert problems == []
    assert not (tmp_path / "backup.db.part").exists()


def test_a_backup_into_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "penstock.db")

    with pytest.raises(StoreUnavailableError, match="nowhere"):
        store.backup(tmp_path / "nowhere" / "backup.db")
    with pytest.raises(InvalidInvocationError, match="There is already a file"):
        store.backup(tmp_path / "penstock.db")
    store.close()


def test_a_commit_of_another_process_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    store = SqliteStore(path)
    watch = store.watch()
    idle = watch.wait(0)

    writer = in_process(WRITE_200, path)
    told = watch.wait(30)
    writer.communicate()
    watch.wait(0)
    quiet = watch.wait(0.02)
    watch.close()
    store.close()

    assert (idle, told, quiet) == (False, True, False)


def test_nobody_is_told_that_the_database_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    store = SqliteStore(path)
    reader = connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM events").fetchall()
    others = [in_process(WRITE_200, path) for _ in range(2)]

    def work(thread: int) -> None:
        for n in range(10):
            store.report([AssetMaterialized(AssetKey(f"asset{thread}"), str(n))], at=1.0)
        if thread == 0:
            store.backup(tmp_path / "backup.db")

    in_threads(32, work)
    written = [len(other.communicate()[0].split()) for other in others]
    counters = store.counters()
    problems = store.check_soundness()
    reader.close()
    store.close()

    assert written == [200, 200]
    assert counters["events"] == 32 * 10 + 2 * 400
    assert problems == []


def test_rows_that_do_not_fit_together_are_told(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    store = SqliteStore(path)
    store.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])
    store.report([AssetMaterialized(ORDERS, "a")], at=1.0)
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO events VALUES (9, 'r9', 1.0, 'log_line', NULL, 7, NULL, '')")
    connection.execute("UPDATE assets SET partitions_materialized = 5")
    connection.execute("DELETE FROM plans")
    connection.execute("DELETE FROM run_specs")
    connection.commit()
    connection.close()

    problems = store.check_soundness()
    store.close()

    assert problems == [
        "There are 1 events of runs that the store does not hold.",
        "There are 1 events about assets that the store does not hold.",
        "There are 1 runs whose plan the store does not hold.",
        "There are 1 runs of which it is not known what they were asked to do.",
        "The numbers of partitions of 1 assets are not those of their partitions.",
        "The number of events is not the one that the store's counters say.",
    ]


def test_ids_go_on_after_another_process_has_written(tmp_path: Path) -> None:
    one, two = (SqliteStore(tmp_path / "penstock.db") for _ in range(2))
    made = AssetMaterialized(ORDERS)

    ids = [store.report([made, made], at=1.0) for store in (one, one, two, one, two)]
    one.close()
    two.close()

    assert ids == [1, 3, 5, 7, 9]


def test_ids_of_a_refused_write_are_given_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "penstock.db")
    first = store.report([AssetMaterialized(ORDERS)], at=1.0)
    store.create_run(a_run("r1"), plan=b"", events=[])

    with pytest.raises(InvariantViolationError):
        store.create_run(a_run("r1"), plan=b"", events=[LogLine("x")])
    second = store.report([AssetMaterialized(ORDERS)], at=1.0)
    store.close()

    assert (first, second) == (1, 2)
