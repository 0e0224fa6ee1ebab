"""Every error Penstock raises, in one tree.

PenstockError
├── UsageError                      the user's definitions, arguments or data are wrong
│   ├── InvalidDefinitionError          a definition contradicts itself or another one
│   ├── InvalidConfigError              run config or resource config does not fit
│   │   └── ConfiguredClassNotFoundError    a class that settings name cannot be found
│   ├── InvalidConfigDefinitionError    a config schema is not one
│   │   └── RuntimeTypeInConfigError        a type of inputs and outputs as that of a config field
│   ├── InvalidPropertyError            an attribute that this kind of context does not have
│   ├── ParameterCheckError             an argument of the wrong type or value
│   ├── UnmetExecutorRequirementsError  an executor cannot run what it was given
│   ├── StepNotFoundError               no step of that key in the plan
│   ├── InvalidInvocationError          a decorated function was called the wrong way
│   │   └── UnknownPartitionError           a partition key is not in its definition
│   ├── InvalidMetadataError            a metadata value has no representation
│   ├── InvalidSubsetError              a selection names something that does not exist
│   │   └── InvalidSelectionError           a selection string does not parse
│   │       └── UnresolvableSelectionError      it asks for what only a deployment knows
│   ├── InvariantViolationError         a rule of the API was broken
│   │   ├── HomeNotSetError                 no home directory can be used
│   │   └── StoredValueNotFoundError        an IO manager finds no value to load
│   ├── UnknownResourceError            a resource key that nobody provides
│   ├── StepOutputNotFoundError         a required output was not produced
│   ├── TypeCheckDidNotPass             a value is not of its declared type
│   ├── RunNotFoundError                no run of that id in the store
│   ├── ResolutionError                 a component's attributes cannot be resolved
│   ├── PipesError                      an external process said what makes no sense
│   ├── EventLogInvalidForRunError      the log of a run cannot be what a run says
│   └── LoadError                       user code failed to import
├── UserCodeExecutionError          user code raised; carries the original exception
│   ├── StepExecutionError              ... in the body of a step
│   ├── ResourceFunctionError           ... while setting a resource up
│   ├── LoadInputError                  ... in an IO manager, while loading an input
│   ├── HandleOutputError               ... in an IO manager, while storing an output
│   ├── TypeCheckError                  ... in a type check
│   ├── TypeLoadingError                ... in the loader of a type
│   ├── ConfigMappingFunctionError      ... in a config mapping
│   ├── HookExecutionError              ... in a hook
│   ├── ScheduleExecutionError          ... in a schedule
│   ├── SensorExecutionError            ... in a sensor
│   └── PartitionExecutionError         ... in a function about partitions
├── Failure                         raised *by* user code to fail a step with metadata
├── RetryRequested                  raised *by* user code to ask for another attempt
├── MaxRetriesExceededError         a step failed more often than it may be tried again
├── CheckFailedError                a blocking check found an error
├── SubprocessError                 processes that carried out steps failed
├── StepProcessDiedError            the process of a step ended before the step had
├── OutageError                     the world around us failed; trying again may help
│   ├── StoreUnavailableError           the store cannot be opened, read or written
│   ├── StoreFullError                  the disk under the store is full
│   └── NewerStoreError                 the store was written by a newer Penstock
└── BugError                        our own fault; please report it
    ├── IllegalTransitionError          an event that the run's state does not allow
    └── FencedError                     a write by an owner that has lost its lease
ExecutionInterruptedError (a BaseException)   Ctrl-C or a cancellation reached user code
PipesExecutionError (an Exception)            an external process failed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType


class PenstockError(Exception):
    """Something went wrong in Penstock."""


class UsageError(PenstockError):
    """The definitions, arguments or data given to Penstock are wrong."""


class InvalidDefinitionError(UsageError):
    """A definition contradicts itself or another one."""


class InvalidDefinitionsError(InvalidDefinitionError):
    """Several definitions are wrong; the message lists every problem.

    Attributes:
        problems: One sentence for each problem, in a stable order.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        if len(self.problems) == 1:
            super().__init__(self.problems[0])
            return
        listed = "\n".join(f"  {n}. {text}" for n, text in enumerate(self.problems, 1))
        super().__init__(f"The definitions have {len(self.problems)} problems:\n{listed}")


