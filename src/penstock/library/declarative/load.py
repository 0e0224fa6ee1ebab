"""Reading a declarative file into definitions: the public functions."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from pathlib import Path

from penstock.define.definitions import Definitions
from penstock.define.spec import CoercibleToAsset, key_of
from penstock.errors import InvalidDefinitionsError, LoadError, PenstockError
from penstock.library.declarative.block_text import is_plain_form, parse_blocks
from penstock.library.declarative.build import Declared, definitions_of, partitions_of
from penstock.library.declarative.document import Document, Mistake
from penstock.library.declarative.validate import check
from penstock.library.declarative.yaml_form import parse_yaml_form


def load_assets_from_yaml(
    path: str | Path, *, upstream: Iterable[CoercibleToAsset] | None = None
) -> list[Declared]:
    """Read a file of declared assets, to be mixed with assets written in Python.

    Args:
        path: The file; commands run in its folder, and relative paths begin there.
        upstream: The assets declared elsewhere that `depends_on` may name; any name if None.

    Returns:
        An asset for each command, a spec for each source, and the checks.

    Raises:
        LoadError: The file is not there.
        InvalidDefinitionsError: Listing every mistake in it, with its line.
    """
    elsewhere = None if upstream is None else {key_of(u).to_user_string() for u in upstream}
    return definitions_of(_read(Path(path), elsewhere))


def load_definitions_from_yaml(path: str | Path) -> Definitions:
    """Read a file of declared assets that stands alone: whatever it names, it declares.

    Raises:
        LoadError: The file is not there.
        InvalidDefinitionsError: Listing every mistake in it, with its line.
    """
    return Definitions(definitions_of(_read(Path(path), frozenset())))


def _read(path: Path, elsewhere: AbstractSet[str] | None) -> Document:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise LoadError(f"There is no file {path}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise LoadError(f"{path} is not UTF-8 text.") from error
    written = parse_blocks(text) if is_plain_form(text) else parse_yaml_form(text)
    declarations, mistakes = check(written, elsewhere=elsewhere)
    for declaration in declarations.values():
        try:
            partitions_of(declaration.partitions)
        except (PenstockError, ValueError) as error:
            what = f"the partitions of '{declaration.name}' are not valid: {error}"
            mistakes.append(Mistake(line=declaration.line, what=what))
    if not mistakes and not declarations:
        mistakes.append(Mistake(line=1, what="it declares no asset. Add one below 'assets:'."))
    if mistakes:
        raise InvalidDefinitionsError([mistake.told(path) for mistake in mistakes])
    return Document(path=path.resolve(), declarations=declarations)
