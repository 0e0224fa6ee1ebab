"""The decorator `multi_asset`: several assets that one function makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.base.text import listed
from penstock.define.asset_inputs import (
    Function,
    checked_function,
    checked_policies,
    checked_self_dependency,
    hints_of,
    inputs_of,
    op_tags_of,
    output_type,
    own_checks,
    resource_keys_of,
    whole_deps,
)
from penstock.define.asset_ports import UNTYPED, AssetIn, AssetOut
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.attributes import DEFAULT_GROUP, checked_name, checked_type
from penstock.define.docstring import description_of
from penstock.define.signature import read_signature
from penstock.define.spec import (
    SYSTEM_METADATA_KEY_DAGSTER_TYPE,
    SYSTEM_METADATA_KEY_IO_MANAGER_KEY,
    AssetCheckSpec,
    AssetDep,
    AssetSpec,
    CoercibleToDep,
)
from penstock.define.step import DEFAULT_IO_MANAGER, StepDefinition, StepInput, StepOutput
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition

if TYPE_CHECKING:
    from penstock.define.hook import HookDefinition

InternalDeps = Mapping[str, AbstractSet[AssetKey]]


@dataclass(frozen=True, slots=True)
class Common:
    """What is said once for all assets of a function.

    Attributes:
        owner: The function, in words, for messages.
        description: What assets without a description of their own are described by.
    """

    owner: str
    description: str | None
    partitions: PartitionsDefinition | None
    group: str | None
    code_version: str | None


def multi_asset(
    *,
    outs: Mapping[str, AssetOut] | None = None,
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToDep] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    internal_asset_deps: InternalDeps | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    op_tags: Mapping[str, object] | None = None,
    can_subset: bool = False,
    resource_defs: Mapping[str, object] | None = None,
    group_name: str | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    specs: Sequence[AssetSpec] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
    non_argument_deps: Iterable[CoercibleToDep] | None = None,
    allow_arbitrary_check_specs: bool = False,
) -> Callable[[Function], AssetsDefinition]:
    """Declare several assets that one function makes.

    With `specs`, an asset that the body does not mention counts as made unless it is skippable;
    with `outs`, the body must produce each required output.

    Args:
        outs: The assets by output name; excludes `specs`.
        name: The name of the step; the function's if None.
        ins: How parameters find their upstream assets, where the names do not say it.
        deps: Upstream assets of each of the assets, whose values are not loaded.
        description: What the function does, and assets without a description of their own.
        config_schema: The type of the config, where it is not annotated.
        required_resource_keys: Resources for `context.resources`.
        internal_asset_deps: For each output, the assets that it depends on, some of which may be
            made by the function itself.
        partitions_def: How the assets are split.
        hooks: What is called when the step succeeds or fails.
        backfill_policy: How many partitions one run may make; one if None.
        op_tags: Facts about the step, for executors and people.
        can_subset: Whether some can be made without the others; `context.selected_asset_keys`
            says which.
        resource_defs: Resources of this function alone.
        group_name: The group of the assets, none of which may name another.
        retry_policy: Whether and when a failed step is tried again.
        code_version: The version of the assets that name none.
        specs: The assets; no values are passed on.
        check_specs: Checks that the function evaluates itself.
        pool: The concurrency pool that its step takes a slot of.
        compute_kind: An older form of the kinds of specs.
        non_argument_deps: An older form of `deps`.
        allow_arbitrary_check_specs: Whether checks may be of assets that are made elsewhere.

    Raises:
        InvalidDefinitionError: Both `outs` and `specs`, or a malformed name.
        ParameterCheckError: An argument has the wrong type, or contradicts another one.
    """
    _refuse_mixed(outs, specs, has_deps=bool(deps or internal_asset_deps))

    def decorate(function: Function) -> AssetsDefinition:
        step_name = checked_name(name or checked_function(function).__name__)
        owner = f"multi_asset '{step_name}'"
        signature = read_signature(function)
        inputs = inputs_of(signature, ins, hints=hints_of(function), owner=owner)
        text = description or description_of(function)
        common = Common(owner, text, partitions_def, group_name, code_version)
        if specs is not None:
            _refuse_kinds(specs, compute_kind)
            _checked_specs(specs, inputs, can_subset=can_subset, common=common)
            outputs = [_spec_output(spec, common, can_subset=can_subset) for spec in specs]
        else:
            shared = whole_deps(inputs, deps or non_argument_deps, owner=owner)
            outputs = outs_of(outs or {}, shared, internal_asset_deps, common)
        made = [output.spec for output in outputs if output.spec is not None]
        for spec in made:
            checked_self_dependency(spec, spec.partitions_def)
        step = StepDefinition(
            name=step_name,
            function=function,
            signature=signature,
            inputs=inputs,
            outputs=tuple(outputs),
            checks=own_checks(
                check_specs or (),
                None if allow_arbitrary_check_specs else [spec.key for spec in made],
                owner=owner,
            ),
            resource_keys=resource_keys_of(
                signature, required_resource_keys, resource_defs, owner=owner
            ),
            partitions=_shared_partitions(made),
            retry=retry_policy,
            backfill_policy=backfill_policy or _shared_policy(outs or {}, owner),
            can_subset=can_subset,
            pool=pool,
            emits_implicitly=specs is not None,
            config_schema=signature.config_schema if config_schema is None else config_schema,
            hooks=checked_policies(backfill_policy, retry_policy, hooks, owner=owner),
            tags=op_tags_of(op_tags, compute_kind, owner=owner),
            description=text,
            code_version=code_version,
        )
        return AssetsDefinition.of_step(step, resource_defs=resource_defs)

    return decorate


def _refuse_mixed(outs: object, specs: object, *, has_deps: bool) -> None:
    if (outs is None) == (specs is None):
        raise InvalidDefinitionError("multi_asset needs either outs= or specs=, and not both.")
    if specs is not None and has_deps:
        raise InvalidDefinitionError(
            "multi_asset: beside specs=, neither deps= nor internal_asset_deps= has a place. Write "
            "what an asset is made of into deps= of its AssetSpec."
        )


def _refuse_kinds(specs: Sequence[AssetSpec], compute_kind: str | None) -> None:
    if compute_kind is not None and any(spec.kinds for spec in specs):
        raise InvalidDefinitionError(
            "multi_asset: compute_kind= is of no use where the AssetSpecs name their own kinds. "
            "Leave compute_kind out."
        )


def _checked_specs(
    specs: Sequence[AssetSpec],
    inputs: Sequence[StepInput],
    *,
    can_subset: bool,
    common: Common,
) -> None:
    """Make sure that specs fit each other and the parameters of the function."""
    for spec in specs:
        if not isinstance(spec, AssetSpec):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ParameterCheckError(f"{common.owner}: specs must hold AssetSpecs, not {spec!r}.")
    keys = [spec.key for spec in specs]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InvalidDefinitionError(
            f"{common.owner} has two specs of asset '{twice}'. Rename one of them."
        )
    read = {dep.asset_key for spec in specs for dep in spec.deps}
    lost = [str(i.asset) for i in inputs if i.asset is not None and i.asset not in read]
    if lost:
        raise InvalidDefinitionError(
            f"{common.owner}: the function reads {listed(lost)}, which no AssetSpec has among its "
            "deps. Add each to the deps of the specs that are made of it."
        )
    split = {id(spec.partitions_def): spec.partitions_def for spec in specs}
    first = next(iter(split.values()), None)
    if not can_subset and common.partitions is None and any(p != first for p in split.values()):
        raise InvalidDefinitionError(
            f"{common.owner}: the AssetSpecs do not all have the same partitions_def, so no run "
            "can make all of them. Pass can_subset=True, or give them one partitions_def."
        )


def finished(spec: AssetSpec, common: Common) -> AssetSpec:
    """Return a spec with what is said once for all assets.

    Raises:
        ParameterCheckError: The spec says something else.
    """
    if common.group is not None and spec.group_name not in (None, common.group):
        raise ParameterCheckError(
            f"{common.owner}: group_name='{common.group}' is for all its assets, but asset "
            f"'{spec.key}' has the group '{spec.group_name}' of its own. Leave one of them out."
        )
    if spec.partitions_def is not None and common.partitions not in (None, spec.partitions_def):
        raise ParameterCheckError(
            f"{common.owner}: partitions_def= is for all its assets, but asset '{spec.key}' has "
            "another one of its own. Leave one of them out."
        )
    return spec.replace_attributes(
        description=spec.description or common.description,
        partitions_def=common.partitions or spec.partitions_def,
        group_name=common.group or spec.group_name or DEFAULT_GROUP,
        code_version=spec.code_version or common.code_version,
    )


def _spec_output(spec: AssetSpec, common: Common, *, can_subset: bool) -> StepOutput:
    own = spec.metadata
    is_valued = not own.keys().isdisjoint(
        (SYSTEM_METADATA_KEY_IO_MANAGER_KEY, SYSTEM_METADATA_KEY_DAGSTER_TYPE)
    )
    value_type, is_nothing = None, not is_valued
    if SYSTEM_METADATA_KEY_DAGSTER_TYPE in own:
        value_type, is_nothing = output_type(own[SYSTEM_METADATA_KEY_DAGSTER_TYPE], None)
    skippable = spec.skippable or can_subset
    return StepOutput(
        name=spec.key.to_python_identifier(),
        spec=finished(spec.replace_attributes(skippable=skippable), common),
        has_own_deps=True,
        manager=str(own.get(SYSTEM_METADATA_KEY_IO_MANAGER_KEY, DEFAULT_IO_MANAGER)),
        returns_nothing=is_nothing,
        is_required=not skippable,
        type=value_type,
        metadata=own,
    )


def outs_of(
    outs: Mapping[str, AssetOut],
    shared: Sequence[AssetDep],
    internal: InternalDeps | None,
    common: Common,
) -> list[StepOutput]:
    """Return the outputs that `outs=` declares.

    Args:
        outs: The assets by output name.
        shared: What the function as a whole depends on.
        internal: What each output depends on; all that is shared if None.
        common: What is said once for all.

    Raises:
        ParameterCheckError: The internal dependencies name what is neither made nor read.
    """
    for out_name, out in outs.items():
        checked_type(out, AssetOut, argument=f"outs['{out_name}']", of=common.owner)
    bare = {name: out.to_spec(name) for name, out in outs.items()}
    keys = [spec.key for spec in bare.values()]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ParameterCheckError(
            f"{common.owner}: two outputs carry asset '{twice}'. Give one of them another key."
        )
    if internal is not None:
        _checked_internal(internal, outs, shared, keys, common.owner)
    known = {dep.asset_key: dep for dep in shared}
    found: list[StepOutput] = []
    for out_name, out in outs.items():
        deps = shared
        if internal is not None:
            wanted = sorted(internal.get(out_name, ()))
            deps = [known.get(key) or AssetDep(key) for key in wanted]
        spec = finished(bare[out_name].replace_attributes(deps=deps), common)
        found.append(_output(out_name, out, spec))
    return found


def _output(name: str, out: AssetOut, spec: AssetSpec) -> StepOutput:
    value_type, is_nothing = None, False
    if out.dagster_type is not UNTYPED:
        value_type, is_nothing = output_type(out.dagster_type, None)
    return StepOutput(
        name=name,
        spec=spec,
        has_own_deps=True,
        manager=out.io_manager_key,
        returns_nothing=is_nothing,
        is_required=out.is_required,
        type=value_type,
        metadata=spec.metadata,
    )


def _checked_internal(
    internal: InternalDeps,
    outs: Mapping[str, AssetOut],
    shared: Sequence[AssetDep],
    made: Sequence[AssetKey],
    owner: str,
) -> None:
    for out_name in internal:
        if out_name not in outs:
            raise ParameterCheckError(
                f"{owner}: internal_asset_deps has '{out_name}', which is none of the outputs "
                f"{listed(list(outs))}. Name one of these."
            )
    known = {*made, *(dep.asset_key for dep in shared)}
    used = {key for keys in internal.values() for key in keys}
    if not used <= known:
        raise ParameterCheckError(
            f"{owner}: internal_asset_deps has {listed([str(k) for k in sorted(used - known)])}, "
            "which the function neither makes nor reads. Add a parameter or deps= for each."
        )
    unused = sorted(dep.asset_key for dep in shared if dep.asset_key not in used)
    if unused:
        raise ParameterCheckError(
            f"{owner}: the function reads {listed([str(k) for k in unused])}, but by "
            "internal_asset_deps no output is made of that. Add each to the set of an output."
        )


def _shared_partitions(specs: Sequence[AssetSpec]) -> PartitionsDefinition | None:
    split = (spec.partitions_def for spec in specs)
    return next((definition for definition in split if definition is not None), None)


def _shared_policy(outs: Mapping[str, AssetOut], owner: str) -> BackfillPolicy | None:
    policies = {out.backfill_policy for out in outs.values()}
    if len(policies) > 1:
        raise InvalidDefinitionError(
            f"{owner}: the outputs have different backfill policies, but they are made together. "
            "Give them the same, or backfill_policy= to the decorator."
        )
    return next(iter(policies), None)
