"""The facts of an asset's partitions as they are kept between processes.

Owns the form: ranges where there are few, compressed bitmaps where there are many. What is kept
belongs to one definition and means nothing under another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from penstock.base.codec import decoder, encode
from penstock.graph.partition_status import PartitionFacts
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.ordinals import Ordinals

_FORM = 1
_LARGEST = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is known of an asset's partitions, and up to when.

    Attributes:
        facts: What is known.
        up_to: The newest event of the asset that counted.
        basis: What the comparisons rest on; empty if nothing was compared.
        upstream: For each upstream asset, by escaped key, the newest event that counted.
    """

    facts: PartitionFacts = field(default_factory=PartitionFacts)
    up_to: int = 0
    basis: str = ""
    upstream: Mapping[str, int] = field(default_factory=dict[str, int])


class _Set(msgspec.Struct, frozen=True, omit_defaults=True):
    spans: tuple[tuple[int, int], ...] = ()
    bits: bytes | None = None


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    form: int
    made: _Set
    failed: _Set
    compared: _Set
    differing: dict[str, _Set]
    codes: dict[str, _Set]
    basis: str
    upstream: dict[str, int]


_bodies = decoder(_Body)


def has_lasting_ordinals(definition: PartitionsDefinition) -> bool:
    """Tell whether ordinals mean the same in another process: those of dynamic keys do not."""
    if isinstance(definition, MultiPartitionsDefinition):
        return all(has_lasting_ordinals(part.partitions_def) for part in definition.partitions_defs)
    return not isinstance(definition, DynamicPartitionsDefinition)


def written_view(view: View) -> bytes | None:
    """Write a view; None if its ordinals are too large to be kept."""
    facts = view.facts
    sets = [facts.made, facts.failed, facts.compared]
    if any(each.is_short and each.spans and each.spans[-1][1] > _LARGEST for each in sets):
        return None
    return encode(
        _Body(
            form=_FORM,
            made=_written(facts.made),
            failed=_written(facts.failed),
            compared=_written(facts.compared),
            differing={reason: _written(some) for reason, some in facts.differing.items()},
            codes={code: _written(some) for code, some in facts.codes.items()},
            basis=view.basis,
            upstream=dict(view.upstream),
        )
    )


def read_view(body: bytes, *, up_to: int) -> View | None:
    """Read a view; None if another release wrote it in another form."""
    try:
        read = _bodies.decode(body)
    except msgspec.DecodeError:
        return None
    if read.form != _FORM:
        return None
    return View(
        facts=PartitionFacts(
            made=_read(read.made),
            failed=_read(read.failed),
            compared=_read(read.compared),
            differing={reason: _read(some) for reason, some in read.differing.items()},
            codes={code: _read(some) for code, some in read.codes.items()},
        ),
        up_to=up_to,
        basis=read.basis,
        upstream=read.upstream,
    )


def _written(ordinals: Ordinals) -> _Set:
    bits = None if ordinals.is_short else ordinals.bitmap()
    if bits is None:
        return _Set(spans=ordinals.spans)
    bits.run_optimize()
    return _Set(bits=bits.serialize())


def _read(stored: _Set) -> Ordinals:
    if stored.bits is None:
        return Ordinals(stored.spans)
    from pyroaring import BitMap64  # noqa: PLC0415 - only large sets need it

    return Ordinals(None, BitMap64.deserialize(stored.bits))
