"""Carrying out one attempt of one step: load, call, store, tell.

The order is fixed: a value is committed by its IO manager before any event names it, and an asset
is recorded before its inline checks. User code may be interrupted; a commit may not.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import cast

from penstock.base.secrets import remember_environment
from penstock.decide.retry import count_exceeded, retry_facts
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
    SubprocessError,
    TypeCheckDidNotPass,
    UserCodeExecutionError,
)
from penstock.execute import python_logs
from penstock.execute.capture import attempt_capture
from penstock.execute.facts import RunFacts
from penstock.execute.failures import delay_before_retry, error_info
from penstock.execute.hidden import hiding
from penstock.execute.hooks import Attested, Produced, run_hooks
from penstock.execute.inputs import load_inputs
from penstock.execute.interrupts import Interrupt
from penstock.execute.outputs import Emission, emissions
from penstock.execute.protocol import Report, Task
from penstock.execute.recorder import Recorder
from penstock.execute.scope import Scope
from penstock.execute.step_launcher import StepEnd, StepLauncher, launch, launcher_of
from penstock.execute.typed_results import as_results, check_demanded
from penstock.model.events import (
    StepCanceled,
    StepFailed,
    StepSucceeded,
    StepUpForRetry,
)
from penstock.model.metadata import MetadataUnion, normalize_metadata


def _nothing() -> None:
    """Do nothing."""


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
    """Carries out the steps of one run, in the thread that calls it.

    Attributes:
        errors: What user code raised, by step.
        flush: Called where user code goes on after something was reported, and may read it.

    """

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts
        self.errors: dict[str, BaseException] = {}
        self.flush: Callable[[], None] = _nothing
        remember_environment(facts.environment)

    def interrupted_by(self, interrupt: Interrupt) -> Performer:
        """Return the same for another thread, where another interrupt reaches user code."""
        made = Performer(replace(self._facts, interrupt=interrupt))
        made.errors = self.errors
        made.flush = self.flush
        return made

    def perform(self, task: Task, report: Report) -> None:
        """Carry out an attempt and report how it ended; never raises what user code raised."""
        facts = self._facts
        started = facts.clock.monotonic()
        report = hiding(report)
        attempt = _Attempt(facts, task, report, flush=self.flush)
        try:
            launcher = launcher_of(facts, attempt.step)
            if launcher is not None:
                attempt.end(self._launched(attempt, launcher))
                return
            skipped = self._carry_out(attempt)
        except KeyboardInterrupt:
            # Where a handler of someone else's took Ctrl-C, it arrives like this.
            facts.interrupt.requested = True
            attempt.end(StepCanceled(task.step.key, task.attempt))
            return
        except ExecutionInterruptedError:
            # The driver sees the request before it records this, so the run is CANCELING by then.
            if facts.interrupt.requested:
                attempt.end(StepCanceled(task.step.key, task.attempt))
                return
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the border to user code
            self._report_failure(attempt, error, took=facts.clock.monotonic() - started)
            return
        took = facts.clock.monotonic() - started
        ended = StepSucceeded(task.step.key, task.attempt, took, skipped, attempt.recorder.mapped)
        self._end(attempt, ended, error=None)

    def _launched(self, attempt: _Attempt, launcher: StepLauncher) -> StepEnd:
        """Have an attempt carried out elsewhere, hooks included; return how it ended."""
        facts, task = self._facts, attempt.task
        log, report = attempt.scope.log, attempt.report
        with attempt, facts.interrupt.interruptible():
            ended = launch(launcher, facts, task, log=log, report=report)
        if isinstance(ended, StepFailed):
            self.errors[task.step.key] = SubprocessError(
                f"Step '{task.step.key}' failed where it was launched. {ended.error.kind}: "
                f"{ended.error.message}",
                subprocess_error_infos=[ended.error],
            )
        return ended

    def _carry_out(self, attempt: _Attempt) -> tuple[str, ...]:
        facts, node, task, report = self._facts, attempt.step, attempt.task, attempt.report
        scope, context, recorder = attempt.scope, attempt.context, attempt.recorder
        inputs: dict[str, object] = {}
        with attempt:
            if node.inputs:
                with facts.interrupt.interruptible():
                    inputs = load_inputs(facts, node, task, report=report)
            config = scope.config = facts.config_of(node.name).config
            with facts.interrupt.interruptible():
                returned: object = call(
                    node.function,
                    node.signature,
                    context=context,
                    inputs=inputs,
                    config=config,
                    resources=facts.resources,
                )
            if isinstance(returned, Generator):
                self._run_generator(attempt, cast("Generator[object]", returned))
            else:
                told = as_results(node, returned, context)
                for emitted in _emissions(node, told, scope):
                    recorder.take(emitted)
            check_demanded(node, context, missing=recorder.unmade())
            return recorder.finish()

    def _run_generator(self, attempt: _Attempt, generator: Generator[object]) -> None:
        """Take what a generator yields; it may be interrupted, what is done with it may not."""
        emitted = _emissions(attempt.step, generator, attempt.scope)
        while True:
            with self._facts.interrupt.interruptible():
                following = next(emitted, None)
            if following is None:
                return
            attempt.recorder.take(following)
            self.flush()

    def _report_failure(
        self, attempt: _Attempt, error: Exception | SystemExit, *, took: float
    ) -> None:
        task = attempt.task
        info = error_info(error)
        told = retry_facts(error)
        delay = delay_before_retry(task, told, mode=self._facts.retries, ids=self._facts.ids)
        self.errors.pop(task.step.key, None)
        if delay is not None:
            attempt.end(StepUpForRetry(task.step.key, info, task.attempt, delay))
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
            with attempt, self._facts.interrupt.interruptible():
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
        attempt.end(ended)


def _exceeded(raised: BaseException, count: int) -> MaxRetriesExceededError:
    last = f"{type(raised).__name__}: {raised}"
    error = MaxRetriesExceededError(
        f"No retry is left of max_retries={count}. The last attempt: {last}"
    )
    error.__cause__ = raised
    return error


class _Attempt:
    """What one attempt of a step is carried out with.

    As a context it captures what is printed and logged inside; it is entered again for hooks.
    """

    __slots__ = (
        "_lines", "_output", "context", "produced", "recorder", "report", "scope", "step", "task",
        "told",
    )  # fmt: skip

    def __init__(
        self, facts: RunFacts, task: Task, report: Report, *, flush: Callable[[], None]
    ) -> None:
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
            flush=flush,
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
        self._output = attempt_capture(facts.logs, facts.run_id, task)
        self._lines = python_logs.into(self.scope.take_record)

    def __enter__(self) -> None:
        self._lines.__enter__()
        self._output.__enter__()

    def __exit__(self, *details: object) -> None:
        self._output.__exit__(*details)
        self._lines.__exit__(*details)

    def end(self, event: StepSucceeded | StepFailed | StepUpForRetry | StepCanceled) -> None:
        """Say where the output is, and how the attempt ended."""
        self._output.end(self.report)
        self.report(event)
