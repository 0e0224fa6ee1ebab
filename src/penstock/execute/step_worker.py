"""A process that carries out steps for the driver of a run.

`python -m penstock.execute.step_worker FD` loads the code once, then carries out one task after
another in its main thread, as it is told over the socket FD. It is the leader of its own process
group. When the driver dies, it ends at once with everything in its group. What a task is and how it
is carried out is behind the pointer that it is given; it knows no store.

Told to, it becomes a zygote instead: it loads the code, and for each descriptor that it is handed
it forks a process that carries tasks out over that. It never forks while it has a second thread.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

from penstock.base.memory import collection_paused
from penstock.errors import InvariantViolationError
from penstock.execute.failures import error_info
from penstock.execute.frames import (
    Begin,
    Channel,
    Exited,
    Forked,
    Perform,
    Ready,
    Refused,
)
from penstock.execute.interrupts import interrupt_all
from penstock.execute.protocol import Report, Task

PerformTask = Callable[[Task, Report], None]
"""Carries a task out and reports on it, its end last; never raises what user code raised."""

Opened = Callable[[], AbstractContextManager[PerformTask]]
"""What a pointer is to lead to: opens what tasks need, in the process that carries them out."""


def main(descriptor: int) -> None:
    """Obey the driver at the other end of a socket, until it says stop or is gone."""
    signal.signal(signal.SIGINT, _on_interrupt)
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - the standard library's
    channel = Channel(socket.socket(fileno=descriptor))
    begin = channel.order()
    if not isinstance(begin, Begin):
        return
    sys.path[:] = begin.path
    try:
        with collection_paused():
            opened = cast("Opened", begin.code.call())
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the border to user code
        channel.send(Refused(error_info(error)))
        return
    if begin.forks:
        _Zygote(channel, opened).run()
    else:
        serve(channel, opened)


def serve(channel: Channel, opened: Opened) -> None:
    """Carry tasks out as they are ordered."""
    threading.Thread(target=_end_with_driver, args=(channel.fileno(),), daemon=True).start()
    try:
        with opened() as perform:
            channel.send(Ready())
            while isinstance(order := channel.order(), Perform):
                signal.signal(signal.SIGINT, _on_interrupt)  # user code may have taken it
                perform(order.task, channel.send)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the border to user code
        with contextlib.suppress(OSError):
            channel.send(Refused(error_info(error)))


def _on_interrupt(number: int, frame: object) -> None:
    interrupt_all()


def _end_with_driver(descriptor: int) -> None:
    """Kill this process group when the other end of a socket is closed."""
    closed = getattr(select, "POLLRDHUP", select.POLLHUP)
    poll = select.poll()
    poll.register(descriptor, closed)
    poll.poll()
    os.killpg(os.getpgid(0), signal.SIGKILL)


class _Zygote:
    """Forks processes that have the code loaded already."""

    def __init__(self, channel: Channel, opened: Opened) -> None:
        self._channel = channel
        self._opened = opened
        self._ended, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self._ended, False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        gc.freeze()

    def run(self) -> None:
        """Fork on demand and tell of ends, until the driver is gone."""
        self._channel.send(Ready())
        while True:
            ready, _, _ = select.select([self._channel.fileno(), self._ended], [], [])
            if self._ended in ready:
                os.read(self._ended, 4096)
                self._tell_of_ends()
            if self._channel.fileno() in ready:
                descriptor = self._channel.receive_descriptor()
                if descriptor is None:
                    return
                self._fork(descriptor)

    def _fork(self, descriptor: int) -> None:
        if _count_threads() > 1:
            os.close(descriptor)
            error = InvariantViolationError("The code started threads while it was imported.")
            self._channel.send(Refused(error_info(error)))
            return
        pid = os.fork()
        if pid == 0:
            self._become_worker(descriptor)
        os.close(descriptor)
        self._channel.send(Forked(pid))

    def _become_worker(self, descriptor: int) -> None:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._channel.close()
        code = 0
        try:
            serve(Channel(socket.socket(fileno=descriptor)), self._opened)
        except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
            code = 1
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            os._exit(code)

    def _tell_of_ends(self) -> None:
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            pid = ended.si_pid
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # before its number can be given to another
            _, status = os.waitpid(pid, 0)
            self._channel.send(Exited(pid, os.waitstatus_to_exitcode(status)))


def _count_threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


if __name__ == "__main__":
    main(int(sys.argv[1]))
