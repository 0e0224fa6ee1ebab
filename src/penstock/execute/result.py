"""`ExecuteInProcessResult`: what a finished run made, to be asked in a test or a notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from penstock.base.text import did_you_mean, listed
from penstock.compat.check_records import target_of
from penstock.compat.event_data import Materialization, StepFailureData
from penstock.compat.event_types import DagsterEventType
from penstock.compat.event_views import event_views
from penstock.compat.events import DagsterEvent
from penstock.compat.runs import DagsterRun
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.compile import origin_of_output
from penstock.define.graph import GraphDefinition
from penstock.define.job_definition import JobDefinition
from penstock.define.loaded import LoadedDefinitions
from penstock.define.result import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    AssetMaterialization,
)
from penstock.define.spec import CoercibleToAsset, key_of
from penstock.define.step import StepDefinition
from penstock.errors import InvariantViolationError
from penstock.execute.facts import Captured
from penstock.instance import Instance
from penstock.model.events import CheckEvaluated
from penstock.model.run import RunRecord, RunStatus
from penstock.store.protocol import EventFilter


class ExecutionResult:
    """A finished run, and what happened in it."""

    def __init__(
        self, record: RunRecord, instance: Instance, *, job: JobDefinition | None = None
    ) -> None:
        self._record = record
        self._instance = instance
        self._job = job

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

    @property
    def job_def(self) -> JobDefinition:
        """The job that ran.

        Raises:
            InvariantViolationError: Assets ran that no job was declared for.
        """
        if self._job is None:
            raise InvariantViolationError(f"Run {self.run_id} is of assets, and of no job.")
        return self._job

    @cached_property
    def all_events(self) -> Sequence[DagsterEvent]:
        """Every event of the run, oldest first."""
        return event_views(self._instance.store.events(EventFilter(run=self._record.id)))

    @property
    def all_node_events(self) -> Sequence[DagsterEvent]:
        """The events of steps, oldest first."""
        return [event for event in self.all_events if event.is_step_event]

    def filter_events(self, event_filter: Callable[[DagsterEvent], bool]) -> list[DagsterEvent]:
        """Return the events that a function says yes to."""
        return [event for event in self.all_events if event_filter(event)]

    def events_of_type(self, kind: DagsterEventType) -> Sequence[DagsterEvent]:
        """Return the events of one type."""
        return [event for event in self.all_events if event.event_type is kind]

    def events_for_node(self, node_name: str) -> Sequence[DagsterEvent]:
        """Return the events of an op, or of the ops of a graph."""
        return [e for e in self.all_events if e.step_key and _is_of(e.step_key, node_name)]

    def get_asset_materialization_events(self) -> Sequence[DagsterEvent]:
        """Return the materializations."""
        return self.events_of_type(DagsterEventType.ASSET_MATERIALIZATION)

    def get_asset_materialization_planned_events(self) -> Sequence[DagsterEvent]:
        """Return what the run meant to make."""
        return self.events_of_type(DagsterEventType.ASSET_MATERIALIZATION_PLANNED)

    def get_asset_observation_events(self) -> Sequence[DagsterEvent]:
        """Return the observations."""
        return self.events_of_type(DagsterEventType.ASSET_OBSERVATION)

    def get_step_failure_events(self) -> Sequence[DagsterEvent]:
        """Return the failures of steps."""
        return self.events_of_type(DagsterEventType.STEP_FAILURE)

    def get_step_success_events(self) -> Sequence[DagsterEvent]:
        """Return the steps that ended well."""
        return self.events_of_type(DagsterEventType.STEP_SUCCESS)

    def get_step_skipped_events(self) -> Sequence[DagsterEvent]:
        """Return the steps that were skipped."""
        return self.events_of_type(DagsterEventType.STEP_SKIPPED)

    def get_failed_step_keys(self) -> AbstractSet[str]:
        """Return the keys of the steps that failed."""
        return {e.step_key for e in self.get_step_failure_events() if e.step_key is not None}

    def get_job_failure_event(self) -> DagsterEvent:
        """Return the failure of the run.

        Raises:
            InvariantViolationError: It did not fail.
        """
        return self._only(DagsterEventType.RUN_FAILURE)

    get_run_failure_event = get_job_failure_event

    def get_job_success_event(self) -> DagsterEvent:
        """Return the success of the run.

        Raises:
            InvariantViolationError: It did not end well.
        """
        return self._only(DagsterEventType.RUN_SUCCESS)

    get_run_success_event = get_job_success_event

    def _only(self, kind: DagsterEventType) -> DagsterEvent:
        events = self.events_of_type(kind)
        if not events:
            status = self._record.status.value
            raise InvariantViolationError(f"Run {self.run_id} has no {kind.value}: it is {status}.")
        return events[0]

    def get_asset_check_evaluations(self) -> Sequence[AssetCheckEvaluation]:
        """Return the verdicts of checks."""
        events = self.events_of_type(DagsterEventType.ASSET_CHECK_EVALUATION)
        return [self._evaluation(e.stored.id, e.asset_check_evaluation_data) for e in events]

    def _evaluation(self, event: int, verdict: CheckEvaluated) -> AssetCheckEvaluation:
        return AssetCheckEvaluation(
            asset_key=verdict.asset,
            check_name=verdict.name,
            passed=verdict.passed,
            metadata=verdict.metadata,
            severity=AssetCheckSeverity(verdict.severity),
            description=verdict.description,
            partition=verdict.partition,
            blocking=verdict.blocking,
            target_materialization_data=target_of(
                self._instance.store,
                verdict.asset,
                before=event,
                partition=self._record.spec.partition,
            ),
        )

    def asset_materializations_for_node(self, node_name: str) -> Sequence[AssetMaterialization]:
        """Return what an op made."""
        events = self.events_for_node(node_name)
        made = [e.materialization for e in events if e.is_step_materialization]
        return [
            AssetMaterialization(m.asset_key, m.description, m.metadata, m.partition, m.tags)
            for m in made
        ]

    def asset_observations_for_node(self, node_name: str) -> Sequence[Materialization]:
        """Return what an op observed."""
        return [
            e.materialization for e in self.events_for_node(node_name) if e.is_asset_observation
        ]

    def failure_data_for_node(self, node_name: str) -> StepFailureData | None:
        """Return why an op failed; None if it did not."""
        failed = [e for e in self.events_for_node(node_name) if e.is_step_failure]
        return failed[0].step_failure_data if failed else None

    def is_node_success(self, node_name: str) -> bool:
        """Tell whether an op ended well."""
        return any(e.is_step_success for e in self.events_for_node(node_name))

    def is_node_failed(self, node_name: str) -> bool:
        """Tell whether an op failed for good."""
        return any(e.is_step_failure for e in self.events_for_node(node_name))

    def is_node_skipped(self, node_name: str) -> bool:
        """Tell whether an op was skipped."""
        return any(e.is_step_skipped for e in self.events_for_node(node_name))

    def is_node_untouched(self, node_name: str) -> bool:
        """Tell whether an op never started."""
        return not any(
            e.is_step_start or e.is_step_skipped for e in self.events_for_node(node_name)
        )

    def retry_attempts_for_node(self, node_name: str) -> int:
        """Return how often an op was tried again."""
        return sum(e.is_step_restarted for e in self.events_for_node(node_name))


def _is_of(step_key: str, node_name: str) -> bool:
    name = step_key.partition("[")[0]
    return node_name in (step_key, name) or name.startswith(f"{node_name}.")


class ExecuteInProcessResult(ExecutionResult):
    """A finished run, with the values that it made."""

    def __init__(
        self,
        record: RunRecord,
        instance: Instance,
        loaded: LoadedDefinitions,
        *,
        captured: Captured | None = None,
        job: JobDefinition | None = None,
    ) -> None:
        super().__init__(record, instance, job=job)
        if not instance.is_ephemeral:
            assert self.all_events is not None, "read now, as the store may be closed later"
        self._loaded = loaded
        self._captured = captured if captured is not None else {}

    def asset_value(self, asset_key: CoercibleToAsset) -> object:
        """Return the value of an asset that the run made.

        Raises:
            InvariantViolationError: The definitions do not make it, or the run did not.
        """
        key = key_of(asset_key)
        node = self._loaded.step_of.get(key)
        if node is None:
            raise InvariantViolationError(f"These definitions do not make asset '{key}'.")
        output = node.output_of(key)
        if output.returns_nothing:
            return None
        for (step, name, _), value in self._captured.items():
            if name == output.name and self._definition_of(step) is node:
                return value
        raise InvariantViolationError(f"Run {self.run_id} did not make a value of asset '{key}'.")

    def output_value(self, output_name: str = "result") -> object:
        """Return the value of an output of the job itself.

        Raises:
            InvariantViolationError: The job has no such output, or it was not produced.
        """
        graph = self.job_def.graph
        if not graph.has_output(output_name):
            raise InvariantViolationError(
                f"'{graph.name}' has no output '{output_name}'. It has "
                f"{listed([o.name for o in graph.output_defs]) or 'none'}."
            )
        step, output = self.job_def.compiled.outputs[output_name]
        return self._value_of(step, output)

    def output_for_node(self, node_str: str, output_name: str = "result") -> object:
        """Return the value of an op's output, or of a graph's.

        The values of a dynamic output, and those of an op that ran for each of them, come as a
        dict by mapping key.

        Raises:
            InvariantViolationError: There is no such op or output, or it was not produced.
        """
        step, output = self._origin(node_str, output_name)
        definition = self._definition_of(step)
        matching = [o for o in definition.outputs if o.name == output]
        if not matching:
            raise InvariantViolationError(f"'{node_str}' has no output '{output_name}'.")
        return None if matching[0].returns_nothing else self._value_of(step, output)

    def _origin(self, node_str: str, output_name: str) -> tuple[str, str]:
        if node_str in self._loaded.nodes or any(step == node_str for step, _, _ in self._captured):
            return node_str, output_name
        found = self._origin_in_graph(node_str, output_name)
        if found is not None:
            return found
        if self._job is not None:
            found = self._job.output_origin(node_str, output_name)
            if found is not None:
                return found
        raise InvariantViolationError(
            f"There is no op '{node_str}'.{did_you_mean(node_str, self._loaded.nodes)}"
        )

    def _origin_in_graph(self, node_str: str, output_name: str) -> tuple[str, str] | None:
        """Return the step's output behind that of a graph of assets, or of a graph in it."""
        unit, *path = node_str.split(".")
        for made in self._loaded.declared:
            node = (
                made.node.definition if isinstance(made, AssetsDefinition) and made.node else None
            )
            if isinstance(node, GraphDefinition) and node.name == unit:
                return origin_of_output(node, path, output_name, prefix=unit)
        return None

    def _definition_of(self, step: str) -> StepDefinition:
        """Return what a step ran; one that was divided ran under numbered names."""
        name = step.partition("[")[0]
        nodes = self._loaded.nodes
        return nodes[name] if name in nodes else nodes[name.rpartition("_")[0]]

    def _value_of(self, step: str, output: str) -> object:
        mapped: dict[str, object] = {}
        for (key, name, mapping_key), value in self._captured.items():
            base, _, copy = key.partition("[")
            if base != step or name != output:
                continue
            if mapping_key is None and not copy:
                return value
            mapped[mapping_key or copy.removesuffix("]")] = value
        definition = self._definition_of(step)
        is_dynamic = any(o.is_dynamic for o in definition.outputs if o.name == output)
        if mapped or is_dynamic or definition.over is not None:
            return mapped
        raise InvariantViolationError(
            f"Step '{step}' did not produce output '{output}' in run {self.run_id}."
        )


