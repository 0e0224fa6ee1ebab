"""Exceptions as data."""

import sys

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
