"""From text to messages: lines as they come, of which some may be no messages."""

from __future__ import annotations

import json
from typing import cast

from penstock.library.pipes.messages import PipesMessageHandler
from penstock.library.pipes.wire import VERSION_FIELD, PipesMessage


def message_of(line: str) -> PipesMessage | None:
    """Return the message that a line holds; None if it is other text."""
    try:
        found: object = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or VERSION_FIELD not in found:
        return None
    return cast("PipesMessage", found)


class LineTaker:
    """Takes text in pieces of any size, and hands each line to a handler.

    A line that is no message was printed, or was cut off when its process died; it is kept in the
    run's log, so that nothing is lost.
    """

    def __init__(self, handler: PipesMessageHandler) -> None:
        self._handler = handler
        self._rest = ""

    def take(self, text: str) -> None:
        """Take a piece of text."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._take_line(line)

    def finish(self) -> None:
        """Take what is left without an end of line."""
        rest, self._rest = self._rest, ""
        self._take_line(rest)

    def _take_line(self, line: str) -> None:
        if not line.strip():
            return
        message = message_of(line)
        if message is None:
            self._handler.warn(f"[pipes] among the messages was text that is none: {line}")
        else:
            self._handler.take(message)
