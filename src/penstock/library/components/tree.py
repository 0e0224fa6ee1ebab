"""`ComponentTree`: the components of a project, made when they are asked for and then kept."""

from __future__ import annotations

import importlib
import inspect
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast, overload

from pydantic import BaseModel

from penstock.define.definitions import Definitions
from penstock.errors import InvalidDefinitionError, LoadError
from penstock.library.components.component import Component, EmptyAttributesModel
from penstock.library.components.declarations import (
    Declared,
    Folder,
    Loader,
    PythonFile,
    YamlDocument,
    YamlFile,
    declared_at,
    every,
)
from penstock.library.components.folder import (
    DefsFolderComponent,
    PythonFileComponent,
    YamlFileComponent,
)
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.post_processing import PostProcessing, PostProcessor
from penstock.library.components.resolution import ResolutionContext
from penstock.library.components.resolvable import validated

C = TypeVar("C", bound=Component)

Place = tuple[Path, int | str | None]
"""A path, and which of several components of it."""


class ComponentTree:
    """The components below a folder of definitions.

    Args:
        defs_module: The module of the folder.
        project_root: The folder of the project.
        terminate_autoloading_on_keyword_files: Whether a `definitions.py` is all that is loaded of
            its folder.
    """

    def __init__(
        self,
        defs_module: ModuleType,
        project_root: Path,
        *,
        terminate_autoloading_on_keyword_files: bool | None = None,
    ) -> None:
        self.defs_module = defs_module
        self.project_root: Path = Path(project_root)
        self.defs_module_path: Path = _folder_of(defs_module)
        self._terminates = bool(terminate_autoloading_on_keyword_files)
        self._components: dict[Place, Component] = {}
        self._defs: dict[Place, Definitions] = {}
        self._under_way: list[Place] = []

    @staticmethod
    def for_test() -> ComponentTree:
        """Return an empty tree in the working directory, for components made by hand."""
        module = ModuleType("test")
        module.__path__ = [str(Path.cwd())]
        return ComponentTree(module, Path.cwd())

    @staticmethod
    def from_module(
        defs_module: ModuleType,
        project_root: Path,
        *,
        terminate_autoloading_on_keyword_files: bool | None = None,
    ) -> ComponentTree:
        """Return the tree of a module of definitions."""
        return ComponentTree(
            defs_module,
            project_root,
            terminate_autoloading_on_keyword_files=terminate_autoloading_on_keyword_files,
        )

    @staticmethod
    def for_project(path_within_project: Path) -> ComponentTree:
        """Return the tree of the project that a path is in.

        Its `pyproject.toml` names the module, as `root_module` or `defs_module` of
        `[tool.dg.project]`; a `dg.toml` does so in `[project]`.

        Raises:
            LoadError: There is no such file, it names no module, or the module is not there.
        """
        root, module = _project_of(Path(path_within_project).absolute())
        return ComponentTree(_imported(module, root), root)

    @property
    def defs_module_name(self) -> str:
        """The name of the module of all definitions."""
        return self.defs_module.__name__

    @cached_property
    def load_context(self) -> ComponentLoadContext:
        """The context of the root."""
        return ComponentLoadContext(
            path=self.defs_module_path,
            project_root=self.project_root,
            defs_module_path=self.defs_module_path,
            defs_module_name=self.defs_module_name,
            resolution_context=ResolutionContext.default(),
            component_tree=self,
            terminate_autoloading_on_keyword_files=self._terminates,
        )

    @property
    def decl_load_context(self) -> ComponentLoadContext:
        """The context of the root, under its older name."""
        return self.load_context

    def load_root_component(self) -> Component:
        """Load the component of the whole folder."""
        return self._made(self._at(self.defs_module_path))

    @overload
    def load_component(self, defs_path: Path | str, expected_type: type[C]) -> C: ...

    @overload
    def load_component(
        self, defs_path: Path | str, expected_type: type[object] | None = None
    ) -> Component: ...

    def load_component(
        self, defs_path: Path | str, expected_type: type[object] | None = None
    ) -> object:
        """Load the component of a path; a relative one begins at the folder of all definitions.

        A `defs.yaml` of one document is that document's component.

        Raises:
            InvalidDefinitionError: There is none, or it is of another class.
        """
        found = self._made(self._at(defs_path))
        only = _only_of(found)
        if expected_type is not None and not isinstance(only, expected_type):
            raise InvalidDefinitionError(
                f"The component at {defs_path} is a {type(only).__name__}, not a "
                f"{expected_type.__name__}."
            )
        return only

    def build_defs(self, defs_path: Path | str | None = None) -> Definitions:
        """Build the definitions below a path; all of them if none is given.

        Raises:
            InvalidDefinitionError: There is nothing at the path.
        """
        if defs_path is None and self._root is None:
            return Definitions()
        return self._built(self._at(defs_path or self.defs_module_path))

    def get_all_components(self, of_type: type[C]) -> list[C]:
        """Return every component of a class."""
        root = self._root
        found = [self._made(each) for each in every(root)] if root is not None else []
        return [component for component in found if isinstance(component, of_type)]

    def to_string_representation(self) -> str:
        """Return the tree as text, one line for each path."""
        return "\n".join(self._lines(self._root, 0)) if self._root is not None else "(empty)"

    @cached_property
    def _root(self) -> Declared | None:
        return declared_at(self.load_context)

    @cached_property
    def _places(self) -> Mapping[Place, Declared]:
        found: dict[Place, Declared] = {}
        if self._root is not None:
            for each in every(self._root):
                found[_place_of(each)] = each
        return found

    def _at(self, defs_path: Path | str) -> Declared:
        path = (self.defs_module_path / defs_path).absolute()
        only = path / "definitions.py"  # where that is all that is loaded of a folder
        found = self._places.get((path, None)) or self._places.get((only, None))
        if found is None:
            known = sorted(
                str(p.relative_to(self.defs_module_path)) for p, key in self._places if key is None
            )
            raise InvalidDefinitionError(
                f"There is nothing to load at {path}. There is: {', '.join(known) or 'nothing'}."
            )
        return found

    def _made(self, declared: Declared) -> Component:
        place = _place_of(declared)
        found = self._components.get(place)
        if found is not None:
            return found
        if place in self._under_way:
            path = " → ".join(str(p) for p, _ in [*self._under_way, place])
            raise InvalidDefinitionError(f"Components load each other in a circle: {path}.")
        self._under_way.append(place)
        try:
            made = self._components[place] = self._make(declared)
        except Exception as error:
            error.add_note(f"while loading the component at {_shown(place)}")
            raise
        finally:
            self._under_way.pop()
        return made

    def _make(self, declared: Declared) -> Component:
        match declared:
            case Folder():
                _require_no_attributes(declared)
                children = {path: self._made(each) for path, each in declared.children.items()}
                return DefsFolderComponent(declared.context.path, children)
            case YamlFile():
                documents = declared.documents
                return YamlFileComponent(
                    [self._made(each) for each in documents],
                    [each.context for each in documents],
                    [_processors(each) for each in documents],
                )
            case YamlDocument():
                return declared.kind.load(_attributes(declared), declared.context)
            case PythonFile():
                return PythonFileComponent(
                    declared.context.path,
                    {name: self._made(each) for name, each in declared.loaders.items()},
                    {name: each.context for name, each in declared.loaders.items()},
                )
            case Loader():
                return _called(declared)

    def _built(self, declared: Declared) -> Definitions:
        place = _place_of(declared)
        if place not in self._defs:
            component = self._made(declared)
            try:
                self._defs[place] = component.build_defs(declared.context)
            except Exception as error:
                error.add_note(f"while building the definitions of {_shown(place)}")
                raise
        return self._defs[place]

    def _lines(self, declared: Declared, depth: int) -> Iterator[str]:
        context = declared.context
        name = context.path.name if context.instance_key is None else f"[{context.instance_key}]"
        kind = declared.kind.__name__ if isinstance(declared, YamlDocument) else ""
        yield "  " * depth + name + (f" ({kind})" if kind else "")
        below: list[Declared] = []
        match declared:
            case Folder():
                below = list(declared.children.values())
            case YamlFile():
                below = list(declared.documents)
            case PythonFile():
                below = list(declared.loaders.values())
            case _:
                pass
        for each in below:
            yield from self._lines(each, depth + 1)


