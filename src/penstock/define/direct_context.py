"""The contexts that a test makes to call a function by hand."""

from __future__ import annotations

from collections.abc import Mapping

from penstock.config.config_type import ABSENT
from penstock.define.context import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    OpExecutionContext,
)
from penstock.define.scope import DirectScope, StepScope
from penstock.errors import InvalidInvocationError
from penstock.partitions.window import PartitionKeyRange


def _scope(
    *,
    resources: Mapping[str, object] | None,
    resources_config: Mapping[str, object] | None,
    config: object,
    instance: object,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    run_tags: Mapping[str, str] | None = None,
    mapping_key: str | None = None,
) -> StepScope:
    if partition_key is not None and partition_key_range is not None:
        raise InvalidInvocationError("Give partition_key or partition_key_range, not both.")
    return DirectScope(  # pyright: ignore[reportReturnType] - properties that refuse stand in
        resources=resources or {},
        resources_config=resources_config,
        partition_key=partition_key,
        partition_range=partition_key_range,
        config=ABSENT if config is None else config,
        instance=instance,
        tags=run_tags or {},
        mapping_key=mapping_key,
    )


def build_op_context(
    resources: Mapping[str, object] | None = None,
    op_config: object = None,
    resources_config: Mapping[str, object] | None = None,
    instance: object = None,
    config: object = None,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    mapping_key: str | None = None,
    run_tags: Mapping[str, str] | None = None,
    event_loop: object = None,
) -> OpExecutionContext:
    """Make a context for calling an op by hand, as a test does.

    Args:
        resources: The resources by key; they are set up.
        op_config: The config of the op.
        resources_config: The config of the resources: `{key: {"config": ...}}`.
        instance: The instance; one in memory if None and asked for.
        config: The same as `op_config`.
        partition_key: The partition of the run.
        partition_key_range: The partitions of the run.
        mapping_key: The key of the value that the op runs for, of those of a dynamic output.
        run_tags: The tags of the run.
        event_loop: Accepted for code that passes it; asynchronous resources need none.

    Raises:
        InvalidInvocationError: A partition and a range are given, or config twice.
    """
    if op_config is not None and config is not None:
        raise InvalidInvocationError("Give op_config or config, not both.")
    return OpExecutionContext(
        _scope(
            resources=resources,
            resources_config=resources_config,
            config=op_config if op_config is not None else config,
            instance=instance,
            partition_key=partition_key,
            partition_key_range=partition_key_range,
            run_tags=run_tags,
            mapping_key=mapping_key,
        )
    )


def build_asset_context(
    resources: Mapping[str, object] | None = None,
    resources_config: Mapping[str, object] | None = None,
    asset_config: object = None,
    instance: object = None,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    run_tags: Mapping[str, str] | None = None,
    event_loop: object = None,
) -> AssetExecutionContext:
    """Make a context for calling an asset's function by hand, as a test does.

    Args:
        resources: The resources by key; they are set up.
        resources_config: The config of the resources: `{key: {"config": ...}}`.
        asset_config: The config of the asset.
        instance: The instance; one in memory if None and asked for.
        partition_key: The partition of the run.
        partition_key_range: The partitions of the run.
        run_tags: The tags of the run.
        event_loop: Accepted for code that passes it; asynchronous resources need none.

    Raises:
        InvalidInvocationError: Both a partition and a range are given.
    """
    return AssetExecutionContext(
        _scope(
            resources=resources,
            resources_config=resources_config,
            config=asset_config,
            instance=instance,
            partition_key=partition_key,
            partition_key_range=partition_key_range,
            run_tags=run_tags,
        )
    )


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
    return AssetCheckExecutionContext(
        _scope(
            resources=resources,
            resources_config=resources_config,
            config=asset_config,
            instance=instance,
        )
    )
