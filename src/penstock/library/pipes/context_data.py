"""From a context to what an external process is told of the step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from penstock.define.context import OpExecutionContext
from penstock.define.result import DataProvenance
from penstock.errors import InvalidPropertyError, InvariantViolationError
from penstock.library.pipes.wire import PipesContextData, PipesExtras, PipesProvenance, PipesRange
from penstock.model.keys import AssetKey


def context_data_of(
    context: OpExecutionContext, extras: PipesExtras | None = None
) -> PipesContextData:
    """Describe the step of a context for an external process.

    Args:
        context: The context of an asset, a check or an op.
        extras: What else the external process is to know.
    """
    keys = asset_keys_of(context)
    names = {key: key.to_escaped_user_string() for key in keys}
    return {
        "asset_keys": list(names.values()) or None,
        "code_version_by_asset_key": {
            name: _code_version(context, key) for key, name in names.items()
        }
        or None,
        "provenance_by_asset_key": {name: _provenance(context, key) for key, name in names.items()}
        or None,
        "partition_key": context.partition_key if context.has_partition_key else None,
        "partition_key_range": _key_range(context),
        "partition_time_window": _time_window(context),
        "run_id": context.run_id,
        "job_name": _job_name(context),
        "retry_number": context.retry_number,
        "extras": dict(extras or {}),
    }


def asset_keys_of(context: OpExecutionContext) -> list[AssetKey]:
    """Return the assets that the step makes or checks in this run, sorted."""
    checked = {check.asset_key for check in context.selected_asset_check_keys}
    return sorted(context.selected_asset_keys or checked)


def _job_name(context: OpExecutionContext) -> str | None:
    try:
        return context.job_name
    except InvalidPropertyError:
        return None  # a call by hand, for which there is no job


def _code_version(context: OpExecutionContext, key: AssetKey) -> str | None:
    if not context.has_assets_def:
        return None
    found: object = getattr(context.assets_def, "code_versions_by_key", None)
    versions = cast("Mapping[AssetKey, str | None]", found or {})
    return versions.get(key)


def _provenance(context: OpExecutionContext, key: AssetKey) -> PipesProvenance | None:
    try:
        found = context.get_asset_provenance(key)
    except InvalidPropertyError:
        return None  # a call by hand, for which nothing is recorded
    return None if found is None else _as_data(found)


def _as_data(provenance: DataProvenance) -> PipesProvenance:
    return {
        "code_version": provenance.code_version,
        "input_data_versions": {
            key.to_escaped_user_string(): version.value
            for key, version in provenance.input_data_versions.items()
        },
        "is_user_provided": provenance.is_user_provided,
    }


def _key_range(context: OpExecutionContext) -> PipesRange | None:
    if not context.has_partitions:
        return None
    keys = context.partition_key_range
    return {"start": keys.start, "end": keys.end}


def _time_window(context: OpExecutionContext) -> PipesRange | None:
    if not context.has_partitions:
        return None
    try:
        window = context.partition_time_window
    except InvariantViolationError:
        return None  # the partitions are no windows of time
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}
