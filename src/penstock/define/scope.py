"""`StepScope`, the seam behind the contexts, and `DirectScope`, which fulfils it by hand."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, NoReturn, Protocol

from penstock.config.config_type import ABSENT
from penstock.define import upcalls
from penstock.define.resource_setup import ReadyResources, SetUp, resources_in_use
from penstock.define.result import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    DataProvenance,
    ExpectationResult,
)
from penstock.define.signature import is_config_class
from penstock.errors import InvalidPropertyError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunSpec
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.window import PartitionKeyRange

if TYPE_CHECKING:
    from penstock.define.dependency import Node, NodeHandle
    from penstock.define.node import OpNode

Event = AssetMaterialization | AssetObservation | AssetCheckEvaluation | ExpectationResult


class StepScope(Protocol):
    """What execution knows about the step that runs.

    Attributes:
        assets: The assets that the run asks the step for, by output.
        input_assets: The assets that the step's inputs are loaded from, by input.
        node: The op at its place in the job; None for an asset's function.
        job_def: The job; None if it is not known.
        assets_def: The definition of the step's assets; None if it makes none.
        mapping_key: The key of the value that the step runs for, of those of a dynamic output.
        run: The run, as users know it.
    """

    run_id: str
    run_spec: RunSpec
    step_key: str
    attempt: int
    assets: Mapping[str, AssetKey]
    checks: Sequence[AssetCheckKey]
    partitions: PartitionsDefinition | None
    partition_key: str | None
    partition_range: PartitionKeyRange | None
    resources: Mapping[str, object]
    config: object
    instance: object
    log: logging.Logger
    input_assets: Mapping[str, AssetKey]
    output_names: Sequence[str]
    selected_output_names: Sequence[str]
    node: Node | None
    handle: NodeHandle
    op_def: OpNode
    job_def: object
    assets_def: object
    repository_def: object
    mapping_key: str | None
    run: object
    is_subset: bool

    def log_event(self, event: Event) -> None:
        """Record an event of user code."""
        ...

    def input_partitions(self, input_name: str) -> Sequence[str]:
        """Return the partitions of the asset of an input that are loaded, in order."""
        ...

    def input_partitions_def(self, input_name: str) -> PartitionsDefinition | None:
        """Return how the asset of an input is split."""
        ...

    def provenance(self, key: AssetKey) -> DataProvenance | None:
        """Return what the newest version of an asset's data was made of."""
        ...

    def load_asset_value(
        self, key: AssetKey, *, python_type: type | None, partition_key: str | None
    ) -> object:
        """Load the value of an asset by its IO manager."""
        ...


class DirectScope:
    """The scope of a function that is called by hand; what it lacks says so."""

    def __init__(
        self,
        *,
        resources: Mapping[str, object],
        partition_key: str | None,
        partition_range: PartitionKeyRange | None,
        config: object,
        instance: object,
        tags: Mapping[str, str],
        resources_config: Mapping[str, object] | None = None,
        mapping_key: str | None = None,
    ) -> None:
        self.run_id = "EPHEMERAL"
        self.run_spec: RunSpec = RunSpec(tags=tuple(sorted(tags.items())), partition=partition_key)
        self.step_key = "direct_invocation"
        self.attempt = 1
        self.assets: Mapping[str, AssetKey] = {}
        self.input_assets: Mapping[str, AssetKey] = {}
        self.checks: Sequence[AssetCheckKey] = ()
        self.output_names: Sequence[str] = ()
        self.partitions: PartitionsDefinition | None = None
        self.partition_key = partition_key
        self.partition_range = partition_range
        self.config: object = None if config is ABSENT else config
        self.given_config = config
        self.log: logging.Logger = logging.getLogger("penstock.direct")
        self.mapping_key = mapping_key
        self.is_subset = False
        self.assets_def: object = None
        self.events: list[Event] = []
        self._stack = ExitStack()
        self._declared = resources
        self._instance = instance
        self._op: OpNode | None = None
        setup = SetUp(config=_entries(resources_config), instance=instance)
        self.ready: ReadyResources = self._stack.enter_context(resources_in_use(resources, setup))
        self.resources: Mapping[str, object] = self.ready

    @property
    def selected_output_names(self) -> Sequence[str]:
        """Every output: nothing is selected."""
        return self.output_names

    @property
    def instance(self) -> object:
        """The instance that was given; else one in memory."""
        if self._instance is None:
            self._instance = upcalls.engine().ephemeral_instance()
        return self._instance

    @property
    def op_def(self) -> OpNode:
        """The op that is called.

        Raises:
            InvalidPropertyError: None is.
        """
        if self._op is None:
            self.refuse("op_def")
        return self._op

    @op_def.setter
    def op_def(self, op: OpNode | None) -> None:
        self._op = op

    @property
    def node(self) -> NoReturn:
        """Refuse: there is no job."""
        self.refuse("op")

    @property
    def handle(self) -> NoReturn:
        """Refuse: there is no job."""
        self.refuse("node_handle")

    @property
    def job_def(self) -> NoReturn:
        """Refuse: there is no job."""
        self.refuse("job_def")

    @property
    def repository_def(self) -> NoReturn:
        """Refuse: there is no repository."""
        self.refuse("repository_def")

    @property
    def run(self) -> NoReturn:
        """Refuse: there is no run."""
        self.refuse("run")

    def refuse(self, name: str) -> NoReturn:
        """Say that a call by hand does not have a property."""
        raise InvalidPropertyError(
            f"An asset or op that is called by hand has no job around it, so its context cannot "
            f"answer {name}. Run it in a job."
        )

    def log_event(self, event: Event) -> None:
        """Keep an event of user code."""
        self.events.append(event)

    def input_partitions(self, input_name: str) -> NoReturn:
        """Refuse: nothing is loaded."""
        self.refuse(f"asset_partition_keys_for_input('{input_name}')")

    def input_partitions_def(self, input_name: str) -> NoReturn:
        """Refuse: nothing is loaded."""
        self.refuse(f"asset_partitions_def_for_input('{input_name}')")

    def provenance(self, key: AssetKey) -> NoReturn:
        """Refuse: nothing is recorded."""
        self.refuse(f"get_asset_provenance('{key}')")

    def load_asset_value(
        self, key: AssetKey, *, python_type: type | None, partition_key: str | None
    ) -> NoReturn:
        """Refuse: there are no IO managers."""
        self.refuse(f"load_asset_value('{key}')")

    def close(self) -> None:
        """Release the resources."""
        self._stack.close()


def _entries(resources_config: Mapping[str, object] | None) -> Mapping[str, object]:
    return {} if resources_config is None else resources_config


def plain_config(config: object) -> object:
    """Return the config of a step as plain values, by the keys that run config uses."""
    if not is_config_class(type(config)):
        return config
    from penstock.config.model_type import plain_values  # noqa: PLC0415 - needs pydantic

    return plain_values(config)
