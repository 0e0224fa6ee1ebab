"""`SensorDefinition` and the decorator `sensor`: runs that start when something has happened.

Owns the declaration and one evaluation. How often it is evaluated, and which requests were carried
out before, is for the control plane to know.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Self, overload

from penstock.define.attributes import checked_owners, checked_type
from penstock.define.names import checked_node_name, text_tags
from penstock.define.run_request import RunRequest, SensorResult, SkipReason
from penstock.define.sensor_context import SensorEvaluationContext
from penstock.define.sensor_data import (
    Answer,
    RunReaction,
    SensorExecutionData,
    answer_of,
    cursor_after,
)
from penstock.define.targets import (
    AutomationTarget,
    CoercibleToJob,
    CoercibleToTarget,
    ExecutableJob,
    selection_of,
    target_of_job,
    targets_of,
)
from penstock.define.tick_function import TickFunction
from penstock.define.tick_requests import Requester, resolved_requests
from penstock.define.tick_results import as_items
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.graph.selection import AssetSelection, CoercibleToAssetSelection
from penstock.model.metadata import MetadataUnion, normalize_metadata

DEFAULT_INTERVAL = 30
"""Seconds between two evaluations, unless a sensor says otherwise."""

SensorReturnTypesUnion = (
    Iterator[SkipReason | RunRequest | RunReaction | SensorResult]
    | Sequence[RunRequest]
    | SkipReason
    | RunRequest
    | RunReaction
    | SensorResult
    | None
)

SensorFunction = Callable[..., object]


class DefaultSensorStatus(Enum):
    """Whether a sensor runs until somebody says otherwise."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class SensorType(Enum):
    """What a sensor looks at."""

    STANDARD = "STANDARD"
    RUN_STATUS = "RUN_STATUS"
    ASSET = "ASSET"
    MULTI_ASSET = "MULTI_ASSET"
    FRESHNESS_POLICY = "FRESHNESS_POLICY"
    AUTO_MATERIALIZE = "AUTO_MATERIALIZE"
    AUTOMATION = "AUTOMATION"
    UNKNOWN = "UNKNOWN"