def _place_of(declared: Declared) -> Place:
    return declared.context.path.absolute(), declared.context.instance_key


def _shown(place: Place) -> str:
    path, key = place
    return str(path) if key is None else f"{path}[{key}]"


def _only_of(component: Component) -> Component:
    if isinstance(component, YamlFileComponent) and len(component.components) == 1:
        return component.components[0]
    if isinstance(component, PythonFileComponent) and len(component.components) == 1:
        return next(iter(component.components.values()))
    return component


def _called(declared: Loader) -> Component:
    takes_context = len(inspect.signature(declared.function).parameters) > 0
    made = declared.function(declared.context) if takes_context else declared.function()
    if not isinstance(made, Component):
        raise InvalidDefinitionError(
            f"'{declared.context.instance_key}' in {declared.context.path} returned {made!r}, "
            "which is no component."
        )
    return made


def _attributes(declared: YamlDocument) -> BaseModel | None:
    given = declared.file.attributes
    model = declared.kind.get_model_cls()
    if not given or model is None:
        return None
    if issubclass(model, EmptyAttributesModel):
        raise InvalidDefinitionError(
            f"{declared.source.told(('attributes',))}: {declared.kind.__name__} takes no "
            "attributes. Make it a subclass of Resolvable, or remove them."
        )
    return validated(model, dict(given), declared.source, below=("attributes",))


