"""What each message means, and what becomes of one that makes no sense."""

import threading

import dagster_pipes
import pytest

import penstock as dg
from penstock.library.pipes.wire import VERSION_FIELD


class _Silent(dg.PipesMessageReader):
    def read_messages(self, handler):
        raise NotImplementedError

    def no_messages_debug_text(self):
        return ""


def _handler(caplog):
    caplog.set_level("DEBUG", logger="penstock.direct")
    return dg.PipesMessageHandler(dg.build_asset_context(), _Silent())


def _message(method, **params):
    return {VERSION_FIELD: "0.1", "method": method, "params": params}


def test_results_are_kept_in_order(caplog):
    handler = _handler(caplog)

    handler.handle_message(
        _message("report_asset_materialization", asset_key="a", metadata=None, data_version="v")
    )
    handler.handle_message(
        _message(
            "report_asset_check",
            asset_key="a",
            check_name="full",
            passed=False,
            severity="WARN",
            metadata={},
        )
    )

    assert handler.get_reported_results() == (
        dg.MaterializeResult(asset_key="a", data_version=dg.DataVersion("v")),
        dg.AssetCheckResult(
            False, asset_key="a", check_name="full", severity=dg.AssetCheckSeverity.WARN
        ),
    )


def test_a_log_message_keeps_its_level(caplog):
    handler = _handler(caplog)

    handler.handle_message(_message("log", message="100%", level="ERROR"))

    assert [(r.levelname, r.message) for r in caplog.records] == [("ERROR", "100%")]


def test_what_another_thread_hands_over_is_told_in_the_thread_of_the_step(caplog):
    handler = _handler(caplog)
    message = _message("log", message="hello", level="INFO")
    thread = threading.Thread(target=handler.handle_message, args=(message,))

    thread.start()
    thread.join()

    assert caplog.records == []
    handler.tell()
    assert [r.message for r in caplog.records] == ["hello"]


def test_a_stream_is_written_as_it_is(caplog, capsys):
    handler = _handler(caplog)

    handler.handle_message(_message("log_external_stream", stream="stderr", text="a\nb"))

    assert capsys.readouterr().err == "a\nb"


def test_an_unknown_message_is_told_and_ignored(caplog):
    handler = _handler(caplog)

    handler.handle_message(_message("report_weather", sun=True))

    assert "unknown message method 'report_weather'" in caplog.text
    assert handler.faults == ()


def test_an_exception_of_the_external_process_is_told_with_its_cause(caplog):
    handler = _handler(caplog)
    cause = {"message": "KeyError: 'x'\n", "stack": ["line 1\n"], "name": "KeyError"}

    handler.handle_message(
        _message("closed", exception={"message": "oops", "stack": ["line 2\n"], "cause": cause})
    )

    assert handler.received_closed_message
    assert "KeyError: 'x'\n\nwhich led to:\nline 2\noops" in caplog.text


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("log", {"message": "x", "level": "LOUD"}, "unknown level 'LOUD'"),
        ("report_asset_materialization", {}, "is not complete"),
        (
            "report_asset_check",
            {"asset_key": "a", "check_name": "c", "passed": True, "severity": "BAD"},
            "'BAD' is no severity",
        ),
        ("log_external_stream", {"stream": "x", "text": ""}, "'x' is no stream"),
    ],
)
def test_a_message_without_sense_is_refused(caplog, method, params, message):
    handler = _handler(caplog)

    with pytest.raises(dagster_pipes.DagsterPipesError, match=message):
        handler.handle_message(_message(method, **params))


def test_a_readers_thread_keeps_what_it_cannot_understand(caplog):
    handler = _handler(caplog)

    handler.take(_message("log", message="x", level="LOUD"))

    (fault,) = handler.faults
    assert "unknown level 'LOUD'" in fault
