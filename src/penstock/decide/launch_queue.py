"""Which of the steps that are ready start now, and which wait for a place.

Owns the order and the limits of the steps of one run. A step with a greater priority goes first,
then the one that was ready first; one that a limit on a tag holds does not hold those behind it.
Deciding is cheap whatever is held: a held step is looked at again only when its limit has room.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from penstock.decide.commands import Launch
from penstock.decide.queue import TagLimit, priority_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLimits:
    """What bounds the steps of a run that are under way.

    Attributes:
        max_concurrent: How many at once.
        tags: Bounds on steps with certain tags; every one that applies to a step must hold.
    """

    max_concurrent: int = 1
    tags: tuple[TagLimit, ...] = ()


ONE_AT_A_TIME = StepLimits()

_Place = tuple[int, str]
"""A limit, by its number, and the value of the tag where each value has a limit of its own."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    launch: Launch
    places: tuple[_Place, ...]

    def __lt__(self, other: object) -> bool:
        return False  # the priority and the number before it in the heap are never both equal


_Entry = tuple[int, int, _Waiting]


class LaunchQueue:
    """The steps of a run that are ready, and the places that those under way take.

    Args:
        limits: What bounds them.
        tags_of: Gives the tags of a step.
    """

    def __init__(
        self,
        limits: StepLimits = ONE_AT_A_TIME,
        tags_of: Callable[[str], Mapping[str, str]] | None = None,
    ) -> None:
        self._limits = limits
        self._tags_of = tags_of
        self._ready: list[_Entry] = []
        self._held: dict[_Place, deque[_Entry]] = {}
        self._dropped: set[Launch] = set()
        self._waiting: set[Launch] = set()
        self._taken: dict[_Place, int] = {}
        self._under_way: dict[str, tuple[_Place, ...]] = {}
        self._count = 0

    def add(self, launch: Launch) -> None:
        """Take in a step that is ready."""
        tags: Mapping[str, str] = {} if self._tags_of is None else self._tags_of(launch.step)
        places = self._places_of(tags) if self._limits.tags else ()
        self._count += 1
        self._waiting.add(launch)
        entry = (-priority_of(tags) if tags else 0, self._count, _Waiting(launch, places))
        heapq.heappush(self._ready, entry)

    def next(self) -> Launch | None:
        """Return the step that is to start now, which takes its places; None if none may."""
        while self._ready and len(self._under_way) < self._limits.max_concurrent:
            entry = heapq.heappop(self._ready)
            launch, places = entry[2].launch, entry[2].places
            if launch in self._dropped:
                self._dropped.discard(launch)
                self._look_again(places)
                continue
            full = next((place for place in places if self._is_full(place)), None)
            if full is not None:
                self._held.setdefault(full, deque()).append(entry)
                self._look_again(places)
                continue
            for place in places:
                self._taken[place] = self._taken.get(place, 0) + 1
            self._waiting.discard(launch)
            self._under_way[launch.step] = places
            return launch
        return None

    def drop(self, launch: Launch) -> bool:
        """Forget a step that has not started; tell whether it was waiting."""
        if launch not in self._waiting:
            return False
        self._waiting.discard(launch)
        self._dropped.add(launch)
        return True

    def ended(self, step: str) -> None:
        """Free the places of a step; nothing if it is not under way."""
        places = self._under_way.pop(step, ())
        for place in places:
            self._taken[place] -= 1
        self._look_again(places)

    def _look_again(self, places: tuple[_Place, ...]) -> None:
        """Bring back one step for each limit that has room: the one that was held first."""
        for place in places:
            held = self._held.get(place)
            if held and not self._is_full(place):
                heapq.heappush(self._ready, held.popleft())

    def _is_full(self, place: _Place) -> bool:
        return self._taken.get(place, 0) >= self._limits.tags[place[0]].limit

    def _places_of(self, tags: Mapping[str, str]) -> tuple[_Place, ...]:
        return tuple(
            (number, tags[limit.key] if limit.per_value else "")
            for number, limit in enumerate(self._limits.tags)
            if limit.key in tags and limit.value in (None, tags[limit.key])
        )
