"""`PickledObjectFilesystemIOManager`: pickles in a folder, one file for each value."""

from __future__ import annotations

import os
import pickle
import tempfile
from pathlib import Path, PurePosixPath
from typing import Protocol, runtime_checkable

from penstock.define.io_context import InputContext, OutputContext, storage_identifier
from penstock.errors import InvariantViolationError
from penstock.execute.io_managers.paths import PathIOManager, StorePath, coerce_to_relative_parts

_UP = {".": "%2E", "..": "%2E%2E"}


@runtime_checkable
class HasStorage(Protocol):
    """An instance, as far as a place for values matters."""

    def storage_directory(self) -> str:
        """Return the folder for values."""
        ...


def storage_folder(instance: object) -> str:
    """Return the folder that an instance has for values.

    Raises:
        InvariantViolationError: It has none, or there is no instance.
    """
    if isinstance(instance, HasStorage):
        return instance.storage_directory()
    raise InvariantViolationError(
        "There is no folder for values: the IO manager has no base_dir, and its context shows no"
        " instance. Set base_dir."
    )


class PickledObjectFilesystemIOManager(PathIOManager):
    """Keeps each value as a pickle at `<base_dir>/<key parts>[/<partition>]`.

    A value is written to a file beside its place and renamed, so a reader sees the old value or
    the new one and never half of either.

    Args:
        base_dir: The folder; made when the first value is stored.
    """

    def __init__(self, base_dir: str | os.PathLike[str]) -> None:
        self.base_dir: Path = Path(base_dir)
        self._base_path = self.base_dir

    def dump_to_path(self, context: OutputContext, obj: object, path: StorePath) -> None:
        """Write a value to its file.

        Raises:
            InvariantViolationError: It cannot be pickled.
        """
        write_atomically(Path(str(path)), _pickled(context, obj))

    def load_from_path(self, context: InputContext, path: StorePath) -> object:
        """Read a value from its file."""
        with Path(str(path)).open("rb") as file:
            return pickle.load(file)  # noqa: S301 - written by ourselves

    def make_directory(self, path: StorePath) -> None:
        """Leave folders to be made with the file, so that a value that fails leaves none."""

    def make_safe_partition_path(self, base_path: StorePath, partition: str) -> StorePath:
        """Return a path below a base path, whatever the partition key is like."""
        parts = coerce_to_relative_parts(PurePosixPath(partition))
        return base_path.joinpath(*(_UP.get(part, part) for part in parts))


def _pickled(context: OutputContext, obj: object) -> bytes:
    try:
        return pickle.dumps(obj, protocol=pickle.HIGHEST_PROTOCOL)
    except RecursionError as error:
        raise _unpicklable(context, obj, "exceeds the recursion limit and is not picklable") from (
            error
        )
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise _unpicklable(context, obj, "is not picklable") from error


def _unpicklable(context: OutputContext, obj: object, told: str) -> InvariantViolationError:
    return InvariantViolationError(
        f"The value of '{'/'.join(storage_identifier(context))}' ({type(obj).__name__}) {told}."
        " Return something that is, or use another IO manager."
    )


def write_atomically(path: Path, data: bytes) -> None:
    """Put a file in place whole: written beside its place, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
