"""What ops and graphs have in common, for those who are below both or do not care which it is.

Knows names, inputs and outputs; refuses to know what a graph is made of, how a call in a graph's
body becomes a node, and what is connected to what.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

from penstock.config.configured import DefinitionSchema
from penstock.define.ports import In, InputDefinition, Out, OutputDefinition, as_in, as_out
from penstock.define.signature import Signature
from penstock.model.retry import RetryPolicy


class NodeDefinition(ABC):
    """An op or a graph: what can be a node of a graph.

    Attributes:
        node_type_str: The word for it: 'op' or 'graph'.
        tags: Facts for executors and people.
    """

    node_type_str: str
    is_graph: bool
    name: str
    description: str | None
    tags: Mapping[str, str]
    input_defs: Sequence[InputDefinition]
    output_defs: Sequence[OutputDefinition]

    @cached_property
    def input_dict(self) -> Mapping[str, InputDefinition]:
        """The inputs by name."""
        return MappingProxyType({i.name: i for i in self.input_defs})

    @cached_property
    def output_dict(self) -> Mapping[str, OutputDefinition]:
        """The outputs by name."""
        return MappingProxyType({o.name: o for o in self.output_defs})

    @property
    @abstractmethod
    def positional_inputs(self) -> Sequence[str]:
        """The names of the inputs in the order in which a call takes them."""

    @property
    @abstractmethod
    def pools(self) -> set[str]:
        """The concurrency pools of the ops."""

    def has_input(self, name: str) -> bool:
        """Tell whether it has an input of that name."""
        return name in self.input_dict

    def has_output(self, name: str) -> bool:
        """Tell whether it has an output of that name."""
        return name in self.output_dict

    @abstractmethod
    def input_has_default(self, name: str) -> bool:
        """Tell whether an input needs nothing to be connected."""

    def describe_node(self) -> str:
        """Return the words for it in messages."""
        return f"{self.node_type_str} '{self.name}'"

    @abstractmethod
    def call_by_hand(
        self, args: Sequence[object], kwargs: Mapping[str, object], *, alias: str | None = None
    ) -> object:
        """Call it outside of the body of a graph."""

    @abstractmethod
    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call it: in the body of a graph as a node, elsewhere by hand."""


class OpNode(NodeDefinition):
    """An op, as contexts show it and calls by hand need it.

    Attributes:
        function: What a step calls, with the inputs by keyword.
        compute_fn: The function as it was given.
        required_resource_keys: Resources for `context.resources`.
        retry_policy: Whether and when a failed step is tried again.
        pool: The concurrency pool that its step takes a slot of.
    """

    function: Callable[..., object]
    compute_fn: Callable[..., object]
    signature: Signature
    required_resource_keys: frozenset[str]
    retry_policy: RetryPolicy | None
    code_version: str | None
    pool: str | None

    @property
    @abstractmethod
    def config_schema(self) -> DefinitionSchema:
        """The schema of the config."""

    @property
    def version(self) -> str | None:
        """The version of the code."""
        return self.code_version

    @property
    def pools(self) -> set[str]:
        """The concurrency pool, if it has one, as a set."""
        return set() if self.pool is None else {self.pool}

    @property
    def ins(self) -> Mapping[str, In]:
        """The declared inputs."""
        return {i.name: as_in(i) for i in self.input_defs}

    @property
    def outs(self) -> Mapping[str, Out]:
        """The declared outputs."""
        return {o.name: as_out(o) for o in self.output_defs}

    @property
    def positional_inputs(self) -> Sequence[str]:
        """The names of the inputs in the order in which a call takes them."""
        return self.signature.inputs

    def input_has_default(self, name: str) -> bool:
        """Tell whether an input needs nothing to be connected."""
        return self.input_dict[name].has_default_value

    def input_def_named(self, name: str) -> InputDefinition:
        """Return an input."""
        return self.input_dict[name]

    def output_def_named(self, name: str) -> OutputDefinition:
        """Return an output."""
        return self.output_dict[name]


class PlacedNode(Protocol):
    """An op or a graph at its place in a graph, as the context of a hook shows it.

    `Node` fulfils it; it cannot be named here, because a node knows its hooks.
    """

    @property
    def name(self) -> str:
        """The name at this place."""
        ...

    @property
    def definition(self) -> NodeDefinition:
        """The op or graph."""
        ...

    @property
    def tags(self) -> Mapping[str, str]:
        """The definition's tags and those of the place, which win."""
        ...

    @property
    def retry_policy(self) -> RetryPolicy | None:
        """The policy of the place."""
        ...

    @property
    def input_dict(self) -> Mapping[str, InputDefinition]:
        """The inputs by name."""
        ...

    @property
    def output_dict(self) -> Mapping[str, OutputDefinition]:
        """The outputs by name."""
        ...

    def describe_node(self) -> str:
        """Return the words for it in messages."""
        ...
