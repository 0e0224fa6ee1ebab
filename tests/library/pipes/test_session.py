"""Sessions around processes that user code starts itself."""

import json

import dagster_pipes
import pytest

import penstock as dg
from penstock.library.pipes.wire import VERSION_FIELD, unpack


def _open(reader, injector=None):
    return dg.open_pipes_session(
        dg.build_asset_context(), injector or dg.PipesEnvContextInjector(), reader, {"a": 1}
    )


def _write(path, *lines):
    with open(path, "a") as file:
        file.writelines(lines)


def _write_and_fail(path):
    _write(path, _line("report_custom_message", payload=1))
    raise ZeroDivisionError


def _line(method, **params):
    return json.dumps({VERSION_FIELD: "0.1", "method": method, "params": params}) + "\n"


def test_variables_and_arguments_lead_to_the_context_and_the_messages(tmp_path):
    path = str(tmp_path / "messages")

    with _open(dg.PipesFileMessageReader(path)) as session:
        variables = session.get_bootstrap_env_vars()
        arguments = session.get_bootstrap_cli_arguments()

    assert unpack(variables["DAGSTER_PIPES_CONTEXT"])["data"]["extras"] == {"a": 1}
    assert unpack(variables["DAGSTER_PIPES_MESSAGES"]) == {"path": path}
    assert arguments == {
        "--dagster-pipes-context": variables["DAGSTER_PIPES_CONTEXT"],
        "--dagster-pipes-messages": variables["DAGSTER_PIPES_MESSAGES"],
    }


def test_all_that_was_written_is_read_when_the_session_closes(tmp_path):
    path = str(tmp_path / "messages")

    with _open(dg.PipesFileMessageReader(path)) as session:
        _write(path, *(_line("report_custom_message", payload=n) for n in range(500)))

    assert session.get_custom_messages() == tuple(range(500))


def test_messages_are_read_when_the_code_inside_raises(tmp_path):
    path = str(tmp_path / "messages")

    with (
        pytest.raises(ZeroDivisionError),
        _open(dg.PipesFileMessageReader(path)) as session,
    ):
        _write_and_fail(path)

    assert session.get_custom_messages() == (1,)


def test_a_message_that_cannot_be_understood_fails_the_step(tmp_path):
    path = str(tmp_path / "messages")
    bad = _line("report_asset_materialization", metadata={}, asset_key=None)

    with (
        pytest.raises(dagster_pipes.DagsterPipesError, match="cannot be understood"),
        _open(dg.PipesFileMessageReader(path)),
    ):
        _write(path, bad)


def test_a_line_that_was_cut_off_is_kept_in_the_log(tmp_path, caplog):
    path = str(tmp_path / "messages")

    with _open(dg.PipesFileMessageReader(path)) as session:
        _write(path, _line("report_custom_message", payload=1), '{"__dagster')

    assert session.get_custom_messages() == (1,)
    assert 'text that is none: {"__dagster' in caplog.text


def test_a_session_that_is_not_closed_is_told(tmp_path, caplog):
    path = str(tmp_path / "messages")

    with _open(dg.PipesFileMessageReader(path)):
        _write(path, _line("opened", extras={}))

    assert "never closed Pipes" in caplog.text


def test_metadata_is_added_to_every_result(tmp_path):
    path = str(tmp_path / "messages")

    with _open(dg.PipesFileMessageReader(path)) as session:
        _write(
            path,
            _line(
                "report_asset_materialization",
                asset_key="a",
                metadata={"x": {"raw_value": 1, "type": "int"}},
                data_version=None,
            ),
        )

    (result,) = session.get_results(metadata={"y": 2})
    assert result == dg.MaterializeResult(asset_key="a", metadata={"x": 1, "y": 2})
