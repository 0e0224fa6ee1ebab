"""What the function of an op returned or yields, as the outputs that it declares.

Owns the rules: how one value, a tuple, a list of dynamic outputs and yielded events become outputs,
and what is wrong otherwise. It is used for runs and for calls by hand alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
Told = (
    AnyOutput
    | MaterializeResult[object]
    | ObserveResult
    | AssetCheckResult
    | AssetMaterialization
    | AssetObservation
    | AssetCheckEvaluation
    | ExpectationResult
)
"""What the function of an op may tell: its outputs, and events about assets."""

_RESULTS = (MaterializeResult, ObserveResult, AssetCheckResult)
_TOLD = (
    Output,
    DynamicOutput,
    *_RESULTS,
    AssetMaterialization,
    AssetObservation,
    AssetCheckEvaluation,
    ExpectationResult,
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
    checker = OutputChecker(outputs, words)
    for thing in told_by(returned, outputs, words=words):
        checker.check(thing)
        yield thing
    yield from checker.finish(missing)


def told_by(
    returned: object,
    outputs: Sequence[StepOutput],
    *,
    words: str,
    warn: Callable[[str], None] | None = None,
) -> Iterator[Told]:
    """Sort out what the function of an op returned or yields, and leave it incomplete.

    Whether an output comes twice or not at all is for the caller to see.

    Args:
        returned: What it returned; an iterator is run here.
        outputs: The declared outputs, in order.
        words: The op in words: "op 'double'".
        warn: Told of what is allowed and hardly meant; None tells nobody.

    Raises:
        InvariantViolationError: Something is no event, or does not fit what the op declares.
    """
    if isinstance(returned, Iterator):
        for thing in cast("Iterator[object]", returned):
            yield _as_told(thing, words)
        return
    yield from _Returned(words, warn).outputs(returned, outputs)


def _as_told(thing: object, words: str) -> Told:
    if not isinstance(thing, _TOLD):
        raise InvariantViolationError(
            f"{words} yielded a bare value of type '{type(thing).__name__}', and nothing tells "
            "which output it is for. Yield Output(value, output_name)."
        )
    return cast("Told", thing)


class OutputChecker:
    """Checks one output after the other, and in the end that none is missing."""

    def __init__(self, outputs: Sequence[StepOutput], words: str) -> None:
        self._declared = {output.name: output for output in outputs}
        self._seen: dict[str, set[str]] = {}
        self._results = 0
        self._words = words

    def check(self, thing: object) -> None:
        """Check one thing that a function yields.

        Raises:
            InvariantViolationError: It is no event, or an output that does not fit.
        """
        told = _as_told(thing, self._words)
        if isinstance(told, (Output, DynamicOutput)):
            self._check_output(told)
        elif isinstance(told, (MaterializeResult, ObserveResult)):
            self._results += 1

    def _check_output(self, thing: AnyOutput) -> None:
        name = thing.output_name
        declared = self._declared.get(name)
        if declared is None:
            raise InvariantViolationError(
                f"{self._words} gave a value for '{name}', which is not among its outputs: "
                f"{listed(list(self._declared)) or 'none'}. Correct the name, or declare it."
            )
        keys = self._seen.setdefault(name, set())
        if isinstance(thing, DynamicOutput):
            self._check_dynamic(thing, declared, keys)
            return
        if declared.is_dynamic:
            raise InvariantViolationError(
                f"{self._words} yielded an Output for its dynamic output '{name}'. Yield "
                "DynamicOutput(value, mapping_key)."
            )
        if keys:
            raise InvariantViolationError(
                f"{self._words} produced its output '{name}' twice. Produce each output once."
            )
        keys.add("")

    def _check_dynamic(
        self, thing: DynamicOutput[object], declared: StepOutput, keys: set[str]
    ) -> None:
        if not declared.is_dynamic:
            raise InvariantViolationError(
                f"{self._words} yielded a DynamicOutput for '{declared.name}', an output of one "
                "value. Declare the output with DynamicOut()."
            )
        if thing.mapping_key in keys:
            raise InvariantViolationError(
                f"{self._words} used the mapping_key '{thing.mapping_key}' twice for its dynamic "
                f"output '{declared.name}'. Give each value a key of its own."
            )
        keys.add(thing.mapping_key)

    def finish(self, missing: type[PenstockError]) -> Iterator[Output[object]]:
        """Yield the outputs that need not be said, and insist on the others.

        A result names its asset and not its output, so it stands for any one of them.
        """
        results = self._results
        for output in self._declared.values():
            if output.name in self._seen or output.is_dynamic or not output.is_required:
                continue
            if results > 0:
                results -= 1
                continue
            if not output.returns_nothing:
                raise missing(
                    f"{self._words} ended without its required output '{output.name}'. Yield it "
                    "on every path, or declare it with Out(is_required=False)."
                )
            yield Output(None, output.name)


@dataclass(frozen=True, slots=True)
class _Returned:
    """Makes outputs of a value that a function returned."""

    words: str
    warn: Callable[[str], None] | None

    def outputs(self, returned: object, outputs: Sequence[StepOutput]) -> Iterator[Told]:
        """Return the outputs that a value stands for, in order."""
        if isinstance(returned, (AssetMaterialization, AssetObservation)):
            raise InvariantViolationError(
                f"{self.words} returned an {type(returned).__name__}, which could be an event or "
                "the value of its output. For an event, yield it or call context.log_event."
            )
        if not outputs:
            self._expect_nothing(returned)
        elif len(outputs) == 1:
            yield from self._for_output(outputs[0], returned, 0)
        elif returned is not None or not all(_is_implied(output) for output in outputs):
            parts = self._parts(returned, outputs)
            for position, (output, value) in enumerate(zip(outputs, parts, strict=True)):
                yield from self._for_output(output, value, position)

    def _expect_nothing(self, returned: object) -> None:
        if returned is not None:
            raise InvariantViolationError(
                f"{self.words} has no outputs, but returned a value of type "
                f"'{type(returned).__name__}'. Declare an output, or return nothing."
            )

    def _parts(self, returned: object, outputs: Sequence[StepOutput]) -> Sequence[object]:
        if not isinstance(returned, tuple):
            raise InvariantViolationError(
                f"{self.words} has {len(outputs)} outputs, but returned no tuple: a value of type "
                f"'{type(returned).__name__}'. Return one value per output in a tuple, or yield "
                "them as Output."
            )
        parts = cast("tuple[object, ...]", returned)
        if len(parts) != len(outputs):
            raise InvariantViolationError(
                f"{self.words} returned a tuple of {len(parts)} for its {len(outputs)} outputs. "
                "Return one value per output, in the order in which they are declared."
            )
        return parts

    def _for_output(self, output: StepOutput, value: object, position: int) -> Iterator[Told]:
        if output.is_dynamic:
            yield from self._dynamic(output, value)
        elif isinstance(value, Output):
            yield self._named(output, cast("Output[object]", value), position)
        elif isinstance(value, _RESULTS):
            yield cast("Told", value)
        elif isinstance(value, DynamicOutput):
            raise InvariantViolationError(
                f"{self.words} returned a DynamicOutput for '{output.name}', an output of one "
                "value. Declare the output with DynamicOut() and return a list."
            )
        elif value is None and output.returns_nothing:
            if output.is_required:
                yield Output(None, output.name)
        else:
            if value is None and not output.is_required:
                self._warn_of_none(output)
            yield Output(value, output.name)

    def _warn_of_none(self, output: StepOutput) -> None:
        if self.warn is not None:
            self.warn(
                f"{self.words} returned None for its output '{output.name}'. The output is "
                "optional, but None counts as its value: the steps after it receive None. To "
                "leave the output out, yield the outputs, and do not yield this one."
            )

    def _named(self, output: StepOutput, value: Output[object], position: int) -> Output[object]:
        if value.output_name not in (output.name, _DEFAULT):
            raise InvariantViolationError(
                f"{self.words} returned an Output named '{value.output_name}' at position "
                f"{position}, the place of its output '{output.name}'. Correct the name or the "
                "order."
            )
        return _renamed(value, output.name)

    def _dynamic(self, output: StepOutput, value: object) -> Iterator[DynamicOutput[object]]:
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        if not isinstance(value, list) or not all(isinstance(v, DynamicOutput) for v in values):
            raise InvariantViolationError(
                f"{self.words} returned {value!r} for its dynamic output '{output.name}'. Return a "
                "list, each entry of it a DynamicOutput(value, mapping_key)."
            )
        for each in cast("list[DynamicOutput[object]]", values):
            if each.output_name not in (output.name, _DEFAULT):
                raise InvariantViolationError(
                    f"{self.words} returned a DynamicOutput named '{each.output_name}' in the list "
                    f"for its output '{output.name}'. Correct the name."
                )
            if each.output_name == output.name:
                yield each
            else:
                yield DynamicOutput(each.value, each.mapping_key, output.name, each.metadata)


_DEFAULT = "result"


def _is_implied(output: StepOutput) -> bool:
    return output.returns_nothing and output.is_required


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
