"""What a function returns that had an external process make its assets.

Such a function speaks of its assets only by results, so a value is never stored for it and nothing
is taken as made because the function came to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from penstock.base.text import listed
from penstock.define.context import OpExecutionContext
from penstock.define.result import AssetCheckResult, MaterializeResult, ObserveResult, Output
from penstock.define.step import StepDefinition
from penstock.errors import InvariantViolationError
from penstock.execute.observations import as_observation

_RESULTS = (MaterializeResult, AssetCheckResult, ObserveResult, Output)


def as_results(step: StepDefinition, returned: object, context: OpExecutionContext) -> object:
    """Return what a function returned; a list of results as an iterator, as if they were yielded.

    Args:
        step: The step.
        returned: What the function returned.
        context: The context that it was given; it knows whether results are demanded.

    Raises:
        InvariantViolationError: Results are demanded, and it returned something else.
    """
    if step.observes:
        return as_observation(step, returned, context)
    if step.is_op or isinstance(returned, Iterator):
        return cast("object", returned)  # an iterator is looked at as it yields
    if isinstance(returned, (list, tuple)):
        things = cast("Sequence[object]", returned)
        are_results = all(isinstance(thing, _RESULTS) for thing in things)
        if are_results and (context.demanded_results or _is_for_one(step, things)):
            return iter(things)
    if context.demanded_results and returned is None:
        return iter(())
    if context.demanded_results and not isinstance(returned, _RESULTS):
        raise InvariantViolationError(
            f"'{step.name}' returned a {type(cast('object', returned)).__name__}. "
            f"{context.demanded_results}"
        )
    return cast("object", returned)


def _is_for_one(step: StepDefinition, things: Iterable[object]) -> bool:
    kinds = (MaterializeResult, ObserveResult, AssetCheckResult)
    return len(step.outputs) <= 1 and any(isinstance(thing, kinds) for thing in things)


def check_demanded(
    step: StepDefinition, context: OpExecutionContext, *, missing: Iterable[str]
) -> None:
    """Insist that demanded results were given.

    Args:
        step: The step.
        context: The context that it was given.
        missing: The outputs whose asset no result was about.

    Raises:
        InvariantViolationError: One is missing.
    """
    names = sorted(missing)
    if step.is_op or not context.demanded_results or not names:
        return
    raise InvariantViolationError(
        f"Step '{step.name}' gave no result for {listed(names)}. {context.demanded_results}"
    )
