"""`RunStatusSensorContext`: what the function of a run status sensor may ask of one run."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, cast

from penstock.base.tags import PARTITION_NAME_TAG
from penstock.define.tick_context import Repository, TickContext

if TYPE_CHECKING:
    from penstock.compat.events import DagsterEvent
    from penstock.compat.runs import DagsterRun


class _Event(Protocol):
    is_step_failure: bool


class _Entry(Protocol):
    dagster_event: _Event | None


class _Run(Protocol):
    run_id: str
    tags: Mapping[str, str]


class _Log(Protocol):
    def all_logs(self, run_id: str) -> Iterable[_Entry]: ...


class RunStatusSensorContext(TickContext):
    """A run that came to the status that a sensor watches for.

    Args:
        sensor_name: The sensor's name.
        dagster_run: The run.
        dagster_event: The event with which it came to the status.
        instance: The instance that it is recorded in.
        resource_defs: The resources by key; set up when they are first asked for.
        logger: Where `context.log` goes.
        partition_key: The partition of the run; that of its tags if None.
        repository_def: The definitions of the code location.
    """

    _noun = "sensor"
    _builder = "build_run_status_sensor_context"

    def __init__(
        self,
        sensor_name: str,
        dagster_run: object,
        dagster_event: object,
        instance: object,
        *,
        resource_defs: Mapping[str, object] | None = None,
        logger: logging.Logger | None = None,
        partition_key: str | None = None,
        repository_def: object = None,
    ) -> None:
        super().__init__(
            instance=instance,
            resources=resource_defs,
            repository_def=repository_def,
            log=logger,
        )
        self.sensor_name = sensor_name
        self.dagster_run: DagsterRun = cast("DagsterRun", dagster_run)  # an object to this layer
        self.dagster_event: DagsterEvent = cast("DagsterEvent", dagster_event)
        self._partition_key = partition_key

    @property
    def partition_key(self) -> str | None:
        """The partition of the run."""
        if self._partition_key is not None:
            return self._partition_key
        return cast("_Run", self.dagster_run).tags.get(PARTITION_NAME_TAG)

    @property
    def repository_def(self) -> Repository | None:
        """The definitions of the code location; None if none were given."""
        return self.found_repository

    def for_run_failure(self) -> RunFailureSensorContext:
        """Return the context as the function of a `run_failure_sensor` takes it."""
        return RunFailureSensorContext(
            self.sensor_name,
            self.dagster_run,
            self.dagster_event,
            self._instance,
            resource_defs=self._declared,
            logger=self.log,
            partition_key=self._partition_key,
            repository_def=self._repository,
        ).share_resources(self)


class RunFailureSensorContext(RunStatusSensorContext):
    """A run that failed."""

    @property
    def failure_event(self) -> DagsterEvent:
        """The event with which the run failed; its `message` tells why."""
        return self.dagster_event

    def get_step_failure_events(self) -> list[object]:
        """Return the events of the steps that failed, oldest first."""
        run = cast("_Run", self.dagster_run)
        entries = cast("_Log", self.instance).all_logs(run.run_id)
        events = (entry.dagster_event for entry in entries)
        return [event for event in events if event is not None and event.is_step_failure]

    def for_run_failure(self) -> RunFailureSensorContext:
        """Return a copy."""
        return copy.copy(self)


def build_run_status_sensor_context(
    sensor_name: str,
    dagster_event: object,
    dagster_instance: object,
    dagster_run: object,
    context: TickContext | None = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    *,
    repository_def: object = None,
) -> RunStatusSensorContext:
    """Build a context for calling a run status sensor by hand.

    Args:
        sensor_name: The sensor's name.
        dagster_event: The event with which the run came to its status.
        dagster_instance: The instance that the run is recorded in.
        dagster_run: The run.
        context: A context of a sensor, whose logger is used.
        resources: The resources by key.
        partition_key: The partition of the run; that of its tags if None.
        repository_def: The definitions of the code location.
    """
    return RunStatusSensorContext(
        sensor_name,
        dagster_run,
        dagster_event,
        dagster_instance,
        resource_defs=resources,
        logger=None if context is None else context.log,
        partition_key=partition_key,
        repository_def=repository_def,
    )
