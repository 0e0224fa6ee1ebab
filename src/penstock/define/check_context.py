"""`build_asset_check_context`: a context for calling a check's function by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from penstock.config.config_type import ABSENT
from penstock.define.context import AssetCheckExecutionContext
from penstock.define.scope import DirectScope, StepScope


def build_asset_check_context(
    resources: Mapping[str, object] | None = None,
    resources_config: Mapping[str, object] | None = None,
    asset_config: object = None,
    instance: object = None,
) -> AssetCheckExecutionContext:
    """Make a context for calling a check's function by hand, as a test does.

    Args:
        resources: The resources by key; they are set up.
        resources_config: The config of the resources: `{key: {"config": ...}}`.
        asset_config: The config of the check.
        instance: The instance; one in memory if None and asked for.
    """
    scope = DirectScope(
        resources=resources or {},
        resources_config=resources_config,
        partition_key=None,
        partition_range=None,
        config=ABSENT if asset_config is None else asset_config,
        instance=instance,
        tags={},
    )
    # Properties that refuse stand in for what a call by hand does not have.
    return AssetCheckExecutionContext(cast("StepScope", scope))
