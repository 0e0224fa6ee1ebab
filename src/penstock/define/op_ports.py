"""Reading the inputs and outputs of an op from its declaration and its function."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence

from penstock.base.text import listed
from penstock.define.docstring import DocString
from penstock.define.names import checked_node_name
from penstock.define.ports import (
    DEFAULT_OUTPUT,
    DynamicOut,
    In,
    InputDefinition,
    Out,
    OutputDefinition,
    input_definition,
    output_definition,
)
from penstock.define.result import DynamicOutput
from penstock.define.signature import Signature, annotations_of
from penstock.define.step import StepOutput
from penstock.define.values import NO_VALUE
from penstock.errors import InvalidDefinitionError, InvariantViolationError, ParameterCheckError

Function = Callable[..., object]
EMPTY = inspect.Parameter.empty


def refuse_varargs(function: Function, words: str) -> None:
    """Refuse a function that takes *args.

    Raises:
        InvalidDefinitionError: It does.
    """
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & inspect.CO_VARARGS:
        raise InvalidDefinitionError(
            f"{words} has a function that takes *args. Its parameters are the context, if any, and "
            "then the inputs by name."
        )


def named_resources(
    signature: Signature, required: Iterable[str] | None, words: str
) -> frozenset[str]:
    """Return the resources that are asked for, in either way.

    Raises:
        ParameterCheckError: They are asked for in both ways.
    """
    declared = frozenset(required or ())
    if declared and signature.resources:
        raise ParameterCheckError(
            f"{words} names resources in required_resource_keys and as parameters "
            f"({listed(signature.resources)}). Use one way for all of them."
        )
    return declared.union(signature.resources)


def inputs_of(
    function: Function,
    signature: Signature,
    ins: Mapping[str, In],
    said: DocString,
    words: str,
) -> list[InputDefinition]:
    """Return the inputs: those that are declared first, then the other parameters."""
    hints = annotations_of(function)
    inferred = [name for name in signature.inputs if name not in ins]
    found = [
        input_definition(
            checked_node_name(name),
            ins.get(name, _PLAIN_IN),
            annotation=hints.get(name, EMPTY),
            default=signature.defaults.get(name, NO_VALUE),
            description=said.parameters.get(name),
        )
        for name in [*ins, *inferred]
    ]
    parameters = frozenset(signature.inputs)
    useless = [i.name for i in found if i.is_nothing and i.name in parameters]
    if useless:
        raise InvalidDefinitionError(
            f"{words} takes the parameter '{useless[0]}', but its input of that name is of type "
            "Nothing: it only orders steps and hands nothing over. Remove the parameter."
        )
    missing = [i.name for i in found if i.name not in parameters and not i.is_nothing]
    if missing and not signature.takes_any:
        raise InvalidDefinitionError(
            f"{words} has ins for {listed(missing)}, which its function cannot receive. Add the "
            "parameter, or **kwargs, or make the input of type Nothing."
        )
    return found


_PLAIN_IN = In()
_PLAIN_OUT = Out()


def outputs_of(
    function: Function,
    out: Out | Mapping[str, Out] | None,
    said: DocString,
    code_version: str | None,
    words: str,
) -> list[OutputDefinition]:
    """Return the outputs, with what the return annotation and the docstring say of them."""
    hint = annotations_of(function).get("return", EMPTY)
    if _yields(function, hint):
        hint = EMPTY
    if out is None:
        out = DynamicOut() if _is_dynamic_list(hint) else _PLAIN_OUT
    if isinstance(out, Out):
        return [_output(DEFAULT_OUTPUT, out, hint, said.returns, code_version)]
    if not isinstance(out, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise ParameterCheckError(f"{words}: out must be an Out or a mapping of them, not {out!r}.")
    hints = _hints_by_output(hint, len(out), words)
    alone = said.returns if len(out) == 1 else None
    return [
        _output(checked_node_name(name), declared, each, alone, code_version)
        for (name, declared), each in zip(out.items(), hints, strict=True)
    ]


def _output(
    name: str, declared: Out, hint: object, description: str | None, code_version: str | None
) -> OutputDefinition:
    if hint is DynamicOutput or typing.get_origin(hint) is DynamicOutput:
        raise InvariantViolationError(
            f"The function of output '{name}' is annotated to return a DynamicOutput by itself. "
            "Annotate it with list[DynamicOutput[...]], or use Output for a single value."
        )
    return output_definition(
        name, declared, annotation=hint, description=description, code_version=code_version
    )


def _yields(function: Function, hint: object) -> bool:
    """Whether what the annotation says is about the generator and not about an output."""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return True
    origin = typing.get_origin(hint)
    return isinstance(origin, type) and origin.__name__ in ("Generator", "AsyncGenerator")


def _is_dynamic_list(hint: object) -> bool:
    if typing.get_origin(hint) is not list:
        return False
    (inner,) = typing.get_args(hint) or (None,)
    return inner is DynamicOutput or typing.get_origin(inner) is DynamicOutput


def _hints_by_output(hint: object, count: int, words: str) -> Sequence[object]:
    if count == 1:
        return (hint,)
    if hint is EMPTY or hint in (None, type(None)) or count == 0:
        return (EMPTY,) * count
    if typing.get_origin(hint) is not tuple and hint is not tuple:
        raise InvariantViolationError(
            f"{words} has {count} outputs, so its function returns a tuple, but it is annotated to "
            f"return {hint!r}. Annotate it with a tuple of {count} types."
        )
    parts = typing.get_args(hint)
    if not parts:
        return (EMPTY,) * count
    if len(parts) != count:
        raise InvariantViolationError(
            f"{words} has {count} outputs, but the tuple that it is annotated to return has "
            f"{len(parts)} entries. Give one for each output."
        )
    return parts


def step_outputs_of(ports: Sequence[OutputDefinition]) -> tuple[StepOutput, ...]:
    """Return the outputs of an op as those of a step."""
    return tuple(
        StepOutput(
            name=port.name,
            manager=port.io_manager_key,
            returns_nothing=port.is_nothing,
            is_required=port.is_required,
            is_dynamic=port.is_dynamic,
            type=port.dagster_type,
            metadata=port.metadata,
        )
        for port in ports
    )
