"""Rows as values: what the columns of each statement mean, and how values are laid out for them.

It opens no connection, starts no transaction and chooses no index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.codec import decoder, encode
from penstock.base.ids import RunId
from penstock.model.asset_state import AssetHead, CheckHead, KnownAsset, PartitionHead
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.daemon import DaemonBeat
from penstock.model.events import StoredEvent, decode_event
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.model.tick import InstigatorRecord, TickRecord
from penstock.store.database import Dialect, Row, SqlValue
from penstock.store.projection import AssetChange, PartitionChange, RunChange

_SEPARATOR = "\x01"
LAST_POSITION = "\U0010ffff"
"""What comes after the position of every key that somebody would write."""


def asset_position(parts: Sequence[str]) -> str:
    """Return a text that sorts as the parts of a key do, unless they hold control characters."""
    return _SEPARATOR.join(parts)


def after_positions(first: str) -> str:
    """Return a text that comes right after the position of every key that begins with `first`."""
    return f"{first}\x02"


_spec_decoder = decoder(RunSpec)
_inputs_decoder = decoder(dict[str, str])
_backfill_decoder = decoder(BackfillRecord)
_backfill_partition_decoder = decoder(BackfillPartition)
_instigator_decoder = decoder(InstigatorRecord)
_tick_decoder = decoder(TickRecord)
_beat_decoder = decoder(DaemonBeat)
_keys_decoder = decoder(list[str])


def run_row(run: RunRecord) -> tuple[SqlValue, ...]:
    """Lay a run out as `add_run` takes it."""
    return (
        run.id,
        run.status.value,
        run.spec.job,
        run.spec.backfill,
        run.spec.root,
        run.created,
        run.updated,
        run.started,
        run.ended,
        run.version,
        run.fence,
        run.owner,
        run.plan,
        run.error,
    )


def run_change_row(change: RunChange, *, at: Instant) -> dict[str, SqlValue]:
    """Lay out the fields that `advance_run` changes."""
    return {
        "status": None if change.status is None else change.status.value,
        "canceling": change.canceling.value,
        "started": at if change.starts else None,
        "ended": at if change.ends else None,
        "owner": change.owner,
        "owner_changes": int(change.owner_changes),
        "error": change.error,
    }


def projection_statements(statements: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Return the statements that take the lists of `projection_rows`, in their order."""
    return (
        statements["advance_asset"],
        statements["materialize_partition"],
        statements["fail_partition"],
        statements["judge_check"],
    )


def projection_rows(
    changes: Mapping[int, AssetChange], *, run: RunId | None, at: Instant, dialect: Dialect
) -> tuple[list[Row], list[Row], list[Row], list[Row]]:
    """Lay out what events change of assets, by row id: a list for each projection statement."""
    heads: list[Row] = []
    made: list[Row] = []
    failed: list[Row] = []
    checks: list[Row] = []
    for asset, change in changes.items():
        counted = _counted_row(change, dialect) if dialect.counts_partitions else ()
        heads.append((*_asset_change_row(change, run=run, at=at), *counted, asset))
        for partition, part in change.partitions.items():
            column = dialect.partition(partition)
            if part.made is not None:
                made.append((asset, column, *_materialization_row(part, run=run, at=at)))
            if part.failed_id is not None:
                failed.append((asset, column, part.failed_id, part.failed_id, run))
        for (name, partition), (verdict, number) in change.checks.items():
            key = (asset, name, dialect.partition(partition))
            checks.append((*key, int(verdict.passed), verdict.severity, number, at, run))
    return heads, made, failed, checks


def _asset_change_row(change: AssetChange, *, run: RunId | None, at: Instant) -> Row:
    made = change.materialized
    is_made = made is not None
    return (
        change.newest,
        made,
        at if is_made else None,
        int(is_made),
        run,
        change.observed,
        change.failed,
        int(change.planned),
        run,
    )


def _counted_row(change: AssetChange, dialect: Dialect) -> Row:
    """Lay out which partitions will be made, and which failed; those that are so now count once."""
    made: list[str] = []
    changed: list[str] = []
    failed = 0
    for key, part in change.partitions.items():
        partition = str(dialect.partition(key))
        changed.append(partition)
        if part.made is not None:
            made.append(partition)
        if part.failed_id is not None:
            failed += 1
    return len(made), dialect.listing(made), failed, dialect.listing(changed)


