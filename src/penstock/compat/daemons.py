"""`DaemonHeartbeat` and `DaemonStatus`, and the part of an instance that keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penstock.base.clock import Clock, Instant
from penstock.compat.error_view import ErrorView
from penstock.model.daemon import DaemonBeat
from penstock.store.protocol import Store

BEAT_EVERY = 30.0
"""Seconds between two heartbeats of a daemon."""

TOLERANCE = 1800.0
"""Seconds that a heartbeat may be late before its daemon is held to be down."""


@dataclass(frozen=True, slots=True)
class DaemonHeartbeat:
    """The newest sign of life of a daemon; a view of `DaemonBeat`.

    Attributes:
        timestamp: When, in seconds since the Unix epoch.
        daemon_type: Which daemon.
        daemon_id: The process that runs it.
        errors: What went wrong since it last ended well, newest first.
    """

    timestamp: Instant
    daemon_type: str
    daemon_id: str | None
    errors: Sequence[ErrorView] | None = None

    @classmethod
    def of(cls, beat: DaemonBeat) -> DaemonHeartbeat:
        """Show a beat."""
        errors = [ErrorView(error) for error in beat.errors]
        return cls(beat.at, beat.kind, beat.owner or None, errors)

    def to_native(self) -> DaemonBeat:
        """Return the beat that stores keep."""
        errors = tuple(error.info for error in self.errors or ())
        return DaemonBeat(
            kind=self.daemon_type, owner=self.daemon_id or "", at=self.timestamp, errors=errors
        )


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """How a daemon is.

    Attributes:
        daemon_type: Which daemon.
        required: Whether the instance needs it.
        healthy: Whether it gives signs of life and has no errors; None if it is not needed.
        last_heartbeat: Its newest sign of life.
    """

    daemon_type: str
    required: bool
    healthy: bool | None
    last_heartbeat: DaemonHeartbeat | None


class DaemonQueries:
    """The part of the instance that is told that daemons live, and asked whether they do."""

    store: Store
    clock: Clock

    def add_daemon_heartbeat(self, daemon_heartbeat: DaemonHeartbeat) -> None:
        """Record a sign of life; it takes the place of the one before."""
        self.store.put_beat(daemon_heartbeat.to_native())

    def get_daemon_heartbeats(self) -> dict[str, DaemonHeartbeat]:
        """Return the newest sign of life of each daemon."""
        return {beat.kind: DaemonHeartbeat.of(beat) for beat in self.store.beats()}

    def wipe_daemon_heartbeats(self) -> None:
        """Forget every sign of life."""
        self.store.delete_beats()

    def get_required_daemon_types(self) -> Sequence[str]:
        """Return the daemons that the instance needs: all that gave a sign of life."""
        return list(self.get_daemon_heartbeats())

    def get_daemon_statuses(
        self, daemon_types: Sequence[str] | None = None
    ) -> Mapping[str, DaemonStatus]:
        """Return how daemons are.

        Args:
            daemon_types: Which daemons; those that the instance needs if None.
        """
        required = self.get_required_daemon_types()
        beats = self.get_daemon_heartbeats()
        now = self.clock.now()
        return {
            kind: _status(kind, beats.get(kind), is_required=kind in required, now=now)
            for kind in (required if daemon_types is None else daemon_types)
        }


def _status(
    kind: str, beat: DaemonHeartbeat | None, *, is_required: bool, now: Instant
) -> DaemonStatus:
    if not is_required:
        return DaemonStatus(kind, required=False, healthy=None, last_heartbeat=beat)
    is_on_time = beat is not None and now <= beat.timestamp + BEAT_EVERY + TOLERANCE
    is_sound = beat is not None and not beat.errors
    return DaemonStatus(kind, required=True, healthy=is_on_time and is_sound, last_heartbeat=beat)
