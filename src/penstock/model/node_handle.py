"""`NodeHandle`: where an op or a graph stands inside the graphs of a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from penstock.errors import ParameterCheckError


@dataclass(frozen=True, slots=True)
class NodeHandle:
    """The place of a node: its name, and the graph node that it is inside of.

    Example:
        >>> str(NodeHandle("dbl", NodeHandle("g")))
        'g.dbl'
    """

    name: str
    parent: NodeHandle | None = None

    @property
    def path(self) -> list[str]:
        """The names from the outermost node to this one."""
        names = [self.name]
        outer = self.parent
        while outer is not None:
            names.append(outer.name)
            outer = outer.parent
        return names[::-1]

    @property
    def root(self) -> NodeHandle:
        """The outermost node."""
        return self if self.parent is None else self.parent.root

    def to_string(self) -> str:
        """Return the names joined by dots, which is the step's name."""
        return ".".join(self.path)

    def with_child(self, name: str) -> NodeHandle:
        """Return the place of a node inside this one."""
        return NodeHandle(name, self)

    @classmethod
    def from_path(cls, path: Sequence[str]) -> NodeHandle:
        """Return the place that names lead to, the outermost first.

        Raises:
            ParameterCheckError: There is no name.
        """
        if not path:
            raise ParameterCheckError("A node handle needs at least one name.")
        handle = cls(path[0])
        for name in path[1:]:
            handle = cls(name, handle)
        return handle

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> NodeHandle:
        """Return the place that `{"name": ..., "parent": ...}` tells of.

        Raises:
            ParameterCheckError: It tells of none.
        """
        name, parent = data.get("name"), data.get("parent")
        if not isinstance(name, str) or not isinstance(parent, (Mapping, type(None))):
            raise ParameterCheckError(f"{data!r} does not tell of a node handle.")
        outer = cast("Mapping[str, object] | None", parent)
        return cls(name, None if outer is None else cls.from_dict(outer))

    @classmethod
    def from_string(cls, text: str) -> NodeHandle:
        """Return the place that names joined by dots lead to."""
        return cls.from_path(text.split("."))

    def __str__(self) -> str:
        return self.to_string()
