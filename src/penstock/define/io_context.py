"""`InputContext` and `OutputContext`: what an IO manager knows about the value that it handles.

Owns the names that users know, and the identifiers of a value. Both are made by execution with what
it knows, or by hand with what a test needs; what was not given says so when it is read.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self, TypedDict, TypeVar, Unpack, cast

from penstock.config.resource_context import NO_RESOURCES, Resources
from penstock.define.result import AssetMaterialization, AssetObservation
from penstock.define.spec import AssetSpec, CoercibleToAsset, key_of
from penstock.define.types.builtin import ANY_TYPE
from penstock.define.types.definition import RuntimeType
from penstock.errors import InvalidInvocationError, InvariantViolationError, ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion, normalize_metadata
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.window import PartitionKeyRange, TimeWindow

if TYPE_CHECKING:
    from penstock.define.context import OpExecutionContext
    from penstock.instance import Instance

T = TypeVar("T")

Event = AssetMaterialization | AssetObservation


class IOFacts(TypedDict, total=False):
    """What both contexts take.

    Attributes:
        asset_key: The asset that the value belongs to.
        name: The name of the input or output.
        step_key: The step that loads or stores the value.
        run_id: The run of that step.
        partition_key: The partition that the run is for.
        partition_keys: The partitions of the asset that the value is of.
        partitions: The partitions definition of the asset.
        definition_metadata: The metadata of the input, or of the asset.
        dagster_type: What the value is checked against.
        config: What run config says about this input or output.
        resource_config: The config of the IO manager.
        resources: The resources that the IO manager requires.
        op_def: The op, or the step of the asset.
        job_name: The job.
        step_context: The context of the step.
        instance: The instance of the run.
        log: A logger.
    """

    asset_key: AssetKey | None
    name: str | None
    step_key: str | None
    run_id: str | None
    partition_key: str | None
    partition_keys: Sequence[str]
    partitions: PartitionsDefinition | None
    definition_metadata: Mapping[str, object] | None
    dagster_type: RuntimeType | None
    config: object
    resource_config: object
    resources: Resources | Mapping[str, object] | None
    op_def: object
    job_name: str | None
    step_context: object
    instance: object
    log: logging.Logger | None


class _IOContext:
    def __init__(self, **facts: Unpack[IOFacts]) -> None:
        config = facts.get("resource_config")
        self._facts = facts
        self.asset_partitions_def: PartitionsDefinition | None = facts.get("partitions")
        keys = facts.get("partition_keys") or ()
        self.asset_partition_keys: list[str] = [self._key_of(key) for key in keys]
        self.definition_metadata: Mapping[str, object] = facts.get("definition_metadata") or {}
        self.config: object = facts.get("config")
        self.resource_config: object = {} if config is None else config
        self.log: logging.Logger = facts.get("log") or logging.getLogger("penstock.io")
        self._resources = facts.get("resources") or NO_RESOURCES
        self._to_release: ExitStack | None = None
        self._is_entered = False

    def _key_of(self, key: str) -> str:
        """Return a partition key that tells its dimensions, where it has several."""
        definition = self.asset_partitions_def
        if isinstance(definition, MultiPartitionsDefinition):
            return definition.get_partition_key_from_str(key)
        return key

    def _given(self, value: T | None, what: str) -> T:
        if value is None:
            raise InvariantViolationError(
                f"{type(self).__name__} has no {what}: it was made without one. Pass it to the"
                " function that builds the context."
            )
        return value

    @property
    def _told(self) -> str:
        key = self._facts.get("asset_key")
        return f"'{self._facts.get('name')}'" if key is None else f"asset '{key}'"

    @property
    def name(self) -> str:
        """The name of the input or output."""
        return self._given(self._facts.get("name"), "name")

    @property
    def step_key(self) -> str:
        """The step that loads or stores the value."""
        return self._given(self._facts.get("step_key"), "step_key")

    @property
    def run_id(self) -> str:
        """The run of the step."""
        return self._given(self._facts.get("run_id"), "run_id")

    @property
    def job_name(self) -> str:
        """The job of the run."""
        return self._given(self._facts.get("job_name"), "job_name")

    @property
    def metadata(self) -> Mapping[str, object]:
        """The same as `definition_metadata`, under its former name."""
        return self.definition_metadata

    @property
    def dagster_type(self) -> RuntimeType:
        """What the value is checked against; its `typing_type` is the annotation."""
        return self._facts.get("dagster_type") or ANY_TYPE

    @property
    def op_def(self) -> object:
        """The op that loads or stores the value."""
        return self._given(self._facts.get("op_def"), "op_def")

    @property
    def step_context(self) -> OpExecutionContext:
        """The context of the step."""
        given = self._given(self._facts.get("step_context"), "step_context")
        return cast("OpExecutionContext", given)  # an object to this layer

    @property
    def instance(self) -> Instance:
        """The instance that the run is recorded in."""
        given = self._given(self._facts.get("instance"), "instance")
        return cast("Instance", given)  # an object to this layer

    @property
    def resources(self) -> Resources:
        """The resources that the IO manager requires.

        Raises:
            InvariantViolationError: One of those given by hand has to be released, and the
                context is not used in a `with`.
        """
        if self._to_release is not None and not self._is_entered:
            raise InvariantViolationError(
                "A resource of this context has to be released after use. Write: with"
                f" build_{'input' if isinstance(self, InputContext) else 'output'}_context(...) as"
                " context."
            )
        if not isinstance(self._resources, Resources):
            self._resources = Resources(self._resources, owner="This IO manager")
        return self._resources

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the value belongs to."""
        key = self._facts.get("asset_key")
        if key is None:
            told = f"'{self._facts.get('name')}' of '{self._facts.get('step_key')}'"
            raise InvariantViolationError(f"{told} carries no asset.")
        return key

    @property
    def has_asset_key(self) -> bool:
        """Whether the value belongs to an asset."""
        return self._facts.get("asset_key") is not None

    @property
    def has_asset_partitions(self) -> bool:
        """Whether the asset is split, so that the value is of particular partitions."""
        return self.asset_partitions_def is not None or bool(self.asset_partition_keys)

    @property
    def has_partition_key(self) -> bool:
        """Whether the run is for one partition, or the value is of exactly one."""
        return self._facts.get("partition_key") is not None or len(self.asset_partition_keys) == 1

    @property
    def partition_key(self) -> str:
        """The one partition that the run is for; else the one that the value is of."""
        key = self._facts.get("partition_key")
        if key is None or self.asset_partition_keys == [key]:
            return self.asset_partition_key
        return key

    @property
    def asset_partition_key(self) -> str:
        """The one partition that the value is of."""
        if len(self.asset_partition_keys) != 1:
            raise InvariantViolationError(
                f"The value of {self._told} is of {len(self.asset_partition_keys)} partitions, not"
                " of one. Use context.asset_partition_keys."
            )
        return self.asset_partition_keys[0]

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """The first and the last partition that the value is of."""
        if not self.asset_partition_keys:
            raise InvariantViolationError(
                f"The value of {self._told} is not of particular partitions."
            )
        return PartitionKeyRange(self.asset_partition_keys[0], self.asset_partition_keys[-1])

    @property
    def asset_partitions_time_window(self) -> TimeWindow:
        """The time from the start of the first partition to the end of the last."""
        window = getattr(self.asset_partitions_def, "time_window_for_partition_key", None)
        if window is None or not self.asset_partition_keys:
            raise InvariantViolationError(
                f"The partitions of {self._told} are not windows of time."
            )
        windows = [window(key) for key in self.asset_partition_keys]
        return TimeWindow(min(w.start for w in windows), max(w.end for w in windows))

    def get_asset_identifier(self) -> Sequence[str]:
        """Return the parts of the asset's key and, for one partition, its key."""
        parts = list(self.asset_key.parts)
        return [*parts, self.asset_partition_keys[0]] if self._is_of_one_partition else parts

    @property
    def _is_of_one_partition(self) -> bool:
        return len(self.asset_partition_keys) == 1

    def hold(self, resources: ExitStack, *, releases: bool) -> None:
        """Keep resources that were set up for this context by hand."""
        if releases:
            self._to_release = resources

    def __enter__(self) -> Self:
        self._is_entered = True
        return self

    def __exit__(self, *details: object) -> None:
        self._release()

    def __del__(self) -> None:
        self._release()

    def _release(self) -> None:
        stack = self.__dict__.get("_to_release")
        if stack is not None:
            self._to_release = None
            stack.close()


