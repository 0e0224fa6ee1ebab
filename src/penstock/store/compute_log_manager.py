"""`ComputeLogManager`: where the captured output of steps is kept, and how it is read again.

A log has a key, a sequence of names: `[run id, "compute_logs", file key]`. It consists of what was
written on standard output and on standard error, and a mark that says that nothing more follows.
Refuses to know steps: who captures decides what a log is about.
"""

from __future__ import annotations

import threading
import weakref
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import IO, Self

from penstock.base.settings import read_variable
from penstock.config.configurable_class import ConfigurableClass
from penstock.errors import ParameterCheckError
from penstock.store.log_files import LogFiles
from penstock.store.log_values import (
    CapturedLogContext,
    CapturedLogData,
    CapturedLogMetadata,
    ComputeIOType,
    LogLineCursor,
)

LogKey = Sequence[str]

_CHUNK = 4 * 1024 * 1024
_LINES_VARIABLES = ("PENSTOCK_CAPTURED_LOG_CHUNK_SIZE", "DAGSTER_CAPTURED_LOG_CHUNK_SIZE")
_LINES = 1000


class ComputeLogManager(ConfigurableClass):
    """Subclass to keep the output of steps in a place of your own.

    `capture_logs` leads the output of the code inside to the place; the other methods read it.
    """

    _register: Callable[[], object] | None = None

    def register_instance(self, instance: object) -> None:
        """Remember the instance whose runs are captured."""
        self._register = weakref.ref(instance)

    @property
    def has_instance(self) -> bool:
        """Whether it belongs to an instance."""
        return self._instance is not None

    @property
    def _instance(self) -> object | None:
        return None if self._register is None else self._register()

    @abstractmethod
    def capture_logs(self, log_key: LogKey) -> AbstractContextManager[CapturedLogContext]:
        """Keep what the code inside writes; when it ends, the log is complete."""

    @abstractmethod
    def open_log_stream(
        self, log_key: LogKey, io_type: ComputeIOType
    ) -> AbstractContextManager[IO[bytes] | IO[str] | None]:
        """Open one stream of a log to write text to it; None where nothing is kept."""

    @abstractmethod
    def is_capture_complete(self, log_key: LogKey) -> bool:
        """Tell whether nothing more will be written."""

    @abstractmethod
    def get_log_data_for_type(
        self, log_key: LogKey, io_type: ComputeIOType, offset: int, max_bytes: int | None
    ) -> tuple[bytes | None, int]:
        """Return a piece of a stream, and where the next one begins.

        Args:
            log_key: The log.
            io_type: The stream.
            offset: Where the piece begins, in bytes.
            max_bytes: How long it is at most; all that there is if None.
        """

    @abstractmethod
    def get_log_metadata(self, log_key: LogKey) -> CapturedLogMetadata:
        """Return where a log is kept."""

    @abstractmethod
    def delete_logs(self, log_key: LogKey | None = None, prefix: LogKey | None = None) -> None:
        """Delete one log, or every one whose key begins with a prefix."""

    def get_log_keys_for_log_key_prefix(
        self, log_key_prefix: LogKey, io_type: ComputeIOType
    ) -> Sequence[list[str]]:
        """Return the keys of the logs right below a prefix that have a stream."""
        raise NotImplementedError(
            f"{type(self).__name__} cannot list logs. Define get_log_keys_for_log_key_prefix."
        )

    def files_of(self, log_key: LogKey) -> LogFiles | None:
        """Return what takes the output of a log, for who leads it there without `capture_logs`.

        None where only `capture_logs` knows how to capture.
        """
        del log_key
        return None

    def finish(self, log_key: LogKey, files: LogFiles) -> None:
        """Say that what `files_of` returned takes no more, and that the log is complete."""
        del log_key
        files.close()

    def get_log_data(
        self, log_key: LogKey, cursor: str | None = None, max_bytes: int | None = None
    ) -> CapturedLogData:
        """Return a piece of a log, also while it is being written.

        A character of UTF-8 is never cut in two.

        Args:
            log_key: The log.
            cursor: Where the piece begins: the cursor of the one before; None for the beginning.
            max_bytes: How much of each stream is returned at most.
        """
        stdout_offset, stderr_offset = self.parse_cursor(cursor)
        stdout, after_stdout = self.get_log_data_for_type(
            log_key, ComputeIOType.STDOUT, stdout_offset, max_bytes
        )
        stderr, after_stderr = self.get_log_data_for_type(
            log_key, ComputeIOType.STDERR, stderr_offset, max_bytes
        )
        following = self.build_cursor(after_stdout, after_stderr)
        return CapturedLogData(log_key, stdout, stderr, following)

    def parse_cursor(self, cursor: str | None = None) -> tuple[int, int]:
        """Return where a piece begins in standard output and in standard error.

        Raises:
            ParameterCheckError: It is no cursor.
        """
        if not cursor:
            return 0, 0
        stdout, _, stderr = cursor.partition(":")
        if not stdout.isdecimal() or not stderr.isdecimal():
            raise ParameterCheckError(
                f"{cursor!r} is no cursor of a log. Hand back the one of the piece before."
            )
        return int(stdout), int(stderr)

    def build_cursor(self, stdout_offset: int, stderr_offset: int) -> str:
        """Return a cursor as text."""
        return f"{stdout_offset}:{stderr_offset}"

    def build_log_key_for_run(self, run_id: str, step_key: str) -> LogKey:
        """Return the key of a log of a run."""
        return [run_id, "compute_logs", step_key]

    def subscribe(self, log_key: LogKey, cursor: str | None = None) -> CapturedLogSubscription:
        """Return what hands the pieces of a log on as they are written; call it with a function.

        Args:
            log_key: The log.
            cursor: Where the first piece begins.
        """
        return CapturedLogSubscription(self, log_key, cursor)

    def unsubscribe(self, subscription: CapturedLogSubscription) -> None:
        """Hand nothing more on."""
        subscription.dispose()

    def read_log_lines_for_log_key_prefix(
        self, log_key_prefix: LogKey, cursor: str | None, io_type: ComputeIOType
    ) -> tuple[Sequence[str], LogLineCursor | None]:
        """Read the lines of the logs below a prefix, one after the other, page by page.

        `PENSTOCK_CAPTURED_LOG_CHUNK_SIZE` says how many lines a page has.

        Args:
            log_key_prefix: The prefix; the logs are read in the order of their keys.
            cursor: Where the page begins, as text; None for the beginning.
            io_type: The stream that is read.

        Returns:
            The lines, and the cursor of the next page; None where there are no logs.
        """
        keys = sorted(self.get_log_keys_for_log_key_prefix(log_key_prefix, io_type))
        if not keys:
            return [], None
        number, line = _place_in(keys, cursor)
        left = _lines_of_a_page()
        found: list[str] = []
        while number < len(keys):
            read = list(islice(self._lines(keys[number], io_type), line, line + left + 1))
            found += read[:left]
            if len(read) > left:
                return found, LogLineCursor(keys[number], line + left, has_more_now=True)
            left -= len(read)
            number, line = number + 1, 0
            if left == 0 and number < len(keys):
                return found, LogLineCursor(keys[number], 0, has_more_now=True)
        return found, LogLineCursor(keys[-1], -1, has_more_now=False)

    def _lines(self, log_key: LogKey, io_type: ComputeIOType) -> Iterator[str]:
        offset, rest = 0, b""
        while True:
            data, offset = self.get_log_data_for_type(log_key, io_type, offset, _CHUNK)
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            yield from (line.decode("utf-8", "replace") for line in lines)
        if rest:
            yield rest.decode("utf-8", "replace")

    def dispose(self) -> None:
        """Let go of what it holds."""


