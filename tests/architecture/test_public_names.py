"""The public names are those of `public_names.txt`, and nothing else.

After a deliberate change: `python tests/architecture/test_public_names.py --update`.
"""

import sys
from pathlib import Path

import penstock

LIST = Path(__file__).with_name("public_names.txt")


def _exported() -> str:
    return "".join(f"{name}\n" for name in sorted(penstock.__all__))


def test_the_public_names_are_the_listed_ones():
    assert LIST.read_text(encoding="utf-8") == _exported()


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
