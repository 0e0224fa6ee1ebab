import logging

import pytest

import penstock as dg


class Kept(logging.Handler):
    """Keeps the records that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _logger(kept):
    @dg.logger({"level": dg.Field(int, is_required=False, default_value=logging.INFO)})
    def made(context):
        logger = logging.Logger("mine", context.logger_config["level"])  # noqa: LOG001 - of this test alone
        logger.addHandler(kept)
        return logger

    return made


def _job(loggers):
    @dg.op
    def talk(context):
        context.log.info("hello")
        context.log.debug("quiet")

    @dg.job(logger_defs=loggers)
    def talks():
        talk()

    return talks


def test_a_logger_that_run_config_names_gets_the_lines_of_user_code():
    kept = Kept()

    result = _job({"mine": _logger(kept)}).execute_in_process(run_config={"loggers": {"mine": {}}})

    assert [f"talks - {result.run_id} - talk - hello"] == [r.getMessage() for r in kept.records]
    assert kept.records[0].dagster_meta["orig_message"] == "hello"


def test_a_logger_for_all_levels_gets_the_events_of_the_run_too():
    kept = Kept()

    _job({"mine": _logger(kept)}).execute_in_process(
        run_config={"loggers": {"mine": {"config": {"level": logging.DEBUG}}}}
    )

    kinds = [r.dagster_event and r.dagster_event.event_type_value for r in kept.records]
    assert kinds == [
        "PIPELINE_START",
        "STEP_START",
        None,
        None,
        "STEP_OUTPUT",
        "HANDLED_OUTPUT",
        "STEP_SUCCESS",
        "PIPELINE_SUCCESS",
    ]


def test_a_logger_that_run_config_does_not_name_is_not_made():
    kept = Kept()

    _job({"mine": _logger(kept)}).execute_in_process()

    assert kept.records == []


def test_a_run_is_quiet_unless_its_config_names_the_console(capsys):
    job = _job(None)

    job.execute_in_process()
    assert capsys.readouterr().err == ""

    job.execute_in_process(run_config={"loggers": {"console": {"config": {"log_level": "INFO"}}}})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("talk - hello")


def test_a_job_of_assets_tells_the_loggers_of_its_definitions():
    kept = Kept()

    @dg.asset
    def talking(context):
        context.log.info("made")

    defs = dg.Definitions(
        [talking], jobs=[dg.define_asset_job("makes")], loggers={"mine": _logger(kept)}
    )
    result = defs.resolve_job_def("makes").execute_in_process(run_config={"loggers": {"mine": {}}})

    assert [f"makes - {result.run_id} - talking - made"] == [r.getMessage() for r in kept.records]


def test_a_logger_that_does_not_exist_is_refused_before_anything_is_recorded():
    made = dg.asset(name="made")(lambda: 1)
    defs = dg.Definitions([made], jobs=[dg.define_asset_job("makes")])
    instance = dg.DagsterInstance.ephemeral()

    with pytest.raises(dg.InvalidConfigError, match="root:loggers:other: there is no such logger"):
        defs.resolve_job_def("makes").execute_in_process(
            run_config={"loggers": {"other": {}}}, instance=instance
        )
    assert instance.get_runs() == []
