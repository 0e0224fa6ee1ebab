"""Order and cycles in a directed graph given as adjacency lists of integers.

Iterative throughout: no depth limit. Nodes are 0..n-1, `needs[i]` the nodes that `i` waits for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


def topological_order(needs: Sequence[Sequence[int]]) -> list[int] | None:
    """Order nodes so that each follows what it needs; None if there is a cycle.

    Kahn's algorithm; among ready nodes the lowest number comes first within its level, so the
    order is deterministic. A node may be listed twice among another's needs.
    """
    dependants: list[list[int]] = [[] for _ in needs]
    waiting = [len(n) for n in needs]
    for node, needed in enumerate(needs):
        for need in needed:
            dependants[need].append(node)
    ready = deque(node for node, count in enumerate(waiting) if count == 0)
    order: list[int] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for dependant in dependants[node]:
            waiting[dependant] -= 1
            if waiting[dependant] == 0:
                ready.append(dependant)
    return order if len(order) == len(needs) else None


def find_cycle(needs: Sequence[Sequence[int]]) -> list[int] | None:
    """Return one cycle as the nodes along it (first not repeated at the end), or None.

    Each node of the answer needs the next one, and the last needs the first.
    """
    white, grey, black = 0, 1, 2
    colour = [white] * len(needs)
    for root in range(len(needs)):
        if colour[root] != white:
            continue
        path: list[int] = [root]
        pending = [iter(needs[root])]
        colour[root] = grey
        while pending:
            following = next(pending[-1], None)
            if following is None:
                colour[path.pop()] = black
                pending.pop()
            elif colour[following] == grey:
                return path[path.index(following) :]
            elif colour[following] == white:
                colour[following] = grey
                path.append(following)
                pending.append(iter(needs[following]))
    return None
