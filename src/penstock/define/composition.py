"""What happens when an op or a graph is called inside the body of a `@graph` or a `@job`.

The body runs once, when it is decorated. A call in it does no work: it records a node and what the
node's inputs are bound to, and gives handles for its outputs. Owns the handles, the record and the
objects that stand for a call before it is made; refuses to know what a graph is checked for.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from penstock.define import upcalls
from penstock.define.declared import DeclaredAssets
from penstock.define.dependency import (
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    IDependencyDefinition,
    MappedInputPlaceholder,
    MultiDependencyDefinition,
    NodeInvocation,
)
from penstock.define.invoked import (
    Collected,
    DynamicInvokedOutput,
    GraphInput,
    InvokedOutput,
)
from penstock.define.names import checked_node_name, text_tags
from penstock.define.ports import InputMapping, OutputDefinition
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetSpec
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    ParameterCheckError,
)
from penstock.model.retry import RetryPolicy

if TYPE_CHECKING:
    from penstock.config.run_config import RunConfig
    from penstock.define.dependency import NodeDefinition
    from penstock.define.hook import HookDefinition
    from penstock.define.job_definition import JobDefinition
    from penstock.execute.result import ExecuteInProcessResult


@dataclass(frozen=True)
class InvokedNode:
    """A node as it was called.

    Attributes:
        bindings: What each input is bound to.
    """

    name: str
    alias: str | None
    definition: NodeDefinition
    bindings: Mapping[str, object]
    tags: Mapping[str, str]
    hooks: frozenset[HookDefinition]
    retry_policy: RetryPolicy | None


@dataclass
class Composition:
    """The body of a graph while it runs.

    Attributes:
        words: The graph in words: `@graph 'g'`.
    """

    words: str
    nodes: dict[str, InvokedNode] = field(default_factory=dict[str, InvokedNode])
    _uses: dict[str, int] = field(default_factory=dict[str, int])
    _pending: dict[str, PendingNodeInvocation] = field(
        default_factory=dict[str, "PendingNodeInvocation"]
    )

    def add(self, pending: PendingNodeInvocation, bindings: Mapping[str, object]) -> str:
        """Record a call, and return the node's name in the graph."""
        definition = pending.definition
        name = pending.given_alias or self._free_name(definition.name)
        self._pending.pop(pending.node_name, None)
        if name in self.nodes:
            raise InvalidDefinitionError(
                f"{self.words} has two calls that both name their node '{name}'. Give one of them "
                "another name with .alias(...)."
            )
        self._uses.setdefault(name, 1)
        self.nodes[name] = InvokedNode(
            name=definition.name,
            alias=name if name != definition.name else None,
            definition=definition,
            bindings=bindings,
            tags=pending.tags,
            hooks=pending.hook_defs,
            retry_policy=pending.retry_policy,
        )
        return name

    def _free_name(self, wanted: str) -> str:
        uses = self._uses.get(wanted, 0) + 1
        self._uses[wanted] = uses
        return wanted if uses == 1 else f"{wanted}_{uses}"

    def expect(self, pending: PendingNodeInvocation) -> None:
        """Remember that a node was prepared, to warn if it is never called."""
        self._pending[pending.node_name] = pending

    def warn_of_uncalled(self) -> None:
        """Warn of each node that was prepared and never called."""
        for pending in self._pending.values():
            alias = pending.given_alias
            known_as = f" (aliased as '{alias}')" if alias else ""
            warnings.warn(
                f"{self.words} prepares {pending.definition.node_type_str} "
                f"'{pending.definition.name}'{known_as} and never calls it. Call it, or remove it.",
                stacklevel=5,
            )

    def forget(self, pending: PendingNodeInvocation) -> None:
        """Take back `expect`: another object took its place."""
        if self._pending.get(pending.node_name) is pending:
            del self._pending[pending.node_name]

    def dependencies(self) -> dict[NodeInvocation, dict[str, IDependencyDefinition]]:
        """Return the edges between the nodes."""
        return {
            NodeInvocation(node.name, node.alias, dict(node.tags), node.hooks, node.retry_policy): {
                name: edge
                for name, bound in node.bindings.items()
                if (edge := _edge(bound)) is not None
            }
            for node in self.nodes.values()
        }

    def input_mappings(self) -> list[InputMapping]:
        """Return where the inputs of the graph go, in the order of the calls."""
        found: list[InputMapping] = []
        for node_name, node in self.nodes.items():
            for input_name, bound in node.bindings.items():
                if isinstance(bound, GraphInput):
                    found.append(bound.definition.mapping_to(node_name, input_name))
                elif isinstance(bound, list):
                    found.extend(
                        part.definition.mapping_to(node_name, input_name, index)
                        for index, part in enumerate(cast("list[object]", bound))
                        if isinstance(part, GraphInput)
                    )
        return found

    def assets(self) -> dict[str, dict[str, object]]:
        """Return the assets that inputs of nodes are loaded from, by node and input."""
        found: dict[str, dict[str, object]] = {}
        for node_name, node in self.nodes.items():
            for input_name, bound in node.bindings.items():
                if _is_asset(bound):
                    found.setdefault(node_name, {})[input_name] = bound
        return found


