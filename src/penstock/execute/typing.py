"""Values against the types of inputs and outputs, and values that run config gives."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from penstock.define.context import Resources
from penstock.define.types.check import did_not_pass, load_from_config, run_type_check
from penstock.define.types.definition import RuntimeType, TypeCheckContext
from penstock.define.types.loader import TypeLoaderContext
from penstock.execute.facts import RunFacts
from penstock.model.events import TypeVerdict


def check_value(
    facts: RunFacts,
    expected: RuntimeType,
    value: object,
    *,
    where: str,
    note: Callable[[TypeVerdict], None],
) -> None:
    """Check a value against a type, and note the verdict before anything is raised.

    Raises:
        TypeCheckDidNotPass: The value is not of the type.
        TypeCheckError: The check raised.
    """
    if expected.always_passes:
        note(TypeVerdict(expected.display_name))
        return
    context = TypeCheckContext(
        run_id=facts.run_id,
        log=logging.getLogger("penstock.types"),
        resources=Resources(facts.some_resources(expected.required_resource_keys)),
        dagster_type=expected,
    )
    verdict = run_type_check(expected, context, value)
    note(
        TypeVerdict(
            expected.display_name, verdict.success, verdict.description, dict(verdict.metadata)
        )
    )
    if not verdict.success:
        raise did_not_pass(expected, verdict, where=where)


def value_from_config(facts: RunFacts, expected: RuntimeType, config: object) -> object:
    """Return the value that run config gives for an input.

    Raises:
        InvalidDefinitionError: The type has no loader.
        TypeLoadingError: The loader raised.
    """
    keys: AbstractSet[str] = (
        expected.loader.required_resource_keys() if expected.loader is not None else frozenset()
    )
    context = TypeLoaderContext(
        resources=Resources(facts.some_resources(keys)),
        log=logging.getLogger("penstock.types"),
        run_id=facts.run_id,
    )
    return load_from_config(expected, context, config)
