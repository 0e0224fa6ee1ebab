"""`PipesSubprocessClient`: external processes on this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from penstock.base.clock import SystemClock
from penstock.base.settings import load_settings
from penstock.define.context import OpExecutionContext
from penstock.errors import InvalidInvocationError, PipesExecutionError
from penstock.execute.interrupt_signals import raise_execution_interrupts
from penstock.library.declarative.process import Command, Ending, run
from penstock.library.pipes.client import PipesClient, PipesClientCompletedInvocation
from penstock.library.pipes.file_readers import PipesTempFileMessageReader
from penstock.library.pipes.injectors import PipesTempFileContextInjector
from penstock.library.pipes.messages import PipesMessageHandler
from penstock.library.pipes.ports import PipesContextInjector, PipesMessageReader
from penstock.library.pipes.session import open_pipes_session
from penstock.library.pipes.wire import PipesExtras


class PipesSubprocessClient(PipesClient):
    """Runs commands on this machine as external processes.

    Args:
        env: Environment variables beside those of this process.
        cwd: The working directory; this process's own if None.
        context_injector: How the context data gets to the process; by a temporary file if None.
        message_reader: How its messages come back; by a temporary file if None.
        forward_termination: Whether the process, and all that it started, is ended when the step
            is interrupted.
        forward_stdio: Whether what it prints becomes output of the step; else it is dropped.
        termination_timeout_seconds: Seconds that the process has to end itself before it is killed.
        must_open: Whether a process that never opens Pipes fails its step.
    """

    def __init__(
        self,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        context_injector: PipesContextInjector | None = None,
        message_reader: PipesMessageReader | None = None,
        forward_termination: bool = True,  # noqa: FBT001, FBT002 - the public signature
        forward_stdio: bool = True,  # noqa: FBT001, FBT002 - the public signature
        termination_timeout_seconds: float = 20,
        *,
        must_open: bool = False,
    ) -> None:
        self.env: dict[str, str] = dict(env or {})
        self.cwd = cwd
        self.context_injector: PipesContextInjector = (
            context_injector or PipesTempFileContextInjector()
        )
        self.message_reader: PipesMessageReader = message_reader or PipesTempFileMessageReader()
        self.forward_termination = forward_termination
        self.forward_stdio = forward_stdio
        self.termination_timeout_seconds = termination_timeout_seconds
        self.must_open = must_open

    def run(
        self,
        *,
        context: OpExecutionContext,
        extras: PipesExtras | None = None,
        command: str | Sequence[str] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        **kwargs: Any,
    ) -> PipesClientCompletedInvocation:
        """Run a command to its end.

        Args:
            context: The context of the step.
            extras: What the process is to know beside the context; JSON can hold it.
            command: The words of the command, or one line for a shell.
            env: Environment variables for this command; they win over those of the client.
            cwd: The working directory of this command.
            **kwargs: Nothing; it is part of the signature of every client.

        Raises:
            InvalidInvocationError: There is no command, or an unknown argument.
            PipesExecutionError: It ended with another exit code than 0.
            PipesError: It sent messages that cannot be understood, or never opened Pipes but must.
            OSError: It cannot be started.
        """
        if command is None or kwargs:
            raise InvalidInvocationError(
                "PipesSubprocessClient.run needs a command and takes context, extras, env and cwd "
                f"beside it, not {sorted(kwargs)}."
            )
        with open_pipes_session(
            context=context,
            context_injector=self.context_injector,
            message_reader=self.message_reader,
            extras=extras,
            must_open=self.must_open,
        ) as session:
            prepared = Command(
                line=command,
                folder=Path(cwd or self.cwd or "."),
                environment={
                    **load_settings().environment,
                    **session.get_bootstrap_env_vars(),
                    **self.env,
                    **(env or {}),
                },
                grace=self.termination_timeout_seconds,
                outlives=not self.forward_termination,
                is_silent=not self.forward_stdio,
            )
            ending = _run(prepared, session.message_handler)
            if ending.code != 0:
                raise PipesExecutionError(_words(ending))
        return PipesClientCompletedInvocation(session)


def _run(command: Command, handler: PipesMessageHandler) -> Ending:
    def started(pid: int) -> None:
        handler.on_launched({"extras": {"pid": pid}})

    with raise_execution_interrupts():
        return run(command, clock=SystemClock(), write=_write, started=started, idle=handler.tell)


def _write(stream: str, text: str) -> None:
    (sys.stdout if stream == "out" else sys.stderr).write(text)


def _words(ending: Ending) -> str:
    words = f"The command ended with code {ending.code}"
    said = "\n".join(ending.tail).strip()
    return f"{words}. Its last words on standard error:\n{said}" if said else words
