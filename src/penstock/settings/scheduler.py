"""`Scheduler`, what evaluates schedules, and the one there is: a duty of the server."""

from __future__ import annotations

from abc import ABC

from penstock.config.configurable_class import ConfigurableClassData, Configured
from penstock.config.scalars import IntSource
from penstock.config.schema import ConfigSchema, Field
from penstock.settings.registered import Registered


class Scheduler(Registered, ABC):
    """What evaluates schedules: subclass to hand that to something else."""

    def dispose(self) -> None:
        """Let go of what the scheduler holds."""


class DaemonScheduler(Scheduler, Configured):
    """Schedules are evaluated by a duty of the server.

    Args:
        max_catchup_runs: How many missed times of an unpartitioned schedule are made up for.
        max_tick_retries: How often a failed evaluation is repeated.
        inst_data: What the object was made of.
    """

    def __init__(
        self,
        max_catchup_runs: int = 5,
        max_tick_retries: int = 0,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        self.max_catchup_runs = max_catchup_runs
        self.max_tick_retries = max_tick_retries
        self._inst_data = inst_data

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {
            "max_catchup_runs": Field(IntSource, default_value=5, is_required=False),
            "max_tick_retries": Field(IntSource, default_value=0, is_required=False),
        }
