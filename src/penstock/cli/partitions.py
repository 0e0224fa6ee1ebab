"""`penstock partitions`: where the partitions of an asset stand, and the keys of dynamic ones.

Owns the pages and their JSON. A million partitions are counted, not walked over.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from penstock.base.text import counted, did_you_mean
from penstock.cli import wiring
from penstock.cli.options import Target, json_option, target_options
from penstock.cli.output import print_json, print_table, quoted
from penstock.errors import UsageError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.partition_status import PartitionStatus, Standing
from penstock.model.keys import AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.plan.request import partition_meant
from penstock.plan.slices import slice_of


class _ShowsByDefault(click.Group):
    """A group whose `show` is meant where no command is named."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a word that is none is an asset."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["show", *args]
        return super().resolve_command(ctx, args)


@click.group(
    cls=_ShowsByDefault,
    epilog="""\b
Examples:
  penstock partitions orders
  penstock partitions orders --status failed --limit 100
  penstock partitions sales --slice region=eu --ranges
  penstock partitions add files 2024-01.csv 2024-02.csv
""",
)
def partitions() -> None:
    """Show where the partitions of an asset stand; list, add and delete dynamic keys.

    `penstock partitions ASSET` is short for `penstock partitions show ASSET`.
    """


@partitions.command(
    epilog="""\b
Examples:
  penstock partitions show orders
  penstock partitions show orders --status missing --ranges
  penstock partitions show orders --limit 100 --after 2024-03-09
  penstock partitions show sales --slice region=eu,day=2024-01-01...2024-01-31
"""
)
@click.argument("asset")
@click.option(
    "--status",
    "standing",
    type=click.Choice([str(standing) for standing in Standing]),
    help="Only partitions that stand so; materialized includes stale.",
)
@click.option("--slice", "by_dimension", metavar="DIM=KEYS", help="Only these, by dimension.")
@click.option("--ranges", is_flag=True, help="Show ranges of keys instead of single ones.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="How many lines."
)
@click.option("--after", metavar="KEY", help="Go on after this partition.")
@json_option
@target_options
def show(
    *,
    target: Target,
    asset: str,
    standing: str | None,
    by_dimension: str | None,
    ranges: bool,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """Count the partitions of ASSET by status, and list some of them.

    materialized: made. failed: the newest attempt failed. in-progress: an unfinished run or
    backfill is to make it. missing: never made. stale: made, and its code or an input changed.
    """
    graph = wiring.loaded_definitions(target).graph
    key = wiring.one_asset(graph, asset)
    definition = graph.node(key).partitions
    if definition is None:
        raise UsageError(f"Asset '{key}' has no partitions. `penstock why {key}` explains it.")
    wanted = Standing(standing) if standing is not None else None
    with wiring.opened_instance() as instance:
        now = wiring.now_of(instance)
        stood = wiring.partition_statuses(graph, instance).status(key, most=wiring.MOST_COMPARED)
        if by_dimension is not None:
            stood = stood.within(slice_of(definition, by_dimension, now=now))
        if after is not None:
            after = partition_meant(graph, {key}, after, now=now)
        if ranges:
            _show_ranges(key, stood, wanted, limit=limit, as_json=as_json)
        else:
            _show_page(key, stood, wanted, limit=limit, after=after, as_json=as_json)


def _show_page(
    key: AssetKey,
    stood: PartitionStatus,
    wanted: Standing | None,
    *,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    page = stood.page(limit=limit + 1, after=after, standing=wanted)
    shown, has_more = page[:limit], len(page) > limit
    if as_json:
        found = [{"partition": each, "status": str(status)} for each, status in shown]
        last = shown[-1][0] if shown and has_more else None
        print_json({**_counts_as_json(key, stood), "partitions": found, "after": last})
        return
    _print_counts(key, stood)
    if shown:
        click.echo()
        print_table(("PARTITION", "STATUS"), [(each, str(status)) for each, status in shown])
    if has_more and shown:
        click.echo(f"\nMore with --after {quoted(shown[-1][0])}, or as ranges with --ranges.")


def _show_ranges(
    key: AssetKey, stood: PartitionStatus, wanted: Standing | None, *, limit: int, as_json: bool
) -> None:
    chosen = [wanted] if wanted is not None else list(Standing)
    found = [
        (standing, piece) for standing in chosen for piece in stood.ranges(standing, limit=limit)
    ]
    if as_json:
        ranges = [
            {"status": str(standing), "first": first, "last": last}
            for standing, (first, last) in found
        ]
        print_json({**_counts_as_json(key, stood), "ranges": ranges})
        return
    _print_counts(key, stood)
    if found:
        click.echo()
        rows = [(str(standing), first, last) for standing, (first, last) in found]
        print_table(("STATUS", "FIRST", "LAST"), rows)


def _counts_as_json(key: AssetKey, stood: PartitionStatus) -> dict[str, object]:
    return {
        "asset": key.to_user_string(),
        "total": len(stood.existing),
        "counts": {str(standing): n for standing, n in stood.counts().items()},
        "not_compared": len(stood.not_compared),
    }


def _print_counts(key: AssetKey, stood: PartitionStatus) -> None:
    click.echo(f"{key} has {counted(len(stood.existing), stood.definition.noun)}:")
    for standing, n in stood.counts().items():
        if n or standing is Standing.MATERIALIZED:
            click.echo(f"  {n:,} {standing}")
    left = len(stood.not_compared)
    if left:
        click.echo(f"  {left:,} of the materialized ones are not compared with their inputs yet;")
        click.echo(f"  `penstock why {key}` compares them all.")


# -- dynamic keys


@partitions.command("list", epilog="\b\nExample:\n  penstock partitions list files")
@click.argument("definition")
@json_option
@target_options
def list_keys(*, target: Target, definition: str, as_json: bool) -> None:
    """List the keys of the dynamic partitions DEFINITION, in the order they were added."""
    name = _dynamic(wiring.loaded_definitions(target).graph, definition)
    with wiring.opened_instance() as instance:
        keys = instance.store.dynamic_partitions(name)
    if as_json:
        print_json({"definition": name, "partitions": keys})
        return
    for key in keys:
        click.echo(key)


@partitions.command(epilog="\b\nExample:\n  penstock partitions add files 2024-01.csv 2024-02.csv")
@click.argument("definition")
@click.argument("keys", nargs=-1, required=True)
@json_option
@target_options
def add(*, target: Target, definition: str, keys: tuple[str, ...], as_json: bool) -> None:
    """Add KEYS to the dynamic partitions DEFINITION; ones that are there stay."""
    name = _dynamic(wiring.loaded_definitions(target).graph, definition)
    with wiring.opened_instance() as instance:
        before = set(instance.store.dynamic_partitions(name))
        instance.store.add_dynamic_partitions(name, keys)
    _tell(name, "added", [key for key in dict.fromkeys(keys) if key not in before], as_json=as_json)


@partitions.command(epilog="\b\nExample:\n  penstock partitions delete files 2024-01.csv")
@click.argument("definition")
@click.argument("keys", nargs=-1, required=True)
@json_option
@target_options
def delete(*, target: Target, definition: str, keys: tuple[str, ...], as_json: bool) -> None:
    """Delete KEYS from the dynamic partitions DEFINITION; what is recorded of them stays."""
    name = _dynamic(wiring.loaded_definitions(target).graph, definition)
    with wiring.opened_instance() as instance:
        existing = instance.store.dynamic_partitions(name)
        unknown = [key for key in keys if key not in existing]
        if unknown:
            raise UsageError(
                f"There is no partition '{unknown[0]}' in '{name}'."
                f"{did_you_mean(unknown[0], existing)} Nothing was deleted."
            )
        for key in keys:
            instance.store.delete_dynamic_partition(name, key)
    _tell(name, "deleted", list(dict.fromkeys(keys)), as_json=as_json)


def _tell(name: str, done: str, keys: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"definition": name, done: keys})
        return
    click.echo(f"{counted(len(keys), 'partition')} {done}.")


def _dynamic(graph: AssetGraph, name: str) -> str:
    """Return the name of dynamic partitions that some asset has."""
    known = sorted({found for key in graph.keys for found in _names(graph.node(key).partitions)})
    if name in known:
        return name
    having = f" There are: {', '.join(known)}." if known else " No asset has dynamic partitions."
    raise UsageError(
        f"No asset has dynamic partitions named '{name}'.{did_you_mean(name, known)}{having}"
    )


def _names(definition: PartitionsDefinition | None) -> list[str]:
    if isinstance(definition, MultiPartitionsDefinition):
        return [n for part in definition.partitions_defs for n in _names(part.partitions_def)]
    if isinstance(definition, DynamicPartitionsDefinition) and definition.name is not None:
        return [definition.name]
    return []
