"""The public names are those of `public_names.txt`, and type checkers see the same ones.

After a deliberate change: `python tests/architecture/test_public_names.py --update` writes the list
and the stub, `src/penstock/__init__.pyi`.
"""

import sys
from pathlib import Path

import penstock

LIST = Path(__file__).with_name("public_names.txt")
STUB = Path(__file__).parents[2] / "src" / "penstock" / "__init__.pyi"

_HEAD = '"""The public names, for type checkers and editors; `__init__.py` loads them lazily."""\n'
_WIDTH = 100


def _exported() -> str:
    return "".join(f"{name}\n" for name in sorted(penstock.__all__))


def _stub() -> str:
    """Return the stub: each name imported from where it lives, so that its docstring shows."""
    imports = [("penstock", name, name) for name in penstock._MODULES]
    imports += [
        (f"penstock.{home}", attribute, name)
        for name, (home, attribute) in penstock._PLACES.items()
    ]
    imports.append(("penstock.version", "__version__", "__version__"))
    lines = [_import(*each) for each in sorted(imports, key=_import_order)]
    names = "".join(f'    "{name}",\n' for name in sorted(penstock.__all__, key=_name_order))
    return f"{_HEAD}\n{''.join(lines)}\n__all__ = [\n{names}]\n"


def _import(module: str, attribute: str, name: str) -> str:
    line = f"from {module} import {attribute} as {name}\n"
    if len(line) <= _WIDTH + 1:
        return line
    return f"from {module} import (\n    {attribute} as {name},\n)\n"


def _import_order(each: tuple[str, str, str]) -> tuple[object, ...]:
    module, attribute, name = each
    return module, _kind(attribute), attribute.lower(), name.lower()


def _name_order(name: str) -> tuple[int, str]:
    return _kind(name), name


def _kind(name: str) -> int:
    """Order as linters do: constants, classes, the rest."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2


def test_the_public_names_are_the_listed_ones():
    assert LIST.read_text(encoding="utf-8") == _exported()


def test_type_checkers_see_the_public_names_where_they_live():
    assert STUB.read_text(encoding="utf-8") == _stub()


def test_every_public_name_resolves():
    missing = [name for name in penstock.__all__ if not hasattr(penstock, name)]

    assert missing == []


def test_no_public_name_is_listed_twice():
    assert len(set(penstock.__all__)) == len(penstock.__all__)


def test_dir_shows_the_public_names():
    assert set(penstock.__all__) <= set(dir(penstock))


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit(f"usage: {sys.argv[0]} --update")
    LIST.write_text(_exported(), encoding="utf-8")
    STUB.write_text(_stub(), encoding="utf-8")
