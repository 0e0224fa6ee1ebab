"""What user code raises leaves the boundary in the class that was asked for."""

from __future__ import annotations

import pytest

from penstock.base.user_code import user_code_error_boundary
from penstock.errors import (
    BugError,
    ParameterCheckError,
    ResourceFunctionError,
    UserCodeExecutionError,
)


class TableError(UserCodeExecutionError):
    """An error of user code with a fact of its own."""

    def __init__(self, message: str, *, user_exception: BaseException, table: str) -> None:
        super().__init__(message, user_exception=user_exception)
        self.table = table


def test_an_exception_is_wrapped_with_the_message_and_its_cause():
    original = KeyError("host")

    with (
        pytest.raises(ResourceFunctionError, match="the resource failed") as caught,
        user_code_error_boundary(ResourceFunctionError, lambda: "the resource failed"),
    ):
        raise original

    assert caught.value.user_exception is caught.value.__cause__ is original
    assert caught.value.original_exc_info == (KeyError, original, original.__traceback__)


def test_more_arguments_go_to_the_class():
    with (
        pytest.raises(TableError) as caught,
        user_code_error_boundary(TableError, lambda: "no", table="orders"),
    ):
        raise KeyError

    assert caught.value.table == "orders"


def test_errors_of_penstock_pass_unchanged():
    with (
        pytest.raises(BugError),
        user_code_error_boundary(ResourceFunctionError, lambda: "no"),
    ):
        raise BugError


def test_the_message_is_not_made_when_nothing_is_raised():
    with user_code_error_boundary(ResourceFunctionError, lambda: 1 / 0):
        pass


def test_another_class_is_refused():
    with (
        pytest.raises(ParameterCheckError, match="derived from UserCodeExecutionError"),
        user_code_error_boundary(KeyError, lambda: "no"),
    ):
        pass
