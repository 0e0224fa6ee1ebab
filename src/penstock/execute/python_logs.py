"""Lines of Python's logging that become lines of a run.

While a run is under way a handler stands at the logger that `get_dagster_logger` returns, and at
those that the settings name. It hands a record to the step that the current
thread or task works on; without one it does nothing. Handlers that the settings configure get the
records of a run beside its log.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Generator, Mapping
from contextvars import ContextVar, Token
from typing import cast

from penstock.define.logger import USER_LOGGER, coerce_valid_log_level
from penstock.errors import InvalidConfigError, ParameterCheckError
from penstock.settings.values import LoggingSettings

_TAKEN = "taken_by_penstock"

Take = Callable[[logging.LogRecord], None]

_current: ContextVar[Take | None] = ContextVar("take_record", default=None)


class _StepHandler(logging.Handler):
    """Hands records to the current step: each once, though it may pass several loggers."""

    def emit(self, record: logging.LogRecord) -> None:
        take = _current.get()
        if take is None or _TAKEN in record.__dict__:
            return
        record.__dict__[_TAKEN] = True
        token = _current.set(None)  # what is logged meanwhile is not of the step
        try:
            take(record)
        finally:
            _current.reset(token)


class into:  # noqa: N801 - it reads as the function that it is used like
    """Hand records of the loggers that are captured to a step; may be entered again and again."""

    __slots__ = ("_take", "_token")

    def __init__(self, take: Take) -> None:
        self._take = take
        self._token: Token[Take | None] | None = None

    def __enter__(self) -> None:
        self._token = _current.set(self._take)

    def __exit__(self, *details: object) -> None:
        if self._token is not None:
            _current.reset(self._token)


class _Captured:
    """The loggers that a handler stands at, and for how many runs."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.handler = _StepHandler()
        self.runs: dict[str, int] = {}
        self.levels: dict[str, int] = {}

    def add(self, name: str, level: int | None) -> None:
        with self.lock:
            self.runs[name] = self.runs.get(name, 0) + 1
            if self.runs[name] > 1:
                return
            logger = logging.getLogger(name)
            self.levels[name] = logger.level
            if level is not None:
                logger.setLevel(level)
            logger.addHandler(self.handler)

    def remove(self, name: str) -> None:
        with self.lock:
            self.runs[name] -= 1
            if self.runs[name] == 0:
                logger = logging.getLogger(name)
                logger.removeHandler(self.handler)
                logger.setLevel(self.levels.pop(name))
                del self.runs[name]


_captured = _Captured()


@contextlib.contextmanager
def capturing(settings: LoggingSettings) -> Generator[None]:
    """Let steps inside take the lines of code without a context, and of the loggers in settings.

    Raises:
        InvalidConfigError: The settings name a level that there is not.
    """
    floor = floor_of(settings)
    names = {USER_LOGGER, *settings.loggers}
    for name in names:
        is_set = name == USER_LOGGER or settings.level is not None
        _captured.add(name, floor if is_set else None)
    try:
        yield
    finally:
        for name in names:
            _captured.remove(name)


def floor_of(settings: LoggingSettings) -> int:
    """Return the level of the least serious lines that are kept: DEBUG if settings name none.

    Raises:
        InvalidConfigError: There is no level of that name.
    """
    if settings.level is None:
        return logging.DEBUG
    try:
        return coerce_valid_log_level(settings.level)
    except ParameterCheckError as error:
        raise InvalidConfigError(f"python_logs:python_log_level: {error}") from error


@contextlib.contextmanager
def handling(settings: LoggingSettings) -> Generator[logging.Logger | None]:
    """Return a logger with the handlers that the settings configure; None if they do not.

    Raises:
        InvalidConfigError: `logging.config` cannot make them.
    """
    if not _mapping(settings.handlers.get("handlers")):
        yield None
        return
    logger = _handler_logger(settings)
    try:
        yield logger
    finally:
        for handler in logger.handlers:
            handler.close()


def _handler_logger(settings: LoggingSettings) -> logging.Logger:
    handlers = _mapping(settings.handlers.get("handlers"))
    parts = {
        part: dict(_mapping(settings.handlers.get(part)))
        for part in ("formatters", "filters", "handlers")
    }
    from logging.config import DictConfigurator  # noqa: PLC0415 - imports a server

    configurator = DictConfigurator({"version": 1, **parts})
    made = logging.Logger("penstock", floor_of(settings))  # noqa: LOG001 - kept by the run alone
    try:
        # Not configure(): it would shut down every other handler of the process.
        for name, each in parts["formatters"].items():
            parts["formatters"][name] = configurator.configure_formatter(_mutable(each))
        for name, each in parts["filters"].items():
            parts["filters"][name] = configurator.configure_filter(_mutable(each))
        configurator.config.update(parts)
        for each in handlers.values():
            made.addHandler(configurator.configure_handler(_mutable(each)))
    except (ValueError, TypeError, KeyError, AttributeError, ImportError) as error:
        raise InvalidConfigError(
            f"python_logs:dagster_handler_config: logging cannot make a handler of it: {error}."
        ) from error
    return made


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _mutable(value: object) -> dict[str, object]:
    return dict(_mapping(value))
