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
            description="Fails where the newest materialization has other columns than the one "
            "before it.",
        )
        for key in asset_keys(assets)
    ]
    return checks_of(specs, evaluate, name="column_schema_change")


def _compare_schemas(key: AssetKey, instance: Instance) -> tuple[bool, str]:
    records = latest_updates(instance, key, count=2)
    if len(records) < 2:
        return True, "Nothing to compare yet: this takes two materializations."
    schemas: list[TableSchema] = []
    for which, record in zip(("newest", "second newest"), records, strict=True):
        made = record.asset_materialization
        value = made.metadata.get(_SCHEMA) if made else None
        if not isinstance(value, TableSchemaMetadataValue):
            return (
                False,
                f"The {which} materialization tells no columns: add {_SCHEMA} to its metadata.",
            )
        schemas.append(value.schema)
    changes = _changes(old=schemas[1], new=schemas[0])
    if not changes:
        return True, "The columns are the same as one materialization before."
    said = "\n\n".join(changes)
    return False, f"The columns are not the same as one materialization before.\n\n{said}"


def _changes(*, old: TableSchema, new: TableSchema) -> list[str]:
    before = {column.name: column.type for column in old.columns}
    after = {column.name: column.type for column in new.columns}
    said: list[str] = []
    added = [name for name in after if name not in before]
    removed = [name for name in before if name not in after]
    retyped = [name for name in after if name in before and before[name] != after[name]]
    if added:
        said.append(f"New: {', '.join(added)}")
    if removed:
        said.append(f"Gone: {', '.join(removed)}")
    if retyped:
        lines = (f"- {name}: {before[name]} -> {after[name]}" for name in retyped)
        said.append("\n".join(["Of another type:", *lines]))
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

    description = f"Fails where the newest `{metadata_key}` is not {bounds.in_words()}."
    specs = [AssetCheckSpec(name, asset=key, description=description) for key in asset_keys(assets)]
    return checks_of(specs, evaluate, name="asset_check")


def _judged(
    key: AssetKey, instance: Instance, metadata_key: str, bounds: Bounds
) -> tuple[bool, str]:
    records = latest_updates(instance, key, count=1)
    made = records[0].asset_materialization if records else None
    if made is None:
        return False, f"There is no materialization of '{key}' to look at. Make one."
    found = made.metadata.get(metadata_key)
    if found is None:
        return (
            False,
            f"The newest materialization tells no `{metadata_key}`: add it to its metadata.",
        )
    if not isinstance(found, (IntMetadataValue, FloatMetadataValue)) or found.value is None:
        return False, f"`{metadata_key}` is {found.value!r}, where a number is needed."
    if not bounds.admit(found.value):
        return False, f"`{metadata_key}` is {found.value}, and not {bounds.in_words()}."
    return True, f"`{metadata_key}` is {found.value}: {bounds.in_words()}."


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

    def admit(self, value: float) -> bool:
        """Tell whether a number is within the bounds."""
        low, high = self.low, self.high
        if low is not None and (value < low or (self.excludes_low and value == low)):
            return False
        return high is None or not (value > high or (self.excludes_high and value == high))

    def in_words(self) -> str:
        """Write the bounds as the end of a sentence."""
        said: list[str] = []
        if self.low is not None:
            said.append(f"{'above' if self.excludes_low else 'at least'} {self.low}")
        if self.high is not None:
            said.append(f"{'below' if self.excludes_high else 'at most'} {self.high}")
        return " and ".join(said)
