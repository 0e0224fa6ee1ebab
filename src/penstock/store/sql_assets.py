"""Assets in a SQL store: heads of assets, partitions and checks, what changed, and wiping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
from penstock.store import sql
from penstock.store.database import Session
from penstock.store.protocol import VIEWS_KEPT
from penstock.store.sql_part import SqlPart


class SqlAssets(SqlPart):
    """The operations on what is known of assets."""

    def asset_heads(self, assets: Iterable[AssetKey] | None = None) -> dict[AssetKey, AssetHead]:
        """Return the newest facts of the given assets, or of every known one."""
        if assets is None:
            rows = self._read("asset_heads")
            keys = (AssetKey.from_escaped_user_string(row[0]) for row in rows)
            return {key: sql.asset_head_of(key, row) for key, row in zip(keys, rows, strict=True)}
        wanted = {key.to_escaped_user_string(): key for key in assets}
        rows = self._read("asset_heads_of", (self._dialect.listing(list(wanted)),))
        return {wanted[row[0]]: sql.asset_head_of(wanted[row[0]], row) for row in rows}

    def known_assets(self, assets: Iterable[AssetKey]) -> dict[AssetKey, KnownAsset]:
        """Return the newest facts of the given assets, with the events that their heads name."""
        wanted = {key.to_escaped_user_string(): key for key in assets}
        rows = self._read("known_assets", (self._dialect.listing(list(wanted)),))
        return {wanted[row[0]]: sql.known_asset_of(wanted[row[0]], row) for row in rows}

    def asset_keys(
        self, *, prefix: Sequence[str] = (), after: AssetKey | None = None, limit: int | None = None
    ) -> list[AssetKey]:
        """List the known assets in the order of their keys, part by part."""
        first = sql.asset_position(prefix)
        last = sql.after_positions(first) if prefix else sql.LAST_POSITION
        asked: dict[str, object] = {"first": first, "last": last, "most": self._most(limit)}
        statement = "asset_keys_from"
        if after is not None and sql.asset_position(after.parts) >= first:
            asked["after"] = sql.asset_position(after.parts)
            statement = "asset_keys"
        rows = self._read(statement, asked)
        return [AssetKey.from_escaped_user_string(row[0]) for row in rows]

    def partition_head(self, asset: AssetKey, partition: str | None) -> PartitionHead | None:
        """Return the newest facts of one partition."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return None
        row = self._read_one("partition_head", (asset_id, self._dialect.partition(partition)))
        return None if row is None else sql.partition_head_of(asset, row, dialect=self._dialect)

    def partition_heads(
        self, asset: AssetKey, partitions: Sequence[str | None] | None = None
    ) -> dict[str | None, PartitionHead]:
        """Return the newest facts of the given partitions of an asset, or of every known one."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return {}
        if partitions is None:
            rows = self._read("partition_heads", (asset_id,))
        else:
            keys = self._dialect.listing([key for key in partitions if key is not None])
            rows = self._read("partition_heads_of", (asset_id, keys))
            if None in partitions:
                rows += self._read("partition_head", (asset_id, self._dialect.unpartitioned))
        heads = (sql.partition_head_of(asset, row, dialect=self._dialect) for row in rows)
        return {head.partition: head for head in heads}

    def partition_keys(self, asset: AssetKey, *, failed: bool = False) -> list[str]:
        """Return the partitions that were made, or those whose newest try failed."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return []
        row = self._read_one("partitions_failed" if failed else "partitions_made", (asset_id,))
        return [] if row is None else sql.keys_of(row)

    def partition_changes(self, asset: AssetKey, *, after: int) -> PartitionChanges | None:
        """Return what changed of an asset's partitions since an event id; None if wiped since."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return PartitionChanges(up_to=after)
        ((newest, cleared),) = self._read("partitions_up_to", (asset_id,))
        if after < cleared:
            return None
        rows = self._read("changed_partitions", (asset_id, after))
        keyed = [row for row in rows if row[0] != self._dialect.unpartitioned]
        return PartitionChanges(
            up_to=max(newest, cleared, after),
            made=tuple(key for key, made, _ in keyed if made),
            failed=tuple(key for key, _, failed in keyed if failed),
        )

    def partition_view(self, asset: AssetKey, name: str) -> PartitionView | None:
        """Return the view that is kept under a name."""
        asset_id = self._known_asset_id(asset)
        row = None if asset_id is None else self._read_one("partition_view", (asset_id, name))
        return None if row is None else PartitionView(up_to=row[0], body=row[1])

    def keep_partition_view(self, asset: AssetKey, name: str, view: PartitionView) -> None:
        """Keep a derived view of an asset's partitions, unless the one kept is newer."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return
        row = {"asset": asset_id, "name": name, "up_to": view.up_to, "body": view.body}

        def job(session: Session) -> None:
            if session.execute(self._sql["keep_partition_view"], row).rowcount:
                most = {"asset": asset_id, "most": VIEWS_KEPT}
                session.execute(self._sql["drop_partition_views"], most)

        self._database.write(job)

    def check_heads(self, asset: AssetKey) -> list[CheckHead]:
        """Return the newest verdict of each check of an asset, for each partition."""
        asset_id = self._known_asset_id(asset)
        if asset_id is None:
            return []
        rows = self._read("check_heads", (asset_id,))
        heads = [sql.check_head_of(asset, row, dialect=self._dialect) for row in rows]
        return sorted(heads, key=lambda h: (h.name, h.partition is not None, h.partition or ""))

    def wipe_asset(self, asset: AssetKey, *, at: Instant) -> None:
        """Hide everything recorded of an asset so far; the data itself is not touched."""

        def job(session: Session) -> None:
            asset_id = self._find_asset_id(session, asset)
            if asset_id is None:
                return
            number = self._take_number(session)
            for name in ("wipe_partition_heads", "wipe_check_heads", "wipe_partition_views"):
                session.execute(self._sql[name], (asset_id,))
            row = {"asset": asset_id, "number": number, "at": at}
            session.execute(self._sql["wipe_asset"], row)

        self._database.write(job)

    def wipe_partitions(self, asset: AssetKey, partitions: Sequence[str], *, at: Instant) -> None:
        """Forget what is known of some partitions, and hide their events from the history."""

        def job(session: Session) -> None:
            asset_id = self._find_asset_id(session, asset)
            if asset_id is None or not partitions:
                return
            number = self._take_number(session)
            keys = [(asset_id, key) for key in dict.fromkeys(partitions)]
            rows = [(*key, number, at) for key in keys]
            session.executemany(self._sql["wipe_partition"], rows)
            session.executemany(self._sql["wipe_partition_checks"], keys)
            session.execute(self._sql["wipe_partition_views"], (asset_id,))
            self._forget_heads(session, asset_id, keys, number=number)

        self._database.write(job)

    def _forget_heads(
        self, session: Session, asset: int, keys: Sequence[tuple[int, str]], *, number: int
    ) -> None:
        """Forget heads of partitions, and take them out of the head of their asset."""
        statement = self._sql["wipe_partition_head"]
        gone = [row for key in keys for row in session.execute(statement, key).fetchall()]
        made = {materialized for materialized, _ in gone if materialized is not None}
        counts = {"made": len(made), "failed": sum(failed is not None for _, failed in gone)}
        row = {"asset": asset, "number": number, **counts}
        ((newest,),) = session.execute(self._sql["clear_partitions"], row).fetchall()
        if newest in made:
            found = session.execute(self._sql["newest_partition"], (asset,)).fetchall()
            now = found[0] if found else (None, None, None)
            session.execute(self._sql["change_newest"], (*now, asset))

    def _take_number(self, session: Session) -> int:
        """Use up an event id, so that what was derived before can be told from later."""
        number = self._database.take_event_ids(session, 1)
        session.execute(self._sql["keep_event_counters"], (number, 1))
        return number
