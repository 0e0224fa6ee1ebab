"""Components whose definitions follow from something outside, fetched once and kept by key."""

from __future__ import annotations

import inspect
import re
import shutil
import tempfile
from abc import abstractmethod
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from penstock.define.definitions import Definitions
from penstock.library.components.component import Component
from penstock.library.components.form import ComponentFormConfig
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.resolvable import Model
from penstock.library.components.resolver import Resolver

_FOLDER = ".local_defs_state"


class DefsStateManagementType(Enum):
    """Where state is kept.

    LOCAL_FILESYSTEM and VERSIONED_STATE_STORAGE keep it in the project;
    LEGACY_CODE_SERVER_SNAPSHOTS fetches it at each load and keeps nothing.
    """

    LOCAL_FILESYSTEM = "LOCAL_FILESYSTEM"
    VERSIONED_STATE_STORAGE = "VERSIONED_STATE_STORAGE"
    LEGACY_CODE_SERVER_SNAPSHOTS = "LEGACY_CODE_SERVER_SNAPSHOTS"


class DefsStateConfigArgs(Model):
    """What a file says about the state of a component.

    Attributes:
        key: The name of the state; the component's own if None.
        management_type: Where it is kept.
        refresh_if_dev: Whether state that is not there is fetched when the component is loaded.
    """

    key: str | None = Field(default=None, description="The name of the state.")
    management_type: DefsStateManagementType = Field(description="Where the state is kept.")
    refresh_if_dev: bool = Field(
        default=True, description="Whether state that is not there is fetched on load."
    )

    @classmethod
    def local_filesystem(cls) -> DefsStateConfigArgs:
        """Return the choice to keep state in the project."""
        return cls(management_type=DefsStateManagementType.LOCAL_FILESYSTEM)

    @classmethod
    def versioned_state_storage(cls) -> DefsStateConfigArgs:
        """Return the choice to keep state in versions."""
        return cls(management_type=DefsStateManagementType.VERSIONED_STATE_STORAGE)

    @classmethod
    def legacy_code_server_snapshots(cls) -> DefsStateConfigArgs:
        """Return the choice to fetch state at each load."""
        return cls(management_type=DefsStateManagementType.LEGACY_CODE_SERVER_SNAPSHOTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefsStateConfig:
    """How the state of one component is kept."""

    key: str
    management_type: DefsStateManagementType
    refresh_if_dev: bool

    @classmethod
    def from_args(cls, args: DefsStateConfigArgs, default_key: str) -> DefsStateConfig:
        """Return what a file says, with the component's own key where it says none."""
        return cls(
            key=args.key or default_key,
            management_type=args.management_type,
            refresh_if_dev=args.refresh_if_dev,
        )


ResolvedDefsStateConfig = Annotated[
    DefsStateConfigArgs,
    Resolver.default(
        description="How the state of the component is kept.",
        form_config=ComponentFormConfig(hidden=True),
    ),
]


class StateBackedComponent(Component):
    """A component whose definitions follow from state, such as the tables of a database.

    The state is fetched into a file or folder and kept below `.local_defs_state` of the project, so
    that loading does not depend on the outside. `refresh_state` fetches it anew.
    """

    @property
    @abstractmethod
    def defs_state_config(self) -> DefsStateConfig:
        """How the state is kept."""

    @abstractmethod
    def write_state_to_path(self, state_path: Path) -> Awaitable[None] | None:
        """Fetch the state into a file or folder; may be a coroutine."""

    @abstractmethod
    def build_defs_from_state(
        self, context: ComponentLoadContext, state_path: Path | None
    ) -> Definitions:
        """Return the definitions that follow from the state; None means that there is none."""

    async def refresh_state(self, project_root: Path) -> str:
        """Fetch the state and keep it; return its key.

        The old state stays until the new one is complete.
        """
        kept = state_path_of(self.defs_state_config.key, project_root)
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            fetched = Path(folder) / "state"
            writing = self.write_state_to_path(fetched)
            if inspect.isawaitable(writing):
                await writing
            if kept.is_dir():
                shutil.rmtree(kept)
            fetched.replace(kept)
        return self.defs_state_config.key

    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Return the definitions that follow from the state, which is fetched if need be."""
        config = self.defs_state_config
        kept = state_path_of(config.key, context.project_root)
        is_kept = config.management_type is not DefsStateManagementType.LEGACY_CODE_SERVER_SNAPSHOTS
        if not is_kept or (not kept.exists() and config.refresh_if_dev):
            import asyncio  # noqa: PLC0415 - 50 ms that only state-backed components need to pay

            asyncio.run(self.refresh_state(context.project_root))
        return self.build_defs_from_state(context, kept if kept.exists() else None)


def state_path_of(key: str, project_root: Path) -> Path:
    """Return where the state of a key is kept."""
    return project_root / _FOLDER / re.sub(r"[^A-Za-z0-9_.\-]", "_", key) / "state"
