"""The two seams of Pipes: how context gets to an external process, and messages back from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from penstock.library.pipes.messages import PipesMessageHandler
from penstock.library.pipes.wire import (
    PipesContextData,
    PipesLaunchedData,
    PipesOpenedData,
    PipesParams,
)


class PipesContextInjector(ABC):
    """Puts the context data where an external process finds it."""

    @abstractmethod
    def inject_context(self, context_data: PipesContextData) -> AbstractContextManager[PipesParams]:
        """Make the data available while a `with` block runs; its value tells where it is."""

    @abstractmethod
    def no_messages_debug_text(self) -> str:
        """Return what to say about the injector where no message ever came."""


class PipesMessageReader(ABC):
    """Reads the messages of an external process."""

    @abstractmethod
    def read_messages(self, handler: PipesMessageHandler) -> AbstractContextManager[PipesParams]:
        """Hand messages to `handler` while a `with` block runs, and at its end all that are left.

        The value of the block tells the external process where to write.
        """

    @abstractmethod
    def no_messages_debug_text(self) -> str:
        """Return what to say about the reader where no message ever came."""

    @property
    def expected_writer_count(self) -> int:
        """How many writers open and close Pipes."""
        return 1

    def on_opened(self, opened_payload: PipesOpenedData) -> None:  # noqa: B027 - needed by few
        """Learn what the external process says of itself when it opens Pipes."""

    def on_launched(self, launched_payload: PipesLaunchedData) -> None:  # noqa: B027 - needed by few
        """Learn what is known of the external process once it was started."""
