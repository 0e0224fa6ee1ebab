"""`UPathFileManager`: files that steps hand to each other, on any file system that fsspec knows.

Needs the extra `upath`; for S3 `s3fs` too.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Generator, Mapping
from typing import IO, TYPE_CHECKING, Any, cast

from penstock.base.clock import SystemClock
from penstock.base.ids import IdSource, SystemIds
from penstock.config.resource_context import InitResourceContext
from penstock.config.scalars import StringSource
from penstock.config.schema import Field, Permissive
from penstock.define.resource import resource
from penstock.errors import ParameterCheckError
from penstock.library.file_manager import (
    CopyingFileManager,
    FileHandle,
    PathFileHandle,
    encoding_for,
    suffix_for,
)

if TYPE_CHECKING:
    from upath import UPath


class UPathFileHandle(PathFileHandle):
    """A file on any file system; its path is an address, like `s3://bucket/files/a.csv`."""


class UPathFileManager(CopyingFileManager):
    """Keeps files on a file system such as S3, GCS or Azure.

    Args:
        base_path: Where, as an address: `s3://bucket/files`.
        storage_options: Options for fsspec: credentials, an endpoint.
        ids: Names files; the default makes names that nobody else makes.

    Example:
        >>> files = UPathFileManager("memory://files")
        >>> handle = files.write_data(b"42", ext="txt")
        >>> files.read_data(handle)
        b'42'
    """

    def __init__(
        self,
        base_path: str | os.PathLike[str],
        *,
        storage_options: Mapping[str, object] | None = None,
        ids: IdSource | None = None,
    ) -> None:
        super().__init__()
        self._ids = ids or SystemIds(SystemClock())
        self._options = dict(storage_options or {})
        self._base = self._path_of(base_path)

    @property
    def base_path(self) -> str:
        """Where the files are kept."""
        return str(self._base)

    def read(self, file_handle: FileHandle, mode: str = "rb") -> IO[bytes] | IO[str]:
        """Open a file; close it after use, as a `with` does."""
        encoding = encoding_for(mode, "rb", "r")
        return cast("IO[bytes] | IO[str]", self._path(file_handle).open(mode, encoding=encoding))

    def read_data(self, file_handle: FileHandle) -> bytes:
        """Return the content of a file."""
        return self._path(file_handle).read_bytes()

    def write(
        self, file_obj: IO[bytes] | IO[str], mode: str = "wb", ext: str | None = None
    ) -> UPathFileHandle:
        """Keep what is left to read in an open file."""
        encoding = encoding_for(mode, "wb", "w")
        path = self._new_path(ext)
        with path.open("wb") as kept:
            if encoding is None:
                shutil.copyfileobj(cast("IO[bytes]", file_obj), cast("IO[bytes]", kept))
            else:
                text = io.TextIOWrapper(cast("IO[bytes]", kept), encoding=encoding, newline="")
                shutil.copyfileobj(cast("IO[str]", file_obj), text)
                text.flush()
                text.detach()
        return UPathFileHandle(str(path))

    def write_data(self, data: bytes, ext: str | None = None) -> UPathFileHandle:
        """Keep bytes as a file."""
        path = self._new_path(ext)
        path.write_bytes(data)
        return UPathFileHandle(str(path))

    def _new_path(self, ext: str | None) -> UPath:
        suffix = suffix_for(ext)
        if self._base.protocol in ("", "file", "local"):
            self._base.mkdir(parents=True, exist_ok=True)
        return self._base / f"{self._ids.new_id()}{suffix}"

    def _path(self, file_handle: FileHandle) -> UPath:
        if not isinstance(file_handle, UPathFileHandle):
            raise ParameterCheckError(
                f"{file_handle!r} is no UPathFileHandle. Use the file manager that made it."
            )
        return self._path_of(file_handle.path)

    def _path_of(self, address: str | os.PathLike[str]) -> UPath:
        from upath import UPath  # noqa: PLC0415 - of the extra 'upath'

        return UPath(
            address if isinstance(address, UPath) else os.fspath(address),
            **cast("dict[str, Any]", self._options),
        )


@resource(
    config_schema={
        "base_path": StringSource,
        "storage_options": Field(Permissive(), is_required=False),
    }
)
def upath_file_manager(context: InitResourceContext) -> Generator[UPathFileManager]:
    """Keep files at `base_path`, an address like `s3://bucket/files`."""
    config = cast("Mapping[str, object]", context.resource_config)
    options = cast("Mapping[str, object]", config.get("storage_options") or {})
    manager = UPathFileManager(str(config["base_path"]), storage_options=options)
    try:
        yield manager
    finally:
        manager.delete_local_temp()
