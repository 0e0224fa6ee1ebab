"""`penstock logs`: what happened in a run, line by line."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import click

from penstock.base.codec import decoder
from penstock.base.text import duration, listed
from penstock.cli import wiring
from penstock.cli.options import json_option
from penstock.cli.output import error_lines, find_run, indented, print_json
from penstock.cli.progress import verdict
from penstock.errors import UsageError
from penstock.model.events import (
    AnyEvent,
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
    LogLine,
    LogsCaptured,
    RunFailed,
    StepFailed,
    StepSkipped,
    StepStarted,
    StepSucceeded,
    StepUpForRetry,
    StoredEvent,
    encode_event,
    kind_of,
)
from penstock.model.metadata_text import render
from penstock.model.run import RunRecord
from penstock.store.protocol import EventFilter, Store

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
_QUIET = frozenset({"asset_planned", "check_planned", "output_stored", "input_loaded"})
_facts = decoder(dict[str, object])


@click.command(
    epilog="""\b
Examples:
  penstock logs latest
  penstock logs 0190f3a2 --step orders --level WARNING
"""
)
@click.argument("run_id", metavar="RUN")
@click.option("--step", metavar="STEP", help="Only what this step did.")
@click.option(
    "--level",
    type=click.Choice(list(_LEVELS), case_sensitive=False),
    help="Only what is at least as serious as this.",
)
@json_option
def logs(*, run_id: str, step: str | None, level: str | None, as_json: bool) -> None:
    """Show what happened in RUN: an id, the beginning of one, or `latest`."""
    with wiring.opened_instance() as instance:
        record = find_run(instance.store, run_id)
        events = _events(instance.store, record, step)
        home = instance.home
    least = _LEVELS[level.upper()] if level else logging.NOTSET
    for stored in events:
        if _level_of(stored.event) < least:
            continue
        if as_json:
            print_json(_as_json(stored))
        elif level or kind_of(stored.event) not in _QUIET:
            _print(stored, home)


def _events(store: Store, record: RunRecord, step: str | None) -> list[StoredEvent]:
    events = store.events(EventFilter(run=record.id))
    if step is None:
        return events
    steps = sorted({s for e in events if (s := _step_of(e.event)) is not None})
    if step not in steps:
        raise UsageError(
            f"Run {record.id} has no step '{step}'. Its steps are {listed(steps) or 'none'}."
        )
    return [e for e in events if _step_of(e.event) == step]


def _step_of(event: AnyEvent) -> str | None:
    step = getattr(event, "step", None)
    return step if isinstance(step, str) else None


def _level_of(event: AnyEvent) -> int:
    match event:
        case LogLine():
            return event.level
        case StepFailed() | RunFailed():
            return logging.ERROR
        case StepUpForRetry():
            return logging.WARNING
        case CheckEvaluated() if not event.passed:
            return logging.WARNING if event.severity == "WARN" else logging.ERROR
        case _:
            return logging.INFO


def _as_json(stored: StoredEvent) -> dict[str, object]:
    facts = _facts.decode(encode_event(stored.event))
    return {"id": stored.id, "run": stored.run, "at": stored.at, **facts}


def _print(stored: StoredEvent, home: Path | None) -> None:
    at = datetime.fromtimestamp(stored.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    level = logging.getLevelName(_level_of(stored.event))
    step = _step_of(stored.event)
    where = f"{step}: " if step else ""
    click.echo(f"{at} {level:<8} {where}{_sentence(stored.event)}")
    match stored.event:
        case StepFailed() | StepUpForRetry():
            click.echo(indented(error_lines(stored.event.error)))
        case RunFailed() if stored.event.error is not None:
            click.echo(indented(error_lines(stored.event.error)))
        case LogsCaptured() if home is not None:
            _print_captured(home / stored.event.path)
        case _:
            pass


def _print_captured(path: Path) -> None:
    """Print the captured streams of a step; `path` lacks the endings of their files."""
    files = [path.with_name(f"{path.name}.{stream}") for stream in ("out", "err")]
    for file in files:
        if not file.is_file():
            continue
        text = file.read_text(encoding="utf-8", errors="replace").rstrip()
        if text:
            click.echo(indented(text.splitlines()))


def _sentence(event: AnyEvent) -> str:
    match event:
        case LogLine():
            return event.message
        case StepStarted():
            return "started" if event.attempt == 1 else f"started, attempt {event.attempt}"
        case StepSucceeded():
            return f"succeeded in {duration(event.took)}"
        case StepFailed():
            return f"failed after {duration(event.took)}"
        case StepUpForRetry():
            return f"attempt {event.attempt} failed; trying again in {duration(event.delay)}"
        case StepSkipped():
            return f"skipped: {event.because}" if event.because else "skipped"
        case AssetMaterialized() | AssetObserved():
            return _asset_sentence(event)
        case CheckEvaluated():
            said = verdict(passed=event.passed, severity=event.severity)
            return f"check {event.asset}:{event.name} {said}"
        case RunFailed():
            return f"run failed: {event.reason}"
        case _:
            return kind_of(event).replace("_", " ")


def _asset_sentence(event: AssetMaterialized | AssetObserved) -> str:
    did = "materialized" if isinstance(event, AssetMaterialized) else "observed"
    partition = f" [{event.partition}]" if event.partition else ""
    facts = ", ".join(f"{name}: {render(value)}" for name, value in event.metadata.items())
    return f"{did} {event.asset}{partition}" + (f" ({facts})" if facts else "")
