"""Whether a run has lost its owner.

Knows neither heartbeats nor processes: who asks has found out whether the owner lives.
"""

from __future__ import annotations

from penstock.model.run import RunRecord, RunStatus

_OWNED = frozenset({RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING})


def is_lost(record: RunRecord, *, owner_alive: bool) -> bool:
    """Tell whether a run that somebody must be driving is driven by nobody.

    One that is starting has no owner where its worker is started elsewhere: it has still to come.

    Args:
        record: The run as the store knows it.
        owner_alive: Whether the owner named in the record lives; ignored where there is none.
    """
    if record.status is RunStatus.STARTING and record.owner is None:
        return False
    return record.status in _OWNED and (record.owner is None or not owner_alive)
