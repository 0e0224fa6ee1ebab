"""What came of one evaluation of a sensor, and the rules of what its function may give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from penstock.define.run_request import (
    DynamicPartitionsRequest,
    RunRequest,
    SensorEvent,
    SensorResult,
    SkipReason,
)
from penstock.errors import InvariantViolationError, ParameterCheckError
from penstock.model.run import RunStatus

if TYPE_CHECKING:
    from penstock.define.sensor_context import SensorEvaluationContext

NOTHING_RETURNED = "The sensor asked for nothing"


@dataclass(frozen=True, slots=True)
class RunReaction:
    """A run to which a run status sensor has reacted.

    Attributes:
        dagster_run: The run.
        error: What the function raised; None if it ended well.
        run_status: The status that the sensor watches for.
    """

    dagster_run: object
    error: Exception | None = None
    run_status: RunStatus | None = None


@dataclass(frozen=True, slots=True)
class SensorExecutionData:
    """What came of one evaluation of a sensor.

    Attributes:
        run_requests: The runs to start.
        skip_message: Why there are none.
        cursor: What the next evaluation is to find.
        dagster_run_reactions: The runs that a run status sensor has reacted to.
        log_key: Where the lines of `context.log` are kept.
        dynamic_partitions_requests: Keys of partitions to add and to delete, before the runs start.
        asset_events: What was learned of assets.
    """

    run_requests: Sequence[RunRequest] = field(default_factory=list[RunRequest])
    skip_message: str | None = None
    cursor: str | None = None
    dagster_run_reactions: Sequence[RunReaction] = field(default_factory=list[RunReaction])
    log_key: Sequence[str] | None = None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] = field(
        default_factory=list[DynamicPartitionsRequest]
    )
    asset_events: Sequence[SensorEvent] = field(default_factory=list[SensorEvent])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the function of a sensor gave, its requests as they were written.

    Attributes:
        cursor: The cursor of a `SensorResult`; None if it has none.
    """

    run_requests: Sequence[RunRequest] = ()
    skip_reason: SkipReason | None = None
    cursor: str | None = None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] = ()
    asset_events: Sequence[SensorEvent] = ()
    reactions: Sequence[RunReaction] = ()

    @property
    def skip_message(self) -> str | None:
        """Why there are no runs; None if something came of the evaluation."""
        if self.skip_reason is not None:
            return self.skip_reason.skip_message
        some = (
            self.run_requests,
            self.dynamic_partitions_requests,
            self.asset_events,
            self.reactions,
        )
        return None if any(some) else NOTHING_RETURNED


def answer_of(items: Sequence[object], *, name: str) -> Answer:
    """Read what a function gave.

    Args:
        items: What it returned or yielded, in order.
        name: The name of the sensor.

    Raises:
        ParameterCheckError: Something is of another type, a `SensorResult` is not alone, or there
            is a reason to skip together with something else.
    """
    for item in items:
        if not isinstance(item, (RunRequest, SkipReason, SensorResult, RunReaction)):
            raise ParameterCheckError(
                f"Sensor '{name}' gave {item!r}, of type {type(item).__name__}. Return or yield "
                "RunRequests, one SkipReason or one SensorResult."
            )
    results = [item for item in items if isinstance(item, SensorResult)]
    if results:
        if len(items) > 1:
            raise ParameterCheckError(
                f"Sensor '{name}' gave {len(items)} results with a SensorResult among them, which "
                "has to stand alone. Put what the others say into it."
            )
        return _of_result(results[0])
    requests = [item for item in items if isinstance(item, RunRequest)]
    skips = [item for item in items if isinstance(item, SkipReason)]
    if skips and requests:
        raise ParameterCheckError(
            f"Sensor '{name}' requested runs and gave a SkipReason in the same evaluation. Give "
            "RunRequests if there is something to run, else the SkipReason."
        )
    if len(skips) > 1:
        raise ParameterCheckError(
            f"Sensor '{name}' skipped {len(skips)} times in the same evaluation. Put the reasons "
            "into one SkipReason."
        )
    return Answer(
        run_requests=requests,
        skip_reason=skips[0] if skips else None,
        reactions=[item for item in items if isinstance(item, RunReaction)],
    )


def _of_result(result: SensorResult) -> Answer:
    return Answer(
        run_requests=result.run_requests,
        skip_reason=result.skip_reason,
        cursor=result.cursor,
        dynamic_partitions_requests=result.dynamic_partitions_requests,
        asset_events=result.asset_events,
    )


def cursor_after(answer: Answer, context: SensorEvaluationContext, *, name: str) -> str | None:
    """Return what the next evaluation is to find as the cursor.

    Raises:
        InvariantViolationError: It was set in both ways.
    """
    if answer.cursor is None:
        return context.cursor
    if context.cursor_updated:
        raise InvariantViolationError(
            f"Sensor '{name}' moved its cursor twice, with context.update_cursor() and with the "
            "cursor of its SensorResult. Leave out one of them."
        )
    return answer.cursor
