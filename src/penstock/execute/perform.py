"""Carrying out one attempt of one step: load, call, store, tell.

The order is fixed: a value is committed by its IO manager before any event names it, and an asset
is recorded before its inline checks. User code may be interrupted; a commit may not.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import cast

from penstock.decide.retry import count_exceeded, decide_retry, retry_facts
from penstock.define.context import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    OpExecutionContext,
)
from penstock.define.invoke import call
from penstock.define.returned import Told, told_by
from penstock.define.step import StepDefinition
from penstock.errors import (
    ExecutionInterruptedError,
    Failure,
    MaxRetriesExceededError,
    TypeCheckDidNotPass,
    UserCodeExecutionError,
)
from penstock.execute import capture
from penstock.execute.facts import RunFacts
from penstock.execute.failures import error_info
from penstock.execute.hooks import Attested, Produced, run_hooks
from penstock.execute.inputs import load_inputs
from penstock.execute.outputs import Emission, emissions
from penstock.execute.protocol import Report, Task
from penstock.execute.recorder import Recorder
from penstock.execute.scope import Scope
from penstock.execute.typed_results import as_results, check_demanded
from penstock.model.events import (
    LogsCaptured,
    StepCanceled,
    StepFailed,
    StepSucceeded,
    StepUpForRetry,
)
from penstock.model.metadata import MetadataUnion, normalize_metadata


def _context_class(step: StepDefinition) -> type[OpExecutionContext]:
    if step.is_check:
        return AssetCheckExecutionContext
    wanted = step.signature.context_type
    if isinstance(wanted, type) and issubclass(wanted, AssetExecutionContext):
        return AssetExecutionContext
    return OpExecutionContext if step.is_op else AssetExecutionContext


def _emissions(step: StepDefinition, returned: object, scope: Scope) -> Iterator[Emission | Told]:
    if not step.is_op:
        return emissions(step, returned, selected=scope.assets)
    words = f"Op '{step.name}'"
    return told_by(returned, step.outputs, words=words, warn=lambda text: scope.log.warning(text))


class Performer:
    """Carries out the steps of one run, in the thread that calls it."""

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts
        self.errors: dict[str, BaseException] = {}

    def perform(self, task: Task, report: Report) -> None:
        """Carry out an attempt and report how it ended; never raises what user code raised."""
        facts = self._facts
        started = facts.clock.monotonic()
        attempt = _Attempt(facts, task, report)
        try:
            skipped = self._carry_out(attempt)
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
            self._report_failure(attempt, error, took=facts.clock.monotonic() - started)
            return
        took = facts.clock.monotonic() - started
        ended = StepSucceeded(task.step.key, task.attempt, took, skipped, attempt.recorder.mapped)
        self._end(attempt, ended, error=None)

    def _carry_out(self, attempt: _Attempt) -> tuple[str, ...]:
        facts, node, task, report = self._facts, attempt.step, attempt.task, attempt.report
        scope, context, recorder = attempt.scope, attempt.context, attempt.recorder
        inputs: dict[str, object] = {}
        if node.inputs:
            with facts.interrupt.interruptible():
                inputs = load_inputs(facts, node, task, report=report)
        config = scope.config = facts.config_of(node.name).config
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
            told = as_results(node, returned, context)
            for emitted in _emissions(node, told, scope):
                recorder.take(emitted)
        check_demanded(node, context, missing=recorder.unmade())
        return recorder.finish()

    def _run_generator(
        self,
        task: Task,
        node: StepDefinition,
        generator: Generator[object],
        scope: Scope,
        recorder: Recorder,
        report: Report,
    ) -> None:
        """Take what a generator yields; it may be interrupted, what is done with it may not."""
        emitted = _emissions(node, generator, scope)
        while True:
            with self._captured(task, report), self._facts.interrupt.interruptible():
                following = next(emitted, None)
            if following is None:
                return
            recorder.take(following)

    def _captured(self, task: Task, report: Report) -> _Captured:
        return _Captured(self._facts.logs, task, report)

    def _report_failure(
        self, attempt: _Attempt, error: Exception | SystemExit, *, took: float
    ) -> None:
        task = attempt.task
        info = error_info(error)
        told = retry_facts(error)
        delay = decide_retry(
            told,
            task.step.retry,
            retry_number=task.retries,
            uniform=self._facts.ids.uniform,
        )
        self.errors.pop(task.step.key, None)
        if delay is not None:
            attempt.report(StepUpForRetry(task.step.key, info, task.attempt, delay))
            return
        raised = error.user_exception if isinstance(error, UserCodeExecutionError) else error
        count = count_exceeded(told, task.step.retry)
        self.errors[task.step.key] = raised if count is None else _exceeded(raised, count)
        metadata: dict[str, MetadataUnion] = {}
        if isinstance(error, (Failure, TypeCheckDidNotPass)):
            error.metadata = dict(normalize_metadata(error.metadata))
        if isinstance(error, Failure):
            metadata = normalize_metadata(error.metadata)
        failed = StepFailed(task.step.key, info, task.attempt, took, metadata)
        self._end(attempt, failed, error=raised)

    def _end(
        self,
        attempt: _Attempt,
        ended: StepSucceeded | StepFailed,
        *,
        error: BaseException | None,
    ) -> None:
        """Run the hooks of a step, and tell how it ended."""
        if attempt.step.hooks:
            with self._facts.interrupt.interruptible():
                run_hooks(
                    self._facts,
                    attempt.step,
                    attempt.task,
                    attempt.report,
                    events=[] if attempt.told is None else attempt.told.with_end(ended),
                    error=error,
                    produced=attempt.produced,
                    log=attempt.scope.log,
                )
        attempt.report(ended)


def _exceeded(raised: BaseException, count: int) -> MaxRetriesExceededError:
    last = f"{type(raised).__name__}: {raised}"
    error = MaxRetriesExceededError(f"Exceeded max_retries of {count}. The last attempt: {last}")
    error.__cause__ = raised
    return error


class _Attempt:
    """What one attempt of a step is carried out with."""

    __slots__ = ("context", "produced", "recorder", "report", "scope", "step", "task", "told")

    def __init__(self, facts: RunFacts, task: Task, report: Report) -> None:
        self.task = task
        self.step = facts.loaded.nodes[task.step.node]
        self.produced = Produced(is_wanted=bool(self.step.hooks))
        self.told = Attested(task, report, facts.clock) if self.step.hooks else None
        self.report = report = report if self.told is None else self.told.report
        self.scope = Scope(
            facts=facts,
            task=task,
            node=self.step,
            partitions=facts.partitions_told(self.step),
            report=report,
        )
        self.context = _context_class(self.step)(
            self.scope  # pyright: ignore[reportArgumentType] - a property stands in for `log`
        )
        self.recorder = Recorder(
            facts,
            self.step,
            task,
            context=self.context,
            report=report,
            produced=self.produced,
        )


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
