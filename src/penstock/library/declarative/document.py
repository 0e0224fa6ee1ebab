"""What a declarative file says, as values: blocks as written, then declarations that fit.

Refuses to know how a file is spelt and what is done with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from penstock.library.located import Located, Place

Kind = Literal["asset", "task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Something wrong in the file; `what` is one sentence or more."""

    line: int
    what: str

    def told(self, path: Path) -> str:
        """Return the mistake with its place."""
        return f"{path.name}, line {self.line}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One asset or task as it is written: attributes by name, not looked at yet."""

    kind: Kind
    name: str
    place: Place
    attributes: Mapping[str, Located]
    attribute_places: Mapping[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file as it is written."""

    blocks: Sequence[Block] = ()
    mistakes: Sequence[Mistake] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """An upstream asset and the line that names it."""

    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDeclaration:
    """A command that looks at an asset; it passes if the command ends with 0."""

    name: str
    command: str
    blocking: bool = False
    severity: Literal["ERROR", "WARN"] = "ERROR"
    description: str | None = None
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How an asset is split: keys by name, or windows of time from a start on."""

    type: str
    keys: tuple[str, ...] = ()
    start: str = ""
    end: str | None = None
    timezone: str | None = None


def _nothing() -> dict[str, object]:
    return {}


def _no_text() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One asset or task whose attributes fit.

    Attributes:
        name: The asset's key as people write it.
        command: What makes it; None for a source.
        path: Where its data is; None where it leaves no file.
        code: Files beside those named in the command whose change makes it outdated.
        timeout: Seconds; None for no limit.
    """

    kind: Kind
    name: str
    line: int
    command: str | None = None
    command_line: int = 1
    path: str | None = None
    path_line: int = 1
    depends_on: tuple[Dependency, ...] = ()
    shell: bool = False
    environment: Mapping[str, str] = field(default_factory=_no_text)
    code: tuple[str, ...] = ()
    timeout: float | None = None
    retries: int = 0
    partitions: Schedule | None = None
    checks: tuple[CheckDeclaration, ...] = ()
    group: str | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=_no_text)
    owners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=_nothing)

    @property
    def is_source(self) -> bool:
        """Whether it is made elsewhere and only read here."""
        return self.command is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file without a known mistake; relative paths begin at its folder."""

    path: Path
    declarations: Mapping[str, Declaration]

    @property
    def folder(self) -> Path:
        """The folder of the file, where commands run."""
        return self.path.parent