class OutputContext(_IOContext):
    """What an IO manager knows about the value that it stores.

    Beside what both contexts take:

    Args:
        mapping_key: The mapping key of a dynamic output.
        output_metadata: The metadata that the step gave with the value.
        version: The memoized version of the output.
        asset_spec: The spec of the asset.
    """

    def __init__(
        self,
        *,
        mapping_key: str | None = None,
        output_metadata: Mapping[str, MetadataUnion] | None = None,
        version: str | None = None,
        asset_spec: AssetSpec | None = None,
        **facts: Unpack[IOFacts],
    ) -> None:
        super().__init__(**facts)
        self.mapping_key = mapping_key
        self.output_metadata: Mapping[str, MetadataUnion] = output_metadata or {}
        self.version = version
        self._asset_spec = asset_spec
        self.added_metadata: dict[str, MetadataUnion] = {}
        self.logged_events: list[Event] = []
        self._unread: list[Event] = []
        self._unread_metadata: dict[str, MetadataUnion] = {}

    @property
    def asset_spec(self) -> AssetSpec:
        """The spec of the asset."""
        return self._given(self._asset_spec, "asset_spec")

    def get_identifier(self) -> Sequence[str]:
        """Return parts that identify the value among all values of all runs."""
        if self.version is not None:
            parts = ["versioned_outputs", self.version, self.step_key, self.name]
            return parts if self.mapping_key is None else [*parts, self.mapping_key]
        return self.get_run_scoped_output_identifier()

    get_output_identifier = get_identifier

    def get_run_scoped_output_identifier(self) -> Sequence[str]:
        """Return the run, the step, the output and, for a dynamic one, its mapping key."""
        parts = [self.run_id, self.step_key, self.name]
        return parts if self.mapping_key is None else [*parts, self.mapping_key]

    def get_asset_output_identifier(self) -> Sequence[str]:
        """Return the same as `get_asset_identifier`, under its former name."""
        return self.get_asset_identifier()

    def add_output_metadata(self, metadata: Mapping[str, object]) -> None:
        """Attach facts about what was stored."""
        added = normalize_metadata(metadata)
        self.added_metadata.update(added)
        self._unread_metadata.update(added)

    def get_logged_metadata(self) -> Mapping[str, MetadataUnion]:
        """Return the facts that were attached and not yet consumed."""
        return dict(self._unread_metadata)

    def consume_logged_metadata(self) -> Mapping[str, MetadataUnion]:
        """Return the facts that were attached, and forget them."""
        read, self._unread_metadata = self._unread_metadata, {}
        return read

    def log_event(self, event: Event) -> None:
        """Record a materialization or an observation of some asset."""
        if not isinstance(event, Event):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"log_event takes an AssetMaterialization or an AssetObservation, not {event!r}."
            )
        self.logged_events.append(event)
        self._unread.append(event)

    def take_returned(self, returned: object) -> None:
        """Take what the IO manager returned or yields: metadata, and events.

        Raises:
            InvariantViolationError: It is something else.
        """
        for each in _each_returned(returned):
            if isinstance(each, Event):
                self.log_event(each)
            elif isinstance(each, Mapping):
                self.add_output_metadata(cast("Mapping[str, object]", each))
            else:
                raise InvariantViolationError(
                    f"The IO manager of output '{self._facts.get('name')}' returned {each!r}. Its"
                    " handle_output may return or yield mappings of metadata, materializations and"
                    " observations."
                )

    def get_logged_events(self) -> Sequence[Event]:
        """Return every event that was recorded."""
        return list(self.logged_events)

    def consume_events(self) -> Iterable[Event]:
        """Return the events that were recorded since the last call."""
        read, self._unread = self._unread, []
        return read


