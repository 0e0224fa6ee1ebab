"""Components that stand for files and folders, and those that load Python definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

from pydantic import BaseModel

from penstock.define.definitions import Definitions
from penstock.define.load_definitions import load_definitions_from_module
from penstock.define.repository_decorator import LazyDefinitions
from penstock.errors import InvalidDefinitionError
from penstock.library.components.component import Component
from penstock.library.components.declarations import FolderMark
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.post_processing import PostProcessor, post_process
from penstock.library.components.resolvable import Model, Resolvable

C = TypeVar("C", bound=Component)


class NoAttributes(Resolvable, Model):
    """The attributes of a folder: none."""


class DefsFolderComponent(Component, FolderMark):
    """A folder: all components and definitions in it, joined.

    Attributes:
        path: The folder.
        children: The components in it, by path.
    """

    def __init__(self, path: Path, children: Mapping[Path, Component] | None = None) -> None:
        self.path = path
        self.children: dict[Path, Component] = dict(children or {})

    @classmethod
    def get_model_cls(cls) -> type[BaseModel] | None:
        """Return the model of its attributes."""
        return NoAttributes.model()

    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Join the definitions of all children."""
        return merged([context.build_defs(path) for path in self.children])

    def iterate_components(self) -> Iterator[Component]:
        """Go through the children and all below them."""
        for component in self.children.values():
            yield component
            if isinstance(component, DefsFolderComponent | YamlFileComponent):
                yield from component.iterate_components()


class YamlFileComponent(Component):
    """A `defs.yaml`: the components of its documents, each with its changes."""

    def __init__(
        self,
        components: Sequence[Component],
        contexts: Sequence[ComponentLoadContext],
        processors: Sequence[Sequence[PostProcessor]],
    ) -> None:
        self.components: list[Component] = list(components)
        self._contexts = list(contexts)
        self._processors = list(processors)

    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Join the definitions of all documents."""
        parts = zip(self.components, self._contexts, self._processors, strict=True)
        return merged(
            [post_process(component.build_defs(where), how) for component, where, how in parts]
        )

    def iterate_components(self) -> Iterator[Component]:
        """Go through the documents' components and all below them."""
        for component in self.components:
            yield component
            if isinstance(component, DefsFolderComponent):
                yield from component.iterate_components()


class PythonFileComponent(Component):
    """A Python file: its definitions, and the components that its functions return."""

    def __init__(
        self,
        path: Path,
        components: Mapping[str, Component],
        contexts: Mapping[str, ComponentLoadContext],
    ) -> None:
        self.path = path
        self.components: dict[str, Component] = dict(components)
        self._contexts = dict(contexts)

    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Join what the module holds.

        Raises:
            InvalidDefinitionError: It holds several Definitions.
        """
        module = context.load_defs_relative_python_module(self.path.absolute())
        found = definitions_in(module, context)
        made = [c.build_defs(self._contexts[name]) for name, c in self.components.items()]
        return merged([*made, found])


class DefinitionsComponent(Component, Resolvable, Model):
    """The definitions of a Python file beside the `defs.yaml`.

    Attributes:
        path: The file; `definitions.py` if None.
    """

    path: str | None = None

    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Load the file."""
        module = context.load_defs_relative_python_module(Path(self.path or "definitions.py"))
        return definitions_in(module, context)


def definitions_in(module: ModuleType, context: ComponentLoadContext) -> Definitions:
    """Return what a module declares: its Definitions, what its functions return, or its parts.

    Raises:
        InvalidDefinitionError: It has several Definitions, or both Definitions and functions.
    """
    values = list({id(value): value for value in vars(module).values()}.values())
    whole = [value for value in values if isinstance(value, Definitions)]
    lazy = [value for value in values if isinstance(value, LazyDefinitions)]
    if whole and lazy:
        raise InvalidDefinitionError(
            f"{module.__file__} has both Definitions and functions that are decorated with "
            "@definitions. Keep one of them."
        )
    if len(whole) > 1:
        raise InvalidDefinitionError(
            f"{module.__file__} has {len(whole)} Definitions. Keep one, or join them with "
            "Definitions.merge."
        )
    if whole:
        return whole[0]
    if lazy:
        return merged([function(context) for function in lazy])
    return load_definitions_from_module(module)


def merged(parts: Sequence[Definitions]) -> Definitions:
    """Join definitions; what is in several of them as the very same object counts once."""
    if len(parts) == 1:
        return parts[0]
    whole = Definitions.merge(*parts)
    return whole.replaced(
        **{name: _unique(cast("list[object]", getattr(whole, name))) for name in _LISTS}
    )


_LISTS = ("assets", "schedules", "sensors", "jobs", "asset_checks")


def _unique(things: list[object]) -> list[object]:
    return list({id(thing): thing for thing in things}.values())
