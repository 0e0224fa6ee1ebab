from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

import penstock
from penstock.base.clock import SystemClock
from penstock.base.ids import RunId, SystemIds
from penstock.errors import (
    FencedError,
    InvalidInvocationError,
    InvariantViolationError,
    NewerStoreError,
    PenstockError,
    RunNotFoundError,
    StoreUnavailableError,
)
from penstock.model.events import AssetMaterialized, LogLine, RunStarted
from penstock.model.keys import AssetKey
from penstock.model.run import RunStatus
from penstock.store.postgres import PostgresStore
from penstock.store.postgres_connection import PostgresConnection
from penstock.store.postgres_migrate import load_postgres_migrations, migrate
from penstock.store.postgres_server import server_at
from penstock.store.protocol import EventFilter
from penstock.testing.postgres import PostgresServer, running_server
from penstock.testing.store_values import a_run
from penstock.testing.threads import in_threads

ORDERS = AssetKey("orders")
IDS = SystemIds(SystemClock())


@pytest.fixture
def schema(postgres_server: PostgresServer) -> Iterator[str]:
    name = "t" + IDS.new_id().replace("-", "")
    yield name
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())


@pytest.fixture
def store(postgres_server: PostgresServer, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(postgres_server.url, schema=schema)
    yield made
    made.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that a test may stop."""
    with running_server() as server:
        yield server


def in_process(code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(penstock.__path__[0]).parent)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


REPORT_50 = """
import sys
from penstock.model.events import AssetMaterialized
from penstock.model.keys import AssetKey
from penstock.store.postgres import PostgresStore

store = PostgresStore(sys.argv[1], schema=sys.argv[2])
for n in range(50):
    made = AssetMaterialized(AssetKey("orders"), f"{sys.argv[3]}-{n}")
    print(store.report([made, made], at=float(n)))
store.close()
"""


# -- many at once


def test_ids_have_no_gap_when_somebody_else_writes_after_a_while_alone(
    postgres_server: PostgresServer, schema: str
) -> None:
    one = PostgresStore(postgres_server.url, schema=schema)
    other = PostgresStore(postgres_server.url, schema=schema)
    try:
        alone = [one.report([AssetMaterialized(ORDERS)], at=1.0) for _ in range(4)]
        between = other.report([AssetMaterialized(ORDERS)] * 3, at=2.0)
        after = [one.report([AssetMaterialized(ORDERS)], at=3.0) for _ in range(4)]
        assert (alone, between, after) == ([1, 2, 3, 4], 5, [8, 9, 10, 11])
        assert [event.id for event in other.events(EventFilter())] == list(range(1, 12))
    finally:
        one.close()
        other.close()


def test_ids_of_several_processes_follow_the_order_of_their_commits(
    postgres_server: PostgresServer, schema: str
) -> None:
    stores = [PostgresStore(postgres_server.url, schema=schema) for _ in range(3)]
    try:
        in_threads(
            3,
            lambda number: [
                stores[number].report([AssetMaterialized(ORDERS)] * 2, at=1.0) for _ in range(30)
            ],
        )
        assert [event.id for event in stores[0].events(EventFilter())] == list(range(1, 181))
    finally:
        for store in stores:
            store.close()


def test_threads_that_report_at_once_lose_nothing(store: PostgresStore) -> None:
    def report(thread: int) -> list[int]:
        key = AssetKey(f"asset{thread}")
        return [store.report([AssetMaterialized(key, str(n))], at=1.0) for n in range(50)]

    ids = in_threads(8, report)
    made = {key.name: head.partitions_materialized for key, head in store.asset_heads().items()}

    assert sorted(number for given in ids for number in given) == list(range(1, 401))
    assert made == {f"asset{thread}": 50 for thread in range(8)}


def test_of_threads_that_append_at_once_exactly_one_succeeds(store: PostgresStore) -> None:
    run = store.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])

    def append(thread: int) -> bool:
        try:
            store.append(run.id, [LogLine(str(thread))], at=2.0, expect=1, fence=0)
        except FencedError:
            return False
        return True

    outcomes = in_threads(8, append)
    version = store.run(run.id)

    assert sorted(outcomes) == [False] * 7 + [True]
    assert version is not None
    assert version.version == 2
    assert store.counters()["events"] == 2


def test_a_refused_job_does_not_undo_its_group(store: PostgresStore) -> None:
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

    assert outcomes == ["written", "refused"] * 30
    assert store.counters() == {"runs": 0, "events": 30, "assets": 3, "backfills": 0}


def test_a_reader_with_a_cursor_misses_nothing_of_eight_writers_in_two_processes(
    postgres_server: PostgresServer, schema: str, store: PostgresStore
) -> None:
    done = Event()
    seen: list[int] = []

    def follow() -> None:
        ended = False
        while not ended:
            ended = done.is_set()  # and then once more
            after = seen[-1] if seen else 0
            seen.extend(event.id for event in store.events(EventFilter(after=after), limit=100))

    reader = Thread(target=follow)
    reader.start()
    other = in_process(REPORT_50, postgres_server.url, schema, "other")
    ids = in_threads(
        8,
        lambda thread: [
            store.report([AssetMaterialized(ORDERS, f"{thread}-{n}")], at=1.0) for n in range(40)
        ],
    )
    other_ids = [int(line) for line in other.communicate()[0].split()]
    done.set()
    reader.join()
    while len(more := store.events(EventFilter(after=seen[-1]), limit=100)):
        seen.extend(event.id for event in more)

    given = [number for mine in ids for number in mine]
    given += [number for first in other_ids for number in (first, first + 1)]
    assert sorted(given) == list(range(1, 421))
    assert seen == list(range(1, 421))


def test_processes_that_open_a_new_store_at_once_make_one(
    postgres_server: PostgresServer, schema: str
) -> None:
    writers = [in_process(REPORT_50, postgres_server.url, schema, str(n)) for n in range(4)]
    ids = [int(line) for writer in writers for line in writer.communicate()[0].split()]

    store = PostgresStore(postgres_server.url, schema=schema)
    counters = store.counters()
    identity = store.identity()
    problems = store.check_soundness()
    store.close()

    assert [writer.returncode for writer in writers] == [0, 0, 0, 0]
    assert sorted(ids) == list(range(1, 401, 2))
    assert counters["events"] == 400
    assert identity.epoch == 1
    assert problems == []


def test_a_watch_is_woken_by_another_process(
    postgres_server: PostgresServer, schema: str, store: PostgresStore
) -> None:
    watch = store.watch()
    quiet = watch.wait(0.0)
    other = in_process(REPORT_50, postgres_server.url, schema, "other")
    woken = watch.wait(30.0)
    other.communicate()
    store.report([AssetMaterialized(ORDERS)], at=1.0)
    woken_by_own = watch.wait(30.0)
    watch.close()
    watch.close()

    assert (quiet, woken, woken_by_own) == (False, True, True)


def test_one_listening_connection_serves_every_watch(
    postgres_server: PostgresServer, store: PostgresStore
) -> None:
    def listening() -> int:
        with psycopg.connect(postgres_server.url) as connection:
            query = "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            return connection.execute(query).fetchall()[0][0]

    before = listening()
    watches = [store.watch() for _ in range(5)]
    during = listening()
    store.report([AssetMaterialized(ORDERS)], at=1.0)
    woken = [watch.wait(30.0) for watch in watches]
    for watch in watches:
        watch.close()
    again = store.watch()
    store.report([AssetMaterialized(ORDERS)], at=2.0)
    woken_again = again.wait(30.0)
    again.close()

    assert during - before == 1
    assert woken == [True] * 5
    assert woken_again


# -- a server that goes away


class CutProxy:
    """Stands between a store and its server, and cuts the connection when told."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.target = str(server.folder / ".s.PGSQL.5432")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / ".s.PGSQL.5432"))
        self.listener.listen()
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        self.cut_before_commit = False
        self.cut_after_commit = False
        self.cuts = 0
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            closing = Event()
            Thread(target=self._answers, args=(server, client, closing), daemon=True).start()
            Thread(target=self._requests, args=(client, server, closing), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket, closing: Event) -> None:
        while data := _received(client):
            # The last request of a report names the one who commits.
            if b"proxied" in data and self.cut_before_commit:
                self.cut_before_commit = False
                self.cuts += 1
                break
            if b"proxied" in data and self.cut_after_commit:
                self.cut_after_commit = False
                self.cuts += 1
                closing.set()  # what the server answers is not passed on
            server.sendall(data)
        _end(client, server)

    def _answers(self, server: socket.socket, client: socket.socket, closing: Event) -> None:
        while data := _received(server):
            if closing.is_set() and b"COMMIT" in data:
                break
            if not closing.is_set():
                client.sendall(data)
        _end(client, server)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 20)
    except OSError:
        return b""


