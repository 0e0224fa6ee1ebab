"""Loggers: where the lines of a run go beside its record.

Owns the declaration (`@logger`, `LoggerDefinition`), its call by hand, and the two loggers that are
always there. Refuses to know runs: who runs a job makes the loggers and hands lines to them.
"""

from __future__ import annotations

import inspect
import json
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self, overload

from penstock.base.streams import beyond_capture
from penstock.config.config_type import ABSENT
from penstock.config.configured import (
    ConfigurableDefinition,
    DefinitionSchema,
    definition_schema,
)
from penstock.config.schema import ConfigSchema, Field
from penstock.errors import InvalidConfigError, InvalidInvocationError, ParameterCheckError

USER_LOGGER: Final = "penstock.user"
"""The name of the logger for code without a context; runs keep its lines, and those below it."""

LoggerFunction = Callable[["InitLoggerContext"], logging.Logger]


class RunLogger(logging.Logger):
    """The logger of a step or another part of a run; each line is kept with the run.

    Annotate `context.log` with it.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class InitLoggerContext:
    """What the function of a logger may ask.

    Attributes:
        logger_config: The config, checked.
        logger_def: The logger.
        job_def: The job that it is made for; None in a call by hand without one.
        run_id: The run that it is made for.
    """

    logger_config: object = None
    logger_def: LoggerDefinition | None = None
    job_def: object = None
    run_id: str | None = None

    @property
    def log_level(self) -> int | None:
        """The level in the config, if it has one, as a number."""
        config = self.logger_config
        level = config.get("log_level") if isinstance(config, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return None if level is None else coerce_valid_log_level(level)  # pyright: ignore[reportUnknownArgumentType]


class LoggerDefinition(ConfigurableDefinition):
    """A logger that runs can be given.

    Args:
        logger_fn: Makes the logger; takes an `InitLoggerContext`.
        config_schema: The schema of its config.
        description: What it is for.
    """

    def __init__(
        self,
        logger_fn: LoggerFunction,
        config_schema: ConfigSchema = None,
        description: str | None = None,
    ) -> None:
        if not callable(logger_fn):  # pyright: ignore[reportUnnecessaryComparison] - a user's argument
            raise ParameterCheckError(f"A logger is made by a function, not by {logger_fn!r}.")
        self.logger_fn = logger_fn
        self.description = description
        self._schema = definition_schema(config_schema, owner="logger")

    @property
    def config_schema(self) -> DefinitionSchema:
        """The schema of the config."""
        return self._schema

    def copy_for_configured(
        self, name: str | None, description: str | None, config_schema: DefinitionSchema
    ) -> Self:
        """Return the same logger with another schema."""
        del name
        made = type(self)(self.logger_fn, None, description or self.description)
        made._schema = config_schema
        return made

    def make(
        self, config: object = ABSENT, *, job_def: object = None, run_id: str | None = None
    ) -> logging.Logger:
        """Make the logger for a config.

        Raises:
            InvalidConfigError: The config does not fit.
        """
        result = self._schema.resolve(config)
        if not result.success:
            problems = "\n".join(str(each) for each in result.errors)
            raise InvalidConfigError(f"The config does not fit the logger\n{problems}")
        context = InitLoggerContext(
            logger_config=result.value, logger_def=self, job_def=job_def, run_id=run_id
        )
        return self.logger_fn(context)

    def __call__(self, *args: object, **kwargs: object) -> logging.Logger:
        """Make the logger by hand, from a context of `build_init_logger_context`.

        Raises:
            InvalidInvocationError: The context is missing, misnamed, or there is more than it.
        """
        context = self._context_of(args, kwargs)
        if context is None:
            return self.make()
        config = ABSENT if context.logger_config is None else context.logger_config
        return self.make(config, job_def=context.job_def, run_id=context.run_id)

    def _context_of(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> InitLoggerContext | None:
        if len(args) + len(kwargs) == 0:
            raise InvalidInvocationError(
                "A logger was called without the context that its function takes. Pass "
                "build_init_logger_context(...)."
            )
        if len(args) + len(kwargs) > 1:
            raise InvalidInvocationError(
                f"A logger was called with {len(args) + len(kwargs)} arguments. Pass the context "
                "alone."
            )
        expected = next(iter(inspect.signature(self.logger_fn).parameters))
        if kwargs and expected not in kwargs:
            raise InvalidInvocationError(
                f"A logger was called with '{next(iter(kwargs))}', but its function takes "
                f"'{expected}'. Pass the context as that."
            )
        context = args[0] if args else kwargs[expected]
        if context is not None and not isinstance(context, InitLoggerContext):
            raise InvalidInvocationError(f"A logger takes an InitLoggerContext, not {context!r}.")
        return context


@overload
def logger(config_schema: LoggerFunction) -> LoggerDefinition: ...  # pyright: ignore[reportOverlappingOverload] - a function is no schema


@overload
def logger(
    config_schema: ConfigSchema = None, description: str | None = None
) -> Callable[[LoggerFunction], LoggerDefinition]: ...


def logger(
    config_schema: object = None, description: str | None = None
) -> LoggerDefinition | Callable[[LoggerFunction], LoggerDefinition]:
    """Declare a logger that a function makes.

    Args:
        config_schema: The schema of its config; or the function, where the decorator is bare.
        description: What it is for.
    """
    if inspect.isfunction(config_schema):
        return LoggerDefinition(config_schema)

    def decorate(function: LoggerFunction) -> LoggerDefinition:
        return LoggerDefinition(function, config_schema, description or function.__doc__)

    return decorate


def build_init_logger_context(
    logger_config: object = None, job_def: object = None
) -> InitLoggerContext:
    """Make a context for calling a logger by hand, as a test does."""
    return InitLoggerContext(logger_config=logger_config, job_def=job_def)


def coerce_valid_log_level(level: str | int) -> int:
    """Return a level of logging as a number.

    Raises:
        ParameterCheckError: There is no level of that name.
    """
    if isinstance(level, int):
        return level
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        raise ParameterCheckError(
            f"There is no log level '{level}'. Use one of {', '.join(sorted(known))}."
        )
    return known[level.upper()]


def get_dagster_logger(name: str | None = None) -> logging.Logger:
    """Return a logger whose lines are kept with the run, for code without a context.

    Args:
        name: A name below that of the logger, to tell parts of the code apart.
    """
    return logging.getLogger(USER_LOGGER if name is None else f"{USER_LOGGER}.{name}")


class JsonLogFormatter(logging.Formatter):
    """Writes each line as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON text; what has no JSON form as text."""
        entries = {key: value for key, value in record.__dict__.items() if key != "args"}
        return json.dumps({**entries, "msg": record.getMessage()}, default=repr, sort_keys=True)


_CONSOLE_SCHEMA = {
    "log_level": Field(str, is_required=False, default_value="INFO"),
    "name": Field(str, is_required=False, default_value="penstock"),
}


def _console(context: InitLoggerContext, formatter: logging.Formatter) -> logging.Logger:
    config = context.logger_config
    assert isinstance(config, Mapping)
    made = logging.Logger(str(config["name"]), context.log_level or logging.INFO)  # noqa: LOG001 - kept by the run alone  # pyright: ignore[reportUnknownArgumentType]
    handler = logging.StreamHandler(beyond_capture(sys.stderr))
    handler.setFormatter(formatter)
    made.addHandler(handler)
    return made


@logger(_CONSOLE_SCHEMA, "Writes lines to standard error.")
def colored_console_logger(context: InitLoggerContext) -> logging.Logger:
    """Write lines to standard error."""
    line = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"
    return _console(context, logging.Formatter(line, "%Y-%m-%d %H:%M:%S %z"))


@logger(_CONSOLE_SCHEMA, "Writes lines to standard error as JSON.")
def json_console_logger(context: InitLoggerContext) -> logging.Logger:
    """Write lines to standard error, each as one JSON object."""
    return _console(context, JsonLogFormatter())


def default_loggers() -> Mapping[str, LoggerDefinition]:
    """Return the loggers of a job that declares none."""
    return {"console": colored_console_logger}


def default_system_loggers() -> list[tuple[LoggerDefinition, Mapping[str, object]]]:
    """Return the loggers of what runs outside any job, with their config."""
    return [(colored_console_logger, {"name": "penstock", "log_level": "DEBUG"})]
