"""Real processes that are killed or interrupted, and what is left of their runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.base.settings import load_settings
from penstock.define.loaded import flatten, load
from penstock.execute.recovery import recover_lost_runs, resume_run
from penstock.instance import Instance
from penstock.model.events import StepSucceeded, kind_of
from penstock.model.run import RunFilter, RunRecord, RunStatus
from penstock.store.protocol import EventFilter

PIPELINE = """
import os, sys, time
from pathlib import Path
import penstock as dg

ROOT = Path(os.environ["ROOT"])
if "STOP_AT" in os.environ:
    TERMINAL = os.dup(1)  # which no capture of a step's output reaches

def reached(name):
    with open(ROOT / "trace", "a") as trace:
        trace.write(name + "\\n")
    if os.environ.get("STOP_AT") == name:
        os.write(TERMINAL, f"at {name}\\n".encode())
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not (ROOT / "go").exists():
            time.sleep(0.01)

class Slow(dg.IOManager):
    def __init__(self, inner):
        self.inner = inner
    def handle_output(self, context, obj):
        reached("before commit of " + context.step_key)
        self.inner.handle_output(context, obj)
        reached("after commit of " + context.step_key)
    def load_input(self, context):
        return self.inner.load_input(context)

@dg.asset
def one() -> int:
    reached("in one")
    return 1

@dg.asset
def two(one: int) -> int:
    reached("in two")
    return one + 1

@dg.asset
def three(two: int) -> int:
    reached("in three")
    return two + 1

ASSETS = [one, two, three]
RESOURCES = {"io_manager": Slow(dg.FilesystemIOManager(base_dir=str(ROOT / "data")))}

if __name__ == "__main__":
    try:
        dg.materialize(ASSETS, resources=RESOURCES, instance=dg.Instance.get())
    except KeyboardInterrupt:
        sys.exit(130)
"""


class Workshop:
    """A folder with a pipeline, its home, and the means to run and stop it."""

    def __init__(self, root: Path, environment: pytest.MonkeyPatch) -> None:
        self.root = root
        self._environment = environment
        (root / "pipeline.py").write_text(PIPELINE, encoding="utf-8")
        environment.setenv("PENSTOCK_HOME", str(root / "home"))
        environment.setenv("ROOT", str(root))

    def run_until(self, moment: str) -> subprocess.Popen[str]:
        """Start the pipeline and return when it has come to a moment, where it waits."""
        self._environment.setenv("STOP_AT", moment)
        process = subprocess.Popen(
            [sys.executable, str(self.root / "pipeline.py")], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == f"at {moment}\n"
        self._environment.delenv("STOP_AT")
        return process

    def stop(self, process: subprocess.Popen[str], number: int) -> int:
        """Send a signal and return the exit code."""
        process.send_signal(number)
        process.communicate(timeout=20)
        return process.returncode

    def trace(self) -> list[str]:
        """Return what user code has reached, in order."""
        return (self.root / "trace").read_text(encoding="utf-8").split("\n")[:-1]

    def files(self) -> list[str]:
        """Return the files in the IO manager's folder."""
        return sorted(p.name for p in (self.root / "data").rglob("*") if p.is_file())

    def resume(self, instance: Instance, run: RunRecord) -> RunRecord:
        """Go on with a run in this process."""
        space: dict[str, object] = {"__name__": "pipeline"}
        exec(compile(PIPELINE, "pipeline.py", "exec"), space)  # the code of the dead process
        assets, resources = space["ASSETS"], space["RESOURCES"]
        loaded = load(flatten(assets), resources=resources, location="local")
        return resume_run(loaded, instance, run.id)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(tmp_path, monkeypatch)


@pytest.fixture
def instance(workshop: Workshop) -> Iterator[Instance]:
    with Instance.open(load_settings()) as instance:
        yield instance


def _the_run(instance: Instance) -> RunRecord:
    (run,) = instance.store.runs(RunFilter())
    return run