def _end(*ends: socket.socket) -> None:
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        end.close()


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[CutProxy]:
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="cut-"))
    made = CutProxy(postgres_server, folder)
    yield made
    made.close()
    shutil.rmtree(folder)


@pytest.mark.parametrize("which", ["cut_before_commit", "cut_after_commit"])
def test_a_report_whose_connection_breaks_at_the_commit_happens_once(
    proxy: CutProxy, schema: str, which: str
) -> None:
    store = PostgresStore(proxy.url, schema=schema)
    store.report([AssetMaterialized(ORDERS, "first")], at=1.0)
    setattr(proxy, which, True)

    number = store.report([AssetMaterialized(ORDERS, "proxied")], at=2.0)
    following = store.report([AssetMaterialized(ORDERS, "last")], at=3.0)
    events = store.events(EventFilter())
    store.close()

    assert proxy.cuts == 1
    assert (number, following) == (2, 3)
    assert [event.event.partition for event in events] == ["first", "proxied", "last"]


def test_an_append_whose_connection_breaks_at_the_commit_is_not_fenced_by_itself(
    proxy: CutProxy, schema: str
) -> None:
    store = PostgresStore(proxy.url, schema=schema)
    run = store.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])
    proxy.cut_after_commit = True

    version, number = store.append(run.id, [LogLine("proxied")], at=2.0, expect=1, fence=0)
    count = store.counters()["events"]
    store.close()

    assert proxy.cuts == 1
    assert (version, number, count) == (2, 2, 2)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_store_goes_on_after_its_server_was_started_anew(
    own_server: PostgresServer, mode: str
) -> None:
    store = PostgresStore(own_server.url, schema=f"anew_{mode}")
    watch = store.watch()
    store.report([AssetMaterialized(ORDERS, "a")], at=1.0)
    watch.wait(30.0)
    own_server.restart(mode)

    woken = watch.wait(30.0)  # something may have been missed
    heads = store.partition_heads(ORDERS)
    number = store.report([AssetMaterialized(ORDERS, "b")], at=2.0)
    epoch = store.identity().epoch
    watch.close()
    store.close()

    assert woken
    assert set(heads) == {"a"}
    assert (number, epoch) == (2, 1)


