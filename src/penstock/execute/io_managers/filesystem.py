"""`FilesystemIOManager`: pickles in a folder, one file for each value."""

from __future__ import annotations

import os
import pickle
import tempfile
from pathlib import Path

from penstock.define.io_manager import InputContext, IOManager, OutputContext
from penstock.errors import InvariantViolationError


class FilesystemIOManager(IOManager):
    """Keeps each value as a pickle at `<base_dir>/<key parts>[/<partition>]`.

    A value is written to a file beside its place and renamed, so a reader sees the old value or
    the new one and never half of either.

    Args:
        base_dir: The folder; made when the first value is stored.
    """

    def __init__(self, base_dir: str | os.PathLike[str]) -> None:
        self.base_dir = Path(base_dir)

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Store a value.

        Raises:
            InvariantViolationError: The value cannot be pickled, or is of several partitions.
        """
        if len(context.asset_partition_keys) > 1:
            raise InvariantViolationError(
                f"FilesystemIOManager does not support persisting an output associated with "
                f"multiple partitions (asset '{context.asset_key}'). Store the partitions in the "
                "asset's function and return nothing."
            )
        path = self.path_of(context)
        try:
            data = pickle.dumps(obj, protocol=pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise InvariantViolationError(
                f"The value of '{'/'.join(context.get_identifier())}' ({type(obj).__name__}) is "
                "not picklable. Return something that is, or use another IO manager."
            ) from error
        write_atomically(path, data)
        context.add_output_metadata({"path": path})

    def load_input(self, context: InputContext) -> object:
        """Return the value; for several partitions a dictionary by partition key.

        Raises:
            InvariantViolationError: There is no such value.
        """
        keys = context.asset_partition_keys
        if len(keys) <= 1:
            return self._load(self.path_of(context))
        folder = self.base_dir.joinpath(*context.asset_key.parts)
        may_miss = context.definition_metadata.get("allow_missing_partitions") is True
        found = {key: folder / key for key in keys}
        return {k: self._load(p) for k, p in found.items() if not may_miss or p.exists()}

    def path_of(self, context: InputContext | OutputContext) -> Path:
        """Return where the value of a context is."""
        return self.base_dir.joinpath(*context.get_identifier())

    def _load(self, path: Path) -> object:
        try:
            with path.open("rb") as file:
                return pickle.load(file)  # noqa: S301 - written by ourselves
        except (FileNotFoundError, IsADirectoryError) as error:
            raise InvariantViolationError(
                f"There is no stored value at {path}. Materialize the upstream asset first."
            ) from error


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
