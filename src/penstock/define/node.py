"""`NodeDefinition`: one executable unit of user code, as assets and checks are made of it.

`AssetsDefinition` and `AssetChecksDefinition` are the two public faces of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from penstock.define.invoke import invoke_directly
from penstock.define.signature import Signature
from penstock.define.spec import AssetCheckSpec, AssetDep, AssetSpec
from penstock.errors import InvalidDefinitionError
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping

DEFAULT_IO_MANAGER = "io_manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInput:
    """A parameter that receives an upstream asset's value.

    `manager` None means the IO manager that stored it.
    """

    name: str
    key: AssetKey
    mapping: PartitionMapping | None = None
    manager: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOutput:
    """A result that carries an asset.

    `returns_nothing` says that no value is passed on, so no IO manager is asked.
    """

    name: str
    spec: AssetSpec
    manager: str = DEFAULT_IO_MANAGER
    returns_nothing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDefinition:
    """One executable unit of user code.

    Attributes:
        emits_implicitly: Assets that the body does not mention count as made (`specs=` form).
        checks: The checks that the step evaluates; for a check step, its own.
        is_check: Whether the unit only checks.
    """

    name: str
    function: Callable[..., object]
    signature: Signature
    inputs: tuple[NodeInput, ...] = ()
    outputs: tuple[NodeOutput, ...] = ()
    deps: tuple[AssetDep, ...] = ()
    checks: tuple[AssetCheckSpec, ...] = ()
    resource_keys: frozenset[str] = frozenset()
    partitions: PartitionsDefinition | None = None
    retry: RetryPolicy | None = None
    backfill_policy: BackfillPolicy | None = None
    can_subset: bool = False
    pool: str | None = None
    emits_implicitly: bool = False
    is_check: bool = False
    config_schema: object = None

    def output_of(self, key: AssetKey) -> NodeOutput:
        """Return the output that carries an asset.

        Raises:
            InvalidDefinitionError: The unit does not make it.
        """
        for output in self.outputs:
            if output.spec.key == key:
                return output
        raise InvalidDefinitionError(f"'{self.name}' does not make asset '{key}'.")


class AssetsDefinition:
    """The assets that one function makes.

    Calling it calls the function; see `invoke`.
    """

    __slots__ = ("node", "resource_defs")

    def __init__(
        self, node: NodeDefinition, *, resource_defs: Mapping[str, object] | None = None
    ) -> None:
        self.node = node
        self.resource_defs = resource_defs or {}

    @property
    def keys(self) -> set[AssetKey]:
        """The keys of the assets."""
        return {output.spec.key for output in self.node.outputs}

    @property
    def key(self) -> AssetKey:
        """The key of the one asset.

        Raises:
            InvalidDefinitionError: The function makes several.
        """
        if len(self.node.outputs) != 1:
            raise InvalidDefinitionError(
                f"'{self.node.name}' makes {len(self.node.outputs)} assets, so it has no single "
                "key. Use .keys."
            )
        return self.node.outputs[0].spec.key

    @property
    def specs(self) -> Sequence[AssetSpec]:
        """The specs of the assets."""
        return [output.spec for output in self.node.outputs]

    @property
    def specs_by_key(self) -> Mapping[AssetKey, AssetSpec]:
        """The specs of the assets by key."""
        return {output.spec.key: output.spec for output in self.node.outputs}

    def get_asset_spec(self, key: AssetKey | None = None) -> AssetSpec:
        """Return the spec of one asset; the only one if no key is given."""
        return self.specs_by_key[key or self.key]

    @property
    def check_specs(self) -> Sequence[AssetCheckSpec]:
        """The checks that the function evaluates itself."""
        return self.node.checks

    @property
    def check_keys(self) -> set[AssetCheckKey]:
        """The keys of the checks that the function evaluates itself."""
        return {check.key for check in self.node.checks}

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """The partitions of the assets."""
        return self.node.partitions

    @property
    def can_subset(self) -> bool:
        """Whether some of the assets can be made without the others."""
        return self.node.can_subset

    @property
    def required_resource_keys(self) -> set[str]:
        """The resources that the function asks for."""
        return set(self.node.resource_keys)

    @property
    def backfill_policy(self) -> BackfillPolicy | None:
        """How many partitions one run may make."""
        return self.node.backfill_policy

    @property
    def dependency_keys(self) -> set[AssetKey]:
        """The keys of all upstream assets."""
        named = {dep.asset_key for dep in self.node.deps}
        named.update(entry.key for entry in self.node.inputs)
        return named.union(*({d.asset_key for d in o.spec.deps} for o in self.node.outputs))

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function by hand; returns what its body returned."""
        return _invoke(self.node, args, kwargs)

    def __repr__(self) -> str:
        return f"AssetsDefinition({', '.join(sorted(str(k) for k in self.keys))})"


class AssetChecksDefinition:
    """The checks that one function evaluates in a step of its own."""

    __slots__ = ("node", "resource_defs")

    def __init__(
        self, node: NodeDefinition, *, resource_defs: Mapping[str, object] | None = None
    ) -> None:
        self.node = node
        self.resource_defs = resource_defs or {}

    @property
    def check_specs(self) -> Sequence[AssetCheckSpec]:
        """The checks' specs."""
        return self.node.checks

    @property
    def check_keys(self) -> set[AssetCheckKey]:
        """The checks' keys."""
        return {check.key for check in self.node.checks}

    @property
    def check_key(self) -> AssetCheckKey:
        """The key of the one check."""
        return self.node.checks[0].key

    @property
    def name(self) -> str:
        """The name of the one check."""
        return self.node.checks[0].name

    @property
    def asset_key(self) -> AssetKey:
        """The asset that is looked at."""
        return self.node.checks[0].asset_key

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function by hand; returns what its body returned."""
        return _invoke(self.node, args, kwargs)


def _invoke(node: NodeDefinition, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
    return invoke_directly(
        node.name,
        node.function,
        node.signature,
        input_names=[entry.name for entry in node.inputs],
        args=args,
        kwargs=kwargs,
    )
