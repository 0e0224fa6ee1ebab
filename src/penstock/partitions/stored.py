"""The text of a subset of partitions that is kept, and reading it against today's definition.

Few ranges are written as the keys at their ends, which anybody can read. Many are written as a
compressed bitmap of ordinals beside what these ordinals meant, because definitions change: dates
move, keys are added, deleted and put in another order. Either way a subset that is read holds the
keys that it held, less those that are gone, or is refused. What ordinals mean is for each kind of
definition to say: windows say their first and their last key, lists the keys themselves, and lists
of very many keys a digest, which outlives keys that are appended and no other change.

Texts that Dagster wrote are read as well: a list of keys or of times, or a table with one.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, cast

from penstock.errors import InvalidDefinitionError, UsageError
from penstock.partitions.ordinals import Ordinals, Span

if TYPE_CHECKING:
    from pyroaring import BitMap64

_FEW = 256


class StoredSpace(Protocol):
    """What is asked of the definition that a subset is bound to."""

    @property
    def grid(self) -> str:
        """What a key means, whatever the bounds: keys of equal grids can be exchanged."""
        ...

    def describe(self) -> str:
        """Return the keys in words."""
        ...

    def fingerprint(self) -> str:
        """Return a short text that differs between definitions that differ."""
        ...

    @property
    def lists_keys(self) -> bool:
        """Whether keys are windows of time."""
        ...

    @property
    def has_gaps(self) -> bool:
        """Whether keys are left out that may come back, so that a range is not all between."""
        ...

    def find(self, key: str) -> int | None:
        """Return the ordinal of a key, or None if there is no such key."""
        ...

    def starting(self, start: int, end: int) -> Span:
        """Return the ordinals of the windows that start in a span of time."""
        ...

    def stored_ranges(self, spans: tuple[Span, ...]) -> list[tuple[str, str]]:
        """Write spans as key ranges that stay right if only the definition's bounds change."""
        ...

    def restored_spans(self, first: str, last: str) -> Sequence[Span]:
        """Read one stored key range, cut to the keys that there are now."""
        ...

    def numbering(self, ordinals: Ordinals) -> dict[str, object]:
        """Return what the ordinals of a set mean, as plain JSON."""
        ...

    def restored(self, ordinals: Ordinals, numbering: Mapping[str, object]) -> Ordinals:
        """Return today's ordinals for a set that `numbering` described, without those gone."""
        ...


def stored_text(space: StoredSpace, ordinals: Ordinals) -> str:
    """Return a subset as canonical JSON text with the fingerprint of its definition."""
    stored: dict[str, object] = {"fingerprint": space.fingerprint(), "grid": space.grid}
    bits = ordinals.bitmap() if _is_long(space, ordinals) else None
    if bits is None:
        stored["ranges"] = space.stored_ranges(ordinals.spans)
    else:
        numbering = space.numbering(ordinals)
        stored.update(numbering if "keys" in numbering else _with_bits(numbering, bits))
    return json.dumps(stored, separators=(",", ":"))


def restored_ordinals(text: str, space: StoredSpace) -> Ordinals:
    """Read what `stored_text` wrote, against the definition as it is now.

    Raises:
        UsageError: The text is not a stored subset, or its keys mean something else now.
    """
    try:
        raw = json.loads(text)
        if isinstance(raw, list):
            return _foreign(cast("list[object]", raw), space)
        known = cast("dict[str, object]", raw)
        foreign = known.get("subset", known.get("time_windows"))
        if foreign is not None:
            return _foreign(cast("list[object]", foreign), space)
        _check_grid(str(known["grid"]), space)
        return _ours(known, space)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        if isinstance(error, InvalidDefinitionError):
            raise
        raise UsageError(f"This is not a stored subset of partitions: {text[:80]!r}.") from error


def _is_long(space: StoredSpace, ordinals: Ordinals) -> bool:
    """Tell whether a bitmap is the shorter text: each key of a list is a range of its own."""
    if ordinals.is_empty:
        return False
    return (
        space.has_gaps
        or ordinals.span_count > _FEW
        or (not space.lists_keys and len(ordinals) > _FEW)
    )


def _with_bits(numbering: Mapping[str, object], bits: BitMap64) -> dict[str, object]:
    bits = bits.copy()
    bits.run_optimize()
    return {"numbering": numbering, "bitmap": base64.b64encode(bits.serialize()).decode()}


def _ours(raw: Mapping[str, object], space: StoredSpace) -> Ordinals:
    if "keys" in raw:
        return Ordinals.of_numbers(_found(cast("list[str]", raw["keys"]), space))
    if "bitmap" in raw:
        from pyroaring import BitMap64  # noqa: PLC0415 - only large sets need it

        bits = BitMap64.deserialize(base64.b64decode(str(raw["bitmap"]), validate=True))
        return space.restored(Ordinals(None, bits), cast("dict[str, object]", raw["numbering"]))
    ranges = cast("list[tuple[str, str]]", raw["ranges"])
    return Ordinals.of_spans(
        span for first, last in ranges for span in space.restored_spans(str(first), str(last))
    )


def _foreign(listed: Sequence[object], space: StoredSpace) -> Ordinals:
    """Read keys, or spans of time in seconds since the epoch."""
    keys = [each for each in listed if isinstance(each, str)]
    if len(keys) == len(listed):
        return Ordinals.of_numbers(_found(keys, space))
    if not space.lists_keys:
        raise ValueError("spans of time of keys that are none")
    pairs = cast("Sequence[tuple[float, float]]", listed)
    spans = (space.starting(int(start), int(end)) for start, end in pairs)
    return Ordinals.of_spans((max(0, start), stop) for start, stop in spans)


def _found(keys: Sequence[str], space: StoredSpace) -> list[int]:
    found = (space.find(key) for key in keys)
    return [ordinal for ordinal in found if ordinal is not None]


def _check_grid(grid: str, space: StoredSpace) -> None:
    if grid != space.grid:
        raise UsageError(
            f"A stored subset has {grid} keys, but the definition now has {space.grid} keys, so "
            "its keys mean something else. Discard it."
        )
