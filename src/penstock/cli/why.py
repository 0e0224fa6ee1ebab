"""`penstock why`: the state of one asset, its cause, and what would be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import click

from penstock.base.clock import Instant
from penstock.base.text import ago, counted
from penstock.cli import wiring
from penstock.cli.options import Target, json_option, target_options
from penstock.cli.output import print_json, quoted
from penstock.cli.progress import verdict as check_verdict
from penstock.errors import UsageError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.staleness import ALREADY_FRESH, Freshness, Staleness
from penstock.graph.status import freshness_of, upstream_partitions
from penstock.instance import Instance
from penstock.model.asset_state import CheckHead, PartitionHead
from penstock.model.events import AssetFailed
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord
from penstock.plan.request import partition_meant, resolve_partition
from penstock.store.protocol import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """When something was made, by which run, and why that run ran."""

    asset: AssetKey
    partition: str | None
    at: Instant
    run: RunRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that is known of one partition of an asset.

    Attributes:
        cause: The upstream change that is to blame, if one is.
        last: Its own last making.
        failure: The run whose attempt failed since, if one did.
        failed_because: What that attempt said.
        blocked_by: What it reads that is not made yet.
    """

    key: AssetKey
    partition: str | None
    verdict: Staleness
    cause: Making | None
    last: Making | None
    failure: RunRecord | None
    failed_because: str
    checks: tuple[CheckHead, ...]
    blocked_by: tuple[AssetKey, ...]

    @property
    def next_command(self) -> str | None:
        """What to type to make it fresh; None if it is."""
        if self.verdict.state is Freshness.FRESH and self.failure is None:
            return None
        name = self.key.to_user_string()
        what = f'"*{name}"' if self.blocked_by else name
        partition = f" --partition {quoted(self.partition)}" if self.partition else ""
        return f"penstock materialize {what}{partition}"


@click.command(
    epilog="""\b
Examples:
  penstock why orders
  penstock why orders --partition 2024-10-15
"""
)
@click.argument("asset")
@click.option("--partition", metavar="KEY", help="The partition to explain.")
@json_option
@target_options
def why(*, target: Target, asset: str, partition: str | None, as_json: bool) -> None:
    """Explain why ASSET is fresh, stale or missing, and what would be run next."""
    loaded = wiring.loaded_definitions(target)
    graph = loaded.graph
    key = wiring.one_asset(graph, asset)
    node = graph.node(key)
    if node.node is None:
        raise UsageError(f"Asset '{key}' is made elsewhere; Penstock only reads it.")
    with wiring.opened_instance() as instance:
        wiring.observe_sources(loaded, instance)
        if node.partitions is not None and partition is None:
            _print_overview(graph, instance, key, as_json=as_json)
            return
        if partition is None or node.partitions is None:
            resolve_partition(
                graph, {key}, partition=partition, partition_range=None, now=wiring.now_of(instance)
            )
        else:
            partition = partition_meant(graph, {key}, partition, now=wiring.now_of(instance))
        found = explain(graph, instance, key, partition=partition)
        now = instance.clock.now()
    if as_json:
        print_json(_as_json(found))
    else:
        _print(found, now=now)


def explain(
    graph: AssetGraph, instance: Instance, key: AssetKey, *, partition: str | None
) -> Explanation:
    """Gather all that is known of one partition of an asset."""
    store, now = instance.store, wiring.now_of(instance)
    partitions = graph.node(key).partitions
    heads = wiring.partition_statuses(graph, instance).heads(
        key,
        None
        if partitions is None or partition is None
        else partitions.subset_with_partition_keys([partition]),
    )
    verdict = freshness_of(graph, key, partitions=[partition], heads=heads, now=now)[partition]
    head = heads[key].get(partition)
    failed_run = head.failed_run if head is not None else None
    failed = store.event(head.failed) if head is not None and head.failed is not None else None
    missing: list[AssetKey] = []
    cause = None
    for upstream in graph.parents(key):
        read = upstream_partitions(graph, key, upstream, partition=partition, now=now)
        known = heads.get(upstream, {})
        made = [h for p in read if (h := known.get(p)) is not None and h.at is not None]
        if not made and upstream in graph.executable_keys and not store.partition_keys(upstream):
            missing.append(upstream)
        if upstream == verdict.cause and made:
            cause = _making(store, max(made, key=_made_at))
    return Explanation(
        key=key,
        partition=partition,
        verdict=verdict,
        cause=cause,
        last=_making(store, head) if head is not None else None,
        failure=store.run(failed_run) if failed_run is not None else None,
        failed_because=(
            failed.event.reason
            if failed is not None and isinstance(failed.event, AssetFailed)
            else ""
        ),
        # A check without partitions looks at the asset as a whole, whichever was made.
        checks=tuple(c for c in store.check_heads(key) if c.partition in (partition, None)),
        blocked_by=tuple(missing),
    )


