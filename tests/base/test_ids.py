"""Ids sort by when they were made, also within a millisecond."""

from __future__ import annotations

import re
import uuid

from penstock.base.ids import SystemIds


class Standstill:
    """A clock that shows what it is told to."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_ids_of_one_millisecond_sort_by_when_they_were_made():
    ids = SystemIds(Standstill(1_700_000_000.0))

    made = [ids.new_id() for _ in range(5000)]

    assert made == sorted(set(made))


def test_ids_go_on_upwards_when_the_clock_goes_back():
    clock = Standstill(1_700_000_000.0)
    ids = SystemIds(clock)
    before = ids.new_id()
    clock.seconds -= 60

    assert ids.new_id() > before


def test_an_id_is_a_uuid_of_version_7_with_the_time_in_front():
    made = SystemIds(Standstill(1_700_000_000.0)).new_id()

    assert uuid.UUID(made).version == 7
    assert uuid.UUID(made).variant == uuid.RFC_4122
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made)
    assert int(made.replace("-", "")[:12], 16) == 1_700_000_000_000
