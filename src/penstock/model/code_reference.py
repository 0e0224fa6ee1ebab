"""Where the code of a definition is: a file on this machine, or a page on the web. Values only."""

from __future__ import annotations

import msgspec


class LocalFileCodeReference(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """A place in a file on this machine.

    Attributes:
        file_path: The absolute path.
        line_number: The line, counted from 1.
        label: What it is, where there are several.
    """

    file_path: str
    line_number: int | None = None
    label: str | None = None

    @property
    def source(self) -> str:
        """The place as `path:line`."""
        return (
            self.file_path if self.line_number is None else f"{self.file_path}:{self.line_number}"
        )


class UrlCodeReference(msgspec.Struct, frozen=True, kw_only=True, tag="url"):
    """A place in a file on the web.

    Attributes:
        url: The page.
        label: What it is, where there are several.
    """

    url: str
    label: str | None = None

    @property
    def source(self) -> str:
        """The page."""
        return self.url


CodeReference = LocalFileCodeReference | UrlCodeReference
