"""No file names a place that exists on one machine only: a home folder, a package mirror."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Written in parts, so that this file does not match itself.
_FOLDERS = "|".join(("home", "work", "root"))
_PLACE = re.compile(
    rf"(?<![\w.\-/])/(?:{_FOLDERS})/\w"
    r"|--(?:extra-)?index-url\b"
    r"|\b(?:PIP|UV)_(?:EXTRA_)?INDEX"
    r"|https?://[^\s/\"']+(?:/[^\s\"']*)?/simple\b"
    r"|\b(?:10\.\d{1,3}|192\.168)\.\d{1,3}\.\d{1,3}\b"
)


def _files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def test_no_file_names_a_place_on_one_machine():
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in _files()
        for match in _PLACE.finditer(path.read_bytes().decode("utf-8", errors="ignore"))
        if b"\0" not in path.read_bytes()[:8192]
    ]

    assert found == []


def test_the_pattern_knows_a_home_folder_and_a_mirror():
    assert _PLACE.search("see /" + "home/ann/x")
    assert _PLACE.search("pip install --" + "index-url x")
    assert not _PLACE.search("docs/home/page, ./work/x, https://example.org/work/x")
