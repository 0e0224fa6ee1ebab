"""SQL as text and rows as values: named statements, and what their columns mean.

Owns the reading of `queries/*.sql` and the mapping between rows and the model. It opens no
connection and starts no transaction; that is `sqlite.py`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.codec import decoder, encode
from penstock.base.ids import RunId
from penstock.model.asset_state import AssetHead, CheckHead, PartitionHead
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.events import StoredEvent, decode_event
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.store.projection import AssetChange, PartitionChange, RunChange
from penstock.store.protocol import EventFilter

SqlValue = str | bytes | int | float | None
"""What a column holds."""

Row = tuple[Any, ...]
"""What sqlite3 says of a row; the schema says the rest."""

UNPARTITIONED = b""
"""What a head's `partition` column holds where the asset is not partitioned (see the schema)."""


def load_statements(folder: Path) -> dict[str, str]:
    """Read every statement in the `.sql` files of a folder, by name, without comments."""
    statements: dict[str, str] = {}
    for path in sorted(folder.glob("*.sql")):
        for block in path.read_text(encoding="utf-8").split("-- name: ")[1:]:
            name, _, rest = block.partition("\n")
            lines = [line for line in rest.splitlines() if not line.startswith("--")]
            statements[name.strip()] = "\n".join(lines).strip().rstrip(";")
    return statements


SQL = load_statements(Path(__file__).parent / "queries")
"""The text of each statement, by name."""


def as_list(values: Sequence[str]) -> str:
    """Write texts as the JSON list that a statement opens with `json_each`."""
    return encode(values).decode()


def partition_column(partition: str | None) -> str | bytes:
    """Return what a head's `partition` column holds for a partition."""
    return UNPARTITIONED if partition is None else partition


# -- queries that depend on what is asked


def runs_query(
    matching: RunFilter, *, limit: int | None, before: RunId | None
) -> tuple[str, dict[str, SqlValue]]:
    """Build the statement that lists runs, and its arguments."""
    asked: dict[str, SqlValue] = {
        "before": before,
        "ids": None if matching.ids is None else as_list(matching.ids),
        "statuses": None
        if matching.statuses is None
        else as_list([status.value for status in matching.statuses]),
        "job": matching.job,
        "backfill": matching.backfill,
        "created_after": matching.created_after,
        "created_before": matching.created_before,
    }
    clauses, arguments = _clauses("runs", asked)
    values: dict[str, list[str]] = {}
    for key, value in matching.tags:
        values.setdefault(key, []).append(value)
    for n, (key, wanted) in enumerate(values.items()):
        clauses.append(SQL["runs.tag"].replace("{n}", str(n)))
        arguments[f"key{n}"] = key
        arguments[f"values{n}"] = as_list(wanted)
    return _listing("runs", clauses, "runs.id DESC", limit), arguments


def events_query(
    matching: EventFilter, *, asset: int | None, limit: int | None, newest_first: bool
) -> tuple[str, dict[str, SqlValue]]:
    """Build the statement that reads events, and its arguments; `asset` is a row id."""
    asked: dict[str, SqlValue] = {
        "run": matching.run,
        "asset": asset,
        "partitions": None if matching.partitions is None else as_list(matching.partitions),
        "step": matching.step,
        "kinds": None if matching.kinds is None else as_list(matching.kinds),
        "after": matching.after,
        "before": matching.before,
        "since": matching.since,
    }
    clauses, arguments = _clauses("events", asked)
    statement = "events"
    if asset is not None and matching.partitions and matching.kinds == ("asset_materialized",):
        statement = "events_materialized"
        clauses.append(SQL["events.materializations"])
    order = "id DESC" if newest_first else "id"
    return _listing(statement, clauses, order, limit), arguments


def _clauses(table: str, asked: Mapping[str, SqlValue]) -> tuple[list[str], dict[str, SqlValue]]:
    given: dict[str, SqlValue] = {name: value for name, value in asked.items() if value is not None}
    return [SQL[f"{table}.{name}"] for name in given], given


