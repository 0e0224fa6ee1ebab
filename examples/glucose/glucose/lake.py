"""How assets are stored: one Parquet file per partition, or a table of one DuckDB file.

Owns the translation from an asset's key and partition to a place; `glucose.storage` does the
writing and reading.
"""

from pathlib import Path

import penstock as dg
from glucose import storage
from glucose.table import Table


class ParquetIOManager(dg.ConfigurableIOManager):
    """Keeps each partition of an asset in `<folder>/<asset>/<partition>.parquet`."""

    folder: str

    def handle_output(self, context: dg.OutputContext, obj: Table) -> None:
        """Write the value of one partition, or of an asset without partitions."""
        path = self._path(
            context.asset_key,
            context.asset_partition_key if context.has_asset_partitions else "all",
        )
        storage.write_parquet(path, obj)
        context.add_output_metadata({"path": dg.MetadataValue.path(str(path))})

    def load_input(self, context: dg.InputContext) -> Table:
        """Read the partitions that are asked for as one table."""
        keys = context.asset_partition_keys if context.has_asset_partitions else ["all"]
        return storage.read_parquet([self._path(context.asset_key, key) for key in keys])

    def _path(self, key: dg.AssetKey, partition: str) -> Path:
        return Path(self.folder, *key.path, f"{partition}.parquet")


class DuckDBIOManager(dg.ConfigurableIOManager):
    """Keeps each asset in a table of one DuckDB file, with its partition's key in a column."""

    database: str

    def handle_output(self, context: dg.OutputContext, obj: Table) -> None:
        """Replace the rows of one partition, or the table of an asset without partitions."""
        name = self._table(context.asset_key)
        database = Path(self.database)
        if context.has_asset_partitions:
            partition = context.asset_partition_key
            storage.replace_partition(database, name, obj, partition=partition)
        else:
            storage.replace_table(database, name, obj)
        context.add_output_metadata({"table": f"{database.name}: {name}"})

    def load_input(self, context: dg.InputContext) -> Table:
        """Read the rows of the partitions that are asked for."""
        name = self._table(context.asset_key)
        database = Path(self.database)
        if not context.has_asset_partitions:
            return storage.read_table(database, name)
        keys = list(context.asset_partition_keys)
        return storage.read_partitions(database, name, partitions=keys)

    def _table(self, key: dg.AssetKey) -> str:
        return "__".join(key.path)
