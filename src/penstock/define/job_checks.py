"""What a job is checked for when it is defined: inputs, input values and resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from penstock.base.text import did_you_mean, listed
from penstock.define.ports import InputDefinition
from penstock.define.step import DEFAULT_IO_MANAGER, StepDefinition
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    ParameterCheckError,
)

if TYPE_CHECKING:
    from penstock.define.graph import GraphDefinition


def check_input_values(job: str, graph: GraphDefinition, values: Mapping[str, object]) -> None:
    """Check that values are for inputs that the graph has.

    Raises:
        InvalidDefinitionError: One is not.
    """
    for name in values:
        if not graph.has_input(name):
            raise InvalidDefinitionError(
                f"Job '{job}' has no input '{name}', for which input_values has a value."
                f"{did_you_mean(name, graph.input_dict)}"
            )


def check_resource_keys(job: str, resources: Mapping[str, object]) -> None:
    """Check that resource keys can be attributes of `context.resources`.

    Raises:
        ParameterCheckError: One cannot.
    """
    for key in resources:
        if not isinstance(key, str) or not key.isidentifier():  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"Job '{job}': resource key '{key}' cannot be an attribute of context.resources. "
                "Use letters, digits and '_', and no digit first."
            )


def check_names(graph: GraphDefinition) -> None:
    """Check that no two ops or graphs of a job, at any depth, have the same name.

    Raises:
        InvalidDefinitionError: Two have.
    """
    found: dict[str, object] = {}
    for definition in graph.iterate_node_defs():
        if definition is graph:
            continue
        if found.setdefault(definition.name, definition) is not definition:
            raise InvalidDefinitionError(
                f"Graph '{graph.name}' holds two different ops or graphs that are both named "
                f"'{definition.name}'. Give one of them another name."
            )


def check_connected(graph: GraphDefinition) -> None:
    """Check that every input gets a value from somewhere.

    Raises:
        InvalidDefinitionError: An input is not connected, and neither has a default nor can be
            loaded from run config, from an asset or by an input manager.
    """
    outer = {
        (mapping.mapped_node_name, mapping.mapped_node_input_name)
        for mapping in graph.input_mappings
    }
    for node in graph.nodes:
        connected = graph.edges.get(node.name, {}).keys() | graph.input_assets.get(node.name, {})
        for port in node.input_defs:
            if port.name in connected or (node.name, port.name) in outer:
                continue
            if not _is_loadable(port) and not node.definition.input_has_default(port.name):
                raise InvalidDefinitionError(
                    f"Nothing gives a value to input '{port.name}' of {node.describe_node()}. "
                    "Connect it to another op or graph, map it to an input of the job, or give it "
                    "a default, an input_manager_key or a type with a loader."
                )
        if node.is_graph:
            check_connected(node.definition)  # pyright: ignore[reportArgumentType] - it is a graph


def _is_loadable(port: InputDefinition) -> bool:
    return (
        port.is_nothing
        or port.asset_key is not None
        or port.input_manager_key is not None
        or port.dagster_type.loader is not None
    )


def check_inputs_given(job: str, graph: GraphDefinition, values: Mapping[str, object]) -> None:
    """Check that inputs of a job that only a caller can give are given.

    Raises:
        InvalidInvocationError: One is not.
    """
    for port in graph.input_defs:
        if port.name in values or _is_loadable(port) or graph.input_has_default(port.name):
            continue
        raise InvalidInvocationError(
            f"Job '{job}' has the input '{port.name}', to which only the caller can give a value. "
            f"Pass input_values={{'{port.name}': ...}} to execute_in_process."
        )


def check_resources(job: str, steps: Sequence[StepDefinition], provided: Iterable[str]) -> None:
    """Check that every resource that a step asks for is there.

    Raises:
        InvalidDefinitionError: One is not.
    """
    known = {DEFAULT_IO_MANAGER, *provided}
    for step in steps:
        wanted = {
            **dict.fromkeys(step.resource_keys, f"op '{step.name}'"),
            **{
                o.manager: f"output '{o.name}' of op '{step.name}'"
                for o in step.outputs
                if not o.returns_nothing
            },
            **{
                i.manager: f"input '{i.name}' of op '{step.name}'" for i in step.inputs if i.manager
            },
        }
        for hook in step.hooks:
            for key in hook.required_resource_keys:
                wanted.setdefault(key, f"hook '{hook.name}'")
        for key, who in sorted(wanted.items()):
            if key not in known:
                raise InvalidDefinitionError(
                    f"Resource '{key}', which {who} requires, is missing. Add it to the "
                    f"resource_defs of job '{job}', or to the resources of its Definitions; there "
                    f"are {listed(sorted(known))}."
                )
