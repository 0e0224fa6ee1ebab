"""Values that the tests of every store use."""

from __future__ import annotations

from penstock.base.ids import InstigatorId, RunId
from penstock.model.events import RunStarted
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.model.tick import InstigatorKind, InstigatorRecord, InstigatorStatus
from penstock.store.protocol import Store

ORDERS = AssetKey(["raw", "orders"])
USERS = AssetKey("users")

NIGHTLY = InstigatorRecord(
    id=InstigatorId("i1"),
    kind=InstigatorKind.SCHEDULE,
    name="nightly",
    location="here",
    status=InstigatorStatus.RUNNING,
    updated=1.0,
)


def a_run(name: str, spec: RunSpec | None = None, *, created: float = 10.0) -> RunRecord:
    """Make a run that has not started, whose plan is 'p'."""
    return RunRecord(
        id=RunId(name),
        spec=spec or RunSpec(),
        status=RunStatus.NOT_STARTED,
        created=created,
        updated=created,
        plan="p",
    )


def started(store: Store, name: str = "r1") -> RunRecord:
    """Add a run that has started, and has one event."""
    return store.create_run(a_run(name), plan=b"plan", events=[RunStarted("me")])
