"""Handles: what calling a node in the body of a graph gives, and what the body passes around.

A handle stands for a value that does not exist while the graph is defined, so it refuses whatever
one might do with a value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, cast

from penstock.define.ports import InputDefinition
from penstock.errors import InvalidDefinitionError, InvariantViolationError


@dataclass(frozen=True)
class InvokedOutput:
    """An output of a node that was called in the body of a graph.

    Attributes:
        is_mapped: Whether it stands for each value of a dynamic output in turn.
    """

    node_name: str
    output_name: str
    node_type: str
    is_mapped: bool = False

    def __iter__(self) -> NoReturn:
        raise InvariantViolationError(
            f"In the body of a graph, the {self._words} was unpacked or looped over. It is one "
            "output only, and has no value while the graph is defined. Declare several outputs "
            "with out={...}, or a DynamicOut and use .map()."
        )

    def __getitem__(self, index: object) -> NoReturn:
        raise InvariantViolationError(
            f"In the body of a graph, item {index!r} was taken of the {self._words}, which has no "
            "value while the graph is defined. Declare several outputs with out={...}, or a "
            "DynamicOut and use .map()."
        )

    def alias(self, _: object = None) -> NoReturn:
        """Refuse: the call is already made."""
        self._refuse("alias")

    def tag(self, _: object = None) -> NoReturn:
        """Refuse: the call is already made."""
        self._refuse("tag")

    def with_hooks(self, _: object = None) -> NoReturn:
        """Refuse: the call is already made."""
        self._refuse("with_hooks")

    def with_retry_policy(self, _: object = None) -> NoReturn:
        """Refuse: the call is already made."""
        self._refuse("with_retry_policy")

    @property
    def _words(self) -> str:
        return f"output '{self.output_name}' of {self.node_type} '{self.node_name}'"

    def _refuse(self, method: str) -> NoReturn:
        raise InvariantViolationError(
            f"In the body of a graph, .{method}() came after the call that gave the {self._words}."
            f" Put it before: node.{method}(...)() and not node().{method}(...)."
        )


class DynamicInvokedOutput(InvokedOutput):
    """A dynamic output of a node that was called in the body of a graph."""

    def map(self, fn: Callable[[InvokedOutput], object]) -> object:
        """Apply nodes to each value of the output.

        Args:
            fn: Called once with a handle that stands for each value; calls nodes with it.

        Returns:
            Handles of what `fn` returned, to be mapped on or collected.
        """
        each = InvokedOutput(self.node_name, self.output_name, self.node_type, is_mapped=True)
        made = fn(each)
        if made is None or isinstance(made, DynamicInvokedOutput):
            return made
        if isinstance(made, InvokedOutput):
            return _as_mapped(made)
        if isinstance(made, tuple):
            parts = cast("tuple[object, ...]", made)
            if all(isinstance(part, InvokedOutput) for part in parts):
                outputs = [_as_mapped(cast("InvokedOutput", part)) for part in parts]
                return type(parts)(*outputs) if hasattr(parts, "_fields") else tuple(outputs)
        raise InvalidDefinitionError(
            f"In the body of a graph, the function given to .map() of the {self._words} returned "
            f"{made!r}. Return what calling a node gives, a tuple of that, or nothing."
        )

    def collect(self) -> Collected:
        """Return all values of the output together, as a list for one input."""
        return Collected(self.node_name, self.output_name)


def _as_mapped(output: InvokedOutput) -> DynamicInvokedOutput:
    return DynamicInvokedOutput(
        output.node_name, output.output_name, output.node_type, is_mapped=True
    )


@dataclass(frozen=True)
class Collected:
    """All values of a dynamic output, or of what was mapped over one, as one list."""

    node_name: str
    output_name: str


@dataclass(frozen=True)
class GraphInput:
    """An input of the graph whose body runs."""

    definition: InputDefinition
