"""`StepDefinition`: one executable unit of user code at its place, ready to be planned and run.

Assets, checks and ops all become these: an asset's function is one, a graph is as many as it has
ops. Owns what a step is called with and what it produces; refuses to know how that was declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from penstock.define.signature import Signature
from penstock.define.spec import AssetCheckSpec, AssetDep, AssetSpec
from penstock.define.values import DEFAULT_IO_MANAGER as DEFAULT_IO_MANAGER
from penstock.define.values import NO_VALUE as NO_VALUE
from penstock.errors import InvalidDefinitionError
from penstock.model.keys import AssetKey
from penstock.model.manifest import StepNeed
from penstock.model.retry import RetryPolicy
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping

if TYPE_CHECKING:
    from penstock.define.dependency import Node
    from penstock.define.hook import HookDefinition
    from penstock.define.types.definition import RuntimeType


class StepInput(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter that receives a value.

    The value comes from the asset if there is one; else from the steps that the plan names for this
    input, from run config, or from the default.

    Attributes:
        manager: The input manager's resource key; None means the IO manager that stored the value.
        type: What the value is checked against; None means anything.
        is_nothing: It only orders steps; no value is passed.
    """

    name: str
    asset: AssetKey | None = None
    mapping: PartitionMapping | None = None
    manager: str | None = None
    metadata: Mapping[str, object] = msgspec.field(default_factory=dict[str, object])
    type: RuntimeType | None = None
    default: object = NO_VALUE
    is_nothing: bool = False


class StepOutput(msgspec.Struct, frozen=True, kw_only=True):
    """A result of a step, which carries an asset where it has a spec.

    Attributes:
        returns_nothing: No value is passed on, so no IO manager is asked.
        is_required: The step fails if it ends without it.
        is_dynamic: It is produced any number of times, each with a mapping key.
        has_own_deps: The spec names all dependencies; the step's inputs do not add to them.
        type: What the value is checked against; None means anything.
    """

    name: str
    spec: AssetSpec | None = None
    has_own_deps: bool = False
    manager: str = DEFAULT_IO_MANAGER
    returns_nothing: bool = False
    is_required: bool = True
    is_dynamic: bool = False
    type: RuntimeType | None = None
    metadata: Mapping[str, object] = msgspec.field(default_factory=dict[str, object])


class StepDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One executable unit of user code.

    Attributes:
        name: Unique in its job: the op's path through the graphs, like `graph.op`.
        emits_implicitly: Assets that the body does not mention count as made (`specs=` form).
        checks: The checks that the step evaluates; for a check step, its own.
        is_check: Whether the unit only checks.
        is_op: Whether the function gets an op's context and returns an op's outputs.
        observes: Whether it observes its assets instead of making them.
        needs: The steps of the same graph that it takes values from or waits for.
        unit: The name of the whole that can only be selected together; the step's own if None.
        over: The step and its dynamic output for each of whose values this step runs once.
        config_schema: A Config class, or a schema of `penstock.config`.
        node: The op at its place in a graph, where there is one.
    """

    name: str
    function: Callable[..., object]
    signature: Signature
    inputs: tuple[StepInput, ...] = ()
    outputs: tuple[StepOutput, ...] = ()
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
    is_op: bool = False
    observes: bool = False
    needs: tuple[StepNeed, ...] = ()
    unit: str | None = None
    over: tuple[str, str] | None = None
    hooks: frozenset[HookDefinition] = frozenset()
    node: Node | None = None
    tags: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    description: str | None = None
    code_version: str | None = None

    @property
    def asset_outputs(self) -> Sequence[StepOutput]:
        """The outputs that carry assets."""
        return [output for output in self.outputs if output.spec is not None]

    def output_of(self, key: AssetKey) -> StepOutput:
        """Return the output that carries an asset.

        Raises:
            InvalidDefinitionError: The unit does not make it.
        """
        for output in self.outputs:
            if output.spec is not None and output.spec.key == key:
                return output
        raise InvalidDefinitionError(f"'{self.name}' does not make asset '{key}'.")
