"""The facts that conditions ask for, as a protocol that an engine fulfils.

Owns the questions; refuses to know where the answers come from. Every answer is about the moment of
the tick: an implementation looks at nothing newer than the tick's last event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from penstock.automation.cursor import EntityCursor
from penstock.automation.subset import EntityKey, EntitySubset
from penstock.base.clock import Instant
from penstock.model.freshness import FreshnessState
from penstock.model.keys import AssetKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTagFilter:
    """Which run tags are asked for: all of these keys, and all of these values."""

    tag_keys: Set[str] | None = None
    tag_values: Mapping[str, str] | None = None

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a run's tags have all that is asked for."""
        wanted = (self.tag_values or {}).items()
        return all(key in tags for key in self.tag_keys or ()) and all(
            tags.get(key) == value for key, value in wanted
        )


@dataclass(frozen=True, slots=True)
class Update:
    """One new materialization: its partition, its time and the tags of its run."""

    partition: str | None
    at: Instant
    tags: Mapping[str, str]


class AutomationFacts(Protocol):
    """What has happened to assets and checks, up to a moment.

    `candidates` limits a question to some partitions; an answer may hold more than these. `since`
    is what was remembered of the target of the condition at its last evaluation.
    """

    @property
    def last_event(self) -> int | None:
        """The newest event that the answers take into account."""
        ...

    def missing(self, candidates: EntitySubset) -> EntitySubset:
        """Return what was never materialized; of an external asset, never observed."""
        ...

    def run_in_progress(self, candidates: EntitySubset) -> EntitySubset:
        """Return what an unfinished run is still to make."""
        ...

    def backfill_in_progress(self, candidates: EntitySubset) -> EntitySubset:
        """Return what an unfinished backfill is still to make."""
        ...

    def execution_failed(self, candidates: EntitySubset) -> EntitySubset:
        """Return what failed when it was last tried."""
        ...

    def updates(self, key: EntityKey, since: EntityCursor) -> Sequence[Update]:
        """Return the materializations, observations or check results that are new, by time."""
        ...

    def data_version_changed(self, key: AssetKey, since: EntityCursor) -> EntitySubset:
        """Return what has another data version than it had then."""
        ...

    def checked(self, candidates: EntitySubset, *, passed: bool) -> EntitySubset:
        """Return what a check found to be right, or wrong, in the latest materialization."""
        ...

    def freshness(self, key: AssetKey) -> FreshnessState:
        """Return how fresh an asset is by its policy."""
        ...

    def made_together(self, candidates: EntitySubset, root: EntityKey) -> EntitySubset:
        """Return what the latest run made that was asked to make `root` too."""
        ...

    def made_with_tags(self, candidates: EntitySubset, tags: RunTagFilter) -> EntitySubset:
        """Return what a run with such tags made last."""
        ...
