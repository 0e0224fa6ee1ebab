from __future__ import annotations

import pytest

from penstock.decide.outage import pause_after
from penstock.errors import NewerStoreError, OutageError, StoreFullError, StoreUnavailableError

GONE = StoreUnavailableError("gone")


def test_pauses_grow_up_to_five_seconds():
    pauses = [pause_after(GONE, tries=tries, lasted=0.0) for tries in range(1, 11)]

    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, None]


def test_nothing_is_tried_after_half_a_minute():
    assert pause_after(GONE, tries=1, lasted=29.9) == 0.05
    assert pause_after(GONE, tries=1, lasted=30.0) is None


@pytest.mark.parametrize("error", [StoreFullError("full"), NewerStoreError("newer")])
def test_what_does_not_pass_is_told_at_once(error: OutageError):
    assert pause_after(error, tries=1, lasted=0.0) is None
