"""`MultiAssetSensorEvaluationContext`: the events of several assets, and a cursor for each.

Owns what counts as new: events after the cursor of their asset, and older ones of partitions that
were passed over. All that is read in one evaluation is as of its start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Protocol, cast

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.multi_asset_cursor import AssetCursor, read_cursor, write_cursor
from penstock.define.sensor_context import SensorEvaluationContext
from penstock.define.sensor_log import (
    LogRecord,
    materializations_after,
    newest_materialization,
)
from penstock.errors import InvalidInvocationError, InvariantViolationError, ParameterCheckError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection
from penstock.model.keys import AssetKey
from penstock.partitions.context import DynamicPartitionsStore
from penstock.partitions.definition import PartitionsDefinition, loading
from penstock.partitions.mapping import infer_mapping

MonitoredAssets = Sequence[AssetKey] | AssetSelection


class _DefinedGraph(Protocol):
    def assets_def_for_key(self, key: AssetKey) -> AssetsDefinition: ...


class MultiAssetSensorEvaluationContext(SensorEvaluationContext):
    """What the function of a multi-asset sensor may ask.

    Args:
        monitored_assets: The assets.
        base: A context of a sensor, whose instance, cursor, definitions and resources are used.

    Raises:
        ParameterCheckError: The context has no definitions.
    """

    _builder = "build_multi_asset_sensor_context"

    def __init__(self, monitored_assets: MonitoredAssets, base: SensorEvaluationContext) -> None:
        self.__dict__.update(base.__dict__)
        self._stack = ExitStack()
        self._ready = None
        repository = self.found_repository
        if repository is None:
            raise ParameterCheckError(
                "The context of a multi-asset sensor has no definitions to look up partitions and "
                "selections in. Give build_multi_asset_sensor_context definitions= or, in its "
                "place, repository_def=."
            )
        self._graph: AssetGraph = repository.asset_graph
        if isinstance(monitored_assets, AssetSelection):
            chosen = monitored_assets.resolve(self._graph)
            keys = [key for key in self._graph.topological_keys() if key in chosen]
        else:
            keys = list(monitored_assets)
        self._keys = tuple(keys)
        self._start: dict[AssetKey, AssetCursor] = {}
        self._initial_unconsumed_events_by_id: dict[int, LogRecord] = {}
        self.begin()

    def begin(self) -> None:
        """Start an evaluation: what is new is new as of the cursor that there is now."""
        self._start = read_cursor(self.cursor, self._keys)
        self._initial_unconsumed_events_by_id = {}
        self._cursor.is_updated = False

    @property
    def asset_keys(self) -> Sequence[AssetKey]:
        """The monitored assets."""
        return list(self._keys)

    @property
    def assets_defs_by_key(self) -> Mapping[AssetKey, AssetsDefinition | None]:
        """The definitions of the monitored assets; None for one that has none."""
        graph = cast("_DefinedGraph", self._graph)
        return {
            key: graph.assets_def_for_key(key) if self._graph.has(key) else None
            for key in self._keys
        }

    def latest_materialization_records_by_key(
        self, asset_keys: Sequence[AssetKey] | None = None
    ) -> Mapping[AssetKey, LogRecord | None]:
        """Return the newest materialization of each asset since its cursor, or None."""
        found: dict[AssetKey, LogRecord | None] = {}
        for key in self._keys if asset_keys is None else asset_keys:
            after = self._started(key).latest_consumed_event_id
            found[key] = newest_materialization(self.instance, key, after=after)
        return found

    def materialization_records_for_key(
        self, asset_key: AssetKey, limit: int | None = None
    ) -> Sequence[LogRecord]:
        """Return the materializations of an asset since its cursor, oldest first."""
        after = self._started(asset_key).latest_consumed_event_id
        return materializations_after(self.instance, asset_key, after, limit=limit)

    def get_trailing_unconsumed_events(self, asset_key: AssetKey) -> Sequence[LogRecord]:
        """Return the events of an asset that were passed over, oldest first."""
        cursor = self._started(asset_key)
        ids = sorted(cursor.trailing_unconsumed_partitioned_event_ids.values())
        return [self._record(asset_key, each) for each in ids]

    def latest_materialization_records_by_partition(
        self,
        asset_key: AssetKey,
        after_cursor_partition: bool | None = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> Mapping[str, LogRecord]:
        """Return the newest new materialization of each partition, in the order of the events.

        Args:
            asset_key: The asset.
            after_cursor_partition: Whether to leave out partitions up to that of the cursor.

        Raises:
            InvariantViolationError: The asset has no partitions.
        """
        partitions = self._partitions(asset_key)
        if partitions is None:
            raise InvariantViolationError(
                f"Asset '{asset_key}' has no partitions to sort its materializations by. Use "
                "latest_materialization_records_by_key()."
            )
        allowed = self._allowed(asset_key, partitions, after_cursor=bool(after_cursor_partition))
        found: dict[str, LogRecord] = {}
        new = [
            *self.get_trailing_unconsumed_events(asset_key),
            *self.materialization_records_for_key(asset_key),
        ]
        for record in new:
            key = record.partition_key
            if key is not None and key in allowed:
                found.pop(key, None)
                found[key] = record
        return found

    def latest_materialization_records_by_partition_and_asset(
        self,
    ) -> Mapping[str, Mapping[AssetKey, LogRecord]]:
        """Return the newest new materialization of each partition of each asset.

        Raises:
            InvariantViolationError: An asset has no partitions.
        """
        found: dict[str, dict[AssetKey, LogRecord]] = {}
        for asset in self._keys:
            for key, record in self.latest_materialization_records_by_partition(asset).items():
                found.setdefault(key, {})[asset] = record
        return found

    def get_cursor_partition(self, asset_key: AssetKey | None) -> str | None:
        """Return the partition of the newest event of an asset that was consumed.

        Raises:
            InvalidInvocationError: No asset is named, and there are several.
        """
        if asset_key is None and len(self._keys) != 1:
            raise InvalidInvocationError(
                "Several assets are monitored, so get_cursor_partition must be told which one is "
                "meant. Give it an asset key."
            )
        key = self._keys[0] if asset_key is None else asset_key
        return self._get_cursor(key).latest_consumed_event_partition

    def all_partitions_materialized(
        self, asset_key: AssetKey, partitions: Sequence[str] | None = None
    ) -> bool:
        """Tell whether partitions of an asset were ever made; all of them if none are named.

        Raises:
            InvariantViolationError: The asset has no partitions, or the list of them is empty.
        """
        definition = self._partitions(asset_key)
        if definition is None:
            raise InvariantViolationError(
                f"Asset '{asset_key}' has no partitions that could have been made. Use "
                "latest_materialization_records_by_key() to learn whether it was made."
            )
        if partitions is not None and not partitions:
            raise InvariantViolationError(
                f"The list of partitions of asset '{asset_key}' is empty. Name one or more, or "
                "pass None for all of them."
            )
        with loading(cast("DynamicPartitionsStore", self.instance)):
            wanted = definition.get_partition_keys() if partitions is None else partitions
        made = cast("_Materialized", self.instance).get_materialized_partitions(asset_key)
        return set(wanted) <= set(made)

    def get_downstream_partition_keys(
        self, partition_key: str, from_asset_key: AssetKey, to_asset_key: AssetKey
    ) -> Sequence[str]:
        """Return the partitions of one asset that depend on a partition of another.

        Raises:
            InvalidInvocationError: One of the two has no partitions.
        """
        upstream = self._needed_partitions(from_asset_key)
        downstream = self._needed_partitions(to_asset_key)
        declared = [
            dep.mapping for dep in self._graph.node(to_asset_key).deps if dep.key == from_asset_key
        ]
        mapping = next(iter(declared), None) or infer_mapping(upstream, downstream)
        with loading(cast("DynamicPartitionsStore | None", self.given_instance)):
            subset = upstream.subset_with_partition_keys([partition_key])
            mapped = mapping.get_downstream_partitions_for_partitions(
                subset, upstream, downstream_partitions_def=downstream
            )
            return list(mapped.get_partition_keys())

    def advance_cursor(
        self, materialization_records_by_key: Mapping[AssetKey, LogRecord | None]
    ) -> None:
        """Take note that materializations were handled; None leaves an asset as it is.

        Older events of other partitions stay new, until they are handled.

        Raises:
            InvariantViolationError: Too many partitions of an asset were passed over.
        """
        cursors = self._cursors()
        for asset, record in materialization_records_by_key.items():
            if record is None or asset not in self._keys:
                continue
            before = cursors.get(asset, AssetCursor())
            cursors[asset] = before.consumed(
                record.storage_id,
                record.partition_key,
                asset=asset,
                passed=self._passed(asset, before, record),
            )
        self.update_cursor(write_cursor(cursors))

    def advance_all_cursors(self) -> None:
        """Take note that everything so far was handled."""
        cursors = self._cursors()
        for asset in self._keys:
            newest = newest_materialization(self.instance, asset)
            if newest is not None:
                cursors[asset] = AssetCursor(newest.partition_key, newest.storage_id)
        self.update_cursor(write_cursor(cursors))

    def _get_cursor(self, asset_key: AssetKey) -> AssetCursor:
        return self._cursors().get(asset_key, AssetCursor())

    def _cursors(self) -> dict[AssetKey, AssetCursor]:
        return read_cursor(self.cursor, self._keys)

    def _started(self, asset: AssetKey) -> AssetCursor:
        return self._start.get(asset, AssetCursor())

    def _passed(self, asset: AssetKey, cursor: AssetCursor, record: LogRecord) -> Mapping[str, int]:
        """Return the newest event of each partition between a cursor and a record."""
        latest = cursor.latest_consumed_event_id
        if record.partition_key is None or (latest is not None and record.storage_id <= latest):
            return {}
        found: dict[str, int] = {}
        for each in materializations_after(self.instance, asset, latest):
            if each.storage_id >= record.storage_id:
                break
            if each.partition_key is not None:
                found[each.partition_key] = each.storage_id
        return found

    def _record(self, asset: AssetKey, event: int) -> LogRecord:
        known = self._initial_unconsumed_events_by_id
        if event not in known:
            (known[event],) = materializations_after(self.instance, asset, event - 1, limit=1)
        return known[event]

    def _partitions(self, asset: AssetKey) -> PartitionsDefinition | None:
        return self._graph.node(asset).partitions

    def _needed_partitions(self, asset: AssetKey) -> PartitionsDefinition:
        found = self._partitions(asset)
        if found is None:
            raise InvalidInvocationError(
                f"Asset '{asset}' has no partitions, so none depends on another asset's. Give it a "
                "partitions_def."
            )
        return found

    def _allowed(
        self, asset: AssetKey, partitions: PartitionsDefinition, *, after_cursor: bool
    ) -> frozenset[str]:
        with loading(cast("DynamicPartitionsStore | None", self.given_instance)):
            keys = list(partitions.get_partition_keys())
        at = self._started(asset).latest_consumed_event_partition
        if after_cursor and at is not None and at in keys:
            keys = keys[keys.index(at) + 1 :]
        return frozenset(keys)


class _Materialized(Protocol):
    def get_materialized_partitions(self, asset_key: AssetKey) -> set[str]: ...


def build_multi_asset_sensor_context(
    *,
    monitored_assets: MonitoredAssets,
    repository_def: object = None,
    instance: object = None,
    cursor: str | None = None,
    repository_name: str | None = None,
    cursor_from_latest_materializations: bool = False,
    resources: Mapping[str, object] | None = None,
    definitions: object = None,
    last_sensor_start_time: float | None = None,
) -> MultiAssetSensorEvaluationContext:
    """Build a context for calling a multi-asset sensor by hand.

    Args:
        monitored_assets: The assets.
        repository_def: The definitions of the code location.
        instance: The instance that it shows.
        cursor: What the sensor kept after its last evaluation.
        repository_name: The name of the definitions.
        cursor_from_latest_materializations: Whether all that was made so far counts as handled.
        resources: The resources by key.
        definitions: The definitions of the code location, as `Definitions`.
        last_sensor_start_time: When the sensor was last turned on, in seconds since the epoch.

    Raises:
        InvalidInvocationError: The cursor is given in two ways, or there is no instance to make it
            from.
        ParameterCheckError: There are no definitions.
    """
    if cursor_from_latest_materializations and cursor is not None:
        raise InvalidInvocationError(
            "cursor= and cursor_from_latest_materializations= both say how far the sensor is. Give "
            "one of them."
        )
    if cursor_from_latest_materializations and instance is None:
        raise InvalidInvocationError(
            "cursor_from_latest_materializations= needs an instance that has the materializations. "
            "Give instance=."
        )
    base = SensorEvaluationContext(
        instance=instance,
        cursor=cursor,
        repository_name=repository_name,
        repository_def=repository_def,
        definitions=definitions,
        resources=resources,
        last_sensor_start_time=last_sensor_start_time,
    )
    context = MultiAssetSensorEvaluationContext(monitored_assets, base)
    if cursor_from_latest_materializations:
        context.advance_all_cursors()
        context.begin()
    return context
