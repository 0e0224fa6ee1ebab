"""`penstock asset list`, `show` and `materialize`."""

from __future__ import annotations

import click

from penstock.cli import wiring
from penstock.cli.materialize import Request, parse_range, run_request
from penstock.cli.options import Target, config_option, json_option, tag_option, target_options
from penstock.cli.output import print_json
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.partition_status import Standing
from penstock.graph.selection import AssetSelection
from penstock.model.keys import AssetKey


@click.group()
def asset() -> None:
    """List, show and materialize assets."""


@asset.command(
    "list",
    epilog="""\b
Examples:
  penstock asset list
  penstock asset list --select "group:raw"
""",
)
@click.option("--select", metavar="SELECTION", help="Only these assets.")
@json_option
@target_options
def list_assets(*, target: Target, select: str | None, as_json: bool) -> None:
    """Print the key of each asset, one a line, sorted."""
    graph = wiring.loaded_definitions(target).graph
    chosen = graph.keys if select is None else AssetSelection.from_string(select).resolve(graph)
    keys = sorted(chosen)
    if as_json:
        print_json([describe(graph, key) for key in keys])
        return
    for key in keys:
        click.echo(key.to_user_string())


@asset.command(epilog="\b\nExample:\n  penstock asset show orders")
@click.argument("key", metavar="ASSET")
@json_option
@target_options
def show(*, target: Target, key: str, as_json: bool) -> None:
    """Show what is declared of ASSET."""
    graph = wiring.loaded_definitions(target).graph
    asset = wiring.one_asset(graph, key)
    facts = describe(graph, asset)
    if graph.node(asset).partitions is not None:
        with wiring.opened_instance() as instance:
            stood = wiring.partition_statuses(graph, instance).status(asset, most=0)
            counts = stood.counts()
        facts["partition_counts"] = {
            str(standing): counts[standing] for standing in Standing if standing != Standing.STALE
        }
    if as_json:
        print_json(facts)
        return
    click.echo(str(facts["key"]))
    for name, value in facts.items():
        if name != "key" and value:
            click.echo(f"  {name.replace('_', ' ')}: {_shown(value)}")


@asset.command(
    epilog="""\b
Examples:
  penstock asset materialize --select "orders*" --partition 2024-10-15
  penstock asset materialize --select orders --partition-range 2024-10-01...2024-10-07
"""
)
@click.option("--select", required=True, metavar="SELECTION", help="What to make.")
@click.option("--partition", metavar="KEY", help="The partition to make.")
@click.option("--partition-range", metavar="A...B", help="The partitions from A to B.")
@config_option
@tag_option
@json_option
@target_options
@click.pass_context
def materialize(
    ctx: click.Context,
    *,
    target: Target,
    select: str,
    partition: str | None,
    partition_range: str | None,
    config_path: str | None,
    tags: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make assets now, like `penstock materialize`."""
    request = Request(
        selection=(select,),
        partition=partition,
        partition_range=parse_range(partition_range),
        config=wiring.read_config(config_path),
        tags=wiring.read_tags(tags),
        skip_fresh=False,
        as_json=as_json,
    )
    ctx.exit(run_request(target, request))


def describe(graph: AssetGraph, key: AssetKey) -> dict[str, object]:
    """Return what is declared of an asset as plain data."""
    node = graph.node(key)
    return {
        "key": key.to_user_string(),
        "description": node.description,
        "group": node.group,
        "partitions": node.partitions.describe() if node.partitions else None,
        "upstream": [k.to_user_string() for k in graph.parents(key)],
        "downstream": [k.to_user_string() for k in graph.children(key)],
        "checks": [c.name for c in graph.checks_of(key)],
        "kinds": list(node.kinds),
        "owners": list(node.owners),
        "tags": dict(node.tags),
        "code_version": node.code_version,
        "is_executable": node.node is not None,
    }


def _shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case dict():
            return ", ".join(f"{k}={v}" for k, v in value.items())  # pyright: ignore[reportUnknownVariableType]
        case _:
            return str(value)
