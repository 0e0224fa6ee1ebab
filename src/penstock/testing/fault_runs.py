"""Runs of a small pipeline in processes that are killed, or whose store fails; and their recovery.

Run as a program (`python -m penstock.testing.fault_runs '<cases as JSON>'`): for each case it forks
a process that makes three assets under a fault, then one without faults that recovers and resumes
what the first has left, as the user would. In a test, `carry_out` starts the program and returns
what the processes noted.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from penstock.base import faults
from penstock.base.clock import Clock, SystemClock
from penstock.base.ids import SystemIds
from penstock.base.settings import load_settings
from penstock.define.asset import asset
from penstock.define.loaded import LoadedDefinitions, flatten, load
from penstock.errors import OutageError
from penstock.execute.io_managers.configurable import FilesystemIOManager
from penstock.execute.recovery import recover_lost_runs, resume_run
from penstock.execute.runs import execute_run
from penstock.instance import Instance
from penstock.model.run import RunFilter, RunRecord
from penstock.store import postgres_server
from penstock.store.memory import MemoryStore
from penstock.store.postgres import PostgresStore
from penstock.store.protocol import Store
from penstock.store.sqlite import SqliteStore
from penstock.testing.faulty_store import (
    FailsSometimes,
    NoFault,
    Slow,
    TellsOfFailure,
    faulty,
)
from penstock.testing.time import ManualClock


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One run and what goes wrong with it.

    Attributes:
        home: The home of the run; a new folder for each case.
        kind: "killed": at the moment `number`. "untold": call `number` of the store is done, and
            told as failed. "sometimes": a `share` of the calls fails, drawn from the seed
            `number`. "slow": a call takes a second. "none": nothing.
        postgres: The URL of a server that takes the place of the file in the home.
        schema: The schema there.
    """

    home: str
    kind: Literal["killed", "untold", "sometimes", "slow", "none"]
    number: int = 0
    share: float = 0.0
    postgres: str = ""
    schema: str = "faults"


class Noted(msgspec.Struct, kw_only=True):
    """What came of a case.

    Attributes:
        under_fault: How the run ended, the error that its caller got, or "killed".
        point: The moment at which it was killed.
        faults: How many calls failed.
        calls: How many calls of the store there were.
        after: How the run ended in the end; "" if there is none.
        ready: Seconds that the second process took to find out what was lost.
    """

    under_fault: str = "killed"
    point: str = ""
    faults: int = 0
    calls: int = 0
    after: str = ""
    ready: float = 0.0


def carry_out(cases: Sequence[Case], *, timeout: float = 800.0) -> list[Noted]:
    """Carry cases out, one after the other; return what came of each."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", __name__],
        input=msgspec.json.encode(cases).decode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return [_read(case) for case in cases]


def open_case(case: Case) -> Store:
    """Open the store of a case."""
    if case.postgres:
        return PostgresStore(case.postgres, schema=case.schema)
    return SqliteStore(Path(case.home) / "penstock.db")


@asset
def one() -> int:
    """Begin."""
    return 1


@asset
def two(one: int) -> int:
    """Go on."""
    return one + 1


@asset
def three(two: int) -> int:
    """End."""
    return two + 1


def _definitions(case: Case) -> LoadedDefinitions:
    manager = FilesystemIOManager(base_dir=str(Path(case.home) / "data"))
    return load(flatten([one, two, three]), resources={"io_manager": manager}, location="local")


def _instance(case: Case, store: Store, clock: Clock) -> Instance:
    home = Path(case.home)
    settings = load_settings(environment={"PENSTOCK_HOME": str(home)}, directory=home)
    return Instance(store=store, settings=settings, clock=clock, ids=SystemIds(clock), home=home)


def _fault_of(case: Case, clock: Clock) -> NoFault:
    match case.kind:
        case "untold":
            return TellsOfFailure(case.number)
        case "sometimes":
            return FailsSometimes(case.number, share=case.share)
        case "slow":
            return Slow(clock, seconds=1.0)
        case _:
            return NoFault()


def _note(case: Case, noted: Noted) -> None:
    with (Path(case.home) / "noted.json").open("wb") as file:
        file.write(msgspec.json.encode(noted))


def _read(case: Case) -> Noted:
    return msgspec.json.decode((Path(case.home) / "noted.json").read_bytes(), type=Noted)


def _make(case: Case) -> None:
    """Make the assets under the fault of the case, in this process."""
    clock = ManualClock(SystemClock().now())
    fault: NoFault = _fault_of(case, clock)
    noted = Noted()
    _note(case, noted)
    store = faulty(open_case(case), fault)
    instance = _instance(case, store, clock)
    loaded = _definitions(case)
    try:
        with faults.armed(_dies_at(case, noted)):
            run = execute_run(loaded, instance, assets=loaded.graph.executable_keys)
        noted.under_fault = run.status.value
    except OutageError as error:
        noted.under_fault = f"OutageError: {error}"
    except Exception:  # noqa: BLE001 - the border of the process; the test reads it
        noted.under_fault = traceback.format_exc()
    noted.calls = len(fault.calls)
    noted.faults = fault.failed if isinstance(fault, FailsSometimes) else 0
    _note(case, noted)


def _dies_at(case: Case, noted: Noted) -> Callable[[str], None]:
    left = case.number if case.kind == "killed" else 0

    def hook(point: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            noted.point = point
            _note(case, noted)
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def _recover(case: Case) -> None:
    """Do what is left to do, in a new process."""
    noted = _read(case)
    clock = SystemClock()
    begin = clock.monotonic()
    with _instance(case, open_case(case), clock) as instance:
        waiting = recover_lost_runs(instance)
        noted.ready = clock.monotonic() - begin
        for run in waiting:
            resume_run(_definitions(case), instance, run.id)
        runs: list[RunRecord] = instance.store.runs(RunFilter())
    noted.after = ", ".join(run.status.value for run in runs)
    _note(case, noted)


def _in_child(act: Callable[[Case], None], case: Case) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act(case)
            code = 0
        except BaseException:  # noqa: BLE001 - the border of the process; the test reads it
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _warm_up() -> None:
    """Have every module loaded that a run needs, so that no child loads it again."""
    with tempfile.TemporaryDirectory() as home:
        case = Case(home=home, kind="none")
        loaded = _definitions(case)
        with _instance(case, MemoryStore(), SystemClock()) as instance:
            execute_run(loaded, instance, assets=loaded.graph.executable_keys)


def _carry_out(cases: Sequence[Case]) -> int:
    _warm_up()
    if any(case.postgres for case in cases):
        postgres_server.driver()
    for case in cases:
        Path(case.home).mkdir(parents=True, exist_ok=True)
        first = _in_child(_make, case)
        second = _in_child(_recover, case)
        if first not in (0, -signal.SIGKILL) or second:
            sys.stderr.write(f"{case}: {first}, {second}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(_carry_out(msgspec.json.decode(sys.stdin.buffer.read(), type=list[Case])))
