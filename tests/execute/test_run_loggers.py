import logging

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
        logger = logging.Logger("mine", context.logger_config["level"])
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

    result = _job({"mine": _logger(kept)}).execute_in_process(
        run_config={"loggers": {"mine": {}}}
    )

    assert [f"talks - {result.run_id} - talk - hello"] == [r.getMessage() for r in kept.records]
    assert "hello" == kept.records[0].dagster_meta["orig_message"]


def test_a_logger_for_all_levels_gets_the_events_of_the_run_too():
    kept = Kept()

    _job({"mine": _logger(kept)}).execute_in_process(
        run_config={"loggers": {"mine": {"config": {"level": logging.DEBUG}}}}
    )

    kinds = [r.dagster_event and r.dagster_event.event_type_value for r in kept.records]
    assert [
        "PIPELINE_START",
        "STEP_START",
        None,
        None,
        "STEP_OUTPUT",
        "HANDLED_OUTPUT",
        "STEP_SUCCESS",
        "PIPELINE_SUCCESS",
    ] == kinds


def test_a_logger_that_run_config_does_not_name_is_not_made():
    kept = Kept()

    _job({"mine": _logger(kept)}).execute_in_process()

    assert [] == kept.records


def test_a_run_is_quiet_unless_its_config_names_the_console(capsys):
    job = _job(None)

    job.execute_in_process()
    assert "" == capsys.readouterr().err

    job.execute_in_process(run_config={"loggers": {"console": {"config": {"log_level": "INFO"}}}})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("talk - hello")
