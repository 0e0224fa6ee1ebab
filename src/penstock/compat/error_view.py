"""`ErrorView`: an exception as data, with the attributes that users of Dagster read.

Owns the names that errors have in Dagster. What is stored is `model.events.ErrorInfo`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from traceback import TracebackException

from penstock import errors
from penstock.model import events as native


@dataclass(frozen=True, slots=True)
class ErrorView:
    """An exception as data; a view of `ErrorInfo`.

    Attributes:
        info: What was recorded of it.
        has_own_name: Whether its class is called as `__name__` has it, for code that compares
            with the class; as Dagster has it otherwise.
    """

    info: native.ErrorInfo
    has_own_name: bool = False

    @property
    def message(self) -> str:
        """The class and the message, as the last line of a traceback has them."""
        return f"{self.cls_name}: {self.info.message}\n"

    @property
    def cls_name(self) -> str:
        """The name of the exception's class, as Dagster has it where the class is Penstock's."""
        if self.has_own_name:
            return self.info.kind
        return _DAGSTER_NAMES.get(self.info.kind, self.info.kind)

    @property
    def stack(self) -> list[str]:
        """The traceback's lines, from the user's first frame on."""
        return self.info.stack.splitlines(keepends=True)

    @property
    def cause(self) -> ErrorView | None:
        """The exception that it was raised from."""
        cause = self.info.cause
        return None if cause is None else ErrorView(cause, has_own_name=self.has_own_name)

    @property
    def context(self) -> ErrorView | None:
        """The exception that was being handled when it was raised; `from None` hides that."""
        return self.cause

    @classmethod
    def from_traceback(cls, tb_exc: TracebackException) -> ErrorView:
        """Return the view of an exception that was captured with its traceback."""
        return cls(_captured(tb_exc), has_own_name=True)

    def to_string(self) -> str:
        """Return the message and the traceback as text."""
        return f"{self.message}\nStack Trace:\n{self.info.stack}"

    def __str__(self) -> str:
        """Return the text of the exception and of those that it was raised from."""
        if self.cause is None:
            return self.to_string()
        return f"{self.to_string()}\nIt was caused by:\n{self.cause}"


def _captured(error: TracebackException) -> native.ErrorInfo:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return native.ErrorInfo(
        kind=error.exc_type.__qualname__,
        message=str(error),
        stack="".join(error.stack.format()),
        cause=None if cause is None else _captured(cause),
    )


def step_error(info: native.ErrorInfo, step: str | None = None) -> ErrorView:
    """Return why a step failed: what user code raised is the cause of the step's own error.

    Args:
        info: What was raised.
        step: The step; None where it is not known.
    """
    if info.kind in _FRAMEWORK:
        return ErrorView(info)
    words = f"Error occurred while executing {'a step' if step is None else f'step {step!r}'}"
    return ErrorView(native.ErrorInfo("StepExecutionError", words, "", info))


_FRAMEWORK = frozenset(
    name
    for name, each in vars(errors).items()
    if isinstance(each, type) and each is not errors.ParameterCheckError
)

_DAGSTER_NAMES: Mapping[str, str] = {
    "EventLogInvalidForRunError": "DagsterEventLogInvalidForRun",
    "ExecutionInterruptedError": "DagsterExecutionInterruptedError",
    "HandleOutputError": "DagsterExecutionHandleOutputError",
    "InvalidMetadataError": "DagsterInvalidMetadata",
    "InvalidSelectionError": "DagsterInvalidAssetSelectionError",
    "LoadInputError": "DagsterExecutionLoadInputError",
    "PenstockError": "DagsterError",
    "StepProcessDiedError": "ChildProcessCrashException",
    "StepExecutionError": "DagsterExecutionStepExecutionError",
    "StepNotFoundError": "DagsterExecutionStepNotFoundError",
    **{
        name: f"Dagster{name}"
        for name in (
            "ConfigMappingFunctionError",
            "HomeNotSetError",
            "InvalidConfigDefinitionError",
            "InvalidConfigError",
            "InvalidDefinitionError",
            "InvalidInvocationError",
            "InvalidPropertyError",
            "InvalidSubsetError",
            "InvariantViolationError",
            "MaxRetriesExceededError",
            "PipesExecutionError",
            "ResourceFunctionError",
            "RunNotFoundError",
            "StepOutputNotFoundError",
            "SubprocessError",
            "TypeCheckDidNotPass",
            "TypeCheckError",
            "TypeLoadingError",
            "UnknownPartitionError",
            "UnknownResourceError",
            "UnmetExecutorRequirementsError",
            "UserCodeExecutionError",
        )
    },
}
"""The names of errors in Dagster, for those that users compare `cls_name` with."""
