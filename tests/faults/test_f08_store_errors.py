from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.clock import SystemClock
from penstock.base.ids import SystemIds
from penstock.base.settings import load_settings
from penstock.define.asset import asset
from penstock.define.loaded import flatten, load
from penstock.errors import OutageError, StoreUnavailableError
from penstock.execute.execution import IN_THIS_PROCESS
from penstock.execute.runs import execute_run
from penstock.instance import Instance
from penstock.model.run import RunFilter
from penstock.store.memory import MemoryStore
from penstock.testing.fault_runs import Case, carry_out, open_case
from penstock.testing.faulty_store import FailsNow, faulty
from penstock.testing.invariants import broken_invariants
from penstock.testing.time import ManualClock

FAULT = {
    "id": "F8",
    "fault": "the store fails, may only be read, or is slow",
    "done": (
        "1, 5 and 20 % of all calls fail, before or behind their commit; every write is refused "
        "for 20 seconds and for good; a call takes a second. A run waits and goes on; if that "
        "takes more than 30 seconds, it ends with an outage that says why, and can be resumed."
    ),
    "invariants": "I1 I3 I7",
    "stores": "memory, SQLite",
}


@pytest.mark.parametrize(
    ("share", "runs"),
    [
        (0.01, 6),
        (0.05, 6),
        (0.2, 12),
        pytest.param(0.01, 60, marks=pytest.mark.slow),
        pytest.param(0.05, 60, marks=pytest.mark.slow),
        pytest.param(0.2, 150, marks=pytest.mark.slow),
    ],
)
def test_a_run_survives_a_store_that_fails_or_can_be_resumed(
    tmp_path: Path, seed: int, share: float, runs: int
):
    cases = [
        Case(home=str(tmp_path / str(n)), kind="sometimes", number=seed * 1000 + n, share=share)
        for n in range(runs)
    ]

    noted = carry_out(cases)

    for case, one in zip(cases, noted, strict=True):
        told = one.under_fault
        assert told == "SUCCESS" or told.startswith("OutageError: A test has planted"), told
        # Without any trace only if not even the run could be recorded, and its caller knows.
        assert one.after == "SUCCESS" or (not one.after and "create_run" in told)
        store = open_case(case)
        broken = broken_invariants(store)
        store.close()
        assert broken == [], case
    if share >= 0.2:
        assert sum(one.faults for one in noted) > runs / 2
        assert any(one.faults and one.under_fault == "SUCCESS" for one in noted)


def test_a_run_on_a_slow_store_ends_well(tmp_path: Path):
    (noted,) = carry_out([Case(home=str(tmp_path), kind="slow")])

    assert (noted.under_fault, noted.after) == ("SUCCESS", "SUCCESS")


class Outage:
    """A run of one asset, during which the store takes no writes for some seconds."""

    def __init__(self, tmp_path: Path, *, seconds: float) -> None:
        self.clock = ManualClock(SystemClock().now())
        self.fault = FailsNow(reads=False)
        self.store = MemoryStore()
        settings = load_settings(environment={"PENSTOCK_HOME": str(tmp_path)}, directory=tmp_path)
        self.instance = Instance(
            store=faulty(self.store, self.fault),
            settings=settings,
            clock=_Ending(self.clock, self.fault, self.clock.monotonic() + seconds),
            ids=SystemIds(self.clock),
        )

    def run(self) -> str:
        @asset
        def orders() -> int:
            self.fault.on = True
            return 1

        loaded = load(flatten([orders]), resources={}, location="local")
        keys = loaded.graph.executable_keys
        return execute_run(
            loaded, self.instance, assets=keys, execution=IN_THIS_PROCESS
        ).status.value


class _Ending:
    """A clock at which an outage ends."""

    def __init__(self, clock: ManualClock, fault: FailsNow, end: float) -> None:
        self._clock = clock
        self._fault = fault
        self._end = end
        self.now = clock.now
        self.monotonic = clock.monotonic

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)
        if self._clock.monotonic() >= self._end:
            self._fault.on = False


def test_a_run_waits_out_a_store_that_takes_no_writes(tmp_path: Path):
    outage = Outage(tmp_path, seconds=15.0)

    status = outage.run()

    assert status == "SUCCESS"
    assert outage.clock.monotonic() >= 15.0
    assert "append" in outage.fault.calls
    assert broken_invariants(outage.store) == []


def test_a_store_that_takes_no_writes_any_more_ends_the_run_with_an_outage(tmp_path: Path):
    outage = Outage(tmp_path, seconds=1e9)

    with pytest.raises(StoreUnavailableError, match="append was refused"):
        outage.run()

    assert outage.clock.monotonic() < 60.0
    assert outage.fault.calls.count("append") < 15
    (run,) = outage.store.runs(RunFilter())
    assert run.status.value == "STARTED"
    assert broken_invariants(outage.store) == []


def test_an_outage_is_the_users_and_not_a_bug():
    assert issubclass(StoreUnavailableError, OutageError)
