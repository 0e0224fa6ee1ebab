"""What events say of an asset or a run, folded anew, to hold the projections against.

Pure: it is given events and rows, and knows no database. What history can no longer tell is not
guessed: an event that was forgotten by the rules is taken to have said what its head says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.model.asset_state import CheckHead, PartitionHead
from penstock.model.events import (
    AnyEvent,
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
    StoredEvent,
    Unknown,
)
from penstock.model.keys import AssetKey
from penstock.model.run import RunStatus
from penstock.store.projection import RunChange, partition_of

CheckName = tuple[str, str | None]


def _no_parts() -> dict[str | None, PartitionHead]:
    return {}


def _no_checks() -> dict[CheckName, CheckHead]:
    return {}


@dataclass(slots=True)
class AssetFacts:
    """What is known of an asset: by its projections, or by its events.

    Attributes:
        newest: The newest event that is a fact of it.
        materialized: The newest materialization, with when and in which run.
    """

    key: AssetKey
    newest: int = 0
    materialized: int | None = None
    at: Instant | None = None
    run: RunId | None = None
    observed: int | None = None
    failed: int | None = None
    parts: dict[str | None, PartitionHead] = field(default_factory=_no_parts)
    checks: dict[CheckName, CheckHead] = field(default_factory=_no_checks)

    def pointed_to(self) -> set[int]:
        """Return the events that heads name."""
        named = {self.materialized, self.observed, self.failed}
        for part in self.parts.values():
            named |= {part.materialized, part.failed}
        named |= {check.event for check in self.checks.values()}
        return {number for number in named if number is not None}

    def settle(self) -> None:
        """Take the newest materialization from those of the partitions."""
        made = [part for part in self.parts.values() if part.materialized is not None]
        newest = max(made, key=lambda part: part.materialized or 0, default=None)
        self.materialized = None if newest is None else newest.materialized
        self.at = None if newest is None else newest.at
        self.run = None if newest is None else newest.run


def fold_asset(
    key: AssetKey, events: Iterable[StoredEvent], *, hidden: Mapping[str | None, int]
) -> AssetFacts:
    """Fold the facts of an asset.

    Args:
        key: The asset.
        events: Its events that are not hidden as a whole, in the order of their ids.
        hidden: Up to which event a partition was wiped.
    """
    facts = AssetFacts(key)
    for stored in events:
        facts.newest = stored.id
        event = stored.event
        if isinstance(event, Unknown):
            continue
        if isinstance(event, AssetObserved):
            facts.observed = stored.id
        if isinstance(event, AssetFailed):
            facts.failed = stored.id
        if stored.id > hidden.get(partition_of(event), 0):
            _fold_partition(facts, stored, event)
    facts.settle()
    return facts


def _fold_partition(facts: AssetFacts, stored: StoredEvent, event: AnyEvent) -> None:
    match event:
        case AssetMaterialized():
            facts.parts[event.partition] = PartitionHead(
                asset=facts.key,
                partition=event.partition,
                materialized=stored.id,
                at=stored.at,
                run=stored.run,
                data_version=event.data_version,
                code_version=event.code_version,
                inputs=event.inputs,
            )
        case AssetFailed():
            known = facts.parts.get(event.partition)
            known = known or PartitionHead(asset=facts.key, partition=event.partition)
            facts.parts[event.partition] = replace(known, failed=stored.id, failed_run=stored.run)
        case CheckEvaluated():
            facts.checks[event.name, event.partition] = CheckHead(
                asset=facts.key,
                name=event.name,
                partition=event.partition,
                passed=event.passed,
                severity=event.severity,
                event=stored.id,
                at=stored.at,
                run=stored.run,
            )
        case _:
            pass


def trusting(folded: AssetFacts, kept: AssetFacts, *, forgotten: Collection[int]) -> AssetFacts:
    """Return what events say, with what heads say of events that were forgotten by the rules.

    Args:
        folded: What the events say.
        kept: What the heads say.
        forgotten: The events that heads name and that were forgotten.
    """
    parts = dict(folded.parts)
    for key, head in kept.parts.items():
        part = _trusting_partition(parts.get(key), head, forgotten)
        if part is not None:
            parts[key] = part
    checks = dict(folded.checks)
    for name, check in kept.checks.items():
        known = checks.get(name)
        if known is not None and known.event == check.event:
            checks[name] = known if known.run is not None else replace(known, run=check.run)
        elif check.event in forgotten and (known is None or known.event < check.event):
            checks[name] = check
    facts = AssetFacts(
        folded.key,
        # What is newest may be an event that nobody needs, and that was forgotten.
        newest=max(folded.newest, kept.newest),
        observed=_newer(folded.observed, kept.observed, forgotten),
        failed=_newer(folded.failed, kept.failed, forgotten),
        parts=parts,
        checks=checks,
    )
    facts.settle()
    return facts


def _trusting_partition(
    folded: PartitionHead | None, kept: PartitionHead, forgotten: Collection[int]
) -> PartitionHead | None:
    part = folded
    made = kept.materialized
    if made is not None and made in forgotten and (part is None or (part.materialized or 0) < made):
        later = part if part is not None and (part.failed or 0) > made else None
        part = replace(
            kept,
            failed=None if later is None else later.failed,
            failed_run=None if later is None else later.failed_run,
        )
    if kept.failed is not None and kept.failed in forgotten:
        part = part or PartitionHead(asset=kept.asset, partition=kept.partition)
        if kept.failed > max(part.materialized or 0, part.failed or 0):
            part = replace(part, failed=kept.failed, failed_run=kept.failed_run)
    if part is not None:
        # The events of a deleted run do not know it any more, and the heads do.
        if part.materialized == kept.materialized and part.run is None:
            part = replace(part, run=kept.run)
        if part.failed == kept.failed and part.failed_run is None:
            part = replace(part, failed_run=kept.failed_run)
    return part


def _newer(folded: int | None, kept: int | None, forgotten: Collection[int]) -> int | None:
    return kept if kept in forgotten and (kept or 0) > (folded or 0) else folded


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Where a run stands."""

    status: RunStatus
    started: Instant | None
    ended: Instant | None


def fold_run(events: Iterable[tuple[AnyEvent, Instant]]) -> RunFacts | None:
    """Fold what became of a run; None if its events do not say."""
    status: RunStatus | None = None
    started = ended = None
    for event, at in events:
        if isinstance(event, Unknown):
            return None
        change = RunChange()
        change.apply(event)
        status = change.after(status or RunStatus.NOT_STARTED)
        started = at if change.starts and started is None else started
        ended = at if change.ends else ended
    return None if status is None else RunFacts(status, started, ended)
