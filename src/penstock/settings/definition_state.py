"""`DefsStateStorage`: the state that definitions follow from, kept in versions under keys.

Owns the seam, and a storage of files with an index beside them. A version is written once and never
changed; which one is the newest is one line of the index, replaced at once.
"""

from __future__ import annotations

import os
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, Self, cast

import msgspec

from penstock.base.codec import decoder, encode
from penstock.config.configurable_class import ConfigurableClassData, Configured
from penstock.config.scalars import StringSource
from penstock.config.schema import ConfigSchema, Field, Permissive
from penstock.errors import InvalidConfigError, StoredValueNotFoundError
from penstock.settings.registered import Registered

_INDEX: Final = "latest.json"


class DefsKeyStateInfo(msgspec.Struct, frozen=True):
    """The newest version of one key."""

    version: str


class DefsStateInfo(msgspec.Struct, frozen=True):
    """The newest version of every key."""

    info_mapping: dict[str, DefsKeyStateInfo | None] = {}

    def get_version(self, key: str) -> str | None:
        """Return the newest version of a key; None if there is none."""
        found = self.info_mapping.get(key)
        return None if found is None else found.version

    @staticmethod
    def add_version(current: DefsStateInfo | None, key: str, version: str) -> DefsStateInfo:
        """Return what holds once a version is the newest of its key."""
        before = {} if current is None else current.info_mapping
        return DefsStateInfo({**before, key: DefsKeyStateInfo(version)})

    @staticmethod
    def remove_key(current: DefsStateInfo | None, key: str) -> DefsStateInfo:
        """Return what holds once a key has no newest version."""
        before = {} if current is None else current.info_mapping
        return DefsStateInfo({name: info for name, info in before.items() if name != key})


_current: ContextVar[DefsStateStorage | None] = ContextVar("defs_state_storage", default=None)


@contextmanager
def set_defs_state_storage(storage: DefsStateStorage | None) -> Generator[None]:
    """Let definitions that are loaded inside find a storage with `DefsStateStorage.get()`."""
    token = _current.set(storage)
    try:
        yield
    finally:
        _current.reset(token)


class DefsStateStorage(Registered, ABC):
    """Subclass to keep the state of definitions elsewhere."""

    @abstractmethod
    def get_latest_defs_state_info(self) -> DefsStateInfo | None:
        """Return the newest version of every key; None if nothing was kept."""

    @abstractmethod
    def download_state_to_path(self, key: str, version: str, path: Path) -> None:
        """Copy a version of a key to a path."""

    @abstractmethod
    def upload_state_from_path(self, key: str, version: str, path: Path) -> None:
        """Keep what is at a path as a version of a key, the newest from now on."""

    @abstractmethod
    def set_latest_version(self, key: str, version: str | None) -> None:
        """Make a version the newest of its key; None leaves the key without one."""

    def get_latest_version(self, key: str) -> str | None:
        """Return the newest version of a key; None if there is none."""
        info = self.get_latest_defs_state_info()
        return None if info is None else info.get_version(key)

    def list_state_keys_with_prefix(self, prefix: str) -> list[str]:
        """Return the keys with a newest version that begin with a text."""
        info = self.get_latest_defs_state_info()
        return [] if info is None else [key for key in info.info_mapping if key.startswith(prefix)]

    @classmethod
    def get(cls) -> DefsStateStorage | None:
        """Return the storage of the definitions that are being loaded; None outside of that."""
        return _current.get()

    def dispose(self) -> None:
        """Let go of what the storage holds."""


class UPathDefsStateStorage(DefsStateStorage, Configured):
    """Keeps state in a folder, or below an address that universal-pathlib understands.

    Args:
        base_path: The folder or address.
        inst_data: What the object was made of.
    """

    def __init__(
        self, base_path: Path | str, inst_data: ConfigurableClassData | None = None
    ) -> None:
        self._base_path = _path_of(base_path, {})
        self._inst_data = inst_data

    @property
    def base_path(self) -> Path:
        """The folder."""
        return self._base_path

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {
            "base_path": StringSource,
            "storage_options": Field(Permissive(), is_required=False),
        }

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, object]
    ) -> Self:
        """Make the storage."""
        options = cast("Mapping[str, object]", config_value.get("storage_options") or {})
        return cls(_path_of(str(config_value["base_path"]), options), inst_data)

    def get_latest_defs_state_info(self) -> DefsStateInfo | None:
        """Return the newest version of every key; None if nothing was kept."""
        path = self._base_path / _INDEX
        return decoder(DefsStateInfo).decode(path.read_bytes()) if path.exists() else None

    def download_state_to_path(self, key: str, version: str, path: Path) -> None:
        """Copy a version of a key to a path.

        Raises:
            StoredValueNotFoundError: That version was not kept here.
        """
        kept = self._version_path(key, version)
        if not kept.exists():
            raise StoredValueNotFoundError(
                f"There is no version '{version}' of the state '{key}' in {self._base_path}. "
                "Refresh the state of the component."
            )
        _copy(kept, path)

    def upload_state_from_path(self, key: str, version: str, path: Path) -> None:
        """Keep a file or folder as a version of a key, the newest from now on."""
        kept = self._version_path(key, version)
        kept.parent.mkdir(parents=True, exist_ok=True)
        _copy(path, kept)
        self.set_latest_version(key, version)

    def set_latest_version(self, key: str, version: str | None) -> None:
        """Make a version the newest of its key; None leaves the key without one."""
        info = self.get_latest_defs_state_info()
        if version is None:
            info = DefsStateInfo.remove_key(info, key)
        else:
            info = DefsStateInfo.add_version(info, key, version)
        self._base_path.mkdir(parents=True, exist_ok=True)
        data = encode(info)
        if type(self._base_path).__module__.startswith("pathlib"):
            fresh = self._base_path / f"{_INDEX}.{os.getpid()}"
            fresh.write_bytes(data)
            fresh.replace(self._base_path / _INDEX)
        else:
            (self._base_path / _INDEX).write_bytes(data)

    def _version_path(self, key: str, version: str) -> Path:
        return self._base_path / re.sub(r"[^A-Za-z0-9._-]", "__", key) / version


def _path_of(base: Path | str, options: Mapping[str, object]) -> Path:
    """Return a path; one on this machine needs nothing but Python.

    Raises:
        InvalidConfigError: It is an address, and universal-pathlib is not installed.
    """
    text = str(base)
    if "://" not in text or not isinstance(base, str):
        return base if isinstance(base, Path) else Path(text).expanduser()
    try:
        from upath import UPath  # noqa: PLC0415 - optional
    except ImportError as error:
        raise InvalidConfigError(
            f"'{text}' needs universal-pathlib. Install penstock[upath]."
        ) from error
    return cast("Callable[..., Path]", UPath)(text, **options)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        target.write_bytes(source.read_bytes())
