"""From the requests of an evaluation to requests that can be submitted.

Owns the rules of targets (which job a request is for), and the tags, config and assets that are
filled in. Pure but for the dynamic partitions of the instance, which it reads.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from penstock.base.text import listed
from penstock.define.implicit_job import IMPLICIT_ASSET_JOB_NAME
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.job_facts import JobFacts
from penstock.define.run_request import ConfiguredJob, DynamicPartitionsRequest, RunRequest
from penstock.define.targets import AutomationTarget
from penstock.define.tick_context import Repository, TickContext
from penstock.errors import InvalidSubsetError, InvariantViolationError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection
from penstock.model.keys import AssetKey
from penstock.partitions.context import DynamicPartitionsStore
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import AddDynamicPartitionsRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks for runs.

    Attributes:
        noun: "schedule" or "sensor".
        name: Its name.
        targets: What it may run.
        selection: The assets that it may run, in a job of all assets; None if it has targets.
        runs_everything: Whether a request that names nothing is for all assets.
    """

    noun: str
    name: str
    targets: Sequence[AutomationTarget] = ()
    selection: AssetSelection | None = None
    runs_everything: bool = False

    @property
    def tag(self) -> dict[str, str]:
        """The tag of its runs."""
        return {f"dagster/{self.noun}_name": self.name}


