"""From what a function returned to facts: values stored, assets made, checks judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from penstock.base.text import listed
from penstock.define.result import (
    AssetCheckResult,
    AssetMaterialization,
    MaterializeResult,
    ObserveResult,
    Output,
)
from penstock.define.step import StepDefinition, StepOutput
from penstock.errors import InvariantViolationError

Emission = (
    Output[object]
    | MaterializeResult[object]
    | ObserveResult
    | AssetCheckResult
    | AssetMaterialization
)


def emissions(
    node: StepDefinition, returned: object, *, selected: Iterable[str]
) -> Iterator[Emission]:
    """Sort out what the body of a unit returned or yields.

    Args:
        node: The unit.
        returned: What its function returned; a generator is run here.
        selected: The outputs that the run asks for, in order.

    Raises:
        InvariantViolationError: It does not fit what the unit declares.
    """
    if isinstance(returned, Iterator):
        for thing in cast("Iterator[object]", returned):
            yield from _one(node, thing, list(selected), yielded=True)
        return
    yield from _returned(node, returned, list(selected))


def _returned(node: StepDefinition, returned: object, names: list[str]) -> Iterator[Emission]:
    if node.is_check:
        yield from _check_verdict(node, returned)
        return
    if returned is None and len(node.outputs) > 1 and not _may_return_none(node):
        raise InvariantViolationError(
            f"'{node.name}' returned None for its {len(node.outputs)} outputs. Return a tuple with "
            "one entry for each, or yield them."
        )
    if len(node.outputs) <= 1 or returned is None or isinstance(returned, _KNOWN):
        yield from _one(node, cast("object", returned), names, yielded=False)
        return
    if not isinstance(returned, (tuple, list)):
        raise InvariantViolationError(
            f"'{node.name}' makes {len(node.outputs)} assets but returned one "
            f"{type(returned).__name__}. Return a tuple with one entry for each, or yield them."
        )
    things = cast("tuple[object, ...]", tuple(returned))  # pyright: ignore[reportUnknownArgumentType]
    results = [t for t in things if not isinstance(t, AssetCheckResult)]
    if len(results) != len(names):
        raise InvariantViolationError(
            f"'{node.name}' returned {len(results)} results for {len(names)} assets: "
            f"{listed(names)}."
        )
    unnamed = iter(names)
    for thing in things:
        if isinstance(thing, AssetCheckResult):
            yield thing
            continue
        name = next(unnamed)
        if isinstance(thing, (Output, MaterializeResult)):
            yield from _one(node, cast("object", thing), names, yielded=False)
        else:
            yield Output(thing, name)


def _may_return_none(node: StepDefinition) -> bool:
    is_nothing = all(o.returns_nothing and _is_required(o) for o in node.outputs)
    implicit = node.emits_implicitly and not node.can_subset
    return implicit or node.observes or is_nothing


def _is_required(output: StepOutput) -> bool:
    return output.is_required and not (output.spec is not None and output.spec.skippable)


_KNOWN = (Output, MaterializeResult, ObserveResult, AssetCheckResult)


def _one(
    node: StepDefinition, thing: object, names: list[str], *, yielded: bool
) -> Iterator[Emission]:
    if isinstance(thing, _KNOWN):
        yield from _known(node, cast("Emission", thing), names)
    elif node.is_check:
        yield from _check_verdict(node, thing)
    elif thing is None and (not names or _expects_nothing(node, names)):
        return
    elif yielded and isinstance(thing, AssetMaterialization):
        yield thing
    elif yielded:
        raise InvariantViolationError(
            f"'{node.name}' yielded a {type(thing).__name__}. Yield Output, MaterializeResult or "
            "AssetCheckResult."
        )
    else:
        yield Output(thing, names[0])


def _expects_nothing(node: StepDefinition, names: list[str]) -> bool:
    return node.emits_implicitly or any(o.returns_nothing for o in node.outputs if o.name in names)


def _known(node: StepDefinition, thing: Emission, names: list[str]) -> Iterator[Emission]:
    if isinstance(thing, Output) and thing.output_name == "result" and len(names) == 1:
        renamed = Output[object](
            thing.value,
            names[0],
            metadata=thing.metadata,
            data_version=thing.data_version,
            tags=thing.tags,
        )
        yield renamed
        return
    yield thing
    if isinstance(thing, (MaterializeResult, ObserveResult)):
        yield from thing.check_results


def _check_verdict(node: StepDefinition, returned: object) -> Iterator[AssetCheckResult]:
    name = node.checks[0].name
    if isinstance(returned, AssetCheckResult):
        yield returned
    elif isinstance(returned, bool) or type(returned).__name__ == "bool_":
        yield AssetCheckResult(passed=bool(returned))
    else:
        raise InvariantViolationError(
            f"Check '{name}' of asset '{node.checks[0].asset_key}' returned "
            f"{type(returned).__name__}, which is no verdict. Return AssetCheckResult(passed=...) "
            "or a bool."
        )
