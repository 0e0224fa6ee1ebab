"""`penstock logs`: what happened in a run, line by line."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import click

from penstock.base.codec import decoder
from penstock.base.text import duration, listed
from penstock.cli import captured, wiring
from penstock.cli.options import json_option
from penstock.cli.output import error_lines, find_run, indented, print_json
from penstock.cli.progress import verdict
from penstock.errors import UsageError
from penstock.instance import Instance
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
from penstock.store.log_values import ComputeIOType
from penstock.store.protocol import EventFilter

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
_QUIET = frozenset({"asset_planned", "check_planned", "output_stored", "input_loaded"})
_facts = decoder(dict[str, object])


@click.command(
    epilog="""\b
Examples:
  penstock logs latest
  penstock logs 0190f3a2 --step orders --level WARNING
  penstock logs latest --follow
  penstock logs latest --step orders --stdout
"""
)
@click.argument("run_id", metavar="RUN")
@click.option("--step", metavar="STEP", help="Only what this step did.")
@click.option(
    "--level",
    type=click.Choice(list(_LEVELS), case_sensitive=False),
    help="Only what is at least as serious as this.",
)
@click.option(
    "--stdout", "stream", flag_value="out", help="Only what steps wrote on standard output."
)
@click.option(
    "--stderr", "stream", flag_value="err", help="Only what steps wrote on standard error."
)
@click.option("--follow", is_flag=True, help="Go on until the run has ended.")
@json_option
def logs(
    *,
    run_id: str,
    step: str | None,
    level: str | None,
    stream: str | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Show what happened in RUN: an id, the beginning of one, or `latest`."""
    with wiring.opened_instance() as instance:
        record = find_run(instance.store, run_id)
        _require_step(instance, record, step, may_come=follow)
        if stream is not None:
            captured.print_streams(
                instance, record.id, ComputeIOType(stream), step=step, follow=follow
            )
            return
        view = _View(
            instance,
            record,
            step=step,
            least=_LEVELS[level.upper()] if level else logging.NOTSET,
            as_json=as_json,
        )
        view.print_new()
        while follow and not view.is_over():
            instance.clock.sleep(captured.PAUSE)
            view.print_new()


def _require_step(
    instance: Instance, record: RunRecord, step: str | None, *, may_come: bool
) -> None:
    if step is None or (may_come and not record.status.is_finished):
        return
    events = instance.store.events(EventFilter(run=record.id))
    steps = sorted({s for e in events if (s := _step_of(e.event)) is not None})
    if step not in steps:
        raise UsageError(
            f"Run {record.id} has no step '{step}'. Its steps are {listed(steps) or 'none'}."
        )


class _View:
    """What is shown of a run, and how much of it was shown already."""

    def __init__(
        self, instance: Instance, record: RunRecord, *, step: str | None, least: int, as_json: bool
    ) -> None:
        self._instance = instance
        self._run = record.id
        self._step = step
        self._least = least
        self._as_json = as_json
        self._shown = 0
        self._was_finished = record.status.is_finished

    def is_over(self) -> bool:
        """Tell whether everything was shown."""
        if self._was_finished:
            return True
        record = self._instance.store.run(self._run)
        self._was_finished = record is None or record.status.is_finished
        if self._was_finished:
            self.print_new()
        return self._was_finished

    def print_new(self) -> None:
        """Print what was recorded since the last time."""
        for stored in self._instance.store.events(EventFilter(run=self._run, after=self._shown)):
            self._shown = stored.id
            is_wanted = self._step is None or _step_of(stored.event) == self._step
            if not is_wanted or _level_of(stored.event) < self._least:
                continue
            if self._as_json:
                print_json(_as_json(stored))
            elif self._least or kind_of(stored.event) not in _QUIET:
                _print(stored, self._instance)


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


def _print(stored: StoredEvent, instance: Instance) -> None:
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
        case LogsCaptured():
            captured.print_indented(instance, stored)
        case _:
            pass


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
