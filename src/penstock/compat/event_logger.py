"""A logger that hands each line of a run on as an `EventLogEntry`."""

from __future__ import annotations

import logging
from collections.abc import Callable

from penstock.compat.event_entries import EventLogEntry
from penstock.define.logger import InitLoggerContext, LoggerDefinition
from penstock.model.events import StoredEvent


class _EntryHandler(logging.Handler):
    def __init__(self, tell: Callable[[EventLogEntry], object]) -> None:
        super().__init__(logging.DEBUG)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        stored = getattr(record, "stored_event", None)
        if isinstance(stored, StoredEvent):
            meta = getattr(record, "dagster_meta", {})
            self._tell(EventLogEntry(stored, job_name=meta.get("job_name")))


def construct_event_logger(
    event_record_callback: Callable[[EventLogEntry], object],
) -> LoggerDefinition:
    """Return a logger that calls a function with each line and each event of a run.

    Args:
        event_record_callback: Called in the process that drives the run.
    """

    def make(context: InitLoggerContext) -> logging.Logger:
        made = logging.Logger(str(context.run_id), logging.DEBUG)  # noqa: LOG001 - kept by the run alone
        made.addHandler(_EntryHandler(event_record_callback))
        return made

    return LoggerDefinition(make, {}, "Hands lines of a run to a function.")
