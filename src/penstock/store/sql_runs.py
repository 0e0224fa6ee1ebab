"""Runs in a SQL store: how they begin, advance, are leased, listed and forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.base.codec import encode
from penstock.base.ids import RunId
from penstock.errors import InvariantViolationError
from penstock.model.events import RunEvent
from penstock.model.run import RunFilter, RunRecord
from penstock.store import run_listing, sql
from penstock.store.database import Session
from penstock.store.projection import advanced, run_change, run_not_found, with_tags
from penstock.store.protocol import Lease
from penstock.store.sql_events import Batch, SqlEvents

_LAST = "\U0010ffff"
"""A text that comes after every tag that somebody would write."""


class SqlRuns(SqlEvents):
    """The operations on runs."""

    def create_run(self, run: RunRecord, *, plan: bytes, events: Sequence[RunEvent]) -> RunRecord:
        """Add a run with its plan and first events; return it with its version."""
        created = advanced(run, run_change(events), at=run.created, count=len(events))
        batch = Batch(events, run=run.id, at=run.created)
        tags = [(key, value, run.id) for key, value in run.spec.tags]

        def job(session: Session) -> RunRecord:
            if session.execute(self._sql["add_run"], sql.run_row(created)).rowcount == 0:
                raise InvariantViolationError(f"There is already a run {run.id}.")
            session.execute(self._sql["add_run_spec"], (run.id, encode(run.spec)))
            session.executemany(self._sql["add_run_tag"], tags)
            session.execute(self._sql["add_plan"], (run.plan, plan))
            self._record(session, batch)
            return created

        made = self._database.write(job)
        self._keep_asset_ids(batch)
        return made

    def append(
        self, run: RunId, events: Sequence[RunEvent], *, at: Instant, expect: int, fence: int
    ) -> tuple[int, int]:
        """Add events to a run; return its new version and the id of the first event."""
        change = run_change(events)
        count = len(events)
        batch = Batch(events, run=run, at=at)

        def job(session: Session) -> tuple[int, int]:
            if change is None:
                guard = (count, at, run, expect, fence)
                moved = session.execute(self._sql["touch_run"], guard)
            else:
                given = {"run": run, "expect": expect, "fence": fence, "count": count, "at": at}
                arguments = given | sql.run_change_row(change, at=at)
                moved = session.execute(self._sql["advance_run"], arguments)
            if moved.rowcount == 0:
                raise self._refusal(session, run, given=(expect, fence))
            return expect + count, self._record(session, batch)

        answer = self._database.write(job)
        self._keep_asset_ids(batch)
        return answer

    def take_lease(self, run: RunId, *, owner: str, at: Instant) -> Lease:
        """Make `owner` the only one who may append to the run, from now on."""

        def job(session: Session) -> Lease:
            rows = session.execute(self._sql["take_lease"], (owner, at, run)).fetchall()
            if not rows:
                raise run_not_found(run)
            ((fence, version),) = rows
            return Lease(run, owner, fence, version)

        return self._database.write(job)

    def release_lease(self, lease: Lease) -> None:
        """Give the lease up, if it is still the newest."""
        self._execute("release_lease", (lease.run, lease.fence))

    def run(self, run: RunId) -> RunRecord | None:
        """Return a run."""
        row = self._read_one("run", (run,))
        return None if row is None else sql.run_of(row)

    def runs(
        self,
        matching: RunFilter,
        *,
        limit: int | None = None,
        before: RunId | None = None,
        oldest_first: bool = False,
    ) -> list[RunRecord]:
        """List runs by their ids, newest first unless told otherwise."""
        if run_listing.asks_for_nothing(matching):
            return []
        query = run_listing.runs_query(
            self._dialect,
            matching,
            walk=self._walk(matching),
            limit=limit,
            before=before,
            oldest_first=oldest_first,
        )
        return [sql.run_of(row) for row in self._database.read(*query)]

    def count_runs(self, matching: RunFilter) -> int:
        """Return how many runs there are."""
        if run_listing.asks_for_nothing(matching):
            return 0
        walk = self._walk(matching)
        query = run_listing.count_query(self._dialect, matching, walk=walk)
        ((count,),) = self._database.read(*query)
        return count

    def change_run_tags(self, run: RunId, tags: Mapping[str, str | None], *, at: Instant) -> None:
        """Set tags of a run, and remove those given as None; its spec says them from now on."""

        def job(session: Session) -> None:
            rows = session.execute(self._sql["run_spec"], (run,)).fetchall()
            if not rows:
                raise run_not_found(run)
            spec = sql.spec_of(rows[0])
            spec = replace(spec, tags=with_tags(spec.tags, tags))
            session.execute(self._sql["change_run_spec"], (encode(spec), run))
            session.execute(self._sql["touch_run_at"], (at, run))
            session.executemany(self._sql["delete_run_tag"], [(run, key) for key in tags])
            added = [(key, value, run) for key, value in tags.items() if value is not None]
            session.executemany(self._sql["add_run_tag"], added)

        self._database.write(job)

    def run_tags(
        self,
        keys: Sequence[str] | None = None,
        *,
        prefix: str | None = None,
        limit: int | None = None,
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Return the values that tags of runs have, by key; both in the order of their text."""
        found: list[tuple[str, tuple[str, ...]]] = []
        left = limit
        for key in self.run_tag_keys() if keys is None else sorted(set(keys)):
            values = self._tag_values(key, prefix=prefix or "", limit=left)
            if values:
                found.append((key, values))
            if left is not None:
                left -= len(values)
                if left <= 0:
                    break
        return found

    def run_tag_keys(self) -> list[str]:
        """Return the keys of every tag that a run has, in the order of their text."""
        return [row[0] for row in self._read("run_tag_keys")]

    def plan(self, digest: str) -> bytes | None:
        """Return a stored plan."""
        row = self._read_one("plan", (digest,))
        return None if row is None else row[0]

    def delete_run(self, run: RunId) -> None:
        """Forget a run and its events, and its plan if no other run has it; projections stay."""
        deletion = f"{self._sql['delete_run_events']} AND {self._sql['events.under_no_head']}"

        def job(session: Session) -> None:
            rows = session.execute(self._sql["run_plan"], (run,)).fetchall()
            if not rows:
                return
            self._forget_events(session, deletion, (run,))
            session.execute(self._sql["free_run_events"], (run,))
            session.execute(self._sql["delete_run"], (run,))
            session.execute(self._sql["delete_unused_plan"], {"digest": rows[0][0]})

        self._database.write(job)

    def _walk(self, matching: RunFilter) -> run_listing.Walk:
        choices = run_listing.walks(matching)
        if not choices:
            return run_listing.ALL
        if len(choices) == 1 and choices[0].ordered:
            return choices[0]
        (counts,) = self._database.read(*run_listing.probe(self._dialect, matching, choices))
        return run_listing.shortest(choices, counts)

    def _tag_values(self, key: str, *, prefix: str, limit: int | None) -> tuple[str, ...]:
        if limit is not None and limit <= 0:
            return ()
        asked = {
            "key": key,
            "first": prefix,
            "last": prefix + _LAST,
            "most": self._most(limit),
        }
        return tuple(row[0] for row in self._read("run_tag_values", asked))
