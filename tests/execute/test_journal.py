from __future__ import annotations

import pytest

from penstock.errors import FencedError, OutageError, StoreFullError
from penstock.execute.journal import RunJournal
from penstock.model.events import LogLine, Remark
from penstock.model.run import RunFilter
from penstock.store.memory import MemoryStore
from penstock.store.protocol import EventFilter, Store
from penstock.testing.faulty_store import FailsNow, NoFault, TellsOfFailure, faulty
from penstock.testing.store_values import started
from penstock.testing.time import ManualClock


def journal_on(
    store: Store, memory: MemoryStore, clock: ManualClock, *, hurried: bool = False
) -> RunJournal:
    run = started(memory)
    lease = memory.take_lease(run.id, owner="me", at=1.0)
    return RunJournal(store, lease, clock=clock, hurried=lambda: hurried)


def lines(store: Store) -> list[str]:
    found = store.events(EventFilter(kinds=("log_line",)))
    return [stored.event.message for stored in found if isinstance(stored.event, LogLine)]


def test_events_are_written_in_order_and_once():
    memory = MemoryStore()
    journal = journal_on(memory, memory, ManualClock())

    journal.write([LogLine("a"), LogLine("b")])
    journal.write([LogLine("c")])

    assert lines(memory) == ["a", "b", "c"]


@pytest.mark.parametrize("times", [1, 3])
def test_a_write_that_was_kept_and_told_as_failed_is_not_done_again(times: int):
    memory = MemoryStore()
    journal = journal_on(faulty(memory, TellsOfFailure(0, times=times)), memory, ManualClock())

    journal.write([LogLine("a"), LogLine("b")])
    journal.write([LogLine("c")])

    assert lines(memory) == ["a", "b", "c"]


def test_remarks_of_others_do_not_hide_a_write_that_was_kept():
    memory = MemoryStore()
    clock = ManualClock()

    class Remarked(TellsOfFailure):
        def after(self, method: str) -> None:
            memory.report([Remark("by the way")], at=0.0, run=started_run)
            super().after(method)

    journal = journal_on(faulty(memory, Remarked(0)), memory, clock)
    (record,) = memory.runs(RunFilter())
    started_run = record.id

    journal.write([LogLine("a"), LogLine("b")])
    journal.write([LogLine("c")])

    assert lines(memory) == ["a", "b", "c"]


def test_a_write_that_another_owner_overtook_is_refused():
    memory = MemoryStore()

    class TakenOver(NoFault):
        def before(self, method: str) -> None:
            super().before(method)
            if self.calls == ["append"]:
                (run,) = memory.runs(RunFilter())
                memory.take_lease(run.id, owner="you", at=2.0)
                raise StoreFullOnce("gone")

    class StoreFullOnce(OutageError):
        pass

    journal = journal_on(faulty(memory, TakenOver()), memory, ManualClock())

    with pytest.raises(FencedError):
        journal.write([LogLine("a")])
    assert lines(memory) == []


def test_a_store_that_stays_away_is_given_up_after_a_bounded_number_of_tries():
    memory, clock, away = MemoryStore(), ManualClock(), FailsNow(reads=True)
    journal = journal_on(faulty(memory, away), memory, clock)
    away.on = True

    with pytest.raises(OutageError, match="append was refused"):
        journal.write([LogLine("a")])

    assert away.calls == ["append"] * 10
    assert clock.monotonic() == pytest.approx(16.35)


def test_who_interrupts_does_not_wait_for_another_try():
    memory, clock, away = MemoryStore(), ManualClock(), FailsNow(reads=True)
    journal = journal_on(faulty(memory, away), memory, clock, hurried=True)
    away.on = True

    with pytest.raises(OutageError):
        journal.write([LogLine("a")])

    assert away.calls == ["append"]


def test_a_full_disk_is_told_at_once():
    memory, clock = MemoryStore(), ManualClock()

    class Full(NoFault):
        def before(self, method: str) -> None:
            super().before(method)
            raise StoreFullError("full")

    fault = Full()
    journal = journal_on(faulty(memory, fault), memory, clock)

    with pytest.raises(StoreFullError):
        journal.write([LogLine("a")])

    assert (fault.calls, clock.monotonic()) == (["append"], 0.0)
