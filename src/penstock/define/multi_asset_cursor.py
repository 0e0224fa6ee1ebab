"""The cursor of a multi-asset sensor: for each asset what was consumed, and what was passed over.

Values and text only. The text is JSON: by asset the partition and the id of the newest event that
was consumed, and by partition the newest older event that was not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from penstock.errors import InvariantViolationError
from penstock.model.keys import AssetKey

MOST_UNCONSUMED = 25
"""How many partitions of an asset may have an event that was passed over."""


@dataclass(frozen=True, slots=True)
class AssetCursor:
    """How far a sensor has come with one asset.

    Attributes:
        latest_consumed_event_partition: The partition of the newest event that was consumed.
        latest_consumed_event_id: Its id; None if none was consumed.
        trailing_unconsumed_partitioned_event_ids: By partition the newest older event that was not
            consumed.
    """

    latest_consumed_event_partition: str | None = None
    latest_consumed_event_id: int | None = None
    trailing_unconsumed_partitioned_event_ids: Mapping[str, int] = field(
        default_factory=dict[str, int]
    )

    def consumed(
        self, event: int, partition: str | None, *, asset: AssetKey, passed: Mapping[str, int]
    ) -> AssetCursor:
        """Return the cursor after an event was consumed.

        Args:
            event: The id of the event.
            partition: The partition that it is about.
            asset: The asset, for messages.
            passed: By partition the newest event between the cursor and this one.

        Raises:
            InvariantViolationError: Too many partitions have an event that was passed over.
        """
        trailing = dict(self.trailing_unconsumed_partitioned_event_ids)
        latest = self.latest_consumed_event_id
        if latest is not None and event <= latest:
            if partition is not None and trailing.get(partition, event + 1) <= event:
                del trailing[partition]
            return AssetCursor(self.latest_consumed_event_partition, latest, trailing)
        trailing.update(passed)
        if partition is not None:
            trailing.pop(partition, None)
        if len(trailing) > MOST_UNCONSUMED:
            raise InvariantViolationError(
                f"More than {MOST_UNCONSUMED} partitions of asset '{asset}' have an event that the "
                "sensor passed over, too many to remember. Advance the cursor to older events too, "
                "or call context.advance_all_cursors()."
            )
        return AssetCursor(partition, event, trailing)


def read_cursor(text: str | None, assets: tuple[AssetKey, ...]) -> dict[AssetKey, AssetCursor]:
    """Read what `write_cursor` wrote; the id that an asset sensor keeps is read as well.

    Raises:
        InvariantViolationError: It is something else.
    """
    if text is None:
        return {}
    try:
        read: object = json.loads(text)
    except ValueError as error:
        raise InvariantViolationError(
            f"The cursor {text!r} is not one of a multi-asset sensor. Reset the sensor."
        ) from error
    if isinstance(read, int):
        return {asset: AssetCursor(None, read) for asset in assets}
    named = {repr(asset): asset for asset in assets}
    entries = cast("dict[str, tuple[str | None, int | None, dict[str, int]]]", read)
    return {named[key]: AssetCursor(*entry) for key, entry in entries.items() if key in named}


def write_cursor(cursors: Mapping[AssetKey, AssetCursor]) -> str:
    """Write how far a sensor has come with each asset."""
    return json.dumps(
        {
            repr(asset): [
                cursor.latest_consumed_event_partition,
                cursor.latest_consumed_event_id,
                dict(cursor.trailing_unconsumed_partitioned_event_ids),
            ]
            for asset, cursor in cursors.items()
        }
    )
