"""How long the statements take that everything waits for, on the store as it is.

Owns which questions are asked. A statement is timed as it passes, so what is measured is what runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from penstock.base.clock import Clock
from penstock.model.run import RunFilter, RunStatus
from penstock.store.database import Arguments, Database, Dialect, Row, Session, T
from penstock.store.protocol import EventFilter, Store, Watch

_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A statement, and how long it took.

    Attributes:
        question: What was asked, in words.
        took: Seconds.
        text: The statement.
        plan: How the database goes about it, a line for each step.
    """

    question: str
    took: float
    text: str
    plan: tuple[str, ...] = ()


class TimedDatabase:
    """A database that notes how long each read takes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.reads: list[tuple[str, Arguments, float]] = []

    @property
    def dialect(self) -> Dialect:
        """How it says things."""
        return self._database.dialect

    def read(self, sql: str, arguments: Arguments) -> list[Row]:
        """Run one statement, and note how long it took."""
        begun = self._clock.monotonic()
        rows = self._database.read(sql, arguments)
        self.reads.append((sql, arguments, self._clock.monotonic() - begun))
        return rows

    def write(self, job: Callable[[Session], T]) -> T:
        """Run a job in a transaction."""
        return self._database.write(job)

    def take_event_ids(self, session: Session, count: int) -> int:
        """Give out ids."""
        return self._database.take_event_ids(session, count)

    def watch(self) -> Watch:
        """Begin to watch."""
        return self._database.watch()

    def damages(self) -> list[str]:
        """Look for damage."""
        return self._database.damages()

    def bytes_used(self) -> int:
        """Return how many bytes it takes."""
        return self._database.bytes_used()

    def backup(self, to: Path, *, progress: Callable[[float], None] | None = None) -> None:
        """Write a copy."""
        self._database.backup(to, progress=progress)

    def close(self) -> None:
        """Do nothing: the database is somebody else's."""


def slow_statements(
    store: Store, timed: TimedDatabase, *, bound: float, explain: str
) -> list[Timed]:
    """Ask what commands and pages ask, and return what took longer than a bound.

    Args:
        store: A store over `timed`.
        timed: The database.
        bound: Seconds.
        explain: What asks the database for a plan, before a statement.
    """
    found: list[Timed] = []
    for question, ask in _questions(store):
        ask()  # so that what is measured is the statement, and not the disk
        timed.reads.clear()
        ask()
        for text, arguments, took in timed.reads:
            if took > bound:
                rows = timed.read(f"{explain} {text}", arguments)
                plan = tuple(str(row[-1]) for row in rows)
                found.append(Timed(question=question, took=took, text=text, plan=plan))
    return found


def _questions(store: Store) -> list[tuple[str, Callable[[], object]]]:
    questions: list[tuple[str, Callable[[], object]]] = [
        ("the newest runs", lambda: store.runs(RunFilter(), limit=_PAGE)),
        (
            "the runs under way",
            lambda: store.runs(RunFilter(statuses=(RunStatus.STARTED, RunStatus.QUEUED))),
        ),
        ("the number of failed runs", lambda: store.count_runs(_failed())),
        ("the newest events", lambda: store.events(EventFilter(), limit=_PAGE, newest_first=True)),
        ("the keys of assets", lambda: store.asset_keys(limit=_PAGE)),
        ("the heads of all assets", store.asset_heads),
        ("the backfills", lambda: store.backfills(limit=_PAGE)),
        ("the counters", store.counters),
    ]
    newest = store.runs(RunFilter(), limit=1)
    if newest:
        run = EventFilter(run=newest[0].id)
        questions.append(("the events of the newest run", lambda: store.events(run, limit=_PAGE)))
    heads = store.asset_heads()
    if heads:
        key = max(heads, key=lambda asset: heads[asset].partitions_materialized)
        name = key.to_user_string()
        history = EventFilter(asset=key)
        questions += [
            ("the newest facts of assets", lambda: store.known_assets(list(heads)[:_PAGE])),
            (f"the partitions of {name}", lambda: store.partition_keys(key)),
            (f"the checks of {name}", lambda: store.check_heads(key)),
            (
                f"the history of {name}",
                lambda: store.events(history, limit=_PAGE, newest_first=True),
            ),
        ]
    return questions


def _failed() -> RunFilter:
    return RunFilter(statuses=(RunStatus.FAILURE,))
