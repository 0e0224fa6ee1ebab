from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from penstock.store.group_commit import GroupCommit, Write


class CrowdedError(Exception):
    """Too many wait."""


class Log:
    """A writer whose session is a list, and which can be made to wait."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.groups: list[int] = []
        self.begun = Event()
        self.go = Event()
        self.go.set()

    def commit(self, group: Sequence[Write[list[int], object]]) -> None:
        self.begun.set()
        assert self.go.wait(30)
        self.groups.append(len(group))
        for write in group:
            session: list[int] = []
            try:
                write.run(session)
            except ValueError as error:
                write.fail(error)
            else:
                self.kept += session
                write.settle()


def adding(number: int):
    def job(session: list[int]) -> int:
        if number < 0:
            raise ValueError(number)
        session.append(number)
        return number * 10

    return job


def test_a_job_alone_is_run_at_once() -> None:
    log = Log()
    commits = GroupCommit(log.commit)

    assert [commits.write(adding(1)), commits.write(adding(2))] == [10, 20]
    assert log.kept == [1, 2]


def test_jobs_that_wait_are_committed_together_and_each_gets_its_own_outcome() -> None:
    log = Log()
    log.go.clear()
    commits = GroupCommit(log.commit, most=3)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(commits.write, adding(0))
        assert log.begun.wait(30)
        others = [pool.submit(commits.write, adding(n)) for n in (1, -2, 3, 4, 5)]
        while len(commits._queue) < 5:
            pass
        log.go.set()
        outcomes = [future.exception() or future.result() for future in (first, *others)]

    assert [str(outcome) for outcome in outcomes] == ["0", "10", "-2", "30", "40", "50"]
    assert sorted(log.kept) == [0, 1, 3, 4, 5]
    assert log.groups == [1, 3, 2]


def test_an_interrupt_of_the_leader_leaves_the_others_to_the_next() -> None:
    log = Log()
    log.go.clear()
    interrupts = iter([KeyboardInterrupt])

    def commit(group: Sequence[Write[list[int], object]]) -> None:
        if len(group) > 1:
            for interrupt in interrupts:
                raise interrupt
        log.commit(group)

    commits = GroupCommit(commit)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(commits.write, adding(0))
        assert log.begun.wait(30)
        others = [pool.submit(commits.write, adding(n)) for n in (1, 2, 3)]
        while len(commits._queue) < 3:
            pass
        log.go.set()
        failures = [type(future.exception()) for future in (first, *others)]
    after = commits.write(adding(9))

    assert sorted(failures, key=str) == sorted(
        [type(None), KeyboardInterrupt, type(None), type(None)], key=str
    )
    assert len(log.kept) == 4
    assert after == 90


def test_a_failure_is_raised_where_the_job_was_given() -> None:
    commits = GroupCommit(Log().commit)

    with pytest.raises(ValueError, match="-7"):
        commits.write(adding(-7))


def test_a_job_that_is_not_admitted_is_refused_at_once() -> None:
    log = Log()
    log.go.clear()

    def admit(waiting: int) -> None:
        if waiting >= 2:
            raise CrowdedError(waiting)

    commits = GroupCommit(log.commit, admit=admit)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(commits.write, adding(0))
        assert log.begun.wait(30)
        others = [pool.submit(commits.write, adding(n)) for n in (1, 2)]
        while len(commits._queue) < 2:
            pass
        with pytest.raises(CrowdedError, match=r"^2$"):
            commits.write(adding(3))
        log.go.set()
        results = [future.result() for future in (first, *others)]

    assert results == [0, 10, 20]
    assert log.kept == [0, 1, 2]
