"""`PartitionQueries`: the questions of an instance about partitions, also about dynamic ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from penstock.base.clock import Clock
from penstock.compat.asset_records import AssetPartitionStatus
from penstock.compat.status_by_partition import status_by_partition
from penstock.errors import ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.paging import PaginatedResults
from penstock.store.protocol import EventFilter, Store


class PartitionQueries:
    """The part of the instance that is asked about partitions, and that keeps dynamic ones."""

    store: Store
    clock: Clock

    def get_materialized_partitions(
        self,
        asset_key: AssetKey,
        before_cursor: int | None = None,
        after_cursor: int | None = None,
    ) -> set[str]:
        """Return the partitions of an asset that were made.

        Args:
            asset_key: The asset.
            before_cursor: Only those made by an event with a smaller id.
            after_cursor: Only those made by an event with a greater id.
        """
        if before_cursor is None and after_cursor is None:
            return set(self.store.partition_keys(asset_key))
        matching = EventFilter(
            asset=asset_key, kinds=("asset_materialized",), before=before_cursor, after=after_cursor
        )
        keys = (getattr(event.event, "partition", None) for event in self.store.events(matching))
        return {key for key in keys if key is not None}

    def get_status_by_partition(
        self,
        asset_key: AssetKey,
        partition_keys: Sequence[str],
        partitions_def: PartitionsDefinition,
    ) -> Mapping[str, AssetPartitionStatus | None] | None:
        """Return where partitions stand; None if nothing was ever recorded of the asset.

        A partition that was never made, or that the definition does not have, has None. In progress
        is what an unfinished run or backfill is still to make; failed is what failed when it was
        last tried, whether it was made before or not.
        """
        return status_by_partition(
            self.store,
            asset_key,
            partition_keys,
            definition=partitions_def,
            now=datetime.fromtimestamp(self.clock.now(), UTC),
        )

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        return self.store.dynamic_partitions(_name(partitions_def_name))

    def get_existing_dynamic_partitions(
        self, partitions_def_name: str, partition_keys: Sequence[str]
    ) -> AbstractSet[str]:
        """Return those of some keys that a dynamic partitions definition has."""
        return frozenset(self.get_dynamic_partitions(partitions_def_name)).intersection(
            partition_keys
        )

    def get_paginated_dynamic_partitions(
        self,
        partitions_def_name: str,
        limit: int,
        ascending: bool,  # noqa: FBT001 - the public signature
        cursor: str | None = None,
    ) -> PaginatedResults[str]:
        """Return a page of the keys of a dynamic partitions definition.

        Args:
            partitions_def_name: The name of the definition.
            limit: How many keys at most.
            ascending: Whether the key that was added first comes first.
            cursor: The cursor of the page before.
        """
        keys = self.get_dynamic_partitions(partitions_def_name)
        ordered = keys if ascending else keys[::-1]
        begin = ordered.index(cursor) + 1 if cursor and cursor in ordered else 0
        page = ordered[begin : begin + limit]
        following = page[-1] if page else (cursor or "")
        return PaginatedResults(page, following, begin + limit < len(ordered))

    def get_dynamic_partitions_definition_id(self, partitions_def_name: str) -> str:
        """Return a digest of the keys: another one whenever a key comes or goes."""
        digest = hashlib.sha1(usedforsecurity=False)
        for key in sorted(self.get_dynamic_partitions(partitions_def_name)):
            digest.update(f"{len(key)}:{key}".encode())
        return digest.hexdigest()

    def add_dynamic_partitions(
        self, partitions_def_name: str, partition_keys: Sequence[str]
    ) -> None:
        """Add keys to a dynamic partitions definition; one that is there stays where it is.

        Raises:
            ParameterCheckError: The keys are one text, or something that is no text.
        """
        given: object = partition_keys
        if isinstance(given, str) or not all(isinstance(key, str) for key in partition_keys):  # pyright: ignore[reportUnnecessaryIsInstance] - users err
            raise ParameterCheckError(
                f"add_dynamic_partitions takes a list of keys, each a text, not {given!r}."
            )
        self.store.add_dynamic_partitions(_name(partitions_def_name), partition_keys)

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Remove a key from a dynamic partitions definition; what was made of it stays known."""
        self.store.delete_dynamic_partition(_name(partitions_def_name), partition_key)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Tell whether a dynamic partitions definition has a key."""
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


def _name(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise ParameterCheckError(
            f"A dynamic partitions definition is named by a text that is not empty, not {name!r}."
        )
    return name
