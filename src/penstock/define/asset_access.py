"""What contexts say about the assets of a step: those that it makes, and those that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.base.text import listed
from penstock.define.result import DataProvenance
from penstock.errors import InvalidPropertyError, InvariantViolationError
from penstock.model.keys import AssetCheckKey, AssetKey

if TYPE_CHECKING:
    from penstock.define.scope import StepScope

DEFAULT_OUTPUT = "result"


class AssetAccess:
    """The members of a context that are about assets."""

    __slots__ = ()

    if TYPE_CHECKING:
        _scope: StepScope

    @property
    def is_subset(self) -> bool:
        """Whether the run asks for a part of the step's assets or of the job's ops only."""
        return self._scope.is_subset

    @property
    def has_assets_def(self) -> bool:
        """Whether the step makes assets."""
        return self._scope.assets_def is not None

    @property
    def assets_def(self) -> object:
        """The definition of the step's assets.

        Raises:
            InvalidPropertyError: It makes none.
        """
        found = self._scope.assets_def
        if found is None:
            raise InvalidPropertyError(
                f"Step '{self._scope.step_key}' makes no assets, so its context has no assets_def. "
                "Ask context.has_assets_def first."
            )
        return found

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the step makes.

        Raises:
            InvalidPropertyError: It makes none.
            InvariantViolationError: It makes several.
        """
        keys = list(self._scope.assets.values())
        if not keys:
            raise InvalidPropertyError(
                f"Step '{self._scope.step_key}' makes no assets, so its context has no asset_key. "
                "Ask context.has_assets_def first."
            )
        if len(keys) != 1:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' makes {len(keys)} assets; use "
                "context.asset_key_for_output(name) or context.selected_asset_keys."
            )
        return keys[0]

    def asset_key_for_output(self, output_name: str = DEFAULT_OUTPUT) -> AssetKey:
        """Return the asset that an output carries.

        Raises:
            InvariantViolationError: It carries none.
        """
        key = self._scope.assets.get(output_name)
        if key is None:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' makes no asset with output '{output_name}'. "
                f"Outputs that carry one: {listed([*self._scope.assets]) or 'none'}."
            )
        return key

    def output_for_asset_key(self, asset_key: AssetKey) -> str:
        """Return the output that carries an asset.

        Raises:
            InvariantViolationError: None does.
        """
        for output, key in self._scope.assets.items():
            if key == asset_key:
                return output
        raise InvariantViolationError(
            f"Step '{self._scope.step_key}' has no output for asset '{asset_key}'."
        )

    def asset_key_for_input(self, input_name: str) -> AssetKey:
        """Return the asset that an input is loaded from.

        Raises:
            InvariantViolationError: It is loaded from none.
        """
        key = self._scope.input_assets.get(input_name)
        if key is None:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' loads no asset for input '{input_name}'. Inputs "
                f"that it loads one for: {listed([*self._scope.input_assets]) or 'none'}."
            )
        return key

    @property
    def selected_asset_keys(self) -> set[AssetKey]:
        """The assets that this run asks the step for."""
        return set(self._scope.assets.values())

    @property
    def selected_output_names(self) -> set[str]:
        """The outputs that this run has a use for."""
        return set(self._scope.selected_output_names)

    @property
    def selected_asset_check_keys(self) -> set[AssetCheckKey]:
        """The checks that this run asks the step for."""
        return set(self._scope.checks)

    def get_asset_provenance(self, asset_key: AssetKey) -> DataProvenance | None:
        """Return what the newest version of an asset's data was made of."""
        return self._scope.provenance(asset_key)

    def load_asset_value(
        self,
        asset_key: AssetKey,
        *,
        python_type: type | None = None,
        partition_key: str | None = None,
    ) -> object:
        """Load the value of an asset by its IO manager.

        Args:
            asset_key: The asset.
            python_type: What the IO manager is told that is wanted.
            partition_key: The partition to load.
        """
        key = AssetKey.from_coercible(asset_key)
        return self._scope.load_asset_value(
            key, python_type=python_type, partition_key=partition_key
        )
