"""From what an op returned to facts: its outputs, and the events that its body tells of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from penstock.base.text import listed
from penstock.define.result import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetMaterialization,
    AssetObservation,
    DynamicOutput,
    ExpectationResult,
    MaterializeResult,
    Output,
)
from penstock.define.step import StepDefinition, StepOutput
from penstock.errors import InvariantViolationError

Told = AssetMaterialization | AssetObservation | AssetCheckEvaluation | ExpectationResult
"""Events that the body of an op tells of, beside its outputs."""

OpEmission = Output[object] | DynamicOutput[object] | MaterializeResult | AssetCheckResult | Told

_KNOWN = (
    Output,
    DynamicOutput,
    MaterializeResult,
    AssetCheckResult,
    AssetMaterialization,
    AssetObservation,
    AssetCheckEvaluation,
    ExpectationResult,
)


def op_emissions(step: StepDefinition, returned: object) -> Iterator[OpEmission]:
    """Sort out what the body of an op returned or yields.

    A single output takes the value as it is. Of several outputs a tuple has one entry for each, in
    order. A dynamic output takes a list of `DynamicOutput`s.

    Raises:
        InvariantViolationError: It does not fit what the op declares.
    """
    if isinstance(returned, Iterator):
        for thing in cast("Iterator[object]", returned):
            yield _yielded(step, thing)
        return
    yield from _returned(step, returned)


def _yielded(step: StepDefinition, thing: object) -> OpEmission:
    if isinstance(thing, _KNOWN):
        return cast("OpEmission", thing)
    if isinstance(thing, tuple):
        hint = "It looks like a tuple was yielded; yield one Output after another."
    else:
        hint = "Yield Output(value, output_name=...), or return the value."
    raise InvariantViolationError(
        f"Op '{step.name}' yielded {thing!r}, a {type(thing).__name__}, which is no output. {hint}"
    )


def _returned(step: StepDefinition, returned: object) -> Iterator[OpEmission]:
    outputs = step.outputs
    if isinstance(returned, (AssetMaterialization, AssetObservation, ExpectationResult)):
        raise InvariantViolationError(
            f"Op '{step.name}' returned a {type(returned).__name__}. Yield it together with the "
            "outputs, or give it to context.log_event(...)."
        )
    if not outputs:
        if returned is not None:
            raise InvariantViolationError(
                f"Op '{step.name}' declares no outputs, but returned {returned!r}. Declare one "
                "with out=Out(...), or return nothing."
            )
        return
    if len(outputs) == 1:
        yield from _single(step, outputs[0], returned)
        return
    yield from _several(step, returned)


def _single(step: StepDefinition, output: StepOutput, returned: object) -> Iterator[OpEmission]:
    if output.is_dynamic:
        yield from _dynamic(step, output, returned)
    elif isinstance(returned, (Output, MaterializeResult, AssetCheckResult)):
        yield _named_like(step, output, cast("OpEmission", returned))
    elif isinstance(returned, DynamicOutput):
        raise InvariantViolationError(
            f"Op '{step.name}' returned a DynamicOutput for output '{output.name}', which is not "
            "dynamic. Declare it with out=DynamicOut()."
        )
    elif (returned is None and output.returns_nothing) or (
        returned is None and not output.is_required
    ):
        return
    else:
        yield Output(returned, output.name)


def _named_like(step: StepDefinition, output: StepOutput, thing: OpEmission) -> OpEmission:
    if isinstance(thing, Output) and thing.output_name not in ("result", output.name):
        raise InvariantViolationError(
            f"Op '{step.name}' returned Output '{thing.output_name}', but its output is "
            f"'{output.name}'."
        )
    if isinstance(thing, Output) and thing.output_name != output.name:
        return Output[object](
            thing.value,
            output.name,
            metadata=thing.metadata,
            data_version=thing.data_version,
            tags=thing.tags,
        )
    return thing


def _dynamic(step: StepDefinition, output: StepOutput, returned: object) -> Iterator[OpEmission]:
    if returned is None:
        return
    if not isinstance(returned, (list, tuple)):
        raise InvariantViolationError(
            f"Op '{step.name}' has the dynamic output '{output.name}', so it returns a list of "
            f"DynamicOutput, but returned a {type(returned).__name__}."
        )
    for thing in cast("list[object]", returned):
        if not isinstance(thing, DynamicOutput):
            raise InvariantViolationError(
                f"Op '{step.name}' has the dynamic output '{output.name}', so each entry that it "
                f"returns is a DynamicOutput; one is a {type(cast('object', thing)).__name__}."
            )
        found = cast("DynamicOutput[object]", thing)
        if found.output_name != output.name and found.output_name == "result":
            found = DynamicOutput(
                found.value, found.mapping_key, output.name, metadata=found.metadata
            )
        yield found


def _several(step: StepDefinition, returned: object) -> Iterator[OpEmission]:
    outputs = step.outputs
    if returned is None and all(o.returns_nothing and o.is_required for o in outputs):
        return
    if not isinstance(returned, tuple):
        raise InvariantViolationError(
            f"Op '{step.name}' has multiple outputs, but only one output was returned: {returned!r}. "
            f"Return a tuple with one entry for each of {listed([o.name for o in outputs])}, in "
            "order, or yield Outputs."
        )
    things = cast("tuple[object, ...]", returned)
    if len(things) != len(outputs):
        raise InvariantViolationError(
            f"Op '{step.name}' has {len(outputs)} outputs, but returned a tuple of {len(things)}. "
            f"Its outputs are {listed([o.name for o in outputs])}, in this order."
        )
    for output, thing in zip(outputs, things, strict=True):
        if isinstance(thing, Output) and thing.output_name == "result" and output.name != "result":
            yield _named_like(step, output, cast("OpEmission", thing))
        elif isinstance(thing, Output) and thing.output_name != output.name:
            raise InvariantViolationError(
                f"Op '{step.name}' returned an Output named '{thing.output_name}' in the place of "
                f"output '{output.name}'. Put the entries in the order of the outputs."
            )
        else:
            yield from _single(step, output, thing)
