"""Lines of Python's logging that become lines of a run."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import penstock as dg
from penstock.base.settings import load_settings
from penstock.errors import InvalidConfigError
from penstock.instance import Instance
from penstock.settings.values import InstanceSettings, LoggingSettings
from penstock.store.memory import MemoryStore


def lines(
    function, tmp_path: Path, *, settings: LoggingSettings | None = None
) -> list[tuple[int, str]]:
    instance = Instance(
        store=MemoryStore(),
        settings=load_settings(environment={}, directory=tmp_path),
        config=InstanceSettings(logging=settings or LoggingSettings()),
    )

    @dg.job
    def only():
        dg.op(name="step")(function)()

    result = only.execute_in_process(instance=instance)
    return [
        (entry.level, entry.message)
        for entry in instance.all_logs(result.run_id)
        if not entry.is_dagster_event
    ]


def test_code_without_a_context_has_a_logger(tmp_path: Path):
    def step():
        dg.get_dagster_logger().debug("first")
        dg.get_dagster_logger("loader").warning("%s rows", 7)

    assert lines(step, tmp_path) == [(10, "first"), (30, "7 rows")]


def test_loggers_that_are_named_are_captured_and_others_are_not(tmp_path: Path):
    def step():
        logging.getLogger("named.below").error("taken")
        logging.getLogger("other").error("left")

    found = lines(step, tmp_path, settings=LoggingSettings(loggers=("named",)))

    assert found == [(40, "taken")]


def test_a_record_that_passes_two_captured_loggers_is_taken_once(tmp_path: Path):
    def step():
        logging.getLogger("named.below").error("once")

    settings = LoggingSettings(loggers=("named", "named.below", "root"))

    assert lines(step, tmp_path, settings=settings) == [(40, "once")]


def test_the_level_is_a_floor_for_all(tmp_path: Path):
    def step(context):
        context.log.info("too low")
        context.log.warning("kept")
        dg.get_dagster_logger().info("too low")
        logging.getLogger("named").info("too low")
        logging.getLogger("named").warning("kept too")

    settings = LoggingSettings(loggers=("named",), level="WARNING")

    assert lines(step, tmp_path, settings=settings) == [(30, "kept"), (30, "kept too")]


def test_the_level_lets_a_named_logger_tell_more(tmp_path: Path):
    settings = LoggingSettings(loggers=("named",), level="DEBUG")

    def step():
        logging.getLogger("named").debug("told")

    assert lines(step, tmp_path, settings=settings) == [(10, "told")]
    assert logging.getLogger("named").level == logging.NOTSET
    assert logging.getLogger("named").handlers == []


def test_a_level_that_there_is_not_is_refused(tmp_path: Path):
    with pytest.raises(InvalidConfigError, match="python_log_level"):
        lines(lambda: None, tmp_path, settings=LoggingSettings(level="LOUD"))


def test_configured_handlers_get_lines_and_events(tmp_path: Path):
    path = tmp_path / "run.log"
    handlers = {
        "handlers": {
            "file": {
                "class": "logging.FileHandler",
                "filename": str(path),
                "level": "INFO",
                "formatter": "short",
            }
        },
        "formatters": {"short": {"format": "%(levelname)s %(message)s"}},
    }

    def step(context):
        context.log.info("hello")
        dg.get_dagster_logger().warning("careful")

    lines(step, tmp_path, settings=LoggingSettings(handlers=handlers))

    written = [line.rpartition(" - ")[2] for line in path.read_text().splitlines()]
    assert written == ["hello", "careful"]


def test_a_handler_that_cannot_be_made_is_named(tmp_path: Path):
    handlers = {"handlers": {"x": {"class": "no.such.Handler"}}}

    with pytest.raises(InvalidConfigError, match="dagster_handler_config"):
        lines(lambda: None, tmp_path, settings=LoggingSettings(handlers=handlers))