def test_writers_wait_out_a_server_that_is_down(own_server: PostgresServer) -> None:
    store = PostgresStore(own_server.url, schema="down")
    store.report([AssetMaterialized(ORDERS, "before")], at=1.0)
    own_server.stop()
    with ThreadPoolExecutor(4) as pool:
        waiting = [
            pool.submit(store.report, [AssetMaterialized(ORDERS, str(n))], at=2.0) for n in range(3)
        ]
        reading = pool.submit(store.partition_head, ORDERS, "before")
        own_server.start()
        ids = [future.result() for future in waiting]
        head = reading.result()
    store.close()

    assert sorted(ids) == [2, 3, 4]
    assert head is not None


def test_restarts_under_load_lose_and_double_nothing(own_server: PostgresServer) -> None:
    store = PostgresStore(own_server.url, schema="load")
    done = Event()

    def write(thread: int) -> list[tuple[int, str]]:
        given: list[tuple[int, str]] = []
        while not done.is_set():
            key = f"{thread}-{len(given)}"
            given.append((store.report([AssetMaterialized(ORDERS, key)], at=1.0), key))
        return given

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, thread) for thread in range(4)]
        for mode in ("fast", "immediate", "fast", "immediate"):
            own_server.restart(mode)
        done.set()
        given = sorted(pair for writer in writers for pair in writer.result())
    events = [(event.id, event.event.partition) for event in store.events(EventFilter())]
    problems = store.check_soundness()
    store.close()

    assert events == given
    assert [number for number, _ in given] == list(range(1, len(given) + 1))
    assert problems == []


