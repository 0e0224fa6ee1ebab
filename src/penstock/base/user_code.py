"""The boundary around code that is not ours.

Owns the one rule: what user code raises leaves as a `UserCodeExecutionError` that carries the
original, with its traceback; our own errors pass unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from penstock.errors import ParameterCheckError, PenstockError, UserCodeExecutionError


@contextmanager
def user_code_error_boundary(
    error_cls: type[UserCodeExecutionError],
    msg_fn: Callable[[], str],
    log_manager: object = None,
    **kwargs: object,
) -> Generator[None]:
    """Wrap what user code raises inside the block.

    Args:
        error_cls: The class to wrap it in.
        msg_fn: Makes the message; called only if something was raised.
        log_manager: Accepted for code that passes it; lines of Python's loggers are kept anyway.
        **kwargs: More keyword arguments for the class.

    Raises:
        UserCodeExecutionError: User code raised; of the class that was asked for.
        ParameterCheckError: The class is not one for errors of user code.

    Example:
        >>> from penstock import StepExecutionError
        >>> try:
        ...     with user_code_error_boundary(StepExecutionError, lambda: "The step failed"):
        ...         1 / 0
        ... except StepExecutionError as error:
        ...     print(error, "because of", repr(error.user_exception))
        The step failed because of ZeroDivisionError('division by zero')
    """
    if not (isinstance(error_cls, type) and issubclass(error_cls, UserCodeExecutionError)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ParameterCheckError(
            f"error_cls must be a class derived from UserCodeExecutionError, not {error_cls!r}."
        )
    try:
        yield
    except PenstockError:
        raise
    except Exception as error:
        raise error_cls(msg_fn(), user_exception=error, **kwargs) from error
