"""`ScheduleDefinition` and the decorator `schedule`: when runs are to start, and which.

Owns the declaration and its evaluation for one time. When it fires is a question that
`execution_time_iterator` answers; that it has fired is for the control plane to know.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Self, cast

from penstock.config.run_config import RunConfig
from penstock.define.attributes import checked_owners, checked_type
from penstock.define.names import normalize_tags, text_tags
from penstock.define.run_request import RunRequest, SkipReason, plain_run_config
from penstock.define.schedule_checks import (
    checked_cron,
    checked_schedule_name,
    checked_zone,
)
from penstock.define.schedule_context import ScheduleEvaluationContext
from penstock.define.schedule_times import schedule_execution_time_iterator
from penstock.define.targets import (
    AutomationTarget,
    CoercibleToJob,
    CoercibleToTarget,
    ExecutableJob,
    target_of_job,
    targets_of,
)
from penstock.define.tick_function import TickFunction
from penstock.define.tick_requests import Requester, resolved_requests
from penstock.define.tick_results import as_items
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    ParameterCheckError,
    PenstockError,
    ScheduleExecutionError,
)
from penstock.model.metadata import MetadataUnion, normalize_metadata

Config = Mapping[str, object] | RunConfig
Tags = Mapping[str, object]


class DefaultScheduleStatus(Enum):
    """Whether a schedule runs until somebody says otherwise."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class ScheduleExecutionData:
    """What came of one evaluation of a schedule.

    Attributes:
        run_requests: The runs to start.
        skip_message: Why there are none.
        log_key: Where the lines of `context.log` are kept.
    """

    run_requests: Sequence[RunRequest] = field(default_factory=list[RunRequest])
    skip_message: str | None = None
    log_key: Sequence[str] | None = None


