"""Several writers in one session."""

import dagster_pipes
import pytest

import penstock as dg
from penstock.library.pipes.wire import COMPOSITE_WRITERS_KEY


def _write(variables, *, is_closed=True):
    with dagster_pipes.PipesDefaultMessageWriter().open(
        dagster_pipes.decode_param(variables["DAGSTER_PIPES_MESSAGES"])
    ) as channel:
        channel.write_message(dagster_pipes._make_message("opened", {"extras": {}}))
        channel.write_message(dagster_pipes._make_message("report_custom_message", {"payload": 1}))
        if is_closed:
            channel.write_message(dagster_pipes._make_message("closed", {}))


def _session(readers):
    return dg.open_pipes_session(
        dg.build_asset_context(),
        dg.PipesTempFileContextInjector(),
        dg.PipesCompositeMessageReader(readers),
    )


def test_each_writer_has_variables_of_its_own():
    with _session([dg.PipesTempFileMessageReader() for _ in range(3)]) as session:
        each = session.get_per_writer_bootstrap_env_vars()
        for variables in each:
            _write(variables)

    assert len({variables["DAGSTER_PIPES_MESSAGES"] for variables in each}) == 3
    assert len({variables["DAGSTER_PIPES_CONTEXT"] for variables in each}) == 1
    assert len(session.message_reader_params[COMPOSITE_WRITERS_KEY]) == 3
    assert session.get_custom_messages() == (1, 1, 1)
    assert session.message_handler.received_closed_message


def test_one_writer_that_is_not_closed_is_told(caplog):
    with _session([dg.PipesTempFileMessageReader() for _ in range(2)]) as session:
        first, second = session.get_per_writer_bootstrap_env_vars()
        _write(first)
        _write(second, is_closed=False)

    assert "never closed Pipes" in caplog.text


def test_a_reader_of_one_is_as_that_one():
    with _session([dg.PipesTempFileMessageReader()]) as session:
        (variables,) = session.get_per_writer_bootstrap_env_vars()
        _write(variables)

    assert variables == session.get_bootstrap_env_vars()


def test_it_needs_a_reader_and_none_of_several():
    two = dg.PipesCompositeMessageReader([dg.PipesTempFileMessageReader()] * 2)

    with pytest.raises(dg.DagsterInvariantViolationError, match="at least one"):
        dg.PipesCompositeMessageReader([])
    with pytest.raises(dg.DagsterInvariantViolationError, match="single-writer"):
        dg.PipesCompositeMessageReader([two])