def test_opening_waits_for_a_server_that_is_starting(own_server: PostgresServer) -> None:
    own_server.stop()
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(PostgresStore, own_server.url, schema="opening")
        own_server.start()
        store = opening.result()
    number = store.report([AssetMaterialized(ORDERS)], at=1.0)
    store.close()

    assert number == 1


def test_a_server_that_stays_away_is_an_outage(own_server: PostgresServer) -> None:
    store = PostgresStore(own_server.url, schema="away", patience=0.1)
    own_server.stop()
    with pytest.raises(StoreUnavailableError) as written:
        store.report([AssetMaterialized(ORDERS)], at=1.0)
    with pytest.raises(StoreUnavailableError) as read:
        store.counters()
    own_server.start()
    number = store.report([AssetMaterialized(ORDERS)], at=1.0)
    store.close()

    for caught in (written, read):
        assert str(caught.value) == (
            f"The store postgresql://postgres@{own_server.folder}/postgres cannot be used: no "
            "server answers there. Check that Postgres runs, and the host and port in the URL."
        )
    assert number == 1


def test_a_server_that_has_lost_commits_is_refused(own_server: PostgresServer) -> None:
    store = PostgresStore(own_server.url, schema="failover")
    reader = PostgresStore(own_server.url, schema="failover")
    store.report([AssetMaterialized(ORDERS, "kept")], at=1.0)
    own_server.stop()
    copy = own_server.folder / "copy"
    _copy(own_server.data, copy)
    own_server.start()
    store.report([AssetMaterialized(ORDERS, "lost")], at=2.0)
    seen = [event.event.partition for event in reader.events(EventFilter())]
    own_server.stop()
    shutil.rmtree(own_server.data)
    copy.rename(own_server.data)
    own_server.start()

    refusals: list[str] = []
    for act in (
        lambda: store.report([AssetMaterialized(ORDERS, "after")], at=3.0),
        store.counters,
        reader.counters,
    ):
        with pytest.raises(StoreUnavailableError) as caught:
            act()
        refusals.append(str(caught.value))
    store.close()
    reader.close()
    again = PostgresStore(own_server.url, schema="failover")
    kept = [event.event.partition for event in again.events(EventFilter())]
    number = again.report([AssetMaterialized(ORDERS, "after")], at=3.0)
    again.close()

    assert seen == ["kept", "lost"]
    assert refusals == [refusals[0]] * 3
    assert "has gone back in time: it lacks what it had acknowledged or shown" in refusals[0]
    assert (kept, number) == (["kept"], 2)


def test_a_replica_that_takes_over_begins_an_epoch_and_voids_leases(
    own_server: PostgresServer,
) -> None:
    store = PostgresStore(own_server.url, schema="promoted")
    run = store.create_run(a_run("r1"), plan=b"", events=[RunStarted("me")])
    lease = store.take_lease(run.id, owner="me", at=2.0)
    before = store.identity()
    own_server.stop()
    (own_server.data / "standby.signal").write_text("")
    shutil.chown(own_server.data / "standby.signal", own_server.data.owner())
    own_server.start()
    own_server.promote()

    with pytest.raises(FencedError):
        store.append(run.id, [LogLine("x")], at=3.0, expect=1, fence=lease.fence)
    after = store.identity()
    newer = store.take_lease(run.id, owner="you", at=4.0)
    store.close()

    assert (after.id, after.epoch) == (before.id, before.epoch + 1)
    assert newer.fence > lease.fence


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    owner = source.owner()
    for path in [target, *target.rglob("*")]:
        shutil.chown(path, owner)


# -- schemas


def connection_to(url: str, schema: str) -> PostgresConnection:
    return server_at(url, schema=schema, busy=30.0, durable=True).connect()


