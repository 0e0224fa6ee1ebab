"""Changing the specs of many definitions at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.rewriting import mapped
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetSpec
from penstock.errors import InvariantViolationError


def map_asset_specs(
    func: Callable[[AssetSpec], AssetSpec], iterable: Iterable[AssetsDefinition | AssetSpec]
) -> Sequence[AssetsDefinition | AssetSpec]:
    """Return specs and definitions with each spec replaced by what a function makes of it.

    Args:
        func: Makes a spec of a spec; it must keep the key and what values are loaded of.
        iterable: Specs, and definitions of assets.

    Raises:
        InvariantViolationError: Something is neither.

    Example:
        >>> specs = map_asset_specs(
        ...     lambda spec: spec.replace_attributes(group_name="raw"), [AssetSpec("orders")]
        ... )
        >>> [spec.group_name for spec in specs]
        ['raw']
    """
    return [_mapped(func, each) for each in iterable]


def _mapped(
    func: Callable[[AssetSpec], AssetSpec], thing: AssetsDefinition | AssetSpec
) -> AssetsDefinition | AssetSpec:
    if isinstance(thing, AssetSpec):
        return mapped(func, ())(thing)
    if isinstance(thing, AssetsDefinition):  # pyright: ignore[reportUnnecessaryIsInstance]
        return thing.map_asset_specs(func) if thing.has_keys else thing
    kind = "SourceAsset" if isinstance(thing, SourceAsset) else type(thing).__name__
    raise InvariantViolationError(
        f"map_asset_specs takes AssetSpecs and definitions of assets, not the {kind} {thing!r}. "
        "Use an AssetSpec for an asset that is made elsewhere."
    )
