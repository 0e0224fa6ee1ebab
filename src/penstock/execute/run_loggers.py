"""The loggers of a run: Python loggers that its lines and events go to, beside its record.

Owns which of a job's loggers take part and how an event becomes a record of Python's logging. A run
tells loggers only where its config names them, so that a run in a test or a notebook stays quiet.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from penstock.base.clock import Clock
from penstock.base.text import listed
from penstock.compat.event_text import describe_event, level_of_event
from penstock.compat.events import DagsterEvent
from penstock.config.config_type import ABSENT
from penstock.config.run_config import entries_of
from penstock.define.job_definition import JobDefinition
from penstock.define.logger import InitLoggerContext, LoggerDefinition, default_loggers
from penstock.errors import InvalidConfigError
from penstock.execute.driver import Observer
from penstock.model.events import LogLine, RunEvent, StoredEvent
from penstock.model.run import RunRecord

LoggerCall = tuple[LoggerDefinition, object]
"""A logger, and the config that it is made with, already resolved."""


def named_loggers(
    job: JobDefinition, section: object, *, environment: Mapping[str, str]
) -> Sequence[LoggerCall]:
    """Return the loggers that run config names.

    Args:
        job: The job; `console` is there where it declares none.
        section: The `loggers` section of run config; none take part if it is no mapping.
        environment: The variables that config may name.

    Raises:
        InvalidConfigError: There is no such logger, or its config does not fit.
    """
    known = job.loggers if job.has_specified_loggers else default_loggers()
    found: list[LoggerCall] = []
    for key, entry in entries_of(section).items():
        definition = known.get(key)
        if not isinstance(definition, LoggerDefinition):
            raise InvalidConfigError(
                f"Run config of job '{job.name}' does not fit. root:loggers:{key}: there is no "
                f"such logger; there are {listed(sorted(known)) or 'none'}."
            )
        schema = definition.config_schema
        given = entries_of(entry).get("config", ABSENT)
        at = f"root:loggers:{key}:config"
        found.append((definition, schema.resolve_or_raise(given, environ=environment, at=at)))
    return found


def telling(
    observer: Observer | None,
    calls: Sequence[LoggerCall],
    record: RunRecord,
    *,
    job: object,
    clock: Clock,
    also: logging.Logger | None = None,
) -> Observer | None:
    """Return an observer that tells loggers of each event, after the given one.

    Args:
        observer: Called first; nothing if None.
        calls: The loggers, which are made here.
        record: The run.
        job: The job, for the contexts of the loggers.
        clock: The time of the events.
        also: A logger that is told as well.
    """
    if not calls and also is None:
        return observer
    loggers = [] if also is None else [also]
    loggers += [
        definition.logger_fn(
            InitLoggerContext(
                logger_config=config, logger_def=definition, job_def=job, run_id=record.id
            )
        )
        for definition, config in calls
    ]

    def tell(event: RunEvent) -> None:
        if observer is not None:
            observer(event)
        level = level_of_event(event)
        for logger in loggers:
            if logger.isEnabledFor(level):
                logger.handle(_record_of(logger, event, record, at=clock.now()))

    return tell


def _record_of(
    logger: logging.Logger, event: RunEvent, run: RunRecord, *, at: float
) -> logging.LogRecord:
    step = getattr(event, "step", None)
    message = describe_event(event)
    stored = StoredEvent(id=0, run=run.id, at=at, event=event)
    is_line = isinstance(event, LogLine)
    told = None if is_line else DagsterEvent(stored, job_name=run.spec.job)
    kind = None if told is None else told.event_type.name
    text = " - ".join(part for part in (run.spec.job, run.id, step, kind, message) if part)
    meta = {
        "run_id": run.id,
        "job_name": run.spec.job,
        "job_tags": dict(run.spec.tags),
        "step_key": step,
        "orig_message": message,
        "log_timestamp": at,
    }
    return logger.makeRecord(
        logger.name,
        level_of_event(event),
        "",
        0,
        text,
        (),
        None,
        extra={"dagster_meta": meta, "dagster_event": told, "stored_event": stored},
    )
