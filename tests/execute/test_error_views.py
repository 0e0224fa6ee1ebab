"""Exceptions as data."""

import sys
import traceback

import pytest

import penstock as dg


def _fail():
    try:
        {}["x"]
    except KeyError as error:
        raise ValueError("no x") from error


def test_an_exception_is_described_with_its_cause():
    try:
        _fail()
    except ValueError:
        info = dg.serializable_error_info_from_exc_info(sys.exc_info())

    assert isinstance(info, dg.SerializableErrorInfo)
    assert (info.cls_name, info.message) == ("ValueError", "ValueError: no x\n")
    assert info.cause is not None
    assert info.cause.cls_name == "KeyError"


def test_without_an_exception_there_is_nothing_to_describe():
    with pytest.raises(dg.ParameterCheckError, match="no exception to describe"):
        dg.serializable_error_info_from_exc_info((None, None, None))


def test_a_captured_traceback_is_described_with_its_cause_by_the_classes_own_names():
    try:
        try:
            _fail()
        except ValueError as error:
            raise dg.DagsterInvalidSubsetError("no such asset") from error
    except dg.DagsterInvalidSubsetError as error:
        captured = traceback.TracebackException.from_exception(error)

    info = dg.SerializableErrorInfo.from_traceback(captured)

    assert info.cls_name == dg.DagsterInvalidSubsetError.__name__
    assert info.message.endswith("no such asset\n")
    assert "test_error_views.py" in info.stack[0]
    assert info.cause is not None
    assert info.cause.message == "ValueError: no x\n"
    assert "KeyError" in str(info)
