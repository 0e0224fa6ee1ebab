"""Dividing steps that would wait for each other.

A step that can make some of its assets without the others may feed a step that in turn feeds other
assets of its own. Then it runs more than once, each time for a part. Owns which asset goes to which
part, in the order in which the parts run; refuses to know what a part is otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from penstock.base.dag import topological_order
from penstock.model.keys import AssetKey

Part = tuple[str, int]
"""A step, and the number of one of its parts."""


def divide(
    steps: Mapping[AssetKey, str],
    parents: Mapping[AssetKey, Sequence[AssetKey]],
    divisible: AbstractSet[str],
) -> Mapping[AssetKey, int] | None:
    """Return the part of its step that each asset goes to, so that no parts wait for each other.

    Each asset goes to the first part where that holds, so a step that need not be divided has one.

    Args:
        steps: The step that makes each asset, in definition order.
        parents: What each asset waits for.
        divisible: The steps that can be divided.

    Returns:
        Numbers from 0; None if no division helps.
    """
    together: dict[str | AssetKey, list[AssetKey]] = {}
    for key, step in steps.items():
        together.setdefault(key if step in divisible else step, []).append(key)
    groups = list(together.values())
    number = {key: n for n, group in enumerate(groups) for key in group}
    needs = [
        [number[p] for key in group for p in parents[key] if p in number and number[p] != n]
        for n, group in enumerate(groups)
    ]
    order = topological_order(needs)
    if order is None:
        return None
    placed = _Placed(steps, divisible)
    for n in order:
        placed.place(groups[n], [p for key in groups[n] for p in parents[key] if p in number])
    return placed.part_of


class _Placed:
    """The assets that have a part so far, and what the parts wait for."""

    def __init__(self, steps: Mapping[AssetKey, str], divisible: AbstractSet[str]) -> None:
        self._steps = steps
        self._divisible = divisible
        self._needs: dict[Part, set[Part]] = {}
        self.part_of: dict[AssetKey, int] = {}

    def place(self, group: Sequence[AssetKey], parents: Sequence[AssetKey]) -> None:
        """Put assets that are made together to the first part that none of their parents needs."""
        step, number = self._steps[group[0]], 0
        sources = {(self._steps[p], self.part_of[p]) for p in parents if p in self.part_of}
        if step in self._divisible:
            while self._is_needed((step, number), sources):
                number += 1
        self._needs.setdefault((step, number), set()).update(sources - {(step, number)})
        self.part_of.update(dict.fromkeys(group, number))

    def _is_needed(self, part: Part, sources: AbstractSet[Part]) -> bool:
        """Whether a part comes before one of the sources, other than itself."""
        if part not in self._needs:
            return False
        seen: set[Part] = set()
        pending = [source for source in sources if source != part]
        while pending:
            for need in self._needs.get(pending.pop(), ()):
                if need == part:
                    return True
                if need not in seen:
                    seen.add(need)
                    pending.append(need)
        return False
