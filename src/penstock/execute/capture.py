"""Standard output and error of the attempts of steps, kept by the compute log manager of a run.

Each attempt has a log of its own, whose key ends with the step and the number of the attempt. What
user code prints goes there, and so does what child processes and C code write where steps run one
after the other in the main thread. Losing output never fails a run: a warning in its log says that
something is missing.
"""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager, ExitStack

from penstock.base import streams
from penstock.execute.protocol import Report, Task
from penstock.model.events import LogLine, LogsCaptured
from penstock.store.compute_log_manager import ComputeLogManager, LogKey
from penstock.store.compute_logs import LocalComputeLogManager, NoOpComputeLogManager
from penstock.store.log_files import LogFiles
from penstock.store.log_values import CapturedLogContext

_WARNING = 30


def capturing(manager: ComputeLogManager) -> AbstractContextManager[None]:
    """Let attempts inside have their streams captured, if the manager keeps anything."""
    if type(manager) is NoOpComputeLogManager:
        return contextlib.nullcontext()
    folder = manager.base_dir if isinstance(manager, LocalComputeLogManager) else None
    return streams.capturing(descriptors_into=folder)


def attempt_capture(manager: ComputeLogManager, run_id: str, task: Task) -> AttemptCapture:
    """Return what captures the streams of an attempt."""
    if type(manager) is NoOpComputeLogManager:
        return AttemptCapture(task)
    key = manager.build_log_key_for_run(run_id, f"{task.step.key}.{task.attempt}")
    files = manager.files_of(key)
    if files is not None:
        return _FileCapture(manager, key, files, task)
    return _OwnCapture(manager, key, task)


class AttemptCapture:
    """Captures nothing; the base of what does.

    As a context it is entered for each stretch of user code, and `end` is called after the last.
    """

    def __init__(self, task: Task) -> None:
        self._task = task

    def __enter__(self) -> None:
        """Begin a stretch of user code."""

    def __exit__(self, *details: object) -> None:
        """End a stretch of user code."""

    def end(self, report: Report) -> None:
        """Finish the log, and tell where it is if anything was written."""

    def _warn(self, report: Report, error: Exception) -> None:
        report(
            LogLine(
                f"Some output of step '{self._task.step.key}' was not kept: {error}",
                _WARNING,
                self._task.step.key,
            )
        )

    def _tell(self, report: Report, key: LogKey, where: CapturedLogContext) -> None:
        report(
            LogsCaptured(
                self._task.step.key,
                self._task.attempt,
                file_key=key[-1],
                external_url=where.external_url,
                external_stdout_url=where.external_stdout_url,
                external_stderr_url=where.external_stderr_url,
            )
        )


class _FileCapture(AttemptCapture):
    """Leads the streams into files."""

    def __init__(
        self, manager: ComputeLogManager, key: LogKey, files: LogFiles, task: Task
    ) -> None:
        super().__init__(task)
        self._manager = manager
        self._key = key
        self._files = files
        self._into = streams.into(files)

    def __enter__(self) -> None:
        self._into.__enter__()

    def __exit__(self, *details: object) -> None:
        self._into.__exit__()

    def end(self, report: Report) -> None:
        """Finish the files, and tell which they are if there are any."""
        problem: Exception | None = None
        try:
            self._manager.finish(self._key, self._files)
        except Exception as error:  # noqa: BLE001 - the border to where logs are kept
            problem = error
        if problem is not None or self._files.problem is not None:
            self._warn(report, problem or self._files.problem or OSError())
        if self._files.has_written:
            self._tell(report, self._key, CapturedLogContext(self._key))


class _OwnCapture(AttemptCapture):
    """Leaves capturing to a manager of the user's, from the first stretch on."""

    def __init__(self, manager: ComputeLogManager, key: LogKey, task: Task) -> None:
        super().__init__(task)
        self._manager = manager
        self._key = key
        self._stack = ExitStack()
        self._where: CapturedLogContext | None = None
        self._problem: Exception | None = None

    def __enter__(self) -> None:
        if self._where is not None or self._problem is not None:
            return
        try:
            self._where = self._stack.enter_context(self._manager.capture_logs(self._key))
        except Exception as error:  # noqa: BLE001 - the border to where logs are kept
            self._problem = error

    def end(self, report: Report) -> None:
        """End the capture, and tell where the log is."""
        try:
            self._stack.close()
        except Exception as error:  # noqa: BLE001 - the border to where logs are kept
            self._problem = error
        if self._problem is not None:
            self._warn(report, self._problem)
        if self._where is not None:
            self._tell(report, self._key, self._where)
