"""`SourceAsset`: an asset that is made elsewhere, in the older form, observed or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from penstock.define.asset_inputs import op_tags_of, resource_keys_of
from penstock.define.attributes import DEFAULT_GROUP
from penstock.define.describe import describe_steps
from penstock.define.signature import read_signature
from penstock.define.spec import (
    SYSTEM_METADATA_KEY_AUTO_OBSERVE_INTERVAL_MINUTES,
    SYSTEM_METADATA_KEY_IO_MANAGER_KEY,
    AssetSpec,
    CoercibleToAsset,
    key_of,
)
from penstock.define.step import StepDefinition, StepOutput
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.keys import AssetKey
from penstock.model.manifest import Manifest
from penstock.model.metadata import MetadataUnion, normalize_metadata
from penstock.partitions.definition import PartitionsDefinition

if TYPE_CHECKING:
    from penstock.automation.condition import AutomationCondition
    from penstock.define.hook import HookDefinition
    from penstock.model.freshness import LegacyFreshnessPolicy

Function = Callable[..., object]


class SourceAsset:
    """An asset that is made elsewhere. `AssetSpec` is the newer form.

    Args:
        key: The asset's key; text is split at `/`.
        metadata: Facts about the declaration.
        io_manager_key: The resource that loads the value.
        io_manager_def: The IO manager itself, in place of a key.
        description: What it is.
        partitions_def: How it is split.
        group_name: The group it is shown in.
        resource_defs: Resources of this asset alone.
        observe_fn: Looks at the asset and returns a `DataVersion` or an `ObserveResult`.
        op_tags: Facts about the observing step.
        auto_observe_interval_minutes: How often it is observed.
        automation_condition: When it is observed without being asked for.
        tags: Text to text, for selections.
        required_resource_keys: Resources for the observing function's context.

    Raises:
        ParameterCheckError: Both an IO manager and a key of one.
    """

    def __init__(
        self,
        key: CoercibleToAsset,
        metadata: Mapping[str, object] | None = None,
        io_manager_key: str | None = None,
        io_manager_def: object = None,
        description: str | None = None,
        partitions_def: PartitionsDefinition | None = None,
        group_name: str | None = None,
        resource_defs: Mapping[str, object] | None = None,
        observe_fn: Function | None = None,
        op_tags: Mapping[str, object] | None = None,
        *,
        auto_observe_interval_minutes: float | None = None,
        legacy_freshness_policy: LegacyFreshnessPolicy | None = None,
        automation_condition: AutomationCondition | None = None,
        tags: Mapping[str, str] | None = None,
        required_resource_keys: Iterable[str] | None = None,
        hooks: AbstractSet[HookDefinition] | None = None,
    ) -> None:
        self.key: AssetKey = key_of(key)
        if io_manager_def is not None and io_manager_key is not None:
            raise ParameterCheckError(
                f"Source asset '{self.key}' has two IO managers, from io_manager_key and from "
                "io_manager_def. Leave out one of them."
            )
        self.raw_metadata: Mapping[str, object] = dict(metadata or {})
        own = dict(resource_defs or {})
        if io_manager_def is not None:
            io_manager_key = f"{self.key.to_python_identifier()}__io_manager"
            own[io_manager_key] = io_manager_def
        self.io_manager_key = io_manager_key
        self.resource_defs: Mapping[str, object] = own
        self.observe_fn = observe_fn
        self.op_tags: Mapping[str, str] = op_tags_of(op_tags, None, owner=f"Asset '{self.key}'")
        self.auto_observe_interval_minutes = auto_observe_interval_minutes
        self._required = tuple(required_resource_keys or ())
        self._hooks = frozenset(hooks or ())
        system: dict[str, object] = {}
        if io_manager_key is not None:
            system[SYSTEM_METADATA_KEY_IO_MANAGER_KEY] = io_manager_key
        if auto_observe_interval_minutes is not None:
            interval = auto_observe_interval_minutes
            system[SYSTEM_METADATA_KEY_AUTO_OBSERVE_INTERVAL_MINUTES] = interval
        self.spec: AssetSpec = AssetSpec(
            self.key,
            description=description,
            metadata={**self.raw_metadata, **system},
            group_name=DEFAULT_GROUP if group_name is None else group_name,
            automation_condition=automation_condition,
            tags=tags,
            partitions_def=partitions_def,
            legacy_freshness_policy=legacy_freshness_policy,
        )

    @property
    def metadata(self) -> Mapping[str, MetadataUnion]:
        """The declared metadata, as metadata values."""
        return normalize_metadata(self.raw_metadata)

    @property
    def description(self) -> str | None:
        """What it is."""
        return self.spec.description

    @property
    def group_name(self) -> str:
        """The group it is shown in."""
        return self.spec.group_name or DEFAULT_GROUP

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """How it is split."""
        return self.spec.partitions_def

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags."""
        return self.spec.tags

    @property
    def automation_condition(self) -> AutomationCondition | None:
        """When it is observed without being asked for."""
        return self.spec.automation_condition

    @property
    def is_observable(self) -> bool:
        """Whether there is a function that observes it."""
        return self.observe_fn is not None

    @property
    def is_executable(self) -> bool:
        """Whether there is code to run."""
        return self.is_observable

    @property
    def required_resource_keys(self) -> set[str]:
        """The resources that observing and loading it ask for."""
        step = self.observing_step()
        keys = set(step.resource_keys if step else self.resource_defs)
        return keys | ({self.io_manager_key} if self.io_manager_key else set())

    def observing_step(self) -> StepDefinition | None:
        """Return the step that observes it; None without a function."""
        if self.observe_fn is None:
            return None
        signature = read_signature(self.observe_fn)
        owner = f"Source asset '{self.key}'"
        if signature.inputs:
            raise InvalidDefinitionError(
                f"{owner}: the observing function takes '{signature.inputs[0]}', but an asset that "
                "is made elsewhere has no inputs. Take the context and resources only."
            )
        loaders = {k for k in self.resource_defs if k == self.io_manager_key}
        own = {k: v for k, v in self.resource_defs.items() if k not in loaders}
        return StepDefinition(
            name=self.key.to_python_identifier(),
            function=self.observe_fn,
            signature=signature,
            outputs=(
                StepOutput(name="result", spec=self.spec, has_own_deps=True, returns_nothing=True),
            ),
            resource_keys=resource_keys_of(signature, self._required, own, owner=owner),
            partitions=self.partitions_def,
            config_schema=signature.config_schema,
            observes=True,
            tags=self.op_tags,
            hooks=self._hooks,
            description=self.description,
        )

    def to_manifest(self) -> Manifest:
        """Return what it declares, as data."""
        step = self.observing_step()
        return self.spec.to_manifest() if step is None else describe_steps((step,))

    def with_attributes(
        self, *, key: AssetKey | None = None, group_name: str | None = None
    ) -> SourceAsset:
        """Return the asset with another key or group.

        Raises:
            InvalidDefinitionError: It has another group already.
        """
        if group_name is not None and self.group_name not in (DEFAULT_GROUP, group_name):
            raise InvalidDefinitionError(
                f"A group name has already been provided to source asset '{self.key}': "
                f"'{self.group_name}'. Leave one of them out."
            )
        return self._copy(key=key or self.key, group_name=group_name or self.group_name)

    def with_resource_defs(self, resource_defs: Mapping[str, object]) -> SourceAsset:
        """Return the asset with resources of its own."""
        return self._copy(resource_defs=resource_defs)

    def with_metadata(self, metadata: Mapping[str, object]) -> SourceAsset:
        """Return the asset with other metadata."""
        return self._copy(metadata=metadata)

    def _copy(
        self,
        *,
        key: AssetKey | None = None,
        metadata: Mapping[str, object] | None = None,
        group_name: str | None = None,
        resource_defs: Mapping[str, object] | None = None,
    ) -> SourceAsset:
        return SourceAsset(
            key=key or self.key,
            metadata=self.raw_metadata if metadata is None else metadata,
            io_manager_key=self.io_manager_key,
            description=self.description,
            partitions_def=self.partitions_def,
            group_name=group_name or self.group_name,
            resource_defs=self.resource_defs if resource_defs is None else resource_defs,
            observe_fn=self.observe_fn,
            op_tags=self.op_tags,
            auto_observe_interval_minutes=self.auto_observe_interval_minutes,
            legacy_freshness_policy=self.spec.legacy_freshness_policy,
            automation_condition=self.automation_condition,
            tags=self.tags,
            required_resource_keys=self._required,
            hooks=self._hooks,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SourceAsset):
            return NotImplemented
        return (
            self.spec == other.spec
            and dict(self.resource_defs) == dict(other.resource_defs)
            and self.observe_fn is other.observe_fn
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"SourceAsset({self.key})"


def source_of(
    spec: AssetSpec, io_manager_key: str, resource_defs: Mapping[str, object]
) -> SourceAsset:
    """Return an asset as another code location would declare it, with what loads it."""
    system = (
        SYSTEM_METADATA_KEY_IO_MANAGER_KEY,
        SYSTEM_METADATA_KEY_AUTO_OBSERVE_INTERVAL_MINUTES,
    )
    return SourceAsset(
        spec.key,
        metadata={k: v for k, v in spec.metadata.items() if k not in system},
        io_manager_key=io_manager_key,
        resource_defs=resource_defs,
        description=spec.description,
        partitions_def=spec.partitions_def,
        group_name=spec.group_name,
        tags=spec.tags,
    )
