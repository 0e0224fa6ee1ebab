"""What the function of an op returned or yields, as the outputs that it declares.

Owns the rules: how one value, a tuple, a list of dynamic outputs and yielded events become outputs,
and what is wrong otherwise. It is used for runs and for calls by hand alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
    ObserveResult,
    Output,
)
from penstock.define.step import StepOutput
from penstock.errors import InvariantViolationError, PenstockError, StepOutputNotFoundError

AnyOutput = Output[object] | DynamicOutput[object]
_EVENTS = (
    AssetMaterialization,
    AssetObservation,
    AssetCheckEvaluation,
    AssetCheckResult,
    ExpectationResult,
    MaterializeResult,
    ObserveResult,
)


def outputs_of(
    returned: object,
    outputs: Sequence[StepOutput],
    *,
    words: str,
    missing: type[PenstockError] = StepOutputNotFoundError,
) -> Iterator[object]:
    """Sort out what the function of an op returned or yields.

    Args:
        returned: What it returned; an iterator is run here.
        outputs: The declared outputs, in order.
        words: The op in words: "op 'double'".
        missing: The error to raise if a required output is not produced.

    Yields:
        `Output`, `DynamicOutput` and the other events that a body may yield, checked.

    Raises:
        InvariantViolationError: Something does not fit what the op declares.
    """
    if isinstance(returned, Iterator):
        things = cast("Iterator[object]", returned)
    else:
        things = _returned(returned, outputs, words)
    yield from checked_outputs(things, outputs, words=words, missing=missing)


def checked_outputs(
    things: Iterable[object],
    outputs: Sequence[StepOutput],
    *,
    words: str,
    missing: type[PenstockError] = StepOutputNotFoundError,
) -> Iterator[object]:
    """Check a stream of outputs against the declared ones, and complete it; see `outputs_of`."""
    checker = OutputChecker(outputs, words)
    for thing in things:
        checker.check(thing)
        yield thing
    yield from checker.finish(missing)


class OutputChecker:
    """Checks one output after the other, and in the end that none is missing."""

    def __init__(self, outputs: Sequence[StepOutput], words: str) -> None:
        self._declared = {output.name: output for output in outputs}
        self._seen: dict[str, set[str]] = {}
        self._words = words

    def check(self, thing: object) -> None:
        """Check one thing that a function yields.

        Raises:
            InvariantViolationError: It is no event, or an output that does not fit.
        """
        if isinstance(thing, (Output, DynamicOutput)):
            self._check_output(cast("AnyOutput", thing))
        elif not isinstance(thing, _EVENTS):
            raise InvariantViolationError(
                f"{self._words} yielded a value of type '{type(thing).__name__}'. When yielding "
                "outputs from an op, they should be wrapped in an `Output` object."
            )

    def _check_output(self, thing: AnyOutput) -> None:
        name = thing.output_name
        declared = self._declared.get(name)
        if declared is None:
            raise InvariantViolationError(
                f"{self._words} returned an output '{name}' that does not exist. Its outputs are "
                f"{listed(list(self._declared)) or 'none'}."
            )
        keys = self._seen.setdefault(name, set())
        if isinstance(thing, DynamicOutput):
            self._check_dynamic(thing, declared, keys)
            return
        if declared.is_dynamic:
            raise InvariantViolationError(
                f"{self._words} yielded an Output for '{name}', which is a DynamicOut: it must "
                "yield DynamicOutput."
            )
        if keys:
            raise InvariantViolationError(
                f'{self._words} returned an output "{name}" multiple times: it yielded an output '
                f"'{name}' multiple times. Produce each output once."
            )
        keys.add("")

    def _check_dynamic(
        self, thing: DynamicOutput[object], declared: StepOutput, keys: set[str]
    ) -> None:
        if not declared.is_dynamic:
            raise InvariantViolationError(
                f"{self._words} yielded a DynamicOutput for '{declared.name}', but did not use "
                "DynamicOutputDefinition: declare the output with DynamicOut()."
            )
        if thing.mapping_key in keys:
            raise InvariantViolationError(
                f"{self._words} yielded a DynamicOutput for '{declared.name}' with mapping_key "
                f'"{thing.mapping_key}" multiple times. Each key can be used once.'
            )
        keys.add(thing.mapping_key)

    def finish(self, missing: type[PenstockError]) -> Iterator[Output[object]]:
        """Yield the outputs that need not be said, and insist on the others."""
        for output in self._declared.values():
            if output.name in self._seen or output.is_dynamic or not output.is_required:
                continue
            if not output.returns_nothing:
                raise missing(
                    f'{self._words} did not return an output for non-optional output "'
                    f'{output.name}". Yield it on every path, or declare it with '
                    "Out(is_required=False)."
                )
            yield Output(None, output.name)


def _returned(returned: object, outputs: Sequence[StepOutput], words: str) -> Iterator[AnyOutput]:
    if isinstance(returned, (AssetMaterialization, AssetObservation)):
        raise InvariantViolationError(
            f"Error in {words}: If you are returning an {type(returned).__name__} from an op you "
            "must yield it, or log it using context.log_event, to avoid ambiguity with an implied "
            "result from returning a value."
        )
    if not outputs:
        if returned is not None:
            raise InvariantViolationError(
                f"{words} returned a value of type '{type(returned).__name__}', but is explicitly "
                "defined to return no results. Declare an output."
            )
        return
    if len(outputs) == 1:
        yield from _for_output(outputs[0], returned, 0, words)
        return
    if returned is None and all(o.returns_nothing and o.is_required for o in outputs):
        return
    for position, (output, value) in enumerate(
        zip(outputs, _parts(returned, outputs, words), strict=True)
    ):
        yield from _for_output(output, value, position, words)


def _parts(returned: object, outputs: Sequence[StepOutput], words: str) -> Sequence[object]:
    if not isinstance(returned, tuple):
        raise InvariantViolationError(
            f"{words} has multiple outputs, but only one output was returned of type "
            f"'{type(returned).__name__}'. Either yield each output, or return a tuple with a value"
            " for each output."
        )
    parts = cast("tuple[object, ...]", returned)
    if len(parts) != len(outputs):
        raise InvariantViolationError(
            f"Length mismatch between returned tuple of outputs and number of output defs on "
            f"{words}. Output tuple has {len(parts)} outputs, while op has {len(outputs)} outputs."
        )
    return parts


def _for_output(
    output: StepOutput, value: object, position: int, words: str
) -> Iterator[AnyOutput]:
    if output.is_dynamic:
        yield from _dynamic(output, value, words)
    elif isinstance(value, Output):
        named = cast("Output[object]", value)
        if named.output_name not in (output.name, _DEFAULT):
            raise InvariantViolationError(
                f"Bad state: Output was explicitly named '{named.output_name}', which does not "
                f"match the output definition specified for position {position}: '{output.name}'. "
                f"Correct what {words} returns."
            )
        yield _renamed(named, output.name)
    elif isinstance(value, DynamicOutput):
        raise InvariantViolationError(
            f"{words} returned a DynamicOutput for output '{output.name}', but did not use "
            "DynamicOutputDefinition: declare the output with DynamicOut() and return a list."
        )
    elif value is None and output.returns_nothing:
        if output.is_required:
            yield Output(None, output.name)
    else:
        yield Output(value, output.name)


_DEFAULT = "result"


def _renamed(output: Output[object], name: str) -> Output[object]:
    if output.output_name == name:
        return output
    return Output(
        output.value,
        name,
        metadata=output.metadata,
        data_version=output.data_version,
        tags=output.tags,
    )


def _dynamic(output: StepOutput, value: object, words: str) -> Iterator[DynamicOutput[object]]:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    if not isinstance(value, list) or not all(isinstance(v, DynamicOutput) for v in values):
        raise InvariantViolationError(
            f"Error with output for {words}: dynamic output '{output.name}' expected a list of "
            f"DynamicOutput objects, but got {value!r}."
        )
    for each in cast("list[DynamicOutput[object]]", values):
        if each.output_name not in (output.name, _DEFAULT):
            raise InvariantViolationError(
                f"Bad state: DynamicOutput was explicitly named '{each.output_name}' in the list "
                f"for the output '{output.name}' of {words}. Correct the name."
            )
        if each.output_name == output.name:
            yield each
        else:
            yield DynamicOutput(each.value, each.mapping_key, output.name, each.metadata)
