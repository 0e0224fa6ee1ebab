"""`RunStatusSensorDefinition`, `run_status_sensor` and `run_failure_sensor`.

Owns the cursor: the id of the last event that was looked at. The first evaluation only sets it, so
nothing from before the sensor is replayed. Then the function is called once for each run that comes
to the status, in order; one that raises is told of and not called again for that run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol, cast, overload

from penstock.define.graph import GraphDefinition
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.run_request import SensorResult, SkipReason
from penstock.define.run_selectors import CodeLocationSelector, JobSelector, RepositorySelector
from penstock.define.run_status_context import RunFailureSensorContext, RunStatusSensorContext
from penstock.define.sensor import (
    DefaultSensorStatus,
    SensorDefinition,
    SensorFunction,
    SensorType,
)
from penstock.define.sensor_context import SensorEvaluationContext
from penstock.define.sensor_data import Answer, RunReaction, answer_of
from penstock.define.sensor_log import LogRecord, newest_run_event, run_events_after
from penstock.define.targets import CoercibleToJob
from penstock.define.tick_function import TickFunction
from penstock.define.tick_results import as_items
from penstock.errors import (
    InvalidDefinitionError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.model.run import RunStatus

MonitoredJob = CoercibleToJob | JobSelector | RepositorySelector | CodeLocationSelector

RUNS_PER_TICK = 50
"""How many runs one evaluation looks at, at most."""

_TOLD = (
    RunStatus.QUEUED,
    RunStatus.STARTED,
    RunStatus.SUCCESS,
    RunStatus.FAILURE,
    RunStatus.CANCELING,
    RunStatus.CANCELED,
    RunStatus.SUSPENDED,
)
"""The statuses of which an event tells."""

_SELECTORS = (JobSelector, RepositorySelector, CodeLocationSelector)
_JOBS = (JobDefinition, GraphDefinition, UnresolvedAssetJob)


class _Run(Protocol):
    job_name: str


class _Runs(Protocol):
    def get_run_by_id(self, run_id: str) -> _Run | None: ...


class RunStatusSensorDefinition(SensorDefinition):
    """A sensor that looks for runs that come to a status; usually made by `@run_status_sensor`.

    Args:
        name: The name.
        run_status: The status.
        run_status_sensor_fn: Takes a `RunStatusSensorContext` for each run.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        monitored_jobs: The jobs whose runs count; those of the own definitions if None.
        monitor_all_code_locations: Whether the runs of all jobs count.
        default_status: Whether it runs until somebody says otherwise.
        request_job: The job to run.
        request_jobs: Several jobs; each request names one of them.
        tags: Tags of the sensor.
        metadata: Facts about the sensor.
        required_resource_keys: Resources that the function asks for.

    Raises:
        InvalidDefinitionError: Arguments exclude each other, or no event tells of the status.
        ParameterCheckError: An argument is of the wrong type.
    """

    def __init__(
        self,
        name: str,
        run_status: RunStatus,
        run_status_sensor_fn: SensorFunction,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        monitored_jobs: Sequence[MonitoredJob] | None = None,
        monitor_all_code_locations: bool | None = None,  # noqa: FBT001 - the public signature
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        request_job: CoercibleToJob | None = None,
        request_jobs: Sequence[CoercibleToJob] | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        required_resource_keys: AbstractSet[str] | None = None,
    ) -> None:
        self.run_status: RunStatus = _checked_status(run_status, name)
        self.monitored_jobs: Sequence[MonitoredJob] = _checked_monitored(monitored_jobs, name)
        if monitor_all_code_locations and self.monitored_jobs:
            raise InvalidDefinitionError(
                f"Sensor '{name}' was given monitor_all_code_locations, which watches every job, "
                "and monitored_jobs besides. Drop one of them."
            )
        self.monitor_all_code_locations: bool = bool(monitor_all_code_locations)
        super().__init__(
            name,
            evaluation_fn=run_status_sensor_fn,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=request_job,
            jobs=request_jobs,
            default_status=default_status,
            tags=tags,
            metadata=metadata,
            required_resource_keys=required_resource_keys,
        )
        self._of_run: TickFunction[RunStatusSensorContext] = TickFunction(
            run_status_sensor_fn, noun="sensor"
        )

    @property
    def sensor_type(self) -> SensorType:
        """What it looks at."""
        return SensorType.RUN_STATUS

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function by hand for one run, and return what it returns.

        Raises:
            InvalidInvocationError: The call makes no sense, or the context is of another kind.
            InvalidDefinitionError: A resource is missing.
        """
        context, direct = self._of_run.given_context(args, kwargs, kind=RunStatusSensorContext)
        if context is None:
            return self._of_run.call(None, resources=direct)
        used = context.merge_resources(direct) if direct else context
        return self._called_for(used)

    def _called_for(self, context: RunStatusSensorContext) -> object:
        values = context.resource_values(self.required_resource_keys, owner=f"sensor '{self.name}'")
        return self._of_run.call(context, resources=values)

    def answer(self, context: SensorEvaluationContext, resources: Mapping[str, object]) -> Answer:
        """Call the function for each run that came to the status since the last evaluation."""
        after = _position(context.cursor)
        if after is None:
            newest = newest_run_event(context.instance, self.run_status)
            context.update_cursor(_written(-1 if newest is None else newest.storage_id))
            started = (
                f"Sensor '{self.name}' watches runs from now on. Its cursor is {context.cursor}."
            )
            return Answer(skip_reason=SkipReason(started))
        records = run_events_after(context.instance, self.run_status, after, limit=RUNS_PER_TICK)
        answers: list[Answer] = []
        for record in records:
            run = cast("_Runs", context.instance).get_run_by_id(record.run_id)
            if run is not None and self._watches(run, context):
                answers.append(self._reaction(record, run, context))
            context.update_cursor(_written(record.storage_id))
        return _joined(answers)

    def _watches(self, run: _Run, context: SensorEvaluationContext) -> bool:
        if self.monitor_all_code_locations:
            return True
        if not self.monitored_jobs:
            repository = context.found_repository
            return repository is None or repository.has_job(run.job_name)
        for monitored in self.monitored_jobs:
            if isinstance(monitored, _SELECTORS):
                if monitored.takes(run):
                    return True
            elif monitored.name == run.job_name:
                return True
        return False

    def _context_of(
        self, record: LogRecord, run: _Run, context: SensorEvaluationContext
    ) -> RunStatusSensorContext:
        return RunStatusSensorContext(
            self.name,
            run,
            record.event_log_entry.dagster_event,
            context.instance,
            resource_defs=context.resource_defs,
            logger=context.log,
            repository_def=context.found_repository,
        ).share_resources(context)

    def _reaction(self, record: LogRecord, run: _Run, context: SensorEvaluationContext) -> Answer:
        """Call the function for one run; what it raises is told with the run."""
        with self._context_of(record, run, context) as of_run:
            try:
                items = as_items(self._called_for(of_run))
            except Exception as error:  # noqa: BLE001 - the boundary to user code: others go on
                return Answer(reactions=(RunReaction(run, error, self.run_status),))
        if any(isinstance(item, SensorResult) and item.cursor is not None for item in items):
            raise InvariantViolationError(
                f"The function of sensor '{self.name}' returned a SensorResult with a cursor, but a"
                " sensor of run statuses moves its cursor itself. Leave the cursor out."
            )
        own = [item for item in items if isinstance(item, RunReaction)]
        answer = answer_of([item for item in items if item not in own], name=self.name)
        reaction = RunReaction(run, None, self.run_status)
        return Answer(
            run_requests=answer.run_requests,
            skip_reason=answer.skip_reason,
            dynamic_partitions_requests=answer.dynamic_partitions_requests,
            asset_events=answer.asset_events,
            reactions=own or (reaction,),
        )


