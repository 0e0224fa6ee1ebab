"""`PipesMessageHandler`: what the messages of an external process mean for its step.

Readers hand messages over from threads of their own. What only counts (results, custom messages) is
kept at once, under a lock. What is told to the run (lines of the log, output) waits until the
thread of the step asks for it with `tell`, so nothing of a run is written from elsewhere.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, cast

from penstock.define.context import OpExecutionContext
from penstock.define.result import (
    AssetCheckResult,
    AssetCheckSeverity,
    DataVersion,
    MaterializeResult,
)
from penstock.library.pipes.errors import pipes_error
from penstock.library.pipes.metadata import metadata_of
from penstock.library.pipes.wire import (
    VERSION_FIELD,
    PipesLaunchedData,
    PipesMessage,
    PipesOpenedData,
    PipesParams,
)
from penstock.model.keys import AssetKey

PipesExecutionResult = MaterializeResult[object] | AssetCheckResult
"""What an external process reports of an asset or a check."""


class _Reader(Protocol):
    @property
    def expected_writer_count(self) -> int: ...

    def read_messages(
        self, handler: PipesMessageHandler
    ) -> AbstractContextManager[PipesParams]: ...

    def on_opened(self, opened_payload: PipesOpenedData) -> None: ...

    def on_launched(self, launched_payload: PipesLaunchedData) -> None: ...


class PipesMessageHandler:
    """Takes the messages of one external process.

    Args:
        context: The context of the step.
        message_reader: Where the messages come from.
    """

    def __init__(self, context: OpExecutionContext, message_reader: _Reader) -> None:
        self._context = context
        self._message_reader = message_reader
        self._lock = threading.Lock()
        self._thread = threading.get_ident()
        self._results: list[PipesExecutionResult] = []
        self._custom: list[object] = []
        self._faults: list[str] = []
        self._to_tell: deque[Callable[[], object]] = deque()
        self._opened_count = 0
        self._closed_count = 0
        self._methods: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            "opened": self._opened,
            "closed": self._closed,
            "log": self._log,
            "report_asset_materialization": self._materialization,
            "report_asset_check": self._check,
            "report_custom_message": self._custom_message,
            "log_external_stream": self._stream,
        }

    @contextmanager
    def handle_messages(self) -> Generator[PipesParams]:
        """Read messages while the code inside runs, and after it all that are left."""
        with self._message_reader.read_messages(self) as params:
            yield params

    @property
    def received_opened_message(self) -> bool:
        """Whether the external process has opened Pipes; each writer of several must have."""
        return self._opened_count >= self._message_reader.expected_writer_count

    @property
    def received_closed_message(self) -> bool:
        """Whether the external process has closed Pipes; each writer of several must have."""
        return self._closed_count >= self._message_reader.expected_writer_count

    @property
    def faults(self) -> Sequence[str]:
        """What could not be understood."""
        with self._lock:
            return tuple(self._faults)

    def get_reported_results(self) -> Sequence[PipesExecutionResult]:
        """Return the results that were reported, in order."""
        with self._lock:
            return tuple(self._results)

    def get_custom_messages(self) -> Sequence[Any]:
        """Return the payloads of custom messages, in order."""
        with self._lock:
            return tuple(self._custom)

    def on_launched(self, launched_payload: PipesLaunchedData) -> None:
        """Tell the reader what is known of the process that was started."""
        self._message_reader.on_launched(launched_payload)

    def handle_message(self, message: PipesMessage) -> None:
        """Take a message; may be called from any thread.

        Raises:
            PipesError: It says something that does not make sense.
            InvalidMetadataError: It reports metadata that has no representation.
        """
        method = message.get("method")
        take = self._methods.get(method, self._unknown(message))
        try:
            take(message.get("params") or {})
        except (KeyError, TypeError) as error:
            raise pipes_error(
                f"A message '{method}' of an external process is not complete: {error!r}."
            ) from error
        if threading.get_ident() == self._thread:
            self.tell()

    def _unknown(self, message: PipesMessage) -> Callable[[Mapping[str, Any]], None]:
        words = (
            f"[pipes] unknown message method '{message.get('method')}' of protocol version "
            f"{message.get(VERSION_FIELD)}; it is ignored."
        )
        return lambda _: self.warn(words)

    def take(self, message: PipesMessage) -> None:
        """Take a message for a reader's thread, in which nothing may be raised."""
        try:
            self.handle_message(message)
        except Exception as error:  # noqa: BLE001 - kept, and raised in the thread of the step
            self.note_fault(f"{type(error).__name__}: {error}")

    def note_fault(self, words: str) -> None:
        """Keep that something could not be understood; the step fails for it in the end."""
        with self._lock:
            self._faults.append(words)
        self._say(logging.ERROR, f"[pipes] {words}")

    def warn(self, words: str) -> None:
        """Write a warning into the run's log; may be called from any thread."""
        self._say(logging.WARNING, words)

    def tell(self) -> None:
        """Write what waits into the run's log and the step's output.

        It is called in the thread of the step: while it waits for the external process, and when
        the session ends.
        """
        while self._to_tell:
            self._to_tell.popleft()()

    def _say(self, level: int, words: str) -> None:
        self._to_tell.append(lambda: self._context.log.log(level, "%s", words))

    def _opened(self, params: Mapping[str, Any]) -> None:
        self._opened_count += 1
        self._message_reader.on_opened(cast("PipesOpenedData", params))
        self._say(logging.DEBUG, "[pipes] The external process opened Pipes.")

    def _closed(self, params: Mapping[str, Any]) -> None:
        self._closed_count += 1
        raised = params.get("exception")
        if raised is None:
            self._say(logging.DEBUG, "[pipes] The external process closed Pipes.")
            return
        self._say(
            logging.ERROR,
            f"[pipes] An exception ended the external process's use of Pipes:\n{_in_words(raised)}",
        )

    def _log(self, params: Mapping[str, Any]) -> None:
        level = str(params.get("level", "info")).upper()
        known = logging.getLevelNamesMapping()
        if level not in known:
            raise pipes_error(
                f"An external process logs with the unknown level '{level}'. Known are "
                f"{', '.join(known)}."
            )
        self._say(known[level], str(params["message"]))

    def _materialization(self, params: Mapping[str, Any]) -> None:
        version: str | None = params.get("data_version")
        result = MaterializeResult[object](
            asset_key=_key(params),
            metadata=metadata_of(params.get("metadata")),
            data_version=None if version is None else DataVersion(version),
        )
        with self._lock:
            self._results.append(result)

    def _check(self, params: Mapping[str, Any]) -> None:
        severity = params.get("severity") or "ERROR"
        if severity not in AssetCheckSeverity.__members__:
            raise pipes_error(f"'{severity}' is no severity of a check. Use ERROR or WARN.")
        result = AssetCheckResult(
            params["passed"],
            asset_key=_key(params),
            check_name=params["check_name"],
            metadata=metadata_of(params.get("metadata")),
            severity=AssetCheckSeverity[severity],
        )
        with self._lock:
            self._results.append(result)

    def _custom_message(self, params: Mapping[str, Any]) -> None:
        with self._lock:
            self._custom.append(params["payload"])

    def _stream(self, params: Mapping[str, Any]) -> None:
        stream, text = params["stream"], str(params["text"])
        if stream not in ("stdout", "stderr"):
            raise pipes_error(f"'{stream}' is no stream. Use stdout or stderr.")
        self._to_tell.append(lambda: getattr(sys, stream).write(text))


def _key(params: Mapping[str, Any]) -> AssetKey:
    return AssetKey.from_escaped_user_string(params["asset_key"])


def _in_words(raised: Mapping[str, Any]) -> str:
    """Return an exception of the external process as its traceback would show it."""
    lines = [*raised.get("stack", ()), str(raised.get("message", ""))]
    cause = raised.get("cause") or raised.get("context")
    told = "".join(lines)
    return told if cause is None else f"{_in_words(cause)}\nwhich led to:\n{told}"
