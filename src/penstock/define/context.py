"""The contexts that user code receives, over the small `StepScope` that execution fulfils.

Owns the names that users know; refuses to know stores and executors. What is about partitions and
assets is in `define/partition_access.py` and `define/asset_access.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Self, cast

from penstock.base.text import listed
from penstock.config.config_type import ABSENT
from penstock.config.resource_context import Resources as Resources
from penstock.define.asset_access import DEFAULT_OUTPUT, AssetAccess
from penstock.define.partition_access import PartitionAccess
from penstock.define.result import DataVersion
from penstock.define.scope import DirectScope, Event, StepScope, plain_config
from penstock.errors import (
    InvalidInvocationError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.metadata import MetadataUnion, normalize_metadata

if TYPE_CHECKING:
    from penstock.compat.runs import DagsterRun
    from penstock.define.declared import DeclaredAssets
    from penstock.define.dependency import Node, NodeHandle
    from penstock.define.job_definition import JobDefinition
    from penstock.define.node import OpNode
    from penstock.define.repository import RepositoryDefinition
    from penstock.instance import Instance


class OpExecutionContext(PartitionAccess, AssetAccess):
    """What an op's function may ask and tell while it runs."""

    is_penstock_context = True

    def __init__(self, scope: StepScope) -> None:
        self._scope = scope
        self._resources: Resources | None = None
        self._events: list[Event] = []
        self._given_metadata: dict[tuple[str, str | None], dict[str, object]] = {}
        self._mapped_metadata: dict[tuple[str, str], dict[str, MetadataUnion]] = {}
        self.output_metadata: dict[str, dict[str, MetadataUnion]] = {}
        self.data_versions: dict[AssetKey, DataVersion] = {}
        self.unchanged: set[AssetKey] = set()
        self.demanded_results: str = ""

    @property
    def log(self) -> logging.Logger:
        """A logger whose lines are kept with the run."""
        return self._scope.log

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._scope.run_id

    @property
    def run(self) -> DagsterRun:
        """The run."""
        return cast("DagsterRun", self._scope.run)  # an object to this layer

    @property
    def dagster_run(self) -> DagsterRun:
        """The run."""
        return cast("DagsterRun", self._scope.run)  # an object to this layer

    @property
    def run_config(self) -> Mapping[str, object]:
        """The run config, as it was given."""
        return self._scope.run_spec.config

    @property
    def run_tags(self) -> Mapping[str, str]:
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
        """The name of the job.

        Raises:
            InvalidPropertyError: The function is called by hand.
        """
        if isinstance(self._scope, DirectScope):
            self._scope.refuse("job_name")
        return self._scope.run_spec.job

    @property
    def job_def(self) -> JobDefinition:
        """The job."""
        return cast("JobDefinition", self._scope.job_def)  # an object to this layer

    @property
    def repository_def(self) -> RepositoryDefinition:
        """The repository that the job is in."""
        return cast("RepositoryDefinition", self._scope.repository_def)  # an object to this layer

    @property
    def instance(self) -> Instance:
        """The instance that the run is recorded in."""
        return cast("Instance", self._scope.instance)  # an object to this layer

    @property
    def retry_number(self) -> int:
        """How often the step was retried; 0 on the first attempt."""
        return self._scope.attempt - 1

    @property
    def step_key(self) -> str:
        """The key of the step."""
        return self._scope.step_key

    @property
    def resources(self) -> Resources:
        """The resources that the step asked for, by attribute."""
        if self._resources is None:
            self._resources = Resources(self._scope.resources)
        return self._resources

    @property
    def op_config(self) -> object:
        """The config of the step as plain values, by the keys that run config uses."""
        return plain_config(self._scope.config)

    @property
    def op(self) -> Node | OpNode:
        """The op at its place in the job."""
        return self._scope.node or self._scope.op_def

    @property
    def op_def(self) -> OpNode:
        """The op."""
        return self._scope.op_def

    @property
    def op_handle(self) -> NodeHandle:
        """The place of the op in the job."""
        return self._scope.handle

    @property
    def node_handle(self) -> NodeHandle:
        """The place of the op in the job."""
        return self._scope.handle

    def describe_op(self) -> str:
        """Return the words for the op in messages."""
        return f"op '{self._scope.op_def.name}'"

    @property
    def op_execution_context(self) -> Self:
        """The context itself; for code that still distinguishes the two."""
        return self

    def get_op_execution_context(self) -> Self:
        """Return the context itself; for code that still distinguishes the two."""
        return self

    def get_step_execution_context(self) -> Self:
        """Return the context itself; there is no other."""
        return self

    def get_mapping_key(self) -> str | None:
        """Return the key of the value that the step runs for, of those of a dynamic output."""
        return self._scope.mapping_key

    def add_output_metadata(
        self,
        metadata: Mapping[str, object],
        output_name: str | None = None,
        mapping_key: str | None = None,
    ) -> None:
        """Attach facts to an output; a later value of the same key wins.

        Args:
            metadata: The facts.
            output_name: The output; needed only where the step has several.
            mapping_key: The value of a dynamic output that they are about.

        Raises:
            InvariantViolationError: The step has no such output.
        """
        if not isinstance(metadata, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(f"metadata must be a mapping, not {metadata!r}.")
        name = self._output_named(output_name)
        facts = normalize_metadata(metadata)
        self._given_metadata.setdefault((name, mapping_key), {}).update(metadata)
        if mapping_key is None:
            self.output_metadata.setdefault(name, {}).update(facts)
        else:
            self._mapped_metadata.setdefault((name, mapping_key), {}).update(facts)

    def _output_named(self, name: str | None) -> str:
        known = [*self._scope.assets] or [*self._scope.output_names]
        if name is not None and (name in known or not known):
            return name
        if len(known) == 1 and name in (None, DEFAULT_OUTPUT):
            return known[0]
        if name is None and (not known or DEFAULT_OUTPUT in known):
            return DEFAULT_OUTPUT
        if name is None:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' has the outputs {known}, and add_output_metadata "
                "was not told which of them to describe. Name it as output_name."
            )
        raise InvariantViolationError(
            f"Step '{self._scope.step_key}' has no output '{name}' that metadata could describe. "
            f"Its outputs are {known}."
        )

    def get_output_metadata(
        self, output_name: str = DEFAULT_OUTPUT, mapping_key: str | None = None
    ) -> Mapping[str, object] | None:
        """Return what was attached to an output, as it was given; None if nothing was."""
        return self._given_metadata.get((output_name, mapping_key))

    def output_metadata_of(
        self, output_name: str, mapping_key: str | None
    ) -> Mapping[str, MetadataUnion]:
        """Return all that was attached to one value of an output."""
        mapped = (
            {} if mapping_key is None else self._mapped_metadata.get((output_name, mapping_key))
        )
        return {**self.output_metadata.get(output_name, {}), **(mapped or {})}

    def demand_results(self, forgotten: str) -> None:
        """Take the step's word for its assets by results only: no value is stored for them.

        Args:
            forgotten: What to tell a function that comes to its end without results.
        """
        self.demanded_results = forgotten

    def set_data_version(self, asset_key: AssetKey, data_version: DataVersion) -> None:
        """Name the version of the data of an asset that the step makes."""
        self.data_versions[asset_key] = data_version

    def log_event(self, event: Event) -> None:
        """Record an observation or a materialization of another asset."""
        self._events.append(event)
        self._scope.log_event(event)

    def has_events(self) -> bool:
        """Tell whether events were logged that `consume_events` has not given yet."""
        return bool(self._events)

    def get_events(self) -> Sequence[Event]:
        """Return the events that were logged."""
        return tuple(self._events)

    def consume_events(self) -> Iterator[Event]:
        """Return the events that were logged, each once."""
        while self._events:
            yield self._events.pop(0)

    @property
    def config_as_given(self) -> object:
        """The config that a context built by hand was given, unchecked; ABSENT if none was."""
        return getattr(self._scope, "given_config", ABSENT)

    @property
    def given_resources(self) -> Mapping[str, object]:
        """The resources by key, as parameters receive them."""
        return self._scope.resources

    def bound_to(
        self, op: OpNode, *, name: str, config: object, resources: Mapping[str, object]
    ) -> Self:
        """Return the context for a call by hand of an op, with the resources of the call.

        Raises:
            InvalidInvocationError: It is in use by another call.
        """
        scope = self._scope
        if isinstance(scope, DirectScope):
            if scope.step_key != _FREE:
                raise InvalidInvocationError(
                    f"'{name}' cannot be called with a context that the call of "
                    f"'{scope.step_key}' has not let go of yet. Let that call end first, or build "
                    "another context."
                )
            scope.step_key = name
            scope.op_def = op
            scope.config = config
            self._resources = Resources({**scope.resources, **resources})
            scope.output_names = tuple(output.name for output in op.output_defs)
            self.output_metadata.clear()
            self._mapped_metadata.clear()
            self._given_metadata.clear()
        return self

    def of_assets(self, made_by: DeclaredAssets) -> None:
        """Take over what a definition that is called by hand makes, checks and reads."""
        scope = self._scope
        if isinstance(scope, DirectScope):
            scope.assets_def = made_by
            scope.assets = made_by.keys_by_output_name
            scope.input_assets = made_by.node_keys_by_input_name
            scope.checks = tuple(made_by.check_keys)
            scope.partitions = made_by.steps[0].partitions

    def release(self) -> None:
        """End the use of a context by a call by hand."""
        if isinstance(self._scope, DirectScope):
            self._scope.step_key = _FREE
            self._resources = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self._close()

    @property
    def partition_metadata(self) -> dict[tuple[str, str], dict[str, MetadataUnion]]:
        """What was attached to assets, by output and partition; '' is the whole asset."""
        return self._mapped_metadata

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        scope = self.__dict__.get("_scope")
        if isinstance(scope, DirectScope):
            scope.close()


