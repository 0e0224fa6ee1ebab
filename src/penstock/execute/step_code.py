"""What a step worker loads and does: the steps of one run, as in the process of the run.

The code is loaded first, which needs no store; then, in the process that carries tasks out, the
instance is opened and the run is read. Each attempt has the resources that its step needs, set up
for it and torn down before its end is told. Nothing is written to the store here but what user code
itself writes: what happens is told to the driver.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import cast

import msgspec

from penstock.base.ids import RunId
from penstock.decide.retry import retry_facts
from penstock.errors import ExecutionInterruptedError
from penstock.execute.failures import error_info, failed_attempt
from penstock.execute.frames import CodePointer
from penstock.execute.interrupts import Interrupt, registered
from penstock.execute.performers import RunCode, RunSite, performing
from penstock.execute.protocol import Report, Task
from penstock.execute.run_records import existing, plan_of
from penstock.instance import Instance
from penstock.model.events import (
    RunEvent,
    StepCanceled,
    StepFailed,
    StepSucceeded,
    StepUpForRetry,
    TeardownFailed,
)
from penstock.model.retry import RetryMode
from penstock.model.run import RunRecord
from penstock.partitions.context import partition_loading_context
from penstock.plan.plan import Plan
from penstock.settings.instance_ref import InstanceRef

_ENDS = (StepSucceeded, StepFailed, StepUpForRetry, StepCanceled)

Bind = Callable[[Instance, RunRecord, Plan], RunCode]
"""What a pointer to the code of a run is to return: code that is loaded, to be tied to the run."""


class RunPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run is recorded and its code is found.

    Attributes:
        instance: Its instance.
        run: Its id.
        code: A function from its arguments to a `Bind`.
        retries: Whether failed attempts are repeated.
        preload: Modules to import first.
    """

    instance: InstanceRef
    run: str
    code: CodePointer
    retries: RetryMode = RetryMode.ENABLED
    preload: tuple[str, ...] = ()

    def pointer(self) -> CodePointer:
        """Return what a step worker loads for it."""
        return CodePointer(f"{__name__}:load", cast("dict[str, object]", msgspec.to_builtins(self)))


def load(arguments: Mapping[str, object]) -> Callable[[], object]:
    """Load the code of a run; return what opens its instance and carries its steps out.

    Raises:
        LoadError: The code is not there.
    """
    place = msgspec.convert(arguments, RunPlace)
    for module in place.preload:
        importlib.import_module(module)
    return partial(_opened, place, cast("Bind", place.code.call()))


@contextmanager
def _opened(place: RunPlace, bind: Bind) -> Generator[Callable[[Task, Report], None]]:
    with Instance.from_ref(place.instance) as instance:
        record = existing(instance, RunId(place.run))
        plan = plan_of(instance, record)
        with partition_loading_context(dynamic_partitions_store=instance):
            code = bind(instance, record, plan)
            site = RunSite(
                code=code, instance=instance, record=record, plan=plan, retries=place.retries
            )
            yield partial(perform_alone, site)


def perform_alone(site: RunSite, task: Task, report: Report) -> None:
    """Carry an attempt out with resources of its own; never raises what user code raised.

    Args:
        site: The run.
        task: The attempt.
        report: Where to tell what happens; the end of the attempt is told last.
    """
    with registered() as interrupt:
        told = _Told(report, interrupt)
        try:
            with performing(
                site,
                (task.step,),
                interrupt=interrupt,
                on_failed_teardown=told.teardown_failed,
            ) as performer:
                performer.perform(task, told.take)
        except (ExecutionInterruptedError, KeyboardInterrupt):
            told.end = told.end or StepCanceled(task.step.key, task.attempt)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the border to user code
            info, facts = error_info(error), retry_facts(error)
            told.end = failed_attempt(task, info, facts, mode=site.retries, ids=site.instance.ids)
    assert told.end is not None, "every attempt ends"
    report(told.end)


class _Told:
    """Passes on what an attempt tells, undisturbed by interrupts, and keeps its end."""

    def __init__(self, report: Report, interrupt: Interrupt) -> None:
        self._report = report
        self._interrupt = interrupt
        self._thread = threading.get_ident()
        self.end: RunEvent | None = None

    def take(self, event: RunEvent) -> None:
        """Pass an event on; an interrupt must not cut it in two."""
        if isinstance(event, _ENDS):
            self.end = event
        elif threading.get_ident() == self._thread:
            with self._interrupt.shielded():
                self._report(event)
        else:
            self._report(event)

    def teardown_failed(self, key: str, error: Exception) -> None:
        """Tell of a resource that could not be released."""
        self.take(TeardownFailed(key, error_info(error)))
