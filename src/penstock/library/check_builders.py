"""Checks of what materializations tell: bounds of a number, changes of a table's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penstock.define.assets_definition import AssetChecksDefinition
from penstock.define.result import AssetCheckResult, AssetCheckSeverity
from penstock.define.spec import AssetCheckSpec
from penstock.errors import InvalidDefinitionError
from penstock.instance import Instance
from penstock.library.check_targets import CheckedAsset, asset_keys, checks_of, latest_updates
from penstock.model.keys import AssetKey
from penstock.model.metadata import (
    FloatMetadataValue,
    IntMetadataValue,
    TableSchemaMetadataValue,
)
from penstock.model.table import TableSchema

_SCHEMA = "dagster/column_schema"


def build_column_schema_change_checks(
    *,
    assets: Sequence[CheckedAsset],
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
) -> Sequence[AssetChecksDefinition]:
    """Return checks that fail where the columns of a table are not those of the time before.

    The columns are the metadata `dagster/column_schema` of the last two materializations. With
    fewer than two, the check passes.

    Args:
        assets: The assets.
        severity: How bad a change is.
    """

    def evaluate(key: AssetKey, instance: Instance) -> AssetCheckResult:
        passed, why = _compare_schemas(key, instance)
        return AssetCheckResult(
            passed=passed,
            asset_key=key,
            check_name="column_schema_change",
            severity=severity,
            description=why,
        )

    specs = [
        AssetCheckSpec(
            "column_schema_change",
            asset=key,
            description="Checks whether the columns changed between the two most recent "
            "materializations",
        )
        for key in asset_keys(assets)
    ]
    return checks_of(specs, evaluate, name="column_schema_change")


def _compare_schemas(key: AssetKey, instance: Instance) -> tuple[bool, str]:
    records = latest_updates(instance, key, count=2)
    if len(records) < 2:
        return True, "The asset has been materialized fewer than 2 times"
    schemas: list[TableSchema] = []
    for which, record in zip(("Latest", "Previous"), records, strict=True):
        made = record.asset_materialization
        value = made.metadata.get(_SCHEMA) if made else None
        if not isinstance(value, TableSchemaMetadataValue):
            return False, f"{which} materialization has no column schema metadata"
        schemas.append(value.schema)
    changes = _changes(old=schemas[1], new=schemas[0])
    if not changes:
        return True, "No changes to column schema between previous and latest materialization"
    said = "\n\n".join(changes)
    return False, f"Column schema changed between previous and latest materialization.\n\n{said}"


def _changes(*, old: TableSchema, new: TableSchema) -> list[str]:
    before = {column.name: column.type for column in old.columns}
    after = {column.name: column.type for column in new.columns}
    said: list[str] = []
    added = [name for name in after if name not in before]
    removed = [name for name in before if name not in after]
    retyped = [name for name in after if name in before and before[name] != after[name]]
    if added:
        said.append(f"Added columns: {', '.join(added)}")
    if removed:
        said.append(f"Removed columns: {', '.join(removed)}")
    if retyped:
        lines = (f"- {name}: {before[name]} -> {after[name]}" for name in retyped)
        said.append("\n".join(["Column type changes:", *lines]))
    return said


def build_metadata_bounds_checks(
    *,
    assets: Sequence[CheckedAsset],
    metadata_key: str,
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    min_value: float | None = None,
    max_value: float | None = None,
    exclusive_min: bool = False,
    exclusive_max: bool = False,
) -> Sequence[AssetChecksDefinition]:
    """Return checks that fail where a number in the metadata is out of bounds.

    An asset that was never made, or without the number, fails as well.

    Args:
        assets: The assets.
        metadata_key: The key of the number in the newest materialization.
        severity: How bad it is.
        min_value: The lower bound; none if None.
        max_value: The upper bound; none if None.
        exclusive_min: Whether the lower bound itself is out.
        exclusive_max: Whether the upper bound itself is out.

    Raises:
        InvalidDefinitionError: There is no bound, or the lower one is above the upper one.
    """
    bounds = Bounds(min_value, max_value, exclusive_min, exclusive_max)
    bounds.check(metadata_key)
    name = "".join(c if c.isalnum() or c == "_" else "_" for c in f"{metadata_key}_bounds_check")

    def evaluate(key: AssetKey, instance: Instance) -> AssetCheckResult:
        passed, why = _judged(key, instance, metadata_key, bounds)
        return AssetCheckResult(
            passed=passed, asset_key=key, check_name=name, severity=severity, description=why
        )

    description = (
        f"Checks that the latest materialization has metadata value `{metadata_key}` "
        f"{bounds.in_words()}"
    )
    specs = [AssetCheckSpec(name, asset=key, description=description) for key in asset_keys(assets)]
    return checks_of(specs, evaluate, name="asset_check")


def _judged(
    key: AssetKey, instance: Instance, metadata_key: str, bounds: Bounds
) -> tuple[bool, str]:
    records = latest_updates(instance, key, count=1)
    made = records[0].asset_materialization if records else None
    if made is None:
        return False, "Asset has not been materialized"
    found = made.metadata.get(metadata_key)
    if found is None:
        return False, f"Metadata key `{metadata_key}` not found"
    if not isinstance(found, (IntMetadataValue, FloatMetadataValue)) or found.value is None:
        return False, f"Value `{found.value}` is not a number"
    fault = bounds.fault(found.value)
    if fault is not None:
        return False, f"Value `{found.value}` is {fault}"
    return True, f"Value `{found.value}` is within range"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between what a number must be; None is no bound."""

    low: float | None
    high: float | None
    excludes_low: bool
    excludes_high: bool

    def check(self, metadata_key: str) -> None:
        """Make sure that there is a number within the bounds.

        Raises:
            InvalidDefinitionError: There is no bound, or the lower one is above the upper one.
        """
        if self.low is None and self.high is None:
            raise InvalidDefinitionError(
                f"The bounds check of '{metadata_key}' has no bound. Give min_value, max_value or "
                "both."
            )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InvalidDefinitionError(
                f"The bounds check of '{metadata_key}' has min_value {self.low} above max_value "
                f"{self.high}. Swap them."
            )

    def fault(self, value: float) -> str | None:
        """Say on which side of the bounds a number is; None if it is within."""
        low, high = self.low, self.high
        if low is not None and (value < low or (self.excludes_low and value == low)):
            return f"{'less than or equal to' if self.excludes_low else 'less than'} {low}"
        if high is not None and (value > high or (self.excludes_high and value == high)):
            return f"{'greater than or equal to' if self.excludes_high else 'greater than'} {high}"
        return None

    def in_words(self) -> str:
        """Write the bounds as the end of a sentence."""
        said: list[str] = []
        if self.low is not None:
            said.append(f"greater than {'' if self.excludes_low else 'or equal to '}{self.low}")
        if self.high is not None:
            said.append(f"less than {'' if self.excludes_high else 'or equal to '}{self.high}")
        return " and ".join(said)