CapturedLogManager = ComputeLogManager


class CapturedLogSubscription:
    """Hands the pieces of a log on, from a thread of its own, until the log is complete.

    Call it with a function that takes a `CapturedLogData`.
    """

    def __init__(
        self, manager: ComputeLogManager, log_key: LogKey, cursor: str | None = None
    ) -> None:
        self._manager = manager
        self._log_key = log_key
        self._cursor = cursor
        self._tell: Callable[[CapturedLogData], object] | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()

    @property
    def log_key(self) -> LogKey:
        """The log."""
        return self._log_key

    @property
    def is_complete(self) -> bool:
        """Whether nothing more is handed on."""
        return self._ended.is_set()

    def __call__(self, observer: Callable[[CapturedLogData], object]) -> Self:
        """Hand what there is to a function, and then what follows."""
        self._tell = observer
        self.fetch()
        if self._manager.is_capture_complete(self._log_key):
            self.fetch()
            self.complete()
        else:
            threading.Thread(target=self._poll, name="penstock-log-reader", daemon=True).start()
        return self

    def fetch(self) -> None:
        """Hand on what was written since the last time."""
        with self._lock:
            while not self._ended.is_set() and self._tell is not None:
                data = self._manager.get_log_data(self._log_key, self._cursor, _CHUNK)
                self._cursor = data.cursor
                if not data.stdout and not data.stderr:
                    return
                self._tell(data)

    def complete(self) -> None:
        """Hand on nothing more."""
        self._ended.set()

    dispose = complete

    def _poll(self) -> None:
        timeout = getattr(self._manager, "polling_timeout", 2.5)
        while not self._ended.wait(timeout):
            is_last = self._manager.is_capture_complete(self._log_key)
            self.fetch()
            if is_last:
                self.complete()


def _place_in(keys: Sequence[list[str]], cursor: str | None) -> tuple[int, int]:
    """Return the log and the line at which a page begins."""
    if cursor is None:
        return 0, 0
    place = LogLineCursor.parse(cursor)
    at = list(place.log_key)
    number = sum(key < at for key in keys)
    if number == len(keys) or keys[number] != at:
        return number, 0
    return (number + 1, 0) if place.line < 0 else (number, place.line)


def _lines_of_a_page() -> int:
    for name in _LINES_VARIABLES:
        given = read_variable(name)
        if given and given.isdecimal() and int(given) > 0:
            return int(given)
    return _LINES
