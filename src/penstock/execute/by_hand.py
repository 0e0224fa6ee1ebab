"""Contexts and resources built by hand, for calling definitions in tests and scripts.

What needs an instance and is given none gets one in memory, which leaves nothing behind.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager

from penstock.config.resource_context import HeldResources, InitResourceContext, Resources
from penstock.define.io_context import (
    InputContext,
    OutputContext,
    described_metadata,
    optional_key,
    partition_keys_of,
)
from penstock.define.resource import ResourceDefinition
from penstock.define.resource_like import is_model
from penstock.define.resource_setup import ReadyResources, SetUp, resources_in_use
from penstock.define.spec import AssetSpec, CoercibleToAsset
from penstock.define.types.definition import RuntimeType
from penstock.errors import InvalidConfigError, InvariantViolationError
from penstock.instance import Instance
from penstock.model.metadata import normalize_metadata
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.window import PartitionKeyRange

_EPHEMERAL_RUN = "EPHEMERAL"


@contextmanager
def build_resources(
    resources: Mapping[str, object],
    instance: Instance | None = None,
    resource_config: Mapping[str, object] | None = None,
    dagster_run: object = None,
    log_manager: logging.Logger | None = None,
) -> Generator[Resources]:
    """Set resources up, as attributes of what is yielded; tear them down in the end.

    Args:
        resources: Anything that can be a resource, by key.
        instance: The instance that their contexts show.
        resource_config: Their config: `{key: {"config": ...}}`.
        dagster_run: The run that their contexts show.
        log_manager: Their logger.

    Raises:
        InvalidConfigError: Config or an environment variable does not fit, or is for a resource
            that is not there.
        ResourceFunctionError: A resource raised while it was set up.

    Example:
        >>> with build_resources({"limit": 3}) as resources:
        ...     resources.limit
        3
    """
    config = resource_config or {}
    unknown = sorted(set(config) - set(resources))
    if unknown:
        raise InvalidConfigError(
            f"resource_config configures '{unknown[0]}', which is not among the resources. Remove"
            " it, or add the resource."
        )
    with ExitStack() as stack:
        ready = _set_up(stack, resources, instance, config=config, run=dagster_run, log=log_manager)
        kind = HeldResources if ready.has_teardown else Resources
        yield kind(ready, owner="build_resources")


def _set_up(
    stack: ExitStack,
    resources: Mapping[str, object],
    instance: Instance | None,
    *,
    config: Mapping[str, object] | None = None,
    run: object = None,
    log: logging.Logger | None = None,
) -> ReadyResources:
    has_code = any(
        isinstance(each, ResourceDefinition) or is_model(each) for each in resources.values()
    )
    if instance is None and has_code:
        instance = stack.enter_context(Instance.ephemeral())
    setup = SetUp(config=config or {}, instance=instance, run=run, log=log)
    return stack.enter_context(resources_in_use(resources, setup))


class _BuiltInitContext(InitResourceContext):
    """A context for resources that is built by hand, and sets its own resources up."""

    def __init__(
        self, config: object, resources: Mapping[str, object], instance: Instance | None
    ) -> None:
        self._stack = ExitStack()
        self._given_instance = instance
        ready = _set_up(self._stack, resources, instance)
        self._has_teardown = ready.has_teardown
        self._is_entered = False
        super().__init__(config, ready, all_resource_defs=dict(resources))

    @property
    def instance(self) -> Instance:
        """The instance that was given; else one in memory."""
        if self._given_instance is None:
            self._given_instance = self._stack.enter_context(Instance.ephemeral())
        return self._given_instance

    @property
    def resources(self) -> Resources:
        """The resources that were given, set up.

        Raises:
            InvariantViolationError: One of them has to be released, and the context is not used
                in a `with`.
        """
        if self._has_teardown and not self._is_entered:
            raise InvariantViolationError(
                "A resource of this context has to be released after use. Write: with"
                " build_init_resource_context(...) as context."
            )
        return super().resources

    def __enter__(self) -> InitResourceContext:
        self._is_entered = True
        return self

    def __exit__(self, *details: object) -> None:
        self._stack.close()

    def __del__(self) -> None:
        stack = self.__dict__.get("_stack")
        if stack is not None:
            stack.close()


def build_init_resource_context(
    config: object = None,
    resources: Mapping[str, object] | None = None,
    instance: Instance | None = None,
) -> _BuiltInitContext:
    """Build a context for calling a resource by hand.

    Args:
        config: The config of the resource.
        resources: The resources that it requires; they are set up.
        instance: The instance that the context shows.
    """
    return _BuiltInitContext(config, resources or {}, instance)


def build_output_context(
    step_key: str | None = None,
    name: str | None = None,
    definition_metadata: Mapping[str, object] | None = None,
    run_id: str | None = None,
    mapping_key: str | None = None,
    config: object = None,
    dagster_type: RuntimeType | None = None,
    version: str | None = None,
    resource_config: Mapping[str, object] | None = None,
    resources: Mapping[str, object] | None = None,
    op_def: object = None,
    asset_key: CoercibleToAsset | None = None,
    partition_key: str | None = None,
    asset_partitions_def: PartitionsDefinition | None = None,
    asset_partition_key_range: PartitionKeyRange | None = None,
    instance: Instance | None = None,
    asset_spec: AssetSpec | None = None,
    metadata: Mapping[str, object] | None = None,
    output_metadata: Mapping[str, object] | None = None,
) -> OutputContext:
    """Build a context for calling the `handle_output` of an IO manager by hand.

    Args:
        step_key: The step that stores the value.
        name: The name of the output.
        definition_metadata: The metadata of the output or asset.
        run_id: The run.
        mapping_key: The mapping key of a dynamic output.
        config: What run config says about the output.
        dagster_type: The type of the output.
        version: The memoized version of the output.
        resource_config: The config of the IO manager.
        resources: The resources that it requires; they are set up.
        op_def: The op.
        asset_key: The asset that the value belongs to.
        partition_key: The partition of the run, and of the asset.
        asset_partitions_def: The partitions of the asset.
        asset_partition_key_range: The partitions that the value is of.
        instance: The instance.
        asset_spec: The spec of the asset.
        metadata: The former name of `definition_metadata`.
        output_metadata: The metadata that the step gave with the value.
    """
    stack, ready = _resources_of(resources, instance)
    context = OutputContext(
        step_key=step_key,
        name=name,
        definition_metadata=described_metadata(definition_metadata, metadata),
        run_id=run_id or _EPHEMERAL_RUN,
        mapping_key=mapping_key,
        config=config,
        dagster_type=dagster_type,
        version=version,
        resource_config=resource_config,
        resources=ready,
        op_def=op_def,
        asset_key=optional_key(asset_key),
        partition_key=partition_key,
        partition_keys=partition_keys_of(
            partition_key, asset_partition_key_range, asset_partitions_def
        ),
        partitions=asset_partitions_def,
        instance=instance,
        asset_spec=asset_spec,
        output_metadata=normalize_metadata(output_metadata or {}),
    )
    context.hold(stack, releases=ready.has_teardown)
    return context


def build_input_context(
    name: str | None = None,
    config: object = None,
    definition_metadata: Mapping[str, object] | None = None,
    upstream_output: OutputContext | None = None,
    dagster_type: RuntimeType | None = None,
    resource_config: Mapping[str, object] | None = None,
    resources: Mapping[str, object] | None = None,
    op_def: object = None,
    step_context: object = None,
    asset_key: CoercibleToAsset | None = None,
    partition_key: str | None = None,
    asset_partition_key_range: PartitionKeyRange | None = None,
    asset_partitions_def: PartitionsDefinition | None = None,
    instance: Instance | None = None,
    metadata: Mapping[str, object] | None = None,
) -> InputContext:
    """Build a context for calling the `load_input` of an IO manager by hand.

    Args:
        name: The name of the input.
        config: What run config says about the input.
        definition_metadata: The metadata of the input.
        upstream_output: What was known when the value was stored.
        dagster_type: The type of the input.
        resource_config: The config of the IO manager.
        resources: The resources that it requires; they are set up.
        op_def: The op.
        step_context: The context of the step.
        asset_key: The asset that the value belongs to.
        partition_key: The partition of the run, and of the asset.
        asset_partition_key_range: The partitions that the value is of.
        asset_partitions_def: The partitions of the asset.
        instance: The instance.
        metadata: The former name of `definition_metadata`.
    """
    stack, ready = _resources_of(resources, instance)
    context = InputContext(
        name=name,
        config=config,
        definition_metadata=described_metadata(definition_metadata, metadata),
        upstream_output=upstream_output,
        dagster_type=dagster_type,
        resource_config=resource_config,
        resources=ready,
        op_def=op_def,
        step_context=step_context,
        asset_key=optional_key(asset_key),
        partition_key=partition_key,
        partition_keys=partition_keys_of(
            partition_key, asset_partition_key_range, asset_partitions_def
        ),
        partitions=asset_partitions_def,
        instance=instance,
    )
    context.hold(stack, releases=ready.has_teardown)
    return context


def _resources_of(
    resources: Mapping[str, object] | None, instance: Instance | None
) -> tuple[ExitStack, ReadyResources]:
    stack = ExitStack()
    return stack, _set_up(stack, resources or {}, instance)
