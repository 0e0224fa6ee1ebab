"""`SecretsLoader`: where the variables of the workers of a project come from.

Owns the seam and two loaders of `.env` files. What a loader gives is set in the environment of the
process that loads the definitions or carries out a run, and is remembered as secret there.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from penstock.base.env_file import read_env_file
from penstock.base.settings import read_variable
from penstock.config.configurable_class import ConfigurableClassData, Configured
from penstock.config.scalars import StringSource
from penstock.config.schema import ConfigSchema, Field, Map
from penstock.errors import InvalidConfigError
from penstock.settings.registered import Registered

PROJECT_PATHS: Final = ("PENSTOCK_PROJECT_ENV_FILE_PATHS", "DAGSTER_PROJECT_ENV_FILE_PATHS")
"""Variables with the folder of each project's `.env` file, as JSON: `{"project": "/folder"}`."""


class SecretsLoader(Registered, ABC):
    """Subclass to fetch secrets from a vault.

    Make the class a `ConfigurableClass` to name it in the settings under `secrets: {custom: ...}`.
    """

    @abstractmethod
    def get_secrets_for_environment(self, location_name: str | None) -> Mapping[str, str]:
        """Return the variables of a project; of whichever one if its name is None."""

    def dispose(self) -> None:
        """Let go of what the loader holds."""


class EnvFileLoader(SecretsLoader, Configured):
    """Reads the `.env` file of a folder.

    Args:
        inst_data: What the object was made of.
        base_dir: The folder; the working directory if None.
    """

    def __init__(
        self, inst_data: ConfigurableClassData | None = None, base_dir: str | None = None
    ) -> None:
        self._inst_data = inst_data
        self._base_dir = base_dir

    def get_secrets_for_environment(self, location_name: str | None) -> Mapping[str, str]:
        """Return what the file says; nothing without a file."""
        del location_name
        return read_env_file(Path(self._base_dir or Path.cwd()) / ".env")

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {"base_dir": Field(StringSource, is_required=False)}


class PerProjectEnvFileLoader(SecretsLoader, Configured):
    """Reads the `.env` file in the folder of each project.

    Args:
        inst_data: What the object was made of.
        location_paths: The folder of each project by its name; from the environment if None.
    """

    def __init__(
        self,
        inst_data: ConfigurableClassData | None = None,
        location_paths: Mapping[str, str] | None = None,
    ) -> None:
        self._inst_data = inst_data
        self._given = location_paths

    @property
    def location_paths(self) -> Mapping[str, str]:
        """The folder of each project by its name."""
        if self._given is not None:
            return self._given
        text = next((found for name in PROJECT_PATHS if (found := read_variable(name))), "{}")
        try:
            read: object = json.loads(text)
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise InvalidConfigError(
                f"{PROJECT_PATHS[0]} must be JSON with the folder of each project, like "
                '{"orders": "/srv/orders"}.'
            )
        return {str(key): str(value) for key, value in cast("dict[object, object]", read).items()}

    def get_secrets_for_environment(self, location_name: str | None) -> Mapping[str, str]:
        """Return what the project's file says; nothing without a file."""
        folder = self.location_paths.get(location_name or "")
        return {} if folder is None else read_env_file(Path(folder) / ".env")

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {"location_paths": Field(Map(str, str), is_required=False)}