class SensorDefinition:
    """Runs that start when something has happened; usually made by `@sensor`.

    Args:
        name: The name; the function's if None.
        evaluation_fn: Looks whether something has happened, and says which runs to start.
        job_name: The job to run, by name.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        job: The job to run.
        jobs: Several jobs; each request names one of them.
        default_status: Whether it runs until somebody says otherwise.
        asset_selection: The assets to run, without a job of their own.
        required_resource_keys: Resources that the function asks for.
        tags: Tags of the sensor; its runs do not get them.
        metadata: Facts about the sensor.
        target: The job or the assets to run.
        owners: Who is responsible.

    Raises:
        InvalidDefinitionError: There is no function, arguments exclude each other, or one is not
            valid.
        ParameterCheckError: An argument is of the wrong type.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        evaluation_fn: SensorFunction | None = None,
        job_name: str | None = None,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: CoercibleToJob | None = None,
        jobs: Sequence[CoercibleToJob] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        asset_selection: CoercibleToAssetSelection | None = None,
        required_resource_keys: AbstractSet[str] | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        target: CoercibleToTarget | None = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        if evaluation_fn is None:
            raise InvalidDefinitionError(
                "A sensor was declared without the function that looks whether something has "
                "happened. Give evaluation_fn, or use @sensor."
            )
        self.name: str = _function_name(evaluation_fn) if name is None else checked_node_name(name)
        words = f"Sensor '{self.name}'"
        checked_type(default_status, DefaultSensorStatus, argument="default_status", of=words)
        checked_type(minimum_interval_seconds, int, argument="minimum_interval_seconds", of=words)
        self.targets: tuple[AutomationTarget, ...] = targets_of(
            of="SensorDefinition",
            name=self.name,
            job_name=job_name,
            job=job,
            jobs=jobs,
            target=target,
            others=(asset_selection,),
        )
        self.asset_selection: AssetSelection | None = (
            None
            if asset_selection is None
            else selection_of(asset_selection, of=f"asset_selection of '{self.name}'")
        )
        self.runs_everything = False
        self.minimum_interval_seconds: int = (
            DEFAULT_INTERVAL if minimum_interval_seconds is None else minimum_interval_seconds
        )
        self.description = description
        self.default_status = default_status
        self.tags: Mapping[str, str] = text_tags(tags, owner=words)
        self.metadata: Mapping[str, MetadataUnion] = normalize_metadata(metadata or {})
        self.owners: list[str] | None = None if owners is None else checked_owners(owners, words)
        self._function: TickFunction[SensorEvaluationContext] = TickFunction(
            evaluation_fn, noun="sensor"
        )
        self._required = frozenset(required_resource_keys or ())
        self.__doc__ = evaluation_fn.__doc__

    @property
    def sensor_type(self) -> SensorType:
        """What it looks at."""
        return SensorType.STANDARD

    @property
    def has_jobs(self) -> bool:
        """Whether it is known which jobs it may run."""
        return bool(self.targets)

    @property
    def has_anonymous_job(self) -> bool:
        """Whether it runs assets that are named here, and no job of theirs."""
        return any(target.is_anonymous for target in self.targets)

    @property
    def targeted(self) -> Sequence[object]:
        """What it runs as it was given, for those who gather definitions."""
        return [each for target in self.targets for each in target.given]

    @property
    def jobs(self) -> Sequence[ExecutableJob]:
        """The jobs that it may run.

        Raises:
            InvalidDefinitionError: There are none, or only names are known.
        """
        found = [target.job_def for target in self.targets if target.job_def is not None]
        if not found:
            raise self._no_job()
        return found

    @property
    def job(self) -> ExecutableJob:
        """The only job that it may run.

        Raises:
            InvalidDefinitionError: There are none or several, or only the name is known.
        """
        job = self._only_target("job").job_def
        if job is None:
            raise self._no_job()
        return job

    @property
    def job_name(self) -> str:
        """The name of the only job that it may run.

        Raises:
            InvalidDefinitionError: There are none or several.
        """
        return self._only_target("job_name").job_name

    def _only_target(self, name: str) -> AutomationTarget:
        if not self.targets:
            raise self._no_job()
        if len(self.targets) > 1:
            raise InvalidDefinitionError(
                f"Sensor '{self.name}' runs {len(self.targets)} jobs, so it has no single {name}. "
                "Read targets."
            )
        return next(iter(self.targets))

    def _no_job(self) -> InvalidDefinitionError:
        return InvalidDefinitionError(
            f"Sensor '{self.name}' has no job to show. Give job=, jobs= or target=."
        )

    @property
    def required_resource_keys(self) -> set[str]:
        """The resources that its function asks for."""
        return {*self._required, *self._function.resources}

    def with_updated_job(self, new_job: CoercibleToJob) -> Self:
        """Return a copy that runs another job."""
        return self.with_attributes(jobs=[new_job])

    def with_updated_jobs(self, new_jobs: Sequence[CoercibleToJob]) -> Self:
        """Return a copy that runs other jobs."""
        return self.with_attributes(jobs=new_jobs)

    def with_attributes(
        self,
        *,
        jobs: Sequence[CoercibleToJob] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> Self:
        """Return a copy with other jobs or other metadata; None keeps what there is."""
        made = copy.copy(self)
        if jobs is not None:
            made.targets = tuple(target_of_job(job, of="SensorDefinition") for job in jobs)
        if metadata is not None:
            made.metadata = normalize_metadata(metadata)
        return made

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function by hand, and return what it returns.

        The context goes first, or by keyword; resources by keyword, or in the context.

        Raises:
            InvalidInvocationError: The call makes no sense.
            InvalidDefinitionError: A resource is missing.
        """
        context, direct = self._function.given_context(args, kwargs, kind=SensorEvaluationContext)
        used = context or SensorEvaluationContext(sensor_name=self.name)
        used = used.merge_resources(direct) if direct else used
        return self.invoke(used, self.resources_in(used))

    def resources_in(self, context: SensorEvaluationContext) -> Mapping[str, object]:
        """Return the resources that its function asks for, set up, by key.

        Raises:
            InvalidDefinitionError: The context lacks one.
        """
        return context.resource_values(self.required_resource_keys, owner=f"sensor '{self.name}'")

    def invoke(self, context: SensorEvaluationContext, resources: Mapping[str, object]) -> object:
        """Call the function with a context and resources that are ready."""
        return self._function.call(context, resources=resources)

    def answer(self, context: SensorEvaluationContext, resources: Mapping[str, object]) -> Answer:
        """Call the function and read what it gave.

        Raises:
            ParameterCheckError: It gave what no sensor may give.
        """
        return answer_of(as_items(self.invoke(context, resources)), name=self.name)

    def evaluate_tick(self, context: SensorEvaluationContext) -> SensorExecutionData:
        """Evaluate the sensor once; what its function raises is not caught.

        Raises:
            ParameterCheckError: The function returned what no sensor may return.
            InvariantViolationError: It is not clear which job a request is for, or the cursor was
                set in two ways.
            UnknownPartitionError: A request is for a partition that does not exist.
        """
        if not isinstance(context, SensorEvaluationContext):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"evaluate_tick takes a SensorEvaluationContext, not {context!r}. Give "
                "build_sensor_context()."
            )
        answer = self.answer(context, self.resources_in(context))
        requests = resolved_requests(
            answer.run_requests,
            requester=Requester(
                noun="sensor",
                name=self.name,
                targets=self.targets,
                selection=self.asset_selection,
                runs_everything=self.runs_everything,
            ),
            context=context,
            dynamic_requests=answer.dynamic_partitions_requests,
        )
        return SensorExecutionData(
            requests,
            answer.skip_message,
            cursor_after(answer, context, name=self.name),
            list(answer.reactions),
            context.log_key,
            list(answer.dynamic_partitions_requests),
            list(answer.asset_events),
        )


