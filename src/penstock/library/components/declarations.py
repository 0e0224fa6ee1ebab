"""What is declared below a folder of definitions, before any component is made.

The rules: a folder with a `defs.yaml` is what that file says; a Python file is a module of
definitions and of functions that return components; any other folder is all that is in it.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, cast

from pydantic import BaseModel, ConfigDict

from penstock.base.text import did_you_mean
from penstock.config.yaml_text import YamlMistake
from penstock.errors import InvalidDefinitionError
from penstock.library.components.component import (
    Component,
    class_template_vars,
    is_component_loader,
    is_template_var,
    value_of_template_var,
)
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.resolution import Source
from penstock.library.components.resolvable import validated
from penstock.library.located import parse_located

_FILES = ("defs.yaml", "defs.yml", "component.yaml")
_IGNORED = ("__pycache__", ".git", ".venv", "node_modules")


class Requirements(BaseModel):
    """What a component needs of its surroundings."""

    env: list[str] | None = None


class ComponentFile(BaseModel):
    """One document of a `defs.yaml`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    type: str
    attributes: Mapping[str, Any] | None = None
    template_vars_module: str | None = None
    requirements: Requirements | None = None
    post_processing: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """A function of a Python file that returns a component."""

    context: ComponentLoadContext
    function: Callable[..., object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonFile:
    """A module of definitions; `loaders` are its functions that return components, by name."""

    context: ComponentLoadContext
    loaders: Mapping[str, Loader]


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlDocument:
    """One document of a `defs.yaml` whose class makes the component itself."""

    context: ComponentLoadContext
    source: Source
    file: ComponentFile
    kind: type[Component]


def _no_children() -> dict[Path, Declared]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of definitions; `document` is what its `defs.yaml` says beside."""

    context: ComponentLoadContext
    children: Mapping[Path, Declared] = field(default_factory=_no_children)
    document: YamlDocument | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFile:
    """A `defs.yaml` with its documents."""

    context: ComponentLoadContext
    documents: Sequence[YamlDocument | Folder]


Declared = PythonFile | Loader | YamlFile | YamlDocument | Folder


class FolderMark:
    """Base of the classes of components that stand for the folder of their file."""


def declared_at(context: ComponentLoadContext) -> Declared | None:
    """Return what is declared at the path of a context; None if that is nothing.

    Raises:
        ValidationError: A `defs.yaml` does not fit its form (pydantic's error).
        InvalidDefinitionError: A `defs.yaml` is no YAML, or names no component.
    """
    path = context.path
    if path.suffix == ".py":
        return _python_file(context)
    if not path.is_dir():
        return None
    for name in _FILES:
        if (path / name).is_file():
            return _yaml_file(context, path / name)
    only = path / "definitions.py"
    if (
        context.terminate_autoloading_on_keyword_files
        and only.is_file()
        and not (path / "component.py").is_file()
    ):
        return PythonFile(context=context.for_path(only), loaders={})
    children = _children(context)
    return Folder(context=context, children=children) if children else None


def every(declared: Declared) -> Iterator[Declared]:
    """Go through a declaration and all below it."""
    yield declared
    below: Sequence[Declared] = ()
    match declared:
        case Folder():
            below = tuple(declared.children.values())
        case YamlFile():
            below = declared.documents
        case PythonFile():
            below = tuple(declared.loaders.values())
        case _:
            pass
    for each in below:
        yield from every(each)


def _children(context: ComponentLoadContext) -> dict[Path, Declared]:
    found: dict[Path, Declared] = {}
    for path in sorted(context.path.iterdir()):
        if path.name in _IGNORED or path.name.startswith("."):
            continue
        declared = declared_at(context.for_path(path))
        if declared is not None:
            found[declared.context.path] = declared
    return found


def _python_file(context: ComponentLoadContext) -> PythonFile:
    module = context.load_defs_relative_python_module(context.path.absolute())
    return PythonFile(
        context=context,
        loaders={
            name: Loader(context=context.for_instance(name), function=function)
            for name, function in inspect.getmembers(module, is_component_loader)
        },
    )


def _yaml_file(context: ComponentLoadContext, file: Path) -> YamlFile:
    try:
        documents = list(parse_located(file.read_text(encoding="utf-8")))
    except YamlMistake as mistake:
        raise InvalidDefinitionError(
            f"{file}:{mistake.line}:{mistake.column}: {mistake.what}."
        ) from mistake
    if not documents:
        raise InvalidDefinitionError(f"{file} is empty. Add 'type: ...'.")
    return YamlFile(
        context=context,
        documents=[
            _document(context.for_instance(number), Source(root=document, file=file))
            for number, document in enumerate(documents)
        ],
    )


def _document(context: ComponentLoadContext, source: Source) -> YamlDocument | Folder:
    file = cast("ComponentFile", validated(ComponentFile, source.root.plain(), source))
    kind = _class_of(file.type, context, source)
    scoped = _with_template_vars(context, kind, file, source)
    document = YamlDocument(context=scoped.with_source(source), source=source, file=file, kind=kind)
    if not issubclass(kind, FolderMark):
        return document
    return Folder(context=scoped, children=_children(scoped), document=document)


def _class_of(name: str, context: ComponentLoadContext, source: Source) -> type[Component]:
    """Find a class of components; `dagster.X` is ours, so that files need no change."""
    full = context.normalize_component_type_str(name)
    module, dot, attribute = full.rpartition(".")
    if module == "dagster":
        module = "penstock"
    elif module.startswith("dagster.components"):
        module = "penstock.components"
    place = source.told(("type",))
    if not dot:
        raise InvalidDefinitionError(
            f"{place}: '{name}' is not the name of a class. Write 'module.Class'."
        )
    try:
        home = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not (module == error.name or module.startswith(f"{error.name}.")):
            raise
        raise InvalidDefinitionError(f"{place}: there is no module '{module}'.") from error
    found: object = getattr(home, attribute, None)
    if found is None:
        near = did_you_mean(attribute, [n for n in dir(home) if n[:1].isupper()])
        raise InvalidDefinitionError(f"{place}: '{module}' has no '{attribute}'.{near}")
    if not isinstance(found, type) or not issubclass(found, Component):
        raise InvalidDefinitionError(
            f"{place}: '{name}' is not a component, but {found!r}. Name a subclass of Component."
        )
    return found


def _with_template_vars(
    context: ComponentLoadContext, kind: type[Component], file: ComponentFile, source: Source
) -> ComponentLoadContext:
    scope = dict(kind.get_additional_scope())
    for name, function in class_template_vars(kind).items():
        if name not in scope:
            scope[name] = value_of_template_var(function, context)
    if file.template_vars_module is not None:
        module = importlib.import_module(context.module_name(file.template_vars_module))
        functions = dict(inspect.getmembers(module, is_template_var))
        if not functions:
            raise InvalidDefinitionError(
                f"{source.told(('template_vars_module',))}: '{module.__name__}' has no function "
                "that is marked with @template_var."
            )
        scope.update({n: value_of_template_var(f, context) for n, f in functions.items()})
    return context.with_rendering_scope(scope)
