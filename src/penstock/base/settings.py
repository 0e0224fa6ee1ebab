"""Settings: what the environment and the project's `pyproject.toml` say.

Owns every reading of the environment. The home directory is `PENSTOCK_HOME`, else `DAGSTER_HOME`,
else `.penstock/` beside the nearest `pyproject.toml` at or above the working directory, else
`.penstock/` in it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from penstock.errors import HomeNotSetError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """The `[tool.penstock]` table of a project.

    Attributes:
        root: The folder of the `pyproject.toml`, or the working directory without one.
        module: Dotted name of the module with the definitions, if named.
        python_file: Path of the file with the definitions, if named; relative to `root`.
        attribute: Name of the `Definitions` in it, if named.
    """

    root: Path
    module: str | None = None
    python_file: str | None = None
    attribute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What was configured for this process.

    Attributes:
        home: Absolute path of the home directory; it need not exist yet.
        project: The project that the process runs in.
        environment: The environment variables.
    """

    home: Path
    project: ProjectSettings
    environment: Mapping[str, str] = field(repr=False)


def load_settings(
    *, environment: Mapping[str, str] | None = None, directory: Path | None = None
) -> Settings:
    """Read the settings of this process.

    Args:
        environment: Variables to read instead of the process's own.
        directory: Where to look for the project; the working directory if None.

    Raises:
        HomeNotSetError: `PENSTOCK_HOME` is not an absolute path, or is not a directory.
        UsageError: The project's `pyproject.toml` cannot be read.
    """
    env = os.environ if environment is None else environment
    project = find_project(directory or Path.cwd())
    return Settings(home=_home(env, project.root), project=project, environment=env)


def process_environment() -> Mapping[str, str]:
    """Return the environment variables of this process."""
    return os.environ


def read_variable(name: str) -> str | None:
    """Read one environment variable of this process; None if it is not set."""
    return os.environ.get(name)


@contextmanager
def changed_variables(changes: Mapping[str, str | None]) -> Generator[None]:
    """Set environment variables of this process, None removing one; put them back in the end."""
    before = {name: os.environ.get(name) for name in changes}
    _set_variables(changes)
    try:
        yield
    finally:
        _set_variables(before)


def _set_variables(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def find_project(directory: Path) -> ProjectSettings:
    """Find the nearest `pyproject.toml` at or above a directory and read its table.

    Raises:
        UsageError: The file is not valid TOML, or a key of the table is unknown or not text.
    """
    for folder in (directory, *directory.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            return _read_project(path)
    return ProjectSettings(root=directory)


_KEYS = ("module", "python_file", "attribute")


def _read_project(path: Path) -> ProjectSettings:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"Cannot read {path}: {error}") from error
    table: Mapping[str, object] = document.get("tool", {}).get("penstock", {})
    values: dict[str, str | None] = dict.fromkeys(_KEYS)
    for key, value in table.items():
        if key not in values:
            raise UsageError(
                f"{path}: [tool.penstock] has an unknown key '{key}'. Known: {', '.join(_KEYS)}."
            )
        if not isinstance(value, str):
            raise UsageError(f"{path}: [tool.penstock] '{key}' must be text, not {value!r}.")
        values[key] = value
    if values["module"] is None and values["python_file"] is None:
        values["module"] = _module_for_dagster(document)
    return ProjectSettings(root=path.parent, **values)


def _module_for_dagster(document: Mapping[str, object]) -> str | None:
    """Return the module that a project made for Dagster names: it need not be told twice."""
    project = _table(_table(_table(document, "tool"), "dg"), "project")
    older = _table(_table(document, "tool"), "dagster")
    target, root = project.get("code_location_target_module"), project.get("root_module")
    if not isinstance(target, str) and isinstance(root, str):
        target = f"{root}.definitions"
    found = target or older.get("module_name")
    return found if isinstance(found, str) else None


def _table(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = document.get(name)
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else {}


_HOMES = ("PENSTOCK_HOME", "DAGSTER_HOME")


def _home(env: Mapping[str, str], root: Path) -> Path:
    """Return the home that the environment names, else the project's own."""
    named = next((name for name in _HOMES if env.get(name)), None)
    if named is None:
        return root / ".penstock"
    given = env[named]
    home = Path(os.path.expandvars(given)).expanduser()
    if not home.is_absolute():
        raise HomeNotSetError(
            f'${named} is "{given}", which is no absolute path. Write it from / on, or unset it: '
            "then the home is .penstock beside the project's pyproject.toml."
        )
    if home.exists() and not home.is_dir():
        raise HomeNotSetError(f'${named} is "{given}", which is no folder. Name a folder.')
    if named == "DAGSTER_HOME" and not home.exists():
        raise HomeNotSetError(
            f'${named} is "{given}", and nothing is there. Correct it, or make the folder.'
        )
    return home
