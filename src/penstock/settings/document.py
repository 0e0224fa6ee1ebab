"""The file of settings: which one counts, what it says, and where in it each key is.

Owns the search and the reading. Where `PENSTOCK_HOME` or `DAGSTER_HOME` names the home, the file is
in it: a project's file must not point somebody else's home elsewhere. Otherwise it is beside the
project's `pyproject.toml`, or in its `.penstock/`. A `dagster.yaml` counts where there is no
`penstock.yaml`. What the keys mean is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from penstock.base.settings import Settings
from penstock.config.problems import Problem
from penstock.errors import InvalidConfigError, StoreUnavailableError

NAME: Final = "penstock.yaml"
DAGSTERS_NAME: Final = "dagster.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Settings as they were written.

    Attributes:
        source: The path of the file, or words for where the settings are from.
        values: The keys, with variables by name.
        places: Line and column of each key, by its path from `root` on; empty for no file.
    """

    source: str
    values: Mapping[str, object]
    places: Mapping[str, tuple[int, int]] = field(
        default_factory=dict[str, tuple[int, int]], repr=False
    )

    def place_of(self, path: str) -> str:
        """Return where a key is, as `file:line:column`; of one that is missing, its parent's."""
        while path and path not in self.places:
            path = path[: max(path.rfind(":"), path.rfind("["), 0)]
        if not path:
            return self.source
        line, column = self.places[path]
        return f"{self.source}:{line}:{column}"


NOTHING_SAID: Final = Document(source="the defaults", values={})


def overridden(document: Document, keys: Mapping[str, object] | None) -> Document:
    """Return settings in which some keys count in place of those that were read."""
    if not keys:
        return document
    places = {
        path: place
        for path, place in document.places.items()
        if path.removeprefix("root:").split(":")[0].split("[")[0] not in keys
    }
    source = "the overrides" if document is NOTHING_SAID else f"{document.source} and overrides"
    return Document(source=source, values={**document.values, **keys}, places=places)


def find_file(settings: Settings) -> Path | None:
    """Return the file of settings that counts for a home; None if there is none.

    Raises:
        InvalidConfigError: Two files would count.
    """
    root, home = settings.project.root, settings.home
    folders = [root, home] if home == root / ".penstock" else [home]
    for name in (NAME, DAGSTERS_NAME):
        found = [path for folder in folders if (path := folder / name).is_file()]
        if len(found) > 1:
            raise InvalidConfigError(
                f"There are settings in {found[0]} and in {found[1]}, and only one file counts. "
                "Put them into one, and remove the other."
            )
        if found:
            return found[0]
    return None


def read_file(path: Path) -> Document:
    """Read a file of settings.

    Raises:
        InvalidConfigError: It is not UTF-8, not YAML, or not a mapping.
        StoreUnavailableError: It cannot be read.
    """
    from penstock.config.yaml_text import YamlMistake, parse_yaml, places_of  # noqa: PLC0415 - imports yaml

    try:
        text = path.read_text(encoding="utf-8")
        values = parse_yaml(text)
    except OSError as error:
        raise StoreUnavailableError(
            f"The settings {path} cannot be read: {error.strerror}. Allow reading them."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidConfigError(f"{path} is not UTF-8 text. Save it as UTF-8.") from error
    except YamlMistake as mistake:
        raise InvalidConfigError(
            f"{path}:{mistake.line}:{mistake.column}: {mistake.what}."
        ) from mistake
    if values is None:
        return Document(source=str(path), values={})
    if not isinstance(values, dict):
        raise InvalidConfigError(
            f"{path} must hold a mapping of keys, like 'storage:', not {values!r}."
        )
    keys = cast("dict[str, object]", values)
    return Document(source=str(path), values=keys, places=places_of(text))


def raise_told(document: Document, problems: Iterable[Problem]) -> None:
    """Raise one error that tells each problem with its place; do nothing if there is none.

    Raises:
        InvalidConfigError: There is a problem.
    """
    found = list(problems)
    if not found:
        return
    lines = [f"{document.place_of(each.path)}: {_told(each)}" for each in found]
    if len(lines) == 1:
        raise InvalidConfigError(f"The settings do not fit. {lines[0]}", errors=found)
    listed = "\n".join(f"  {line}" for line in lines)
    raise InvalidConfigError(
        f"The settings do not fit, for {len(lines)} reasons:\n{listed}", errors=found
    )


def _told(problem: Problem) -> str:
    key = problem.path.removeprefix("root").removeprefix(":")
    where = f"'{key.replace(':', '.')}': " if key else ""
    return f"{where}{problem.text}.{problem.hint}"
