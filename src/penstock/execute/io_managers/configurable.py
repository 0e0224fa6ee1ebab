"""`FilesystemIOManager`: pickles in a folder that is configured by a field.

Apart from the IO manager itself, because fields need pydantic, and the default does without.
"""

from __future__ import annotations

import os

from penstock.define.io_context import InputContext, OutputContext
from penstock.define.pythonic import ConfigurableIOManager
from penstock.execute.io_managers.filesystem import PickledObjectFilesystemIOManager, storage_folder


class FilesystemIOManager(ConfigurableIOManager):
    """Keeps each value as a pickle at `<base_dir>/<key parts>[/<partition>]`.

    Example:
        >>> FilesystemIOManager(base_dir="/data")
        FilesystemIOManager(base_dir='/data')
    """

    base_dir: str | None = None
    """The folder; that of the instance if it is left out."""

    def __init__(self, base_dir: str | os.PathLike[str] | None = None) -> None:
        folder = os.fspath(base_dir) if isinstance(base_dir, os.PathLike) else base_dir
        super().__init__(**({} if folder is None else {"base_dir": folder}))

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Store a value."""
        self._files.handle_output(context, obj)

    def load_input(self, context: InputContext) -> object:
        """Return the value; for several partitions a dictionary by partition key."""
        return self._files.load_input(context)

    @property
    def _files(self) -> PickledObjectFilesystemIOManager:
        folder = self.base_dir
        if folder is None:
            folder = storage_folder(self.get_resource_context().instance)
        return PickledObjectFilesystemIOManager(folder)
