from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from penstock.store.sqlite import SqliteStore
from penstock.testing.store_machine import StoreMachine


class SqliteMachine(StoreMachine):
    def make_store(self) -> SqliteStore:
        self.folder = Path(tempfile.mkdtemp())
        return SqliteStore(self.folder / "penstock.db")

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


TestSqliteAgreesWithMemory = SqliteMachine.TestCase
TestSqliteAgreesWithMemory.settings = settings(
    max_examples=200, stateful_step_count=30, deadline=None
)


class LongSqliteMachine(SqliteMachine):
    """The same with longer histories."""


TestSqliteAgreesWithMemoryForLong = pytest.mark.timeout(900)(
    pytest.mark.slow(LongSqliteMachine.TestCase)
)
TestSqliteAgreesWithMemoryForLong.settings = settings(
    max_examples=300, stateful_step_count=60, deadline=None
)