def _listing(statement: str, clauses: Sequence[str], order: str, limit: int | None) -> str:
    where = f"\nWHERE {' AND '.join(clauses)}" if clauses else ""
    most = "" if limit is None else f"\nLIMIT {limit:d}"
    return f"{SQL[statement]}{where}\nORDER BY {order}{most}"


RUN_BY_ID = f"{SQL['runs']}\nWHERE {SQL['runs.id']}"
"""The statement that reads one run."""


# -- rows to values


_spec_decoder = decoder(RunSpec)
_inputs_decoder = decoder(dict[str, str])
_backfill_decoder = decoder(BackfillRecord)
_backfill_partition_decoder = decoder(BackfillPartition)


def run_row(run: RunRecord) -> tuple[SqlValue, ...]:
    """Lay a run out as `add_run` takes it."""
    return (
        run.id,
        run.status.value,
        run.spec.job,
        run.spec.backfill,
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
        "owner_changes": change.owner_changes,
        "error": change.error,
    }


def projection_rows(
    changes: Mapping[int, AssetChange], *, run: RunId | None, at: Instant
) -> list[tuple[str, list[Row]]]:
    """Lay out what events change of assets, by row id: statements and their rows, in order."""
    heads: list[Row] = []
    made: list[Row] = []
    failed: list[Row] = []
    checks: list[Row] = []
    for asset, change in changes.items():
        heads.append(_asset_change_row(asset, change, run=run, at=at))
        for partition, part in change.partitions.items():
            column = partition_column(partition)
            if part.made is not None:
                made.append((asset, column, *_materialization_row(part, run=run, at=at)))
            if part.failed_id is not None:
                failed.append((asset, column, part.failed_id, run))
        for (name, partition), (verdict, number) in change.checks.items():
            key = (asset, name, partition_column(partition))
            checks.append((*key, verdict.passed, verdict.severity, number, at, run))
    batches = [
        (SQL["advance_asset"], heads),
        (SQL["materialize_partition"], made),
        (SQL["fail_partition"], failed),
        (SQL["judge_check"], checks),
    ]
    return [(statement, rows) for statement, rows in batches if rows]


def _asset_change_row(asset: int, change: AssetChange, *, run: RunId | None, at: Instant) -> Row:
    made = change.materialized
    return (change.newest, made, made, at, made, run, change.observed, change.planned, run, asset)


def _materialization_row(part: PartitionChange, *, run: RunId | None, at: Instant) -> Row:
    event = part.made
    assert event is not None
    inputs = encode(event.inputs) if event.inputs else None
    return (part.made_id, at, run, event.data_version, event.code_version, inputs)


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
    _, materialized, at, run, observed, planned_run, made, failed = row
    return AssetHead(
        asset=asset,
        materialized=materialized,
        at=at,
        run=run,
        observed=observed,
        planned_run=planned_run,
        partitions_materialized=made,
        partitions_failed=failed,
    )


def partition_head_of(asset: AssetKey, row: Row) -> PartitionHead:
    """Read a row of `partition_heads`."""
    partition, materialized, at, run, data_version, code_version, inputs, failed, failed_run = row
    return PartitionHead(
        asset=asset,
        partition=None if partition == UNPARTITIONED else partition,
        materialized=materialized,
        at=at,
        run=run,
        data_version=data_version,
        code_version=code_version,
        inputs={} if inputs is None else _inputs_decoder.decode(inputs),
        failed=failed,
        failed_run=failed_run,
    )


def check_head_of(asset: AssetKey, row: Row) -> CheckHead:
    """Read a row of `check_heads`."""
    name, partition, passed, severity, event, at, run = row
    return CheckHead(
        asset=asset,
        name=name,
        partition=None if partition == UNPARTITIONED else partition,
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
