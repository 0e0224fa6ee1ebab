"""`penstock backfill`: plan, confirm and run a backfill, or go on with one.

Owns the order of things; the screens are in `backfill_screen`, the loop is in `control.backfills`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import NoReturn

import click

from penstock.base.ids import BackfillId
from penstock.cli import backfill_screen as screen
from penstock.cli import wiring
from penstock.cli.backfill_request import WAYS, Request, Wanted, read_request
from penstock.cli.errors import ExitCode, NothingToResumeError
from penstock.cli.options import Target, config_option, json_option, target_options
from penstock.cli.output import print_json
from penstock.cli.step_code import execution_of
from penstock.control.backfills import (
    BackfillLoop,
    BackfillPorts,
    PartitionEnded,
    reopen,
    unfinished,
)
from penstock.decide.backfill import (
    BackfillSummary,
    estimate_seconds,
    plan_backfill,
    summary,
)
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import UsageError
from penstock.execute.recovery import cancel_run
from penstock.execute.runs import interrupt_all
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.status import needs_order
from penstock.instance import Instance
from penstock.model.backfill import (
    BackfillPartition,
    BackfillRecord,
    BackfillStatus,
    PartitionState,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunStatus
from penstock.partitions.subset import PartitionsSubset

_HISTORY = 200
"""How many of the newest runs the estimate looks at."""

_MOST_LINES = 500
"""More partitions than this are shown as ranges."""

_Work = Callable[[BackfillRecord, Sequence[BackfillPartition]], int]
"""What works a backfill off and returns the exit code."""


@click.command(
    epilog="""\b
Examples:
  penstock backfill orders --from 2024-07-01 --to 2024-09-30
  penstock backfill "orders*" --partitions 2024-01-01,2024-01-15 --parallel 4
  penstock backfill sales --slice region=eu,day=2024-01-01...2024-01-31
  penstock backfill orders --all --dry-run
  penstock backfill --resume
