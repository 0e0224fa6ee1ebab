"""`UPathIOManager`: files on any file system that `universal_pathlib` knows: S3, GCS, and others.

Needs the extra `upath`. Everything but the kind of path is in `execute.io_managers.paths`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from penstock.execute.io_managers.paths import IOContext, PathIOManager, StorePath

if TYPE_CHECKING:
    from upath import UPath


class UPathIOManager(PathIOManager):
    """Subclass to store values in files of any store; define `dump_to_path` and `load_from_path`.

    A `load_from_path` that is `async` loads several partitions at the same time.

    Args:
        base_path: What all paths are below; the working directory if None. A subclass that is
            also a `ConfigurableIOManager` sets `_base_path` when it is set up.
    """

    def __init__(self, base_path: StorePath | None = None) -> None:
        self._base_path = base_path or _path(".")

    @property
    def fs(self) -> object:
        """The file system of the base path, of `fsspec`."""
        return cast("UPath", self._base_path).fs

    @property
    def storage_options(self) -> Mapping[str, object]:
        """What the file system was opened with."""
        return cast("UPath", self._base_path).storage_options

    def get_asset_relative_path(self, context: IOContext) -> UPath:
        """Return where an asset is, below the base path. Override when needed."""
        return _path(*context.asset_key.parts)

    def get_op_output_relative_path(self, context: IOContext) -> UPath:
        """Return where an output of no asset is, below the base path. Override when needed."""
        return _path(*context.get_identifier())


def _path(*parts: str) -> UPath:
    from upath import UPath  # noqa: PLC0415 - of the extra 'upath'

    return UPath(*parts)
