"""The parts of an instance that its settings name: each made when it is first asked for.

`InstanceParts` is a base of `Instance` and holds no policy: it finds the class of a part, makes it,
tells it of the instance, and keeps it. `InstanceFacts` answers under Dagster's names what the
settings say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar, cast

from penstock.base.settings import Settings
from penstock.config.configurable_class import ConfigurableClass, ConfigurableClassData
from penstock.errors import InvalidConfigError, ParameterCheckError
from penstock.settings.artifact_storage import LocalArtifactStorage
from penstock.settings.concurrency import ConcurrencyConfig, concurrency_config
from penstock.settings.definition_state import DefsStateStorage
from penstock.settings.known_classes import default_part
from penstock.settings.registered import PartsOwner, Registered
from penstock.settings.run_coordinator import RunCoordinator
from penstock.settings.run_launcher import RunLauncher
from penstock.settings.scheduler import Scheduler
from penstock.settings.secrets_loader import SecretsLoader
from penstock.settings.values import InstanceSettings, LoggingSettings
from penstock.store.compute_log_manager import ComputeLogManager
from penstock.store.compute_logs import default_compute_logs

T = TypeVar("T", bound=ConfigurableClass | Registered)

PART_TYPES: Final[Mapping[str, type]] = {
    "run_launcher": RunLauncher,
    "run_coordinator": RunCoordinator,
    "scheduler": Scheduler,
    "secrets": SecretsLoader,
    "defs_state_storage": DefsStateStorage,
    "local_artifact_storage": LocalArtifactStorage,
    "compute_logs": ComputeLogManager,
}
"""What each part must be an instance of."""


def part_data(settings: InstanceSettings, key: str, folder: Path) -> ConfigurableClassData:
    """Return the class of a part: the one named, else the one there is, in a folder of its own."""
    named = settings.parts.get(key)
    if named is not None:
        return named
    config: dict[str, str] = {}
    if key == "local_artifact_storage":
        config = {"base_dir": str(folder)}
    elif key == "compute_logs":
        config = {"base_dir": str(folder / "logs")}
    elif key == "defs_state_storage":
        config = {"base_path": str(folder / "defs_state")}
    return default_part(key, json.dumps(config))


def make_part(data: ConfigurableClassData, key: str, as_type: type[T]) -> T:
    """Make a part.

    Raises:
        InvalidConfigError: The class cannot be found, is not of the kind that the key needs, or
            its config does not fit.
    """
    made: object = data.rehydrate(ConfigurableClass)
    if not isinstance(made, as_type):
        raise InvalidConfigError(
            f"The settings name {data.module_name}.{data.class_name} under '{key}', and that is "
            f"no {as_type.__name__}. Name a class derived from it."
        )
    return made


class InstanceFacts:
    """What the settings of an instance say, under Dagster's names."""

    config: InstanceSettings

    def get_settings(self, settings_key: str) -> Mapping[str, object]:
        """Return a group of settings as they were written; an empty one if nothing was."""
        found = self.config.given.get(settings_key)
        return cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}

    @property
    def run_retries_enabled(self) -> bool:
        """Whether failed runs are repeated."""
        return self.config.retries.enabled

    @property
    def run_retries_max_retries(self) -> int:
        """How often a failed run is repeated."""
        return self.config.retries.max_retries

    @property
    def run_retries_retry_on_asset_or_op_failure(self) -> bool:
        """Whether a run is repeated also where a step failed, and not only its process."""
        return self.config.retries.on_step_failure

    @property
    def run_monitoring_enabled(self) -> bool:
        """Whether runs are watched."""
        return self.config.monitoring.enabled

    @property
    def run_monitoring_settings(self) -> Mapping[str, object]:
        """What was written about watching runs."""
        return self.get_settings("run_monitoring")

    @property
    def run_monitoring_start_timeout_seconds(self) -> int:
        """Seconds that a run may take to start."""
        return self.config.monitoring.start_timeout

    @property
    def run_monitoring_cancel_timeout_seconds(self) -> int:
        """Seconds that a run may take to cancel."""
        return self.config.monitoring.cancel_timeout

    @property
    def run_monitoring_max_runtime_seconds(self) -> int:
        """Seconds that a run may take; 0 for any."""
        return self.config.monitoring.max_runtime

    @property
    def run_monitoring_max_resume_run_attempts(self) -> int:
        """How often a run is resumed whose worker died."""
        return self.config.monitoring.max_resumes

    @property
    def run_monitoring_poll_interval_seconds(self) -> int:
        """Seconds between two looks at the runs under way."""
        return self.config.monitoring.interval

    @property
    def cancellation_thread_poll_interval_seconds(self) -> int:
        """Seconds between two looks of a worker whether its run was cancelled."""
        return self.config.monitoring.cancellation_interval

    @property
    def code_server_process_startup_timeout(self) -> int:
        """Seconds that loading definitions may take."""
        return self.config.hosts.startup_timeout

    @property
    def code_server_settings(self) -> Mapping[str, object]:
        """What was written about processes that load definitions."""
        return self.get_settings("code_servers")

    @property
    def wait_for_local_code_server_processes_on_shutdown(self) -> bool:
        """Whether the end waits for processes that load definitions."""
        return self.config.hosts.waits_on_shutdown

    @property
    def managed_python_loggers(self) -> list[str]:
        """The Python loggers whose lines become events of runs."""
        return list(self.config.logging.loggers)

    @property
    def python_log_level(self) -> str | None:
        """The lowest level of lines that are kept."""
        return self.config.logging.level

    @property
    def telemetry_enabled(self) -> bool:
        """False: Penstock sends nothing anywhere."""
        return False

    @property
    def nux_enabled(self) -> bool:
        """False: there are no hints for newcomers."""
        return False

    @property
    def freshness_enabled(self) -> bool:
        """Whether freshness is judged."""
        return self.config.freshness

    @property
    def auto_materialize_enabled(self) -> bool:
        """Whether conditions are evaluated."""
        return self.config.automation.enabled

    @property
    def auto_materialize_minimum_interval_seconds(self) -> int:
        """Seconds between two evaluations of conditions."""
        return self.config.automation.interval

    @property
    def auto_materialize_run_tags(self) -> dict[str, str]:
        """Tags of the runs that conditions ask for."""
        return dict(self.config.automation.run_tags)

    @property
    def auto_materialize_max_tick_retries(self) -> int:
        """How often a failed evaluation is repeated."""
        return self.config.automation.max_tick_retries

    @property
    def auto_materialize_use_sensors(self) -> bool:
        """Whether sensors evaluate conditions."""
        return self.config.automation.use_sensors

    @property
    def global_op_concurrency_default_limit(self) -> int | None:
        """The slots of a pool without a limit of its own; None for no bound."""
        return self.config.pools.default_limit