_FREE = "direct_invocation"


class AssetExecutionContext(OpExecutionContext):
    """What an asset's function may ask and tell while it runs."""

    def add_asset_metadata(
        self,
        metadata: Mapping[str, object],
        asset_key: AssetKey | str | None = None,
        partition_key: str | None = None,
    ) -> None:
        """Attach facts to an asset that the step makes.

        Args:
            metadata: The facts.
            asset_key: The asset; needed only where the step makes several.
            partition_key: The partition that they are about; all that the run is for if None.

        Raises:
            InvariantViolationError: The step does not make the asset, or not that partition.
        """
        key = self.asset_key if asset_key is None else AssetKey.from_coercible(asset_key)
        for output, made in self._scope.assets.items():
            if made == key:
                if partition_key is not None:
                    self._check_made(key, partition_key)
                self._add_to_asset(metadata, output, partition_key)
                return
        raise InvariantViolationError(
            f"Step '{self._scope.step_key}' does not make asset '{key}', so it can give it no "
            "metadata."
        )

    def _check_made(self, key: AssetKey, partition_key: str) -> None:
        if not self.has_partitions:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' makes asset '{key}' as a whole, so there "
                f"is no partition '{partition_key}' to describe. Leave partition_key out."
            )
        if partition_key not in self.partition_keys:
            raise InvariantViolationError(
                f"Step '{self._scope.step_key}' does not make partition '{partition_key}' of asset "
                f"'{key}'. It makes {listed(tuple(self.partition_keys[:5]))}. Describe one of "
                "context.partition_keys."
            )

    def _add_to_asset(
        self, metadata: Mapping[str, object], output: str, partition_key: str | None
    ) -> None:
        if not isinstance(metadata, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(f"metadata must be a mapping, not {metadata!r}.")
        facts = normalize_metadata(metadata)
        self.partition_metadata.setdefault((output, partition_key or ""), {}).update(facts)

    def keep(self, asset_key: AssetKey | None = None) -> None:
        """Leave an asset as its last materialization left it: nothing is recorded as made.

        What depends on it goes on, as it would after a new materialization of the same data.
        """
        self.unchanged.add(self.asset_key if asset_key is None else asset_key)


class AssetCheckExecutionContext(AssetExecutionContext):
    """What a check's function may ask and tell while it runs."""

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The check that runs."""
        return self.check_key

    @property
    def check_key(self) -> AssetCheckKey:
        """The check that runs."""
        return self._scope.checks[0]

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the check looks at."""
        return self._scope.checks[0].asset_key
