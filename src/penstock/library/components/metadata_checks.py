"""A component of checks of metadata: the columns of tables, or bounds of a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from penstock.define.assets_definition import AssetChecksDefinition
from penstock.define.definitions import Definitions
from penstock.define.result import AssetCheckSeverity
from penstock.library.check_builders import (
    build_column_schema_change_checks,
    build_metadata_bounds_checks,
)
from penstock.library.components.component import Component
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.resolution import ResolutionContext
from penstock.library.components.resolvable import Resolvable
from penstock.library.components.resolver import Resolver
from penstock.library.components.specs import ResolvedAssetKey
from penstock.model.keys import AssetKey


def _severity(context: ResolutionContext, severity: str) -> AssetCheckSeverity:
    return AssetCheckSeverity(severity)


ResolvedAssetCheckSeverity = Annotated[
    AssetCheckSeverity,
    Resolver(_severity, model_field_type=str, description="How bad a failed check is."),
]


@dataclass(kw_only=True)
class ColumnSchemaChangeParams(Resolvable):
    """The columns are those of the materialization before."""

    type: Literal["column_schema_change"]
    severity: ResolvedAssetCheckSeverity = AssetCheckSeverity.WARN

    def build_checks(self, key: AssetKey) -> Sequence[AssetChecksDefinition]:
        """Return the checks of an asset."""
        return build_column_schema_change_checks(assets=[key], severity=self.severity)


@dataclass(kw_only=True)
class MetadataBoundsParams(Resolvable):
    """A number of the metadata is within bounds."""

    type: Literal["metadata_bounds"]
    metadata_key: str
    severity: ResolvedAssetCheckSeverity = AssetCheckSeverity.WARN
    min_value: int | float | None = None
    max_value: int | float | None = None
    exclusive_min: bool = False
    exclusive_max: bool = False

    def build_checks(self, key: AssetKey) -> Sequence[AssetChecksDefinition]:
        """Return the checks of an asset."""
        return build_metadata_bounds_checks(
            assets=[key],
            severity=self.severity,
            metadata_key=self.metadata_key,
            min_value=self.min_value,
            max_value=self.max_value,
            exclusive_min=self.exclusive_min,
            exclusive_max=self.exclusive_max,
        )


@dataclass(kw_only=True)
class MetadataCheck(Resolvable):
    """Checks of one asset."""

    key: ResolvedAssetKey
    params: ColumnSchemaChangeParams | MetadataBoundsParams


@dataclass(kw_only=True)
class MetadataChecksComponent(Component, Resolvable):
    """Checks that look at the metadata of assets.

    Attributes:
        checks: The assets, each with what is looked at.
    """

    checks: Sequence[MetadataCheck]

    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Return the checks."""
        found = [made for check in self.checks for made in check.params.build_checks(check.key)]
        return Definitions(asset_checks=found)
