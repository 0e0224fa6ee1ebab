"""Run config from YAML files, from the files of a package and from texts, merged.

Where two documents set the same value the later one wins, because a project lists its base config
first. (The command line merges the other way round: see `merge_run_config`.)
"""

from __future__ import annotations

import glob
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from penstock.config.run_config import load_run_config, merge_run_config
from penstock.errors import InvalidConfigError, InvariantViolationError


def config_from_files(config_files: Sequence[str]) -> dict[str, object]:
    """Make one run config of the YAML files that hold parts of it.

    Args:
        config_files: Paths, or patterns like `conf/*.yaml`; later files win.

    Raises:
        InvariantViolationError: A path or pattern matches no file, or a file cannot be read as run
            config.
    """
    texts: list[tuple[str, str]] = []
    for pattern in config_files:
        found = sorted(glob.glob(str(pattern), recursive=True))
        if not found:
            raise InvariantViolationError(
                f"No config file matches '{pattern}' (looked from {Path.cwd()}). Correct the path."
            )
        texts += [(path, Path(path).read_text(encoding="utf-8")) for path in found]
    return _merged(texts)


def config_from_pkg_resources(pkg_resource_defs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Make one run config of YAML files that packages bring along.

    Args:
        pkg_resource_defs: Pairs of a package and a path in it; later ones win.

    Raises:
        InvariantViolationError: There is no such package or file, or it is no run config.
    """
    texts: list[tuple[str, str]] = []
    for package, path in pkg_resource_defs:
        try:
            text = files(package).joinpath(path).read_text(encoding="utf-8")
        except (ImportError, OSError, UnicodeError) as error:
            raise InvariantViolationError(
                f"Cannot read '{path}' of the package '{package}': {error}. Name a package that is"
                " installed and a text file in it."
            ) from error
        texts.append((f"{package}/{path}", text))
    return _merged(texts)


def config_from_yaml_strings(yaml_strings: Sequence[str]) -> dict[str, object]:
    """Make one run config of YAML texts; later ones win.

    Raises:
        InvariantViolationError: A text cannot be read as run config.
    """
    return _merged([(f"text {n}", text) for n, text in enumerate(yaml_strings, 1)])


def _merged(texts: Sequence[tuple[str, str]]) -> dict[str, object]:
    try:
        documents = [load_run_config(text, source=source) for source, text in texts]
    except InvalidConfigError as error:
        raise InvariantViolationError(str(error)) from error
    return merge_run_config(*reversed(documents))
