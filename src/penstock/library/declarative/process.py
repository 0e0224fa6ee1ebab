"""Running a command: its streams line by line, its end, and the end of everything it started.

The command leads a process group of its own. A timeout, an interrupt or any other error ends the
whole group: politely first, for a few seconds.
"""

from __future__ import annotations

import codecs
import os
import selectors
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from penstock.base.clock import Clock

_POLL = 0.2
_TAIL = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run: words, or one line for a shell.

    Attributes:
        timeout: Seconds; None for no limit.
        inherited: Descriptors that the command inherits.
        grace: Seconds between asking it to end and killing it.
        outlives: Whether it goes on when this process is interrupted.
        is_silent: Whether what it writes is dropped.
    """

    line: str | Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    timeout: float | None = None
    inherited: Sequence[int] = ()
    grace: float = 5.0
    outlives: bool = False
    is_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a command ended.

    Attributes:
        code: Its exit code; negative for the signal that ended it.
        timed_out: Whether it was ended for taking too long.
        tail: The last lines that it wrote to standard error.
    """

    code: int
    timed_out: bool
    tail: Sequence[str]


Write = Callable[[str, str], None]
"""Takes the name of a stream, `out` or `err`, and text."""


def _nothing() -> None:
    """Do nothing."""


def run(
    command: Command,
    *,
    clock: Clock,
    write: Write,
    started: Callable[[int], None],
    idle: Callable[[], None] = _nothing,
) -> Ending:
    """Run a command to its end.

    Args:
        command: What to run.
        clock: What the timeout goes by.
        write: Given what the command writes, as it comes.
        started: Told the process id, once.
        idle: Called several times a second while the command runs.

    Raises:
        OSError: The command cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603 - running the user's command is the purpose
        command.line,
        shell=isinstance(command.line, str),
        cwd=command.folder,
        env=dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if command.is_silent else subprocess.PIPE,
        stderr=subprocess.DEVNULL if command.is_silent else subprocess.PIPE,
        start_new_session=True,
        pass_fds=command.inherited,
    )
    tail: deque[str] = deque(maxlen=_TAIL)
    try:
        started(process.pid)
        is_done = _pump(process, clock, command.timeout, write=write, tail=tail, idle=idle)
        if not is_done:
            _end(process, command.grace)
        return Ending(code=process.wait(), timed_out=not is_done, tail=tuple(tail))
    except BaseException:
        if not command.outlives:
            _end(process, command.grace)
        raise
    finally:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _pump(
    process: subprocess.Popen[bytes],
    clock: Clock,
    timeout: float | None,
    *,
    write: Write,
    tail: deque[str],
    idle: Callable[[], None],
) -> bool:
    """Pass on what is written until the command has ended; False if it takes too long."""
    deadline = None if timeout is None else clock.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for name, stream in (("out", process.stdout), ("err", process.stderr)):
            if stream is None:
                continue
            decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
            selector.register(stream, selectors.EVENT_READ, (name, decoder))
        while selector.get_map():
            if deadline is not None and clock.monotonic() > deadline:
                return False
            idle()
            has_ended = process.poll() is not None
            ready = selector.select(0 if has_ended else _POLL)
            for key, _ in ready:
                name, decoder = key.data
                chunk = os.read(key.fd, 65536)
                text = decoder.decode(chunk, final=not chunk)
                if text:
                    write(name, text)
                    if name == "err":
                        tail.extend(text.splitlines())
                if not chunk:
                    selector.unregister(key.fileobj)
            if has_ended and not ready:
                return True  # something that it started keeps the streams open
    return _waited(process, clock, deadline, idle)


def _waited(
    process: subprocess.Popen[bytes],
    clock: Clock,
    deadline: float | None,
    idle: Callable[[], None],
) -> bool:
    while process.poll() is None:
        idle()
        if deadline is not None and clock.monotonic() > deadline:
            return False
        try:
            process.wait(timeout=_POLL)
        except subprocess.TimeoutExpired:
            continue
    return True


def _end(process: subprocess.Popen[bytes], grace: float) -> None:
    """End the command and all that it started."""
    _signal(process, signal.SIGTERM)
    try:
        process.wait(timeout=grace)
    except subprocess.TimeoutExpired:
        pass
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return  # nobody is left in the group
