"""Assets in the store in memory: heads of assets, partitions and checks, and wiping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from msgspec.structs import replace

from penstock.base.clock import Instant
from penstock.model.asset_state import (
    AssetHead,
    CheckHead,
    KnownAsset,
    PartitionChanges,
    PartitionHead,
    PartitionView,
)
from penstock.model.keys import AssetKey
from penstock.store.memory_state import MemoryState, event_in
from penstock.store.protocol import VIEWS_KEPT


class MemoryAssets(MemoryState):
    """The operations on what is known of assets."""

    def asset_heads(self, assets: Iterable[AssetKey] | None = None) -> dict[AssetKey, AssetHead]:
        """Return the newest facts of the given assets, or of every known one."""
        with self._lock:
            if assets is None:
                return dict(self._assets)
            return {key: self._assets[key] for key in assets if key in self._assets}

    def known_assets(self, assets: Iterable[AssetKey]) -> dict[AssetKey, KnownAsset]:
        """Return the newest facts of the given assets, with the events that their heads name."""
        with self._lock:
            heads = {key: self._assets[key] for key in assets if key in self._assets}
            return {
                key: KnownAsset(
                    head=head,
                    materialized=event_in(self._events, head.materialized),
                    observed=event_in(self._events, head.observed),
                    failed=event_in(self._events, head.failed),
                )
                for key, head in heads.items()
            }

    def asset_keys(
        self, *, prefix: Sequence[str] = (), after: AssetKey | None = None, limit: int | None = None
    ) -> list[AssetKey]:
        """List the known assets in the order of their keys, part by part."""
        with self._lock:
            known = sorted(self._assets)
        fitting = (k for k in known if k.has_prefix(prefix) and (after is None or after < k))
        return list(islice(fitting, limit))

    def partition_head(self, asset: AssetKey, partition: str | None) -> PartitionHead | None:
        """Return the newest facts of one partition."""
        with self._lock:
            return self._partitions.get(asset, {}).get(partition)

    def partition_heads(
        self, asset: AssetKey, partitions: Sequence[str | None] | None = None
    ) -> dict[str | None, PartitionHead]:
        """Return the newest facts of the given partitions of an asset, or of every known one."""
        with self._lock:
            heads = self._partitions.get(asset, {})
            if partitions is None:
                return dict(heads)
            return {key: heads[key] for key in partitions if key in heads}

    def check_heads(self, asset: AssetKey) -> list[CheckHead]:
        """Return the newest verdict of each check of an asset, for each partition."""
        with self._lock:
            heads = list(self._checks.get(asset, {}).values())
        return sorted(heads, key=lambda h: (h.name, h.partition is not None, h.partition or ""))

    def partition_keys(self, asset: AssetKey, *, failed: bool = False) -> list[str]:
        """Return the partitions that were made, or those whose newest try failed."""
        with self._lock:
            heads = self._partitions.get(asset, {})
            return sorted(
                key
                for key, head in heads.items()
                if key is not None and (head.failed if failed else head.materialized) is not None
            )

    def partition_changes(self, asset: AssetKey, *, after: int) -> PartitionChanges | None:
        """Return what changed of an asset's partitions since an event id; None if wiped since."""
        with self._lock:
            cleared = self._cleared.get(asset, 0)
            if after < cleared:
                return None
            heads = self._partitions.get(asset, {})
            changed = sorted(
                (_changed(head), key)
                for key, head in heads.items()
                if key is not None and _changed(head) > after
            )
            return PartitionChanges(
                up_to=max(self._newest.get(asset, 0), cleared, after),
                made=tuple(k for _, k in changed if heads[k].materialized is not None),
                failed=tuple(k for _, k in changed if heads[k].failed is not None),
            )

    def partition_view(self, asset: AssetKey, name: str) -> PartitionView | None:
        """Return the view that is kept under a name."""
        with self._lock:
            return self._views.get(asset, {}).get(name)

    def keep_partition_view(self, asset: AssetKey, name: str, view: PartitionView) -> None:
        """Keep a derived view of an asset's partitions, unless the one kept is newer."""
        with self._changing:
            if asset not in self._events_of_asset:
                return
            views = self._views.setdefault(asset, {})
            old = views.get(name)
            if old is None or old.up_to <= view.up_to:
                views.pop(name, None)  # so that it comes last
                views[name] = view
                for oldest in list(views)[:-VIEWS_KEPT]:
                    del views[oldest]

    def wipe_asset(self, asset: AssetKey, *, at: Instant) -> None:
        """Hide everything recorded of an asset so far; the data itself is not touched."""
        with self._changing:
            if asset not in self._events_of_asset:
                return
            self._last_event += 1
            self._wiped[asset] = self._cleared[asset] = self._last_event
            self._wiped_on[asset] = at
            self._assets.pop(asset, None)
            self._partitions.pop(asset, None)
            self._views.pop(asset, None)
            self._checks.pop(asset, None)

    def wipe_partitions(self, asset: AssetKey, partitions: Sequence[str], *, at: Instant) -> None:
        """Forget what is known of some partitions, and hide their events from the history."""
        with self._changing:
            if asset not in self._events_of_asset or not partitions:
                return
            self._last_event += 1
            self._cleared[asset] = self._last_event
            heads = self._partitions.get(asset, {})
            checks = self._checks.get(asset, {})
            hidden = self._wiped_partitions.setdefault(asset, {})
            for key in partitions:
                hidden[key] = self._last_event
                heads.pop(key, None)
            for check in [check for check in checks if check[1] in partitions]:
                del checks[check]
            self._views.pop(asset, None)
            if asset in self._assets:
                self._assets[asset] = _refolded(self._assets[asset], list(heads.values()))


def _changed(head: PartitionHead) -> int:
    return max(head.materialized or 0, head.failed or 0)


def _refolded(head: AssetHead, partitions: Sequence[PartitionHead]) -> AssetHead:
    """Fold the heads of all partitions into that of their asset."""
    made = [part for part in partitions if part.materialized is not None]
    newest = max(made, key=lambda part: part.materialized or 0, default=None)
    return replace(
        head,
        materialized=None if newest is None else newest.materialized,
        at=None if newest is None else newest.at,
        run=None if newest is None else newest.run,
        partitions_materialized=len(made),
        partitions_failed=sum(part.failed is not None for part in partitions),
    )
