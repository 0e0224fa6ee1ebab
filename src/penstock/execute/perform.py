"""Carrying out one attempt of one step: load, call, store, tell.

The order is fixed: a value is committed by its IO manager before any event names it, and an asset
is recorded before its inline checks. User code may be interrupted; a commit may not.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import cast

from penstock.decide.retry import decide_retry, retry_facts
from penstock.define.context import AssetCheckExecutionContext, AssetExecutionContext
from penstock.define.invoke import call
from penstock.define.node import NodeDefinition
from penstock.errors import ExecutionInterruptedError, Failure, UserCodeExecutionError
from penstock.execute import capture
from penstock.execute.facts import RunFacts
from penstock.execute.failures import error_info
from penstock.execute.inputs import load_inputs, read_config
from penstock.execute.outputs import emissions
from penstock.execute.protocol import Report, Task
from penstock.execute.recorder import Recorder
from penstock.execute.scope import Scope
from penstock.model.events import (
    LogsCaptured,
    StepCanceled,
    StepFailed,
    StepSucceeded,
    StepUpForRetry,
)
from penstock.model.metadata import normalize_metadata


class Performer:
    """Carries out the steps of one run, in the thread that calls it."""

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts
        self.errors: dict[str, BaseException] = {}

    def perform(self, task: Task, report: Report) -> None:
        """Carry out an attempt and report how it ended; never raises what user code raised."""
        facts = self._facts
        started = facts.clock.monotonic()
        try:
            skipped = self._attempt(task, report)
        except KeyboardInterrupt:
            # Where a handler of someone else's took Ctrl-C, it arrives like this.
            facts.interrupt.requested = True
            report(StepCanceled(task.step.key, task.attempt))
            return
        except ExecutionInterruptedError:
            # The driver sees the request before it records this, so the run is CANCELING by then.
            if facts.interrupt.requested:
                report(StepCanceled(task.step.key, task.attempt))
                return
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the border to user code
            self._report_failure(task, error, report, took=facts.clock.monotonic() - started)
            return
        took = facts.clock.monotonic() - started
        report(StepSucceeded(task.step.key, task.attempt, took, skipped))

    def _attempt(self, task: Task, report: Report) -> tuple[str, ...]:
        facts = self._facts
        node = facts.loaded.nodes[task.step.node]
        scope = Scope(
            facts=facts,
            task=task,
            node=node,
            partitions=facts.partitions_of(node),
            report=report,
        )
        context = (AssetCheckExecutionContext if node.is_check else AssetExecutionContext)(
            scope  # pyright: ignore[reportArgumentType] - a property stands in for `log`
        )
        recorder = Recorder(facts, node, task, context=context, report=report)
        inputs: dict[str, object] = {}
        if node.inputs:
            with facts.interrupt.interruptible():
                inputs = load_inputs(facts, node, task, report=report)
        config = scope.config = read_config(facts, node)
        with self._captured(task, report), facts.interrupt.interruptible():
            returned: object = call(
                node.function,
                node.signature,
                context=context,
                inputs=inputs,
                config=config,
                resources=facts.resources,
            )
        if isinstance(returned, Generator):
            generator = cast("Generator[object]", returned)
            self._run_generator(task, node, generator, scope, recorder, report)
        else:
            for emitted in emissions(node, returned, selected=scope.assets):
                recorder.take(emitted)
        return recorder.finish()

    def _run_generator(
        self,
        task: Task,
        node: NodeDefinition,
        generator: Generator[object],
        scope: Scope,
        recorder: Recorder,
        report: Report,
    ) -> None:
        """Take what a generator yields; it may be interrupted, what is done with it may not."""
        emitted = emissions(node, generator, selected=scope.assets)
        while True:
            with self._captured(task, report), self._facts.interrupt.interruptible():
                following = next(emitted, None)
            if following is None:
                return
            recorder.take(following)

    def _captured(self, task: Task, report: Report) -> _Captured:
        return _Captured(self._facts.logs, task, report)

    def _report_failure(
        self, task: Task, error: Exception | SystemExit, report: Report, *, took: float
    ) -> None:
        info = error_info(error)
        delay = decide_retry(
            retry_facts(error),
            task.step.retry,
            retry_number=task.retries,
            uniform=self._facts.ids.uniform,
        )
        self.errors.pop(task.step.key, None)
        if delay is not None:
            report(StepUpForRetry(task.step.key, info, task.attempt, delay))
            return
        self.errors[task.step.key] = (
            error.user_exception if isinstance(error, UserCodeExecutionError) else error
        )
        metadata = normalize_metadata(error.metadata) if isinstance(error, Failure) else {}
        report(StepFailed(task.step.key, info, task.attempt, took, metadata))


class _Captured:
    """Captures the streams of an attempt, and tells where, once something was written."""

    __slots__ = ("_into", "_logs", "_report", "_task")

    def __init__(self, folder: Path | None, task: Task, report: Report) -> None:
        self._task = task
        self._report = report
        stem = f"{task.step.key}.{task.attempt}"
        self._logs = None if folder is None else capture.StepLogs(folder, stem)
        self._into = None if self._logs is None else capture.into(self._logs)

    def __enter__(self) -> None:
        if self._into is not None:
            self._into.__enter__()

    def __exit__(self, *details: object) -> None:
        if self._into is None or self._logs is None:
            return
        self._into.__exit__(None, None, None)
        if self._logs.has_written:
            path = str(self._logs.path)
            self._report(LogsCaptured(self._task.step.key, self._task.attempt, path))