def _made_at(head: PartitionHead) -> Instant:
    return head.at or 0.0


def _making(store: Store, head: PartitionHead) -> Making | None:
    if head.at is None or head.materialized is None:
        return None
    run = store.run(head.run) if head.run is not None else None
    return Making(asset=head.asset, partition=head.partition, at=head.at, run=run)


def _print(found: Explanation, *, now: Instant) -> None:
    partition = f" [{found.partition}]" if found.partition else ""
    reason = found.verdict.reason
    if found.verdict.state is Freshness.FRESH:
        reason = "fresh - made of what there is now"
    click.echo(f"{found.key}{partition}: {reason}")
    if found.cause is not None:
        click.echo(f"  Upstream {_told(found.cause, now=now)}")
    if found.failure is not None:
        said = f": {found.failed_because}" if found.failed_because else "."
        click.echo(f"  The newest attempt failed in run {found.failure.id}{said}")
    if found.last is not None:
        click.echo(f"\nLast made: {_told(found.last, now=now)}")
    if found.checks:
        click.echo("\nChecks:")
        for check in found.checks:
            said = check_verdict(passed=check.passed, severity=check.severity)
            click.echo(f"  {check.name} [{said}] {ago(now - check.at)}")
    click.echo()
    if found.blocked_by:
        names = ", ".join(key.to_user_string() for key in found.blocked_by)
        click.echo(f"It reads what is not made yet: {names}.")
    command = found.next_command
    click.echo(f"Next: {command}" if command else "Next: nothing; a run would change nothing.")


def _told(making: Making, *, now: Instant) -> str:
    partition = f" [{making.partition}]" if making.partition else ""
    text = f"{making.asset}{partition} was made {ago(now - making.at)}"
    if making.run is None:
        return text
    because = f", for {making.run.spec.why}" if making.run.spec.why else ""
    return f"{text} by run {making.run.id}{because}"


def _as_json(found: Explanation) -> dict[str, object]:
    return {
        "asset": found.key.to_user_string(),
        "partition": found.partition,
        "state": found.verdict.state.value,
        "reason": found.verdict.reason,
        "code": found.verdict.code,
        "cause": _making_as_json(found.cause),
        "last_made": _making_as_json(found.last),
        "failed_run": found.failure.id if found.failure is not None else None,
        "checks": [
            {"name": c.name, "passed": c.passed, "severity": c.severity, "at": c.at}
            for c in found.checks
        ],
        "blocked_by": [key.to_user_string() for key in found.blocked_by],
        "next": found.next_command,
    }


def _making_as_json(making: Making | None) -> Mapping[str, object] | None:
    if making is None:
        return None
    return {
        "asset": making.asset.to_user_string(),
        "partition": making.partition,
        "at": making.at,
        "run": making.run.id if making.run is not None else None,
        "why": making.run.spec.why if making.run is not None else None,
    }


def _print_overview(graph: AssetGraph, instance: Instance, key: AssetKey, *, as_json: bool) -> None:
    """Count the partitions of an asset by the reason for their state, with one example of each."""
    node = graph.node(key)
    assert node.partitions is not None
    reasons = wiring.partition_statuses(graph, instance).status(key).reasons
    found = sorted(reasons.items(), key=lambda entry: -len(entry[1]))
    examples = {reason: next(iter(some)) for reason, some in found}
    total = sum(len(some) for some in reasons.values())
    if as_json:
        print_json(
            {
                "asset": key.to_user_string(),
                "partitions": total,
                "reasons": [
                    {"reason": reason, "count": len(some), "example": examples[reason]}
                    for reason, some in found
                ],
            }
        )
        return
    click.echo(f"{key} has {counted(total, node.partitions.noun)}:")
    for reason, some in found:
        click.echo(f"  {len(some):,} {reason}, like {examples[reason]}")
    if examples:
        unlike = [example for reason, example in examples.items() if reason != ALREADY_FRESH]
        example = next(iter([*unlike, *examples.values()]))
        click.echo(f"\nExplain one with: penstock why {key} --partition {quoted(example)}")
