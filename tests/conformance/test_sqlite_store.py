from __future__ import annotations

from pathlib import Path

from penstock.store.sqlite import SqliteStore
from penstock.testing.store_conformance import StoreConformance


class TestSqliteStore(StoreConformance):
    def make_store(self, tmp_path: Path) -> SqliteStore:
        return SqliteStore(tmp_path / "penstock.db")
