"""`DefaultRunLauncher`: each run in a process of its own on this machine.

The worker is this Python with `penstock.cli.worker`, leader of its own process group. What it has
to know comes on its standard input; its lock as the owner of the run is inherited, so that the run
has a living owner from the moment it is launched until the worker ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

import msgspec

from penstock.base.ids import RunId
from penstock.compat.runs import DagsterRun
from penstock.config.configurable_class import ConfigurableClassData, Configured
from penstock.config.schema import ConfigSchema, Field
from penstock.errors import FencedError, InvariantViolationError, StoreUnavailableError
from penstock.execute import owners
from penstock.execute.launched import TO_CARRY_OUT
from penstock.execute.recovery import cancel_run, recover_lost_runs
from penstock.execute.run_records import existing
from penstock.instance import Instance
from penstock.model.events import RunStarting
from penstock.model.run import RunRecord, RunStatus
from penstock.settings.run_launcher import (
    CheckRunHealthResult,
    LaunchRunContext,
    ResumeRunContext,
    RunLauncher,
    WorkerOrder,
    WorkerStatus,
)

POLL: Final = 0.05
"""Seconds between two looks whether a worker has ended."""


class DefaultRunLauncher(RunLauncher, Configured):
    """Starts a process on this machine for each run.

    Args:
        inst_data: What the object was made of.
        wait_for_processes: Whether disposing of the instance waits for the workers.
        grace_seconds: How long a worker may take to end once it was interrupted, before it is
            ended with SIGTERM, and as long again before it is killed.
    """

    def __init__(
        self,
        inst_data: ConfigurableClassData | None = None,
        wait_for_processes: bool = False,  # noqa: FBT001, FBT002 - the public signature
        grace_seconds: float = 10.0,
    ) -> None:
        self._inst_data = inst_data
        self._waits = wait_for_processes
        self._grace = grace_seconds
        self._workers: dict[str, subprocess.Popen[bytes]] = {}

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {
            "wait_for_processes": Field(bool, default_value=False, is_required=False),
            "grace_seconds": Field(float, default_value=10.0, is_required=False),
        }

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the worker of a run, and return without waiting for it.

        Raises:
            InvariantViolationError: The run has begun or ended, or the instance is in memory.
            StoreUnavailableError: No process can be started.
        """
        record = existing(self._opened, RunId(context.dagster_run.run_id))
        if record.status not in TO_CARRY_OUT:
            raise InvariantViolationError(
                f"Run {record.id} is {record.status.value}; only a run that has not begun can be "
                "launched."
            )
        self._start(record, lambda owner: self._say_starting(record.id, owner))

    @property
    def supports_resume_run(self) -> bool:
        """Whether `resume_run` works: it does."""
        return True

    def resume_run(self, context: ResumeRunContext) -> None:
        """Start a worker that goes on with a suspended run."""
        record = existing(self._opened, RunId(context.dagster_run.run_id))
        if record.status is not RunStatus.SUSPENDED:
            raise InvariantViolationError(
                f"Run {record.id} is {record.status.value}; only a SUSPENDED run can be resumed."
            )
        self._start(record, lambda owner: None)

    def terminate(self, run_id: str) -> bool:
        """End a run: interrupt its process group, and kill what does not end in time.

        It returns once the run is recorded as ended, which may take twice the time of grace.
        """
        instance = self._opened
        record = instance.store.run(RunId(run_id))
        if record is None or record.status.is_finished:
            return False
        pid = self._process_of(record)
        if pid is None:
            self._end_unowned(record)
            return True
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
            if self._wait_until(lambda: self._has_ended(record), self._grace):
                break
        self._end_unowned(existing(instance, record.id))
        return True

    def can_terminate(self, run_id: str) -> bool:
        """Tell whether a run has not ended, and a worker or nobody works on it."""
        record = self._opened.store.run(RunId(run_id))
        if record is None or record.status.is_finished:
            return False
        is_alive = owners.is_alive(self._opened.home, record.owner)
        return not is_alive or self._process_of(record) is not None

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Whether `check_run_worker_health` says something: it does."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Tell how the worker of a run is."""
        record = existing(self._opened, RunId(run.run_id))
        if record.status is RunStatus.SUCCESS:
            return CheckRunHealthResult(WorkerStatus.SUCCESS)
        if record.status.is_finished:
            return CheckRunHealthResult(WorkerStatus.FAILED, record.error)
        if owners.is_alive(self._opened.home, record.owner):
            return CheckRunHealthResult(WorkerStatus.RUNNING, run_worker_id=record.owner)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "Its process has ended.")

    def join(self, timeout: int = 30) -> None:
        """Wait for the workers that this object started, at most so many seconds."""
        self._wait_until(
            lambda: all(worker.poll() is not None for worker in self._workers.values()), timeout
        )

    def dispose(self) -> None:
        """Wait for the workers, if that was asked for."""
        if self._waits:
            for worker in self._workers.values():
                worker.wait()
        for run, worker in list(self._workers.items()):
            if worker.poll() is not None:
                del self._workers[run]

    @property
    def _opened(self) -> Instance:
        return cast("Instance", self._instance)

    def _start(self, record: RunRecord, say: Callable[[str], None]) -> None:
        instance = self._opened
        ref = instance.get_ref()
        home = Path(ref.home)
        owner = instance.ids.new_id()
        descriptor = owners.heir(home, owner)
        try:
            say(owner)
            order = WorkerOrder(
                instance=ref,
                run=record.id,
                owner=owner,
                descriptor=descriptor,
                log=str(home / "logs" / record.id / "worker.log"),
            )
            worker = _spawn(order)
        except BaseException as error:
            owners.discard(home, owner, descriptor)
            recover_lost_runs(instance)
            if isinstance(error, OSError):
                raise StoreUnavailableError(
                    f"No process could be started for run {record.id}: {error.strerror}. It is "
                    "suspended; go on with it with 'penstock run resume'."
                ) from error
            raise
        owners.name_process(descriptor, worker.pid)
        os.close(descriptor)
        self._workers[record.id] = worker

    def _say_starting(self, run: RunId, owner: str) -> None:
        """Record that a run is launched; of several who try at once, one does it.

        Raises:
            InvariantViolationError: Another process was quicker.
        """
        store, now = self._opened.store, self._opened.clock.now()
        lease = store.take_lease(run, owner=owner, at=now)
        record = existing(self._opened, run)
        if record.status is RunStatus.STARTING:
            return
        try:
            store.append(run, [RunStarting(owner)], at=now, expect=lease.version, fence=lease.fence)
        except FencedError as error:
            raise InvariantViolationError(
                f"Another process has just taken run {run} up. Leave it to that one."
            ) from error

    def _process_of(self, record: RunRecord) -> int | None:
        worker = self._workers.get(record.id)
        if worker is not None and worker.poll() is None:
            return worker.pid
        home = self._opened.home
        return (
            None if home is None or record.owner is None else owners.process_of(home, record.owner)
        )

    def _has_ended(self, record: RunRecord) -> bool:
        worker = self._workers.get(record.id)
        if worker is not None:
            return worker.poll() is not None
        return not owners.is_alive(self._opened.home, record.owner)

    def _end_unowned(self, record: RunRecord) -> None:
        """Record the end of a run that nobody works on any more, if it is not recorded yet."""
        if not record.status.is_finished and not owners.is_alive(self._opened.home, record.owner):
            cancel_run(self._opened, record.id)

    def _wait_until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        clock = self._opened.clock
        until = clock.monotonic() + seconds
        while not is_so():
            if clock.monotonic() >= until:
                return False
            clock.sleep(POLL)
        return True


def _spawn(order: WorkerOrder) -> subprocess.Popen[bytes]:
    """Start a worker and tell it what to do."""
    assert order.log is not None
    assert order.descriptor is not None
    log = Path(order.log)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "penstock.cli.worker"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=order.instance.root or None,
            pass_fds=[order.descriptor],
            start_new_session=True,
        )
    assert worker.stdin is not None
    with worker.stdin:
        worker.stdin.write(msgspec.json.encode(order))
    return worker