def _materialization_row(part: PartitionChange, *, run: RunId | None, at: Instant) -> Row:
    event = part.made
    assert event is not None
    number = part.made_id
    inputs = encode(event.inputs) if event.inputs else None
    return (number, number, at, run, event.data_version, event.code_version, inputs)


def run_of(row: Row) -> RunRecord:
    """Read a row of `runs`."""
    key, status, created, updated, started, ended, version, fence, owner, plan, error, spec = row
    return RunRecord(
        id=key,
        spec=_spec_decoder.decode(spec),
        status=RunStatus(status),
        created=created,
        updated=updated,
        started=started,
        ended=ended,
        version=version,
        fence=fence,
        owner=owner,
        plan=plan,
        error=error,
    )


def event_of(row: Row) -> StoredEvent:
    """Read a row of `events`."""
    number, run, at, kind, body = row
    return StoredEvent(id=number, run=run, at=at, event=decode_event(kind, body))


def asset_head_of(asset: AssetKey, row: Row) -> AssetHead:
    """Read a row of `asset_heads`; its first column, the key, is given as `asset`."""
    _, materialized, at, run, observed, failed, planned_run, made, partitions_failed, wiped = row
    return AssetHead(
        asset=asset,
        materialized=materialized,
        at=at,
        run=run,
        observed=observed,
        failed=failed,
        planned_run=planned_run,
        partitions_materialized=made,
        partitions_failed=partitions_failed,
        wiped=wiped,
    )


def known_asset_of(asset: AssetKey, row: Row) -> KnownAsset:
    """Read a row of `known_assets`; its first column, the key, is given as `asset`."""
    head = asset_head_of(asset, row[:10])
    return KnownAsset(
        head=head,
        materialized=_named_event(head.materialized, "asset_materialized", row[10:13]),
        observed=_named_event(head.observed, "asset_observed", row[13:16]),
        failed=_named_event(head.failed, "asset_failed", row[16:19]),
    )


def _named_event(number: int | None, kind: str, row: Row) -> StoredEvent | None:
    run, at, body = row
    if number is None or body is None:
        return None
    return StoredEvent(id=number, run=run, at=at, event=decode_event(kind, body))


def partition_head_of(asset: AssetKey, row: Row, *, dialect: Dialect) -> PartitionHead:
    """Read a row of `partition_heads`."""
    partition, materialized, at, run, data_version, code_version, inputs, failed, failed_run = row
    return PartitionHead(
        asset=asset,
        partition=None if partition == dialect.unpartitioned else partition,
        materialized=materialized,
        at=at,
        run=run,
        data_version=data_version,
        code_version=code_version,
        inputs={} if inputs is None else _inputs_decoder.decode(inputs),
        failed=failed,
        failed_run=failed_run,
    )


def check_head_of(asset: AssetKey, row: Row, *, dialect: Dialect) -> CheckHead:
    """Read a row of `check_heads`."""
    name, partition, passed, severity, event, at, run = row
    return CheckHead(
        asset=asset,
        name=name,
        partition=None if partition == dialect.unpartitioned else partition,
        passed=bool(passed),
        severity=severity,
        event=event,
        at=at,
        run=run,
    )


def backfill_of(row: Row) -> BackfillRecord:
    """Read a row of `backfills`."""
    body, status, updated, owner = row
    saved = _backfill_decoder.decode(body)
    return replace(saved, status=BackfillStatus(status), updated=updated, owner=owner)


def backfill_partition_of(row: Row) -> BackfillPartition:
    """Read a row of `backfill_partitions`."""
    return _backfill_partition_decoder.decode(row[0])


def spec_of(row: Row) -> RunSpec:
    """Read a row of `run_spec`."""
    return _spec_decoder.decode(row[0])


def keys_of(row: Row) -> list[str]:
    """Read a JSON list of keys."""
    return _keys_decoder.decode(row[0] or "[]")


def instigator_of(row: Row) -> InstigatorRecord:
    """Read a row of `instigators`."""
    return _instigator_decoder.decode(row[0])


def tick_of(row: Row) -> TickRecord:
    """Read a row of `ticks`."""
    return _tick_decoder.decode(row[0])


def beat_of(row: Row) -> DaemonBeat:
    """Read a row of `beats`."""
    return _beat_decoder.decode(row[0])
