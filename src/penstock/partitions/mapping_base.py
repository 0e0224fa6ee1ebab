"""`PartitionMapping`: which partitions of an upstream asset a downstream partition is made of.

A mapping is a pair of pure functions on subsets, one in each direction. Users write their own by
subclassing it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from penstock.errors import InvalidDefinitionError, InvariantViolationError, UsageError
from penstock.partitions.context import DynamicPartitionsStore
from penstock.partitions.definition import PartitionsDefinition, loading
from penstock.partitions.subset import PartitionsSubset


@dataclass(frozen=True, slots=True)
class UpstreamPartitionsResult:
    """The upstream partitions that downstream ones need.

    Attributes:
        partitions_subset: The ones that exist.
        required_but_nonexistent_subset: The ones that do not exist. Keys that the upstream cannot
            have at all are counted in the downstream definition, and those that one dimension of
            the upstream lacks in the definition of that dimension.
    """

    partitions_subset: PartitionsSubset
    required_but_nonexistent_subset: PartitionsSubset

    @property
    def required_but_nonexistent_partition_keys(self) -> Sequence[str]:
        """The keys of the ones that do not exist, in order."""
        return list(self.required_but_nonexistent_subset)

    @staticmethod
    def complete(subset: PartitionsSubset) -> UpstreamPartitionsResult:
        """Say that all that is needed exists."""
        return UpstreamPartitionsResult(subset, PartitionsSubset(subset.definition))


class PartitionMapping(ABC):
    """A correspondence between the partitions of two assets.

    A definition or subset that is None belongs to an asset without partitions. `current_time` says
    which partitions exist; None is the current time, or the one that `partition_loading_context`
    set. Subclass it for a correspondence of your own: the two functions are enough, and
    `description` helps the reader.
    """

    @abstractmethod
    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """Return the upstream partitions that downstream ones need."""

    @abstractmethod
    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """Return the downstream partitions that need some of the upstream ones."""

    @property
    def description(self) -> str:
        """The mapping in words."""
        return f"as {type(self).__name__} says"

    @property
    def reads_earlier(self) -> bool:
        """Whether each partition needs only earlier ones, so that an asset can read itself."""
        return False

    def validate_partition_mapping(  # noqa: B027 - most mappings can relate any two
        self,
        upstream_partitions_def: PartitionsDefinition | None,
        downstream_partitions_def: PartitionsDefinition | None,
    ) -> None:
        """Do nothing if the mapping can relate two definitions.

        Raises:
            InvalidDefinitionError: It cannot.
        """

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON; `specs.mapping_from_spec` reads it."""
        kind = type(self)
        name = f"{kind.__module__}:{kind.__qualname__}"
        return {"kind": "custom", "class": name, "description": self.description}

    def describe(self) -> str:
        """Return the mapping in words."""
        return self.description

    def check(
        self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
    ) -> None:
        """Do nothing if the mapping can relate two definitions.

        Raises:
            InvalidDefinitionError: It cannot.
        """
        try:
            self.validate_partition_mapping(upstream, downstream)
        except InvalidDefinitionError:
            raise
        except UsageError as error:
            raise InvalidDefinitionError(str(error)) from error


class SubsetMapping(PartitionMapping):
    """A mapping of Penstock's own, which takes the store of dynamic partitions from its context."""

    __slots__ = ()

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """Return the upstream partitions that downstream ones need."""
        wanted = downstream_partitions_subset
        with loading(dynamic_partitions_store):
            if wanted is not None and downstream_partitions_def is not None:
                wanted = wanted.bound_to(downstream_partitions_def)
            return self._upstream(
                wanted,
                downstream_partitions_def,
                upstream_partitions_def,
                current_time,
            )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """Return the downstream partitions that need some of the upstream ones."""
        with loading(dynamic_partitions_store):
            return self._downstream(
                upstream_partitions_subset.bound_to(upstream_partitions_def),
                upstream_partitions_def,
                downstream_partitions_def,
                current_time,
            )

    @abstractmethod
    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult: ...

    @abstractmethod
    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset: ...


@dataclass(frozen=True, slots=True)
class ForeignPartitionMapping(SubsetMapping):
    """A mapping of the user's own, as those see it who cannot load the user's code.

    Attributes:
        class_name: The module and the name of its class.
        words: What it does.
    """

    class_name: str
    words: str

    @property
    def description(self) -> str:
        """The mapping in words."""
        return self.words

    def spec(self) -> dict[str, object]:
        """Return the mapping as plain JSON."""
        return {"kind": "custom", "class": self.class_name, "description": self.words}

    def _upstream(
        self,
        subset: PartitionsSubset | None,
        downstream: PartitionsDefinition | None,
        upstream: PartitionsDefinition,
        now: datetime | None,
    ) -> UpstreamPartitionsResult:
        raise self._unknown()

    def _downstream(
        self,
        subset: PartitionsSubset,
        upstream: PartitionsDefinition,
        downstream: PartitionsDefinition,
        now: datetime | None,
    ) -> PartitionsSubset:
        raise self._unknown()

    def _unknown(self) -> Exception:
        return InvariantViolationError(
            f"The partition mapping {self.class_name} is in the user's code, which is not loaded "
            "here. Map its partitions where the definitions are loaded."
        )
