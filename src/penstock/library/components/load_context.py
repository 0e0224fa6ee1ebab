"""`ComponentLoadContext`: where a component is loaded, and what it may load itself."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeVar, cast, overload

from penstock.define.definitions import Definitions
from penstock.errors import InvalidInvocationError
from penstock.library.components.resolution import ResolutionContext, Source

C = TypeVar("C")

_STASH = "component_load_context"


class Loaded(Protocol):
    """A component, as far as a context knows one."""

    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Return the definitions of the component."""
        ...


class Tree(Protocol):
    """What a context asks of the tree of components; `ComponentTree` fulfils it."""

    def load_component(
        self, defs_path: Path | str, expected_type: type[object] | None = None
    ) -> Loaded:
        """Load the component of a path."""
        ...

    def build_defs(self, defs_path: Path | str | None = None) -> Definitions:
        """Build the definitions below a path."""
        ...


@dataclass(frozen=True, kw_only=True)
class ComponentLoadContext:
    """Where a component is loaded.

    Attributes:
        path: The file or folder of the component.
        project_root: The folder of the project.
        defs_module_path: The folder of all definitions.
        defs_module_name: The module of that folder.
        resolution_context: What its templates can name.
        component_tree: The tree that it belongs to.
        instance_key: Which of several components of its file it is.
        terminate_autoloading_on_keyword_files: Whether a `definitions.py` is all that is loaded of
            its folder.
    """

    path: Path
    project_root: Path
    defs_module_path: Path
    defs_module_name: str
    resolution_context: ResolutionContext
    component_tree: Tree
    instance_key: int | str | None = None
    terminate_autoloading_on_keyword_files: bool = False

    def __post_init__(self) -> None:
        stashed = self.resolution_context.with_stashed_value(_STASH, self)
        object.__setattr__(self, "resolution_context", stashed)

    @staticmethod
    def from_resolution_context(resolution_context: ResolutionContext) -> ComponentLoadContext:
        """Return the context in which something is resolved.

        Raises:
            InvalidInvocationError: It is not resolved for a component.
        """
        found = resolution_context.stash.get(_STASH)
        if not isinstance(found, ComponentLoadContext):
            raise InvalidInvocationError(
                "There is no load context here: what is resolved belongs to no component."
            )
        return found

    def for_path(self, path: Path) -> ComponentLoadContext:
        """Return the context of another path."""
        return replace(self, path=path, instance_key=None)

    def for_instance(self, key: int | str) -> ComponentLoadContext:
        """Return the context of one of several components of the same file."""
        return replace(self, instance_key=key)

    def with_rendering_scope(self, rendering_scope: Mapping[str, object]) -> ComponentLoadContext:
        """Return a context whose templates can name more."""
        return replace(
            self, resolution_context=self.resolution_context.with_scope(**rendering_scope)
        )

    def with_source(self, source: Source) -> ComponentLoadContext:
        """Return a context whose values come from a document."""
        return replace(self, resolution_context=self.resolution_context.with_source(source))

    @overload
    def load_component(self, defs_path: Path | str) -> Loaded: ...

    @overload
    def load_component(self, defs_path: Path | str, expected_type: type[C]) -> C: ...

    def load_component(
        self, defs_path: Path | str, expected_type: type[C] | None = None
    ) -> Loaded | C:
        """Load another component.

        Args:
            defs_path: Its path; a relative one begins at the folder of all definitions.
            expected_type: The class that it must be of.

        Raises:
            InvalidDefinitionError: There is none, or it is of another class.
        """
        return self.component_tree.load_component(defs_path, expected_type)

    def build_defs(self, defs_path: Path | str) -> Definitions:
        """Build the definitions below another path; a relative one begins as in load_component."""
        return self.component_tree.build_defs(defs_path)

    def defs_relative_module_name(self, path: Path) -> str:
        """Return the name of the module of a path; a relative one begins beside this component."""
        folder = self.path.parent if self.path.is_file() else self.path
        full = (folder / path).absolute()
        relative = full.relative_to(self.defs_module_path.absolute())
        parts = list(relative.parts)
        if full.name == "__init__.py":
            parts = parts[:-1]
        elif full.is_file():
            parts[-1] = full.stem
        return ".".join([self.defs_module_name, *parts])

    def load_defs_relative_python_module(self, path: Path) -> ModuleType:
        """Import the module of a path; a relative one begins beside this component."""
        return importlib.import_module(self.defs_relative_module_name(path))

    def module_name(self, name: str) -> str:
        """Return the full name of a module; one that begins with a dot is beside this component."""
        if not name.startswith("."):
            return name
        folder = self.path.parent if self.path.is_file() else self.path
        return f"{self.defs_relative_module_name(folder.absolute())}{name}"

    def normalize_component_type_str(self, type_str: str) -> str:
        """Return the full name of a class of components."""
        return self.module_name(type_str)


def object_of(name: str, context: ComponentLoadContext) -> object:
    """Return what a dotted name stands for; one that begins with a dot is beside the component.

    Raises:
        ImportError: There is no such module.
        AttributeError: The module has no such attribute.
    """
    module, _, attribute = context.module_name(name).rpartition(".")
    return cast("object", getattr(importlib.import_module(module), attribute))
