"""Runs as the store keeps them: planned, created with their plan, read back, and added to.

What carries them out is in `runs.py`; those that were lost are in `recovery.py`.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from penstock.base.ids import RunId
from penstock.decide.run import RunMachine
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import FencedError, RunNotFoundError
from penstock.execute import owners
from penstock.instance import Instance
from penstock.model.events import RunEvent
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunRecord, RunSpec, RunStatus, with_implied_tags
from penstock.plan.announce import planned
from penstock.plan.build import build_plan
from penstock.plan.plan import Plan, encode_plan
from penstock.plan.request import resolve_partition
from penstock.store.protocol import Lease
from penstock.store.run_lineage import stored_plan


def plan_assets(
    loaded: LoadedDefinitions,
    instance: Instance,
    *,
    assets: AbstractSet[AssetKey],
    checks: AbstractSet[AssetCheckKey] | None,
    spec: RunSpec,
) -> Plan:
    """Plan a run of assets and checks, for partitions that exist."""
    resolve_partition(
        loaded.graph,
        assets,
        partition=spec.partition,
        partition_range=spec.partition_range,
        now=datetime.fromtimestamp(instance.clock.now(), UTC),
    )
    return build_plan(loaded.graph, assets, checks=checks)


def create_run(instance: Instance, plan: Plan, spec: RunSpec, *, run_id: str | None) -> RunRecord:
    """Record a run that has not started; it belongs to this process."""
    spec = with_implied_tags(spec)
    digest, data = encode_plan(plan)
    now = instance.clock.now()
    record = RunRecord(
        id=RunId(run_id or instance.ids.new_id()),
        spec=spec,
        status=RunStatus.NOT_STARTED,
        created=now,
        updated=now,
        owner=owners.this_owner(instance.home, instance.ids),
        plan=digest,
    )
    return instance.store.create_run(record, plan=data, events=planned(plan, spec))


def machine_at_start(plan: Plan, record: RunRecord) -> RunMachine:
    """Return the machine of a run of which nothing is told but its plan."""
    machine = RunMachine(plan)
    for event in planned(plan, record.spec):
        machine.apply(event, record.created)
    return machine


def lease_of(record: RunRecord) -> Lease:
    """Return the lease that a new run was made with."""
    return Lease(record.id, record.owner or "", record.fence, record.version)


def append_to(instance: Instance, record: RunRecord, events: list[RunEvent]) -> int | None:
    """Add events to a run just as it was read; None if another process has changed it since."""
    try:
        version, _ = instance.store.append(
            record.id,
            events,
            at=instance.clock.now(),
            expect=record.version,
            fence=record.fence,
        )
    except FencedError:
        return None
    return version


def existing(instance: Instance, run: RunId) -> RunRecord:
    """Return a run.

    Raises:
        RunNotFoundError: The store has none of that id.
    """
    record = instance.store.run(run)
    if record is None:
        raise RunNotFoundError(f"There is no run {run}. 'penstock run list' shows the runs.")
    return record


def plan_of(instance: Instance, record: RunRecord) -> Plan:
    """Return the plan that a run was created with."""
    return stored_plan(instance.store, record)