"""
)
@click.argument("selection", required=False)
@click.option("--from", "--start-date", "start", metavar="KEY", help="The first partition.")
@click.option("--to", "--end-date", "end", metavar="KEY", help="The last one; it is made too.")
@click.option("--partition-range", metavar="A...B", help="The partitions from A to B.")
@click.option("--partitions", metavar="KEYS", help="Single partitions, separated by commas.")
@click.option(
    "--slice",
    "by_dimension",
    metavar="DIM=KEYS",
    help="Of several dimensions: those with these keys, or ranges A...B; others are taken whole.",
)
@click.option("--all", "every", is_flag=True, help="Every partition that exists.")
@click.option("--parallel", type=int, metavar="N", help="How many partitions run at once (1).")
@click.option("--delay", type=float, default=0.0, metavar="SECS", help="Wait between partitions.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--resume", is_flag=True, help="Go on with the newest unfinished backfill.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@config_option
@json_option
@target_options
@click.pass_context
def backfill(
    ctx: click.Context,
    *,
    target: Target,
    selection: str | None,
    start: str | None,
    end: str | None,
    partition_range: str | None,
    partitions: str | None,
    by_dimension: str | None,
    every: bool,
    parallel: int | None,
    delay: float,
    dry_run: bool,
    resume: bool,
    yes: bool,
    config_path: str | None,
    as_json: bool,
) -> None:
    """Make many partitions of SELECTION: a run for each, or as the backfill policy says.

    What is fresh already is skipped. A backfill that fails or is interrupted goes on with --resume,
    from any terminal.
    """
    wanted = Wanted(
        selection=selection,
        start=start,
        end=end,
        partition_range=partition_range,
        partitions=partitions,
        by_dimension=by_dimension,
        every=every,
        parallel=parallel,
        delay=delay,
        config_path=config_path,
        as_json=as_json,
        yes=yes or as_json,
        dry_run=dry_run,
    )
    _check(wanted, resume=resume)
    loaded = wiring.loaded_definitions(target)
    with wiring.working_instance() as instance:
        work = partial(_work, loaded, instance, target=target, wanted=wanted)
        code = (_resume if resume else _begin)(loaded, instance, wanted, work)
    ctx.exit(code)


def _check(wanted: Wanted, *, resume: bool) -> None:
    if wanted.parallel is not None and wanted.parallel < 1:
        raise UsageError("--parallel must be 1 or more.")
    if wanted.delay < 0:
        raise UsageError("--delay must be 0 or more seconds.")
    if resume:
        if wanted.selection or wanted.ways or wanted.dry_run or wanted.config_path:
            raise UsageError(
                "--resume goes on with the backfill as it was asked for. "
                "Leave out the selection, the partitions, --config and --dry-run."
            )
        return
    if not wanted.selection:
        raise UsageError("Say which assets, as in `penstock backfill orders --all`.")
    if len(wanted.ways) != 1 or bool(wanted.start) != bool(wanted.end):
        raise UsageError(WAYS)


# -- a new backfill


def _begin(loaded: LoadedDefinitions, instance: Instance, wanted: Wanted, work: _Work) -> int:
    request = read_request(loaded, instance, wanted)
    config = wiring.read_config(wanted.config_path)
    if wanted.dry_run:
        _show_dry_run(request, as_json=wanted.as_json)
        return ExitCode.OK
    plan = request.plan
    if not request.to_process:
        if wanted.as_json:
            _print_summary(None, summary(plan.partitions), took=0.0)
        else:
            click.echo(screen.nothing_to_do(len(request.requested)))
        return ExitCode.OK
    parallel = _workers(loaded.graph, request.assets, wanted.parallel, as_json=wanted.as_json)
    if not wanted.as_json:
        click.echo(_plan_text(instance, request, wanted.parallel, parallel))
        click.echo()
    if not wanted.yes and not _confirmed():
        click.echo("Nothing was started.", err=True)
        return ExitCode.FAILED
    now = instance.clock.now()
    record = BackfillRecord(
        id=BackfillId(instance.ids.new_id()),
        selection=request.selection,
        assets=tuple(sorted(request.assets)),
        status=BackfillStatus.REQUESTED,
        created=now,
        updated=now,
        parallel=parallel,
        total=len(plan.partitions),
        owner=wiring.owner_of(instance),
        config=config,
    )
    with wiring.claiming(instance):
        _supersede(instance, record, as_json=wanted.as_json)
        instance.store.save_backfill(record, plan.partitions)
    return work(record, plan.partitions)


def _workers(
    graph: AssetGraph, assets: AbstractSet[AssetKey], parallel: int | None, *, as_json: bool
) -> int:
    workers = parallel or 1
    ordered = needs_order(graph, assets) if workers > 1 else None
    if ordered is None:
        return workers
    if not as_json:
        click.echo(
            f"Asset '{ordered}' reads other partitions of what is made here, so the partitions "
            "run one after the other.",
            err=True,
        )
    return 1


def _plan_text(instance: Instance, request: Request, asked: int | None, parallel: int) -> str:
    runs = len(request.plan.to_process)
    return screen.plan_block(
        selection=request.selection,
        ends=request.ends,
        count=len(request.requested),
        noun=request.noun,
        fresh=request.to_skip,
        runs=None if request.most == 1 else runs,
        parallel=parallel if asked is not None else None,
        seconds=estimate_seconds(_past_durations(instance, request), runs, parallel=parallel),
    )


def _past_durations(instance: Instance, request: Request) -> list[float]:
    """Return what runs of the same assets took, in seconds: of ranges if this one makes some."""
    runs = instance.store.runs(RunFilter(statuses=(RunStatus.SUCCESS,)), limit=_HISTORY)
    is_ranged = request.most != 1
    return [
        run.ended - run.started
        for run in runs
        if (run.spec.partition_range if is_ranged else run.spec.partition) is not None
        and frozenset(run.spec.assets or ()) == request.assets
        and run.started is not None
        and run.ended is not None
    ]


def _confirmed() -> bool:
    try:
        is_sure = click.confirm("Proceed?", prompt_suffix=" ")
    except click.Abort as abort:
        if isinstance(abort.__context__, EOFError):
            click.echo(err=True)
            raise UsageError("Nobody answered. Give --yes to start without a question.") from abort
        raise
    click.echo()
    return is_sure


def _show_dry_run(request: Request, *, as_json: bool) -> None:
    """Show what would be done, partition by partition, or by range if there are many."""
    is_long = len(request.requested) > _MOST_LINES
    most = None if is_long else 1
    if as_json:
        print_json(_dry_run_as_json(request, is_long=is_long))
        return
    shown = plan_backfill(request.requested, request.reasons, most=most).partitions
    if is_long:
        shown = tuple(p for reason in request.reasons for p in _ranges_of(request, reason)) + tuple(
            p for p in shown if p.state is PartitionState.SKIPPED
        )
    runs = None if request.most == 1 else len(request.plan.to_process)
    click.echo(screen.dry_run_block(request.selection, shown, runs=runs))


def _ranges_of(request: Request, reason: str) -> Sequence[BackfillPartition]:
    some = PartitionsSubset(request.requested.definition, request.reasons[reason])
    return plan_backfill(some, {reason: some.ordinals}, most=None).partitions


def _dry_run_as_json(request: Request, *, is_long: bool) -> dict[str, object]:
    ranges = [p for reason in request.reasons for p in _ranges_of(request, reason)]
    found: dict[str, object] = {
        "selection": request.selection,
        "dry_run": True,
        "ranges": [
            {"first": p.key, "last": p.last or p.key, "count": p.size, "reason": p.reason}
            for p in ranges
        ],
        "would_process": request.to_process,
        "would_skip": request.to_skip,
    }
    if not is_long:
        each = plan_backfill(request.requested, request.reasons, most=1).partitions
        found["partitions"] = [{"partition": p.key, "reason": p.reason} for p in each]
    return found


def _supersede(instance: Instance, new: BackfillRecord, *, as_json: bool) -> None:
    """Cancel unfinished backfills of the same assets, which the new one replaces."""
    for old in unfinished(instance.store):
        if old.assets != new.assets:
            continue
        _refuse_if_worked_on(instance, old)
        if not as_json:
            click.echo(f"This replaces the unfinished backfill {old.id} of {old.selection}.\n")
        for run in instance.store.runs(RunFilter(backfill=old.id, statuses=(RunStatus.SUSPENDED,))):
            cancel_run(instance, run.id)
        instance.store.update_backfill(
            old.id, at=instance.clock.now(), status=BackfillStatus.CANCELED, owner=None
        )


def _refuse_if_worked_on(instance: Instance, record: BackfillRecord) -> None:
    if wiring.is_worked_on(instance, record):
        raise UsageError(
            f"Another process works on the backfill {record.id} of {record.selection} now. "
            "Wait until it ends, or stop it with Ctrl-C there."
        )


def _refuse_if_gone(graph: AssetGraph, record: BackfillRecord) -> None:
    gone = sorted(frozenset(record.assets) - graph.executable_keys)
    if gone:
        raise UsageError(
            f"The unfinished backfill {record.id} of {record.selection} makes the asset "
            f"'{gone[0]}', which these definitions cannot make. Name those that can with -m or -f."
        )


# -- an old one


def _resume(loaded: LoadedDefinitions, instance: Instance, wanted: Wanted, work: _Work) -> int:
    with wiring.claiming(instance):
        waiting = unfinished(instance.store)
        if not waiting:
            raise NothingToResumeError(
                "There is no unfinished backfill to resume. "
                "Start one with `penstock backfill SELECTION --all`."
            )
        record = waiting[0]
        _refuse_if_worked_on(instance, record)
        _refuse_if_gone(loaded.graph, record)
        partitions = reopen(instance.store, record)
        instance.store.update_backfill(
            record.id,
            at=instance.clock.now(),
            status=BackfillStatus.REQUESTED,
            owner=wiring.owner_of(instance),
        )
    if not wanted.as_json:
        click.echo(screen.resume_block(record.selection, summary(partitions)))
        click.echo()
    return work(record, partitions)


# -- the work


def _work(
    loaded: LoadedDefinitions,
    instance: Instance,
    record: BackfillRecord,
    partitions: Sequence[BackfillPartition],
    *,
    target: Target,
    wanted: Wanted,
) -> int:
    parallel = wanted.parallel or record.parallel
    if needs_order(loaded.graph, frozenset(record.assets)) is not None:
        parallel = 1
    execution = execution_of(loaded, target, record.config, instance)
    ports = BackfillPorts(
        store=instance.store,
        clock=instance.clock,
        launcher=wiring.PieceLauncher(loaded, instance, record, execution=execution),
        interrupt=interrupt_all,
        report=_reporter(parallel=parallel, as_json=wanted.as_json),
    )
    loop = BackfillLoop(
        ports,
        record,
        partitions=partitions,
        owner=wiring.owner_of(instance),
        parallel=parallel,
        delay=wanted.delay,
    )
    began = instance.clock.monotonic()
    try:
        result = loop.run()
    except KeyboardInterrupt:
        _tell_interrupted(as_json=wanted.as_json)
    took = instance.clock.monotonic() - began
    if wanted.as_json:
        _print_summary(record, result, took=took)
    elif result.final_status is BackfillStatus.COMPLETED_SUCCESS:
        click.echo()
        click.echo(screen.end_line(made=result.done, took=took))
    else:
        click.echo(screen.INTERRUPTED)
    is_done = result.final_status is BackfillStatus.COMPLETED_SUCCESS
    return ExitCode.OK if is_done else ExitCode.FAILED


def _tell_interrupted(*, as_json: bool) -> NoReturn:
    click.echo(screen.INTERRUPTED, err=as_json)
    raise SystemExit(ExitCode.INTERRUPTED)


def _reporter(*, parallel: int, as_json: bool) -> Callable[[PartitionEnded], None]:
    def report(ended: PartitionEnded) -> None:
        partition = ended.partition
        if as_json:
            print_json(_partition_as_json(ended))
        elif parallel > 1:
            click.echo(screen.parallel_line(partition, worker=ended.worker))
        else:
            click.echo(screen.serial_line(partition, total=ended.total))

    return report


def _partition_as_json(ended: PartitionEnded) -> dict[str, object]:
    partition = ended.partition
    return {
        "event": "partition_ended",
        "number": partition.number,
        "total": ended.total,
        "partition": partition.key,
        "last_partition": partition.last or partition.key,
        "state": partition.state.value,
        "worker": ended.worker,
        "run": partition.run,
        "took": partition.took,
        "error": partition.error,
    }


def _print_summary(record: BackfillRecord | None, counts: BackfillSummary, *, took: float) -> None:
    status = counts.final_status or BackfillStatus.REQUESTED
    print_json(
        {
            "event": "summary",
            "backfill": record.id if record is not None else None,
            "status": status.value,
            "requested": counts.requested,
            "done": counts.done,
            "failed": counts.failed,
            "skipped": counts.skipped,
            "pending": counts.pending,
            "took": took,
        }
    )
