"""How things are written for people and for programs: JSON, tables, errors, run ids.

Owns no fact. Tables are plain text in columns, so that they can be cut, searched and compared.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from functools import partial

import click

from penstock.base.codec import encode
from penstock.base.ids import RunId
from penstock.base.streams import beyond_capture
from penstock.errors import RunNotFoundError
from penstock.model.events import ErrorInfo, RunEvent, encode_event
from penstock.model.run import RunFilter, RunRecord
from penstock.store.protocol import Store

_INDENT = "    "


def echoing() -> Callable[[object], None]:
    """Return what prints on standard output as it is now.

    While a step runs, standard output leads to the log of the step; what a command says meanwhile
    has to go past it.
    """
    return partial(click.echo, file=beyond_capture(sys.stdout))


def complaining() -> Callable[[object], None]:
    """Return what prints on standard error as it is now; see `echoing`."""
    return partial(click.echo, file=beyond_capture(sys.stderr))


def printing(echo: Callable[[object], None]) -> Callable[[RunEvent], None]:
    """Return an observer that prints each event of a run as one line of JSON."""

    def observe(event: RunEvent) -> None:
        echo(encode_event(event).decode())

    return observe


def print_json(value: object) -> None:
    """Print one value as one line of JSON."""
    click.echo(encode(value))


def quoted(key: str) -> str:
    """Write a partition key as a shell takes it."""
    return shlex.quote(key)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def error_lines(error: ErrorInfo) -> list[str]:
    """Write an error of user code as its own lines: the user's frames, then what was raised."""
    lines: list[str] = []
    if error.stack.strip():
        lines += ["Traceback (most recent call last):", *error.stack.rstrip().splitlines()]
    lines += (f"{error.kind}: {error.message}" if error.message else error.kind).splitlines()
    if error.cause is not None:
        lines += ["Caused by:", *error_lines(error.cause)]
    return lines


def indented(lines: Sequence[str]) -> str:
    """Write lines with an indent."""
    return "\n".join(f"{_INDENT}{line}" for line in lines)


def find_run(store: Store, text: str) -> RunRecord:
    """Find a run by its id, by the beginning of it, or as `latest`.

    Raises:
        RunNotFoundError: There is no such run, or several begin like that.
    """
    exact = store.run(RunId(text))
    if exact is not None:
        return exact
    if text == "latest":
        newest = store.runs(RunFilter(), limit=1)
        if newest:
            return newest[0]
        raise RunNotFoundError("There are no runs yet. Start one with `penstock materialize`.")
    matching = [run for run in store.runs(RunFilter()) if run.id.startswith(text)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        ids = ", ".join(run.id for run in matching[:3])
        raise RunNotFoundError(f"{len(matching)} runs begin with '{text}': {ids}. Give more of it.")
    raise RunNotFoundError(f"There is no run '{text}'. `penstock run list` shows the runs.")


def run_as_json(run: RunRecord) -> dict[str, object]:
    """Write a run as plain data with stable names."""
    return {
        "run": run.id,
        "status": run.status.value,
        "job": run.spec.job,
        "assets": [k.to_user_string() for k in run.spec.assets or ()],
        "partition": run.spec.partition,
        "partition_range": run.spec.partition_range,
        "backfill": run.spec.backfill,
        "why": run.spec.why,
        "tags": dict(run.spec.tags),
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "error": run.error,
    }
