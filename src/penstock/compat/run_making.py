"""`RunMaking`: runs that are recorded, submitted and launched.

A job is known here by its shape alone, because whoever keeps the record must not see user code:
its name, its tags, its config and its plan. What carries a run out is the launcher of the settings.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Protocol

import msgspec

from penstock.base.clock import Clock
from penstock.base.ids import IdSource, RunId
from penstock.base.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    CODE_LOCATION_TAG,
    PARENT_RUN_ID_TAG,
    PARTITION_NAME_TAG,
    RESUME_RETRY_TAG,
    ROOT_RUN_ID_TAG,
)
from penstock.compat.runs import DagsterRun, spec_of
from penstock.errors import (
    InvariantViolationError,
    ParameterCheckError,
    RunAlreadyExistsError,
    RunNotFoundError,
)
from penstock.model import events as native
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.plan.again import parent_facts, plan_again, unfinished_steps
from penstock.plan.announce import planned
from penstock.plan.plan import Plan, encode_plan
from penstock.store.protocol import Store
from penstock.store.run_lineage import lineage, past_run

_NO_PLAN = Plan(())

_WAY_TO: Mapping[RunStatus, tuple[native.RunEvent, ...]] = {
    RunStatus.STARTING: (native.RunStarting(),),
    RunStatus.STARTED: (native.RunStarted(),),
    RunStatus.SUCCESS: (native.RunStarted(), native.RunSucceeded()),
    RunStatus.FAILURE: (native.RunStarted(), native.RunFailed("It was recorded as failed.")),
    RunStatus.CANCELING: (native.RunStarted(), native.RunCanceling()),
    RunStatus.CANCELED: (native.RunStarted(), native.RunCanceling(), native.RunCanceled()),
    RunStatus.SUSPENDED: (native.RunStarted(), native.LeaseLost()),
}
"""The events that lead a new run to a status; the others are stated without any."""


class JobToRun(Protocol):
    """A job, as far as a run of it can be recorded."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The tags of its runs."""
        ...

    @property
    def plan(self) -> Plan:
        """The plan of a whole run of it."""
        ...

    @property
    def get_subset(self) -> Callable[..., JobToRun]:
        """What makes a part of it, of the ops or the assets that are named."""
        ...


class ReexecutionStrategy(Enum):
    """Which steps of a run are run again."""

    ALL_STEPS = "ALL_STEPS"
    FROM_FAILURE = "FROM_FAILURE"
    FROM_ASSET_FAILURE = "FROM_ASSET_FAILURE"


