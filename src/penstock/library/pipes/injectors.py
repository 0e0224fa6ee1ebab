"""How context gets to an external process: in its bootstrap parameters, or in a file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from penstock.library.pipes.ports import PipesContextInjector
from penstock.library.pipes.wire import PipesContextData, PipesParams


class PipesEnvContextInjector(PipesContextInjector):
    """Passes the context data in the bootstrap parameters themselves.

    An environment variable holds some 100 kB; for more data, use a file.
    """

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Generator[PipesParams]:
        """Pass the data directly."""
        yield {"data": context_data}

    def no_messages_debug_text(self) -> str:
        """Return what to say about the injector where no message ever came."""
        return (
            "Its context was in the bootstrap parameters themselves: mostly environment variables."
        )


class PipesFileContextInjector(PipesContextInjector):
    """Writes the context data to a file, which is removed in the end.

    Args:
        path: The file; the external process must be able to read it.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Generator[PipesParams]:
        """Write the data."""
        self._path.write_text(json.dumps(context_data), encoding="utf-8")
        try:
            yield {"path": str(self._path)}
        finally:
            self._path.unlink(missing_ok=True)

    def no_messages_debug_text(self) -> str:
        """Return what to say about the injector where no message ever came."""
        return f"Its context was in {self._path}."


class PipesTempFileContextInjector(PipesContextInjector):
    """Writes the context data to a file in a temporary folder."""

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Generator[PipesParams]:
        """Write the data."""
        with tempfile.TemporaryDirectory(prefix="penstock-pipes-") as folder:
            inner = PipesFileContextInjector(str(Path(folder) / "context"))
            with inner.inject_context(context_data) as params:
                yield params

    def no_messages_debug_text(self) -> str:
        """Return what to say about the injector where no message ever came."""
        return "Its context was in a temporary file on this machine."
