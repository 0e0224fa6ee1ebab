from __future__ import annotations

import pytest

from penstock.base.ids import RunId
from penstock.decide.lease import is_lost
from penstock.model.run import RunRecord, RunSpec, RunStatus

OWNED = [RunStatus.STARTING, RunStatus.STARTED, RunStatus.CANCELING]
UNOWNED = [status for status in RunStatus if status not in OWNED]


def record(status: RunStatus, owner: str | None) -> RunRecord:
    return RunRecord(
        id=RunId("r"), spec=RunSpec(), status=status, created=0.0, updated=0.0, owner=owner
    )


@pytest.mark.parametrize("status", OWNED)
def test_a_run_in_work_is_lost_when_its_owner_is_dead(status: RunStatus):
    assert is_lost(record(status, "w"), owner_alive=False)


@pytest.mark.parametrize("status", OWNED)
def test_a_run_in_work_is_not_lost_while_its_owner_lives(status: RunStatus):
    assert not is_lost(record(status, "w"), owner_alive=True)


def test_a_run_that_starts_elsewhere_is_not_lost_before_its_worker_is_there():
    assert not is_lost(record(RunStatus.STARTING, None), owner_alive=False)


@pytest.mark.parametrize("status", [RunStatus.STARTED, RunStatus.CANCELING])
def test_a_run_in_work_that_nobody_owns_is_lost(status: RunStatus):
    assert is_lost(record(status, None), owner_alive=True)


@pytest.mark.parametrize("status", UNOWNED)
@pytest.mark.parametrize("owner", ["w", None])
def test_a_run_that_needs_no_owner_is_never_lost(status: RunStatus, owner: str | None):
    assert not is_lost(record(status, owner), owner_alive=False)