class JobExecutionResult(ExecutionResult):
    """A finished run of `execute_job`; values are loaded by their IO managers.

    Use it as a context manager: the resources that loading needs are torn down at its end.
    """

    def __init__(
        self,
        record: RunRecord,
        instance: Instance,
        *,
        job: JobDefinition,
        load: Callable[[str, str], object],
        close: Callable[[], None],
    ) -> None:
        super().__init__(record, instance, job=job)
        self._load = load
        self._close = close
        self._is_entered = False

    def __enter__(self) -> JobExecutionResult:
        self._is_entered = True
        return self

    def __exit__(self, *details: object) -> None:
        self._is_entered = False
        self._close()

    def output_for_node(self, node_str: str, output_name: str = "result") -> object:
        """Load the value of an op's output.

        Raises:
            InvariantViolationError: There is no such op or output, it was not produced, or the
                result is not used in a `with`.
        """
        return self._loaded(node_str, output_name)

    def output_value(self, output_name: str = "result") -> object:
        """Load the value of an output of the job itself.

        Raises:
            InvariantViolationError: The result is not used in a `with`.
        """
        return self._loaded(*self.job_def.compiled.outputs[output_name])

    def _loaded(self, node: str, output_name: str) -> object:
        if not self._is_entered:
            raise InvariantViolationError(
                "Values can be loaded inside a `with` alone: it tears down the resources that load "
                "them. Write: with execute_job(...) as result."
            )
        return self._load(node, output_name)