class RunFailureSensorDefinition(RunStatusSensorDefinition):
    """A run status sensor for failures, whose function takes a `RunFailureSensorContext`."""

    def _called_for(self, context: RunStatusSensorContext) -> object:
        return super()._called_for(
            context if isinstance(context, RunFailureSensorContext) else context.for_run_failure()
        )


def _joined(answers: Sequence[Answer]) -> Answer:
    """Return what a function gave for several runs as one."""
    requests = [each for answer in answers for each in answer.run_requests]
    skips = [answer.skip_reason for answer in answers if answer.skip_reason is not None]
    return Answer(
        run_requests=requests,
        skip_reason=skips[-1] if skips and not requests else None,
        dynamic_partitions_requests=[
            each for answer in answers for each in answer.dynamic_partitions_requests
        ],
        asset_events=[each for answer in answers for each in answer.asset_events],
        reactions=[each for answer in answers for each in answer.reactions],
    )


def _written(position: int) -> str:
    return json.dumps({"record_id": position})


def _position(cursor: str | None) -> int | None:
    if not cursor:
        return None
    try:
        read: object = json.loads(cursor)
    except ValueError:
        return None
    if not isinstance(read, dict):
        return None
    found = cast("dict[str, object]", read).get("record_id")
    return found if isinstance(found, int) else None