def _require_no_attributes(declared: Folder) -> None:
    if declared.document is not None:
        _attributes(declared.document)


def _processors(declared: YamlDocument | Folder) -> list[PostProcessor]:
    document = declared.document if isinstance(declared, Folder) else declared
    if document is None or not document.file.post_processing:
        return []
    section = "post_processing"
    model = validated(
        PostProcessing.model(),
        dict(document.file.post_processing),
        document.source,
        below=(section,),
    )
    context = document.context.resolution_context.at_path(section)
    found = PostProcessing.resolve_from_model(context, model)
    return list(found.assets or ())


def _folder_of(module: ModuleType) -> Path:
    paths = getattr(module, "__path__", None)
    if paths:
        return Path(next(iter(paths)))
    if module.__file__ is None:
        raise LoadError(f"Module '{module.__name__}' is in no folder.")
    return Path(module.__file__).parent


def _project_of(path: Path) -> tuple[Path, str]:
    for folder in (path, *path.parents):
        for name in ("dg.toml", "pyproject.toml"):
            file = folder / name
            if file.is_file():
                table = _table(file)
                if table is not None:
                    return folder, _module_of(table, file)
    raise LoadError(
        f"Neither {path} nor a folder above it has a pyproject.toml with [tool.dg.project], or a "
        "dg.toml."
    )


def _table(file: Path) -> Mapping[str, object] | None:
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    dg = document if file.name == "dg.toml" else document.get("tool", {}).get("dg", {})
    table: object = dg.get("project")
    return cast("Mapping[str, object]", table) if isinstance(table, dict) else None


def _module_of(table: Mapping[str, object], file: Path) -> str:
    module, root = table.get("defs_module"), table.get("root_module")
    if isinstance(module, str):
        return module
    if isinstance(root, str):
        return f"{root}.defs"
    raise LoadError(f"{file} names neither defs_module nor root_module in its project table.")


def _imported(name: str, root: Path) -> ModuleType:
    for folder in (root / "src", root):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.append(str(folder))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and name.startswith(error.name):
            raise LoadError(
                f"There is no module '{name}' in {root}. Check root_module of its project table."
            ) from error
        raise
