"""What goes into and comes out of ops and graphs: their declared inputs and outputs.

`In`, `Out` and their kin are what users write; `InputDefinition` and `OutputDefinition` are the
same with a name and a resolved type. Refuses to know what is connected to what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from penstock.define.spec import CoercibleToAsset, key_of
from penstock.define.types.annotations import (
    resolve_input_annotation,
    resolve_output_annotation,
    resolve_runtime_type,
)
from penstock.define.types.builtin import ANY_TYPE
from penstock.define.types.definition import RuntimeType, TypeKind
from penstock.define.values import DEFAULT_IO_MANAGER, NO_VALUE
from penstock.errors import InvalidDefinitionError
from penstock.model.keys import AssetKey

UNTYPED = object()
"""Stands for "no type given": then an annotation counts, if there is one."""

DEFAULT_OUTPUT = "result"

InputAsset = AssetKey | Callable[..., AssetKey]
InputPartitions = frozenset[str] | Callable[..., set[str]]


def _type_of(declared: object) -> RuntimeType | None:
    return None if declared is UNTYPED else resolve_runtime_type(declared)


@dataclass(frozen=True, init=False)
class In:
    """An input of an op.

    Args:
        dagster_type: What its values are checked against; the parameter's annotation if not given.
        description: What the input is.
        default_value: What the op receives where nothing is connected.
        metadata: Facts for the IO manager that loads the value.
        asset_key: The asset that the value is loaded from, where the op reads one.
        asset_partitions: The partitions of that asset that are read.
        input_manager_key: The resource that loads the value.

    Raises:
        InvalidDefinitionError: The type is none, or an input without a value has a default.
    """

    dagster_type: RuntimeType | None
    description: str | None
    default_value: object
    metadata: Mapping[str, object]
    asset_key: InputAsset | None
    asset_partitions: InputPartitions | None
    input_manager_key: str | None

    def __init__(
        self,
        dagster_type: object = UNTYPED,
        description: str | None = None,
        default_value: object = NO_VALUE,
        metadata: Mapping[str, object] | None = None,
        asset_key: CoercibleToAsset | Callable[..., AssetKey] | None = None,
        asset_partitions: set[str] | frozenset[str] | Callable[..., set[str]] | None = None,
        input_manager_key: str | None = None,
    ) -> None:
        resolved = _type_of(dagster_type)
        if default_value is not NO_VALUE and resolved is not None and resolved.is_nothing:
            raise InvalidDefinitionError(
                "An input of type Nothing receives no value, so it cannot have a default_value. "
                "Drop the default."
            )
        put = object.__setattr__
        put(self, "dagster_type", resolved)
        put(self, "description", description)
        put(self, "default_value", default_value)
        put(self, "metadata", dict(metadata or {}))
        asset = asset_key if asset_key is None or callable(asset_key) else key_of(asset_key)
        put(self, "asset_key", asset)
        fixed = None if callable(asset_partitions) else asset_partitions
        put(self, "asset_partitions", asset_partitions if fixed is None else frozenset(fixed))
        put(self, "input_manager_key", input_manager_key)


@dataclass(frozen=True, init=False)
class Out:
    """An output of an op.

    Args:
        dagster_type: What its values are checked against; the return annotation if not given.
        description: What the output is.
        is_required: Whether the op fails if it ends without it.
        io_manager_key: The resource that stores the value.
        metadata: Facts for the IO manager that stores the value.
        code_version: The version of the code behind it.
    """

    dagster_type: RuntimeType | None
    description: str | None
    is_required: bool
    io_manager_key: str
    metadata: Mapping[str, object]
    code_version: str | None

    def __init__(
        self,
        dagster_type: object = UNTYPED,
        description: str | None = None,
        is_required: bool = True,  # noqa: FBT001, FBT002 - the public signature
        io_manager_key: str | None = None,
        metadata: Mapping[str, object] | None = None,
        code_version: str | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "dagster_type", _type_of(dagster_type))
        put(self, "description", description)
        put(self, "is_required", is_required)
        put(self, "io_manager_key", io_manager_key or DEFAULT_IO_MANAGER)
        put(self, "metadata", dict(metadata or {}))
        put(self, "code_version", code_version)

    @property
    def is_dynamic(self) -> bool:
        """Whether it is produced any number of times."""
        return False


class DynamicOut(Out):
    """An output of an op that is produced any number of times, each time with a mapping key.

    In a graph's body it is used with `.map(...)` and `.collect()`.
    """

    @property
    def is_dynamic(self) -> bool:
        """Whether it is produced any number of times."""
        return True


@dataclass(frozen=True)
class InputDefinition:
    """An input with its name and type.

    Args:
        name: The name.
        dagster_type: The type, or an annotation that stands for one.
    """

    name: str
    dagster_type: RuntimeType = ANY_TYPE
    description: str | None = None
    default: object = NO_VALUE
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    asset_key: InputAsset | None = None
    asset_partitions: InputPartitions | None = None
    input_manager_key: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "dagster_type", resolve_runtime_type(self.dagster_type))

    @property
    def is_nothing(self) -> bool:
        """Whether it only orders, and no value is passed."""
        return self.dagster_type.is_nothing

    def get_asset_key(self, context: object) -> AssetKey | None:
        """Return the asset that the value is loaded from.

        Args:
            context: What a function that names the asset is called with.
        """
        return self.asset_key(context) if callable(self.asset_key) else self.asset_key

    def get_asset_partitions(self, context: object) -> frozenset[str] | set[str] | None:
        """Return the partitions of the asset that are read.

        Args:
            context: What a function that names them is called with.
        """
        found = self.asset_partitions
        return found(context) if callable(found) else found

    @property
    def has_default_value(self) -> bool:
        """Whether it needs nothing to be connected."""
        return self.default is not NO_VALUE

    @property
    def default_value(self) -> object:
        """What is received where nothing is connected.

        Raises:
            InvalidDefinitionError: It has no default.
        """
        if self.default is NO_VALUE:
            raise InvalidDefinitionError(f"Input '{self.name}' has no default value.")
        return self.default

    def mapping_to(
        self, node_name: str, input_name: str, fan_in_index: int | None = None
    ) -> InputMapping:
        """Return the mapping of this input of a graph to an input of one of its nodes."""
        return InputMapping(
            graph_input_name=self.name,
            mapped_node_name=node_name,
            mapped_node_input_name=input_name,
            fan_in_index=fan_in_index,
            graph_input_description=self.description,
            dagster_type=self.dagster_type,
        )


@dataclass(frozen=True)
class OutputDefinition:
    """An output with its name and type.

    Args:
        dagster_type: The type, or an annotation that stands for one.
        name: The name.
    """

    dagster_type: RuntimeType = ANY_TYPE
    name: str = DEFAULT_OUTPUT
    description: str | None = None
    is_required: bool = True
    is_dynamic: bool = False
    io_manager_key: str = DEFAULT_IO_MANAGER
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    code_version: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "dagster_type", resolve_runtime_type(self.dagster_type))

    @property
    def is_nothing(self) -> bool:
        """Whether it only orders, and no value is passed."""
        return self.dagster_type.is_nothing

    @property
    def optional(self) -> bool:
        """Whether the op may end without it."""
        return not self.is_required


@dataclass(frozen=True)
class GraphIn:
    """An input of a graph."""

    description: str | None = None


@dataclass(frozen=True)
class GraphOut:
    """An output of a graph."""

    description: str | None = None


@dataclass(frozen=True)
class InputPointer:
    """The input of a node that something is connected to; one place of a fan-in if indexed."""

    node_name: str
    input_name: str
    fan_in_index: int | None = None


@dataclass(frozen=True)
class InputMapping:
    """Where the value of a graph's input goes: to an input of one of its nodes.

    Args:
        graph_input_name: The input of the graph.
        mapped_node_name: The node inside.
        mapped_node_input_name: The node's input.
        fan_in_index: The place in the node's input, where that takes a list.
        graph_input_description: What the graph's input is.
        dagster_type: The type of the graph's input; the node's if None.
    """

    graph_input_name: str
    mapped_node_name: str
    mapped_node_input_name: str
    fan_in_index: int | None = None
    graph_input_description: str | None = None
    dagster_type: RuntimeType | None = None

    @property
    def maps_to(self) -> InputPointer:
        """Where it goes."""
        return InputPointer(self.mapped_node_name, self.mapped_node_input_name, self.fan_in_index)


@dataclass(frozen=True)
class OutputMapping:
    """Where the value of a graph's output comes from: an output of one of its nodes.

    Args:
        graph_output_name: The output of the graph.
        mapped_node_name: The node inside.
        mapped_node_output_name: The node's output.
        graph_output_description: What the graph's output is.
        dagster_type: The type of the graph's output; the node's if None.
        from_dynamic_mapping: Whether the node is mapped over a dynamic output of the graph.
    """

    graph_output_name: str
    mapped_node_name: str
    mapped_node_output_name: str
    graph_output_description: str | None = None
    dagster_type: RuntimeType | None = None
    from_dynamic_mapping: bool = False


def input_definition(
    name: str, declared: In, *, annotation: object, default: object, description: str | None
) -> InputDefinition:
    """Complete a declared input with what the function says of its parameter.

    Raises:
        InvalidDefinitionError: An input without a value has a default.
    """
    runtime_type = declared.dagster_type
    if runtime_type is None:
        runtime_type = resolve_input_annotation(annotation, parameter=name)
    own = declared.default_value
    if own is not NO_VALUE:
        default = own
    _check_default(name, runtime_type, default)
    return InputDefinition(
        name=name,
        dagster_type=runtime_type,
        description=declared.description or description,
        default=default,
        metadata=dict(declared.metadata),
        asset_key=declared.asset_key,
        asset_partitions=declared.asset_partitions,
        input_manager_key=declared.input_manager_key,
    )


def _check_default(name: str, runtime_type: RuntimeType, default: object) -> None:
    """Check a default whose type is a plain one; other types may need resources for it."""
    if default is NO_VALUE or runtime_type.kind is not TypeKind.SCALAR:
        return
    verdict = runtime_type.type_check(None, default)
    if not verdict.success:
        raise InvalidDefinitionError(
            f"Input '{name}' is of type {runtime_type.display_name}, which its own default_value "
            f"does not pass. {verdict.description or ''} Give a default of the type."
        )


def output_definition(
    name: str,
    declared: Out,
    *,
    annotation: object,
    description: str | None,
    code_version: str | None,
) -> OutputDefinition:
    """Complete a declared output with what the function says of what it returns."""
    runtime_type = declared.dagster_type
    if runtime_type is None:
        runtime_type = resolve_output_annotation(annotation)
    return OutputDefinition(
        name=name,
        dagster_type=runtime_type,
        description=declared.description or description,
        is_required=declared.is_required,
        is_dynamic=declared.is_dynamic,
        io_manager_key=declared.io_manager_key,
        metadata=declared.metadata,
        code_version=declared.code_version or code_version,
    )


def as_in(definition: InputDefinition) -> In:
    """Return the declaration behind an input."""
    return In(
        dagster_type=definition.dagster_type,
        description=definition.description,
        default_value=definition.default,
        metadata=definition.metadata,
        asset_key=definition.asset_key,
        asset_partitions=cast("frozenset[str] | None", definition.asset_partitions),
        input_manager_key=definition.input_manager_key,
    )


def as_out(definition: OutputDefinition) -> Out:
    """Return the declaration behind an output."""
    kind = DynamicOut if definition.is_dynamic else Out
    return kind(
        dagster_type=definition.dagster_type,
        description=definition.description,
        is_required=definition.is_required,
        io_manager_key=definition.io_manager_key,
        metadata=definition.metadata,
        code_version=definition.code_version,
    )
