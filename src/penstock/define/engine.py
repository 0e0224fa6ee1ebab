"""What definitions ask of the layers above them: to be run, and to have stored values loaded.

Owns the shapes only. `upcalls.engine()` returns what has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from penstock.model.keys import AssetKey

if TYPE_CHECKING:
    from penstock.config.run_config import RunConfig
    from penstock.execute.result import ExecuteInProcessResult


class ValueLoader(Protocol):
    """What loads stored values of assets, one after another."""

    def __enter__(self) -> ValueLoader:
        """Keep IO managers open until the end of the block."""
        ...

    def __exit__(self, *details: object) -> None:
        """Release the IO managers."""
        ...

    def load_asset_value(
        self,
        asset_key: AssetKey,
        *,
        python_type: object = None,
        partition_key: str | None = None,
        input_definition_metadata: Mapping[str, object] | None = None,
        resource_config: Mapping[str, object] | None = None,
    ) -> object:
        """Load the value of an asset."""
        ...


class Engine(Protocol):
    """What runs definitions."""

    def ephemeral_instance(self) -> object:
        """Return an instance in memory, for a context built by hand."""
        ...

    def execute_in_process(
        self,
        job: object,
        *,
        run_config: Mapping[str, object] | RunConfig | None,
        instance: object,
        partition_key: str | None,
        raise_on_error: bool,
        op_selection: Sequence[str] | None,
        asset_selection: Sequence[AssetKey] | None,
        run_id: str | None,
        input_values: Mapping[str, object] | None,
        tags: Mapping[str, str],
        resources: Mapping[str, object] | None,
    ) -> ExecuteInProcessResult:
        """Run a job in this process; `job` is a `JobDefinition`."""
        ...

    def value_loader(self, loaded: object, instance: object) -> ValueLoader:
        """Return what loads stored values outside a run; `loaded` are `LoadedDefinitions`."""
        ...
