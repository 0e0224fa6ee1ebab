"""From declarations to definitions: sources become specs, commands become assets and checks."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.define.asset import asset
from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.check import asset_check
from penstock.define.context import AssetCheckExecutionContext, AssetExecutionContext
from penstock.define.result import AssetCheckResult
from penstock.define.spec import AssetDep, AssetSpec
from penstock.library.declarative.document import (
    CheckDeclaration,
    Declaration,
    Document,
    Schedule,
)
from penstock.library.declarative.making import check, code_version_of, make
from penstock.library.declarative.sources import PATH_METADATA
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

Declared = AssetsDefinition | AssetSpec | AssetChecksDefinition

FILE_METADATA = "penstock/declared_in"

_HINTS = {"context": AssetExecutionContext, "return": None}

_WINDOWS = {
    "hourly": HourlyPartitionsDefinition,
    "daily": DailyPartitionsDefinition,
    "weekly": WeeklyPartitionsDefinition,
    "monthly": MonthlyPartitionsDefinition,
}


def definitions_of(document: Document) -> list[Declared]:
    """Return the assets, sources and checks of a file, in its order."""
    found: list[Declared] = []
    for declaration in document.declarations.values():
        found.append(
            _source(declaration, document)
            if declaration.is_source
            else _made(declaration, document)
        )
        found.extend(_check(declaration, each, document) for each in declaration.checks)
    return found


def partitions_of(schedule: Schedule | None) -> PartitionsDefinition | None:
    """Return the partitions that are declared.

    Raises:
        PenstockError: A key, date or time zone is malformed.
    """
    if schedule is None:
        return None
    if schedule.type == "static":
        return StaticPartitionsDefinition(list(schedule.keys))
    return _WINDOWS[schedule.type](schedule.start, schedule.end, timezone=schedule.timezone)


def _source(declaration: Declaration, document: Document) -> AssetSpec:
    return AssetSpec(
        AssetKey.from_user_string(declaration.name),
        description=declaration.description,
        metadata=_metadata(declaration, document),
        group_name=declaration.group,
        owners=declaration.owners,
        tags=declaration.tags,
        kinds=declaration.kinds,
        partitions_def=partitions_of(declaration.partitions),
    )


def _made(declaration: Declaration, document: Document) -> AssetsDefinition:
    def command(context: AssetExecutionContext) -> None:
        return make(context, declaration, document)  # pyright: ignore[reportReturnType] - no value

    command.__annotations__ = _HINTS  # types, not text: ten thousand texts are slow to evaluate
    return asset(
        key=AssetKey.from_user_string(declaration.name),
        deps=_dependencies(declaration),
        description=declaration.description,
        metadata=_metadata(declaration, document),
        group_name=declaration.group,
        owners=declaration.owners,
        tags=declaration.tags,
        kinds=declaration.kinds,
        partitions_def=partitions_of(declaration.partitions),
        retry_policy=RetryPolicy(declaration.retries) if declaration.retries else None,
        code_version=code_version_of(declaration, document.folder),
    )(command)


def _check(
    declaration: Declaration, declared: CheckDeclaration, document: Document
) -> AssetChecksDefinition:
    @asset_check(
        asset=AssetKey.from_user_string(declaration.name),
        name=declared.name,
        description=declared.description,
        blocking=declared.blocking,
    )
    def look(context: AssetCheckExecutionContext) -> AssetCheckResult:
        return check(context, declaration, declared, document)

    return look


def _dependencies(declaration: Declaration) -> Sequence[AssetDep]:
    return [AssetDep(AssetKey.from_user_string(d.name)) for d in declaration.depends_on]


def _metadata(declaration: Declaration, document: Document) -> dict[str, object]:
    found = dict(declaration.metadata)
    if declaration.path is not None:
        found.setdefault(PATH_METADATA, str(document.folder / declaration.path))
    found.setdefault(FILE_METADATA, f"{document.path}:{declaration.line}")
    return found
