"""Writes of many threads, committed together.

Owns who commits for whom; it knows no database. A thread that finds nobody committing leads at
once with its own job alone, without a thread switch. One that finds somebody queues its job;
whoever leads next takes what is queued and wakes the others. A leader serves one group and hands
over to the first that waits, so that no caller pays for the rest.

The path of a thread that is alone is kept short: it adds a microsecond to the commit.
"""

from __future__ import annotations

from _thread import LockType
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R", covariant=True)


class Write(Generic[S, R]):
    """A job, and how it ended."""

    __slots__ = ("_error", "_result", "job", "leads", "settled", "woken")

    def __init__(self, job: Callable[[S], R]) -> None:
        self.job: Callable[[S], R] = job
        # Free once it is woken. A Lock is made in a tenth of the time of an Event.
        self.woken: LockType = Lock()
        self.woken.acquire()
        self.leads: bool = False
        self.settled: bool = False
        self._result: R  # since run()
        self._error: Exception | None = None

    def run(self, session: S) -> None:
        """Run the job; it counts once `settle` says that it is committed."""
        self._result, self._error = self.job(session), None

    def settle(self) -> None:
        """Note that the job is committed."""
        self.settled = True

    def fail(self, error: Exception) -> None:
        """Note that nothing of the job was kept."""
        self._error, self.settled = error, True

    def outcome(self) -> R:
        """Return what the job gave, or raise what it failed with."""
        if self._error is not None:
            raise self._error
        return self._result


class GroupCommit(Generic[S]):
    """The queue of one writer.

    Args:
        commit: Runs the jobs of a group and settles or fails each. If it raises (an interrupt),
            the jobs that are not settled are queued again, but for the first, the leader's own.
        admit: Raises if no job may be queued behind as many as it is told.
        most: How many jobs at most make a group.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Write[S, object]]], None],
        *,
        admit: Callable[[int], None] | None = None,
        most: int = 100,
    ) -> None:
        self._commit = commit
        self._admit = admit
        self._most = most
        self._mutex = Lock()
        self._busy = False
        self._queue: list[Write[S, object]] = []

    def write(self, job: Callable[[S], T]) -> T:
        """Run a job and return its result once it is committed."""
        mine: Write[S, T] = Write(job)
        with self._mutex:
            queued = self._busy
            if queued:
                if self._admit is not None:
                    self._admit(len(self._queue))
                self._queue.append(mine)
            self._busy = True
        if not queued:
            try:
                self._commit((mine,))
            finally:
                self._hand_over()
            return mine.outcome()
        self._wait(mine)
        if mine.leads:
            with self._mutex:
                group = self._queue[: self._most]
                del self._queue[: self._most]
            self._lead(group)
        return mine.outcome()

    def _wait(self, mine: Write[S, object]) -> None:
        try:
            mine.woken.acquire()
        except BaseException:  # an interrupt: take the job back, or pass the lead on
            with self._mutex:
                if mine in self._queue:
                    self._queue.remove(mine)
                leads = mine.leads
            if leads:
                self._hand_over()
            raise

    def _lead(self, group: Sequence[Write[S, object]]) -> None:
        others = group[1:]
        try:
            self._commit(group)
        finally:
            with self._mutex:
                self._queue[:0] = [write for write in others if not write.settled]
            for write in others:
                if write.settled:
                    write.woken.release()
            self._hand_over()

    def _hand_over(self) -> None:
        with self._mutex:
            if not self._queue:
                self._busy = False
                return
            following = self._queue[0]
            following.leads = True
        following.woken.release()
