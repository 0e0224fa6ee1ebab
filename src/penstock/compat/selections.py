"""The class of each kind of selection, under the name that Dagster gives it.

Each is an `AssetSelection` that compares equal to what the constructor of the same meaning makes;
nothing here decides which assets are selected. Code that only selects needs `AssetSelection` alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from penstock.errors import ParameterCheckError
from penstock.graph.selection import AssetSelection
from penstock.graph.selection_expression import (
    Attribute,
    Field,
    Is,
    KeyPattern,
    Structure,
    intersection,
    literal_pattern,
    union,
)
from penstock.model.keys import AssetCheckKey, AssetKey

T = TypeVar("T")

MAX_NUM = sys.maxsize
"""The depth of a walk that stands for no limit."""


class AllSelection(AssetSelection):
    """What can be materialized; with `include_sources`, every asset."""

    def __init__(self, include_sources: bool | None = None) -> None:  # noqa: FBT001 - public form
        self.include_sources: bool = bool(include_sources)
        super().__init__(AssetSelection.all(self.include_sources).expression)


class AllAssetCheckSelection(AssetSelection):
    """Every check."""

    def __init__(self) -> None:
        super().__init__(AssetSelection.all_asset_checks().expression)


class KeysAssetSelection(AssetSelection):
    """Exactly these assets."""

    def __init__(self, selected_keys: Sequence[AssetKey]) -> None:
        keys = _listed(selected_keys, AssetKey, of=self)
        super().__init__(AssetSelection.keys(*keys).expression)


class AssetChecksForAssetKeysSelection(AssetSelection):
    """The checks of these assets."""

    def __init__(self, selected_asset_keys: Sequence[AssetKey]) -> None:
        keys = _listed(selected_asset_keys, AssetKey, of=self)
        super().__init__(AssetSelection.checks_for_assets(*keys).expression)


class AssetCheckKeysSelection(AssetSelection):
    """Exactly these checks."""

    def __init__(self, selected_asset_check_keys: Sequence[AssetCheckKey]) -> None:
        keys = _listed(selected_asset_check_keys, AssetCheckKey, of=self)
        super().__init__(AssetSelection.checks(*keys).expression)


class KeyPrefixesAssetSelection(AssetSelection):
    """The assets whose key starts with one of these."""

    def __init__(
        self,
        selected_key_prefixes: Sequence[Sequence[str]],
        include_sources: bool = False,  # noqa: FBT001, FBT002 - public form
    ) -> None:
        prefixes = _listed(selected_key_prefixes, (list, tuple), of=self)
        made = AssetSelection.key_prefixes(*prefixes, include_sources=include_sources)
        super().__init__(made.expression)


class KeySubstringAssetSelection(AssetSelection):
    """The assets whose key contains a text."""

    def __init__(self, selected_key_substring: str, include_sources: bool = False) -> None:  # noqa: FBT001, FBT002 - public form
        made = AssetSelection.key_substring(selected_key_substring, include_sources=include_sources)
        super().__init__(made.expression)


class KeyWildCardAssetSelection(AssetSelection):
    """The assets whose key fits a pattern with `*`."""

    def __init__(self, selected_key_wildcard: str) -> None:
        super().__init__(KeyPattern(_pattern(selected_key_wildcard)))


class GroupsAssetSelection(AssetSelection):
    """The assets of these groups."""

    def __init__(self, selected_groups: Sequence[str], include_sources: bool = False) -> None:  # noqa: FBT001, FBT002 - public form
        groups = _listed(selected_groups, str, of=self)
        made = AssetSelection.groups(*groups, include_sources=include_sources)
        super().__init__(made.expression)


class GroupWildCardAssetSelection(AssetSelection):
    """The assets whose group fits a pattern with `*`."""

    def __init__(self, selected_group_wildcard: str, include_sources: bool = False) -> None:  # noqa: FBT001, FBT002 - public form
        pattern = _pattern(selected_group_wildcard)
        super().__init__(Attribute(Field.GROUP, pattern, external=include_sources))


class TagAssetSelection(AssetSelection):
    """The assets with a tag."""

    def __init__(self, key: str, value: str, include_sources: bool = False) -> None:  # noqa: FBT001, FBT002 - public form
        made = AssetSelection.tag(key, value, include_sources=include_sources)
        super().__init__(made.expression)


class KindAssetSelection(AssetSelection):
    """The assets of a kind."""

    def __init__(self, include_sources: bool, kind_str: str | None) -> None:  # noqa: FBT001 - public form
        super().__init__(AssetSelection.kind(kind_str, include_sources=include_sources).expression)


class OwnerAssetSelection(AssetSelection):
    """The assets of an owner."""

    def __init__(self, selected_owner: str | None) -> None:
        super().__init__(AssetSelection.owner(selected_owner).expression)


class IsAttributeAssetSelection(AssetSelection):
    """The assets of a structure: `external` or `materializable`."""

    def __init__(self, attribute: str) -> None:
        super().__init__(Is(Structure(attribute)))


class _OfOneField(AssetSelection):
    field: ClassVar[Field]

    def __init__(self, value: str | None) -> None:
        super().__init__(Attribute(self.field, value))


class PartitionsAssetSelection(_OfOneField):
    """The assets that are split in one way: `time`, `static`, `dynamic` or `multipartitions`."""

    field = Field.PARTITIONS

    def __init__(self, selected_partitions: str | None) -> None:
        super().__init__(selected_partitions)


class CodeLocationAssetSelection(_OfOneField):
    """The assets of a code location."""

    field = Field.CODE_LOCATION

    def __init__(self, selected_code_location: str | None) -> None:
        super().__init__(selected_code_location)


class StatusAssetSelection(_OfOneField):
    """The assets of a status."""

    field = Field.STATUS

    def __init__(self, selected_status: str | None) -> None:
        super().__init__(selected_status)


class ColumnAssetSelection(_OfOneField):
    """The assets with a column."""

    field = Field.COLUMN

    def __init__(self, selected_column: str | None) -> None:
        super().__init__(selected_column)


class TableNameAssetSelection(_OfOneField):
    """The assets that are a table."""

    field = Field.TABLE_NAME

    def __init__(self, selected_table_name: str | None) -> None:
        super().__init__(selected_table_name)


class ColumnTagAssetSelection(AssetSelection):
    """The assets with a column that has a tag."""

    def __init__(self, key: str, value: str) -> None:
        super().__init__(Attribute(Field.COLUMN_TAG, value, key=key))


class ChangedInBranchAssetSelection(_OfOneField):
    """The assets that a branch changes."""

    field = Field.CHANGED_IN_BRANCH

    def __init__(self, selected_changed_in_branch: str | None) -> None:
        super().__init__(selected_changed_in_branch)


class AutomationTypeAssetSelection(_OfOneField):
    """The assets that are made by a kind of automation."""

    field = Field.AUTOMATION_TYPE

    def __init__(self, selected_automation_type: str | None) -> None:
        super().__init__(selected_automation_type)


class SensorNameAssetSelection(_OfOneField):
    """The assets that a sensor makes."""

    field = Field.SENSOR

    def __init__(self, selected_sensor: str | None) -> None:
        super().__init__(selected_sensor)


class ScheduleNameAssetSelection(_OfOneField):
    """The assets that a schedule makes."""

    field = Field.SCHEDULE

    def __init__(self, selected_schedule: str | None) -> None:
        super().__init__(selected_schedule)


class JobAssetSelection(_OfOneField):
    """The assets that a job makes."""

    field = Field.JOB

    def __init__(self, selected_job: str | None) -> None:
        super().__init__(selected_job)


class AndAssetSelection(AssetSelection):
    """What selections have in common."""

    def __init__(self, operands: Sequence[AssetSelection]) -> None:
        parts = [part.expression for part in _listed(operands, AssetSelection, of=self)]
        if not parts:
            raise ParameterCheckError("AndAssetSelection: give at least one operand.")
        super().__init__(intersection(*parts))


class OrAssetSelection(AssetSelection):
    """What is in any of several selections."""

    def __init__(self, operands: Sequence[AssetSelection]) -> None:
        parts = _listed(operands, AssetSelection, of=self)
        super().__init__(union(part.expression for part in parts))


class SubtractAssetSelection(AssetSelection):
    """What is in one selection and not in another."""

    def __init__(self, left: AssetSelection, right: AssetSelection) -> None:
        super().__init__((_selection(left) - right).expression)


class SinksAssetSelection(AssetSelection):
    """What no other selected asset depends on."""

    def __init__(self, child: AssetSelection) -> None:
        super().__init__(_selection(child).sinks().expression)


class RootsAssetSelection(AssetSelection):
    """What depends on no other selected asset."""

    def __init__(self, child: AssetSelection) -> None:
        super().__init__(_selection(child).roots().expression)


class MaterializableAssetSelection(AssetSelection):
    """What some step makes."""

    def __init__(self, child: AssetSelection) -> None:
        super().__init__(_selection(child).materializable().expression)


class RequiredNeighborsAssetSelection(AssetSelection):
    """Selected assets and what is made with them."""

    def __init__(self, child: AssetSelection) -> None:
        super().__init__(_selection(child).required_multi_asset_neighbors().expression)


class ParentSourcesAssetSelection(AssetSelection):
    """The external assets among the selected ones and anywhere upstream."""

    def __init__(self, child: AssetSelection) -> None:
        super().__init__(_selection(child).upstream_source_assets().expression)


class UpstreamAssetSelection(AssetSelection):
    """Selected assets and what they read."""

    def __init__(
        self,
        child: AssetSelection,
        depth: int | None,
        include_self: bool,  # noqa: FBT001 - public form
    ) -> None:
        super().__init__(_selection(child).upstream(depth, include_self).expression)


class DownstreamAssetSelection(AssetSelection):
    """Selected assets and what reads them."""

    def __init__(
        self,
        child: AssetSelection,
        depth: int | None,
        include_self: bool,  # noqa: FBT001 - public form
    ) -> None:
        super().__init__(_selection(child).downstream(depth, include_self).expression)


def _pattern(text: str) -> str:
    return "*".join(literal_pattern(part) for part in text.split("*"))


def _selection(child: object) -> AssetSelection:
    if isinstance(child, AssetSelection):
        return child
    raise ParameterCheckError(f"{child!r} is not an AssetSelection.")


def _listed(items: Iterable[T], kind: type | tuple[type, ...], *, of: object) -> list[T]:
    """Return the items of an argument, each found to be of a class."""
    found = [] if isinstance(items, str) else list(items)
    if isinstance(items, str) or not all(isinstance(item, kind) for item in found):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        raise ParameterCheckError(
            f"{type(of).__name__}: {items!r} is not a list of "
            f"{' or '.join(k.__name__ for k in kinds)}."
        )
    return found
