"""`AssetQueries`: the questions of an instance about assets, answered from projections."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from penstock.base.clock import Clock
from penstock.compat.asset_records import (
    AssetRecord,
    PlannedMaterializationInfo,
)
from penstock.compat.event_entries import EventLogEntry, EventLogRecord
from penstock.compat.event_filters import Tags
from penstock.compat.event_forms import tags_of
from penstock.compat.event_types import ASSET_TYPES, KIND_OF_TYPE, DagsterEventType
from penstock.errors import ParameterCheckError
from penstock.model.events import AssetMaterialized, AssetObserved, AssetWiped, StoredEvent
from penstock.model.keys import AssetKey
from penstock.store.protocol import EventFilter, Store

_MADE = "asset_materialized"
_SEEN = "asset_observed"
_PLANNED = "asset_planned"


class AssetQueries:
    """The part of the instance that is asked about assets, and that wipes them."""

    store: Store
    clock: Clock

    def get_asset_keys(
        self,
        prefix: Sequence[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> list[AssetKey]:
        """Return the assets that something was recorded of, in the order of their keys.

        Args:
            prefix: Only keys whose first parts these are.
            limit: How many at most.
            cursor: The last key of the page before: its parts as JSON, or joined by slashes.
        """
        after = None if cursor is None else _key_of(cursor)
        return self.store.asset_keys(prefix=tuple(prefix or ()), after=after, limit=limit)

    def all_asset_keys(self) -> list[AssetKey]:
        """Return every asset that something was recorded of."""
        return self.get_asset_keys()

    def has_asset_key(self, asset_key: AssetKey) -> bool:
        """Tell whether something was recorded of an asset."""
        return asset_key in self.store.asset_heads([asset_key])

    def get_asset_records(self, asset_keys: Sequence[AssetKey] | None = None) -> list[AssetRecord]:
        """Return the newest facts of assets; of every known one if none is named.

        An asset of which nothing was recorded, or not since it was wiped, is left out.
        """
        keys = self.store.asset_keys() if asset_keys is None else asset_keys
        return [AssetRecord(known) for known in self.store.known_assets(keys).values()]

    def get_latest_materialization_event(self, asset_key: AssetKey) -> EventLogEntry | None:
        """Return the newest materialization of an asset, of whichever partition."""
        return self.get_latest_materialization_events([asset_key])[asset_key]

    def get_latest_materialization_events(
        self, asset_keys: Iterable[AssetKey]
    ) -> dict[AssetKey, EventLogEntry | None]:
        """Return the newest materialization of each asset; None for one that was never made."""
        keys = list(asset_keys)
        known = self.store.known_assets(keys)
        made = {key: one.materialized for key, one in known.items()}
        return {
            key: None if (event := made.get(key)) is None else EventLogEntry(event) for key in keys
        }

    def get_latest_materialization_code_versions(
        self, asset_keys: Iterable[AssetKey]
    ) -> dict[AssetKey, str | None]:
        """Return the version of the code that made each asset last, where it had one."""
        entries = self.get_latest_materialization_events(asset_keys)
        return {
            key: None if entry is None else _code_version(entry.stored)
            for key, entry in entries.items()
        }

    def get_latest_data_version_record(
        self,
        key: AssetKey,
        is_source: bool | None = None,  # noqa: FBT001 - the public signature
        partition_key: str | None = None,
        before_cursor: int | None = None,
        after_cursor: int | None = None,
    ) -> EventLogRecord | None:
        """Return the newest event that says which version of an asset's data there is.

        Args:
            key: The asset.
            is_source: True looks at observations only; else materializations come first.
            partition_key: The partition; whichever was recorded last if None.
            before_cursor: Only events with a smaller id.
            after_cursor: Only events with a greater id.
        """
        kinds = (_SEEN,) if is_source else (_MADE,) if is_source is False else (_MADE, _SEEN)
        for kind in kinds:
            matching = EventFilter(
                asset=key,
                partitions=None if partition_key is None else (partition_key,),
                kinds=(kind,),
                before=before_cursor,
                after=after_cursor,
            )
            found = self.store.events(matching, limit=1, newest_first=True)
            if found:
                return EventLogRecord(found[0].id, EventLogEntry(found[0]))
        return None

    def get_event_tags_for_asset(
        self,
        asset_key: AssetKey,
        filter_tags: Mapping[str, str] | None = None,
        filter_event_id: int | None = None,
    ) -> list[Mapping[str, str]]:
        """Return the tags of an asset's materializations and observations, oldest first.

        Args:
            asset_key: The asset.
            filter_tags: Only of events that have these tags.
            filter_event_id: Only of the event of this id.

        Raises:
            ParameterCheckError: Events are asked for by tags and by id at once.
        """
        if filter_tags and filter_event_id is not None:
            raise ParameterCheckError(
                "get_event_tags_for_asset: give filter_tags or filter_event_id, not both."
            )
        ids = None if filter_event_id is None else (filter_event_id,)
        matching = EventFilter(asset=asset_key, kinds=(_MADE, _SEEN), ids=ids)
        told = [_tags_of(event) for event in self.store.events(matching)]
        wanted: Tags = filter_tags or {}
        return [tags for tags in told if tags and all(tags.get(k) == v for k, v in wanted.items())]

    def get_latest_planned_materialization_info(
        self, asset_key: AssetKey, partition: str | None = None
    ) -> PlannedMaterializationInfo | None:
        """Return the newest time that a run meant to make an asset, or a partition of it."""
        partitions = None if partition is None else (partition,)
        matching = EventFilter(asset=asset_key, partitions=partitions, kinds=(_PLANNED,))
        found = self.store.events(matching, limit=1, newest_first=True)
        return PlannedMaterializationInfo(found[0].id, found[0].run or "") if found else None

    def get_latest_storage_id_by_partition(
        self,
        asset_key: AssetKey,
        event_type: DagsterEventType,
        partitions: AbstractSet[str] | None = None,
        after_cursor: int | None = None,
    ) -> dict[str, int]:
        """Return the id of the newest event of a type for each partition that has one.

        Args:
            asset_key: The asset.
            event_type: A materialization, an observation, one planned, or a failure.
            partitions: Only these partitions; all if None.
            after_cursor: Only events with a greater id.

        Raises:
            ParameterCheckError: Events of the type are not of partitions.
        """
        if event_type not in ASSET_TYPES:
            raise ParameterCheckError(f"Events of type {event_type.value} are not of partitions.")
        if event_type is DagsterEventType.ASSET_MATERIALIZATION:
            wanted = None if partitions is None else sorted(partitions)
            made = {
                key: head.materialized
                for key, head in self.store.partition_heads(asset_key, wanted).items()
            }
        else:
            made = self._newest_by_partition(asset_key, event_type, partitions)
        return {
            key: number
            for key, number in made.items()
            if key is not None and number is not None and number > (after_cursor or 0)
        }

    def wipe_assets(self, asset_keys: Iterable[AssetKey]) -> None:
        """Hide everything recorded of assets so far; their data is not touched.

        Raises:
            ParameterCheckError: One of them is no AssetKey.
        """
        keys = list(asset_keys)
        for key in keys:
            if not isinstance(key, AssetKey):  # pyright: ignore[reportUnnecessaryIsInstance] - users err
                raise ParameterCheckError(f"wipe_assets takes AssetKeys, not {key!r}.")
        now = self.clock.now()
        for key in keys:
            self.store.wipe_asset(key, at=now)
            self.store.report([AssetWiped(key)], at=now)

    def wipe_asset_partitions(self, asset_key: AssetKey, partition_keys: Sequence[str]) -> None:
        """Hide everything recorded of some partitions so far; their data is not touched."""
        now = self.clock.now()
        self.store.wipe_partitions(asset_key, list(partition_keys), at=now)
        self.store.report([AssetWiped(asset_key, tuple(partition_keys))], at=now)

    def _newest_by_partition(
        self,
        asset_key: AssetKey,
        event_type: DagsterEventType,
        partitions: AbstractSet[str] | None,
    ) -> dict[str | None, int]:
        matching = EventFilter(
            asset=asset_key,
            kinds=(KIND_OF_TYPE[event_type],),
            partitions=None if partitions is None else tuple(sorted(partitions)),
        )
        return {
            getattr(event.event, "partition", None): event.id
            for event in self.store.events(matching)
        }


def _key_of(cursor: str) -> AssetKey:
    if cursor.startswith("["):
        return AssetKey([str(part) for part in json.loads(cursor)])
    return AssetKey.from_user_string(cursor)


def _code_version(event: StoredEvent) -> str | None:
    return event.event.code_version if isinstance(event.event, AssetMaterialized) else None


def _tags_of(event: StoredEvent) -> Mapping[str, str]:
    told = event.event
    return tags_of(told) if isinstance(told, AssetMaterialized | AssetObserved) else {}
