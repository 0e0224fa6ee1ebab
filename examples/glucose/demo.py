"""The whole example in one command: serve, backfill, report, status.

Owns the processes: the server is a child that ends with this one, however this one ends, and
the backfill has the terminal. Run it with the Python that has Penstock, DuckDB and matplotlib.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from glucose.days import PROJECT, days_with_readings

PENSTOCK = "import sys; sys.argv[0] = 'penstock'; from penstock.cli.main import main; main()"
SELECTION = "glucose_entries*"
START_TIMEOUT = 20.0
GRACE = 15.0
"""Seconds that an interrupted command has to end."""


class DemoError(Exception):
    """The demo cannot go on."""


@contextmanager
def serving(arguments: Sequence[str] = ()) -> Generator[str]:
    """Run the Nightscout server as a child and yield its URL; stop it in the end.

    The child has a process group of its own, so that Ctrl-C ends the backfill before the server.

    Raises:
        DemoError: The server did not start.
    """
    with tempfile.TemporaryDirectory(prefix="glucose-") as folder:
        ready = Path(folder, "url")
        command = [sys.executable, "-m", "glucose.nightscout", "--port", "0"]
        command += ["--ready-file", str(ready), "--parent", str(os.getpid()), *arguments]
        server = subprocess.Popen(
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            process_group=0,
        )
        try:
            yield _wait(server, ready)
        finally:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], ready: Path) -> str:
    deadline = time.monotonic() + START_TIMEOUT
    while not ready.exists():
        code = server.poll()
        if code is not None:
            raise DemoError(f"The Nightscout server ended with exit code {code}; see above.")
        if time.monotonic() > deadline:
            raise DemoError(f"The Nightscout server was not ready after {START_TIMEOUT:.0f} s.")
        time.sleep(0.02)
    return ready.read_text(encoding="utf-8").strip()


def run_penstock(arguments: Sequence[str], *, environment: dict[str, str]) -> int:
    """Run a Penstock command in the terminal; return its exit code."""
    shown = " ".join(
        f'"{a}"' if "*" in a else a if len(a) < 60 else a[:33] + "…" for a in arguments
    )
    print(f"\n$ penstock {shown}", flush=True)
    command = [sys.executable, "-c", PENSTOCK, *arguments]
    return run(command, environment=environment)


def run(command: Sequence[str], *, environment: dict[str, str]) -> int:
    """Run a command in the terminal; return its exit code, as a shell would.

    Ctrl-C reaches the command too; it is given time to put its things in order.
    """
    child = subprocess.Popen(command, cwd=PROJECT, env=environment)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.terminate()
            child.wait()
        raise
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    return code if code >= 0 else 128 - code


def stored_versions(lake: Path) -> dict[str, int]:
    """Say which days of readings are stored and when each was written, in nanoseconds."""
    files = (lake / "glucose_entries").glob("*.parquet")
    return {file.stem: file.stat().st_mtime_ns for file in files}


def describe(before: dict[str, int], after: dict[str, int], days: Sequence[str]) -> str:
    """Say what a backfill wrote, from what was stored before and after it."""
    written = sum(after.get(day) is not None and after.get(day) != before.get(day) for day in days)
    kept = sum(day in after for day in days) - written
    if written == 0 and kept == len(days):
        return f"Nothing to do: all {kept} days were stored already and fresh, so none was fetched."
    return f"{written} days were fetched and stored; {kept} were fresh and left alone."


def show_report(environment: dict[str, str]) -> int:
    """Write the report, print its path and show it if there is a desktop; return the exit code."""
    print("\n$ python -m glucose.report", flush=True)
    out = PROJECT / "report.html"
    command = [sys.executable, "-m", "glucose.report", "--out", str(out)]
    code = run(command, environment=environment)
    if code == 0 and os.environ.get("DISPLAY") and sys.stdout.isatty():
        webbrowser.open(out.as_uri())
    return code


def demonstrate() -> int:
    """Run the example from end to end; return the first exit code that is not 0."""
    lake = Path(os.environ.get("GLUCOSE_LAKE") or PROJECT / ".lake").absolute()
    days = days_with_readings()
    with serving() as url:
        print(
            f"Nightscout serves {len(days)} days of readings at {url}",
            "and loses every tenth request.",
        )
        environment = {**os.environ, "NIGHTSCOUT_URL": url, "GLUCOSE_LAKE": str(lake)}
        before = stored_versions(lake)
        code = run_penstock(
            ["backfill", SELECTION, "--partitions", ",".join(days), "--yes"],
            environment=environment,
        )
        if code != 0:
            return code
        print(f"\n{describe(before, stored_versions(lake), days)}")
        return show_report(environment) or run_penstock(["status"], environment=environment)


def main() -> int:
    """Run the demo; return the exit code."""
    try:
        return demonstrate()
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
