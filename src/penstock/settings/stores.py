"""The store that settings choose: opened here, whichever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

from penstock.config.configurable_class import ConfigurableClass
from penstock.errors import InvalidConfigError, StoreUnavailableError
from penstock.settings.values import CustomChoice, PostgresChoice, SqliteChoice, StorageChoice
from penstock.store.protocol import Store
from penstock.store.sqlite import SqliteStore

FILE: Final = "penstock.db"
"""The name of the file of SQLite."""

_NEEDED: Final = ("create_run", "append", "take_lease", "events", "close")


def open_store(choice: StorageChoice, *, home: Path) -> Store:
    """Open the store of an instance.

    Raises:
        StoreUnavailableError: Its folder cannot be made, or the database cannot be reached.
        NewerStoreError: The store was written by a newer Penstock.
        InvalidConfigError: A class that is named makes no store, or Postgres needs a package.
    """
    match choice:
        case SqliteChoice(folder=folder, durable=durable):
            path = made_folder(folder or home) / FILE
            return SqliteStore(path, durable=durable)
        case PostgresChoice(url=url, migrates=migrates):
            return _postgres(url, migrates=migrates)
        case CustomChoice(made_by=data):
            made = data.rehydrate(ConfigurableClass)
            if not all(callable(getattr(made, name, None)) for name in _NEEDED):
                raise InvalidConfigError(
                    f"{data.module_name}.{data.class_name}, which the settings name under "
                    "'storage', is no store of Penstock: it lacks methods of "
                    "penstock.store.protocol.Store. See 'Extend: a store' in the documentation."
                )
            return cast("Store", made)


def made_folder(folder: Path) -> Path:
    """Return a folder, made if it is not there.

    Raises:
        StoreUnavailableError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailableError(
            f"The folder {folder} of the store cannot be made: {error.strerror}. Name another one "
            "under 'storage: {sqlite: {base_dir: ...}}', or allow writing there."
        ) from error
    return folder


def _postgres(url: str, *, migrates: bool) -> Store:
    try:
        from penstock.store.postgres import PostgresStore  # noqa: PLC0415 - needs psycopg
    except ModuleNotFoundError as error:
        raise InvalidConfigError(
            f"A store in Postgres needs the package '{error.name}'. Install penstock[postgres]."
        ) from error
    return cast("Store", PostgresStore(url, migrates=migrates))
