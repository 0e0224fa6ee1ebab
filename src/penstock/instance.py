"""`Instance`: a record of ports - store, clock, ids, settings - and the public questions about it.

Holds no logic of its own. What it is asked and told is in base classes, one for each theme; each of
their methods reads or writes the store, and shows the answer.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import cast

from penstock.base.clock import Clock, SystemClock
from penstock.base.ids import IdSource, SystemIds
from penstock.base.settings import Settings, load_settings
from penstock.compat.asset_queries import AssetQueries
from penstock.compat.backfill_queries import BackfillQueries
from penstock.compat.check_records import CheckQueries
from penstock.compat.event_queries import EventQueries
from penstock.compat.event_watch import EventWatcher
from penstock.compat.instigator_queries import InstigatorQueries
from penstock.compat.partition_queries import PartitionQueries
from penstock.compat.run_making import RunMaking
from penstock.compat.storages import DagsterStorage, EventLogStorage, RunStorage, ScheduleStorage
from penstock.errors import InvariantViolationError, StoreUnavailableError
from penstock.settings.document import NOTHING_SAID, Document, find_file, overridden, read_file
from penstock.settings.duties import RequiredDaemons
from penstock.settings.instance_class import class_of
from penstock.settings.instance_ref import InstanceRef
from penstock.settings.launching import RunLaunching
from penstock.settings.read import read_settings
from penstock.settings.stores import open_store
from penstock.settings.values import InstanceSettings
from penstock.store.compute_log_manager import ComputeLogManager
from penstock.store.memory import MemoryStore
from penstock.store.protocol import Store


class Instance(
    RunLaunching,
    RunMaking,
    EventQueries,
    AssetQueries,
    CheckQueries,
    PartitionQueries,
    InstigatorQueries,
    BackfillQueries,
    RequiredDaemons,
):
    """What has been recorded, and the ports through which more is; a base class for each theme.

    Attributes:
        store: Where everything is kept.
        watcher: Who is told of new events.
        clock: The time.
        ids: New ids and random numbers.
        settings: What was configured.
        home: The home directory; None for an ephemeral instance.
        config: What its `penstock.yaml` says.
        memory: The values that runs of an ephemeral instance pass on to later ones.
    """

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        clock: Clock | None = None,
        ids: IdSource | None = None,
        home: Path | None = None,
        config: InstanceSettings | None = None,
        compute_logs: ComputeLogManager | None = None,
    ) -> None:
        self.store = store
        self.watcher: EventWatcher = EventWatcher(store)
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.ids: IdSource = ids or SystemIds(self.clock)
        self.home = home
        self._folder: Path | None = home
        self.memory: dict[tuple[str, ...], object] = {}
        self.config: InstanceSettings = config or InstanceSettings()
        self._made: dict[str, object] = {}
        if compute_logs is not None:
            compute_logs.register_instance(self)
            self._made["compute_logs"] = compute_logs

    @staticmethod
    def get() -> Instance:
        """Open the instance of this process's environment and project.

        Raises:
            HomeNotSetError: `PENSTOCK_HOME` or `DAGSTER_HOME` cannot be a home directory.
            InvalidConfigError: Its settings do not fit.
            StoreUnavailableError: The home cannot be made or written to.
        """
        return Instance.open(load_settings())

    @staticmethod
    def open(settings: Settings, *, overrides: Mapping[str, object] | None = None) -> Instance:
        """Open the instance whose home the settings name; made where it does not exist.

        Args:
            settings: Where the home is, and the environment.
            overrides: Keys that count in place of those of `penstock.yaml`.

        Raises:
            InvalidConfigError: The settings of the instance do not fit.
            StoreUnavailableError: The home cannot be made or written to.
            NewerStoreError: The store was written by a newer Penstock.
        """
        path = find_file(settings)
        said = NOTHING_SAID if path is None else read_file(path)
        return _opened(settings, overridden(said, overrides))

    @staticmethod
    def from_config(config_dir: str, config_filename: str | None = None) -> Instance:
        """Open the instance whose home and file of settings a folder holds.

        Args:
            config_dir: The folder.
            config_filename: The name of the file; `penstock.yaml` or else `dagster.yaml` if None.
        """
        return Instance.from_ref(InstanceRef.from_dir(config_dir, config_filename=config_filename))

    @staticmethod
    def from_ref(instance_ref: InstanceRef) -> Instance:
        """Open the instance that another process has open.

        Raises:
            InvalidConfigError: A variable that its settings name is not set here.
            StoreUnavailableError: Its store cannot be reached from here.
        """
        return _opened(instance_ref.process_settings(), instance_ref.document)

    @staticmethod
    def ephemeral(
        tempdir: str | None = None,
        preload: Sequence[object] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> Instance:
        """Make an instance in memory, which leaves nothing behind.

        Args:
            tempdir: The folder for values that are stored all the same; a temporary one if None.
            preload: Accepted; nothing is loaded before it is asked for.
            settings: Keys as in `penstock.yaml`.
        """
        del preload
        process = load_settings()
        made = Instance(store=MemoryStore(), settings=process)
        if settings:
            said = Document(source="the settings of Instance.ephemeral()", values=settings)
            made.config = read_settings(said, environment=process.environment)
        made._folder = None if tempdir is None else Path(tempdir)
        return made

    @staticmethod
    def local_temp(
        tempdir: str | None = None, overrides: Mapping[str, object] | None = None
    ) -> Instance:
        """Open an instance whose home is a temporary folder.

        Args:
            tempdir: The folder, which then stays; one that goes with the instance if None.
            overrides: Keys as in `penstock.yaml`.
        """
        folder = tempdir or tempfile.mkdtemp(prefix="penstock-")
        made = Instance.from_ref(InstanceRef.from_dir(folder, overrides=overrides))
        if tempdir is None:
            weakref.finalize(made, shutil.rmtree, folder, ignore_errors=True)
        return made

    def get_ref(self) -> InstanceRef:
        """Return the instance as data, for another process to open.

        Raises:
            InvariantViolationError: It is in the memory of this process alone.
        """
        if self.home is None:
            raise InvariantViolationError(
                "An ephemeral instance cannot be opened by another process: it is in the memory "
                "of this one. Use Instance.get(), or instance_for_test() in a test."
            )
        said = Document(source=self.config.source or "the defaults", values=self.config.given)
        return InstanceRef.of(self.settings, said)

    def __enter__(self) -> Instance:
        return self

    def __exit__(self, *details: object) -> None:
        self.dispose()

    def dispose(self) -> None:
        """Close the store, and let go of every part."""
        self.watcher.close()
        self._dispose_parts()
        self.store.close()

    @property
    def is_ephemeral(self) -> bool:
        """Whether nothing is kept when the process ends."""
        return self.home is None

    @property
    def is_persistent(self) -> bool:
        """Whether what is recorded outlives the process."""
        return not self.is_ephemeral

    @property
    def root_directory(self) -> str:
        """The home directory.

        Raises:
            InvariantViolationError: The instance is ephemeral.
        """
        if self.home is None:
            raise InvariantViolationError("An ephemeral instance has no home directory.")
        return str(self.home)

    def storage_directory(self) -> str:
        """Return the folder for values.

        It is below the home. An ephemeral instance makes a temporary one when it is first asked,
        and that is removed with the instance.
        """
        if "local_artifact_storage" in self.config.parts:
            return self.artifact_storage.storage_dir
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="penstock-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return str(self._folder / "storage")

    @cached_property
    def storage(self) -> DagsterStorage:
        """The three faces of the store."""
        return DagsterStorage(self)

    @property
    def run_storage(self) -> RunStorage:
        """The store, as far as it keeps runs."""
        return self.storage.run_storage

    @property
    def event_log_storage(self) -> EventLogStorage:
        """The store, as far as it keeps events."""
        return self.storage.event_log_storage

    @property
    def schedule_storage(self) -> ScheduleStorage:
        """The store, as far as it keeps schedules and sensors."""
        return self.storage.schedule_storage

    @property
    def daemon_cursor_storage(self) -> RunStorage:
        """The store, as far as it keeps cursors of daemons."""
        return self.storage.run_storage

    def wipe(self) -> None:
        """Forget every run, and hide what is known of assets; data is not touched."""
        self.storage.wipe()


def _opened(settings: Settings, said: Document) -> Instance:
    """Open the instance of a home whose settings are known."""
    made, extra = class_of(said, of=Instance)
    config = read_settings(said, environment=settings.environment, extra=extra)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailableError(
            f"The home {settings.home} cannot be made: {error.strerror}. Set PENSTOCK_HOME to "
            "a folder that you may write to."
        ) from error
    store = open_store(config.storage, home=settings.home)
    make = cast("Callable[..., Instance]", made)
    opened = make(store=store, settings=settings, home=settings.home, config=config, **config.extra)
    try:
        opened.check_parts()
    except BaseException:
        opened.dispose()
        raise
    return opened
