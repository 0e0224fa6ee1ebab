"""What a part of an instance knows of it: the instance itself, once the part was made for one.

Owns the seam only. A part is told of its instance by `register_instance`, and holds it weakly: an
instance that nobody uses any more takes its parts with it.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Protocol

from penstock.base.clock import Clock
from penstock.base.ids import IdSource
from penstock.base.settings import Settings
from penstock.compat.runs import DagsterRun
from penstock.errors import InvariantViolationError
from penstock.settings.instance_ref import InstanceRef
from penstock.settings.values import InstanceSettings
from penstock.store.protocol import Store


class PartsOwner(Protocol):
    """What parts use of an instance."""

    store: Store
    settings: Settings
    clock: Clock
    ids: IdSource
    home: Path | None

    @property
    def config(self) -> InstanceSettings:
        """What was said about the instance."""
        ...

    def get_run_by_id(self, run_id: str) -> DagsterRun | None:
        """Return a run."""
        ...

    def get_ref(self) -> InstanceRef:
        """Return the instance as data, for another process to open."""
        ...

    def get_settings(self, settings_key: str) -> Mapping[str, object]:
        """Return a group of settings as they were written."""
        ...


class Registered:
    """A part that is told of the instance that it is made for."""

    _owner: weakref.ref[PartsOwner] | None = None
    _needs: ClassVar[str] = "Open an instance whose settings name it, or call register_instance()."

    def register_instance(self, instance: PartsOwner) -> None:
        """Tell the part which instance it belongs to."""
        self._owner = weakref.ref(instance)

    @property
    def has_instance(self) -> bool:
        """Whether the part belongs to an instance that is still there."""
        return self._owner is not None and self._owner() is not None

    @property
    def _instance(self) -> PartsOwner:
        """The instance; subclasses of users read it under this name.

        Raises:
            InvariantViolationError: The part belongs to none, or that is gone.
        """
        found = None if self._owner is None else self._owner()
        if found is None:
            raise InvariantViolationError(
                f"This {type(self).__name__} belongs to no instance. {self._needs}"
            )
        return found
