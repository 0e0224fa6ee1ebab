"""`penstock materialize`: make assets now, in this process, and show each step as it ends.

Owns the request - which partitions, one run or several - and its summary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import click

from penstock.base.text import counted, duration
from penstock.cli import wiring
from penstock.cli.errors import ExitCode
from penstock.cli.log_lines import log_format_option, loggers_for
from penstock.cli.options import Target, config_option, json_option, tag_option, target_options
from penstock.cli.output import complaining, echoing, print_json, printing, run_as_json
from penstock.cli.progress import Progress
from penstock.cli.step_code import execution_of
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import UsageError
from penstock.execute.execution import Execution
from penstock.execute.runs import execute_run
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.outdated_partitions import outdated_partitions
from penstock.graph.status import outdated
from penstock.instance import Instance
from penstock.model.asset_state import PartitionHead
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunStatus
from penstock.partitions.subset import PartitionsSubset
from penstock.plan.pieces import Piece, pieces_of
from penstock.plan.request import range_meant, resolve_partition, shared_partitions
from penstock.plan.slices import key_meant


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
    log_format: str | None = None


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
  penstock materialize sales --partition day=2024-10-15,region=eu
  penstock materialize raw clean --range 2024-10-01..2024-10-07 --skip-fresh
"""
)
@click.argument("selection", nargs=-1)
@click.option(
    "--partition",
    metavar="KEY",
    help="The partition to make; of several dimensions also as DIM=KEY,DIM=KEY.",
)
@click.option("--range", "key_range", metavar="A..B", help="The partitions from A to B.")
@click.option("--skip-fresh", is_flag=True, help="Leave out what is fresh already.")
@config_option
@tag_option
@log_format_option
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
    log_format: str | None,
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
        log_format=log_format,
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
    with wiring.working_instance() as instance:
        wiring.observe_sources(loaded, instance)
        assets = wiring.selected(loaded.graph, request.selection)
        execution = execution_of(loaded, target, request.config, instance)
        pieces = _pieces(loaded, instance, assets, request)
        if not pieces:
            _tell_nothing_to_do(len(assets), as_json=request.as_json)
            return ExitCode.OK
        for number, piece in enumerate(pieces):
            if len(pieces) > 1 and not request.as_json:
                click.echo(("\n" if number else "") + _title(piece))
            record = _run(loaded, instance, piece, request, execution)
            if record.status is not RunStatus.SUCCESS:
                return ExitCode.FAILED
        return ExitCode.OK


def _title(piece: _Piece) -> str:
    if piece.partition_range is not None:
        return f"Partitions {'...'.join(piece.partition_range)}"
    return f"Partition {piece.partition}" if piece.partition is not None else "Without partition"


def _pieces(
    loaded: LoadedDefinitions,
    instance: Instance,
    assets: frozenset[AssetKey],
    request: Request,
) -> list[_Piece]:
    """Split the request into runs: one, unless a range needs a run for each of its partitions."""
    graph = loaded.graph
    partitioned = {a for a in assets if graph.node(a).partitions is not None}
    if request.partition_range is not None and partitioned and request.partition is None:
        wanted = range_meant(
            graph, partitioned, ends=request.partition_range, now=wiring.now_of(instance)
        )
        return _pieces_of_range(loaded, instance, assets, wanted, skip_fresh=request.skip_fresh)
    key, _ = resolve_partition(
        graph,
        assets,
        partition=_key_meant(graph, partitioned, request.partition),
        partition_range=request.partition_range,
        now=wiring.now_of(instance),
    )
    if not request.skip_fresh:
        return [_Piece(assets=assets, partition=key)]
    definition = graph.node(min(partitioned)).partitions if partitioned else None
    if definition is None or key is None:
        found = _outdated_whole(graph, instance, assets)
        return [_Piece(assets=found)] if found else []
    one = definition.subset_with_partition_keys([key])
    return _pieces_of_range(loaded, instance, assets, one, skip_fresh=True)


def _key_meant(
    graph: AssetGraph, partitioned: AbstractSet[AssetKey], text: str | None
) -> str | None:
    """Return the key that a text means; what it is worth without partitions is told later."""
    if text is None or not partitioned:
        return text
    return key_meant(shared_partitions(graph, partitioned), text)


def _pieces_of_range(
    loaded: LoadedDefinitions,
    instance: Instance,
    assets: frozenset[AssetKey],
    wanted: PartitionsSubset,
    *,
    skip_fresh: bool,
) -> list[_Piece]:
    """Split partitions into the fewest runs that the backfill policies allow.

    Where what is fresh is left out, a partition is a run, and assets without partitions go with the
    last.
    """
    graph = loaded.graph
    keyed = frozenset(a for a in assets if graph.node(a).partitions is not None)
    if not skip_fresh:
        most = wiring.partitions_per_run(loaded, keyed)
        return [_piece(assets, piece) for piece in pieces_of(wanted, most=most)]
    statuses = wiring.partition_statuses(graph, instance)
    outdated = outdated_partitions(
        graph,
        {asset: statuses.facts(asset, within=wanted) for asset in sorted(keyed)},
        requested=wanted,
        now=wiring.now_of(instance),
    )
    keys = PartitionsSubset(wanted.definition, outdated.all)
    made = {
        key: frozenset(asset for asset, some in outdated.by_asset.items() if ordinal in some)
        for key, ordinal in zip(keys, keys.ordinals, strict=True)
    }
    plain = assets - keyed
    if not made:
        plain = _outdated_whole(graph, instance, plain)
    last = next(iter(wanted.definition.keys_at([list(wanted.ordinals)[-1]])))
    pieces = [_Piece(assets=a | plain if k == last else a, partition=k) for k, a in made.items()]
    return pieces if last in made or not plain else [*pieces, _Piece(assets=plain)]


def _piece(assets: frozenset[AssetKey], piece: Piece) -> _Piece:
    if piece.size == 1:
        return _Piece(assets=assets, partition=piece.first)
    return _Piece(assets=assets, partition_range=(piece.first, piece.last))


def _outdated_whole(
    graph: AssetGraph, instance: Instance, assets: frozenset[AssetKey]
) -> frozenset[AssetKey]:
    """Return those of some assets without partitions that are not fresh."""
    statuses = wiring.partition_statuses(graph, instance)
    heads: dict[AssetKey, dict[str | None, PartitionHead]] = {}
    for asset in assets:
        heads |= statuses.heads(asset, None)
    found = outdated(graph, assets, partitions=[None], heads=heads, now=wiring.now_of(instance))
    return frozenset(found[None])


def _run(
    loaded: LoadedDefinitions,
    instance: Instance,
    piece: _Piece,
    request: Request,
    execution: Execution,
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
            loggers=loggers_for(request.log_format),
            execution=execution,
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