class RunMaking:
    """The part of the instance that records new runs."""

    store: Store
    clock: Clock
    ids: IdSource

    def create_run_for_job(
        self,
        job_def: JobToRun,
        execution_plan: Plan | None = None,
        run_id: str | None = None,
        run_config: Mapping[str, object] | None = None,
        resolved_op_selection: AbstractSet[str] | None = None,
        status: RunStatus | str | None = None,
        tags: Mapping[str, str] | None = None,
        root_run_id: str | None = None,
        parent_run_id: str | None = None,
        op_selection: Sequence[str] | None = None,
        asset_selection: AbstractSet[AssetKey] | None = None,
        remote_job_origin: object = None,
        job_code_origin: object = None,
        repository_load_data: object = None,
    ) -> DagsterRun:
        """Record a run of a job; it does not run yet.

        Args:
            job_def: The job.
            execution_plan: The plan, if it is not that of the whole job.
            run_id: The run's id; a new one if None.
            run_config: Its run config.
            resolved_op_selection: The ops to run, by name; all if None.
            status: Where it stands; not started if None.
            tags: Its tags, beside those of the job.
            root_run_id: The first of the runs that it repeats.
            parent_run_id: The run that it repeats.
            op_selection: The ops to run, as selection queries; all if None.
            asset_selection: The assets to make; all of the job's if None.
            remote_job_origin: Where the job's definition is, with the name of its code location.
            job_code_origin: Accepted; a launcher knows how to load code.
            repository_load_data: Accepted, as above.

        Raises:
            RunAlreadyExistsError: There is a run of that id.
            ParameterCheckError: The id is no UUID.
        """
        del job_code_origin, repository_load_data
        chosen = op_selection or (sorted(resolved_op_selection) if resolved_op_selection else None)
        part = job_def
        if asset_selection is not None:
            part = job_def.get_subset(asset_selection=frozenset(asset_selection))
        elif chosen is not None:
            part = job_def.get_subset(op_selection=list(chosen))
        return self.create_run(
            job_name=job_def.name,
            run_id=run_id,
            run_config=run_config,
            status=None if status is None else RunStatus(status),
            tags={**job_def.run_tags, **(tags or {})},
            root_run_id=root_run_id,
            parent_run_id=parent_run_id,
            op_selection=chosen,
            asset_selection=asset_selection,
            remote_job_origin=remote_job_origin,
            execution_plan_snapshot=execution_plan or part.plan,
        )

    def create_run(
        self,
        *,
        job_name: str,
        run_id: str | None = None,
        run_config: Mapping[str, object] | None = None,
        status: RunStatus | None = None,
        tags: Mapping[str, str] | None = None,
        root_run_id: str | None = None,
        parent_run_id: str | None = None,
        step_keys_to_execute: Sequence[str] | None = None,
        execution_plan_snapshot: object = None,
        asset_selection: AbstractSet[AssetKey] | None = None,
        asset_check_selection: AbstractSet[AssetCheckKey] | None = None,
        op_selection: Sequence[str] | None = None,
        remote_job_origin: object = None,
        **_more: object,
    ) -> DagsterRun:
        """Record a run; it does not run yet.

        Args:
            job_name: The name of its job.
            run_id: Its id; a new one if None.
            run_config: Its run config.
            status: Where it stands; not started if None.
            tags: Its tags; those of partitions and backfills say what it is for.
            root_run_id: The first of the runs that it repeats.
            parent_run_id: The run that it repeats.
            step_keys_to_execute: The steps to run; all if None.
            execution_plan_snapshot: Its plan; a run without one makes nothing.
            asset_selection: The assets to make; all of the plan's if None.
            asset_check_selection: The checks to evaluate; those of the assets if None.
            op_selection: The queries that chose some of the job's ops.
            remote_job_origin: Where the job's definition is, with the name of its code location.
            **_more: Accepted: what Dagster's runs say of the processes that load code.

        Raises:
            RunAlreadyExistsError: There is a run of that id.
            ParameterCheckError: The id is no UUID.
            InvariantViolationError: The tags contradict each other.
        """
        given = {**_location_tags(remote_job_origin), **(tags or {})}
        if root_run_id is not None and parent_run_id is not None:
            given = {ROOT_RUN_ID_TAG: root_run_id, PARENT_RUN_ID_TAG: parent_run_id, **given}
        check_partition_tags(given)
        spec = spec_of(
            job_name,
            tags=given,
            config=run_config,
            assets=asset_selection,
            checks=asset_check_selection,
            ops=op_selection,
            steps=step_keys_to_execute,
            parent=parent_run_id,
            root=root_run_id,
        )
        known = self.ids.new_id() if run_id is None else _checked_id(run_id)
        plan = execution_plan_snapshot if isinstance(execution_plan_snapshot, Plan) else _NO_PLAN
        return self._record(known, plan, spec, status or RunStatus.NOT_STARTED)

    def create_reexecuted_run(
        self,
        *,
        parent_run: DagsterRun,
        strategy: ReexecutionStrategy = ReexecutionStrategy.ALL_STEPS,
        extra_tags: Mapping[str, str] | None = None,
        run_config: Mapping[str, object] | None = None,
        use_parent_run_tags: bool = False,
        **_more: object,
    ) -> DagsterRun:
        """Record a run that repeats another one; it does not run yet.

        Args:
            parent_run: The run that is repeated.
            strategy: Which of its steps run again. What failed is judged by steps, also where
                assets are asked for.
            extra_tags: Tags of the new run.
            run_config: Its run config; that of the parent if None.
            use_parent_run_tags: Whether it has the parent's tags too.
            **_more: Accepted: where Dagster loads the job's definition from.

        Raises:
            RunNotFoundError: The parent is not in the store.
            InvariantViolationError: It did not fail, and is to be repeated from its failure.
        """
        parent = self.store.run(RunId(parent_run.run_id))
        if parent is None:
            raise RunNotFoundError(f"There is no run {parent_run.run_id} to repeat.")
        goes_on = strategy is not ReexecutionStrategy.ALL_STEPS
        if goes_on and parent.status not in (RunStatus.FAILURE, RunStatus.CANCELED):
            raise InvariantViolationError(
                f"Run {parent.id} is {parent.status.value}: only a run that failed or was canceled "
                "has a failure to go on from. Use ReexecutionStrategy.ALL_STEPS."
            )
        plan = self._plan_again(parent, goes_on=goes_on)
        root = parent.spec.root or parent.id
        tags = {
            **(dict(parent.spec.tags) if use_parent_run_tags else {}),
            **(extra_tags or {}),
            PARENT_RUN_ID_TAG: parent.id,
            ROOT_RUN_ID_TAG: root,
            **({RESUME_RETRY_TAG: "true"} if goes_on else {}),
        }
        spec = msgspec.structs.replace(
            parent.spec,
            tags=tuple(sorted(tags.items())),
            config=dict(parent.spec.config if run_config is None else run_config),
            parent=parent.id,
            root=root,
            steps=tuple(step.key for step in plan.steps) if goes_on else parent.spec.steps,
        )
        return self._record(self.ids.new_id(), plan, spec, RunStatus.NOT_STARTED)

    def add_run(self, dagster_run: DagsterRun) -> DagsterRun:
        """Record a run as it is; its plan is empty.

        Raises:
            RunAlreadyExistsError: There is a run of that id.
        """
        record = dagster_run.record
        return self._record(record.id, _NO_PLAN, record.spec, record.status)

    def _plan_again(self, parent: RunRecord, *, goes_on: bool) -> Plan:
        runs = [past_run(self.store, record) for record in lineage(self.store, parent)]
        whole = runs[0].plan
        if not goes_on:
            return whole
        facts = parent_facts(runs)
        return plan_again(whole, selected=unfinished_steps(whole, facts), parent=facts)

    def _record(self, run: str, plan: Plan, spec: RunSpec, status: RunStatus) -> DagsterRun:
        digest, data = encode_plan(plan)
        now = self.clock.now()
        way = _WAY_TO.get(status, ())
        record = RunRecord(
            id=RunId(run),
            spec=spec,
            status=RunStatus.NOT_STARTED if way else status,
            created=now,
            updated=now,
            plan=digest,
        )
        if self.store.run(record.id) is not None:
            raise RunAlreadyExistsError(f"There is already a run {run}.")
        events = [*planned(plan, spec), *way]
        return DagsterRun(self.store.create_run(record, plan=data, events=events))


