"""Tables in files of JSON, which are merged by a key."""

from __future__ import annotations

import json
from pathlib import Path

from local.transforms import Row


class LocalLitePlatform:
    """Tables below a folder."""

    def __init__(self, root: Path, landing: Path) -> None:
        self.root = root
        self.landing = landing

    def landed(self, cohort: str) -> list[Row]:
        """Return the rows that arrived of a cohort."""
        return json.loads((self.landing / f"{cohort}.json").read_text())

    def read(self, table: str) -> list[Row]:
        """Return the rows of a table; none of one that does not exist."""
        path = self.root / f"{table}.json"
        return json.loads(path.read_text()) if path.exists() else []

    def merge(self, table: str, rows: list[Row], *, on: tuple[str, ...]) -> int:
        """Insert rows, or replace those with the same key; return how many the table has then."""
        merged = {tuple(row[name] for name in on): row for row in [*self.read(table), *rows]}
        path = self.root / f"{table}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([merged[key] for key in sorted(merged, key=str)], indent=1))
        return len(merged)
