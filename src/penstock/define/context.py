"""The context that user code receives, over the small `StepScope` that execution fulfils.

Owns the names that users know; refuses to know stores and executors.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from penstock.base.text import did_you_mean, listed
from penstock.define.result import AssetMaterialization, AssetObservation, DataVersion
from penstock.errors import InvalidInvocationError, InvariantViolationError, UnknownResourceError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.metadata import MetadataUnion, normalize_metadata
from penstock.model.run import RunSpec
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.window import PartitionKeyRange, TimeWindow

Event = AssetMaterialization | AssetObservation


class Resources:
    """The resources of a step, by attribute."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getattr__(self, key: str) -> object:
        try:
            return self._values[key]
        except KeyError:
            known = listed(sorted(self._values)) or "none"
            raise UnknownResourceError(
                f"Unknown resource '{key}'. This step asked for: {known}. Name it in "
                f"required_resource_keys or as a parameter.{did_you_mean(key, self._values)}"
            ) from None


class StepScope(Protocol):
    """What execution knows about the step that runs."""

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

    def log_event(self, event: Event) -> None:
        """Record an event of user code."""
        ...


class AssetExecutionContext:
    """What an asset's function may ask and tell while it runs."""

    is_penstock_context = True

    def __init__(self, scope: StepScope) -> None:
        self._scope = scope
        self._resources: Resources | None = None
        self.output_metadata: dict[str, dict[str, MetadataUnion]] = {}
        self.data_versions: dict[AssetKey, DataVersion] = {}

    @property
    def log(self) -> logging.Logger:
        """A logger whose lines are kept with the run."""
        return self._scope.log

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._scope.run_id

    @property
    def run(self) -> RunSpec:
        """What the run was asked to do."""
        return self._scope.run_spec

    @property
    def run_tags(self) -> dict[str, str]:
        """The tags of the run."""
        return dict(self._scope.run_spec.tags)

    def has_tag(self, key: str) -> bool:
        """Tell whether the run has a tag."""
        return key in self.run_tags

    def get_tag(self, key: str) -> str | None:
        """Return a tag of the run."""
        return self.run_tags.get(key)

    @property
    def job_name(self) -> str:
        """The name of the job."""
        return self._scope.run_spec.job

    @property
    def instance(self) -> object:
        """The instance that the run is recorded in."""
        return self._scope.instance

    @property
    def retry_number(self) -> int:
        """How often the step was retried; 0 on the first attempt."""
        return self._scope.attempt - 1

    @property
    def resources(self) -> Resources:
        """The resources that the step asked for, by attribute."""
        if self._resources is None:
            self._resources = Resources(self._scope.resources)
        return self._resources

    @property
    def op_config(self) -> object:
        """The config of the step."""
        return self._scope.config

    @property
    def op_execution_context(self) -> AssetExecutionContext:
        """The context itself; for code that still distinguishes the two."""
        return self

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the step makes.

        Raises:
            InvariantViolationError: It makes several.
        """
        keys = list(self._scope.assets.values())
        if len(keys) != 1:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' makes {len(keys)} assets; use "
                "context.asset_key_for_output(name) or context.selected_asset_keys."
            )
        return keys[0]

    def asset_key_for_output(self, output_name: str = "result") -> AssetKey:
        """Return the asset that an output carries."""
        return self._scope.assets[output_name]

    @property
    def selected_asset_keys(self) -> set[AssetKey]:
        """The assets that this run asks the step for."""
        return set(self._scope.assets.values())

    @property
    def selected_output_names(self) -> set[str]:
        """The outputs that this run asks the step for."""
        return set(self._scope.assets)

    @property
    def selected_asset_check_keys(self) -> set[AssetCheckKey]:
        """The checks that this run asks the step for."""
        return set(self._scope.checks)

    @property
    def has_partition_key(self) -> bool:
        """Whether the run is for one partition."""
        return self._scope.partition_key is not None

    @property
    def has_partition_key_range(self) -> bool:
        """Whether the run is for a range of partitions."""
        return self._scope.partition_range is not None

    @property
    def partition_key(self) -> str:
        """The partition that the run is for.

        Raises:
            InvariantViolationError: The run has no partition, or a range of them.
        """
        key = self._scope.partition_key
        if key is None:
            if self._scope.partition_range is not None:
                raise InvariantViolationError(
                    "Cannot access partition_key: this run covers a range of partitions. Use "
                    "context.partition_keys or context.partition_key_range."
                )
            raise InvariantViolationError(
                "Cannot access partition_key for a non-partitioned run. Run it with --partition "
                "or materialize(partition_key=...)."
            )
        return key

    @property
    def partition_key_range(self) -> PartitionKeyRange:
        """The first and last partition that the run is for."""
        if self._scope.partition_range is not None:
            return self._scope.partition_range
        return PartitionKeyRange(self.partition_key, self.partition_key)

    @property
    def partition_keys(self) -> Sequence[str]:
        """Every partition that the run is for, in order.

        Raises:
            InvariantViolationError: The run has no partition, or the partitions of a range are
                not known, as in a call by hand.
        """
        if self._scope.partition_range is None:
            return [self.partition_key]
        if self._scope.partitions is None:
            raise InvariantViolationError(
                "Cannot access partition_keys: step "
                f"'{self._scope.step_key}' knows the ends of its range, but not the partitions "
                "between them. Use context.partition_key_range."
            )
        return self._scope.partitions.get_partition_keys_in_range(self._scope.partition_range)

    @property
    def partition_time_window(self) -> TimeWindow:
        """The window of time from the first partition's start to the last one's end.

        Raises:
            InvariantViolationError: The partitions are not windows of time.
        """
        definition = self._scope.partitions
        window = getattr(definition, "time_window_for_partition_key", None)
        if window is None:
            raise InvariantViolationError(
                "Cannot access partition_time_window: the partitions of step "
                f"'{self._scope.step_key}' are not windows of time."
            )
        keys = self.partition_key_range
        return TimeWindow(window(keys.start).start, window(keys.end).end)

    def add_output_metadata(
        self, metadata: Mapping[str, object], output_name: str = "result"
    ) -> None:
        """Attach facts to an output; a later value of the same key wins."""
        if output_name not in self._scope.assets and len(self._scope.assets) == 1:
            output_name = next(iter(self._scope.assets))
        self.output_metadata.setdefault(output_name, {}).update(normalize_metadata(metadata))

    def add_asset_metadata(
        self, metadata: Mapping[str, object], asset_key: AssetKey | str | None = None
    ) -> None:
        """Attach facts to an asset that the step makes."""
        key = self.asset_key if asset_key is None else AssetKey.from_coercible(asset_key)
        for output, made in self._scope.assets.items():
            if made == key:
                self.add_output_metadata(metadata, output)
                return
        raise InvariantViolationError(
            f"Step '{self._scope.step_key}' does not make asset '{key}', so it can give it no "
            "metadata."
        )

    def set_data_version(self, asset_key: AssetKey, data_version: DataVersion) -> None:
        """Name the version of the data of an asset that the step makes."""
        self.data_versions[asset_key] = data_version

    def log_event(self, event: Event) -> None:
        """Record an observation or a materialization of another asset."""
        self._scope.log_event(event)


OpExecutionContext = AssetExecutionContext


class AssetCheckExecutionContext(AssetExecutionContext):
    """What a check's function may ask and tell while it runs."""

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The check that runs."""
        return self._scope.checks[0]

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the check looks at."""
        return self._scope.checks[0].asset_key


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
    ) -> None:
        self.run_id = "EPHEMERAL"
        self.run_spec = RunSpec(tags=tuple(sorted(tags.items())), partition=partition_key)
        self.step_key = "direct_invocation"
        self.attempt = 1
        self.assets: Mapping[str, AssetKey] = {}
        self.checks: Sequence[AssetCheckKey] = ()
        self.partitions: PartitionsDefinition | None = None
        self.partition_key = partition_key
        self.partition_range = partition_range
        self.resources = resources
        self.config = config
        self.instance = instance
        self.log = logging.getLogger("penstock.direct")
        self.events: list[Event] = []

    def log_event(self, event: Event) -> None:
        """Keep an event of user code."""
        self.events.append(event)


def build_asset_context(
    resources: Mapping[str, object] | None = None,
    *,
    asset_config: object = None,
    instance: object = None,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    run_tags: Mapping[str, str] | None = None,
) -> AssetExecutionContext:
    """Make a context for calling an asset's function by hand, as a test does.

    Raises:
        InvalidInvocationError: Both a partition and a range are given.
    """
    if partition_key is not None and partition_key_range is not None:
        raise InvalidInvocationError("Give partition_key or partition_key_range, not both.")
    scope = DirectScope(
        resources=resources or {},
        partition_key=partition_key,
        partition_range=partition_key_range,
        config=asset_config,
        instance=instance,
        tags=run_tags or {},
    )
    return AssetExecutionContext(scope)
