"""Loading components: whole projects, folders of definitions, and single components."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from penstock.define.definitions import Definitions
from penstock.errors import LoadError, ParameterCheckError
from penstock.library.components.component import Component
from penstock.library.components.folder import YamlFileComponent, merged
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.tree import ComponentTree


def load_from_defs_folder(
    *, path_within_project: Path | None = None, project_root: Path | None = None
) -> Definitions:
    """Load all definitions of a project.

    Args:
        path_within_project: A path in the project; its `pyproject.toml` names the module.
        project_root: The same, under its older name.

    Raises:
        LoadError: The project, or its module, is not found.
    """
    path = path_within_project or project_root
    if path is None:
        raise ParameterCheckError("load_from_defs_folder needs path_within_project=...")
    return ComponentTree.for_project(Path(path)).build_defs()


def load_defs(
    defs_root: ModuleType,
    project_root: Path | None = None,
    *,
    terminate_autoloading_on_keyword_files: bool = True,
) -> Definitions:
    """Load all definitions below a module.

    Args:
        defs_root: The module, such as `my_project.defs`.
        project_root: The folder of the project; the nearest one above with a `pyproject.toml` or
            `setup.py` if None.
        terminate_autoloading_on_keyword_files: Whether a `definitions.py` is all that is loaded of
            its folder.
    """
    return ComponentTree.from_module(
        defs_root,
        project_root or _root_of(defs_root),
        terminate_autoloading_on_keyword_files=terminate_autoloading_on_keyword_files,
    ).build_defs()


def build_component_defs(components_root: Path) -> Definitions:
    """Load all definitions below a folder `<package>/<name>`, whose package can be imported."""
    root = Path(components_root)
    module = importlib.import_module(f"{root.parent.name}.{root.name}")
    return load_defs(module, root.parent.parent)


def build_defs_for_component(component: Component) -> Definitions:
    """Return the definitions of one component that belongs to no project."""
    return component.build_defs(ComponentTree.for_test().load_context)


def component_defs(
    *,
    component: Component,
    resources: Mapping[str, object] | None = None,
    context: ComponentLoadContext | None = None,
) -> Definitions:
    """Return the definitions of one component, with resources, as a test needs them."""
    found = component.build_defs(context or ComponentTree.for_test().load_context)
    return merged([found, Definitions(resources=resources)]) if resources else found


def get_all_components_defs_within_project(
    *, project_root: str | Path, component_path: str | Path
) -> list[tuple[Component, Definitions]]:
    """Return the components of a path in a project, each with its definitions.

    Args:
        project_root: The folder of the project.
        component_path: The path below its folder of definitions.
    """
    tree = ComponentTree.for_project(Path(project_root))
    found = tree.load_component(Path(component_path), Component)
    context = tree.load_context.for_path(tree.defs_module_path / component_path)
    components = found.components if isinstance(found, YamlFileComponent) else [found]
    return [(component, component.build_defs(context)) for component in components]


def get_component_defs_within_project(
    *, project_root: str | Path, component_path: str | Path, instance_key: int = 0
) -> tuple[Component, Definitions]:
    """Return one component of a path in a project, with its definitions.

    Args:
        project_root: The folder of the project.
        component_path: The path below its folder of definitions.
        instance_key: Which of several components of the path.
    """
    return get_all_components_defs_within_project(
        project_root=project_root, component_path=component_path
    )[instance_key]


def _root_of(module: ModuleType) -> Path:
    folder = ComponentTree(module, Path()).defs_module_path.absolute()
    for above in folder.parents:
        if (above / "pyproject.toml").is_file() or (above / "setup.py").is_file():
            return above
    raise LoadError(
        f"No folder above {folder} has a pyproject.toml or a setup.py. Give project_root=..."
    )