def _edge(bound: object) -> IDependencyDefinition | None:
    if isinstance(bound, InvokedOutput):
        return DependencyDefinition(bound.node_name, bound.output_name)
    if isinstance(bound, Collected):
        return DynamicCollectDependencyDefinition(bound.node_name, bound.output_name)
    if isinstance(bound, list):
        return MultiDependencyDefinition(
            [
                DependencyDefinition(part.node_name, part.output_name)
                if isinstance(part, InvokedOutput)
                else MappedInputPlaceholder
                for part in cast("list[object]", bound)
            ]
        )
    return None


_current: ContextVar[Composition | None] = ContextVar("penstock_composition", default=None)


def current() -> Composition | None:
    """Return the body of a graph that runs now; None outside of one."""
    return _current.get()


@contextmanager
def composing(words: str) -> Generator[Composition]:
    """Make the calls of nodes inside count as nodes of a graph."""
    composition = Composition(words)
    token = _current.set(composition)
    try:
        yield composition
    finally:
        _current.reset(token)
        composition.warn_of_uncalled()


class Composable(ABC):
    """What can be a node of a graph: an op or a graph, as it is or prepared for one place."""

    __slots__ = ()

    @abstractmethod
    def pending(self) -> PendingNodeInvocation:
        """Return it as a call that is yet to be made."""

    def alias(self, name: str) -> PendingNodeInvocation:
        """Give it another name at the place where it is called.

        Raises:
            InvalidDefinitionError: The name is not valid.
        """
        return self._prepared(given_alias=checked_node_name(name))

    def tag(self, tags: Mapping[str, object] | None) -> PendingNodeInvocation:
        """Add tags at the place where it is called; they win over earlier ones."""
        mine = self.pending()
        added = text_tags(tags, owner=mine.definition.describe_node())
        return self._prepared(tags={**mine.tags, **added})

    def with_hooks(self, hook_defs: set[HookDefinition]) -> PendingNodeInvocation:
        """Add hooks at the place where it is called."""
        if not isinstance(hook_defs, (set, frozenset)):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(f"with_hooks takes a set of hooks, not {hook_defs!r}.")
        return self._prepared(hook_defs=self.pending().hook_defs | hook_defs)

    def with_retry_policy(self, retry_policy: RetryPolicy) -> PendingNodeInvocation:
        """Set the retry policy at the place where it is called."""
        return self._prepared(retry_policy=retry_policy)

    def _prepared(self, **changes: object) -> PendingNodeInvocation:
        before = self.pending()
        made = replace(before, **changes)
        composition = _current.get()
        if composition is not None:
            composition.forget(before)
            composition.expect(made)
        return made


@dataclass(frozen=True, eq=False)
class PendingNodeInvocation(Composable):
    """An op or graph with what was added to it for one place: name, tags, hooks, retry policy."""

    definition: NodeDefinition
    given_alias: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    hook_defs: frozenset[HookDefinition] = frozenset()
    retry_policy: RetryPolicy | None = None

    @property
    def node_name(self) -> str:
        """The name that it asks for in the graph."""
        return self.given_alias or self.definition.name

    @property
    def node_def(self) -> NodeDefinition:
        """The op or graph."""
        return self.definition

    def pending(self) -> PendingNodeInvocation:
        """Return itself."""
        return self

    def describe_node(self) -> str:
        """Return the words for it in messages."""
        return f"{self.definition.node_type_str} '{self.node_name}'"

    def to_job(self, name: str | None = None, **arguments: object) -> JobDefinition:
        """Make a job of the graph, with what was added to it; see `GraphDefinition.to_job`.

        Raises:
            InvalidInvocationError: It is an op.
        """
        if not self.definition.is_graph:
            raise InvalidInvocationError(
                f"Attempted to make a job of {self.describe_node()}. Only graphs become jobs; call "
                "the op in the body of a @job."
            )
        own: dict[str, object] = {
            "tags": {**self.tags, **_tags_in(arguments)},
            "hooks": self.hook_defs.union(
                cast("frozenset[HookDefinition]", arguments.pop("hooks", None) or ())
            ),
            "op_retry_policy": arguments.pop("op_retry_policy", None) or self.retry_policy,
        }
        return upcalls.job_of_graph(
            self.definition, name=name or self.node_name, **own, **arguments
        )

    def execute_in_process(
        self,
        run_config: Mapping[str, object] | RunConfig | None = None,
        instance: object = None,
        resources: Mapping[str, object] | None = None,
        raise_on_error: bool = True,  # noqa: FBT001, FBT002 - the public signature
        op_selection: Sequence[str] | None = None,
        run_id: str | None = None,
        input_values: Mapping[str, object] | None = None,
    ) -> ExecuteInProcessResult:
        """Run the graph here and now; see `JobDefinition.execute_in_process`."""
        return self.to_job(resource_defs=resources).execute_in_process(
            run_config,
            instance=instance,
            raise_on_error=raise_on_error,
            op_selection=op_selection,
            run_id=run_id,
            input_values=input_values,
        )

    def __call__(self, *args: object, **kwargs: object) -> Any:  # values of nodes, or results
        """Call it: in the body of a graph as a node, elsewhere by hand."""
        composition = _current.get()
        if composition is None:
            return self.definition.call_by_hand(args, kwargs, alias=self.given_alias)
        return invoke(self, composition, args, kwargs)


