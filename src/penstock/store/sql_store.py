"""A store on a SQL database: every operation of the protocol, in statements.

Knows neither SQLite nor Postgres: what differs is in the database's dialect, and in the statements
that are written once for each (`database.py`). The groups of operations are one module each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from penstock.errors import OutageError
from penstock.store.database import Database
from penstock.store.event_listing import MATERIALIZED
from penstock.store.protocol import StoreIdentity, StoreSize
from penstock.store.sql_assets import SqlAssets
from penstock.store.sql_duties import SqlDuties
from penstock.store.sql_runs import SqlRuns

_SAMPLE = 10_000
"""How many events are measured to tell how much space each kind takes."""

_PROBLEMS = {
    "events_of_no_run": "There are {count} events of runs that the store does not hold.",
    "events_of_no_asset": "There are {count} events about assets that the store does not hold.",
    "runs_of_no_plan": "There are {count} runs whose plan the store does not hold.",
    "runs_of_no_spec": (
        "There are {count} runs of which it is not known what they were asked to do."
    ),
    "wrong_partition_counts": (
        "The numbers of partitions of {count} assets are not those of their partitions."
    ),
    "wrong_event_count": "The number of events is not the one that the store's counters say.",
}


class SqlStore(SqlRuns, SqlAssets, SqlDuties):
    """A store on a database, which it closes with itself."""

    @property
    def database(self) -> Database:
        """The database, for what looks at the rows themselves."""
        return self._database

    def counters(self) -> Mapping[str, int]:
        """Return the number of rows of each kind: runs, events, assets, backfills."""
        ((last, deleted),) = self._read("event_counters")
        counts = {"events": last - deleted}
        for kind in ("runs", "assets", "backfills"):
            ((counts[kind],),) = self._read(f"count_{kind}")
        return counts

    def identity(self) -> StoreIdentity:
        """Return which store this is."""
        ((name, epoch),) = self._read("identity")
        return StoreIdentity(name, epoch)

    def check_soundness(self) -> list[str]:
        """Look for damage and for rows that do not fit together; a sentence for each problem."""
        found = self._database.damages()
        try:
            for name, sentence in _PROBLEMS.items():
                ((count,),) = self._read(f"problems.{name}")
                if count:
                    found.append(sentence.format(count=count))
        except OutageError:
            if not found:
                raise  # otherwise it is so damaged that its rows cannot be counted
        return found

    def size(self) -> StoreSize:
        """Measure the store."""
        known = self.counters()
        counts: dict[str, int] = dict(self._read("events_per_kind"))
        rest = known["events"] - sum(counts.values())
        if rest > 0:
            counts[MATERIALIZED] = rest
        lengths = dict(self._read("bytes_per_kind", (_SAMPLE,)))
        usual = sum(lengths.values()) / len(lengths) if lengths else 0
        return StoreSize(
            bytes=self._database.bytes_used(),
            events=known["events"],
            runs=known["runs"],
            bytes_per_kind={
                kind: round(count * float(lengths.get(kind, usual)))
                for kind, count in counts.items()
            },
        )

    def backup(self, to: Path, *, progress: Callable[[float], None] | None = None) -> None:
        """Write a whole and sound copy to a new file, while others go on writing."""
        self._database.backup(to, progress=progress)

    def close(self) -> None:
        """Release every connection; the store cannot be used afterwards."""
        self._database.close()
