"""`penstock status`: every asset in one line, from what is recorded and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import click

from penstock.base.clock import Instant
from penstock.base.text import ago, counted
from penstock.cli import wiring
from penstock.cli.options import Target, json_option, target_options
from penstock.cli.output import print_json, print_table
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.partition_status import PartitionStatus, Standing
from penstock.graph.status import freshness_of
from penstock.instance import Instance
from penstock.model.asset_state import AssetHead
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.store.partition_status import PartitionStatuses

_MARKS = {"fresh": "✓", "failed": "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetStatus:
    """One line: how an asset stands.

    Attributes:
        last: When its last run was created, or when it was last made outside any run.
        run: The last run that was to make it.
        done: How many of the existing partitions are made; None for an asset without.
        counts: How many of them there are of each status; None for an asset without.
        freshness: fresh, stale, missing, failed or never_run: the worst of its partitions.
    """

    key: AssetKey
    group: str
    last: Instant | None
    run: RunRecord | None
    done: int | None
    total: int | None
    counts: Mapping[Standing, int] | None
    freshness: str


@click.command(
    epilog="""\b
Examples:
  penstock status
  penstock status "orders*" --stale
  penstock status --group silver --json
"""
)
@click.argument("selection", required=False)
@click.option("--stale", is_flag=True, help="Only assets that are stale.")
@click.option("--failed", is_flag=True, help="Only assets whose last run failed.")
@click.option("--group", metavar="NAME", help="Only assets of this group.")
@json_option
@target_options
def status(
    *,
    target: Target,
    selection: str | None,
    stale: bool,
    failed: bool,
    group: str | None,
    as_json: bool,
) -> None:
    """Show for each asset its last run, its partitions and how fresh it is.

    fresh: made of what there is now. stale: its code or an input changed since. missing: some
    partitions were never made. failed: the newest attempt failed. never_run: nothing was tried.
    """
    loaded = wiring.loaded_definitions(target)
    graph = loaded.graph
    chosen = wiring.selected(graph, [selection or "*"])
    keys = [k for k in graph.keys if k in chosen and group in (None, graph.node(k).group)]
    with wiring.opened_instance() as instance:
        wiring.observe_sources(loaded, instance)
        found = statuses(graph, instance, keys)
        lost = instance.store.runs(RunFilter(statuses=(RunStatus.SUSPENDED,)))
        now = instance.clock.now()
    wanted = {name for name, is_asked in (("stale", stale), ("failed", failed)) if is_asked}
    lines = [s for s in found if not wanted or s.freshness in wanted]
    if as_json:
        print_json(
            {
                "assets": [_as_json(line) for line in lines],
                "lost_runs": [{"run": r.id, "resume": _how_to_resume(r)} for r in lost],
            }
        )
        return
    _print(lines, lost, now=now)


def statuses(graph: AssetGraph, instance: Instance, keys: Sequence[AssetKey]) -> list[AssetStatus]:
    """Find out how assets stand, in the order given."""
    newest = instance.store.asset_heads(keys)
    runs = _runs(instance, newest.values())
    statuses = wiring.partition_statuses(graph, instance)
    found: list[AssetStatus] = []
    for key in keys:
        node = graph.node(key)
        head = newest.get(key)
        run = runs.get((head.planned_run or head.run or "") if head is not None else "")
        stood = None
        if node.partitions is not None:
            stood = statuses.status(key, most=wiring.MOST_COMPARED)
        found.append(
            AssetStatus(
                key=key,
                group=node.group,
                last=run.created if run is not None else (head.at if head is not None else None),
                run=run,
                done=None if stood is None else len(stood.made),
                total=None if stood is None else len(stood.existing),
                counts=None if stood is None else stood.counts(),
                freshness=_whole(graph, instance, statuses, key) if stood is None else worst(stood),
            )
        )
    return found


def worst(stood: PartitionStatus) -> str:
    """Return the one word for a partitioned asset: the worst of its partitions."""
    if len(stood.facts.failed & stood.existing.ordinals):
        return "failed"
    if stood.made.is_empty:
        return "never_run"
    if not stood.stale.is_empty:
        return "stale"
    return "fresh" if len(stood.made) == len(stood.existing) else "missing"


def _whole(
    graph: AssetGraph, instance: Instance, statuses: PartitionStatuses, key: AssetKey
) -> str:
    """Return the one word for an asset without partitions."""
    heads = statuses.heads(key, None)
    own = heads.get(key, {}).get(None)
    if own is not None and own.failed is not None:
        return "failed"
    if own is None or own.materialized is None:
        return "never_run"
    now = wiring.now_of(instance)
    verdict = freshness_of(graph, key, partitions=[None], heads=heads, now=now)[None]
    return verdict.state.value


def _runs(instance: Instance, heads: Iterable[AssetHead]) -> dict[str, RunRecord]:
    ids = {head.planned_run or head.run for head in heads} - {None}
    matching = RunFilter(ids=tuple(run for run in ids if run is not None))
    return {run.id: run for run in instance.store.runs(matching)}


def _as_json(line: AssetStatus) -> dict[str, object]:
    return {
        "asset": line.key.to_user_string(),
        "group": line.group,
        "last_run": line.run.id if line.run is not None else None,
        "last_run_at": line.last,
        "status": line.run.status.value if line.run is not None else None,
        "partitions_done": line.done,
        "partitions_total": line.total,
        "partition_counts": None if line.counts is None else dict(line.counts),
        "freshness": line.freshness,
    }


def _print(lines: Sequence[AssetStatus], lost: Sequence[RunRecord], *, now: Instant) -> None:
    if lines:
        rows = [
            (
                line.key.to_user_string(),
                line.group,
                ago(now - line.last) if line.last is not None else "-",
                line.run.status.value if line.run is not None else "-",
                "-" if line.total is None else f"{line.done}/{line.total}",
                f"{_MARKS.get(line.freshness, '•')} {line.freshness}",
            )
            for line in lines
        ]
        print_table(("ASSET", "GROUP", "LAST RUN", "STATUS", "PARTITIONS", "FRESHNESS"), rows)
    else:
        click.echo("No asset is in that state.")
    if lost:
        click.echo(f"\n{counted(len(lost), 'run')} lost the process that worked on it:")
        for run in lost:
            what = f" [{run.spec.partition}]" if run.spec.partition else ""
            click.echo(f"  {run.id}{what}  go on with: {_how_to_resume(run)}")


def _how_to_resume(run: RunRecord) -> str:
    if run.spec.backfill is not None:
        return "penstock backfill --resume"
    return f"penstock run resume {run.id}"
