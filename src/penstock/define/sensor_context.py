"""`SensorEvaluationContext`: what the function of a sensor may ask, and how to build one."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penstock.define.attributes import checked_type
from penstock.define.tick_context import Repository, TickContext
from penstock.errors import ParameterCheckError


@dataclass(slots=True)
class _Cursor:
    """The cursor of one evaluation; copies of a context share it."""

    value: str | None
    is_updated: bool = False


class SensorEvaluationContext(TickContext):
    """What the function of a sensor may ask.

    Args:
        instance: The instance that the tick is recorded in.
        cursor: What the sensor kept after its last evaluation.
        last_tick_completion_time: When the last tick ended, in seconds since the epoch.
        last_run_key: The key of the newest run that it requested.
        last_sensor_start_time: When the sensor was last turned on, in seconds since the epoch.
        repository_name: The name of the definitions.
        repository_def: The definitions of the code location.
        definitions: The same, as `Definitions`.
        sensor_name: The name of the sensor.
        resources: The resources by key; set up when they are first asked for.
        log: Where `context.log` goes.
        log_key: Where its lines are kept; None keeps none.
    """

    _noun = "sensor"
    _builder = "build_sensor_context"

    def __init__(
        self,
        *,
        instance: object = None,
        cursor: str | None = None,
        last_tick_completion_time: float | None = None,
        last_run_key: str | None = None,
        last_sensor_start_time: float | None = None,
        repository_name: str | None = None,
        repository_def: object = None,
        definitions: object = None,
        sensor_name: str | None = None,
        resources: Mapping[str, object] | None = None,
        log: logging.Logger | None = None,
        log_key: Sequence[str] | None = None,
    ) -> None:
        checked_type(cursor, str, argument="cursor", of=self._builder)
        super().__init__(
            instance=instance,
            resources=resources,
            repository_def=repository_def,
            definitions=definitions,
            log=log,
            log_key=log_key,
        )
        self._cursor = _Cursor(cursor)
        self._repository_name = repository_name
        self._sensor_name = sensor_name
        self.last_tick_completion_time = last_tick_completion_time
        self.last_run_key = last_run_key
        self.last_sensor_start_time = last_sensor_start_time

    @property
    def cursor(self) -> str | None:
        """What the sensor kept after its last evaluation, or keeps now."""
        return self._cursor.value

    @property
    def cursor_updated(self) -> bool:
        """Whether the cursor was set in this evaluation."""
        return self._cursor.is_updated

    def update_cursor(self, cursor: str | None) -> None:
        """Set what the next evaluation finds as the cursor; kept if this one ends without error.

        Raises:
            ParameterCheckError: It is no text.
        """
        checked_type(cursor, str, argument="cursor", of="update_cursor")
        self._cursor.value = cursor
        self._cursor.is_updated = True

    @property
    def last_completion_time(self) -> float | None:
        """When the last tick ended, in seconds since the epoch; the older name."""
        return self.last_tick_completion_time

    @property
    def is_first_tick_since_sensor_start(self) -> bool:
        """Whether the sensor has not been evaluated since it was turned on."""
        started, ticked = self.last_sensor_start_time, self.last_tick_completion_time
        return started is not None and (ticked is None or ticked < started)

    @property
    def repository_name(self) -> str | None:
        """The name of the definitions."""
        return self._repository_name

    @property
    def repository_def(self) -> Repository | None:
        """The definitions of the code location; None if none were given."""
        return self.found_repository

    @property
    def sensor_name(self) -> str:
        """The name of the sensor.

        Raises:
            ParameterCheckError: None was given.
        """
        if self._sensor_name is None:
            raise ParameterCheckError(
                "This context has no sensor_name. Give build_sensor_context(sensor_name=...)."
            )
        return self._sensor_name


def build_sensor_context(
    instance: object = None,
    cursor: str | None = None,
    repository_name: str | None = None,
    repository_def: object = None,
    sensor_name: str | None = None,
    resources: Mapping[str, object] | None = None,
    definitions: object = None,
    last_sensor_start_time: float | None = None,
) -> SensorEvaluationContext:
    """Build a context for calling a sensor by hand, or for `evaluate_tick`.

    Args:
        instance: The instance that it shows.
        cursor: What the sensor kept after its last evaluation.
        repository_name: The name of the definitions.
        repository_def: The definitions of the code location; needed to resolve partitions.
        sensor_name: The name of the sensor.
        resources: The resources by key.
        definitions: The definitions of the code location, as `Definitions`.
        last_sensor_start_time: When the sensor was last turned on, in seconds since the epoch.

    Example:
        >>> build_sensor_context(cursor="7").cursor
        '7'
    """
    return SensorEvaluationContext(
        instance=instance,
        cursor=cursor,
        repository_name=repository_name,
        repository_def=repository_def,
        sensor_name=sensor_name,
        resources=resources,
        definitions=definitions,
        last_sensor_start_time=last_sensor_start_time,
    )
