"""Which check of a step a verdict is about."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from penstock.base.text import listed
from penstock.define.result import AssetCheckResult
from penstock.define.spec import AssetCheckSpec
from penstock.define.step import StepDefinition
from penstock.errors import InvariantViolationError
from penstock.plan.plan import PlannedCheck


def is_of(result: AssetCheckResult, spec: AssetCheckSpec) -> bool:
    """Tell whether a verdict can be about a check; what it leaves open fits any."""
    return result.check_name in (None, spec.name) and result.asset_key in (None, spec.asset_key)


def check_of(
    result: AssetCheckResult,
    node: StepDefinition,
    planned: Sequence[PlannedCheck],
    log: logging.Logger,
) -> PlannedCheck:
    """Return the check that a verdict is about; it may be one that the run does not ask for.

    Raises:
        InvariantViolationError: The step declares none that fits, or several.
    """
    matching = [
        check
        for check in planned
        if result.check_name in (None, check.name) and result.asset_key in (None, check.asset)
    ]
    if not matching:
        matching = _unselected(result, node, log)
    if len(matching) != 1:
        known = [check.name for check in planned]
        raise InvariantViolationError(
            f"'{node.name}' received an unexpected AssetCheckResult for "
            f"'{result.check_name}'. It declares {listed(known) or 'no check'}"
            + ("; name one with check_name=..." if len(matching) > 1 else ".")
        )
    return matching[0]


def _unselected(
    result: AssetCheckResult, node: StepDefinition, log: logging.Logger
) -> list[PlannedCheck]:
    """Return the check of a verdict that was not asked for; it is recorded all the same."""
    found = [
        PlannedCheck(spec.asset_key, spec.name, blocking=spec.blocking)
        for spec in node.checks
        if is_of(result, spec)
    ]
    if len(found) == 1:
        log.warning(
            "The result of check '%s' of asset '%s' is recorded, but it was not selected.",
            found[0].name,
            found[0].asset,
        )
    return found
