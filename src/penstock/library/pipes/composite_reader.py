"""One reader of several: for an external execution whose parts each write messages of their own."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager

from penstock.errors import InvariantViolationError
from penstock.library.pipes.messages import PipesMessageHandler
from penstock.library.pipes.ports import PipesMessageReader
from penstock.library.pipes.wire import (
    COMPOSITE_WRITERS_KEY,
    PipesLaunchedData,
    PipesOpenedData,
    PipesParams,
)


class PipesCompositeMessageReader(PipesMessageReader):
    """Reads the messages of several writers into one session.

    Args:
        readers: A reader for each writer.

    Raises:
        InvariantViolationError: There is none, or one of them reads several writers itself.
    """

    def __init__(self, readers: Sequence[PipesMessageReader]) -> None:
        if not readers:
            raise InvariantViolationError(
                "PipesCompositeMessageReader needs at least one reader, a reader for each writer."
            )
        if any(reader.expected_writer_count != 1 for reader in readers):
            raise InvariantViolationError(
                "PipesCompositeMessageReader takes single-writer readers only. Give it the readers "
                "of the nested one instead."
            )
        self._readers = tuple(readers)

    @property
    def expected_writer_count(self) -> int:
        """How many writers open and close Pipes."""
        return len(self._readers)

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Generator[PipesParams]:
        """Hand the messages of all over; the value holds the parameters of each writer."""
        with ExitStack() as stack:
            params = [stack.enter_context(each.read_messages(handler)) for each in self._readers]
            yield params[0] if len(params) == 1 else {COMPOSITE_WRITERS_KEY: params}

    def on_opened(self, opened_payload: PipesOpenedData) -> None:
        """Pass on what a writer says of itself; whose it is cannot be told."""
        for reader in self._readers:
            reader.on_opened(opened_payload)

    def on_launched(self, launched_payload: PipesLaunchedData) -> None:
        """Pass on what is known of the external execution."""
        for reader in self._readers:
            reader.on_launched(launched_payload)

    def no_messages_debug_text(self) -> str:
        """Return what to say about the readers where no message ever came."""
        return "\n".join(reader.no_messages_debug_text() for reader in self._readers)