def test_a_store_of_schema_1_keeps_its_data(postgres_server: PostgresServer, schema: str) -> None:
    connection = connection_to(postgres_server.url, schema)
    first = load_postgres_migrations()[:1]
    migrate(connection, schema=schema, shown="it", lock=1, migrations=first)
    connection.script("""
        INSERT INTO plans VALUES ('p', 'plan');
        INSERT INTO runs (
            id, status, job, created, updated, started, ended, version, fence, owner, plan, error
        ) VALUES ('r2', 'FAILURE', 'daily', 1, 3, 2, 3, 2, 1, 'me', 'p', 'broken');
        INSERT INTO run_specs VALUES ('r2', '{"job":"daily","root":"r1","parent":"r1"}');
        INSERT INTO run_tags VALUES ('team', 'data', 'r2');
        INSERT INTO assets (id, key, newest, wiped_at, materialized, at, run)
        VALUES (7, 'raw\\/x/orders', 3, 1, 2, 2.5, 'r2');
        INSERT INTO events VALUES
            (1, 'r2', 2.0, 'run_started', NULL, NULL, NULL, '{"owner":"me"}'),
            (2, 'r2', 2.5, 'asset_materialized', 's', 7, 'a',
                '{"asset":["raw/x","orders"],"partition":"a"}'),
            (3, 'r2', 2.5, 'asset_failed', 's', 7, 'b',
                '{"asset":["raw/x","orders"],"partition":"b"}');
        INSERT INTO partition_heads (asset_id, partition, materialized, at, run)
        VALUES (7, 'a', 2, 2.5, 'r2');
        INSERT INTO partition_heads (asset_id, partition, failed, failed_run)
        VALUES (7, 'b', 3, 'r2');
    """)
    connection.close()

    store = PostgresStore(postgres_server.url, schema=schema)
    key = AssetKey(["raw/x", "orders"])
    run = store.run(RunId("r2"))
    head = store.asset_heads()[key]
    partitions = {name: part.failed for name, part in store.partition_heads(key).items()}
    changes = store.partition_changes(key, after=2)
    keys = store.asset_keys()
    problems = store.check_soundness()
    number = store.report([AssetMaterialized(key, "b")], at=4.0)
    store.close()

    assert run is not None
    assert (run.status, run.spec.root, run.error) == (RunStatus.FAILURE, "r1", "broken")
    assert (head.materialized, head.failed) == (2, 3)
    assert (head.partitions_materialized, head.partitions_failed) == (1, 1)
    assert partitions == {"a": None, "b": 3}
    assert changes is not None
    assert changes.failed == ("b",)
    assert keys == [key]
    assert problems == []
    assert number == 4


def test_a_migrated_store_has_the_schema_of_a_new_one(
    postgres_server: PostgresServer, schema: str
) -> None:
    connection = connection_to(postgres_server.url, schema)
    everything = load_postgres_migrations()
    for upto in range(1, len(everything) + 1):
        migrate(connection, schema=schema, shown="it", lock=1, migrations=everything[:upto])
    stepwise = columns_of(connection, schema)
    connection.script(f"DROP SCHEMA {schema} CASCADE")
    migrate(connection, schema=schema, shown="it", lock=1, migrations=everything)
    at_once = columns_of(connection, schema)
    connection.close()

    assert len(at_once) > 50
    assert stepwise == at_once


def columns_of(connection: PostgresConnection, schema: str) -> list:
    return connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = ? ORDER BY 1, 2",
        (schema,),
    ).fetchall()


def test_a_migration_that_fails_has_not_happened(
    postgres_server: PostgresServer, schema: str
) -> None:
    from penstock.store.migrate import Migration
    from penstock.store.postgres_connection import RefusedError

    first = Migration(1, "CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1);")
    broken = Migration(2, "ALTER TABLE a ADD COLUMN y BIGINT; UPDATE nobody SET y = 1;")
    second = Migration(2, "ALTER TABLE a ADD COLUMN y BIGINT; UPDATE a SET y = x + 1;")
    connection = connection_to(postgres_server.url, schema)
    migrate(connection, schema=schema, shown="it", lock=1, migrations=[first])

    with pytest.raises(RefusedError, match="nobody"):
        migrate(connection, schema=schema, shown="it", lock=1, migrations=[first, broken])
    migrate(connection, schema=schema, shown="it", lock=1, migrations=[first, second])
    rows = connection.execute("SELECT x, y FROM a").fetchall()
    connection.close()

    assert rows == [(1, 2)]