def _checked_status(status: object, name: str) -> RunStatus:
    if not isinstance(status, RunStatus):
        raise ParameterCheckError(
            f"Sensor '{name}': run_status must be a RunStatus, not {status!r}. Write "
            "RunStatus.FAILURE, for example."
        )
    if status not in _TOLD:
        raise InvalidDefinitionError(
            f"Sensor '{name}': no event tells that a run is {status.name}. Watch for one of "
            f"{', '.join(each.name for each in _TOLD)}."
        )
    return status


def _checked_monitored(
    monitored: Sequence[MonitoredJob] | None, name: str
) -> Sequence[MonitoredJob]:
    for each in monitored or ():
        if not isinstance(each, (*_JOBS, *_SELECTORS)):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"Sensor '{name}': each of monitored_jobs must be a job, a graph, a JobSelector, a "
                f"RepositorySelector or a CodeLocationSelector, not {each!r}."
            )
    return list(monitored or ())


def run_status_sensor(
    run_status: RunStatus,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    monitored_jobs: Sequence[MonitoredJob] | None = None,
    monitor_all_code_locations: bool | None = None,  # noqa: FBT001 - the public signature
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_job: CoercibleToJob | None = None,
    request_jobs: Sequence[CoercibleToJob] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Callable[[SensorFunction], RunStatusSensorDefinition]:
    """Declare a sensor that is called for each run that comes to a status.

    The function may take a `RunStatusSensorContext`, and resources by annotation. What it returns
    is what any sensor may return.

    Args:
        run_status: The status.
        name: The name; the function's if None.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        monitored_jobs: The jobs whose runs count; those of the own definitions if None.
        monitor_all_code_locations: Whether the runs of all jobs count.
        default_status: Whether it runs until somebody says otherwise.
        request_job: The job to run.
        request_jobs: Several jobs; each request names one of them.
        tags: Tags of the sensor.
        metadata: Facts about the sensor.

    Raises:
        InvalidDefinitionError: Arguments exclude each other, or one is not valid.
    """

    def decorate(function: SensorFunction) -> RunStatusSensorDefinition:
        return RunStatusSensorDefinition(
            name or function.__name__,
            run_status,
            function,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            monitored_jobs=monitored_jobs,
            monitor_all_code_locations=monitor_all_code_locations,
            default_status=default_status,
            request_job=request_job,
            request_jobs=request_jobs,
            tags=tags,
            metadata=metadata,
        )

    return decorate


@overload
def run_failure_sensor(name: SensorFunction) -> RunStatusSensorDefinition: ...


@overload
def run_failure_sensor(
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    monitored_jobs: Sequence[MonitoredJob] | None = None,
    monitor_all_code_locations: bool | None = None,  # noqa: FBT001 - the public signature
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_job: CoercibleToJob | None = None,
    request_jobs: Sequence[CoercibleToJob] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Callable[[SensorFunction], RunStatusSensorDefinition]: ...


def run_failure_sensor(
    name: str | SensorFunction | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    monitored_jobs: Sequence[MonitoredJob] | None = None,
    monitor_all_code_locations: bool | None = None,  # noqa: FBT001 - the public signature
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_job: CoercibleToJob | None = None,
    request_jobs: Sequence[CoercibleToJob] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> RunStatusSensorDefinition | Callable[[SensorFunction], RunStatusSensorDefinition]:
    """Declare a sensor that is called for each run that fails; usable without parentheses.

    See `run_status_sensor`; the function takes a `RunFailureSensorContext`.
    """
    bare = name if callable(name) else None
    named = None if callable(name) else name

    def decorate(function: SensorFunction) -> RunStatusSensorDefinition:
        return RunFailureSensorDefinition(
            named or function.__name__,
            RunStatus.FAILURE,
            function,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            monitored_jobs=monitored_jobs,
            monitor_all_code_locations=monitor_all_code_locations,
            default_status=default_status,
            request_job=request_job,
            request_jobs=request_jobs,
            tags=tags,
            metadata=metadata,
        )

    return decorate if bare is None else decorate(bare)
