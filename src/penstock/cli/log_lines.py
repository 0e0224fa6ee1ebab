"""`--log-format`: the lines of a run on standard error, as they come.

For people `colored`, which is the line of Dagster, or `rich`, which is short; for programs `json`,
one object on each line. They go past what is captured of steps.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, cast

import click

from penstock.base.streams import beyond_capture
from penstock.cli.options import Option
from penstock.define.logger import InitLoggerContext, LoggerDefinition
from penstock.execute.run_loggers import LoggerCall

FORMATS: Final = ("colored", "json", "rich")
_COLORS: Final = {10: "bright_black", 20: "blue", 30: "yellow", 40: "red", 50: "red"}

log_format_option: Option = click.option(
    "--log-format",
    type=click.Choice(FORMATS),
    help="Write the lines of the run on standard error, in this form.",
)


def loggers_for(log_format: str | None) -> Sequence[LoggerCall]:
    """Return the loggers that write the lines of a run; none where no form is asked for."""
    if log_format is None:
        return ()
    write = partial(_write_with, _FORMATS[log_format])
    return [(LoggerDefinition(write, {}, "Writes lines on standard error."), {})]


class _Formatter(logging.Formatter):
    def __init__(self, form: Callable[[logging.LogRecord], str]) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        return self._form(record)


def _write_with(
    form: Callable[[logging.LogRecord], str], context: InitLoggerContext
) -> logging.Logger:
    del context
    made = logging.Logger("penstock", logging.DEBUG)  # noqa: LOG001 - kept by the run alone
    stream = beyond_capture(sys.stderr)
    handler = logging.StreamHandler(stream)
    is_colored = form is not _json and stream.isatty()
    handler.setFormatter(_Formatter(partial(_in_color, form) if is_colored else form))
    made.addHandler(handler)
    return made


def _in_color(form: Callable[[logging.LogRecord], str], record: logging.LogRecord) -> str:
    return click.style(form(record), fg=_COLORS.get(record.levelno))


def _meta(record: logging.LogRecord) -> Mapping[str, object]:
    return cast("Mapping[str, object]", getattr(record, "dagster_meta", {}))


def _time(record: logging.LogRecord) -> datetime:
    at = cast("float", _meta(record).get("log_timestamp", record.created))
    return datetime.fromtimestamp(at, UTC)


def _event(record: logging.LogRecord) -> str | None:
    return getattr(getattr(record, "dagster_event", None), "event_type_value", None)


def _colored(record: logging.LogRecord) -> str:
    meta, event = _meta(record), _event(record)
    parts = [
        _time(record).strftime("%Y-%m-%d %H:%M:%S %z"),
        record.name,
        record.levelname,
        meta.get("job_name"),
        meta.get("run_id"),
        os.getpid() if event else None,
        meta.get("step_key"),
        event,
        meta.get("orig_message"),
    ]
    return " - ".join(str(part) for part in parts if part not in (None, ""))


def _rich(record: logging.LogRecord) -> str:
    meta = _meta(record)
    step = f"{meta['step_key']}: " if meta.get("step_key") else ""
    at = _time(record).strftime("%H:%M:%S")
    return f"{at} {record.levelname:<8} {step}{meta.get('orig_message')}"


def _json(record: logging.LogRecord) -> str:
    meta = _meta(record)
    return json.dumps(
        {
            "timestamp": _time(record).isoformat(),
            "level": record.levelname,
            "run": meta.get("run_id"),
            "job": meta.get("job_name"),
            "step": meta.get("step_key"),
            "event": _event(record),
            "message": meta.get("orig_message"),
            "pid": os.getpid(),
        }
    )


_FORMATS: Final[Mapping[str, Callable[[logging.LogRecord], str]]] = {
    "colored": _colored,
    "json": _json,
    "rich": _rich,
}
