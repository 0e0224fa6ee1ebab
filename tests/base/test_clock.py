"""The machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from penstock.base.clock import SystemClock


def test_a_datetime_says_the_same_moment():
    clock = SystemClock()

    moments = [clock.now() for _ in range(1000)]

    assert [datetime.fromtimestamp(each, UTC).timestamp() for each in moments] == moments
