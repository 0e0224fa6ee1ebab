"""`FreshnessQueries`: how fresh assets are, as it was evaluated last.

The newest evaluation of an asset is found by the id of its event, which is kept beside the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from penstock.model.events import FreshnessChanged, FreshnessJudged
from penstock.model.freshness import FreshnessState
from penstock.model.keys import AssetKey
from penstock.store.protocol import EventFilter, Store


@dataclass(frozen=True, slots=True)
class FreshnessStateRecord:
    """How fresh an asset is, as it was evaluated last.

    Attributes:
        entity_key: The asset.
        freshness_state: How fresh it is.
        updated_at: When that was evaluated, in UTC.
    """

    entity_key: AssetKey
    freshness_state: FreshnessState
    updated_at: datetime


class FreshnessQueries:
    """The part of the instance that is asked how fresh assets are."""

    store: Store

    def get_freshness_state_records(
        self, keys: Iterable[AssetKey]
    ) -> Mapping[AssetKey, FreshnessStateRecord]:
        """Return how fresh assets are; one that was never evaluated is left out."""
        places = {_name(key): key for key in keys}
        numbers = self.store.values(list(places))
        wanted = tuple(sorted(int(number) for number in numbers.values()))
        found: dict[AssetKey, FreshnessStateRecord] = {}
        for event in self.store.events(EventFilter(ids=wanted)) if wanted else []:
            told = event.event
            if isinstance(told, FreshnessJudged | FreshnessChanged):
                at = datetime.fromtimestamp(event.at, UTC)
                found[told.asset] = FreshnessStateRecord(told.asset, FreshnessState(told.state), at)
        return found

    def _note_freshness(self, asset: AssetKey, event: int) -> None:
        self.store.put_values({_name(asset): str(event)})


def _name(asset: AssetKey) -> str:
    return f"freshness/{asset.to_escaped_user_string()}"
