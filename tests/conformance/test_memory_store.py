from __future__ import annotations

from pathlib import Path

from penstock.store.memory import MemoryStore
from penstock.testing.store_conformance import StoreConformance


class TestMemoryStore(StoreConformance):
    def make_store(self, tmp_path: Path) -> MemoryStore:
        return MemoryStore()
