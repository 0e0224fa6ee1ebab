"""`InstanceRef`: an instance as data, from which another process opens the same one.

It holds what the settings say, as they were written: variables by name, so no secret that the
environment gives is in it. It is plain JSON, and survives a change of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import msgspec

from penstock.base.settings import ProjectSettings, Settings, process_environment
from penstock.config.configurable_class import ConfigurableClassData
from penstock.errors import InvalidConfigError
from penstock.settings.document import DAGSTERS_NAME, NAME, Document, read_file
from penstock.settings.known_classes import at_home_here, default_part

_DEFAULTS = (
    "local_artifact_storage", "compute_logs", "scheduler", "run_coordinator", "run_launcher",
)  # fmt: skip


class InstanceRef(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to open an instance.

    Attributes:
        home: Its home directory.
        given: What its settings say, as they were written.
        source: Where that is from: a file, or words.
        root: The folder of the project.
        module: The module with the project's definitions, if named.
        python_file: The file with them, if named.
        attribute: Their name in it, if named.
    """

    home: str
    given: dict[str, object] = {}
    source: str = "an InstanceRef"
    root: str = ""
    module: str | None = None
    python_file: str | None = None
    attribute: str | None = None

    @staticmethod
    def from_dir(
        base_dir: str,
        *,
        config_dir: str | None = None,
        config_filename: str | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> InstanceRef:
        """Return the reference of the instance whose home a folder is.

        Args:
            base_dir: The home.
            config_dir: The folder of the file of settings; the home if None.
            config_filename: Its name; `penstock.yaml` or else `dagster.yaml` if None.
            overrides: Keys that count in place of the file's.
        """
        folder = Path(config_dir or base_dir)
        names = (NAME, DAGSTERS_NAME) if config_filename is None else (config_filename,)
        found = [folder / name for name in names if (folder / name).is_file()]
        said = read_file(found[0]) if found else Document(source="the defaults", values={})
        return InstanceRef(
            home=str(Path(base_dir).absolute()),
            given={**said.values, **(overrides or {})},
            source=said.source,
            root=str(Path.cwd()),
        )

    @staticmethod
    def of(settings: Settings, document: Document) -> InstanceRef:
        """Return the reference of the instance of a process's settings."""
        project = settings.project
        return InstanceRef(
            home=str(settings.home),
            given=dict(document.values),
            source=document.source,
            root=str(project.root),
            module=project.module,
            python_file=project.python_file,
            attribute=project.attribute,
        )

    @property
    def document(self) -> Document:
        """What the settings say."""
        return Document(source=self.source, values=self.given)

    def process_settings(self) -> Settings:
        """Return the settings of a process that opens the instance, with its own environment."""
        project = ProjectSettings(
            root=Path(self.root or self.home),
            module=self.module,
            python_file=self.python_file,
            attribute=self.attribute,
        )
        return Settings(home=Path(self.home), project=project, environment=process_environment())

    @property
    def settings(self) -> Mapping[str, object]:
        """What the settings say."""
        return self.given

    def to_dict(self) -> dict[str, object]:
        """Return the reference as plain data that JSON can hold."""
        return cast("dict[str, object]", msgspec.to_builtins(self))

    @staticmethod
    def from_dict(instance_ref_dict: Mapping[str, object]) -> InstanceRef:
        """Return the reference that `to_dict` made plain.

        Raises:
            InvalidConfigError: It is not what `to_dict` returns.
        """
        try:
            return msgspec.convert(instance_ref_dict, InstanceRef)
        except msgspec.ValidationError as error:
            raise InvalidConfigError(
                f"This is not what InstanceRef.to_dict() returns: {error}."
            ) from error

    @staticmethod
    def config_defaults(base_dir: str) -> dict[str, ConfigurableClassData | None]:
        """Return the class of each part for which the settings of a home name none."""
        texts = {"local_artifact_storage": f"base_dir: {base_dir!r}\n"}
        return {key: default_part(key, texts.get(key, "{}\n")) for key in _DEFAULTS}

    def _part(self, key: str) -> ConfigurableClassData:
        given = self.given.get(key)
        if isinstance(given, Mapping):
            return at_home_here(ConfigurableClassData.of(cast("Mapping[str, object]", given)))
        found = self.config_defaults(self.home)[key]
        assert found is not None
        return found

    @property
    def local_artifact_storage_data(self) -> ConfigurableClassData:
        """The class of the folder of values."""
        return self._part("local_artifact_storage")

    @property
    def compute_logs_data(self) -> ConfigurableClassData:
        """The class that keeps the output of steps."""
        return self._part("compute_logs")

    @property
    def scheduler_data(self) -> ConfigurableClassData:
        """The class that evaluates schedules."""
        return self._part("scheduler")

    @property
    def run_coordinator_data(self) -> ConfigurableClassData:
        """The class that takes submitted runs."""
        return self._part("run_coordinator")

    @property
    def run_launcher_data(self) -> ConfigurableClassData:
        """The class that starts workers."""
        return self._part("run_launcher")
