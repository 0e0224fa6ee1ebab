"""The values of captured logs: what is read, where it is, and how far a reader has come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple, cast

from penstock.errors import ParameterCheckError


class ComputeIOType(Enum):
    """A stream; its value is the ending of its file."""

    STDOUT = "out"
    STDERR = "err"
    COMPLETE = "complete"


class LogRetrievalShellCommand(NamedTuple):
    """Commands that print a log which is kept elsewhere."""

    stdout: str | None = None
    stderr: str | None = None


class CapturedLogContext(NamedTuple):
    """Where the log that is being captured can be seen.

    Attributes:
        log_key: Its key.
        external_stdout_url: A page that shows its standard output.
        external_stderr_url: A page that shows its standard error.
        external_url: A page that shows both.
        shell_cmd: Commands that print it.
    """

    log_key: Sequence[str]
    external_stdout_url: str | None = None
    external_stderr_url: str | None = None
    external_url: str | None = None
    shell_cmd: LogRetrievalShellCommand | None = None


class CapturedLogData(NamedTuple):
    """A piece of a log.

    Attributes:
        log_key: The key of the log.
        stdout: Bytes of standard output; None if there is nothing to read from.
        stderr: Bytes of standard error; None if there is nothing to read from.
        cursor: Where the next piece begins; hand it back to ask for it.
    """

    log_key: Sequence[str]
    stdout: bytes | None = None
    stderr: bytes | None = None
    cursor: str | None = None


class CapturedLogMetadata(NamedTuple):
    """Where a log is kept, and where it can be had."""

    stdout_location: str | None = None
    stderr_location: str | None = None
    stdout_download_url: str | None = None
    stderr_download_url: str | None = None


class LogLineCursor(NamedTuple):
    """How far a reader of several logs in a row has come.

    Attributes:
        log_key: The log that is read.
        line: How many of its lines were read; -1 for all that there are.
        has_more_now: Whether there is more to read at once.
    """

    log_key: Sequence[str]
    line: int
    has_more_now: bool

    def to_string(self) -> str:
        """Return the cursor as text."""
        return json.dumps(
            {"log_key": list(self.log_key), "line": self.line, "has_more_now": self.has_more_now}
        )

    @staticmethod
    def parse(cursor_str: str) -> LogLineCursor:
        """Read what `to_string` returned.

        Raises:
            ParameterCheckError: It is something else.
        """
        try:
            read = cast("Mapping[str, object]", json.loads(cursor_str))
            key = [str(part) for part in cast("Sequence[object]", read["log_key"])]
            return LogLineCursor(key, int(cast("int", read["line"])), bool(read["has_more_now"]))
        except (ValueError, TypeError, KeyError) as error:
            raise ParameterCheckError(
                f"{cursor_str!r} is no cursor of log lines. Hand back the one of the page before."
            ) from error


def whole_characters(data: bytes) -> bytes:
    """Return bytes without a character of UTF-8 that is cut at their end.

    What is no UTF-8 at all is left as it is, and so is a piece that holds nothing else.
    """
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:  # ASCII
            return data
        if byte >= 0xC0:  # the first byte of a character of several
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[:-back] or data if back < length else data
    return data
