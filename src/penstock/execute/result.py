"""`ExecuteInProcessResult`: what a finished run made, to be asked in a test or a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from penstock.compat.events import DagsterEvent, DagsterEventType
from penstock.compat.runs import DagsterRun
from penstock.define.io_manager import InputContext, IOManager
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import InvariantViolationError
from penstock.execute.defaults import default_io_manager
from penstock.instance import Instance
from penstock.model.events import CheckEvaluated, LogLine
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunStatus
from penstock.store.protocol import EventFilter


class ExecuteInProcessResult:
    """A finished run."""

    def __init__(
        self,
        record: RunRecord,
        instance: Instance,
        loaded: LoadedDefinitions,
        *,
        io_managers: dict[str, object],
    ) -> None:
        self._record = record
        self._instance = instance
        self._loaded = loaded
        self._io_managers = io_managers

    @property
    def success(self) -> bool:
        """Whether every step ended well."""
        return self._record.status is RunStatus.SUCCESS

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._record.id

    @property
    def dagster_run(self) -> DagsterRun:
        """The run."""
        return DagsterRun(self._record)

    @cached_property
    def all_events(self) -> Sequence[DagsterEvent]:
        """Every event of the run, oldest first."""
        stored = self._instance.store.events(EventFilter(run=self._record.id))
        return [DagsterEvent(s) for s in stored if not isinstance(s.event, LogLine)]

    def events_of_type(self, kind: DagsterEventType) -> Sequence[DagsterEvent]:
        """Return the events of one type."""
        return [event for event in self.all_events if event.event_type is kind]

    def events_for_node(self, node_name: str) -> Sequence[DagsterEvent]:
        """Return the events of one step."""
        return [event for event in self.all_events if event.step_key == node_name]

    def get_asset_materialization_events(self) -> Sequence[DagsterEvent]:
        """Return the materializations."""
        return self.events_of_type(DagsterEventType.ASSET_MATERIALIZATION)

    def get_asset_observation_events(self) -> Sequence[DagsterEvent]:
        """Return the observations."""
        return self.events_of_type(DagsterEventType.ASSET_OBSERVATION)

    def get_step_failure_events(self) -> Sequence[DagsterEvent]:
        """Return the failures of steps."""
        return self.events_of_type(DagsterEventType.STEP_FAILURE)

    def get_step_success_events(self) -> Sequence[DagsterEvent]:
        """Return the steps that ended well."""
        return self.events_of_type(DagsterEventType.STEP_SUCCESS)

    def get_asset_check_evaluations(self) -> Sequence[CheckEvaluated]:
        """Return the verdicts of checks."""
        events = self.events_of_type(DagsterEventType.ASSET_CHECK_EVALUATION)
        return [event.asset_check_evaluation_data for event in events]

    def asset_materializations_for_node(self, node_name: str) -> Sequence[object]:
        """Return what one step made."""
        return [
            e.materialization for e in self.events_for_node(node_name) if e.is_step_materialization
        ]

    def is_node_success(self, node_name: str) -> bool:
        """Tell whether a step ended well."""
        return any(e.is_step_success for e in self.events_for_node(node_name))

    def is_node_failed(self, node_name: str) -> bool:
        """Tell whether a step failed for good."""
        return any(e.is_step_failure for e in self.events_for_node(node_name))

    def is_node_untouched(self, node_name: str) -> bool:
        """Tell whether a step never started."""
        kinds = (DagsterEventType.STEP_START, DagsterEventType.STEP_SKIPPED)
        return not any(e.event_type in kinds for e in self.events_for_node(node_name))

    def retry_attempts_for_node(self, node_name: str) -> int:
        """Return how often a step was tried again."""
        kind = DagsterEventType.STEP_RESTARTED
        return sum(e.event_type is kind for e in self.events_for_node(node_name))

    def asset_value(self, asset_key: AssetKey | str) -> object:
        """Load the value of an asset that the run made.

        Raises:
            InvariantViolationError: The definitions do not make it.
        """
        key = AssetKey.from_coercible(asset_key)
        node = self._loaded.node_of.get(key)
        if node is None:
            raise InvariantViolationError(f"These definitions do not make asset '{key}'.")
        manager = self._io_managers[node.output_of(key).manager]
        assert isinstance(manager, IOManager)
        partition = self._record.spec.partition if node.partitions is not None else None
        return manager.load_input(
            InputContext(
                asset_key=key,
                name="value",
                step_key="",
                run_id=self._record.id,
                partition_keys=() if partition is None else (partition,),
                partitions=node.partitions,
            )
        )

    def output_for_node(self, node_str: str, output_name: str = "result") -> object:
        """Load the value of a step's output."""
        node = self._loaded.nodes[node_str]
        matching = [o for o in node.outputs if o.name == output_name]
        if not matching:
            raise InvariantViolationError(f"'{node_str}' has no output '{output_name}'.")
        if matching[0].returns_nothing:
            return None
        return self.asset_value(matching[0].spec.key)


def io_managers_of(instance: Instance, resources: dict[str, object]) -> dict[str, object]:
    """Return the resources with the default IO manager among them."""
    return {"io_manager": default_io_manager(instance), **resources}
