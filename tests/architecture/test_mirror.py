"""Tests mirror the source: `tests/<layer>/test_<module>.py` is about `<layer>/<module>.py`."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
SRC = TESTS.parent / "src" / "penstock"


def _mirrored() -> list[Path]:
    layers = [p.name for p in SRC.iterdir() if (p / "__init__.py").is_file()]
    found = [path for layer in layers for path in (TESTS / layer).rglob("test_*.py")]
    return sorted([*found, *TESTS.glob("test_*.py")])


def _subject(test: Path) -> Path:
    folder = test.parent.relative_to(TESTS)
    return SRC / folder / test.name.removeprefix("test_")


def test_every_test_file_has_its_module():
    orphans = [
        str(test.relative_to(TESTS))
        for test in _mirrored()
        if not _subject(test).is_file() and not _subject(test).with_suffix("").is_dir()
    ]

    assert orphans == []
