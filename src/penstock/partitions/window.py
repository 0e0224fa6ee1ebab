"""Two spans: one of time, one of keys.

Owns no rule about which windows or keys exist; that is a definition's business.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class TimeWindow(NamedTuple):
    """A half-open span of time: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime


class PartitionKeyRange(NamedTuple):
    """A span of partition keys; both ends belong to it."""

    start: str
    end: str
