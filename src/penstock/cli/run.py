"""`penstock run list`, `show`, `resume`, `cancel` and `dequeue`."""

from __future__ import annotations

import click

from penstock.base.clock import Instant
from penstock.base.text import ago, duration
from penstock.cli import wiring
from penstock.cli.errors import ExitCode, NothingToResumeError
from penstock.cli.log_lines import log_format_option, loggers_for
from penstock.cli.options import Target, json_option, target_options
from penstock.cli.output import (
    complaining,
    echoing,
    find_run,
    print_json,
    print_table,
    printing,
    run_as_json,
)
from penstock.cli.progress import Progress
from penstock.cli.step_code import execution_of
from penstock.errors import UsageError
from penstock.execute.coordinators import start_queued
from penstock.execute.owners import is_alive
from penstock.execute.recovery import cancel_run, resume_run
from penstock.model.events import (
    AssetMaterialized,
    CheckEvaluated,
    StepFailed,
    StepSkipped,
    StepSucceeded,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.store.protocol import EventFilter

_SHOWN = 3
_TOLD = (StepSucceeded, StepFailed, StepSkipped, AssetMaterialized, CheckEvaluated)


@click.group()
def run() -> None:
    """List, show, resume, cancel and launch runs.

    A run is named by its id, by the beginning of it, or as `latest`.
    """


@run.command("list", epilog="\b\nExample:\n  penstock run list --status FAILURE --limit 5")
@click.option("--limit", type=click.IntRange(min=1), default=20, help="How many, newest first.")
@click.option(
    "--status",
    type=click.Choice([s.value for s in RunStatus], case_sensitive=False),
    help="Only runs of this status.",
)
@json_option
def list_runs(*, limit: int, status: str | None, as_json: bool) -> None:
    """List runs, newest first."""
    with wiring.opened_instance() as instance:
        statuses = (RunStatus(status.upper()),) if status else None
        found = instance.store.runs(RunFilter(statuses=statuses), limit=limit)
        now = instance.clock.now()
    if as_json:
        print_json([run_as_json(record) for record in found])
        return
    if not found:
        click.echo("There are no such runs." if status else "There are no runs yet.")
        return
    rows = [
        (
            r.id,
            r.status.value,
            _what(r),
            r.spec.partition or "",
            ago(now - r.created),
            _took(r, now),
        )
        for r in found
    ]
    print_table(("RUN", "STATUS", "ASSETS", "PARTITION", "CREATED", "TOOK"), rows)


@run.command(epilog="\b\nExample:\n  penstock run show latest")
@click.argument("run_id", metavar="RUN")
@json_option
def show(*, run_id: str, as_json: bool) -> None:
    """Show where a run stands and what its steps did."""
    with wiring.opened_instance() as instance:
        record = find_run(instance.store, run_id)
        events = [e.event for e in instance.store.events(EventFilter(run=record.id))]
        now = instance.clock.now()
    if as_json:
        print_json({**run_as_json(record), "events": len(events)})
        return
    facts = [
        ("Status", record.status.value),
        ("Assets", ", ".join(str(key) for key in record.spec.assets or ())),
        ("Partition", record.spec.partition or "...".join(record.spec.partition_range or ())),
        ("Backfill", record.spec.backfill or ""),
        ("Why", record.spec.why),
        ("Took", _took(record, now)),
        ("Error", record.error or ""),
    ]
    click.echo(f"Run {record.id}")
    for name, value in facts:
        if value:
            click.echo(f"  {name}: {value}")
    click.echo()
    checks: dict[AssetKey, list[str]] = {}
    for event in events:
        if isinstance(event, CheckEvaluated):
            checks.setdefault(event.asset, []).append(event.name)
    progress = Progress(write=click.echo, complain=click.echo, checks=checks)
    for event in events:
        if isinstance(event, _TOLD):
            progress.observe(event)
    progress.close()
    if record.status is RunStatus.SUSPENDED:
        click.echo(f"\nIts process died. Go on with: penstock run resume {record.id}")


@run.command(epilog="\b\nExample:\n  penstock run resume latest")
@click.argument("run_id", metavar="RUN")
@log_format_option
@json_option
@target_options
@click.pass_context
def resume(
    ctx: click.Context, *, target: Target, run_id: str, log_format: str | None, as_json: bool
) -> None:
    """Go on with a run whose process died, at its first unfinished step."""
    loaded = wiring.loaded_definitions(target)
    with wiring.working_instance() as instance:
        record = find_run(instance.store, run_id)
        if record.status is not RunStatus.SUSPENDED:
            raise NothingToResumeError(
                f"Run {record.id} is {record.status.value}; only a SUSPENDED run can be resumed."
            )
        echo = echoing()
        checks = {key: [c.name for c in loaded.graph.checks_of(key)] for key in loaded.graph.keys}
        progress = Progress(write=echo, complain=complaining(), checks=checks)
        observe = printing(echo) if as_json else progress.observe
        finished = resume_run(
            loaded,
            instance,
            record.id,
            observer=observe,
            loggers=loggers_for(log_format),
            execution=execution_of(
                loaded, target, record.spec.config, instance, job=record.spec.job
            ),
        )
    if as_json:
        print_json({"event": "summary", **run_as_json(finished)})
    else:
        progress.close()
        click.echo(f"\nRun {finished.id} ended: {finished.status.value}.")
    ctx.exit(ExitCode.OK if finished.status is RunStatus.SUCCESS else ExitCode.FAILED)


@run.command(epilog="\b\nExample:\n  penstock run cancel 0190f3a2")
@click.argument("run_id", metavar="RUN")
@json_option
def cancel(*, run_id: str, as_json: bool) -> None:
    """End a run that waits, that a worker carries out, or that nobody works on any more."""
    with wiring.opened_instance() as instance:
        record = find_run(instance.store, run_id)
        if record.status.is_finished:
            raise UsageError(f"Run {record.id} has ended already: {record.status.value}.")
        is_elsewhere = is_alive(instance.home, record.owner)
        if is_elsewhere and instance.run_launcher.can_terminate(record.id):
            instance.run_coordinator.cancel_run(record.id)
            canceled = find_run(instance.store, record.id)
        else:
            canceled = cancel_run(instance, record.id)
    if as_json:
        print_json(run_as_json(canceled))
    else:
        click.echo(f"Run {canceled.id} is canceled.")


@run.command(epilog="\b\nExample:\n  penstock run dequeue")
@json_option
def dequeue(*, as_json: bool) -> None:
    """Launch the queued runs that the limits have room for, once."""
    with wiring.working_instance() as instance:
        decision = start_queued(instance)
    if as_json:
        held = [{"run": each.run, "because": each.because} for each in decision.held]
        print_json({"started": list(decision.start), "held": held})
        return
    if not decision.start and not decision.held:
        click.echo("No run waits in the queue.")
    for started in decision.start:
        click.echo(f"Run {started} is launched.")
    for each in decision.held:
        click.echo(f"Run {each.run} waits: {each.because}.")


def _what(record: RunRecord) -> str:
    keys = [key.to_user_string() for key in record.spec.assets or ()]
    more = f" +{len(keys) - _SHOWN}" if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more


def _took(record: RunRecord, now: Instant) -> str:
    if record.started is None:
        return ""
    return duration((record.ended or now) - record.started)
