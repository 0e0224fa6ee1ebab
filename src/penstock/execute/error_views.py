"""Exceptions as data for people: `SerializableErrorInfo` of what `sys.exc_info()` returns."""

from __future__ import annotations

from types import TracebackType

from penstock.compat.error_view import ErrorView
from penstock.errors import ParameterCheckError
from penstock.execute.failures import error_info

ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def serializable_error_info_from_exc_info(exc_info: ExcInfo) -> ErrorView:
    """Describe an exception that is being handled; the stack begins at the user's first frame.

    Args:
        exc_info: What `sys.exc_info()` returned.

    Raises:
        ParameterCheckError: No exception is being handled.
    """
    error = exc_info[1]
    if error is None:
        raise ParameterCheckError("There is no exception to describe. Call it in an except block.")
    return ErrorView(error_info(error))
