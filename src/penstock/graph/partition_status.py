"""How the partitions of one asset stand, as sets: a million of them cost as much as their ranges.

Owns the sets that follow from what was recorded, how a change of one partition changes them, and
which status counts where several could. Refuses to know where the facts come from; keys are made
only for those who ask for a page of them.

Exact at every moment are materialized, failed, in progress and missing: each partition that exists
is in exactly one of them. Stale ones are a part of the materialized ones, and are exact for those
that were compared with what they are made of; `PartitionFacts.compared` says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import islice

from penstock.graph.staleness import ALREADY_FRESH, NEW_CODE_VERSION, NOT_MATERIALIZED
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.subset import PartitionsSubset
from penstock.partitions.window import PartitionKeyRange

NONE = Ordinals(())
"""No partition at all."""


class Standing(StrEnum):
    """Where one partition stands."""

    MATERIALIZED = "materialized"
    FAILED = "failed"
    IN_PROGRESS = "in-progress"
    MISSING = "missing"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionFacts:
    """What was recorded of the partitions of an asset, by the ordinals of their definition.

    Attributes:
        made: Those that were ever materialized.
        failed: Those whose newest attempt failed.
        compared: Those made ones whose inputs were compared with what there is now.
        differing: Of these, those whose inputs differ, by the reason.
        codes: Of the compared ones, those made with a known version of the code, by that version.
    """

    made: Ordinals = NONE
    failed: Ordinals = NONE
    compared: Ordinals = NONE
    differing: Mapping[str, Ordinals] = field(default_factory=dict[str, Ordinals])
    codes: Mapping[str, Ordinals] = field(default_factory=dict[str, Ordinals])

    def changed(self, *, made: Ordinals, failed: Ordinals) -> PartitionFacts:
        """Return the facts after some partitions changed.

        Args:
            made: Those among them that were ever made.
            failed: Those among them whose newest attempt failed.
        """
        kept = replace(self, made=self.made | made, failed=(self.failed - made) | failed)
        return kept.to_compare(made)

    def to_compare(self, touched: Ordinals | None = None) -> PartitionFacts:
        """Return the facts with some partitions, or all, to be compared anew."""
        if touched is None:
            return replace(self, compared=NONE, differing={}, codes={})
        if not len(touched):
            return self
        return replace(
            self,
            compared=self.compared - touched,
            differing=_without(self.differing, touched),
            codes=_without(self.codes, touched),
        )

    def with_comparison(
        self,
        compared: Ordinals,
        *,
        differing: Mapping[str, Ordinals],
        codes: Mapping[str, Ordinals],
    ) -> PartitionFacts:
        """Return the facts with the outcome of comparing more partitions."""
        return replace(
            self,
            compared=self.compared | compared,
            differing=_joined(self.differing, differing),
            codes=_joined(self.codes, codes),
        )

    def old_code(self, code_version: str | None) -> Ordinals:
        """Return the compared partitions that another version of the code made."""
        if not code_version:
            return NONE
        return union(made for code, made in self.codes.items() if code != code_version)

    def stale(self, code_version: str | None) -> Ordinals:
        """Return the compared partitions that other code, or other inputs, made."""
        return union([self.old_code(code_version), *self.differing.values()])

    def reasons(self, code_version: str | None) -> dict[str, Ordinals]:
        """Return the stale partitions by reason; each is under the first that counts."""
        old = self.old_code(code_version)
        found = {NEW_CODE_VERSION: old}
        found |= {reason: some - old for reason, some in self.differing.items()}
        return {reason: some for reason, some in found.items() if len(some)}


def union(sets: Iterable[Ordinals]) -> Ordinals:
    """Join sets."""
    found = NONE
    for each in sets:
        found = found | each
    return found


def _without(sets: Mapping[str, Ordinals], touched: Ordinals) -> dict[str, Ordinals]:
    left = {name: some - touched for name, some in sets.items()}
    return {name: some for name, some in left.items() if len(some)}


def _joined(one: Mapping[str, Ordinals], other: Mapping[str, Ordinals]) -> dict[str, Ordinals]:
    return {name: one.get(name, NONE) | other.get(name, NONE) for name in {**one, **other}}


class PartitionStatus:
    """How the partitions of an asset stood when it was made; see the module for what is exact.

    Args:
        definition: The partitions of the asset.
        facts: What was recorded.
        in_progress: What unfinished runs and backfills are still to make.
        code_version: The version of the code that is declared now.
        existing: Which partitions count; None means those that exist at `now`.
        now: When partitions are counted, timezone-aware; None means the current time.
    """

    def __init__(
        self,
        definition: PartitionsDefinition,
        facts: PartitionFacts,
        *,
        in_progress: Ordinals = NONE,
        code_version: str | None = None,
        existing: Ordinals | None = None,
        now: datetime | None = None,
    ) -> None:
        self.definition = definition
        self.facts = facts
        self._existing = definition.existing(now) if existing is None else existing
        self._in_progress = in_progress & self._existing
        self._code_version = code_version

    def within(self, some: PartitionsSubset) -> PartitionStatus:
        """Return how some of the partitions stand, as if there were no others."""
        return PartitionStatus(
            self.definition,
            self.facts,
            in_progress=self._in_progress,
            code_version=self._code_version,
            existing=self._existing & some.ordinals,
        )

    @cached_property
    def reasons(self) -> dict[str, PartitionsSubset]:
        """The partitions by what a run would find: each under one reason, fresh ones too."""
        made = self.made.ordinals
        stale = self.facts.reasons(self._code_version)
        found = {NOT_MATERIALIZED: self._existing - made}
        found |= {reason: some & made for reason, some in stale.items()}
        found[ALREADY_FRESH] = made - union(stale.values())
        return {reason: self._subset(some) for reason, some in found.items() if len(some)}

    @cached_property
    def existing(self) -> PartitionsSubset:
        """Every partition that exists."""
        return self._subset(self._existing)

    @cached_property
    def made(self) -> PartitionsSubset:
        """Those that were ever made, whatever happened since."""
        return self._subset(self.facts.made & self._existing)

    @cached_property
    def materialized(self) -> PartitionsSubset:
        """Those that were made, and have neither failed since nor are in progress."""
        return self._subset(self.made.ordinals - self.facts.failed - self._in_progress)

    @cached_property
    def failed(self) -> PartitionsSubset:
        """Those whose newest attempt failed, made before or not, and that are not in progress."""
        return self._subset((self.facts.failed & self._existing) - self._in_progress)

    @cached_property
    def in_progress(self) -> PartitionsSubset:
        """Those that an unfinished run or backfill is still to make."""
        return self._subset(self._in_progress)

    @cached_property
    def missing(self) -> PartitionsSubset:
        """Those that were never made, did not fail and are not in progress."""
        known = self.facts.made | self.facts.failed | self._in_progress
        return self._subset(self._existing - known)

    @cached_property
    def stale(self) -> PartitionsSubset:
        """Those of the materialized ones that other code or other inputs made."""
        return self._subset(self.facts.stale(self._code_version) & self.materialized.ordinals)

    @cached_property
    def not_compared(self) -> PartitionsSubset:
        """Those of the materialized ones of which it is not known whether they are stale."""
        return self._subset(self.materialized.ordinals - self.facts.compared)

    def subset(self, standing: Standing) -> PartitionsSubset:
        """Return the partitions of one status; the materialized ones include the stale ones."""
        match standing:
            case Standing.MATERIALIZED:
                return self.materialized
            case Standing.FAILED:
                return self.failed
            case Standing.IN_PROGRESS:
                return self.in_progress
            case Standing.MISSING:
                return self.missing
            case Standing.STALE:
                return self.stale

    def counts(self) -> dict[Standing, int]:
        """Return how many partitions there are of each status; without the stale ones all count."""
        return {standing: len(self.subset(standing)) for standing in Standing}

    def ranges(self, standing: Standing, *, limit: int | None = None) -> list[PartitionKeyRange]:
        """Return the partitions of one status as ranges of keys, both ends included.

        Args:
            standing: The status.
            limit: How many ranges at most; None is all.
        """
        spans = self.subset(standing).spans
        if not isinstance(self.definition, MultiPartitionsDefinition | DynamicPartitionsDefinition):
            spans = spans[:limit]  # each is a range; of those, several may make one
        return self.definition.ranges(spans)[:limit]

    def standing_of(self, key: str) -> Standing | None:
        """Return where a partition stands; None if it does not exist."""
        ordinal = self.definition.find(key)
        if ordinal is None or ordinal not in self._existing:
            return None
        return self.standing_at(ordinal)

    def standing_at(self, ordinal: int) -> Standing:
        """Return where the partition at an ordinal stands, which exists."""
        if ordinal in self._in_progress:
            return Standing.IN_PROGRESS
        if ordinal in self.facts.failed:
            return Standing.FAILED
        if ordinal not in self.facts.made:
            return Standing.MISSING
        is_stale = ordinal in self.stale.ordinals
        return Standing.STALE if is_stale else Standing.MATERIALIZED

    def page(
        self, *, limit: int, after: str | None = None, standing: Standing | None = None
    ) -> Sequence[tuple[str, Standing]]:
        """Return the next partitions, each with its status.

        Args:
            limit: How many at most.
            after: The key to go on after, which need not be in the page before; None from the
                first on.
            standing: Only partitions of this status.

        Raises:
            UnknownPartitionError: `after` is not a key.
        """
        chosen = self.existing if standing is None else self.subset(standing)
        return self.page_of(chosen, limit=limit, after=after)

    def page_of(
        self, chosen: PartitionsSubset, *, limit: int, after: str | None = None
    ) -> Sequence[tuple[str, Standing]]:
        """Return the next partitions among some that exist, each with its status.

        Raises:
            UnknownPartitionError: `after` is not a key.
        """
        ordinals = chosen.ordinals
        if after is not None:
            ordinals = ordinals - Ordinals(((0, self.definition.ordinal(after) + 1),))
        some = list(islice(ordinals, limit))
        keys = self.definition.keys_at(some)
        return [(key, self.standing_at(n)) for key, n in zip(keys, some, strict=True)]

    def _subset(self, ordinals: Ordinals) -> PartitionsSubset:
        return PartitionsSubset(self.definition, ordinals)
