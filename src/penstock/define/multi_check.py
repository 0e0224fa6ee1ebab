"""The decorator `multi_asset_check`: several checks that one function evaluates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from penstock.base.text import listed
from penstock.define.asset_inputs import (
    Function,
    checked_function,
    hints_of,
    inputs_of,
    op_tags_of,
    own_checks,
    resource_keys_of,
)
from penstock.define.asset_ports import AssetIn
from penstock.define.assets_definition import AssetChecksDefinition
from penstock.define.attributes import checked_name
from penstock.define.check import check_deps
from penstock.define.docstring import description_of
from penstock.define.signature import read_signature
from penstock.define.spec import AssetCheckSpec, CoercibleToAsset
from penstock.define.step import StepDefinition
from penstock.errors import InvalidDefinitionError
from penstock.model.retry import RetryPolicy
from penstock.partitions.definition import PartitionsDefinition


def multi_asset_check(
    *,
    name: str | None = None,
    specs: Sequence[AssetCheckSpec],
    description: str | None = None,
    can_subset: bool = False,
    compute_kind: str | None = None,
    op_tags: Mapping[str, object] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    retry_policy: RetryPolicy | None = None,
    config_schema: object = None,
    ins: Mapping[str, AssetIn | CoercibleToAsset] | None = None,
    pool: str | None = None,
) -> Callable[[Function], AssetChecksDefinition]:
    """Declare checks that one function evaluates in a step of its own.

    The function yields an `AssetCheckResult` for each check, with its asset and name.

    Args:
        name: The name of the step; the function's if None.
        specs: The checks.
        description: What the function looks for; the docstring if None.
        can_subset: Whether some can be evaluated without the others;
            `context.selected_asset_check_keys` says which.
        compute_kind: What they are evaluated with.
        op_tags: Facts about the step, for executors and people.
        resource_defs: Resources of these checks alone.
        required_resource_keys: Resources for `context.resources`.
        retry_policy: Whether and when a step that raised is tried again.
        config_schema: The type of the config, where it is not annotated.
        ins: Parameters that receive values of assets.
        pool: The concurrency pool that the step takes a slot of.

    Raises:
        InvalidDefinitionError: A check is there twice, or a parameter is in no `ins`.
    """

    def decorate(function: Function) -> AssetChecksDefinition:
        step_name = checked_name(name or checked_function(function).__name__)
        owner = f"multi_asset_check '{step_name}'"
        checks = own_checks(specs, [spec.asset_key for spec in specs], owner=owner)
        signature = read_signature(function)
        declared = {n: AssetIn.from_coercible(each) for n, each in (ins or {}).items()}
        declared.update(_inferred(signature.inputs, declared, checks, owner))
        inputs = inputs_of(signature, declared, hints=hints_of(function), owner=owner)
        step = StepDefinition(
            name=step_name,
            function=function,
            signature=signature,
            inputs=inputs,
            deps=check_deps(checks, inputs),
            checks=checks,
            resource_keys=resource_keys_of(
                signature, required_resource_keys, resource_defs, owner=owner
            ),
            partitions=_shared_partitions(checks, owner),
            retry=retry_policy,
            can_subset=can_subset,
            pool=pool,
            is_check=True,
            config_schema=signature.config_schema if config_schema is None else config_schema,
            tags=op_tags_of(op_tags, compute_kind, owner=owner),
            description=description or description_of(function),
        )
        return AssetChecksDefinition.of_step(step, resource_defs=resource_defs)

    return decorate


def _inferred(
    parameters: Sequence[str],
    declared: Mapping[str, AssetIn],
    checks: Sequence[AssetCheckSpec],
    owner: str,
) -> Mapping[str, AssetIn]:
    """Return the inputs for parameters that are named like an asset that is looked at or read."""
    known = {spec.asset_key.to_python_identifier(): spec.asset_key for spec in checks}
    for spec in checks:
        known.update(
            {d.asset_key.to_python_identifier(): d.asset_key for d in spec.additional_deps}
        )
    found: dict[str, AssetIn] = {}
    for parameter in parameters:
        if parameter in declared:
            continue
        if parameter not in known:
            raise InvalidDefinitionError(
                f"{owner} has the parameter '{parameter}', which is in no ins and is not the name "
                f"of an asset that it looks at: {listed(sorted(known))}. Say in ins= which asset's "
                "value it receives."
            )
        found[parameter] = AssetIn(known[parameter])
    return found


def _shared_partitions(checks: Sequence[AssetCheckSpec], owner: str) -> PartitionsDefinition | None:
    split = [check.partitions_def for check in checks]
    if any(definition != split[0] for definition in split):
        raise InvalidDefinitionError(
            f"{owner}: the checks have different partitions_defs, but one step evaluates them. "
            "Give them the same, or a function each."
        )
    return split[0] if split else None
