"""`RequiredDaemons`: which daemons an instance needs, by what its settings turn on."""

from __future__ import annotations

from penstock.compat.daemons import DaemonQueries
from penstock.settings.parts import InstanceFacts

ALWAYS = ("SENSOR", "BACKFILL", "SCHEDULER", "QUEUED_RUN_COORDINATOR")
"""The daemons that every instance needs."""


class RequiredDaemons(DaemonQueries, InstanceFacts):
    """The part of the instance that knows what has to run beside it."""

    def get_required_daemon_types(self) -> list[str]:
        """Return the daemons that the instance needs."""
        wanted = {
            "MONITORING": self.run_monitoring_enabled,
            "EVENT_LOG_CONSUMER": self.run_retries_enabled,
            "ASSET": self.auto_materialize_enabled,
            "FRESHNESS_DAEMON": self.freshness_enabled,
        }
        return [*ALWAYS, *(name for name, is_on in wanted.items() if is_on)]