class InputContext(_IOContext):
    """What an IO manager knows about the value that it loads.

    Beside what both contexts take:

    Args:
        upstream_output: What was known when the value was stored.
    """

    def __init__(
        self, *, upstream_output: OutputContext | None = None, **facts: Unpack[IOFacts]
    ) -> None:
        super().__init__(**facts)
        self.upstream_output = upstream_output
        self.added_metadata: dict[str, MetadataUnion] = {}
        self._observations: list[AssetObservation] = []
        self._unread: list[AssetObservation] = []

    @property
    def has_input_name(self) -> bool:
        """Whether the value is for a parameter; it is not when it is loaded outside a run."""
        return self._facts.get("name") is not None

    def get_identifier(self) -> Sequence[str]:
        """Return parts that identify the value among all values of all runs.

        Raises:
            InvariantViolationError: Nothing is known about how it was stored.
        """
        return self._given(self.upstream_output, "upstream_output").get_identifier()

    def add_input_metadata(
        self, metadata: Mapping[str, object], description: str | None = None
    ) -> None:
        """Attach facts about what was loaded; they become observations of the asset."""
        facts = normalize_metadata(metadata)
        self.added_metadata.update(facts)
        if not self.has_asset_key:
            return
        for partition in self.asset_partition_keys or [None]:
            seen = AssetObservation(
                self.asset_key, description=description, metadata=facts, partition=partition
            )
            self._observations.append(seen)
            self._unread.append(seen)

    def get_observations(self) -> Sequence[AssetObservation]:
        """Return the observations of the asset."""
        return list(self._observations)

    def consume_events(self) -> Iterable[AssetObservation]:
        """Return the observations since the last call."""
        read, self._unread = self._unread, []
        return read

    def consume_logged_metadata(self) -> Mapping[str, MetadataUnion]:
        """Return the facts that were attached, and forget them."""
        read, self.added_metadata = self.added_metadata, {}
        return read


