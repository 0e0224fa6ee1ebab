"""`LocalComputeLogManager`: captured output of steps in the files of a folder; or nowhere.

The parts of a key are folders, and the last one names the files: `.out`, `.err` and `.complete`.
A part that is too long for a file's name is shortened, and a digest keeps it apart from others.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from penstock.base import streams
from penstock.config.configurable_class import ConfigurableClassData, Configured
from penstock.config.scalars import StringSource
from penstock.config.schema import ConfigSchema, Field
from penstock.errors import ParameterCheckError
from penstock.store.compute_log_manager import ComputeLogManager, LogKey
from penstock.store.log_files import LogFiles, opened_to_append, with_ending
from penstock.store.log_values import (
    CapturedLogContext,
    CapturedLogMetadata,
    ComputeIOType,
    whole_characters,
)

DEFAULT_POLLING_TIMEOUT: Final = 2.5
_LONGEST: Final = 200
_KEPT: Final = 120


class LocalComputeLogManager(ComputeLogManager, Configured):
    r"""Keeps captured output in files.

    Args:
        base_dir: The folder; made when something is first written.
        polling_timeout: How often a subscription looks for more, in seconds.
        inst_data: What settings it was made of.

    Example:
        >>> import tempfile
        >>> logs = LocalComputeLogManager(tempfile.mkdtemp())
        >>> with logs.capture_logs(["run1", "compute_logs", "orders"]):
        ...     print("42 rows")
        >>> logs.get_log_data(["run1", "compute_logs", "orders"]).stdout
        b'42 rows\n'
    """

    def __init__(
        self,
        base_dir: str | os.PathLike[str],
        polling_timeout: float | None = None,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        self._base_dir = Path(base_dir)
        self.polling_timeout: float = (
            DEFAULT_POLLING_TIMEOUT if polling_timeout is None else polling_timeout
        )
        self._inst_data = inst_data

    @property
    def base_dir(self) -> Path:
        """The folder."""
        return self._base_dir

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""
        return {
            "base_dir": StringSource,
            "polling_timeout": Field(
                float, is_required=False, default_value=DEFAULT_POLLING_TIMEOUT
            ),
        }

    def stem_of(self, log_key: LogKey) -> Path:
        """Return the path of a log's files, without their endings.

        Raises:
            ParameterCheckError: The key leads out of the folder, or names nothing.
        """
        return Path(self._stem_text(log_key))

    def _stem_text(self, log_key: LogKey) -> str:
        """Return the same as text; each attempt of a step asks, and few write anything."""
        if not log_key:
            raise ParameterCheckError("The key of a log is empty. Give at least one name.")
        return os.path.join(self._base_dir, *map(name_of, log_key))

    def get_captured_local_path(
        self,
        log_key: LogKey,
        extension: str,
        partial: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> str:
        """Return the path of a file of a log.

        Args:
            log_key: The log.
            extension: `out`, `err` or `complete`.
            partial: Whether the file with what has been written so far is meant.
        """
        ending = f"{extension}.partial" if partial else extension
        return str(with_ending(self.stem_of(log_key), ending))

    def files_of(self, log_key: LogKey) -> LogFiles | None:
        """Return what takes the output of a log; None where a subclass captures in its own way."""
        if type(self).capture_logs is not LocalComputeLogManager.capture_logs:
            return None
        return LogFiles(self._stem_text(log_key))

    def finish(self, log_key: LogKey, files: LogFiles) -> None:
        """Finish the files, and mark the log as complete if there is one."""
        files.close()
        if files.has_written:
            self.complete(log_key)

    @contextmanager
    def capture_logs(self, log_key: LogKey) -> Generator[CapturedLogContext]:
        """Keep what the code inside writes on its streams."""
        files = self.files_of(log_key) or LogFiles(self.stem_of(log_key))
        self.stem_of(log_key).parent.mkdir(parents=True, exist_ok=True)
        try:
            with (
                streams.capturing(descriptors_into=self.stem_of(log_key).parent),
                streams.into(files),
            ):
                yield CapturedLogContext(log_key)
        finally:
            files.close()
            self.complete(log_key)

    @contextmanager
    def open_log_stream(
        self, log_key: LogKey, io_type: ComputeIOType
    ) -> Generator[IO[bytes] | IO[str] | None]:
        """Open one stream of a log to add text to it."""
        path = with_ending(self.stem_of(log_key), io_type.value)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            yield file

    def complete(self, log_key: LogKey) -> None:
        """Say that nothing more will be written."""
        mark = with_ending(self.stem_of(log_key), ComputeIOType.COMPLETE.value)
        os.close(opened_to_append(mark))

    def is_capture_complete(self, log_key: LogKey) -> bool:
        """Tell whether nothing more will be written."""
        return with_ending(self.stem_of(log_key), ComputeIOType.COMPLETE.value).exists()

    def get_log_data_for_type(
        self, log_key: LogKey, io_type: ComputeIOType, offset: int, max_bytes: int | None
    ) -> tuple[bytes | None, int]:
        """Return a piece of a stream, and where the next one begins."""
        try:
            with with_ending(self.stem_of(log_key), io_type.value).open("rb") as file:
                file.seek(offset)
                data = file.read(-1 if max_bytes is None else max_bytes)
        except FileNotFoundError:
            return None, offset
        if max_bytes is not None or not self.is_capture_complete(log_key):
            data = whole_characters(data)
        return data, offset + len(data)

    def get_log_metadata(self, log_key: LogKey) -> CapturedLogMetadata:
        """Return the paths of a log's files, and where the server offers them."""
        stem, where = self.stem_of(log_key), "/".join(log_key)
        return CapturedLogMetadata(
            stdout_location=str(with_ending(stem, "out")),
            stderr_location=str(with_ending(stem, "err")),
            stdout_download_url=f"/logs/{where}/out",
            stderr_download_url=f"/logs/{where}/err",
        )

    def delete_logs(self, log_key: LogKey | None = None, prefix: LogKey | None = None) -> None:
        """Delete one log, or every one whose key begins with a prefix.

        Raises:
            ParameterCheckError: Neither is given, or both are.
        """
        if (log_key is None) == (prefix is None):
            raise ParameterCheckError(
                "delete_logs() was not told which logs to delete. Give log_key for one of them, or "
                "prefix for all below it, and not both."
            )
        if log_key is not None:
            for kind in ComputeIOType:
                with_ending(self.stem_of(log_key), kind.value).unlink(missing_ok=True)
        elif prefix is not None:
            shutil.rmtree(self.stem_of(prefix), ignore_errors=True)

    def get_log_keys_for_log_key_prefix(
        self, log_key_prefix: LogKey, io_type: ComputeIOType
    ) -> Sequence[list[str]]:
        """Return the keys of the logs right below a prefix that have a stream."""
        folder = self.stem_of(log_key_prefix)
        ending = f".{io_type.value}"
        try:
            names = sorted(os.listdir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [
            [*log_key_prefix, name.removesuffix(ending)] for name in names if name.endswith(ending)
        ]


class NoOpComputeLogManager(ComputeLogManager, Configured):
    """Keeps nothing: what steps write goes where it always goes."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data

    @contextmanager
    def capture_logs(self, log_key: LogKey) -> Generator[CapturedLogContext]:
        """Capture nothing."""
        yield CapturedLogContext(log_key)

    @contextmanager
    def open_log_stream(
        self, log_key: LogKey, io_type: ComputeIOType
    ) -> Generator[IO[bytes] | IO[str] | None]:
        """Open nothing."""
        del log_key, io_type
        yield None

    def is_capture_complete(self, log_key: LogKey) -> bool:
        """Tell that nothing more will be written."""
        del log_key
        return True

    def get_log_data_for_type(
        self, log_key: LogKey, io_type: ComputeIOType, offset: int, max_bytes: int | None
    ) -> tuple[bytes | None, int]:
        """Return nothing."""
        del log_key, io_type, offset, max_bytes
        return None, 0

    def get_log_metadata(self, log_key: LogKey) -> CapturedLogMetadata:
        """Return that a log is nowhere."""
        del log_key
        return CapturedLogMetadata()

    def delete_logs(self, log_key: LogKey | None = None, prefix: LogKey | None = None) -> None:
        """Delete nothing."""

    def get_log_keys_for_log_key_prefix(
        self, log_key_prefix: LogKey, io_type: ComputeIOType
    ) -> Sequence[list[str]]:
        """Return no keys."""
        del log_key_prefix, io_type
        return []


def default_compute_logs(home: Path | None) -> ComputeLogManager:
    """Return what keeps the output of steps where settings name nothing: files below the home."""
    return NoOpComputeLogManager() if home is None else LocalComputeLogManager(home / "logs")


def name_of(part: str) -> str:
    """Return the name of the folder or file of a part of a key.

    Raises:
        ParameterCheckError: It would lead out of its folder.
    """
    if part in ("", ".", "..") or "/" in part or "\\" in part or "\0" in part:
        raise ParameterCheckError(
            f"{part!r} cannot be a part of the key of a log. Use names without slashes."
        )
    if len(part.encode()) <= _LONGEST:
        return part
    digest = hashlib.sha256(part.encode()).hexdigest()[:32]
    return f"{part.encode()[:_KEPT].decode(errors='ignore')}-{digest}"
