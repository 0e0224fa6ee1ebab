"""`import penstock` is light: a count of modules, and a list of what it must not load."""

import json
import subprocess
import sys

MODULES = 150
HEAVY = {"asyncio", "pydantic", "rich", "sqlite3", "yaml"}

_REPORT = """
import json, sys
before = set(sys.modules)
import penstock
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def _loaded() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _REPORT], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_importing_penstock_loads_few_modules():
    assert len(_loaded()) < MODULES


def test_importing_penstock_loads_nothing_heavy():
    assert _loaded() & HEAVY == set()
