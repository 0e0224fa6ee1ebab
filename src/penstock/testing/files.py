"""Files for tests, gone when the block ends."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from penstock.library.file_manager import LocalFileHandle


@contextmanager
def get_temp_file_handle_with_data(data: bytes) -> Generator[LocalFileHandle]:
    """Return a handle of a new file with some content, which is deleted in the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(data)
        yield LocalFileHandle(str(path))
