"""What schedules and sensors answer with: `RunRequest`, `SkipReason`, `SensorResult`.

Values only. A request knows how to take the config and the tags of its partition on; whether its
job exists, and whether it was requested before, is for others to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, cast

from penstock.base.tags import PARTITION_NAME_TAG
from penstock.config.run_config import RunConfig
from penstock.define.attributes import checked_type
from penstock.define.names import text_tags
from penstock.define.partitioned_config import PartitionedConfig
from penstock.define.result import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from penstock.errors import ParameterCheckError, UnknownPartitionError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.partitions.context import DynamicPartitionsStore, partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest

DynamicPartitionsRequest = AddDynamicPartitionsRequest | DeleteDynamicPartitionsRequest
SensorEvent = AssetMaterialization | AssetObservation | AssetCheckEvaluation


class ConfiguredJob(Protocol):
    """What a request asks of its job, to take on what a partition brings."""

    @property
    def name(self) -> str:
        """The name of the job."""
        ...

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """What its runs can be split by."""
        ...

    @property
    def facts(self) -> JobConfigFacts:
        """What it declares."""
        ...


class JobConfigFacts(Protocol):
    """The config that a job declares."""

    @property
    def run_config(self) -> Mapping[str, object] | None:
        """The config that its runs begin with."""
        ...

    @property
    def partitioned(self) -> PartitionedConfig[PartitionsDefinition] | None:
        """Config and tags by partition."""
        ...


@dataclass(frozen=True, slots=True, init=False)
class RunRequest:
    """A run that a schedule or a sensor asks for.

    Args:
        run_key: What identifies the request: a sensor gets one run for a key, ever; a schedule one
            for a key and tick. None asks for a run each time.
        run_config: The config of the run; the job's own if None.
        tags: Tags of the run; a value that is no text is written as JSON.
        job_name: The job; needed where the schedule or sensor has several.
        asset_selection: The assets to make, of those of the job; all if None.
        stale_assets_only: Whether to leave out assets that are up to date.
        partition_key: The partition of the run.
        asset_check_keys: The checks to evaluate; those of the selected assets if None.

    Raises:
        ParameterCheckError: An argument is of the wrong type.

    Example:
        >>> RunRequest(run_key="2024-01-01", partition_key="2024-01-01").partition_key
        '2024-01-01'
    """

    run_key: str | None
    run_config: Mapping[str, object]
    tags: Mapping[str, str]
    job_name: str | None
    asset_selection: Sequence[AssetKey] | None
    stale_assets_only: bool
    partition_key: str | None
    asset_check_keys: Sequence[AssetCheckKey] | None

    def __init__(
        self,
        run_key: str | None = None,
        run_config: Mapping[str, object] | RunConfig | None = None,
        tags: Mapping[str, object] | None = None,
        job_name: str | None = None,
        asset_selection: Sequence[AssetKey] | None = None,
        stale_assets_only: bool = False,  # noqa: FBT001, FBT002 - the public signature
        partition_key: str | None = None,
        asset_check_keys: Sequence[AssetCheckKey] | None = None,
    ) -> None:
        checked_type(run_key, str, argument="run_key", of="RunRequest")
        checked_type(job_name, str, argument="job_name", of="RunRequest")
        checked_type(partition_key, str, argument="partition_key", of="RunRequest")
        checked_type(stale_assets_only, bool, argument="stale_assets_only", of="RunRequest")
        checked_type(tags, Mapping, argument="tags", of="RunRequest")
        checked_type(run_config, (Mapping, RunConfig), argument="run_config", of="RunRequest")
        keys = items_of(asset_selection, AssetKey, argument="asset_selection", of="RunRequest")
        checks = items_of(
            asset_check_keys, AssetCheckKey, argument="asset_check_keys", of="RunRequest"
        )
        fields: dict[str, object] = {
            "run_key": run_key,
            "run_config": plain_run_config(run_config),
            "tags": text_tags(tags, owner="A RunRequest"),
            "job_name": job_name,
            "asset_selection": keys,
            "stale_assets_only": stale_assets_only,
            "partition_key": partition_key,
            "asset_check_keys": checks,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def with_replaced_attrs(self, **changes: object) -> RunRequest:
        """Return a copy with some attributes changed."""
        return cast("RunRequest", replace(self, **changes))  # pyright: ignore[reportArgumentType]

    def has_resolved_partition(self) -> bool:
        """Tell whether the tags name the partition already."""
        return self.tags.get(PARTITION_NAME_TAG) == self.partition_key

    def with_resolved_tags_and_config(
        self,
        target_definition: ConfiguredJob,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
        current_time: datetime | None = None,
    ) -> RunRequest:
        """Return the request with the tags and the config of its partition.

        The tags of the partition win over those of the request; config that the request has wins
        over that of the partition.

        Args:
            target_definition: The job.
            dynamic_partitions_store: Where the keys of dynamic partitions are.
            current_time: As of when the partition must exist; now if None.

        Raises:
            ParameterCheckError: The request has no partition, or the job has none.
            UnknownPartitionError: The job has no such partition.
        """
        if self.partition_key is None:
            raise ParameterCheckError(
                f"This request for the job '{target_definition.name}' has no partition_key, so no "
                "tags and config of a partition can be added. Give RunRequest(partition_key=...)."
            )
        config, tags = partition_config(
            target_definition,
            self.partition_key,
            store=dynamic_partitions_store,
            at=current_time,
        )
        return self.with_replaced_attrs(
            run_config=self.run_config or config, tags={**self.tags, **tags}
        )


def partition_config(
    job: ConfiguredJob,
    partition_key: str,
    *,
    store: DynamicPartitionsStore | None = None,
    at: datetime | None = None,
) -> tuple[Mapping[str, object], Mapping[str, str]]:
    """Return the run config and the tags of one partition of a job.

    Raises:
        ParameterCheckError: The job has no partitions.
        UnknownPartitionError: It has no such partition.
    """
    partitions = job.partitions_def
    if partitions is None:
        raise ParameterCheckError(
            f"A run of job '{job.name}' was requested for the partition '{partition_key}', but the "
            "job has no partitions. Give the job partitions_def=, or drop partition_key."
        )
    with partition_loading_context(at, store):
        try:
            partitions.validate(partition_key)
        except UnknownPartitionError as error:
            raise UnknownPartitionError(
                f"A run of job '{job.name}' was requested for an unknown partition. {error}"
            ) from error
    partitioned = job.facts.partitioned or PartitionedConfig.from_flexible_config(
        job.facts.run_config, partitions
    )
    return (
        partitioned.get_run_config_for_partition_key(partition_key),
        partitioned.get_tags_for_partition_key(partition_key, job.name),
    )


def run_request_for_partition(
    job: ConfiguredJob,
    partition_key: str,
    run_key: str | None = None,
    tags: Mapping[str, object] | None = None,
    asset_selection: Sequence[AssetKey] | None = None,
    run_config: Mapping[str, object] | RunConfig | None = None,
    current_time: datetime | None = None,
    dynamic_partitions_store: DynamicPartitionsStore | None = None,
) -> RunRequest:
    """Request a run of one partition of a job.

    Raises:
        ParameterCheckError: The job has no partitions.
        UnknownPartitionError: It has no such partition.
    """
    config, partition_tags = partition_config(
        job, partition_key, store=dynamic_partitions_store, at=current_time
    )
    return RunRequest(
        run_key=run_key,
        run_config=config if run_config is None else run_config,
        tags={**(tags or {}), **partition_tags},
        job_name=job.name,
        asset_selection=asset_selection,
        partition_key=partition_key,
    )


@dataclass(frozen=True, slots=True)
class SkipReason:
    """Why a schedule or a sensor asks for no run this time.

    Raises:
        ParameterCheckError: The reason is no text.
    """

    skip_message: str | None = None

    def __post_init__(self) -> None:
        checked_type(self.skip_message, str, argument="skip_message", of="SkipReason")


@dataclass(frozen=True, slots=True, init=False)
class SensorResult:
    """All that a sensor has to say after one evaluation.

    Args:
        run_requests: The runs that it asks for.
        skip_reason: Why it asks for none.
        cursor: The text that the next evaluation finds as `context.cursor`.
        dynamic_partitions_requests: Keys of dynamic partitions to add or to delete, before the runs
            are requested.
        asset_events: What it learned of assets, to be recorded outside any run.

    Raises:
        ParameterCheckError: An argument is of the wrong type, or there are both requests and a
            reason to skip.
    """

    run_requests: Sequence[RunRequest]
    skip_reason: SkipReason | None
    cursor: str | None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest]
    asset_events: Sequence[SensorEvent]

    def __init__(
        self,
        run_requests: Sequence[RunRequest] | None = None,
        skip_reason: str | SkipReason | None = None,
        cursor: str | None = None,
        dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] | None = None,
        asset_events: Sequence[SensorEvent] | None = None,
    ) -> None:
        of = "SensorResult"
        checked_type(skip_reason, (str, SkipReason), argument="skip_reason", of=of)
        checked_type(cursor, str, argument="cursor", of=of)
        if run_requests and skip_reason:
            raise ParameterCheckError(
                "SensorResult was given run_requests, and a skip_reason why there are none. Give "
                "one of the two."
            )
        partitions = items_of(
            dynamic_partitions_requests,
            (AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest),
            argument="dynamic_partitions_requests",
            of=of,
        )
        events = items_of(
            asset_events,
            (AssetMaterialization, AssetObservation, AssetCheckEvaluation),
            argument="asset_events",
            of=of,
        )
        fields: dict[str, object] = {
            "run_requests": items_of(run_requests, RunRequest, argument="run_requests", of=of)
            or [],
            "skip_reason": SkipReason(skip_reason) if isinstance(skip_reason, str) else skip_reason,
            "cursor": cursor,
            "dynamic_partitions_requests": partitions or [],
            "asset_events": events or [],
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)


def plain_run_config(config: Mapping[str, object] | RunConfig | None) -> dict[str, object]:
    """Return run config of any shape as plain data."""
    if isinstance(config, RunConfig):
        return config.to_config_dict()
    return dict(config or {})


def items_of(
    given: object, kind: type | tuple[type, ...], *, argument: str, of: str
) -> list[object] | None:
    """Return a sequence as a list, or None for None.

    Raises:
        ParameterCheckError: It is no sequence, or something in it is not of a class.
    """
    checked_type(given, Sequence, argument=argument, of=of)
    if given is None:
        return None
    wanted = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(each.__name__ for each in wanted)
    for item in cast("Sequence[object]", given):
        if not isinstance(item, kind):
            raise ParameterCheckError(
                f"{of}: each entry of {argument} must be a {names}, not {item!r} of type "
                f"{type(item).__name__}."
            )
    return list(cast("Sequence[object]", given))
