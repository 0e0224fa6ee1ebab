"""Checking values against types, building them from config, and how a failure is reported.

Owns the boundary around the user's check functions and loaders. It refuses to know steps and
events: execution calls it, records the verdict and raises what is returned here.
"""

from __future__ import annotations

import logging
from typing import NoReturn

from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.definition import RuntimeType, TypeCheck, TypeCheckContext
from penstock.define.types.loader import TypeLoaderContext
from penstock.errors import (
    Failure,
    InvalidDefinitionError,
    PenstockError,
    RetryRequested,
    TypeCheckDidNotPass,
    TypeCheckError,
    TypeLoadingError,
    UnknownResourceError,
)


class _NoResources:
    """Stands where there are no resources."""

    def __getattr__(self, key: str) -> NoReturn:
        raise UnknownResourceError(
            f"Unknown resource '{key}': check_dagster_type provides none. Call the type's"
            " type_check with a context that has it."
        )


def run_type_check(
    runtime_type: RuntimeType, context: TypeCheckContext | None, value: object
) -> TypeCheck:
    """Judge a value; the seam for execution.

    Args:
        runtime_type: The type.
        context: What the check may ask; None suits a check that asks nothing.
        value: The value.

    Raises:
        TypeCheckError: The check raised.
        InvariantViolationError: The check returned neither a bool nor a `TypeCheck`.
    """
    try:
        return runtime_type.type_check(context, value)
    except (Failure, RetryRequested) as error:
        raise _check_raised(runtime_type, error) from error
    except PenstockError:
        raise
    except Exception as error:  # the boundary to the user's check
        raise _check_raised(runtime_type, error) from error


def _check_raised(runtime_type: RuntimeType, error: Exception) -> TypeCheckError:
    return TypeCheckError(
        f"The check of type '{runtime_type.display_name}' raised {type(error).__name__}: {error}",
        user_exception=error,
    )


def did_not_pass(
    runtime_type: RuntimeType, verdict: TypeCheck, *, where: str
) -> TypeCheckDidNotPass:
    """Return the error for a verdict that failed, to be raised once the verdict is recorded.

    Args:
        runtime_type: The type.
        verdict: What its check said.
        where: The place of the value: "step output 'result'", "op 'double' input 'x'".
    """
    why = f" {verdict.description}" if verdict.description else ""
    return TypeCheckDidNotPass(
        verdict.description,
        verdict.metadata,
        runtime_type,
        message=f"The value of {where} does not fit the type '{runtime_type.display_name}'.{why}",
    )


def check_type(
    runtime_type: RuntimeType, value: object, context: TypeCheckContext | None, *, where: str
) -> TypeCheck:
    """Judge a value and insist that it passes.

    Raises:
        TypeCheckDidNotPass: The value is not of the type.
        TypeCheckError: The check raised.
        InvariantViolationError: The check returned neither a bool nor a `TypeCheck`.
    """
    verdict = run_type_check(runtime_type, context, value)
    if not verdict.success:
        raise did_not_pass(runtime_type, verdict, where=where)
    return verdict


def check_runtime_type(dagster_type: object, value: object) -> TypeCheck:
    """Judge a value outside a run, for tests of a type.

    A check that raises `Failure` counts as failed, with its description and metadata.

    Args:
        dagster_type: A type, or an annotation that stands for one.
        value: The value.

    Example:
        ```python
        assert dg.check_dagster_type(dg.List[int], [1, 2]).success
        ```
    """
    runtime_type = resolve_runtime_type(dagster_type)
    context = TypeCheckContext(
        run_id="EPHEMERAL",
        log=logging.getLogger("penstock.type_check"),
        resources=_NoResources(),
        dagster_type=runtime_type,
    )
    try:
        return runtime_type.type_check(context, value)
    except Failure as failure:
        return TypeCheck(success=False, description=failure.description, metadata=failure.metadata)


def load_from_config(
    runtime_type: RuntimeType, context: TypeLoaderContext, config_value: object
) -> object:
    """Build a value of a type from run config; the seam for execution.

    Args:
        runtime_type: The type of the input.
        context: What the loader may ask.
        config_value: Config that fits the loader's `schema_type`, defaults filled in.

    Raises:
        InvalidDefinitionError: The type has no loader.
        TypeLoadingError: The loader raised.
    """
    loader = runtime_type.loader
    if loader is None:
        raise InvalidDefinitionError(
            f"The type '{runtime_type.display_name}' has no loader, so run config cannot give a"
            " value for it. Give the type a loader, or connect the input."
        )
    try:
        return loader.construct_from_config_value(context, config_value)
    except Exception as error:  # the boundary to the user's loader
        raise TypeLoadingError(
            f"The loader of type '{runtime_type.display_name}' raised {type(error).__name__}:"
            f" {error}",
            user_exception=error,
        ) from error