def _succeeded(instance: Instance, run: RunRecord) -> Counter[str]:
    stored = instance.store.events(EventFilter(run=run.id))
    return Counter(s.event.step for s in stored if isinstance(s.event, StepSucceeded))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "finished_before"),
    [
        ("in one", []),
        ("before commit of one", []),
        ("after commit of one", []),
        ("in two", ["one"]),
        ("before commit of two", ["one"]),
        ("after commit of two", ["one"]),
        ("in three", ["one", "two"]),
        ("after commit of three", ["one", "two"]),
    ],
)
def test_a_killed_run_goes_on_at_its_first_unfinished_step(
    workshop: Workshop, instance: Instance, moment: str, finished_before: list[str]
):
    workshop.stop(workshop.run_until(moment), signal.SIGKILL)

    (lost,) = recover_lost_runs(instance)
    before = _succeeded(instance, lost)
    finished = workshop.resume(instance, lost)

    assert lost.status is RunStatus.SUSPENDED
    # What an unfinished step reported may be lost with its process; a finished step is written
    # before the next one begins.
    assert set(before) >= set(finished_before)
    assert finished.status is RunStatus.SUCCESS
    assert _succeeded(instance, finished) == {"one": 1, "two": 1, "three": 1}
    begun = Counter(line for line in workshop.trace() if line.startswith("in "))
    assert [begun[f"in {step}"] for step in finished_before] == [1] * len(finished_before)
    assert sorted(n for n in workshop.files() if not n.endswith(".tmp")) == ["one", "three", "two"]


@pytest.mark.slow
def test_a_run_may_be_killed_again_and_again(
    workshop: Workshop, instance: Instance, monkeypatch: pytest.MonkeyPatch
):
    workshop.stop(workshop.run_until("in one"), signal.SIGKILL)
    for moment in ("in one", "in two", "before commit of three"):
        (lost,) = recover_lost_runs(instance)
        monkeypatch.setenv("STOP_AT", moment)
        process = subprocess.Popen(
            [sys.executable, "-c", RESUME, lost.id],
            cwd=workshop.root,
            stdout=subprocess.PIPE,
            text=True,
        )
        monkeypatch.delenv("STOP_AT")
        assert process.stdout is not None
        assert process.stdout.readline() == f"at {moment}\n"
        workshop.stop(process, signal.SIGKILL)

    (lost,) = recover_lost_runs(instance)
    finished = workshop.resume(instance, lost)

    assert finished.status is RunStatus.SUCCESS
    assert _succeeded(instance, finished) == {"one": 1, "two": 1, "three": 1}


RESUME = """
import sys
sys.path.insert(0, ".")
from pipeline import ASSETS, RESOURCES
from penstock.define.loaded import flatten, load
from penstock.execute.recovery import resume_run
from penstock.instance import Instance
loaded = load(flatten(ASSETS), resources=RESOURCES, location="local")
resume_run(loaded, Instance.get(), sys.argv[1])
"""


@pytest.mark.slow
def test_a_run_of_a_living_process_is_left_alone(workshop: Workshop, instance: Instance):
    process = workshop.run_until("in two")

    suspended = recover_lost_runs(instance)
    (workshop.root / "go").touch()
    process.communicate(timeout=20)

    assert suspended == []
    assert process.returncode == 0
    assert _the_run(instance).status is RunStatus.SUCCESS


@pytest.mark.slow
def test_ctrl_c_in_user_code_cancels_the_run(workshop: Workshop, instance: Instance):
    code = workshop.stop(workshop.run_until("in two"), signal.SIGINT)

    run = _the_run(instance)
    assert code == 130
    assert run.status is RunStatus.CANCELED
    assert workshop.files() == ["one"]
    assert _succeeded(instance, run) == {"one": 1}
    assert "step_canceled" in {
        kind_of(s.event) for s in instance.store.events(EventFilter(run=run.id, step="two"))
    }


@pytest.mark.slow
def test_ctrl_c_during_a_commit_lets_it_finish(workshop: Workshop, instance: Instance):
    process = workshop.run_until("before commit of two")
    process.send_signal(signal.SIGINT)

    (workshop.root / "go").touch()
    process.communicate(timeout=20)

    run = _the_run(instance)
    assert process.returncode == 130
    assert run.status is RunStatus.CANCELED
    assert workshop.files() == ["one", "two"]
    assert _succeeded(instance, run) == {"one": 1, "two": 1}
    assert workshop.trace()[-1] == "after commit of two"
