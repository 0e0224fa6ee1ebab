"""`PipesSession`: one external process and its step, from the context to the results."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from penstock.base.clock import SystemClock
from penstock.define.context import OpExecutionContext
from penstock.define.result import MaterializeResult
from penstock.library.pipes.context_data import context_data_of
from penstock.library.pipes.errors import pipes_error
from penstock.library.pipes.messages import PipesExecutionResult, PipesMessageHandler
from penstock.library.pipes.ports import PipesContextInjector, PipesMessageReader
from penstock.library.pipes.wire import (
    COMPOSITE_WRITERS_KEY,
    CONTEXT_VARIABLE,
    MESSAGES_VARIABLE,
    PipesContextData,
    PipesExtras,
    PipesLaunchedData,
    PipesParams,
    argument_of,
    pack,
)

_FORGOTTEN = (
    "Its function has to hand on what the external process reported. After client.run(...), return "
    "get_results() or get_materialize_result() of what it gave; in a session that the function "
    "opened, write `yield from session.get_results()`."
)


def _now() -> datetime:
    return datetime.fromtimestamp(SystemClock().now(), UTC)


@dataclass(frozen=True)
class PipesSession:
    """An external process and what it reports.

    Attributes:
        context_data: What it is told of the step.
        message_handler: Takes its messages.
        context_injector_params: Where it finds the context data.
        message_reader_params: Where it writes messages to.
        context: The context of the step.
        created_at: When the session was opened.
    """

    context_data: PipesContextData
    message_handler: PipesMessageHandler
    context_injector_params: PipesParams
    message_reader_params: PipesParams
    context: OpExecutionContext
    created_at: datetime = field(default_factory=_now)

    def get_bootstrap_params(self) -> Mapping[str, PipesParams]:
        """Return the parameters by the name of their environment variable, unpacked."""
        return self._params(self.message_reader_params)

    def get_bootstrap_env_vars(self) -> Mapping[str, str]:
        """Return the environment variables that the external process is to be started with."""
        return _packed(self.get_bootstrap_params())

    def get_bootstrap_cli_arguments(self) -> Mapping[str, str]:
        """Return the same as command line arguments with their values."""
        return _as_arguments(self.get_bootstrap_env_vars())

    def get_per_writer_bootstrap_env_vars(self) -> Sequence[Mapping[str, str]]:
        """Return the environment variables for each writer of a composite reader."""
        return [_packed(self._params(params)) for params in self._writers()]

    def get_per_writer_bootstrap_cli_arguments(self) -> Sequence[Mapping[str, str]]:
        """Return the command line arguments for each writer of a composite reader."""
        return [_as_arguments(each) for each in self.get_per_writer_bootstrap_env_vars()]

    def _params(self, messages: PipesParams) -> Mapping[str, PipesParams]:
        return {CONTEXT_VARIABLE: self.context_injector_params, MESSAGES_VARIABLE: messages}

    def _writers(self) -> Sequence[PipesParams]:
        each = self.message_reader_params.get(COMPOSITE_WRITERS_KEY)
        if each is None:
            return [self.message_reader_params]
        return cast("Sequence[PipesParams]", each)

    def get_results(
        self,
        *,
        implicit_materializations: bool = True,
        metadata: Mapping[str, object] | None = None,
    ) -> Sequence[PipesExecutionResult]:
        """Return what the step is to yield or return.

        Args:
            implicit_materializations: Whether an asset of the step that the external process did
                not report was made all the same.
            metadata: Facts to add to each result.
        """
        results = list(self.get_reported_results())
        if implicit_materializations:
            made = {each.asset_key for each in results if isinstance(each, MaterializeResult)}
            results += [
                MaterializeResult[object](asset_key=key)
                for key in sorted(self.context.selected_asset_keys - made)
            ]
        if not metadata:
            return tuple(results)
        return tuple(each.with_metadata({**each.metadata, **metadata}) for each in results)

    def get_reported_results(self) -> Sequence[PipesExecutionResult]:
        """Return what the external process reported, and nothing else."""
        return self.message_handler.get_reported_results()

    def get_custom_messages(self) -> Sequence[Any]:
        """Return the payloads of the custom messages, in order."""
        return self.message_handler.get_custom_messages()

    def report_launched(self, launched_payload: PipesLaunchedData) -> None:
        """Tell the reader what is known of the process that was started."""
        self.message_handler.on_launched(launched_payload)


def _packed(params: Mapping[str, PipesParams]) -> Mapping[str, str]:
    return {name: pack(each) for name, each in params.items()}


def _as_arguments(variables: Mapping[str, str]) -> Mapping[str, str]:
    return {argument_of(name): text for name, text in variables.items()}


@contextmanager
def open_pipes_session(
    context: OpExecutionContext,
    context_injector: PipesContextInjector,
    message_reader: PipesMessageReader,
    extras: PipesExtras | None = None,
    *,
    must_open: bool = False,
) -> Generator[PipesSession]:
    """Open a session around an external process that you start yourself.

    All messages were read when the block ends, however it ends. An asset's function must give
    the session's results: `yield from session.get_results()`.

    Args:
        context: The context of the step.
        context_injector: How the context data gets to the process.
        message_reader: How its messages come back.
        extras: What else it is to know; JSON can hold it.
        must_open: Whether it is a mistake if the process never opens Pipes.

    Raises:
        PipesError: Messages came that cannot be understood, or the process never opened Pipes but
            must.
    """
    if context.selected_asset_keys:
        context.demand_results(_FORGOTTEN)
    data = context_data_of(context, extras)
    handler = PipesMessageHandler(context, message_reader)
    try:
        with (
            context_injector.inject_context(data) as injected,
            handler.handle_messages() as read,
        ):
            yield PipesSession(data, handler, injected, read, context)
    finally:
        _warn_of_silence(handler, context_injector, message_reader)
        handler.tell()
    if handler.faults:
        told = "\n".join(handler.faults)
        raise pipes_error(f"Messages of the external process cannot be understood:\n{told}")
    if must_open and not handler.received_opened_message:
        raise pipes_error(
            "The external process never opened Pipes, but must. Open it with "
            "dagster_pipes.open_dagster_pipes(), or drop must_open."
        )


def _warn_of_silence(
    handler: PipesMessageHandler, injector: PipesContextInjector, reader: PipesMessageReader
) -> None:
    if not handler.received_opened_message:
        handler.warn(
            "[pipes] Nothing came from the external process. What it wrote to its standard output "
            "and error may tell why.\n"
            f"{injector.no_messages_debug_text()}\n{reader.no_messages_debug_text()}"
        )
    elif not handler.received_closed_message:
        handler.warn(
            "[pipes] The external process never closed Pipes, so its last messages may be lost. "
            "Open Pipes in a `with` there."
        )