def _each_returned(returned: object) -> Iterable[object]:
    if returned is None:
        return ()
    return cast("Iterator[object]", returned) if isinstance(returned, Iterator) else (returned,)


def storage_identifier(context: InputContext | OutputContext) -> Sequence[str]:
    """Return where a value belongs in a store: at its asset, or else at its output in its run."""
    return context.get_asset_identifier() if context.has_asset_key else context.get_identifier()


def partition_keys_of(
    partition_key: str | None,
    key_range: PartitionKeyRange | None,
    definition: PartitionsDefinition | None,
) -> Sequence[str]:
    """Return the partitions that the arguments of a context built by hand stand for.

    Raises:
        InvalidInvocationError: Both a partition and a range are given.
    """
    if key_range is None:
        return () if partition_key is None else (partition_key,)
    if partition_key is not None:
        raise InvalidInvocationError("Give partition_key or asset_partition_key_range, not both.")
    if definition is None:
        return (key_range.start, key_range.end)
    return definition.get_partition_keys_in_range(key_range)


def optional_key(key: CoercibleToAsset | None) -> AssetKey | None:
    """Return the asset key that an argument stands for."""
    return None if key is None else key_of(key)


def described_metadata(
    definition_metadata: Mapping[str, object] | None, metadata: Mapping[str, object] | None
) -> Mapping[str, object] | None:
    """Return the static metadata, which has a former name.

    Raises:
        ParameterCheckError: Both names are used.
    """
    if definition_metadata is not None and metadata is not None:
        raise ParameterCheckError("Give definition_metadata; metadata is its former name.")
    return definition_metadata or metadata
