"""One attempt at a time; what a killed process left behind is ended first."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path

from penstock.base.clock import SystemClock
from penstock.library.declarative.locking import held

CLOCK = SystemClock()


def _start_and_vanish(stem: Path, ready: Path) -> None:
    """Hold the lock, start a command that inherits it, and die without a word."""
    import os

    with held(stem, clock=CLOCK, tell=lambda _: None) as lock:
        process = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(600)"],
            start_new_session=True,
            pass_fds=(lock.descriptor,),
        )
        lock.note(process.pid)
        ready.write_text(str(process.pid))
        os._exit(9)


def test_the_command_of_a_killed_process_is_ended(tmp_path: Path):
    ready = tmp_path / "ready"
    context = multiprocessing.get_context("spawn")
    killed = context.Process(target=_start_and_vanish, args=(tmp_path / "x", ready))
    killed.start()
    killed.join(60)
    told: list[str] = []

    with held(tmp_path / "x", clock=CLOCK, tell=told.append):
        pass

    assert told == [
        f"ending the command of an attempt that was killed (process {ready.read_text()})"
    ]


def test_a_second_attempt_waits_for_the_first(tmp_path: Path):
    order: list[str] = []
    is_held, may_end = threading.Event(), threading.Event()

    def first() -> None:
        with held(tmp_path / "x", clock=CLOCK, tell=order.append):
            is_held.set()
            may_end.wait(30)
            order.append("first")

    def waiting(text: str) -> None:
        order.append(text)
        may_end.set()

    thread = threading.Thread(target=first)
    thread.start()
    is_held.wait(30)
    with held(tmp_path / "x", clock=CLOCK, tell=waiting):
        order.append("second")
    thread.join()

    assert order == [
        "another process makes it now; waiting for that to end",
        "first",
        "second",
    ]
