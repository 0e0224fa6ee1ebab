"""What the parts of a SQL store share: its database, and the row ids of assets."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.base.ids import RunId
from penstock.errors import FencedError, RunNotFoundError
from penstock.model.keys import AssetKey
from penstock.store.database import Arguments, Database, Row, Session
from penstock.store.projection import fenced, run_not_found

_NO_LIMIT = 2**62


class SqlPart:
    """One group of a store's operations, over any database.

    Args:
        database: Where the rows are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = database.dialect
        self._sql = database.dialect.statements
        self._asset_ids: dict[AssetKey, int] = {}  # only of rows that are committed

    def _read(self, name: str, arguments: Arguments = ()) -> list[Row]:
        return self._database.read(self._sql[name], arguments)

    def _read_one(self, name: str, arguments: Arguments = ()) -> Row | None:
        rows = self._database.read(self._sql[name], arguments)
        return rows[0] if rows else None

    def _execute(self, name: str, arguments: Arguments = ()) -> int:
        """Run one statement in a transaction of its own; return how many rows it changed."""
        statement = self._sql[name]
        return self._database.write(lambda session: session.execute(statement, arguments).rowcount)

    def _execute_many(self, name: str, rows: Sequence[Row]) -> None:
        """Run one statement for each row, in a transaction of their own."""
        statement = self._sql[name]

        def job(session: Session) -> None:  # which keeps no cursor beyond the transaction
            session.executemany(statement, rows)

        self._database.write(job)

    def _known_asset_id(self, asset: AssetKey) -> int | None:
        """Find an asset's row outside a write; rows of assets are never removed."""
        found = self._asset_ids.get(asset)
        if found is None:
            row = self._read_one("asset_id", (asset.to_escaped_user_string(),))
            if row is None:
                return None
            found = self._asset_ids[asset] = int(row[0])
        return found

    def _find_asset_id(self, session: Session, asset: AssetKey) -> int | None:
        """Find an asset's row inside a write, where one of this transaction counts too."""
        found = self._asset_ids.get(asset)
        if found is None:
            key = asset.to_escaped_user_string()
            rows = session.execute(self._sql["asset_id"], (key,)).fetchall()
            return int(rows[0][0]) if rows else None
        return found

    def _refusal(
        self, session: Session, run: RunId, *, given: tuple[int, int]
    ) -> FencedError | RunNotFoundError:
        rows = session.execute(self._sql["run_guard"], (run,)).fetchall()
        return fenced(run, found=rows[0], given=given) if rows else run_not_found(run)

    @staticmethod
    def _most(limit: int | None) -> int:
        """Return the argument of a statement's LIMIT; no store has more rows than for None."""
        return _NO_LIMIT if limit is None else max(0, limit)