def test_a_newer_store_is_refused(postgres_server: PostgresServer, schema: str) -> None:
    PostgresStore(postgres_server.url, schema=schema).close()
    connection = connection_to(postgres_server.url, schema)
    connection.script("UPDATE schema_version SET version = 99")
    connection.close()

    known = load_postgres_migrations()[-1].number
    with pytest.raises(NewerStoreError) as caught:
        PostgresStore(postgres_server.url, schema=schema)

    assert str(caught.value) == (
        f"The store postgresql://postgres@{postgres_server.folder}/postgres has schema 99, and "
        f"this Penstock knows schemas up to {known}. Install the version of Penstock that wrote "
        "it, or a newer one."
    )


# -- what is said when it cannot be used


@pytest.fixture(scope="module")
def locked_out(postgres_server: PostgresServer) -> PostgresServer:
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        # Another worker of the test run may have made it.
        connection.execute(
            "DO $$ BEGIN CREATE ROLE locked LOGIN PASSWORD 'open sesame'; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    return postgres_server


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (
            "postgresql://locked:s3cret@/postgres?host={folder}",
            "the server refuses the password of user 'locked'. Check it in the URL, in PGPASSWORD "
            "or in ~/.pgpass.",
        ),
        (
            "postgresql://locked@/postgres?host={folder}",
            "the server refuses the password of user 'locked'. Check it in the URL, in PGPASSWORD "
            "or in ~/.pgpass.",
        ),
        (
            "postgresql://nobody_here:s3cret@/postgres?host={folder}",
            "the server has no user 'nobody_here'. Check the URL, or make the user: createuser "
            "nobody_here.",
        ),
        (
            "postgresql://postgres:s3cret@/nowhere?host={folder}",
            "the server has no database 'nowhere'. Check the URL, or make it: createdb nowhere.",
        ),
        (
            "postgresql://postgres:s3cret@no-such-host.invalid/postgres",
            "the host 'no-such-host.invalid' is not known. Check the host in the URL.",
        ),
        (
            "postgresql://postgres:s3cret@127.0.0.1:1/postgres",
            "no server answers there. Check that Postgres runs, and the host and port in the URL.",
        ),
    ],
    ids=lambda value: value[:40],
)
def test_a_server_that_cannot_be_reached_is_named_without_the_password(
    locked_out: PostgresServer, url: str, why: str
) -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        PostgresStore(url.format(folder=locked_out.folder), patience=0.0)

    told = str(caught.value)
    assert told.endswith(f"cannot be used: {why}")
    assert told.startswith("The store postgresql://")
    assert "s3cret" not in told
    assert caught.value.__cause__ is None or "s3cret" not in str(caught.value.__cause__)


@pytest.mark.parametrize(
    "url", ["postgresql://u:se/cr#et@host:port/db", "host=h password=s3cret nonsense=1"]
)
def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(InvalidInvocationError) as caught:
        PostgresStore(url)

    assert str(caught.value) == (
        "The address of the Postgres store cannot be read. Write it as "
        "postgresql://user:password@host:5432/database, with special characters of the password "
        "percent-encoded ('@' as %40, '/' as %2F, ':' as %3A, '#' as %23)."
    )
    assert "s3cret" not in str(caught.value.__cause__)


def test_a_missing_driver_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(InvalidInvocationError) as caught:
        PostgresStore("postgresql://host/db")

    assert str(caught.value) == (
        "A store on Postgres needs psycopg, which is not installed. Install it with: pip install "
        "'penstock[postgres]'"
    )


