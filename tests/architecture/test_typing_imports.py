"""Imports for annotations only: the few that look up a layer are listed, and the list only shrinks.

The contracts of import-linter leave `if TYPE_CHECKING:` out, so that `context.instance` can be an
`Instance` in an editor (docs/decisions/0006). This test holds what they leave out.

`python tests/architecture/test_typing_imports.py` prints what is there.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "penstock"
LISTED = Path(__file__).with_name("typing_imports.txt")
NEVER_SEE_USER_CODE = ("control", "store")
USER_CODE = ("define", "execute", "host")


def layers() -> dict[str, int]:
    """The layer of each package, 0 the highest, as import-linter's contract has them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    names = next(c["layers"] for c in contracts if c["type"] == "layers")
    return {name.strip(): n for n, row in enumerate(names) for name in row.split("|")}


def typing_imports() -> Iterator[tuple[str, str]]:
    """Every import under `if TYPE_CHECKING:`, as (module, imported module)."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                for statement in node.body:
                    if isinstance(statement, ast.ImportFrom) and statement.module:
                        yield module, statement.module.removeprefix("penstock.")


def looking_up() -> list[str]:
    known = layers()
    found: list[str] = []
    for module, imported in typing_imports():
        own, other = known.get(module.split(".")[0]), known.get(imported.split(".")[0])
        if own is not None and other is not None and other < own:
            found.append(f"{module} -> {imported}")
    return sorted(set(found))


def test_only_listed_annotations_look_up_a_layer() -> None:
    assert looking_up() == LISTED.read_text().splitlines()


def test_the_control_plane_does_not_even_name_user_code() -> None:
    named = [
        f"{module} -> {imported}"
        for module, imported in typing_imports()
        if module.split(".")[0] in NEVER_SEE_USER_CODE and imported.split(".")[0] in USER_CODE
    ]

    assert named == []


if __name__ == "__main__":
    print("\n".join(looking_up()))
