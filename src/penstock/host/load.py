"""Finding and importing the user's definitions.

Owns the import of user code and the shape of the error when it fails: the traceback begins at the
user's first frame.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from penstock.base.settings import Settings
from penstock.define.definitions import Definitions
from penstock.define.loaded import LoadedDefinitions
from penstock.define.modules import load_asset_checks_from_modules, load_assets_from_modules
from penstock.define.repository_decorator import LazyDefinitions
from penstock.errors import LoadError, PenstockError, UsageError

_OURS = f"{Path(__file__).resolve().parent.parent}{os.sep}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFiles:
    """Files that are no Python and hold definitions all the same.

    Attributes:
        readers: What reads a file, by its ending.
        names: Patterns of the files that are looked for where none is named, best first.
    """

    readers: Mapping[str, Callable[[Path], Definitions]]
    names: Sequence[str] = ()


NO_OTHER_FILES = OtherFiles(readers={})


def load_definitions(
    settings: Settings,
    *,
    module: str | None = None,
    python_file: str | None = None,
    attribute: str | None = None,
    others: OtherFiles = NO_OTHER_FILES,
) -> LoadedDefinitions:
    """Import the user's definitions and check them.

    What is not given comes from `[tool.penstock]` of the project; where that says nothing either,
    the working directory and the project are searched for one of the other files.

    Raises:
        UsageError: Nothing says where the definitions are.
        LoadError: The module or file is not there, fails to import, or holds no definitions.
        InvalidDefinitionsError: Listing every problem.
    """
    project = settings.project
    if module is None and python_file is None:
        module, python_file = project.module, project.python_file
        attribute = attribute or project.attribute
    if module is not None and python_file is not None:
        raise UsageError("Give either a module (-m) or a file (-f), not both.")
    if module is None and python_file is None:
        python_file = _other_file(others.names, (Path.cwd(), project.root))
    if python_file is not None:
        path = Path(python_file) if Path(python_file).exists() else project.root / python_file
        if path.suffix in others.readers:
            return others.readers[path.suffix](path).load(path.stem)
        found, location = _import_file(path), path.stem
    elif module is not None:
        found, location = _import_module(module, project.root), module
    else:
        raise UsageError(
            "No definitions are named. Give -m <module> or -f <file>, or add\n"
            '  [tool.penstock]\n  module = "my_project.definitions"\n'
            f"to {project.root / 'pyproject.toml'}."
            + (f" Or declare assets in {others.names[0]}." if others.names else "")
        )
    return _definitions_in(found, location, attribute).load(location)


def _other_file(names: Sequence[str], folders: Sequence[Path]) -> str | None:
    """Find the one file of a conventional name.

    Raises:
        UsageError: A folder has several.
    """
    for folder in folders:
        for name in names:
            matching = sorted(_files(folder, name))
            if len(matching) > 1:
                listed = ", ".join(path.name for path in matching)
                raise UsageError(
                    f"{folder} has several files of assets: {listed}. Name one with -f."
                )
            if matching:
                return str(matching[0])
    return None


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    return (path for path in folder.glob(pattern) if path.is_file())


def make_importable(root: Path) -> None:
    """Let the modules of a project be imported: those in its folder, in `src`, and right here."""
    for folder in (root, root / "src", Path.cwd()):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))


def _import_module(name: str, root: Path) -> ModuleType:
    make_importable(root)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise LoadError(
                f"There is no module '{name}'. It was looked for from {root}. Check the spelling, "
                "or give the file with -f."
            ) from error
        raise _load_error(f"module '{name}'", error) from error
    except (Exception, SystemExit) as error:  # the border to user code: any of its errors
        raise _load_error(f"module '{name}'", error) from error


class _FromSource(importlib.machinery.SourceFileLoader):
    """Compiles a file each time: Python takes an edit within a second, of one size, for none."""

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """Say that there is nothing to compare bytecode with, so that none is used or written."""
        raise OSError(path)


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise LoadError(f"There is no file {path}. Check the path given with -f.")
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    loader = _FromSource(path.stem, str(path))
    spec = importlib.util.spec_from_file_location(path.stem, path, loader=loader)
    if spec is None or spec.loader is None:
        raise LoadError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the border to user code: any of its errors
        sys.modules.pop(path.stem, None)
        raise _load_error(str(path), error) from error
    return module


def _load_error(what: str, error: BaseException) -> LoadError:
    ours = isinstance(error, PenstockError)
    summary = str(error) if ours else f"{type(error).__name__}: {error}"
    told = traceback.TracebackException.from_exception(error)
    _keep_user_frames(told)
    return LoadError(
        f"{what} could not be imported. {summary}", user_traceback="".join(told.format())
    )


def _keep_user_frames(told: traceback.TracebackException) -> None:
    """Take the frames of Penstock and of the import machinery out of an error and its causes."""
    pending: list[traceback.TracebackException | None] = [told]
    while pending:
        each = pending.pop()
        if each is None:
            continue
        kept = [frame for frame in each.stack if not _is_machinery(frame.filename)]
        each.stack = traceback.StackSummary.from_list(kept)
        pending.extend((each.__cause__, each.__context__, *(each.exceptions or ())))


def _is_machinery(filename: str) -> bool:
    return filename.startswith(("<frozen importlib", _OURS)) or filename == importlib.__file__


_Whole = (Definitions, LazyDefinitions)


def _made(whole: Definitions | LazyDefinitions, location: str) -> Definitions:
    """Return definitions; a function that is decorated with `@definitions` is called for them."""
    if isinstance(whole, Definitions):
        return whole
    try:
        return whole()
    except (Exception, SystemExit) as error:  # the border to user code: any of its errors
        raise _load_error(f"'{location}'", error) from error


def _definitions_in(module: ModuleType, location: str, attribute: str | None) -> Definitions:
    if attribute is not None:
        value = getattr(module, attribute, None)
        if not isinstance(value, _Whole):
            raise LoadError(
                f"'{location}' has no Definitions named '{attribute}'"
                + (f"; it is a {type(value).__name__}." if value is not None else ".")
            )
        return _made(value, location)
    found = {id(v): n for n, v in vars(module).items() if isinstance(v, _Whole)}
    if len(found) > 1:
        raise LoadError(
            f"'{location}' has several Definitions: {', '.join(sorted(found.values()))}. Name one "
            "with --attribute, or merge them with Definitions.merge."
        )
    if found:
        (name,) = found.values()
        return _made(getattr(module, name), location)
    assets = load_assets_from_modules([module])
    if not assets:
        raise LoadError(f"'{location}' holds no Definitions and no assets.")
    return Definitions(assets, asset_checks=load_asset_checks_from_modules([module]))
