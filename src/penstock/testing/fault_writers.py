"""Processes that write to a store until they are killed, and note what they were told is done.

Run as a program (`python -m penstock.testing.fault_writers '<campaign as JSON>'`): it forks the
writers, which costs milliseconds, so that a test can afford hundreds of dead processes. Each writer
notes every acknowledged write in a file of its own, behind the write; a file outlives its process.
Where and when a writer dies is drawn from the seed, so the same campaign dies in the same places.

In a test, `run_campaign` starts the program and returns what was noted.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Literal

import msgspec

from penstock.base import faults
from penstock.base.clock import SystemClock
from penstock.base.ids import RunId, SeededIds
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
    LeaseLost,
    LogLine,
    RunEvent,
    RunResumed,
    RunStarted,
    RunSucceeded,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.store import postgres_server
from penstock.store.postgres import PostgresStore
from penstock.store.protocol import Lease, Store
from penstock.store.sqlite import SqliteStore
from penstock.testing.invariants import Acknowledged

_CLOCK = SystemClock()
_OPEN = (RunStatus.NOT_STARTED, RunStatus.STARTED, RunStatus.SUSPENDED)


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """What a program of writers does.

    Attributes:
        store: The file of a SQLite store, or the URL of a Postgres server.
        folder: Where the writers note what happened.
        seed: Decides who dies where.
        kills: "points": each writer dies at one of the first `reach` moments that the code names.
            "load": all are killed at once, at some time. "none": they stop after `seconds`.
        rounds: How often new writers follow dead ones.
        writers: How many write at once.
        reach: How many moments a writer may live to see.
        seconds: How long a round of writers takes that are not killed.
        durable: Whether commits wait for the disk.
        schema: The schema of a Postgres store.
        patience: How long a Postgres store tries to get its server back.
    """

    store: str
    folder: str
    seed: int = 0
    kills: Literal["points", "load", "none"] = "none"
    rounds: int = 1
    writers: int = 1
    reach: int = 40
    seconds: float = 1.0
    durable: bool = False
    schema: str = "faults"
    patience: float = 30.0


class Ready(msgspec.Struct, frozen=True):
    """How long a writer took from the start to its first write, in seconds."""

    seconds: float


class Killed(msgspec.Struct, frozen=True):
    """Where a writer died: at a named moment, or "" for anywhere."""

    point: str


class Took(msgspec.Struct, frozen=True):
    """How long the writes of a writer took, in seconds."""

    seconds: tuple[float, ...]


class Failed(msgspec.Struct, frozen=True):
    """What a writer did not survive although nobody killed it."""

    why: str


_Note = Ready | Killed | Took | Failed


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    ready: Ready | None = None
    killed: Killed | None = None
    took: Took | None = None
    failed: Failed | None = None
    done: Acknowledged | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a campaign."""

    acknowledged: tuple[Acknowledged, ...]
    kills: tuple[str, ...]
    ready: tuple[float, ...]
    took: tuple[float, ...]
    failures: tuple[str, ...]

    def slowest(self, share: float) -> float:
        """Return the seconds that all but a share of the writes took."""
        ordered = sorted(self.took)
        return ordered[int(len(ordered) * (1 - share))] if ordered else 0.0


def run_campaign(campaign: Campaign, *, timeout: float = 800.0) -> Outcome:
    """Start the program, wait for its end, and return what its writers noted."""
    process = start_campaign(campaign)
    said, _ = process.communicate(timeout=timeout)
    assert process.returncode == 0, said
    return outcome_of(campaign)


def start_campaign(campaign: Campaign) -> subprocess.Popen[str]:
    """Start the program; its outcome is there when it has ended."""
    Path(campaign.folder).mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", __name__, msgspec.json.encode(campaign).decode()],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def outcome_of(campaign: Campaign) -> Outcome:
    """Read what the writers of a campaign noted so far."""
    lines: list[_Line] = []
    for path in sorted(Path(campaign.folder).glob("notes-*")):
        said = path.read_bytes().splitlines()
        lines += [msgspec.json.decode(line, type=_Line) for line in said]
    return Outcome(
        acknowledged=tuple(line.done for line in lines if line.done),
        kills=tuple(line.killed.point for line in lines if line.killed),
        ready=tuple(line.ready.seconds for line in lines if line.ready),
        took=tuple(one for line in lines if line.took for one in line.took.seconds),
        failures=tuple(line.failed.why for line in lines if line.failed),
    )