class InvalidConfigError(UsageError):
    """Config does not fit its schema.

    Attributes:
        message: The whole text.
        errors: Each problem, with `path`, `reason` and `message`; empty where config could not be
            read at all.
    """

    def __init__(self, message: str, *, errors: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.errors: tuple[object, ...] = tuple(errors)


class InvalidConfigDefinitionError(UsageError):
    """A config schema is not one."""


class RuntimeTypeInConfigError(InvalidConfigDefinitionError):
    """A type of inputs and outputs annotates a field of a Config class."""


class InvalidPropertyError(UsageError):
    """An attribute was read that this kind of context does not have."""


class ParameterCheckError(UsageError):
    """An argument has the wrong type or value."""


class ConfiguredClassNotFoundError(InvalidConfigError, ParameterCheckError):
    """A class that settings name cannot be found."""


class UnmetExecutorRequirementsError(UsageError):
    """An executor cannot run what it was given."""


class StepNotFoundError(UsageError):
    """A plan has no step of that key."""


class InvalidInvocationError(UsageError):
    """A decorated function or a helper was called the wrong way."""


class InvalidMetadataError(UsageError):
    """A metadata value has no representation."""


class InvalidSubsetError(UsageError):
    """A selection names something that does not exist."""


class InvalidSelectionError(InvalidSubsetError):
    """A selection string does not parse."""


class UnresolvableSelectionError(InvalidSelectionError, ParameterCheckError, NotImplementedError):
    """A selection asks for what only a deployment knows."""


class InvariantViolationError(UsageError):
    """A rule of the API was broken."""


class DefinitionNotFoundError(InvariantViolationError, ParameterCheckError, ValueError):
    """There is no definition of that name."""


class StoredValueNotFoundError(InvariantViolationError, FileNotFoundError):
    """An IO manager finds no value to load."""


class UnknownPartitionError(InvalidInvocationError, ValueError):
    """A partition key is not in its definition."""


class UnknownResourceError(UsageError, AttributeError):
    """A resource key that nobody provides."""


class StepOutputNotFoundError(UsageError):
    """A step ended without producing a required output."""


class TypeCheckDidNotPass(UsageError):
    """A value is not of its declared type.

    Args:
        description: Why the value is not of it.
        metadata: Facts that the check told about the value.
        dagster_type: The type.
        message: What happened, with the place of the value; the description if None.
    """

    def __init__(
        self,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        dagster_type: object = None,
        *,
        message: str | None = None,
    ) -> None:
        super().__init__(message or description or "")
        self.description = description
        self.metadata: dict[str, object] = dict(metadata or {})
        self.dagster_type = dagster_type


class RunNotFoundError(UsageError):
    """The store holds no run of that id."""


class RunAlreadyExistsError(InvariantViolationError):
    """There is a run of that id already."""


class HomeNotSetError(InvariantViolationError):
    """No home directory can be used."""


class ResolutionError(UsageError):
    """The attributes of a component cannot be resolved."""


class PipesError(UsageError):
    """An external process reported something that makes no sense."""


class EventLogInvalidForRunError(UsageError):
    """The log of a run cannot be what a run says.

    Attributes:
        run_id: The run.
    """

    def __init__(self, run_id: str) -> None:
        super().__init__(f"The event log of run {run_id} is not one that a run writes.")
        self.run_id = run_id


class LoadError(UsageError):
    """User code could not be imported.

    Attributes:
        user_traceback: The traceback as text, from the user's first frame on; empty if the
            target itself was not found.
    """

    def __init__(self, message: str, *, user_traceback: str = "") -> None:
        super().__init__(message)
        self.user_traceback = user_traceback


class UserCodeExecutionError(PenstockError):
    """User code raised.

    Attributes:
        user_exception: The exception that user code raised.
    """

    def __init__(self, message: str, *, user_exception: BaseException) -> None:
        super().__init__(message)
        self.user_exception = user_exception

    @property
    def original_exc_info(
        self,
    ) -> tuple[type[BaseException], BaseException, TracebackType | None]:
        """The exception of user code in the form of `sys.exc_info()`."""
        error = self.user_exception
        return type(error), error, error.__traceback__


class StepExecutionError(UserCodeExecutionError):
    """The body of a step raised."""


class ResourceFunctionError(UserCodeExecutionError):
    """A resource could not be set up."""


class LoadInputError(UserCodeExecutionError):
    """An IO manager failed to load an input."""


class HandleOutputError(UserCodeExecutionError):
    """An IO manager failed to store an output."""


class TypeCheckError(UserCodeExecutionError):
    """User code raised in a type check."""


class TypeLoadingError(UserCodeExecutionError):
    """User code raised in the loader of a type."""


class ConfigMappingFunctionError(UserCodeExecutionError):
    """User code raised in a config mapping."""


class HookExecutionError(UserCodeExecutionError):
    """User code raised in a hook."""


class ScheduleExecutionError(UserCodeExecutionError):
    """User code raised in the evaluation of a schedule."""


class SensorExecutionError(UserCodeExecutionError):
    """User code raised in the evaluation of a sensor."""


class PartitionExecutionError(UserCodeExecutionError):
    """User code raised in a function about partitions."""


class Failure(PenstockError):
    """Raise in user code to fail the step with a description and metadata.

    Args:
        description: What failed, for people.
        metadata: Facts to keep with the failure; raw values or `MetadataValue`s.
        allow_retries: False skips the step's retry policy; None and True follow it.
    """

    def __init__(
        self,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        allow_retries: bool | None = None,  # noqa: FBT001 - the public signature
    ) -> None:
        super().__init__(description or "")
        self.description = description
        self.metadata: dict[str, object] = dict(metadata or {})
        self.allow_retries: bool = True if allow_retries is None else allow_retries


class RetryRequested(PenstockError):
    """Raise in user code to ask for another attempt of the step.

    Args:
        max_retries: How many retries to allow; overrides the step's policy.
        seconds_to_wait: Seconds before the next attempt; None means at once.
    """

    def __init__(self, max_retries: int = 1, seconds_to_wait: float | None = None) -> None:
        super().__init__(f"Retry requested (at most {max_retries})")
        self.max_retries = max_retries
        self.seconds_to_wait = seconds_to_wait


class MaxRetriesExceededError(PenstockError):
    """A step failed more often than it may be tried again; the cause is what it raised last."""


class CheckFailedError(PenstockError):
    """A blocking check found an error, so what depends on its asset does not run."""


class SubprocessError(PenstockError):
    """Processes that carried out steps failed.

    Attributes:
        subprocess_error_infos: What each of them raised.
    """

    def __init__(self, message: str, *, subprocess_error_infos: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.subprocess_error_infos: tuple[object, ...] = tuple(subprocess_error_infos)


class StepProcessDiedError(PenstockError):
    """The process of a step ended before the step had."""


class OutageError(PenstockError):
    """The world around Penstock failed; trying again may help."""


class StoreUnavailableError(OutageError):
    """The store cannot be opened, read or written."""


class StoreFullError(OutageError):
    """The disk under the store is full."""


class NewerStoreError(OutageError):
    """The store was written by a newer Penstock."""


class BugError(PenstockError):
    """A fault of Penstock itself. Please report it."""


class IllegalTransitionError(BugError):
    """An event that the run's state does not allow.

    The message tells the run's story: every event that led here, oldest first.

    Attributes:
        story: One line for each event that the run has seen.
    """

    def __init__(self, what: str, story: Iterable[str]) -> None:
        self.story: tuple[str, ...] = tuple(story)
        told = "\n".join(f"  {line}" for line in self.story) or "  (no event yet)"
        super().__init__(f"{what}\nThe run's story:\n{told}\nThis is a bug in Penstock.")


class FencedError(BugError):
    """A write by an owner that has lost its lease on the run was refused."""


class PipesExecutionError(Exception):
    """An external process failed: its exit code is not 0.

    A plain Exception, so that `except PenstockError` does not take a failure of the user's own
    program for one of Penstock.
    """


class ExecutionInterruptedError(BaseException):
    """Ctrl-C or a cancellation reached user code.

    A BaseException, so that `except Exception` in user code does not swallow it.
    """