def _function_name(function: SensorFunction) -> str:
    name: object = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__


@overload
def sensor(job_name: SensorFunction) -> SensorDefinition: ...


@overload
def sensor(
    job_name: str | None = None,
    *,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: CoercibleToJob | None = None,
    jobs: Sequence[CoercibleToJob] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    asset_selection: CoercibleToAssetSelection | None = None,
    required_resource_keys: AbstractSet[str] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    target: CoercibleToTarget | None = None,
    owners: Sequence[str] | None = None,
) -> Callable[[SensorFunction], SensorDefinition]: ...


def sensor(
    job_name: str | SensorFunction | None = None,
    *,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: CoercibleToJob | None = None,
    jobs: Sequence[CoercibleToJob] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    asset_selection: CoercibleToAssetSelection | None = None,
    required_resource_keys: AbstractSet[str] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    target: CoercibleToTarget | None = None,
    owners: Sequence[str] | None = None,
) -> SensorDefinition | Callable[[SensorFunction], SensorDefinition]:
    """Declare a sensor: the function looks whether something has happened, again and again.

    The function may take the context, and resources by annotation. It returns or yields
    `RunRequest`s, or one `SkipReason`, or one `SensorResult`, or nothing. A sensor that names
    nothing to run may still request runs with `asset_selection` or `job_name`. The decorator used
    bare leaves no place to name anything, so a request of such a sensor is for all assets unless it
    says otherwise.

    Args:
        job_name: The job to run, by name; the function where the decorator is used bare.
        name: The name; the function's if None.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        job: The job to run.
        jobs: Several jobs; each request names one of them.
        default_status: Whether it runs until somebody says otherwise.
        asset_selection: The assets to run, without a job of their own.
        required_resource_keys: Resources that the function asks for.
        tags: Tags of the sensor; its runs do not get them.
        metadata: Facts about the sensor.
        target: The job or the assets to run.
        owners: Who is responsible.

    Raises:
        InvalidDefinitionError: Arguments exclude each other, or one is not valid.

    Example:
        >>> @sensor(job_name="load")
        ... def new_files():
        ...     yield RunRequest(run_key="file-1")
        >>> new_files.evaluate_tick(SensorEvaluationContext()).run_requests[0].run_key
        'file-1'
    """
    bare = job_name if callable(job_name) else None
    named = None if callable(job_name) else job_name

    def decorate(function: SensorFunction) -> SensorDefinition:
        return SensorDefinition(
            name,
            evaluation_fn=function,
            job_name=named,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            asset_selection=asset_selection,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
            owners=owners,
        )

    if bare is None:
        return decorate
    made = decorate(bare)
    made.runs_everything = True
    return made
