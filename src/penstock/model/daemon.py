"""Heartbeats of the duties that run in the background."""

from __future__ import annotations

import msgspec

from penstock.base.clock import Instant
from penstock.model.events import ErrorInfo


class DaemonBeat(msgspec.Struct, frozen=True, kw_only=True):
    """The newest sign of life of one kind of duty.

    Attributes:
        kind: Name of the duty; there is one beat of each kind.
        owner: The process that runs it.
        errors: What went wrong since the duty last ended well, newest first.
    """

    kind: str
    owner: str
    at: Instant
    errors: tuple[ErrorInfo, ...] = ()
