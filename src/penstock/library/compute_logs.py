"""`UPathComputeLogManager`: captured output of steps on any file system that fsspec knows.

What steps write is kept in local files while they run, and copied when they end; every now and then
before that too, under names with `.partial`, if it is asked for. Who reads elsewhere gets the copy,
who reads where the step runs the local file. Needs the extra `upath`; for S3 `s3fs` too.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, cast

from penstock.config.alternatives import Noneable
from penstock.config.configurable_class import ConfigurableClassData
from penstock.config.scalars import StringSource
from penstock.config.schema import ConfigSchema, Field, Permissive
from penstock.store.compute_log_manager import LogKey
from penstock.store.compute_logs import LocalComputeLogManager, name_of
from penstock.store.log_files import LogFiles, with_ending
from penstock.store.log_values import CapturedLogMetadata, ComputeIOType, whole_characters

if TYPE_CHECKING:
    from upath import UPath

_STREAMS: Final = (ComputeIOType.STDOUT, ComputeIOType.STDERR)


class _FileSystem(Protocol):
    """The part of an fsspec file system that is used."""

    def put_file(self, lpath: str, rpath: str) -> None: ...
    def pipe_file(self, path: str, value: bytes) -> None: ...
    def cat_file(self, path: str, start: int | None = None, end: int | None = None) -> bytes: ...
    def info(self, path: str) -> Mapping[str, object]: ...
    def exists(self, path: str) -> bool: ...
    def makedirs(self, path: str, exist_ok: bool = False) -> None: ...  # noqa: FBT001, FBT002 - fsspec's signature
    def ls(self, path: str, detail: bool = True) -> Sequence[str]: ...  # noqa: FBT001, FBT002 - fsspec's signature
    def rm(self, path: str, recursive: bool = False) -> None: ...  # noqa: FBT001, FBT002 - fsspec's signature
    def invalidate_cache(self, path: str | None = None) -> None: ...


class UPathComputeLogManager(LocalComputeLogManager):
    """Keeps captured output on a file system such as S3, GCS or Azure.

    Args:
        base_path: Where, as an address: `s3://bucket/logs`, or a folder.
        prefix: A folder below it, in which everything is kept.
        upload_interval: After how many seconds what was written so far is copied, and again; only
            at the end if None.
        local_dir: Where output is kept while steps run; a temporary folder if None.
        storage_options: Options for fsspec: credentials, an endpoint.
        polling_timeout: How often a subscription looks for more, in seconds.
        inst_data: What settings it was made of.

    In `penstock.yaml`:

        compute_logs:
          module: penstock.library.compute_logs
          class: UPathComputeLogManager
          config: {base_path: "s3://bucket/logs", upload_interval: 30}
    """

    def __init__(
        self,
        base_path: str | os.PathLike[str],
        *,
        prefix: str = "",
        upload_interval: float | None = None,
        local_dir: str | os.PathLike[str] | None = None,
        storage_options: Mapping[str, object] | None = None,
        polling_timeout: float | None = None,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        from upath import UPath  # noqa: PLC0415 - of the extra 'upath'

        if local_dir is None:
            local_dir = tempfile.mkdtemp(prefix="penstock-logs-")
            weakref.finalize(self, shutil.rmtree, local_dir, ignore_errors=True)
        super().__init__(local_dir, polling_timeout, inst_data)
        address = base_path if isinstance(base_path, UPath) else os.fspath(base_path)
        self._remote: UPath = UPath(
            address, **cast("dict[str, Any]", storage_options or {})
        ).joinpath(*(part for part in prefix.split("/") if part))
        self.upload_interval = upload_interval
        self._open: dict[tuple[str, ...], LogFiles] = {}
        self._lock = threading.Lock()
        self._disposed = threading.Event()
        self._uploader: threading.Thread | None = None

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {
            "base_path": StringSource,
            "prefix": Field(StringSource, is_required=False, default_value=""),
            "upload_interval": Field(Noneable(float), is_required=False, default_value=None),
            "local_dir": Field(Noneable(StringSource), is_required=False, default_value=None),
            "storage_options": Field(Permissive(), is_required=False),
            "polling_timeout": Field(Noneable(float), is_required=False, default_value=None),
        }

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, object]
    ) -> Self:
        """Make it of a config."""
        return cls(inst_data=inst_data, **config_value)  # pyright: ignore[reportArgumentType] - checked by the schema

    @property
    def _fs(self) -> _FileSystem:
        return cast("_FileSystem", self._remote.fs)

    def _address(self, log_key: LogKey, ending: str = "") -> str:
        path = self._remote.joinpath(*map(name_of, log_key)).path
        return f"{path}.{ending}" if ending else path

    def files_of(self, log_key: LogKey) -> LogFiles | None:
        """Return what takes the output of a log, and copy it from now on."""
        files = super().files_of(log_key)
        if files is not None:
            with self._lock:
                self._open[tuple(log_key)] = files
                if self.upload_interval and self._uploader is None:
                    self._uploader = threading.Thread(
                        target=self._upload_now_and_then, name="penstock-log-upload", daemon=True
                    )
                    self._uploader.start()
        return files

    def finish(self, log_key: LogKey, files: LogFiles) -> None:
        """Finish the files, and copy them if there are any."""
        super().finish(log_key, files)
        with self._lock:
            self._open.pop(tuple(log_key), None)

    def complete(self, log_key: LogKey) -> None:
        """Copy what was written, and say that it is all; where that fails, the local files stay.

        Raises:
            OSError: It cannot be copied.
        """
        super().complete(log_key)
        for stream in _STREAMS:
            self._upload(log_key, stream.value, stream.value)
        mark = self._address(log_key, ComputeIOType.COMPLETE.value)
        self._write(mark, lambda: self._fs.pipe_file(mark, b""))
        with self._lock:
            self._open.pop(tuple(log_key), None)
        self._delete_copies(log_key, [f"{stream.value}.partial" for stream in _STREAMS])
        super().delete_logs(log_key)

    def _upload_now_and_then(self) -> None:
        while not self._disposed.wait(self.upload_interval):
            for key, files in list(self._open.items()):
                files.flush()
                for stream in _STREAMS:
                    # It is tried again next time, and at the end, where a failure is told of.
                    with contextlib.suppress(Exception):
                        self._upload(key, stream.value, f"{stream.value}.partial")

    def _upload(self, log_key: LogKey, ending: str, remote_ending: str) -> None:
        local = with_ending(self.stem_of(log_key), ending)
        if not local.exists():
            return
        address = self._address(log_key, remote_ending)
        self._write(address, lambda: self._fs.put_file(str(local), address))

    def _write(self, address: str, write: Callable[[], None]) -> None:
        """Write to an address; its folder is made where it is one, and is missing."""
        try:
            write()
        except FileNotFoundError:
            self._fs.makedirs(address.rpartition("/")[0], exist_ok=True)
            write()

    def _delete_copies(self, log_key: LogKey, endings: Sequence[str]) -> None:
        for ending in endings:
            with contextlib.suppress(FileNotFoundError):
                self._fs.rm(self._address(log_key, ending))

    def is_capture_complete(self, log_key: LogKey) -> bool:
        """Tell whether nothing more will be written."""
        if tuple(log_key) in self._open:
            return False
        if super().is_capture_complete(log_key):
            return True
        return self._size(self._address(log_key, ComputeIOType.COMPLETE.value)) is not None

    def get_log_data_for_type(
        self, log_key: LogKey, io_type: ComputeIOType, offset: int, max_bytes: int | None
    ) -> tuple[bytes | None, int]:
        """Return a piece of a stream: of the local file, or of the copy of all or of a part."""
        data, following = super().get_log_data_for_type(log_key, io_type, offset, max_bytes)
        if data is not None:
            return data, following
        for ending in (io_type.value, f"{io_type.value}.partial"):
            address = self._address(log_key, ending)
            size = self._size(address)
            if size is None:
                continue
            end = size if max_bytes is None else min(size, offset + max_bytes)
            data = self._range(address, offset, end)
            data = data if end == size and ending == io_type.value else whole_characters(data)
            return data, offset + len(data)
        return None, offset

    def _range(self, address: str, start: int, end: int) -> bytes:
        try:
            return self._fs.cat_file(address, start=start, end=end) if start < end else b""
        except OSError as error:
            if error.errno == errno.EINVAL:  # it was replaced just now, by something shorter
                return b""
            raise

    def _size(self, address: str) -> int | None:
        self._fs.invalidate_cache(address.rpartition("/")[0])
        try:
            return int(cast("int", self._fs.info(address)["size"] or 0))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def get_log_metadata(self, log_key: LogKey) -> CapturedLogMetadata:
        """Return the addresses of a log's files, and where the server offers them."""
        stem, local = self._remote.joinpath(*map(name_of, log_key)), super()
        urls = local.get_log_metadata(log_key)
        return urls._replace(stdout_location=f"{stem}.out", stderr_location=f"{stem}.err")

    def delete_logs(self, log_key: LogKey | None = None, prefix: LogKey | None = None) -> None:
        """Delete one log, or every one whose key begins with a prefix."""
        super().delete_logs(log_key, prefix)
        if log_key is not None:
            endings = [kind.value for kind in ComputeIOType]
            self._delete_copies(log_key, [*endings, *(f"{s.value}.partial" for s in _STREAMS)])
        elif prefix is not None:
            with contextlib.suppress(FileNotFoundError):
                self._fs.rm(self._address(prefix), recursive=True)

    def get_log_keys_for_log_key_prefix(
        self, log_key_prefix: LogKey, io_type: ComputeIOType
    ) -> Sequence[list[str]]:
        """Return the keys of the logs right below a prefix that have a stream."""
        found = {tuple(k) for k in super().get_log_keys_for_log_key_prefix(log_key_prefix, io_type)}
        folder = self._address(log_key_prefix)
        self._fs.invalidate_cache(folder)
        with contextlib.suppress(FileNotFoundError):
            for path in self._fs.ls(folder, detail=False):
                name = Path(path).name.removesuffix(".partial")
                if name.endswith(f".{io_type.value}"):
                    found.add((*log_key_prefix, name.removesuffix(f".{io_type.value}")))
        return [list(key) for key in sorted(found)]

    def dispose(self) -> None:
        """Copy no more."""
        self._disposed.set()
