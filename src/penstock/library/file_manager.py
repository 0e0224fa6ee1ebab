"""`FileManager`: files that steps hand to each other by a handle, and one on the local disk."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import IO, cast

from penstock.config.resource_context import InitResourceContext
from penstock.config.scalars import StringSource
from penstock.config.schema import Field
from penstock.define.resource import resource
from penstock.errors import ParameterCheckError
from penstock.execute.io_managers.filesystem import storage_folder


class FileHandle(ABC):
    """A file in the keeping of a file manager."""

    @property
    @abstractmethod
    def path_desc(self) -> str:
        """Where the file is, for people."""


class PathFileHandle(FileHandle):
    """A file that its path names; two of one class and path are equal.

    Args:
        path: Where it is.
    """

    def __init__(self, path: str) -> None:
        if not isinstance(path, str):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(f"{type(self).__name__}: path must be text, not {path!r}.")
        self._path = path

    @property
    def path(self) -> str:
        """Where the file is."""
        return self._path

    @property
    def path_desc(self) -> str:
        """Where the file is, for people."""
        return self._path

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, PathFileHandle)
            and type(other) is type(self)
            and other.path == self.path
        )

    def __hash__(self) -> int:
        return hash(self._path)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._path!r})"


class LocalFileHandle(PathFileHandle):
    """A file on the local disk."""


class FileManager(ABC):
    """Subclass to keep files in a store."""

    @abstractmethod
    def copy_handle_to_local_temp(self, file_handle: FileHandle) -> str:
        """Copy a file to a temporary one on this machine; return its path."""

    @abstractmethod
    def delete_local_temp(self) -> None:
        """Delete the temporary files made by `copy_handle_to_local_temp`."""

    @abstractmethod
    def read(self, file_handle: FileHandle, mode: str = "rb") -> IO[bytes] | IO[str]:
        """Open a file; close it after use, as a `with` does.

        Args:
            file_handle: The file.
            mode: 'rb' for bytes, or 'r' for text in UTF-8.
        """

    @abstractmethod
    def read_data(self, file_handle: FileHandle) -> bytes:
        """Return the content of a file."""

    @abstractmethod
    def write(
        self, file_obj: IO[bytes] | IO[str], mode: str = "wb", ext: str | None = None
    ) -> FileHandle:
        """Keep what is left to read in an open file.

        Args:
            file_obj: The open file.
            mode: How the kept file is written: 'wb', or 'w' for text.
            ext: The extension of the kept file.
        """

    @abstractmethod
    def write_data(self, data: bytes, ext: str | None = None) -> FileHandle:
        """Keep bytes as a file."""


class CopyingFileManager(FileManager):
    """Makes temporary copies by reading, and remembers them."""

    def __init__(self) -> None:
        self._temporary: list[str] = []

    def copy_handle_to_local_temp(self, file_handle: FileHandle) -> str:
        """Copy a file to a temporary one on this machine; return its path."""
        suffix = Path(file_handle.path_desc).suffix
        descriptor, path = tempfile.mkstemp(suffix=suffix)
        self._temporary.append(path)
        with os.fdopen(descriptor, "wb") as copy, self.read(file_handle) as kept:
            shutil.copyfileobj(cast("IO[bytes]", kept), copy)
        return path

    def delete_local_temp(self) -> None:
        """Delete the temporary files made by `copy_handle_to_local_temp`."""
        for path in self._temporary:
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
        self._temporary.clear()


class LocalFileManager(CopyingFileManager):
    """Keeps files in a folder.

    Args:
        base_dir: The folder; made when the first file is kept.
    """

    def __init__(self, base_dir: str) -> None:
        super().__init__()
        self.base_dir = base_dir

    @staticmethod
    def for_instance(instance: object, run_id: str) -> LocalFileManager:
        """Return a file manager in the folder that an instance has for the values of a run."""
        return LocalFileManager(str(Path(storage_folder(instance), run_id, "files")))

    def ensure_base_dir_exists(self) -> None:
        """Make the folder."""
        Path(self.base_dir).mkdir(parents=True, exist_ok=True)

    def read(self, file_handle: FileHandle, mode: str = "rb") -> IO[bytes] | IO[str]:
        """Open a file; close it after use, as a `with` does."""
        encoding = encoding_for(mode, "rb", "r")
        return cast("IO[bytes] | IO[str]", open(_local(file_handle).path, mode, encoding=encoding))

    def read_data(self, file_handle: FileHandle) -> bytes:
        """Return the content of a file."""
        return Path(_local(file_handle).path).read_bytes()

    def write(
        self, file_obj: IO[bytes] | IO[str], mode: str = "wb", ext: str | None = None
    ) -> LocalFileHandle:
        """Keep what is left to read in an open file."""
        encoding = encoding_for(mode, "wb", "w")
        path = self._new_path(ext)
        with open(path, mode, encoding=encoding) as kept:
            shutil.copyfileobj(cast("IO[bytes]", file_obj), cast("IO[bytes]", kept))
        return LocalFileHandle(path)

    def write_data(self, data: bytes, ext: str | None = None) -> LocalFileHandle:
        """Keep bytes as a file."""
        path = self._new_path(ext)
        Path(path).write_bytes(data)
        return LocalFileHandle(path)

    def _new_path(self, ext: str | None) -> str:
        suffix = suffix_for(ext)
        self.ensure_base_dir_exists()
        descriptor, path = tempfile.mkstemp(dir=self.base_dir, suffix=suffix)
        os.close(descriptor)
        return path


def encoding_for(mode: str, *allowed: str) -> str | None:
    """Return the encoding for a mode of opening files; None for bytes.

    Raises:
        ParameterCheckError: The mode is not one of those that are allowed.
    """
    if mode not in allowed:
        raise ParameterCheckError(f"mode must be one of {', '.join(allowed)}, not {mode!r}.")
    return None if "b" in mode else "utf-8"


def suffix_for(ext: str | None) -> str:
    """Return the end of a file's name for an extension, with or without its dot.

    Raises:
        ParameterCheckError: It is not text, or it would lead into another folder.
    """
    if not ext:
        return ""
    if not isinstance(ext, str) or "/" in ext or "\\" in ext:  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise ParameterCheckError(f"ext must be text without slashes, not {ext!r}.")
    return f".{ext.removeprefix('.')}"


def _local(file_handle: FileHandle) -> LocalFileHandle:
    if not isinstance(file_handle, LocalFileHandle):
        raise ParameterCheckError(
            f"LocalFileManager keeps files on the local disk; {file_handle!r} is no"
            " LocalFileHandle. Use the file manager that made it."
        )
    return file_handle


@resource(config_schema={"base_dir": Field(StringSource, is_required=False)})
def local_file_manager(context: InitResourceContext) -> Generator[LocalFileManager]:
    """Keep files in `base_dir`, or in `file_manager` of the instance's folder for values."""
    config = cast("Mapping[str, str]", context.resource_config)
    folder = config.get("base_dir") or os.path.join(
        storage_folder(context.instance), "file_manager"
    )
    manager = LocalFileManager(folder)
    try:
        yield manager
    finally:
        manager.delete_local_temp()
