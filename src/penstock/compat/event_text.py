"""An event in words and by how much it matters, for people who read a log."""

from __future__ import annotations

from penstock.errors import ParameterCheckError
from penstock.model import events as native
from penstock.model.events import kind_of

_DEBUG = 10
_ERROR = 40


def describe_event(event: native.AnyEvent) -> str:
    """Say an event in words, on one line."""
    match event:
        case native.LogLine(message=message):
            return message
        case (
            native.StepFailed(step=step, error=error)
            | native.StepUpForRetry(step=step, error=error)
        ):
            return f"{kind_of(event)} {step}: {error.first_line()}"
        case (
            native.HookCompleted(step=step, hook=hook)
            | native.HookErrored(step=step, hook=hook)
            | native.HookSkipped(step=step, hook=hook)
        ):
            return f"{kind_of(event)} {hook} of {step}"
        case native.TeardownFailed(resource=resource, error=error):
            return f"Teardown of resources [{resource}] failed: {error.first_line()}"
        case native.Remark(message=message) if message:
            return message
        case native.RunFailed(reason=reason):
            return f"run_failed: {reason}"
        case native.CheckEvaluated(name=name, passed=passed):
            return f"check {name} {'passed' if passed else 'failed'}"
        case _:
            subject = getattr(event, "asset", None) or getattr(event, "step", None) or ""
            partition = getattr(event, "partition", None)
            return " ".join(str(p) for p in (kind_of(event), subject, partition or "") if p)


def level_of_event(event: native.AnyEvent) -> int:
    """Return the level of a line of user code; ERROR for a failure, and DEBUG for other events.

    Levels are the numbers of Python's logging module.
    """
    match event:
        case native.LogLine(level=level) | native.Remark(level=level):
            return level
        case (
            native.StepFailed()
            | native.RunFailed()
            | native.HookErrored()
            | native.TeardownFailed()
        ):
            return _ERROR
        case _:
            return _DEBUG


def level_number(level: int | str) -> int:
    """Return the number of a level that is given as a number or as its name, in any case.

    Raises:
        ParameterCheckError: There is no level of that name.
    """
    if isinstance(level, int):
        return level
    number = _LEVELS.get(level.upper())
    if number is None:
        known = ", ".join(_LEVELS)
        raise ParameterCheckError(f"There is no log level '{level}'. Use one of {known}.")
    return number


_LEVELS = {"CRITICAL": 50, "ERROR": 40, "WARNING": 30, "WARN": 30, "INFO": 20, "DEBUG": 10}
