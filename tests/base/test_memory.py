"""Pausing the garbage collector."""

from __future__ import annotations

import gc

import pytest

from penstock.base.memory import collection_paused


def test_the_collector_is_off_inside_and_on_again_after_an_error() -> None:
    seen: list[bool] = []

    @collection_paused()
    def fail() -> None:
        seen.append(gc.isenabled())
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        fail()

    assert seen == [False]
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collection_paused():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()