class _Notes:
    """A file that one writer adds lines to; each is there as soon as it was written."""

    def __init__(self, folder: str, writer: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(Path(folder) / f"notes-{writer}", flags, 0o644)

    def add(self, line: _Line) -> None:
        os.write(self._file, msgspec.json.encode(line) + b"\n")


class _Writer:
    """One writer in one round: it takes up its own run, or makes one, and writes on."""

    def __init__(self, store: Store, notes: _Notes, *, name: str, round_: int) -> None:
        self._store = store
        self._notes = notes
        self._name = name
        self._round = round_
        self._asset = AssetKey(["faults", name])
        self._count = 0
        self._lease = self._take_up() or self._begin()

    def write(self) -> None:
        """Do one write, and note that it is done."""
        self._count += 1
        token = f"{self._name}:{self._round}:{self._count}"
        line = LogLine(token)
        if self._count % 7 == 0:
            event = self._store.report([line, AssetObserved(self._asset)], at=_CLOCK.now())
            self._notes.add(_Line(done=Acknowledged(token, event)))
            return
        self._append(token, [line, *self._facts(token)])
        if self._count % 13 == 0:
            self._lease = self._begin()

    def _facts(self, token: str) -> list[RunEvent]:
        partition = f"p{self._count % 5}"
        if self._count % 13 == 0:
            return [RunSucceeded()]
        if self._count % 5 == 0:
            return [AssetFailed(self._asset, partition)]
        made = AssetMaterialized(self._asset, partition, data_version=token)
        return [made, CheckEvaluated(self._asset, "ok", self._count % 2 == 0)]

    def _append(self, token: str, events: list[RunEvent]) -> None:
        lease = self._lease
        version, event = self._store.append(
            lease.run, events, at=_CLOCK.now(), expect=lease.version, fence=lease.fence
        )
        self._lease = msgspec.structs.replace(lease, version=version)
        self._notes.add(_Line(done=Acknowledged(token, event, lease.fence)))

    def _take_up(self) -> Lease | None:
        mine = RunFilter(job=self._name, statuses=_OPEN)
        found = self._store.runs(mine, limit=1)
        if not found:
            return None
        run = found[0]
        lease = self._store.take_lease(run.id, owner=self._name, at=_CLOCK.now())
        lost = [] if run.status is RunStatus.SUSPENDED else [LeaseLost(self._name)]
        version, _ = self._store.append(
            run.id,
            [*lost, RunResumed(self._name)],
            at=_CLOCK.now(),
            expect=lease.version,
            fence=lease.fence,
        )
        return msgspec.structs.replace(lease, version=version)

    def _begin(self) -> Lease:
        now = _CLOCK.now()
        record = RunRecord(
            id=RunId(f"{self._name}-{self._round}-{self._count}"),
            spec=RunSpec(job=self._name),
            status=RunStatus.NOT_STARTED,
            created=now,
            updated=now,
            plan="p",
        )
        self._store.create_run(record, plan=b"plan", events=[RunStarted(self._name)])
        return self._store.take_lease(record.id, owner=self._name, at=_CLOCK.now())


def open_store(campaign: Campaign) -> Store:
    """Open the store of a campaign."""
    if campaign.store.startswith("postgres"):
        return PostgresStore(campaign.store, schema=campaign.schema, patience=campaign.patience)
    return SqliteStore(Path(campaign.store), durable=campaign.durable)


def _dies_at(number: int, notes: _Notes) -> Callable[[str], None]:
    left = number

    def hook(point: str) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            notes.add(_Line(killed=Killed(point)))
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def _write_on(campaign: Campaign, notes: _Notes, *, writer: int, round_: int) -> None:
    begin = _CLOCK.monotonic()
    store = open_store(campaign)
    one = _Writer(store, notes, name=f"w{writer}", round_=round_)
    one.write()
    notes.add(_Line(ready=Ready(_CLOCK.monotonic() - begin)))
    took: list[float] = []
    end = begin + campaign.seconds
    before = _CLOCK.monotonic()
    while campaign.kills != "none" or before < end:
        one.write()
        now = _CLOCK.monotonic()
        took.append(now - before)
        before = now
    notes.add(_Line(took=Took(tuple(took))))
    store.close()


def _child(campaign: Campaign, *, writer: int, round_: int, moments: int) -> None:
    """Be a writer: never returns."""
    notes = _Notes(campaign.folder, writer)
    code = 1
    try:
        lives = campaign.kills != "points"
        with nullcontext() if lives else faults.armed(_dies_at(moments, notes)):
            _write_on(campaign, notes, writer=writer, round_=round_)
        code = 0
    except BaseException:  # noqa: BLE001 - the border of the process; the test reads it
        notes.add(_Line(failed=Failed(traceback.format_exc())))
    finally:
        os._exit(code)


def _make_store(campaign: Campaign) -> None:
    """Make the store before anybody is killed at a time that is counted from his start."""
    if campaign.kills != "points":
        child = os.fork()
        if child == 0:
            open_store(campaign).close()
            os._exit(0)
        os.waitpid(child, 0)


def _noted(campaign: Campaign) -> int:
    return sum(path.stat().st_size for path in Path(campaign.folder).glob("notes-*"))


def _wait_for_news(campaign: Campaign, before: int) -> None:
    """Wait until a writer of this round has done something, which takes long on a busy machine."""
    end = _CLOCK.monotonic() + 10.0
    while _noted(campaign) == before and _CLOCK.monotonic() < end:
        _CLOCK.sleep(0.005)


def _carry_out(campaign: Campaign) -> None:
    if campaign.store.startswith("postgres"):
        postgres_server.driver()  # once, and not in each writer
    draw = SeededIds(campaign.seed).uniform
    _make_store(campaign)
    for round_ in range(campaign.rounds):
        children: list[int] = []
        begun = _noted(campaign)
        for writer in range(campaign.writers):
            moments = 1 + int(draw() * campaign.reach)
            child = os.fork()
            if child == 0:
                _child(campaign, writer=writer, round_=round_, moments=moments)
            children.append(child)
        if campaign.kills == "load":
            _wait_for_news(campaign, begun)
            _CLOCK.sleep(draw() * 0.15)
            for number, child in enumerate(children):
                os.kill(child, signal.SIGKILL)
                _Notes(campaign.folder, number).add(_Line(killed=Killed("")))
        for child in children:
            os.waitpid(child, 0)


if __name__ == "__main__":
    _carry_out(msgspec.json.decode(sys.argv[1], type=Campaign))
