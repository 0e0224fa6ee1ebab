"""IO managers of the function style: `fs_io_manager`, `custom_path_fs_io_manager` and more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from penstock.config.resource_context import InitResourceContext
from penstock.config.scalars import StringSource
from penstock.config.schema import Field
from penstock.define.io_context import InputContext, OutputContext
from penstock.define.io_manager import IOManager, io_manager
from penstock.errors import InvariantViolationError
from penstock.execute.io_managers.filesystem import (
    PickledObjectFilesystemIOManager,
    storage_folder,
)
from penstock.execute.io_managers.memory import InMemoryIOManager


@io_manager(config_schema={"base_dir": Field(StringSource, is_required=False)})
def fs_io_manager(context: InitResourceContext) -> IOManager:
    """Keep each value as a pickle below `base_dir`, or below the folder of the instance."""
    folder = _config_of(context).get("base_dir") or storage_folder(context.instance)
    return PickledObjectFilesystemIOManager(str(folder))


@io_manager(config_schema={"base_dir": StringSource})
def custom_path_fs_io_manager(context: InitResourceContext) -> IOManager:
    """Keep each value as a pickle at the `path` of its output's metadata, below `base_dir`."""
    return CustomPathIOManager(str(_config_of(context)["base_dir"]))


@io_manager
def mem_io_manager() -> IOManager:
    """Keep values in memory for as long as the run lasts."""
    return InMemoryIOManager()


class CustomPathIOManager(PickledObjectFilesystemIOManager):
    """Keeps each value as a pickle at the `path` of its output's metadata.

    Args:
        base_dir: The folder that paths begin in.
    """

    def _get_path_without_extension(self, context: InputContext | OutputContext) -> Path:
        output = context.upstream_output if isinstance(context, InputContext) else context
        path = output.definition_metadata.get("path") if output is not None else None
        if not isinstance(path, str):
            raise InvariantViolationError(
                "The IO manager custom_path_fs_io_manager stores a value at the 'path' of its"
                " output's metadata, and there is none. Write metadata={'path': ...} on the Out or"
                " the asset."
            )
        return self.base_dir / path


def _config_of(context: InitResourceContext) -> Mapping[str, object]:
    return cast("Mapping[str, object]", context.resource_config)
