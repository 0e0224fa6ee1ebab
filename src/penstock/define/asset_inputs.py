"""From the parameters of an asset function to the inputs of its step and the deps of its assets."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from penstock.base.tags import COMPUTE_KIND_TAG
from penstock.base.text import listed
from penstock.define.asset_ports import UNTYPED, AssetIn
from penstock.define.attributes import (
    checked_name,
    checked_part,
    checked_type,
)
from penstock.define.names import text_tags
from penstock.define.result import MaterializeResult, ObserveResult, Output
from penstock.define.signature import Signature, annotations_of
from penstock.define.spec import (
    AssetCheckSpec,
    AssetDep,
    AssetSpec,
    CheckedDeps,
    CoercibleToAsset,
    CoercibleToDep,
    deps_of,
    key_of,
    key_of_text,
)
from penstock.define.step import NO_VALUE, StepInput
from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.definition import RuntimeType
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition

if TYPE_CHECKING:
    from penstock.define.hook import HookDefinition

Function = Callable[..., object]
NO_HINTS: Mapping[str, object] = {}


_NO_KEYS: frozenset[str] = frozenset()
_NO_HOOKS: frozenset[HookDefinition] = frozenset()


def hints_of(function: Function) -> Mapping[str, object]:
    """Return the annotations of a function, resolved; empty where it has none."""
    return annotations_of(function) if getattr(function, "__annotations__", None) else NO_HINTS


def inputs_of(
    signature: Signature,
    ins: Mapping[str, AssetIn] | None,
    *,
    hints: Mapping[str, object],
    owner: str,
) -> tuple[StepInput, ...]:
    """Return the inputs: the parameters in order, then those that pass no value.

    Raises:
        InvalidDefinitionError: An entry of `ins` has no parameter.
    """
    if not ins and not signature.inputs:
        return ()
    if not ins:
        return tuple(
            StepInput(name=name, asset=AssetKey(name), type=_type(hints.get(name)))
            for name in signature.inputs
        )
    found = [_input(name, ins.get(name), hints.get(name), owner) for name in signature.inputs]
    extra = [_input(n, declared, None, owner) for n, declared in ins.items() if _is_extra(n, found)]
    lost = [entry.name for entry in extra if not entry.is_nothing]
    if lost and not signature.takes_any:
        raise InvalidDefinitionError(
            f"{owner} has ins for {listed(lost)}, which is not a parameter of its function. Add "
            "the parameter, or use deps= if no value is loaded."
        )
    return (*found, *extra)


def _is_extra(name: str, found: Sequence[StepInput]) -> bool:
    return all(entry.name != name for entry in found)


def _input(name: str, declared: AssetIn | None, hint: object, owner: str) -> StepInput:
    if declared is None:
        return StepInput(name=name, asset=AssetKey(name), type=_type(hint))
    if not isinstance(declared, AssetIn):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ParameterCheckError(f"{owner}: ins['{name}'] must be an AssetIn, not {declared!r}.")
    chosen = declared.dagster_type
    resolved = _type(hint) if chosen is None else resolve_runtime_type(chosen)
    return StepInput(
        name=name,
        asset=declared.resolve(name),
        mapping=declared.partition_mapping,
        manager=declared.input_manager_key,
        metadata=declared.metadata or {},
        type=resolved,
        is_nothing=resolved is not None and resolved.is_nothing,
    )


def _type(hint: object) -> RuntimeType | None:
    return None if hint is None else resolve_runtime_type(hint)


_STREAMS = ("Generator", "AsyncGenerator", "Iterator", "AsyncIterator", "Iterable")
_RESULTS = (Output, MaterializeResult, ObserveResult)


def output_type(declared: object, hint: object) -> tuple[RuntimeType | None, bool]:
    """Return the type of an output's value, and whether there is a value.

    Args:
        declared: What `dagster_type=` says, or `UNTYPED`.
        hint: The return annotation, or `NO_VALUE`.
    """
    if declared is not UNTYPED:
        resolved = resolve_runtime_type(declared)
        return resolved, resolved.is_nothing
    if hint in (None, type(None), MaterializeResult, ObserveResult):
        return None, True
    if hint is NO_VALUE or hint is typing.Any or hint is Output:
        return None, False
    origin = typing.get_origin(hint)
    if origin in _RESULTS:
        return output_type(UNTYPED, typing.get_args(hint)[0])
    if getattr(origin or hint, "__name__", "") in _STREAMS:
        return None, False
    return resolve_runtime_type(hint), False


def whole_deps(
    inputs: Sequence[StepInput], deps: Iterable[CoercibleToDep] | None, *, owner: str
) -> list[AssetDep]:
    """Return all dependencies of an asset: those that values are loaded of, and the others.

    Raises:
        InvalidDefinitionError: An asset is in both with something that only one of them can say.
    """
    if not inputs:
        return deps_of(deps) if deps else []
    found: dict[AssetKey, AssetDep] = {}
    for entry in inputs:
        if entry.asset is not None and entry.asset not in found:
            found[entry.asset] = AssetDep(entry.asset, partition_mapping=entry.mapping)
    for dep in deps_of(deps) if deps else ():
        known = found.get(dep.asset_key)
        if known is not None and known.partition_mapping is not None:
            raise InvalidDefinitionError(
                f"{owner} names asset '{dep.asset_key}' twice: in an AssetIn that has a "
                "partition_mapping, and in deps. Keep the mapping in one of them, and take the "
                "asset out of the other."
            )
        found[dep.asset_key] = dep
    return CheckedDeps(found.values())


def checked_self_dependency(spec: AssetSpec, partitions: PartitionsDefinition | None) -> None:
    """Make sure that an asset which depends on itself reads strictly earlier partitions.

    Raises:
        InvalidDefinitionError: It does not.
    """
    for dep in spec.deps:
        if dep.asset_key != spec.key:
            continue
        mapping = dep.partition_mapping
        if partitions is None or mapping is None or not mapping.reads_earlier:
            raise InvalidDefinitionError(
                f"Asset '{spec.key}' depends on itself, and not on its earlier partitions alone. "
                "Give it time partitions (or one dimension of time), and map each to those before "
                "it, as TimeWindowPartitionMapping(start_offset=-1, end_offset=-1) does."
            )


def resource_keys_of(
    signature: Signature,
    required: Iterable[str] | None,
    resource_defs: Mapping[str, object] | None,
    *,
    owner: str,
) -> frozenset[str]:
    """Return the resources that a step asks for: named, annotated, and those of its own.

    Raises:
        ParameterCheckError: Resources are named both by an argument and by parameters.
    """
    if required and signature.resources:
        raise ParameterCheckError(
            f"{owner} has required_resource_keys besides the resource parameters "
            f"{listed(signature.resources)}. Use parameters for all of them."
        )
    if not required and not resource_defs:
        return frozenset(signature.resources) if signature.resources else _NO_KEYS
    return frozenset((*(required or ()), *signature.resources, *(resource_defs or ())))


def op_tags_of(
    op_tags: Mapping[str, object] | None, compute_kind: str | None, *, owner: str
) -> Mapping[str, str]:
    """Return the tags of a step as text, with the kind among them."""
    tags = text_tags(op_tags, owner=owner) if op_tags else {}
    return {**tags, COMPUTE_KIND_TAG: compute_kind} if compute_kind is not None else tags


def own_checks(
    checks: Sequence[AssetCheckSpec], keys: Sequence[AssetKey] | None, *, owner: str
) -> tuple[AssetCheckSpec, ...]:
    """Return the checks that an asset function evaluates itself.

    Args:
        checks: The checks.
        keys: The assets that they may look at; any if None.
        owner: The function, in words, for messages.

    Raises:
        InvalidDefinitionError: One is of an asset that the function does not make, or there twice.
    """
    seen: set[tuple[AssetKey, str]] = set()
    for check in checks:
        if not isinstance(check, AssetCheckSpec):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ParameterCheckError(
                f"{owner}: check_specs must hold AssetCheckSpecs, not {check!r}."
            )
        if keys is not None and check.asset_key not in keys:
            raise InvalidDefinitionError(
                f"{owner}: check_specs has '{check.name}' of asset '{check.asset_key}', which the "
                f"function does not make. Choose among {listed([str(key) for key in keys])}."
            )
        if (check.asset_key, check.name) in seen:
            raise InvalidDefinitionError(
                f"{owner}: check_specs has '{check.name}' of asset '{check.asset_key}' twice. "
                "Rename one of them."
            )
        seen.add((check.asset_key, check.name))
    return tuple(checks)


def checked_policies(
    backfill: object, retry: object, hooks: object, *, owner: str
) -> frozenset[HookDefinition]:
    """Make sure that policies are of their classes, and return the hooks.

    Raises:
        ParameterCheckError: One is not.
    """
    checked_type(backfill, BackfillPolicy, argument="backfill_policy", of=owner)
    checked_type(retry, RetryPolicy, argument="retry_policy", of=owner)
    checked_type(hooks, (set, frozenset), argument="hooks", of=owner)
    return frozenset(cast("set[HookDefinition]", hooks)) if hooks else _NO_HOOKS


def checked_function(function: Function) -> Function:
    """Return what a decorator is applied to.

    Raises:
        TypeError: It is not callable.
    """
    if not callable(function):  # pyright: ignore[reportUnnecessaryComparison] - a user's argument
        raise TypeError(f"{function!r} is not a callable object, so it cannot be decorated.")
    return function


def decorated_key(
    function: Function,
    *,
    name: str | None,
    key: CoercibleToAsset | None,
    key_prefix: str | Sequence[str] | None,
    decorator: str,
) -> AssetKey:
    """Return the key of the asset that a decorated function makes.

    Raises:
        InvalidDefinitionError: A whole key and parts of one, or a malformed name.
    """
    if key is not None:
        if name is not None or key_prefix is not None:
            raise InvalidDefinitionError(
                f"Asset '{key_of(key)}' has its whole key from key=, so {decorator} takes neither "
                "name nor key_prefix beside it. Keep the key."
            )
        found = AssetKey(key) if isinstance(key, str) else key_of(key)
        for part in found.parts:
            checked_part(part)
        return found
    last = checked_name(name or function.__name__)
    if key_prefix is None:
        return key_of_text(last)
    prefix = [key_prefix] if isinstance(key_prefix, str) else list(key_prefix)
    return AssetKey([*(checked_part(part) for part in prefix), last])
