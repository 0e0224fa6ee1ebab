"""One attempt to make a declared asset: look whether it has to be made, run the command, keep it.

Owns the order: the lock is taken, what a killed attempt left is put right, the verdict is made, the
command runs, and its output takes the place of the old one only when it has ended well.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from penstock.base.clock import Clock, SystemClock
from penstock.base.settings import load_settings
from penstock.base.tags import DATA_VERSION_TAG
from penstock.define.context import AssetExecutionContext
from penstock.define.result import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetObservation,
    DataVersion,
    MaterializeResult,
)
from penstock.errors import Failure
from penstock.execute.versions import observed_version
from penstock.instance import Instance
from penstock.library.declarative import content, template
from penstock.library.declarative.document import CheckDeclaration, Declaration, Document
from penstock.library.declarative.locking import held
from penstock.library.declarative.process import Command, Ending, run
from penstock.library.declarative.sources import observation
from penstock.library.declarative.staging import Staging, recover
from penstock.library.declarative.template import SELF, Reference
from penstock.library.declarative.verdict import (
    MADE_FROM_TAG,
    MadeFrom,
    Recorded,
    reason_to_make,
)
from penstock.model.events import AssetMaterialized
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataValue

FORCE_TAG = "penstock/force"
"""A tag of a run that makes its assets whether or not they are up to date."""

Started = Callable[[int], None]
"""Told the process id of a command when it runs."""


def code_of(declaration: Declaration, folder: Path) -> dict[str, str]:
    """Return a hash of the command with its settings, and one of each code file.

    A word of the command that is a file of the project counts as code.
    """
    text = declaration.command or ""
    settings = [text, str(declaration.shell), *map(str, sorted(declaration.environment.items()))]
    found = {"command": content.digest_of("\n".join(settings))}
    for word in (*_plain_words(text), *declaration.code):
        file = folder / word
        if file.is_file() or word in declaration.code:
            found[word] = content.version_of(file) or "missing"
    return found


def code_version_of(declaration: Declaration, folder: Path) -> str:
    """Return one version for the command and its code files."""
    return content.digest_of(str(sorted(code_of(declaration, folder).items())))


def make(
    context: AssetExecutionContext, declaration: Declaration, document: Document
) -> MaterializeResult[None] | None:
    """Make an asset if it has to be made; None if it is up to date.

    Raises:
        Failure: An input is not there, the command fails, or it does not make its output.
    """
    attempt = _Attempt(context, declaration, document)
    output = attempt.path_of(declaration)
    if output is None:
        return attempt.make(None)
    lock = document.folder / ".penstock" / "locks" / content.digest_of(str(output))
    with held(lock, clock=attempt.clock, tell=context.log.info) as taken:
        recover(output)
        return attempt.make(output, lock=taken.descriptor, started=taken.note)


def check(
    context: AssetExecutionContext,
    looked_at: Declaration,
    declared: CheckDeclaration,
    document: Document,
) -> AssetCheckResult:
    """Run the command of a check; it passes if the command ends with 0."""
    attempt = _Attempt(context, looked_at, document)
    ending = attempt.run(declared.command, target=attempt.path_of(looked_at))
    said = "\n".join(ending.tail).strip()
    return AssetCheckResult(
        passed=ending.code == 0,
        severity=AssetCheckSeverity(declared.severity),
        description=said or None,
        metadata={"exit_code": ending.code},
    )


class _Attempt:
    """What one attempt knows: its context, its declaration and the file that it is from."""

    def __init__(
        self, context: AssetExecutionContext, declaration: Declaration, document: Document
    ) -> None:
        self._context = context
        self._declaration = declaration
        self._document = document
        self._key = AssetKey.from_user_string(declaration.name)
        instance = context.instance
        self._instance = (
            instance
            if isinstance(instance, Instance)  # pyright: ignore[reportUnnecessaryIsInstance] - called by hand, it is whatever was given
            else None
        )
        self.clock: Clock = self._instance.clock if self._instance else SystemClock()
        self._partition = context.partition_key if context.has_partition_key else None

    def path_of(self, declaration: Declaration) -> Path | None:
        """Return where the data of a declaration is, for the partition of this attempt."""
        if declaration.path is None:
            return None
        text = template.fill(declaration.path, lambda _: self._partition or "")
        return self._document.folder / text

    def make(
        self, output: Path | None, *, lock: int | None = None, started: Started | None = None
    ) -> MaterializeResult[None] | None:
        """Make the asset if it has to be made."""
        made_from = MadeFrom(
            code=code_of(self._declaration, self._document.folder), inputs=self._inputs()
        )
        version = None if output is None else content.version_of(output)
        reason = self._reason(made_from, version, has_output=output is not None)
        if reason is None:
            return self._keep(version)
        self._context.log.info("made because %s", reason)
        if output is None:
            self._run_or_fail(None, lock=lock, started=started)
            return MaterializeResult[None](tags={MADE_FROM_TAG: made_from.to_tag()})
        staging = Staging(output, in_place=not self._writes_to_self())
        staging.begin()
        try:
            self._run_or_fail(staging.target, lock=lock, started=started)
            self._require_output(staging)
            staging.commit()
        except BaseException:
            staging.roll_back()
            raise
        return MaterializeResult[None](
            metadata={
                "path": MetadataValue.path(str(output)),
                "size": content.size_of(output),
                "because": reason,
            },
            data_version=DataVersion(content.version_of(output) or ""),
            tags={MADE_FROM_TAG: made_from.to_tag()},
        )

    def _reason(self, made_from: MadeFrom, version: str | None, *, has_output: bool) -> str | None:
        if self._declaration.kind == "task":
            return "a task always runs"
        if self._context.has_tag(FORCE_TAG):
            return f"the run has the tag {FORCE_TAG}"
        return reason_to_make(self._recorded(), made_from, output=version, has_output=has_output)

    def _keep(self, version: str | None) -> None:
        self._context.log_event(
            AssetObservation(
                self._key,
                "up to date: its command, its code and its inputs are unchanged",
                partition=self._partition,
                tags={} if version is None else {DATA_VERSION_TAG: version},
            )
        )
        self._context.log.info("skipped: it is up to date")
        self._context.keep()

    def _recorded(self) -> Recorded | None:
        if self._instance is None:
            return None
        head = self._instance.store.partition_head(self._key, self._partition)
        if head is None or head.materialized is None:
            return None
        stored = self._instance.store.event(head.materialized)
        if stored is None or not isinstance(stored.event, AssetMaterialized):
            return None
        tag = stored.event.tags.get(MADE_FROM_TAG)
        return Recorded(version=stored.event.data_version, made_from=MadeFrom.from_tag(tag))

    def _inputs(self) -> dict[str, str]:
        """Return the version of each upstream asset; sources are observed on the way."""
        found: dict[str, str] = {}
        for dependency in self._declaration.depends_on:
            upstream = self._document.declarations.get(dependency.name)
            path = None if upstream is None else self.path_of(upstream)
            if upstream is None or path is None:
                found[dependency.name] = self._recorded_version(dependency.name)
                continue
            version = content.version_of(path)
            if version is None:
                raise Failure(self._no_input(upstream, path), allow_retries=False)
            if upstream.is_source:
                self._observe(upstream, path, version)
            found[dependency.name] = version
        return found

    def _recorded_version(self, name: str) -> str:
        if self._instance is None:
            return ""
        key = AssetKey.from_user_string(name)
        head = self._instance.store.partition_head(key, self._partition)
        head = head or self._instance.store.partition_head(key, None)
        return "" if head is None else head.data_version

    def _observe(self, source: Declaration, path: Path, version: str) -> None:
        """Record what a source holds, if that is news."""
        key = AssetKey.from_user_string(source.name)
        partition = self._partition if source.partitions is not None else None
        store = None if self._instance is None else self._instance.store
        if store is not None and observed_version(store, key, partition) == version:
            return
        self._context.log_event(observation(key, path, version, partition=partition))

    def _writes_to_self(self) -> bool:
        return Reference(SELF, "path") in template.references(self._declaration.command or "")

    def _run_or_fail(
        self, target: Path | None, *, lock: int | None, started: Started | None
    ) -> None:
        declaration = self._declaration
        ending = self.run(declaration.command or "", target=target, lock=lock, started=started)
        if ending.code == 0 and not ending.timed_out:
            return
        what = f"The command of '{declaration.name}' {_how(ending, declaration.timeout)}."
        said = "\n".join(ending.tail).strip()
        raise Failure(
            f"{what}\n{said}" if said else what,
            metadata={"command": declaration.command or "", "exit_code": ending.code},
        )

    def run(
        self,
        text: str,
        *,
        target: Path | None,
        lock: int | None = None,
        started: Started | None = None,
    ) -> Ending:
        """Run a command of the asset; `target` is what `{self.path}` stands for."""

        def lookup(reference: Reference) -> str:
            return self._value(reference, target)

        declaration = self._declaration
        line = template.shell_line(text, lookup) if declaration.shell else None
        command = Command(
            line=line if line is not None else template.words(text, lookup),
            folder=self._document.folder,
            environment=self._environment(),
            timeout=declaration.timeout,
            inherited=() if lock is None else (lock,),
        )
        try:
            return run(command, clock=self.clock, write=_write, started=started or _ignore)
        except FileNotFoundError as error:
            raise Failure(
                f"The command of '{declaration.name}' cannot be started: there is no program "
                f"'{error.filename}'.",
                allow_retries=False,
            ) from error
        except OSError as error:
            raise Failure(
                f"The command of '{declaration.name}' cannot be started: {error}.",
                allow_retries=False,
            ) from error

    def _value(self, reference: Reference, target: Path | None) -> str:
        is_self = reference.name == SELF
        named = self._declaration if is_self else self._document.declarations[reference.name]
        match reference.attribute:
            case "path":
                path = target if is_self else self.path_of(named)
                return "" if path is None else self._shown(path)
            case "partition":
                return self._partition or ""
            case _:
                return named.name

    def _shown(self, path: Path) -> str:
        """Write a path as the command sees it: from the folder where it runs, if it is below."""
        folder = self._document.folder
        return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)

    def _environment(self) -> Mapping[str, str]:
        settings = self._instance.settings if self._instance else load_settings()
        given = settings.environment
        beside = str(Path(sys.executable).parent)
        mine = {
            "PATH": os.pathsep.join([beside, given.get("PATH", os.defpath)]),
            "PENSTOCK_ASSET": self._declaration.name,
            "PENSTOCK_RUN_ID": self._context.run_id,
        }
        if self._partition is not None:
            mine["PENSTOCK_PARTITION"] = self._partition
        return {**given, **mine, **self._declaration.environment}

    def _no_input(self, upstream: Declaration, path: Path) -> str:
        what = "Source" if upstream.is_source else "Asset"
        hint = "" if upstream.is_source else " Make it first."
        return (
            f"{what} '{upstream.name}', which '{self._declaration.name}' reads, is not there: "
            f"there is no file {path}.{hint}"
        )

    def _require_output(self, staging: Staging) -> None:
        if not staging.is_written:
            raise Failure(self._no_output(), allow_retries=False)

    def _no_output(self) -> str:
        declaration = self._declaration
        made = f"The command of '{declaration.name}' ended well, but did not make its output"
        if self._writes_to_self():
            return (
                f"{made}. It has to write to the path that it is given as {{self.path}}, which is "
                f"not '{declaration.path}' itself until the command has ended."
            )
        return f"{made} '{declaration.path}'. Give it {{self.path}}, or correct the path."


def _how(ending: Ending, timeout: float | None) -> str:
    if ending.timed_out:
        return f"took longer than its timeout of {timeout:g} s and was ended"
    if ending.code < 0:
        return f"was ended by signal {-ending.code}"
    return f"ended with exit code {ending.code}"


def _plain_words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _write(stream: str, text: str) -> None:
    (sys.stdout if stream == "out" else sys.stderr).write(text)


def _ignore(process: int) -> None:
    """Take note of nothing: an asset without an output has no lock."""
