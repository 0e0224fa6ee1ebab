"""Hold the projections of a SQL store against its events.

Owns what is read and compared; `refold.py` folds, `repair.py` writes. Each asset and each run is
judged by itself, so memory does not grow with the store, and others go on writing: what differs is
read again, and is a finding only if nobody has changed it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from penstock.base.clock import Instant
from penstock.base.ids import RunId
from penstock.model.asset_state import CheckHead, PartitionHead
from penstock.model.events import AnyEvent, StoredEvent, decode_event
from penstock.model.keys import AssetKey
from penstock.model.run import RunStatus
from penstock.store import sql
from penstock.store.database import Arguments, Dialect, Row
from penstock.store.refold import AssetFacts, RunFacts, fold_asset, fold_run, trusting

_TRIES = 5
"""How often what others change meanwhile is read again."""

Read = Callable[[str, Arguments], list[Row]]
"""Runs one statement, inside a transaction or outside any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A projection that is not what the events say.

    Attributes:
        kind: What it is of.
        subject: Its name.
        what: What is wrong, as a sentence.
    """

    kind: Literal["asset", "partition", "check", "run"]
    subject: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongAsset:
    """An asset whose projections are wrong: as they are, and as the events have them."""

    id: int
    kept: AssetFacts
    right: AssetFacts


@dataclass(slots=True)
class Audit:
    """What was found.

    Attributes:
        assets: How many were judged; so for `runs`.
        unjudged: How many heads name an event that was forgotten, so that they are believed.
        busy: What others changed all the time.
    """

    differences: list[Difference] = field(default_factory=list[Difference])
    assets: int = 0
    runs: int = 0
    unjudged: int = 0
    busy: list[str] = field(default_factory=list[str])
    wrong_assets: list[WrongAsset] = field(default_factory=list[WrongAsset])
    wrong_runs: dict[RunId, RunFacts] = field(default_factory=dict[RunId, RunFacts])


class Auditor:
    """Judges a store.

    Args:
        dialect: How its database says things.
        read: Runs one statement.
    """

    def __init__(self, dialect: Dialect, read: Read) -> None:
        self._dialect = dialect
        self._sql = dialect.statements
        self._read_text = read
        self._audit = Audit()
        ((self._last, deleted),) = self._read("event_counters")
        ((self._miscounted,),) = self._read("problems.wrong_event_count")
        self._forgets = bool(deleted) and not self._miscounted

    def audit(self, tell: Callable[[str], None] | None = None) -> Audit:
        """Judge every asset and every run; `tell` is given a word of each page."""
        last = 0
        while ids := [row[0] for row in self._read("audit.asset_ids", (last,))]:
            for number in ids:
                self._judge_asset(number)
            last = ids[-1]
            if tell is not None:
                tell(f"{self._audit.assets} assets")
        after = ""
        while rows := self._read("audit.runs", (after,)):
            self._judge_runs(rows)
            after = rows[-1][0]
            if tell is not None:
                tell(f"{self._audit.runs} runs")
        return self._audit

    def _read(self, name: str, arguments: Arguments = ()) -> list[Row]:
        return self._read_text(self._sql[name], arguments)

    # -- assets

    def _judge_asset(self, number: int) -> None:
        self._audit.assets += 1
        for _ in range(_TRIES):
            kept, state, wiped_at = self._kept(number)
            folded = fold_asset(kept.key, self._events_of(number, wiped_at), hidden=state[2])
            missing = self._missing(kept)
            forgotten = missing if self._forgets else set[int]()
            right = trusting(folded, kept, forgotten=forgotten)
            found = list(_differences(kept, right, missing=missing - forgotten, last=self._last))
            if not found:
                self._audit.unjudged += len(forgotten)
                return
            if self._kept(number)[1] == state:
                right.newest = folded.newest if kept.newest > self._last else right.newest
                self._audit.differences += found
                self._audit.wrong_assets.append(WrongAsset(id=number, kept=kept, right=right))
                return
        self._audit.busy.append(f"asset {self._kept(number)[0].key.to_user_string()}")

    def _kept(self, number: int) -> tuple[AssetFacts, tuple[int, int, dict[str | None, int]], int]:
        """Read the projections of an asset, what changes when anything does, and its wipe."""
        (row,) = self._read("audit.asset", (number,))
        key, newest, wiped_at, cleared, materialized, at, run, observed, failed = row
        asset = AssetKey.from_escaped_user_string(key)
        hidden: dict[str | None, int] = dict(self._read("audit.wiped_partitions", (number,)))
        facts = AssetFacts(asset, newest, materialized, at, run, observed, failed)
        for head in self._read("audit.partition_heads", (number,)):
            part = sql.partition_head_of(asset, head[:-1], dialect=self._dialect)
            facts.parts[part.partition] = part
        for verdict in self._read("check_heads", (number,)):
            check = sql.check_head_of(asset, verdict, dialect=self._dialect)
            facts.checks[check.name, check.partition] = check
        return facts, (newest, cleared, hidden), wiped_at

    def _events_of(self, number: int, after: int) -> Iterator[StoredEvent]:
        while rows := self._read("audit.asset_events", (number, after)):
            for row in rows:
                yield sql.event_of(row)
            after = rows[-1][0]

    def _missing(self, kept: AssetFacts) -> set[int]:
        """Return the events that heads name and that are not there."""
        named = sorted(kept.pointed_to())
        if not named:
            return set()
        there = {row[0] for row in self._read("audit.there", (self._dialect.listing(named),))}
        return {number for number in named if number not in there and number <= self._last}

    # -- runs

    def _judge_runs(self, rows: Sequence[Row]) -> None:
        self._audit.runs += len(rows)
        told: dict[str, list[tuple[AnyEvent, Instant]]] = {row[0]: [] for row in rows}
        listed = (self._dialect.listing(list(told)),)
        for run, at, kind, body in self._read("audit.run_events", listed):
            told[run].append((decode_event(kind, body), at))
        for row in rows:
            self._judge_run(row, told[row[0]])

    def _judge_run(self, row: Row, events: Sequence[tuple[AnyEvent, Instant]]) -> None:
        run, status, started, ended, _ = row
        kept, right = RunFacts(RunStatus(status), started, ended), fold_run(events)
        if right is None or right == kept:
            return
        if [row] != self._read("audit.run", (run,)):
            self._audit.busy.append(f"run {run}")
            return
        what = (
            f"It is recorded as {status}, and its events make it {right.status.value}."
            if kept.status is not right.status
            else "When it started and ended is not what its events say."
        )
        self._audit.differences.append(Difference(kind="run", subject=run, what=what))
        self._audit.wrong_runs[RunId(run)] = right


def _differences(
    kept: AssetFacts, right: AssetFacts, *, missing: set[int], last: int
) -> Iterator[Difference]:
    """Compare what heads say with what is right.

    Args:
        kept: What the heads say.
        right: What the events say.
        missing: Events that heads name and that should be there.
        last: The newest event ever.
    """
    name = kept.key.to_user_string()
    for key in sorted(
        kept.parts.keys() | right.parts.keys(), key=lambda k: (k is not None, k or "")
    ):
        head, said = kept.parts.get(key), right.parts.get(key)
        if head != said:
            kind: Literal["asset", "partition"] = "asset" if key is None else "partition"
            subject = name if key is None else f"{name} [{key}]"
            yield Difference(kind=kind, subject=subject, what=_why_part(head, said, missing))
    for about in sorted(kept.checks.keys() | right.checks.keys(), key=lambda c: (c[0], c[1] or "")):
        verdict, judged = kept.checks.get(about), right.checks.get(about)
        if verdict != judged:
            place = "" if about[1] is None else f" [{about[1]}]"
            what = _why_check(verdict, judged, missing)
            yield Difference(kind="check", subject=f"{name}: {about[0]}{place}", what=what)
    wrong = list(_wrong_fields(kept, right))
    if wrong and (kept.parts == right.parts or wrong != ["materialization"]):
        fields = " and ".join(wrong)
        what = f"Its newest {fields} is not the newest that the events tell of."
        yield Difference(kind="asset", subject=name, what=what)
    if kept.newest > last:
        what = f"It names event {kept.newest}, and there was none beyond {last}."
        yield Difference(kind="asset", subject=name, what=what)
    if kept.newest < right.newest:
        what = f"It knows events up to {kept.newest}, and there is event {right.newest}."
        yield Difference(kind="asset", subject=name, what=what)


def _wrong_fields(kept: AssetFacts, right: AssetFacts) -> Iterator[str]:
    if (kept.materialized, kept.at, kept.run) != (right.materialized, right.at, right.run):
        yield "materialization"
    if kept.observed != right.observed:
        yield "observation"
    if kept.failed != right.failed:
        yield "failure"


def _why_part(head: PartitionHead | None, said: PartitionHead | None, missing: set[int]) -> str:
    if head is None:
        return "The events tell of it, and nothing is known of it."
    for number in (head.materialized, head.failed):
        if number is not None and number in missing:
            return f"It names event {number}, which is not in the store."
    if said is None:
        return "Something is known of it, and no event tells of it."
    if head.materialized != said.materialized:
        return (
            f"Its newest materialization is recorded as {_event(head.materialized)}, and the "
            f"events make it {_event(said.materialized)}."
        )
    if head.failed != said.failed:
        return (
            f"Its newest failure is recorded as {_event(head.failed)}, and the events make it "
            f"{_event(said.failed)}."
        )
    return f"What is known of it is not what {_event(head.materialized)} says."


def _why_check(head: CheckHead | None, said: CheckHead | None, missing: set[int]) -> str:
    if head is None:
        return "The events tell of a verdict, and none is known."
    if head.event in missing:
        return f"It names event {head.event}, which is not in the store."
    if said is None:
        return "A verdict is known, and no event tells of it."
    if head.event != said.event:
        return f"Its verdict is that of event {head.event}, and the newest is event {said.event}."
    return f"Its verdict is not the one that event {head.event} tells."


def _event(number: int | None) -> str:
    return "none" if number is None else f"event {number}"