class ScheduleDefinition:
    """When runs are to start, and which; usually made by `@schedule`.

    Args:
        name: The name; that of the job with `_schedule` behind it if None.
        cron_schedule: Five fields or an alias like `@daily`, or several of them.
        job_name: The job to run, by name.
        run_config: The config of its runs.
        run_config_fn: Makes the config of a run from the context.
        tags: Tags of the schedule, and of its runs where no function makes requests.
        tags_fn: Makes the tags of a run from the context.
        metadata: Facts about the schedule.
        should_execute: Tells from the context whether to run at all.
        environment_vars: Not used; accepted for old definitions.
        execution_timezone: The zone whose clock counts; UTC if None.
        execution_fn: Makes run requests, run config or a `SkipReason` from the context.
        description: What the schedule is for.
        job: The job to run.
        default_status: Whether it runs until somebody says otherwise.
        required_resource_keys: Resources that the functions ask for.
        target: The job or the assets to run.
        owners: Who is responsible.

    Raises:
        InvalidDefinitionError: Arguments exclude each other, or one is not valid.
        ParameterCheckError: An argument is of the wrong type.

    Example:
        >>> nightly = ScheduleDefinition(job_name="load", cron_schedule="0 2 * * *")
        >>> nightly.name
        'load_schedule'
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        cron_schedule: str | Sequence[str] | None = None,
        job_name: str | None = None,
        run_config: Config | None = None,
        run_config_fn: Callable[..., Config | None] | None = None,
        tags: Tags | None = None,
        tags_fn: Callable[..., Tags | None] | None = None,
        metadata: Mapping[str, object] | None = None,
        should_execute: Callable[..., bool] | None = None,
        environment_vars: Mapping[str, str] | None = None,
        execution_timezone: str | None = None,
        execution_fn: Callable[..., object] | None = None,
        description: str | None = None,
        job: CoercibleToJob | None = None,
        default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
        required_resource_keys: AbstractSet[str] | None = None,
        target: CoercibleToTarget | None = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        del environment_vars
        targets = targets_of(
            of="ScheduleDefinition",
            name=name or "schedule",
            job_name=job_name,
            job=job,
            jobs=None,
            target=target,
        )
        self._target = targets[0] if targets else None
        self.name: str = checked_schedule_name(name, self._target)
        self.cron_schedule: str | Sequence[str] = checked_cron(cron_schedule, self.name)
        self.execution_timezone: str | None = checked_zone(execution_timezone, self.name)
        self.description = description
        checked_type(
            default_status, DefaultScheduleStatus, argument="default_status", of=self._words
        )
        self.default_status = default_status
        self._check_functions(
            execution_fn, run_config, run_config_fn, tags, tags_fn, should_execute
        )
        self.tags: Mapping[str, str] = normalize_tags(
            tags, allow_private_system_tags=False, owner=self._words
        )
        self.metadata: Mapping[str, MetadataUnion] = normalize_metadata(metadata or {})
        self.owners: list[str] | None = (
            None if owners is None else checked_owners(owners, self._words)
        )
        self._run_config = run_config
        self._execution = _function(execution_fn)
        self._run_config_fn = _function(run_config_fn)
        self._tags_fn = _function(tags_fn)
        self._should_execute = _function(should_execute)
        self._required = frozenset(required_resource_keys or ())

    def _check_functions(
        self,
        execution_fn: object,
        run_config: object,
        run_config_fn: object,
        tags: object,
        tags_fn: object,
        should_execute: object,
    ) -> None:
        if execution_fn is not None and (run_config or run_config_fn or tags_fn or should_execute):
            raise InvalidDefinitionError(
                f"{self._words} has an execution_fn, which makes whole requests, and beside it one "
                "of should_execute, tags_fn, run_config_fn and run_config. Keep execution_fn alone,"
                " or leave it out."
            )
        for one, other, argument in (
            (tags, tags_fn, "tags"),
            (run_config, run_config_fn, "run_config"),
        ):
            if one and other:
                raise InvalidDefinitionError(
                    f"{self._words} has {argument} and also {argument}_fn, which makes the same. "
                    "Leave out one of them."
                )

    @property
    def _words(self) -> str:
        return f"Schedule '{self.name}'"

    @property
    def has_job(self) -> bool:
        """Whether it is known what to run."""
        return self._target is not None

    @property
    def has_anonymous_job(self) -> bool:
        """Whether it runs assets that are named here, and no job of theirs."""
        return self._target is not None and self._target.is_anonymous

    @property
    def target(self) -> AutomationTarget | None:
        """What to run; None leaves that to the requests."""
        return self._target

    @property
    def targeted(self) -> Sequence[object]:
        """What it runs as it was given, for those who gather definitions."""
        return [] if self._target is None else self._target.given

    @property
    def job(self) -> ExecutableJob:
        """The job to run.

        Raises:
            InvalidDefinitionError: There is none, or only its name is known.
        """
        if self._target is None or self._target.job_def is None:
            raise InvalidDefinitionError(f"{self._words} has no job to show. Give job= or target=.")
        return self._target.job_def

    @property
    def job_name(self) -> str:
        """The name of the job to run.

        Raises:
            InvalidDefinitionError: There is none.
        """
        if self._target is None:
            raise InvalidDefinitionError(
                f"{self._words} does not say which job it runs. Give job=, job_name= or target=."
            )
        return self._target.job_name

    @property
    def required_resource_keys(self) -> set[str]:
        """The resources that its functions ask for."""
        functions = (self._execution, self._run_config_fn, self._tags_fn, self._should_execute)
        asked = (function.resources for function in functions if function is not None)
        return set(self._required).union(*asked)

    def execution_time_iterator(
        self,
        start_timestamp: float,
        ascending: bool = True,  # noqa: FBT001, FBT002 - the public form
    ) -> Iterator[datetime]:
        """Yield when it fires, in its zone, from a time on or, descending, from a time back.

        Args:
            start_timestamp: Seconds since the epoch; a tick at that time is included.
            ascending: Whether to go forwards.
        """
        return schedule_execution_time_iterator(
            start_timestamp, self.cron_schedule, self.execution_timezone, ascending
        )

    def with_updated_job(self, new_job: CoercibleToJob) -> Self:
        """Return a copy that runs another job."""
        return self.with_attributes(job=new_job)

    def with_attributes(
        self,
        *,
        job: CoercibleToJob | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> Self:
        """Return a copy with another job or other metadata; None keeps what there is."""
        made = copy.copy(self)
        if job is not None:
            made._target = target_of_job(job, of="ScheduleDefinition")
        if metadata is not None:
            made.metadata = normalize_metadata(metadata)
        return made

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function by hand, and return what it returns.

        The context goes first, or by keyword; resources by keyword, or in the context.

        Raises:
            InvalidInvocationError: There is no function, or the call makes no sense.
            InvalidDefinitionError: A resource is missing.
        """
        if self._execution is None:
            raise InvalidInvocationError(
                f"{self._words} has no function to call, as one made with @schedule would. Use "
                "evaluate_tick(context)."
            )
        context, direct = self._execution.given_context(
            args, kwargs, kind=ScheduleEvaluationContext
        )
        used = context or ScheduleEvaluationContext()
        used = used.merge_resources(direct) if direct else used
        values = used.resource_values(self.required_resource_keys, owner=self._owner)
        return self._execution.call(used, resources=values)

    @property
    def _owner(self) -> str:
        return f"schedule '{self.name}'"

    def evaluate_tick(self, context: ScheduleEvaluationContext) -> ScheduleExecutionData:
        """Evaluate the schedule for the time of a context.

        Raises:
            ScheduleExecutionError: A function of the user raised.
            ParameterCheckError: It returned what no schedule may return.
            InvariantViolationError: It is not clear which job a request is for.
            UnknownPartitionError: A request is for a partition that does not exist.
        """
        resources = context.resource_values(self.required_resource_keys, owner=self._owner)
        if not self._wants_to_run(context, resources):
            reason = f"should_execute of {self._owner} said no"
            return ScheduleExecutionData(skip_message=reason, log_key=context.log_key)
        found = self._answer(context, resources)
        if isinstance(found, SkipReason):
            return ScheduleExecutionData(skip_message=found.skip_message, log_key=context.log_key)
        requests = resolved_requests(
            found,
            requester=Requester(
                noun="schedule",
                name=self.name,
                targets=() if self._target is None else (self._target,),
            ),
            context=context,
            at=context.tick_time,
        )
        return ScheduleExecutionData(
            requests,
            None if requests else "The schedule asked for no run",
            context.log_key,
        )

    def _wants_to_run(
        self, context: ScheduleEvaluationContext, resources: Mapping[str, object]
    ) -> bool:
        if self._should_execute is None:
            return True
        with self._boundary("should_execute"):
            return bool(self._should_execute.call(context, resources=resources))

    def _answer(
        self, context: ScheduleEvaluationContext, resources: Mapping[str, object]
    ) -> list[RunRequest] | SkipReason:
        if self._execution is None:
            given = self._config(context, resources)
            return [RunRequest(run_config=given, tags=self._tags(context, resources))]
        with self._boundary("The function"):
            given = self.read_result(self._execution.call(context, resources=resources))
            is_config = isinstance(given, (Mapping, RunConfig))
            items = [] if is_config else as_items(given)
        if is_config:
            config = cast("Config", given)
            return [RunRequest(run_config=config, tags=self._tags(context, resources))]
        return self._requests_of(items)

    def read_result(self, given: object) -> object:
        """Return what the function gave, in a form that any schedule may give."""
        return given

    def _requests_of(self, items: list[object]) -> list[RunRequest] | SkipReason:
        for item in items:
            if not isinstance(item, (RunRequest, SkipReason)):
                raise ParameterCheckError(
                    f"{self._words} returned {item!r} of type {type(item).__name__}. Return run "
                    "config, RunRequests, a SkipReason or None."
                )
        skips = [item for item in items if isinstance(item, SkipReason)]
        if skips and len(items) > 1:
            raise ParameterCheckError(
                f"{self._words} returned a SkipReason together with other results. Return one "
                "SkipReason, or run requests."
            )
        if skips:
            return skips[0]
        requests = cast("list[RunRequest]", items)
        if len(requests) > 1 and any(request.run_key is None for request in requests):
            raise ParameterCheckError(
                f"{self._words} requested {len(requests)} runs, some of them without a run_key. "
                "Give each RunRequest one of its own."
            )
        return requests

    def _config(
        self, context: ScheduleEvaluationContext, resources: Mapping[str, object]
    ) -> Mapping[str, object]:
        if self._run_config_fn is None:
            return plain_run_config(self._run_config)
        with self._boundary("run_config_fn"):
            made = self._run_config_fn.call(context, resources=resources)
        return plain_run_config(cast("Config | None", made))

    def _tags(
        self, context: ScheduleEvaluationContext, resources: Mapping[str, object]
    ) -> Mapping[str, str]:
        if self._tags_fn is None:
            return self.tags
        with self._boundary("tags_fn"):
            made = self._tags_fn.call(context, resources=resources)
        return text_tags(cast("Tags | None", made), owner=self._words)

    @contextmanager
    def _boundary(self, what: str) -> Generator[None]:
        """Name the schedule in what user code raises."""
        try:
            yield
        except PenstockError:
            raise
        except Exception as error:
            raise ScheduleExecutionError(
                f"{what} of {self._owner} raised {type(error).__name__}: {error}",
                user_exception=error,
            ) from error


