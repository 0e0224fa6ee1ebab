"""`LocalArtifactStorage`: the folder below which stored values and files of an instance are."""

from __future__ import annotations

from pathlib import Path

from penstock.config.configurable_class import ConfigurableClassData, Configured
from penstock.config.scalars import StringSource
from penstock.config.schema import ConfigSchema


class LocalArtifactStorage(Configured):
    """A folder for values.

    Args:
        base_dir: The folder; `~` stands for the home of the user.
        inst_data: What the object was made of.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._base_dir = str(Path(base_dir).expanduser())
        self._inst_data = inst_data

    @property
    def base_dir(self) -> str:
        """The folder."""
        return self._base_dir

    @property
    def storage_dir(self) -> str:
        """The folder of values in it."""
        return str(Path(self._base_dir) / "storage")

    @property
    def schedules_dir(self) -> str:
        """The folder of what schedules keep in it."""
        return str(Path(self._base_dir) / "schedules")

    def file_manager_dir(self, run_id: str) -> str:
        """Return the folder of the files of a run."""
        return str(Path(self.storage_dir) / run_id / "files")

    def intermediates_dir(self, run_id: str) -> str:
        """Return the folder of the values between the steps of a run."""
        return str(Path(self.storage_dir) / run_id)

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {"base_dir": StringSource}
