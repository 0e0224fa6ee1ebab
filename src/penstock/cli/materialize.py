"""`penstock materialize`: make assets now, in this process, and show each step as it ends.

Owns the request - which partitions, one run or several - and its summary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from penstock.base.text import counted, duration
from penstock.cli import wiring
from penstock.cli.errors import ExitCode
from penstock.cli.options import Target, config_option, json_option, tag_option, target_options
from penstock.cli.output import complaining, echoing, print_json, printing, run_as_json
from penstock.cli.progress import Progress
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import UsageError
from penstock.execute.runs import execute_run
from penstock.graph.status import outdated, read_by
from penstock.instance import Instance
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunStatus
from penstock.plan.request import resolve_partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to make, as the command line says it."""

    selection: Sequence[str]
    partition: str | None
    partition_range: tuple[str, str] | None
    config: Mapping[str, object]
    tags: Mapping[str, str]
    skip_fresh: bool
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """The work of one run."""

    assets: frozenset[AssetKey]
    partition: str | None = None
    partition_range: tuple[str, str] | None = None


@click.command(
    epilog="""\b
Examples:
  penstock materialize
  penstock materialize orders
  penstock materialize "orders*" --partition 2024-10-15
  penstock materialize raw clean --range 2024-10-01..2024-10-07 --skip-fresh
"""
)
@click.argument("selection", nargs=-1)
@click.option("--partition", metavar="KEY", help="The partition to make.")
@click.option("--range", "key_range", metavar="A..B", help="The partitions from A to B.")
@click.option("--skip-fresh", is_flag=True, help="Leave out what is fresh already.")
@config_option
@tag_option
@json_option
@target_options
@click.pass_context
def materialize(
    ctx: click.Context,
    *,
    target: Target,
    selection: tuple[str, ...],
    partition: str | None,
    key_range: str | None,
    skip_fresh: bool,
    config_path: str | None,
    tags: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make the assets of SELECTION and wait until they are made.

    A selection is an asset, or an expression such as "orders*" (all downstream), "+orders" (one
    step upstream), "group:raw" or "*". Several are joined. Without one, all assets are made.
    """
    request = Request(
        selection=selection or ("*",),
        partition=partition,
        partition_range=parse_range(key_range),
        config=wiring.read_config(config_path),
        tags=wiring.read_tags(tags),
        skip_fresh=skip_fresh,
        as_json=as_json,
    )
    ctx.exit(run_request(target, request))


def parse_range(text: str | None) -> tuple[str, str] | None:
    """Read `A..B` or `A...B`.

    Raises:
        UsageError: It is neither.
    """
    if text is None:
        return None
    separator = "..." if "..." in text else ".."
    first, found, last = text.partition(separator)
    if not found or not first.strip() or not last.strip():
        raise UsageError(f"'{text}' is not a range of partitions. Write FIRST..LAST.")
    return first.strip(), last.strip()


def run_request(target: Target, request: Request) -> int:
    """Make what was asked for and return the exit code."""
    loaded = wiring.loaded_definitions(target)
    with wiring.opened_instance() as instance:
        wiring.observe_sources(loaded, instance)
        assets = wiring.selected(loaded.graph, request.selection)
        pieces = _pieces(loaded, instance, assets, request)
        if not pieces:
            _tell_nothing_to_do(len(assets), as_json=request.as_json)
            return ExitCode.OK
        for number, piece in enumerate(pieces):
            if len(pieces) > 1 and not request.as_json:
                click.echo(("\n" if number else "") + f"Partition {piece.partition}")
            record = _run(loaded, instance, piece, request)
            if record.status is not RunStatus.SUCCESS:
                return ExitCode.FAILED
        return ExitCode.OK


def _pieces(
    loaded: LoadedDefinitions,
    instance: Instance,
    assets: frozenset[AssetKey],
    request: Request,
) -> list[_Piece]:
    """Split the request into runs: one, unless a range needs a run for each of its partitions."""
    graph = loaded.graph
    key, keys = resolve_partition(
        graph,
        assets,
        partition=request.partition,
        partition_range=request.partition_range,
        now=wiring.now_of(instance),
    )
    partitions: Sequence[str | None] = keys or (key,)
    if request.skip_fresh:
        wanted = _outdated(loaded, instance, assets, partitions)
        return [_Piece(assets=found, partition=p) for p, found in wanted.items() if found]
    steps = [graph.step(graph.node(a).node or "") for a in assets]
    if keys and all(step.single_run for step in steps):
        return [_Piece(assets=assets, partition_range=request.partition_range)]
    return [_Piece(assets=assets, partition=p) for p in partitions]


def _outdated(
    loaded: LoadedDefinitions,
    instance: Instance,
    assets: frozenset[AssetKey],
    partitions: Sequence[str | None],
) -> dict[str | None, frozenset[AssetKey]]:
    """Return for each partition what is not fresh; assets without partitions go with the last."""
    graph = loaded.graph
    heads = wiring.heads_of(instance.store, read_by(graph, assets))
    now = wiring.now_of(instance)
    plain = frozenset(a for a in assets if graph.node(a).partitions is None)
    keyed = assets - plain
    wanted: dict[str | None, frozenset[AssetKey]] = {}
    if keyed:
        found = outdated(graph, keyed, partitions=partitions, heads=heads, now=now)
        wanted = {p: frozenset(verdicts) for p, verdicts in found.items()}
    if plain:
        last = partitions[-1]
        found = outdated(graph, plain, partitions=[None], heads=heads, now=now)
        changed = any(wanted.values())
        wanted[last] = wanted.get(last, frozenset()) | (
            plain if changed else frozenset(found[None])
        )
    return wanted


def _run(
    loaded: LoadedDefinitions, instance: Instance, piece: _Piece, request: Request
) -> RunRecord:
    echo = echoing()
    progress = Progress(
        write=echo,
        complain=complaining(),
        checks={a: [c.name for c in loaded.graph.checks_of(a)] for a in piece.assets},
    )
    try:
        record = execute_run(
            loaded,
            instance,
            assets=piece.assets,
            partition=piece.partition,
            partition_range=piece.partition_range,
            config=request.config,
            tags=request.tags,
            why=f"`penstock materialize {' '.join(request.selection)}` on the command line",
            observer=printing(echo) if request.as_json else progress.observe,
        )
    except KeyboardInterrupt:
        if not request.as_json:
            progress.close()
        raise
    if request.as_json:
        print_json({"event": "summary", **run_as_json(record)})
    else:
        progress.close()
        _summarize(record, progress)
    return record


def _summarize(record: RunRecord, progress: Progress) -> None:
    took = (record.ended or record.updated) - (record.started or record.created)
    made = f"{counted(progress.made, 'asset')} in {duration(took)}"
    click.echo()
    if record.status is RunStatus.SUCCESS:
        click.echo(f"Run {record.id} succeeded: {made}.")
        return
    if not progress.failed:
        click.echo(record.error or "", err=True)
    click.echo(
        f"Run {record.id} failed: {made}, {counted(len(progress.failed), 'step')} failed.\n"
        f"See what happened with: penstock logs {record.id}",
        err=True,
    )


def _tell_nothing_to_do(count: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"event": "summary", "run": None, "status": "SUCCESS", "assets": []})
        return
    what = "the asset is" if count == 1 else f"all {counted(count, 'asset')} are"
    click.echo(f"Nothing to do: {what} already fresh.")