def test_a_user_with_rights_on_the_database_alone_is_enough(locked_out: PostgresServer) -> None:
    with psycopg.connect(locked_out.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE facts")
        connection.execute("GRANT CREATE ON DATABASE facts TO locked")
    store = PostgresStore(f"postgresql://locked:open%20sesame@/facts?host={locked_out.folder}")
    number = store.report([AssetMaterialized(ORDERS)], at=1.0)
    problems = store.check_soundness()
    size = store.size()
    store.close()
    connection = connection_to(
        f"postgresql://locked:open%20sesame@/facts?host={locked_out.folder}", "penstock"
    )
    rows = connection.execute("SELECT marker FROM identity").fetchall()
    connection.close()

    assert (number, problems, size.events) == (1, [], 1)
    assert rows[0][0].endswith("/00000001")


def test_a_user_who_may_not_make_the_schema_is_told(locked_out: PostgresServer) -> None:
    with pytest.raises(StoreUnavailableError, match=r"the user may not do that: permission denied"):
        PostgresStore(
            f"postgresql://locked:open%20sesame@/postgres?host={locked_out.folder}", schema="mine"
        )


def test_more_readers_than_connections_are_told_who_holds_them(
    postgres_server: PostgresServer, schema: str
) -> None:
    store = PostgresStore(postgres_server.url, schema=schema, pool_size=1, waiters=0)
    store.counters()
    holder = psycopg.connect(postgres_server.url)
    holder.execute(f"LOCK TABLE {schema}.plans IN ACCESS EXCLUSIVE MODE".encode())
    with ThreadPoolExecutor(1, thread_name_prefix="page") as pool:
        waiting = pool.submit(store.plan, "p")
        while not holder.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
            pass
        with pytest.raises(StoreUnavailableError) as caught:
            store.counters()
        holder.rollback()
        plan = waiting.result()
    holder.close()
    counters = store.counters()
    store.close()

    assert str(caught.value) == (
        "All 1 connections of this process to the store "
        f"postgresql://postgres@{postgres_server.folder}/postgres are in use (by page_0), and 0 "
        "more wait for one. Raise pool_size, or read with fewer threads at once."
    )
    assert plan is None
    assert counters["runs"] == 0


def test_a_closed_store_says_so(postgres_server: PostgresServer, schema: str) -> None:
    store = PostgresStore(postgres_server.url, schema=schema)
    store.close()
    store.close()

    with pytest.raises(InvariantViolationError, match=r"is closed\. Open it again to go on\.$"):
        store.counters()
    with pytest.raises(InvariantViolationError, match=r"is closed\. Open it again to go on\.$"):
        store.report([], at=1.0)


def test_a_closed_store_leaves_no_connection(postgres_server: PostgresServer, schema: str) -> None:
    url = f"{postgres_server.url}&application_name={schema}"
    store = PostgresStore(url, schema=schema)
    in_threads(4, lambda _: store.counters())
    store.report([AssetMaterialized(ORDERS)], at=1.0)
    store.watch().wait(0.0)
    store.close()

    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        query = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = %s"
        while connection.execute(query, (schema,)).fetchall() != [(0,)]:
            pass  # the server notices in its own time
        left = connection.execute(f"SELECT * FROM {schema}.committers".encode()).fetchall()

    assert left == []


def test_a_fork_is_told_to_open_the_store_itself(store: PostgresStore) -> None:
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
    number = store.report([AssetMaterialized(ORDERS)], at=1.0)

    assert os.waitstatus_to_exitcode(status) == 7
    assert number == 1


def test_a_backup_is_made_by_pg_dump(
    postgres_server: PostgresServer, schema: str, store: PostgresStore, tmp_path: Path
) -> None:
    with pytest.raises(PenstockError) as caught:
        store.backup(tmp_path / "copy")

    assert str(caught.value) == (
        "A store on Postgres is backed up with pg_dump: pg_dump --format=custom "
        f"--schema={schema} --file={tmp_path / 'copy'} "
        f"'postgresql://postgres@{postgres_server.folder}/postgres'"
    )


def test_a_schema_with_another_name_than_letters_is_refused() -> None:
    with pytest.raises(InvalidInvocationError, match=r"^'a; b' cannot be the schema of a store\."):
        PostgresStore("postgresql://host/db", schema="a; b")


def test_a_text_with_a_nul_is_kept_with_a_sign_for_it(store: PostgresStore) -> None:
    store.add_dynamic_partitions("d", ["a\0b"])

    assert store.dynamic_partitions("d") == ["a\N{REPLACEMENT CHARACTER}b"]