def _tags_in(arguments: dict[str, object]) -> Mapping[str, object]:
    return cast("Mapping[str, object]", arguments.pop("tags", None) or {})


def invoke(
    pending: PendingNodeInvocation,
    composition: Composition,
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> object:
    """Record the call of a node, and return handles of its outputs.

    Raises:
        InvalidDefinitionError: An argument is nothing that an input can be bound to.
        InvalidInvocationError: An input is bound twice.
    """
    definition = pending.definition
    words = f"{composition.words}, invocation of {pending.describe_node()}"
    bindings = _bind(definition, args, kwargs, words)
    name = composition.add(pending, bindings)
    outputs = definition.output_defs
    handles = [_handle(name, output, definition.node_type_str) for output in outputs]
    if len(handles) <= 1:
        return handles[0] if handles else None
    names = [output.name for output in outputs]
    kind = namedtuple(f"{definition.name}_outputs", names, rename=True)  # pyright: ignore[reportUntypedNamedTuple] - the names are known only here
    return kind(*handles)


def _handle(node: str, output: OutputDefinition, node_type: str) -> InvokedOutput:
    kind = DynamicInvokedOutput if output.is_dynamic else InvokedOutput
    return kind(node, output.name, node_type)


def _bind(
    definition: NodeDefinition,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    words: str,
) -> dict[str, object]:
    positional = list(definition.positional_inputs)
    others = [name for name in definition.input_dict if name not in positional]
    if len(args) > len(positional) and len(others) == 1:
        positional += others
    if len(args) > len(positional):
        raise InvalidDefinitionError(
            f"In {words}, {len(args)} positional arguments were given; it takes {len(positional)}: "
            f"{', '.join(positional) or 'none'}. Pass the others by name."
        )
    bound: dict[str, object] = {}
    for index, (name, value) in enumerate(zip(positional, args, strict=False)):
        bound[name] = _checked_binding(value, f"input '{name}' (at position {index})", words)
    for name, value in kwargs.items():
        if name in bound:
            raise InvalidInvocationError(f"In {words}, input '{name}' was given twice.")
        bound[name] = _checked_binding(value, f"input '{name}'", words)
    return bound


def _checked_binding(value: object, where: str, words: str) -> object:
    match value:
        case DynamicInvokedOutput():
            raise InvalidDefinitionError(
                f"In {words}, {where} got the dynamic output '{value.output_name}' of "
                f"'{value.node_name}' directly. Unpack it with .map() or .collect()."
            )
        case InvokedOutput() | GraphInput() | Collected():
            return value
        case list():
            return _checked_list(cast("list[object]", value), where, words)
        case _ if _is_asset(value):
            return value
        case Composable():
            raise InvalidDefinitionError(
                f"In {words}, {where} got {value.pending().describe_node()} itself, which was not "
                "called. Add the parentheses."
            )
        case tuple():
            fields: Sequence[str] = getattr(cast("object", value), "_fields", ())
            names = ", ".join(fields)
            raise InvalidDefinitionError(
                f"In {words}, {where} got a tuple of several outputs ({names}). Pass one of them."
            )
        case _:
            raise InvalidDefinitionError(
                f"In {words}, {where} got a value of type '{type(value).__name__}'. Pass what "
                "calling a node gave, or an input of the graph; constants come from config."
            )


def _checked_list(values: list[object], where: str, words: str) -> list[object]:
    for index, value in enumerate(values):
        fits = isinstance(value, (InvokedOutput, GraphInput))
        if not fits or isinstance(value, DynamicInvokedOutput):
            raise InvalidDefinitionError(
                f"In {words}, {where} got a list whose item {index} is of type "
                f"'{type(value).__name__}'. Put into it only what calling a node gave, or inputs "
                "of the graph; a dynamic output has to be collected."
            )
    return values


def _is_asset(value: object) -> bool:
    """Whether it stands for assets whose values inputs are loaded from."""
    return isinstance(value, (DeclaredAssets, AssetSpec, SourceAsset))
