"""The function of an asset as an op: the same step, seen as a node of a graph."""

from __future__ import annotations

from collections.abc import Mapping

from penstock.define.op import OpDefinition
from penstock.define.ports import In, Out
from penstock.define.spec import AssetCheckSpec
from penstock.define.step import StepDefinition, StepInput, StepOutput
from penstock.define.types.builtin import ANY_TYPE, NOTHING_TYPE
from penstock.define.types.definition import RuntimeType
from penstock.model.keys import AssetKey


def op_of(
    step: StepDefinition,
    *,
    inputs: Mapping[str, AssetKey],
    checks: Mapping[str, AssetCheckSpec],
) -> OpDefinition:
    """Return the op that calls the function of a step.

    Args:
        step: The step.
        inputs: The upstream assets by input name, those without a parameter included.
        checks: The checks that the function evaluates, by output name.
    """
    declared = {entry.name: entry for entry in step.inputs}
    ins = {name: _in(declared.get(name)) for name in inputs}
    outs = {output.name: _out(output) for output in step.outputs}
    outs.update({name: Out(ANY_TYPE, is_required=False) for name in checks})
    made = OpDefinition.of(
        step.function,
        name=step.name,
        description=step.description,
        ins=ins,
        out=outs,
        config_schema=step.config_schema if step.signature.config is None else None,
        tags=dict(step.tags),
        retry_policy=step.retry,
        code_version=step.code_version,
        pool=step.pool,
    )
    return made.with_replaced_properties(required_resource_keys=step.resource_keys)


def _in(entry: StepInput | None) -> In:
    if entry is None:
        return In(NOTHING_TYPE)
    return In(
        _type_of(entry.type, is_nothing=entry.is_nothing),
        metadata=entry.metadata,
        input_manager_key=entry.manager,
    )


def _out(output: StepOutput) -> Out:
    return Out(
        _type_of(output.type, is_nothing=output.returns_nothing),
        is_required=output.is_required,
        io_manager_key=output.manager,
        metadata=output.metadata,
        code_version=None if output.spec is None else output.spec.code_version,
    )


def _type_of(declared: RuntimeType | None, *, is_nothing: bool) -> RuntimeType:
    if is_nothing:
        return NOTHING_TYPE
    return declared if declared is not None else ANY_TYPE
