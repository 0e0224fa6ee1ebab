"""What the driver of a run and the processes that carry out its steps say to each other.

A frame is a message as JSON behind its length (4 bytes, big-endian), on a socket pair that only the
two ends hold. Events travel as they are stored. Nothing is unpickled on either side.
"""

from __future__ import annotations

import contextlib
import importlib
import socket
import threading
from typing import cast

import msgspec

from penstock.base.codec import decoder, encode
from penstock.decide.copies import Source
from penstock.errors import LoadError
from penstock.execute.protocol import Task
from penstock.model.events import ErrorInfo, RunEvent
from penstock.plan.plan import Step

_LENGTH = 4


class CodePointer(msgspec.Struct, frozen=True):
    """A function by its place, `module:name`, with what it is called with."""

    function: str
    arguments: dict[str, object] = {}

    def call(self) -> object:
        """Import the function and call it.

        Raises:
            LoadError: It is not there.
        """
        module, _, name = self.function.partition(":")
        function = getattr(importlib.import_module(module), name, None)
        if not callable(function):
            raise LoadError(
                f"There is no function {self.function}, which is to load the code of the run. Use "
                "one version of Penstock and of the code in all processes."
            )
        return function(self.arguments)


class _Message(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    pass


class Begin(_Message, frozen=True, tag="begin"):
    """Load the code; with `forks`, wait to be forked instead of carrying tasks out."""

    code: CodePointer
    path: tuple[str, ...] = ()
    forks: bool = False


class Perform(_Message, frozen=True, tag="perform"):
    """Carry an attempt out."""

    step: Step
    attempt: int
    retries: int = 0
    sources: tuple[Source, ...] = ()

    @staticmethod
    def of(task: Task) -> Perform:
        """Return the order to carry a task out."""
        return Perform(task.step, task.attempt, task.retries, task.sources)

    @property
    def task(self) -> Task:
        """The attempt."""
        return Task(self.step, self.attempt, self.retries, self.sources)


class Stop(_Message, frozen=True, tag="stop"):
    """Release everything and end."""


class Ready(_Message, frozen=True, tag="worker_ready"):
    """The code is loaded."""


class Refused(_Message, frozen=True, tag="worker_refused"):
    """The code cannot be loaded, or the process cannot be forked."""

    error: ErrorInfo


class Forked(_Message, frozen=True, tag="worker_forked"):
    """A process was forked."""

    pid: int


class Exited(_Message, frozen=True, tag="worker_exited"):
    """A process that was forked has ended, and with it everything in its group.

    `code` is its exit code, or the negative number of the signal that ended it.
    """

    pid: int
    code: int


Order = Begin | Perform | Stop
"""What a worker is told."""

Notice = Ready | Refused | Forked | Exited
"""What a worker says besides events."""

# To msgspec a union is a type; to a type checker it is not.
_orders = cast("msgspec.json.Decoder[Order]", decoder(cast("type[object]", Order)))
_told = cast(
    "msgspec.json.Decoder[Notice | RunEvent]", decoder(cast("type[object]", Notice | RunEvent))
)


class Channel:
    """One end of a socket pair; frames may be sent from any thread, and are read by one."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._reader = end.makefile("rb")
        self._lock = threading.Lock()

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._socket.fileno()

    def send(self, message: Order | Notice | RunEvent) -> None:
        """Send a message.

        Raises:
            OSError: The other end is closed.
        """
        data = encode(message)
        with self._lock:
            self._socket.sendall(len(data).to_bytes(_LENGTH, "big") + data)

    def send_descriptor(self, descriptor: int) -> None:
        """Hand a descriptor over.

        Raises:
            OSError: The other end is closed.
        """
        with self._lock:
            socket.send_fds(self._socket, [b"f"], [descriptor])

    def receive_descriptor(self) -> int | None:
        """Return a descriptor that was handed over; None when the other end is closed."""
        data, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1)
        return descriptors[0] if data and descriptors else None

    def order(self) -> Order | None:
        """Wait for an order; None when the other end is closed."""
        data = self._frame()
        return None if data is None else _orders.decode(data)

    def told(self) -> Notice | RunEvent | None:
        """Wait for what a worker says; None when the other end is closed."""
        data = self._frame()
        return None if data is None else _told.decode(data)

    def hang_up(self) -> None:
        """End the conversation; what was sent already can still be read."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close this end."""
        self._reader.close()
        self._socket.close()

    def _frame(self) -> bytes | None:
        with contextlib.suppress(ConnectionError):
            size = self._reader.read(_LENGTH)
            if len(size) == _LENGTH:
                data = self._reader.read(int.from_bytes(size, "big"))
                return data if len(data) == int.from_bytes(size, "big") else None
        return None
