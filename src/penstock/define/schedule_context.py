"""`ScheduleEvaluationContext`: what the function of a schedule may ask, and how to build one."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from penstock.define.attributes import checked_type
from penstock.define.tick_context import Repository, TickContext
from penstock.errors import InvariantViolationError, ParameterCheckError


class ScheduleEvaluationContext(TickContext):
    """What the function of a schedule may ask.

    Args:
        scheduled_execution_time: The time for which the schedule fires.
        instance: The instance that the tick is recorded in.
        resources: The resources by key; set up when they are first asked for.
        repository_def: The definitions of the code location.
        repository_name: Their name.
        schedule_name: The name of the schedule.
        log: Where `context.log` goes.
        log_key: Where its lines are kept; None keeps none.
    """

    _noun = "schedule"
    _builder = "build_schedule_context"

    def __init__(
        self,
        scheduled_execution_time: datetime | None = None,
        *,
        instance: object = None,
        resources: Mapping[str, object] | None = None,
        repository_def: object = None,
        repository_name: str | None = None,
        schedule_name: str | None = None,
        log: logging.Logger | None = None,
        log_key: Sequence[str] | None = None,
    ) -> None:
        checked_type(
            scheduled_execution_time,
            datetime,
            argument="scheduled_execution_time",
            of=self._builder,
        )
        super().__init__(
            instance=instance,
            resources=resources,
            repository_def=repository_def,
            log=log,
            log_key=log_key,
        )
        self._scheduled_execution_time = scheduled_execution_time
        self.repository_name = repository_name
        self.schedule_name = schedule_name

    @property
    def scheduled_execution_time(self) -> datetime:
        """The time for which the schedule fires, as it was given.

        Raises:
            ParameterCheckError: None was given.
        """
        if self._scheduled_execution_time is None:
            raise ParameterCheckError(
                "This context has no scheduled_execution_time. Give "
                "build_schedule_context(scheduled_execution_time=...)."
            )
        return self._scheduled_execution_time

    @property
    def tick_time(self) -> datetime | None:
        """The time for which the schedule fires, with a zone; UTC if it was given without one."""
        at = self._scheduled_execution_time
        return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at

    @property
    def repository_def(self) -> Repository:
        """The definitions of the code location.

        Raises:
            InvariantViolationError: None were given.
        """
        found = self.found_repository
        if found is None:
            raise InvariantViolationError(
                "This context has no repository_def. Give "
                "build_schedule_context(repository_def=...)."
            )
        return found


def build_schedule_context(
    instance: object = None,
    scheduled_execution_time: datetime | None = None,
    resources: Mapping[str, object] | None = None,
    repository_def: object = None,
) -> ScheduleEvaluationContext:
    """Build a context for calling a schedule by hand, or for `evaluate_tick`.

    Args:
        instance: The instance that it shows.
        scheduled_execution_time: The time for which the schedule fires; UTC if without a zone.
        resources: The resources by key.
        repository_def: The definitions of the code location; needed to resolve partitions.

    Example:
        >>> from datetime import UTC, datetime
        >>> new_year = datetime(2024, 1, 1, tzinfo=UTC)
        >>> context = build_schedule_context(scheduled_execution_time=new_year)
        >>> context.scheduled_execution_time.isoformat()
        '2024-01-01T00:00:00+00:00'
    """
    return ScheduleEvaluationContext(
        scheduled_execution_time,
        instance=instance,
        resources=resources,
        repository_def=repository_def,
    )
