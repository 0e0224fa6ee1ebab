"""Events in a SQL store: how they are written with their projections, read, and forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.model.events import RunEvent, StoredEvent, encode_event, kind_of
from penstock.model.keys import AssetKey
from penstock.store import sql
from penstock.store.database import Database, Row, Session
from penstock.store.event_listing import MATERIALIZED, events_query
from penstock.store.projection import asset_changes, filed_under, partition_of
from penstock.store.protocol import EventFilter, Watch
from penstock.store.sql_part import SqlPart

_PAGE = 500
"""How many old events of one kind are looked up at once."""

_FORGETTABLE = ("under_no_head", "of_no_run_under_way")
"""The clauses of what may be forgotten."""


class Batch:
    """Events on their way into the store, encoded before anybody has to wait for it.

    Attributes:
        made: Rows of assets that its transaction made; they count once that is committed.
    """

    __slots__ = ("at", "events", "made", "rows", "run")

    def __init__(self, events: Sequence[RunEvent], *, run: RunId | None, at: Instant) -> None:
        self.events: Sequence[RunEvent] = events
        self.run: RunId | None = run
        self.at: Instant = at
        self.made: dict[AssetKey, int] = {}
        self.rows: list[tuple[str, str | None, AssetKey | None, str | None, bytes]] = [
            (
                kind_of(event),
                getattr(event, "step", None),
                filed_under(event),
                partition_of(event),
                encode_event(event),
            )
            for event in events
        ]


class SqlEvents(SqlPart):
    """The operations on events."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._batches = sql.projection_statements(self._sql)

    def report(self, events: Sequence[RunEvent], *, at: Instant, run: RunId | None = None) -> int:
        """Record events that change no run's state; return the id of the first."""
        batch = Batch(events, run=run, at=at)
        first = self._database.write(lambda session: self._record(session, batch))
        self._keep_asset_ids(batch)
        return first

    def events(
        self, matching: EventFilter, *, limit: int | None = None, newest_first: bool = False
    ) -> list[StoredEvent]:
        """Read events in the order of their ids, or the other way round."""
        asset = None
        if matching.asset is not None:
            asset = self._known_asset_id(matching.asset)
            if asset is None:
                return []
        if () in (matching.ids, matching.kinds, matching.partitions):
            return []
        query = events_query(
            self._dialect, matching, asset=asset, limit=limit, newest_first=newest_first
        )
        return [sql.event_of(row) for row in self._database.read(*query)]

    def event(self, number: int) -> StoredEvent | None:
        """Return one event by its id."""
        row = self._read_one("event", (number,))
        return None if row is None else sql.event_of(row)

    def newest_event(self) -> int:
        """Return the newest event id ever given out; 0 if there was none."""
        ((last, _),) = self._read("event_counters")
        return last

    def trim_events(self, kinds: Sequence[str], *, before: Instant, limit: int) -> int:
        """Forget the oldest events of some kinds; what is needed stays; return how many went."""
        end = self._first_from(before)
        walks = [self._old_events(kind, before=before, end=end) for kind in dict.fromkeys(kinds)]
        going = list(islice(merge(*walks), max(0, limit)))
        if not going:
            return 0
        statement, listed = self._sql["delete_events"], (self._dialect.listing(going),)
        return self._database.write(lambda session: self._forget_events(session, statement, listed))

    def count_old_events(self, kinds: Sequence[str], *, before: Instant) -> int:
        """Return how many events `trim_events` would forget without a limit."""
        asked = {"after": 0, "end": self._first_from(before), "before": before}
        count = 0
        for kind in dict.fromkeys(kinds):
            walk = f"SELECT COUNT(*) FROM (\n{self._walk_of(kind)}\n) AS old"  # noqa: S608 - all text is ours
            ((found,),) = self._database.read(walk, asked | {"kind": kind})
            count += found
        return count

    def watch(self) -> Watch:
        """Begin to watch for commits; close the watch when done."""
        return self._database.watch()

    # -- how events become rows

    def _record(self, session: Session, batch: Batch) -> int:
        """Write events and their projections; return the id of the first."""
        events, run, at = batch.events, batch.run, batch.at
        batch.made.clear()
        first = self._database.take_event_ids(session, len(events))
        changes = asset_changes(events, first=first)
        ids = {asset: self._make_asset_id(session, asset, batch.made) for asset in changes}
        rows: list[Row] = []
        for number, (kind, step, asset, partition, body) in enumerate(batch.rows, first):
            asset_id = None
            if asset is not None:
                asset_id = ids.get(asset)
                if asset_id is None:
                    asset_id = ids[asset] = self._make_asset_id(session, asset, batch.made)
            rows.append((number, run, at, kind, step, asset_id, partition, body))
        _execute_rows(session, self._sql["add_event"], rows)
        if changes:
            written = {ids[asset]: change for asset, change in changes.items()}
            lists = sql.projection_rows(written, run=run, at=at, dialect=self._dialect)
            for statement, values in zip(self._batches, lists, strict=True):
                _execute_rows(session, statement, values)
        return first

    def _make_asset_id(self, session: Session, asset: AssetKey, made: dict[AssetKey, int]) -> int:
        found = self._asset_ids.get(asset)
        if found is None:
            found = self._find_asset_id(session, asset)
            if found is None:
                key = asset.to_escaped_user_string()
                row = (key, sql.asset_position(asset.parts))
                ((found,),) = session.execute(self._sql["add_asset"], row).fetchall()
            made[asset] = found
        return found

    def _keep_asset_ids(self, batch: Batch) -> None:
        if batch.made:
            self._asset_ids.update(batch.made)

    # -- how events are forgotten

    def _first_from(self, instant: Instant) -> int:
        """Return an id below which events are older than an instant, and from which none is.

        Time goes on with the ids, so this looks at a few events, however many there are. Where the
        clock was set back in between, some old events count as young.
        """
        low, high = 0, self.newest_event() + 1
        while low < high:
            middle = (low + high) // 2
            row = self._read_one("event_from", (middle, high))
            if row is None or row[1] >= instant:
                high = middle
            else:
                low = row[0] + 1
        return high

    def _walk_of(self, kind: str) -> str:
        name = "old_materializations" if kind == MATERIALIZED else "old_events"
        clauses = (self._sql[name], *(self._sql[f"events.{clause}"] for clause in _FORGETTABLE))
        return "\nAND ".join(clauses)

    def _old_events(self, kind: str, *, before: Instant, end: int) -> Iterator[int]:
        """Walk the ids of the events of a kind that may be forgotten, oldest first."""
        walk = f"{self._walk_of(kind)}\nORDER BY id LIMIT {_PAGE}"
        asked = {"kind": kind, "before": before, "end": end, "after": 0}
        while page := self._database.read(walk, asked):
            for (number,) in page:
                yield number
            asked |= {"after": page[-1][0]}
            if len(page) < _PAGE:
                return

    def _forget_events(
        self, session: Session, statement: str, arguments: tuple[object, ...]
    ) -> int:
        """Delete events, so that their ids are not used again; return how many."""
        ((last, _),) = session.execute(self._sql["event_counters"]).fetchall()
        gone = session.execute(statement, arguments).rowcount
        session.execute(self._sql["keep_event_counters"], (last, gone))
        return gone


def _execute_rows(session: Session, statement: str, rows: Sequence[Row]) -> None:
    """Run a statement for each row; most often there is one, for which that is quicker."""
    if len(rows) == 1:
        session.execute(statement, rows[0])
    elif rows:
        session.executemany(statement, rows)