class InstanceParts(InstanceFacts):
    """The parts of an instance, each made when it is first asked for."""

    settings: Settings
    home: Path | None
    config: InstanceSettings
    _made: dict[str, object]

    def storage_directory(self) -> str:
        """Return the folder for values."""
        raise NotImplementedError

    def _part(self, key: str, as_type: type[T]) -> T:
        made = self._made.get(key)
        if made is None:
            made = make_part(part_data(self.config, key, self._parts_folder()), key, as_type)
            if isinstance(made, Registered | ComputeLogManager):
                made.register_instance(cast("PartsOwner", self))
            self._made[key] = made
        return cast("T", made)

    def _parts_folder(self) -> Path:
        return self.home if self.home is not None else Path(self.storage_directory()).parent

    @property
    def run_launcher(self) -> RunLauncher:
        """What starts the workers of runs."""
        return self._part("run_launcher", RunLauncher)

    @property
    def run_coordinator(self) -> RunCoordinator:
        """What takes submitted runs."""
        return self._part("run_coordinator", RunCoordinator)

    @property
    def scheduler(self) -> Scheduler:
        """What evaluates schedules."""
        return self._part("scheduler", Scheduler)

    @property
    def secrets_loader(self) -> SecretsLoader:
        """Where the variables of workers come from."""
        return self._part("secrets", SecretsLoader)

    _secrets_loader = secrets_loader

    @property
    def defs_state_storage(self) -> DefsStateStorage:
        """Where the state of definitions is kept in versions."""
        return self._part("defs_state_storage", DefsStateStorage)

    @property
    def artifact_storage(self) -> LocalArtifactStorage:
        """The folder below which values and files are."""
        return self._part("local_artifact_storage", LocalArtifactStorage)

    @property
    def compute_log_manager(self) -> ComputeLogManager:
        """What keeps the output of steps; nothing does for an instance in memory."""
        if "compute_logs" not in self._made and "compute_logs" not in self.config.parts:
            made = default_compute_logs(self.home)
            made.register_instance(self)
            self._made["compute_logs"] = made
        return self._part("compute_logs", ComputeLogManager)

    @property
    def python_logs(self) -> LoggingSettings:
        """What of Python's logging becomes lines of a run."""
        return self.config.logging

    def check_parts(self) -> None:
        """Make sure that the parts can do what the settings ask of them.

        Raises:
            ParameterCheckError: Runs are to be resumed, and the launcher cannot resume any.
        """
        watch = self.config.monitoring
        if watch.enabled and watch.max_resumes and not self.run_launcher.supports_resume_run:
            raise ParameterCheckError(
                f"run_monitoring: max_resume_run_attempts is {watch.max_resumes}, and "
                f"{type(self.run_launcher).__name__} cannot resume runs. Set it to 0, or name "
                "another run_launcher."
            )

    def file_manager_directory(self, run_id: str) -> str:
        """Return the folder of the files of a run."""
        return self.artifact_storage.file_manager_dir(run_id)

    def get_concurrency_config(self) -> ConcurrencyConfig:
        """Return how much may happen at once."""
        return concurrency_config(self.config.pools, self.run_coordinator.get_run_queue_config())

    def _dispose_parts(self) -> None:
        for made in self._made.values():
            dispose: object = getattr(made, "dispose", None)
            if callable(dispose):
                dispose()
        self._made.clear()
