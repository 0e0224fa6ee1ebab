"""What a tick remembers for the next one, as values that can be stored.

A cursor holds, for each asset or check, what was requested, when, and a memory for each node of its
condition that has one. Nodes are named by ids that follow from the structure of the tree, so
editing a condition forgets only what was edited.
"""

from __future__ import annotations

import msgspec

from penstock.automation.subset import EntityKey, StoredSubset
from penstock.base.clock import Instant
from penstock.model.keys import AssetKey


class NodeCursor(msgspec.Struct, frozen=True, kw_only=True):
    """What one node of a condition remembers.

    `true` and `candidates` are what it answered and was asked about; `state` is its own text, and
    `remembered` its own subset.
    """

    true: StoredSubset
    candidates: StoredSubset
    state: str | None = None
    remembered: StoredSubset | None = None


class EntityCursor(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one asset or check.

    `grid` says what its partition keys meant; `event` is the newest event that was seen.
    """

    requested: StoredSubset
    at: Instant
    event: int | None = None
    grid: str | None = None
    nodes: dict[str, NodeCursor] = {}


class AutomationCursor(msgspec.Struct, frozen=True, kw_only=True):
    """What one tick leaves to the next; the first tick starts from an empty one."""

    evaluation: int = 0
    entities: dict[str, EntityCursor] = {}

    def of(self, key: EntityKey) -> EntityCursor | None:
        """Return what is remembered of an asset or a check."""
        return self.entities.get(entity_text(key))


def entity_text(key: EntityKey) -> str:
    """Write a key so that an asset and a check never look alike."""
    if isinstance(key, AssetKey):
        return f"asset:{key.to_escaped_user_string()}"
    return f"check:{key.asset_key.to_escaped_user_string()}:{key.name}"
