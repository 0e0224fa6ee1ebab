"""Write the projections of a SQL store anew where the events say otherwise.

One transaction: an audit inside it finds what is wrong as it is at that moment, and only that is
written. What no event tells of is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penstock.base.codec import encode
from penstock.model.asset_state import PartitionHead
from penstock.store.audit import Auditor, Difference, WrongAsset
from penstock.store.database import Arguments, Database, Dialect, Row, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What was written.

    Attributes:
        differences: The projections that were wrong, and are as the events say now.
        counted: Assets whose partitions were counted anew.
        is_recounted: Whether the number of events was.
    """

    differences: Sequence[Difference]
    counted: int
    is_recounted: bool


def repair(database: Database) -> Repaired:
    """Rebuild what is wrong, in one transaction; nobody else writes meanwhile."""
    return database.write(lambda session: _repair(database, session))


def _repair(database: Database, session: Session) -> Repaired:
    dialect = database.dialect
    statements = dialect.statements

    def read(text: str, arguments: Arguments) -> list[Row]:
        return session.execute(text, arguments).fetchall()

    found = Auditor(dialect, read).audit()
    if found.wrong_assets:
        # An id that no event has tells views of partitions, made before, from what is now.
        number = database.take_event_ids(session, 1)
        session.execute(statements["keep_event_counters"], (number, 1))
        for wrong in found.wrong_assets:
            _write_asset(session, dialect, wrong, number=number)
    for run, facts in found.wrong_runs.items():
        row = (facts.status.value, facts.started, facts.ended, run)
        session.execute(statements["repair.run"], row)
    counted = session.execute(statements["repair.partition_counts"]).rowcount
    ((miscounted,),) = read(statements["problems.wrong_event_count"], ())
    if miscounted:
        ((last, _),) = read(statements["event_counters"], ())
        session.execute(statements["repair.event_counters"], (last, last))
    return Repaired(differences=found.differences, counted=counted, is_recounted=bool(miscounted))


def _write_asset(session: Session, dialect: Dialect, wrong: WrongAsset, *, number: int) -> None:
    statements, kept, right = dialect.statements, wrong.kept, wrong.right
    for key in kept.parts.keys() | right.parts.keys():
        if kept.parts.get(key) == right.parts.get(key):
            continue
        session.execute(statements["repair.delete_partition"], (wrong.id, dialect.partition(key)))
        if key in right.parts:
            row = (wrong.id, dialect.partition(key), *_partition_row(right.parts[key]))
            session.execute(statements["repair.add_partition"], row)
    for name, partition in kept.checks.keys() | right.checks.keys():
        verdict = right.checks.get((name, partition))
        if kept.checks.get((name, partition)) == verdict:
            continue
        place = (wrong.id, name, dialect.partition(partition))
        session.execute(statements["repair.delete_check"], place)
        if verdict is not None:
            facts = (int(verdict.passed), verdict.severity, verdict.event, verdict.at, verdict.run)
            session.execute(statements["judge_check"], (*place, *facts))
    session.execute(statements["wipe_partition_views"], (wrong.id,))
    row = {
        "asset": wrong.id,
        "number": number,
        "newest": right.newest,
        "materialized": right.materialized,
        "at": right.at,
        "run": right.run,
        "observed": right.observed,
        "failed": right.failed,
    }
    session.execute(statements["repair.asset"], row)


def _partition_row(part: PartitionHead) -> tuple[object, ...]:
    return (
        part.materialized,
        part.at,
        part.run,
        part.data_version,
        part.code_version,
        encode(part.inputs) if part.inputs else None,
        part.failed,
        part.failed_run,
        max(part.materialized or 0, part.failed or 0),
    )