def check_partition_tags(tags: Mapping[str, str]) -> None:
    """Make sure that tags of partitions do not contradict each other.

    Raises:
        InvariantViolationError: They name one end of a range only, or a range and a partition.
    """
    ends = [
        tag
        for tag in (ASSET_PARTITION_RANGE_START_TAG, ASSET_PARTITION_RANGE_END_TAG)
        if tag in tags
    ]
    if len(ends) == 1:
        raise InvariantViolationError(
            f"The tag {ends[0]} is given alone, but a range of partitions has two ends. Give both "
            f"{ASSET_PARTITION_RANGE_START_TAG} and {ASSET_PARTITION_RANGE_END_TAG}, or neither."
        )
    if ends and PARTITION_NAME_TAG in tags:
        raise InvariantViolationError(
            f"A run is for one partition or for a range of them: {PARTITION_NAME_TAG} is given "
            f"along with {' and '.join(ends)}."
        )


def _checked_id(run_id: str) -> str:
    try:
        uuid.UUID(run_id)
    except ValueError:
        raise ParameterCheckError(
            f"The run_id {run_id!r} is not a UUID. Leave it out to get a new one."
        ) from None
    return run_id


def _location_tags(origin: object) -> Mapping[str, str]:
    location: object = getattr(origin, "location_name", None)
    return {CODE_LOCATION_TAG: location} if isinstance(location, str) else {}
