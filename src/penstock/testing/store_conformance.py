"""What any store must do, as a class of tests.

Subclass it in a test module and say how a store is made:

    class TestMyStore(StoreConformance):
        def make_store(self, tmp_path: Path) -> Store:
            return MyStore(tmp_path / "mine")

The tests themselves are in parts, one for each group of operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.store.protocol import Store
from penstock.testing.asset_conformance import AssetConformance
from penstock.testing.backfill_conformance import BackfillConformance
from penstock.testing.duty_conformance import DutyConformance
from penstock.testing.event_conformance import EventConformance
from penstock.testing.partition_conformance import PartitionConformance
from penstock.testing.run_conformance import RunConformance
from penstock.testing.run_listing_conformance import RunListingConformance


class StoreConformance(
    RunConformance,
    RunListingConformance,
    EventConformance,
    AssetConformance,
    PartitionConformance,
    BackfillConformance,
    DutyConformance,
):
    """The tests; `make_store` is the only thing that a subclass writes."""

    def make_store(self, tmp_path: Path) -> Store:
        """Make an empty store; the suite closes it."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        """An empty store."""
        store = self.make_store(tmp_path)
        yield store
        store.close()
