"""Reading the body of a function as a graph: its parameters, its calls and what it returns."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from penstock.base.text import listed
from penstock.define.composition import composing
from penstock.define.dependency import IDependencyDefinition, NodeInvocation
from penstock.define.docstring import description_of, read_docstring
from penstock.define.invoked import GraphInput, InvokedOutput
from penstock.define.names import checked_node_name
from penstock.define.ports import (
    DEFAULT_OUTPUT,
    GraphIn,
    GraphOut,
    In,
    InputDefinition,
    InputMapping,
    OutputMapping,
    input_definition,
)
from penstock.define.signature import annotations_of
from penstock.define.step import NO_VALUE
from penstock.define.types.annotations import resolve_output_annotation
from penstock.errors import InvalidDefinitionError

if TYPE_CHECKING:
    from penstock.define.dependency import NodeDefinition
    from penstock.define.types.definition import RuntimeType

EMPTY = inspect.Parameter.empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What the body of a function says of a graph."""

    description: str | None
    node_defs: Sequence[NodeDefinition]
    dependencies: Mapping[NodeInvocation, Mapping[str, IDependencyDefinition]]
    input_mappings: Sequence[InputMapping]
    output_mappings: Sequence[OutputMapping]
    input_assets: Mapping[str, Mapping[str, object]]
    positional_inputs: Sequence[str]


def compose(
    function: Callable[..., object],
    *,
    words: str,
    ins: Mapping[str, GraphIn],
    out: GraphOut | Mapping[str, GraphOut] | None,
    returns: bool,
) -> Composed:
    """Call a function and record what it does.

    Args:
        function: The function.
        words: The graph in words: `@graph 'g'`.
        ins: What is to be said of inputs.
        out: The declared output or outputs.
        returns: Whether what the function returns counts as the outputs.

    Raises:
        InvalidDefinitionError: An input is not used, or what is returned makes no sense.
    """
    text = description_of(function)
    inputs, positional = _inputs_of(function, ins, text, words)
    with composing(words) as composition:
        returned = function(**{name: GraphInput(each) for name, each in inputs.items()})
    mappings = composition.input_mappings()
    used = {mapping.graph_input_name for mapping in mappings}
    order = list(inputs)
    for name in inputs:
        if name not in used:
            raise InvalidDefinitionError(
                f"{words} takes '{name}' and passes it to no node. Pass it to one, or drop the "
                "parameter."
            )
    hint = annotations_of(function).get("return", EMPTY) if returns else EMPTY
    outputs = _outputs_of(returned, out, hint, words) if returns else []
    nodes = list({id(n.definition): n.definition for n in composition.nodes.values()}.values())
    return Composed(
        description=text,
        node_defs=nodes,
        dependencies=composition.dependencies(),
        input_mappings=sorted(mappings, key=lambda m: order.index(m.graph_input_name)),
        output_mappings=outputs,
        input_assets=composition.assets(),
        positional_inputs=positional,
    )


def _inputs_of(
    function: Callable[..., object], ins: Mapping[str, GraphIn], text: str | None, words: str
) -> tuple[dict[str, InputDefinition], list[str]]:
    parameters = inspect.signature(function).parameters
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        raise InvalidDefinitionError(
            f"{words} has a function that takes *args. Its parameters are the inputs by name."
        )
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    positional = [n for n, p in parameters.items() if p.kind is not p.VAR_KEYWORD]
    missing = [name for name in ins if name not in positional]
    if missing and not takes_any:
        raise InvalidDefinitionError(
            f"{words} has ins for {listed(missing)}, but its function does not have such a "
            "parameter. Add it, or **kwargs."
        )
    hints = annotations_of(function)
    said = read_docstring(text)
    found = {
        name: input_definition(
            checked_node_name(name),
            In(description=ins[name].description) if name in ins else In(),
            annotation=hints.get(name, EMPTY),
            default=NO_VALUE,
            description=said.parameters.get(name),
        )
        for name in [*positional, *missing]
    }
    return found, positional


def _outputs_of(
    returned: object, out: GraphOut | Mapping[str, GraphOut] | None, hint: object, words: str
) -> list[OutputMapping]:
    declared = {DEFAULT_OUTPUT: out or GraphOut()} if not isinstance(out, Mapping) else out
    sources = _sources_of(returned, list(declared), words)
    if not sources and out is None:
        return []
    types: dict[str, RuntimeType] = {}
    if len(declared) == 1 and hint not in (EMPTY, None, type(None)) and not isinstance(hint, str):
        types[next(iter(declared))] = resolve_output_annotation(hint)
    found: list[OutputMapping] = []
    for name, port in declared.items():
        source = sources.get(name)
        if source is None:
            raise InvalidDefinitionError(
                f"{words} declares output '{name}', but its function returns nothing for it. "
                "Return what calling a node gave, or do not declare the output."
            )
        mapping = OutputMapping(
            checked_node_name(name),
            source.node_name,
            source.output_name,
            graph_output_description=port.description,
            dagster_type=types.get(name),
            from_dynamic_mapping=source.is_mapped,
        )
        found.append(mapping)
    return found


def _sources_of(returned: object, names: Sequence[str], words: str) -> dict[str, InvokedOutput]:
    match returned:
        case None:
            return {}
        case InvokedOutput():
            if len(names) != 1:
                raise InvalidDefinitionError(
                    f"{words} returned one output, '{returned.output_name}' of "
                    f"'{returned.node_name}', but declares {listed(names)}. Return a mapping with "
                    "one entry for each."
                )
            return {names[0]: returned}
        case tuple():
            parts = cast("tuple[object, ...]", returned)
            if all(isinstance(part, InvokedOutput) for part in parts):
                outputs = cast("tuple[InvokedOutput, ...]", parts)
                return dict(zip(names, outputs, strict=False))
        case Mapping():
            return _sources_by_name(cast("Mapping[object, object]", returned), names, words)
        case _:
            pass
    kind = type(cast("object", returned)).__name__
    raise InvalidDefinitionError(
        f"{words} returned a value of type '{kind}' that no node made. Return what calling a node "
        "gave, or a mapping of output names to that."
    )


def _sources_by_name(
    returned: Mapping[object, object], names: Sequence[str], words: str
) -> dict[str, InvokedOutput]:
    found: dict[str, InvokedOutput] = {}
    for name, value in returned.items():
        if not isinstance(name, str) or name not in names:
            raise InvalidDefinitionError(
                f"{words} returned something for '{name}', but its only outputs are "
                f"{listed(names)}. Declare others with out={{...}}."
            )
        if not isinstance(value, InvokedOutput):
            raise InvalidDefinitionError(
                f"{words} returned a value of type '{type(value).__name__}' for output '{name}'. "
                "Return what calling a node gave."
            )
        found[name] = value
    return found
