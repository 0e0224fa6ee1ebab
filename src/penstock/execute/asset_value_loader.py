"""`AssetValueLoader`: the stored value of an asset, loaded outside a run.

Sets up the IO manager of the asset and what that requires, when it is first wanted, and keeps them
until the loader is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Self

from penstock.base.text import did_you_mean
from penstock.define.input_manager import InputManager
from penstock.define.io_context import InputContext, OutputContext, partition_keys_of
from penstock.define.loaded import LoadedDefinitions
from penstock.define.resource_setup import ReadyResources, SetUp, resources_in_use
from penstock.define.spec import CoercibleToAsset, key_of
from penstock.define.step import DEFAULT_IO_MANAGER, StepDefinition
from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.builtin import ANY_TYPE
from penstock.errors import InvalidDefinitionError, InvalidInvocationError
from penstock.execute.defaults import default_io_manager
from penstock.instance import Instance
from penstock.model.keys import AssetKey
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.window import PartitionKeyRange


class AssetValueLoader:
    """Loads values of assets, with their IO managers. Use it in a `with`.

    Args:
        loaded: The definitions.
        instance: The instance that holds the values; that of this process if None.
    """

    def __init__(self, loaded: LoadedDefinitions, instance: Instance | None = None) -> None:
        self._loaded = loaded
        self._instance = instance
        self._ready = ReadyResources()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self._stack.close()
        self._ready = ReadyResources()

    def load_asset_value(
        self,
        asset_key: CoercibleToAsset,
        *,
        python_type: object = None,
        partition_key: str | None = None,
        partition_key_range: PartitionKeyRange | None = None,
        input_definition_metadata: Mapping[str, object] | None = None,
        resource_config: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> object:
        """Load the value of an asset as a parameter of a step would receive it.

        Args:
            asset_key: The asset.
            python_type: What the parameter would be annotated with; anything if None.
            partition_key: The partition.
            partition_key_range: The partitions, of which there may be several.
            input_definition_metadata: The metadata that the parameter would have.
            resource_config: Config of resources: `{key: {"config": ...}}`. It counts for those
                that are not set up yet.
            metadata: The former name of `input_definition_metadata`.

        Raises:
            InvalidInvocationError: There is no such asset.
            InvalidDefinitionError: Its IO manager is none.
        """
        key = key_of(asset_key)
        definition = self._partitions_of(key)
        written = self._output(key, definition)
        manager_key = self._loaded.manager_of(key)
        manager = self._manager(manager_key, resource_config or {})
        keys = partition_keys_of(partition_key, partition_key_range, definition)
        resources = self._ready.needed_by(manager_key)
        config = self._ready.configs.get(manager_key)
        return manager.load_input(
            InputContext(
                asset_key=key,
                partition_key=partition_key,
                partition_keys=keys,
                partitions=definition,
                definition_metadata=input_definition_metadata or metadata,
                dagster_type=ANY_TYPE if python_type is None else resolve_runtime_type(python_type),
                upstream_output=written,
                resources=resources,
                resource_config=config,
                instance=self._open_instance(),
            )
        )

    def _output(self, key: AssetKey, definition: PartitionsDefinition | None) -> OutputContext:
        step = self._loaded.step_of.get(key)
        output = None if step is None else step.output_of(key)
        spec = None if output is None else output.spec
        external = self._loaded.external_metadata.get(key, {})
        return OutputContext(
            asset_key=key,
            name="result" if output is None else output.name,
            step_key=None if step is None else step.name,
            partitions=definition,
            definition_metadata=external if spec is None else spec.metadata,
            asset_spec=spec,
            op_def=self._op_of(step),
        )

    def _op_of(self, step: StepDefinition | None) -> object:
        definition = None if step is None else self._loaded.definition_of(step)
        if definition is None or definition.node is not None:
            return step
        return definition.op

    def _partitions_of(self, key: AssetKey) -> PartitionsDefinition | None:
        graph = self._loaded.graph
        if not graph.has(key):
            near = did_you_mean(str(key), [str(each.key) for each in self._loaded.manifest.assets])
            raise InvalidInvocationError(f"There is no asset '{key}' to load.{near}")
        return graph.node(key).partitions

    def _manager(self, key: str, config: Mapping[str, object]) -> InputManager:
        instance = self._open_instance()
        declared = dict(self._loaded.resources)
        declared.setdefault(DEFAULT_IO_MANAGER, default_io_manager(instance))
        setup = SetUp(config=config, environment=instance.settings.environment, instance=instance)
        self._stack.enter_context(resources_in_use(declared, setup, keys=[key], beside=self._ready))
        manager = self._ready[key]
        if not isinstance(manager, InputManager):
            raise InvalidDefinitionError(
                f"Resource '{key}' is used as an IO manager, but {type(manager).__name__} has no "
                "load_input. Derive it from IOManager."
            )
        return manager

    def _open_instance(self) -> Instance:
        if self._instance is None:
            self._instance = self._stack.enter_context(Instance.get())
        return self._instance


def load_asset_value(
    loaded: LoadedDefinitions,
    asset_key: CoercibleToAsset,
    *,
    instance: Instance | None = None,
    python_type: object = None,
    partition_key: str | None = None,
    metadata: Mapping[str, object] | None = None,
    resource_config: Mapping[str, object] | None = None,
) -> object:
    """Load the value of one asset, and release its IO manager again; see `AssetValueLoader`."""
    with AssetValueLoader(loaded, instance) as loader:
        return loader.load_asset_value(
            asset_key,
            python_type=python_type,
            partition_key=partition_key,
            input_definition_metadata=metadata,
            resource_config=resource_config,
        )