class PendingPartitions:
    """The keys of dynamic partitions as they will be once an evaluation's requests are carried out.

    Args:
        store: Where the keys are; None is nowhere.
        requests: Keys to add and to delete, in order.
    """

    def __init__(
        self, store: DynamicPartitionsStore | None, requests: Sequence[DynamicPartitionsRequest]
    ) -> None:
        self._store = store
        self._requests = requests

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """Return the keys of a dynamic partitions definition."""
        keys: dict[str, None] = {}
        if self._store is not None:
            keys = dict.fromkeys(self._store.get_dynamic_partitions(partitions_def_name))
        for request in self._requests:
            if request.partitions_def_name != partitions_def_name:
                continue
            for key in request.partition_keys:
                if isinstance(request, AddDynamicPartitionsRequest):
                    keys[key] = None
                else:
                    keys.pop(key, None)
        return list(keys)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Tell whether a dynamic partitions definition has a key."""
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


@dataclass(frozen=True, slots=True)
class _AssetRun:
    """A run of some assets, as what takes on the tags of a partition."""

    name: str
    partitions_def: PartitionsDefinition | None
    facts: JobFacts


def resolved_requests(
    requests: Sequence[RunRequest],
    *,
    requester: Requester,
    context: TickContext,
    dynamic_requests: Sequence[DynamicPartitionsRequest] = (),
    at: datetime | None = None,
) -> list[RunRequest]:
    """Return requests with the job, the assets, the tags and the config that are implied.

    Args:
        requests: What the function asked for.
        requester: Who asks.
        context: The context of the evaluation: its definitions and its instance are looked at.
        dynamic_requests: Keys of partitions that the evaluation adds or deletes.
        at: As of when partitions must exist; now if None.

    Raises:
        InvariantViolationError: A request has no job, or one that is not a target; or definitions
            are needed and the context has none.
        InvalidSubsetError: It asks for assets that are not those of the sensor.
        ParameterCheckError: It has a partition, and its job has none.
        UnknownPartitionError: Its job has no such partition.
    """
    store = _store(context, dynamic_requests)
    found: list[RunRequest] = []
    for request in requests:
        if requester.selection is not None:
            request = _of_selection(request, requester, requester.selection, context)
        else:
            request = _of_target(request, requester)
        if request.partition_key is not None and not request.has_resolved_partition():
            job = _job_of(request, requester, context)
            request = request.with_resolved_tags_and_config(job, store, at)
        found.append(request.with_replaced_attrs(tags={**request.tags, **requester.tag}))
    return found


def _store(
    context: TickContext, requests: Sequence[DynamicPartitionsRequest]
) -> DynamicPartitionsStore | None:
    instance = cast("DynamicPartitionsStore | None", context.given_instance)
    return PendingPartitions(instance, requests) if requests else instance


def _of_target(request: RunRequest, requester: Requester) -> RunRequest:
    """Make sure that it is clear which job a request is for."""
    names = [target.job_name for target in requester.targets]
    who = f"{requester.noun.capitalize()} '{requester.name}'"
    if not names:
        if request.job_name is not None:
            return request
        if request.asset_selection is not None or requester.runs_everything:
            return request.with_replaced_attrs(job_name=IMPLICIT_ASSET_JOB_NAME)
        raise InvariantViolationError(
            f"{who} requested a run, and neither it nor the RunRequest says of what. Give the "
            "decorator job=, job_name= or target=, or the RunRequest job_name= or "
            "asset_selection=."
        )
    if requester.noun == "schedule":
        return request
    if request.job_name is None and len(names) > 1:
        raise InvariantViolationError(
            f"{who} has several jobs, and a RunRequest of it chooses none. Set its job_name to "
            f"{listed(names, 'or')}."
        )
    if request.job_name is not None and request.job_name not in names:
        raise InvariantViolationError(
            f"{who} requested a run of the job '{request.job_name}' without targeting it. Set "
            f"the job_name of the RunRequest to {listed(names, 'or')}."
        )
    return request


def _of_selection(
    request: RunRequest, requester: Requester, selection: AssetSelection, context: TickContext
) -> RunRequest:
    """Fill in the assets and checks of a sensor that has a selection instead of a job."""
    graph = context.needed_repository(
        "which assets the asset_selection of a sensor holds"
    ).asset_graph
    allowed = selection.resolve(graph)
    asked = request.asset_selection
    foreign = [] if asked is None else sorted(set(asked) - allowed)
    if foreign:
        raise InvalidSubsetError(
            f"Sensor '{requester.name}' requested {listed([str(key) for key in foreign])}, which "
            "its asset_selection does not have. Request some of the selected assets."
        )
    checks = selection.resolve_checks(graph)
    if request.asset_check_keys is None:
        wanted = [key for key in checks if asked is None or key.asset_key in asked]
        checked = sorted(wanted, key=lambda key: (key.asset_key, key.name))
    else:
        checked = list(request.asset_check_keys)
        unknown = [key for key in checked if key not in checks]
        if unknown:
            warnings.warn(
                f"Sensor '{requester.name}' requested asset check keys that its asset_selection "
                f"does not have: {listed([str(key) for key in unknown])}. This will be an error.",
                DeprecationWarning,
                stacklevel=5,
            )
    return request.with_replaced_attrs(
        job_name=IMPLICIT_ASSET_JOB_NAME,
        asset_selection=sorted(allowed) if asked is None else list(asked),
        asset_check_keys=checked,
    )


def _job_of(request: RunRequest, requester: Requester, context: TickContext) -> ConfiguredJob:
    repository = context.needed_repository("which partition a RunRequest is for")
    name = request.job_name or requester.targets[0].job_name
    if name == IMPLICIT_ASSET_JOB_NAME:
        return _of_assets(name, request.asset_selection or (), repository.asset_graph)
    if repository.has_job(name):
        return _with_partitions(repository.get_job(name), repository)
    for target in requester.targets:
        if target.job_name == name and target.job_def is not None:
            return _with_partitions(target.job_def, repository)
    raise InvariantViolationError(
        f"{requester.noun.capitalize()} '{requester.name}' requested a run of the job '{name}', "
        "which is not among the definitions. Add it to Definitions(jobs=[...])."
    )


def _with_partitions(job: object, repository: Repository) -> ConfiguredJob:
    if isinstance(job, UnresolvedAssetJob) and job.partitions_def is None:
        graph = repository.asset_graph
        partitions = _common_partitions(sorted(job.selection.resolve(graph)), graph)
        return _AssetRun(job.name, partitions, job.facts)
    assert isinstance(job, (JobDefinition, UnresolvedAssetJob))
    return job


def _of_assets(name: str, keys: Sequence[AssetKey], graph: AssetGraph) -> ConfiguredJob:
    return _AssetRun(name, _common_partitions(keys, graph), JobFacts(name=name))


def _common_partitions(keys: Sequence[AssetKey], graph: AssetGraph) -> PartitionsDefinition | None:
    found = {graph.node(key).partitions for key in keys} - {None}
    if len(found) > 1:
        raise InvariantViolationError(
            f"The assets {listed([str(key) for key in keys])} have different partitions, so one "
            "run cannot be of one partition of all of them. Request them separately."
        )
    return next(iter(found), None)