def schedule(
    cron_schedule: str | Sequence[str],
    *,
    job_name: str | None = None,
    name: str | None = None,
    tags: Tags | None = None,
    tags_fn: Callable[..., Tags | None] | None = None,
    metadata: Mapping[str, object] | None = None,
    should_execute: Callable[..., bool] | None = None,
    environment_vars: Mapping[str, str] | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: CoercibleToJob | None = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    required_resource_keys: AbstractSet[str] | None = None,
    target: CoercibleToTarget | None = None,
    owners: Sequence[str] | None = None,
) -> Callable[[Callable[..., object]], ScheduleDefinition]:
    """Declare a schedule: the function says which runs to start, each time that the cron fires.

    The function may take the context, and resources by annotation. It returns run config for one
    run, `RunRequest`s, a `SkipReason`, or None; several requests need a `run_key` each.

    Args:
        cron_schedule: Five fields or an alias like `@daily`, or several of them.
        job_name: The job to run, by name.
        name: The name; the function's if None.
        tags: Tags of the schedule, and of runs for which the function returns config only.
        tags_fn: Makes the tags of such runs from the context.
        metadata: Facts about the schedule.
        should_execute: Tells from the context whether to run at all.
        environment_vars: Not used; accepted for old definitions.
        execution_timezone: The zone whose clock counts; UTC if None.
        description: What the schedule is for.
        job: The job to run.
        default_status: Whether it runs until somebody says otherwise.
        required_resource_keys: Resources that the function asks for.
        target: The job or the assets to run.
        owners: Who is responsible.

    Raises:
        InvalidDefinitionError: Arguments exclude each other, or one is not valid.
    """

    def decorate(function: Callable[..., object]) -> ScheduleDefinition:
        made = ScheduleDefinition(
            name or function.__name__,
            cron_schedule=cron_schedule,
            job_name=job_name,
            tags=tags,
            tags_fn=tags_fn,
            metadata=metadata,
            should_execute=should_execute,
            environment_vars=environment_vars,
            execution_timezone=execution_timezone,
            description=description,
            job=job,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            target=target,
            owners=owners,
        )
        return decorated(made, function)

    return decorate


def decorated(made: ScheduleDefinition, function: Callable[..., object]) -> ScheduleDefinition:
    """Give a schedule the function that it was decorated on."""
    made._execution = TickFunction(function, noun="schedule")  # pyright: ignore[reportPrivateUsage]
    made.__doc__ = function.__doc__
    made.__wrapped__ = function  # pyright: ignore[reportAttributeAccessIssue]
    return made


def _function(
    function: Callable[..., object] | None,
) -> TickFunction[ScheduleEvaluationContext] | None:
    return None if function is None else TickFunction(function, noun="schedule")
