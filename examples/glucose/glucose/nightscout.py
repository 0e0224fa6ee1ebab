"""A small Nightscout: serves the study's readings over HTTP, and loses some of the requests.

Owns the part of Nightscout's API that a downloader needs; one site per person:

    /sites.json                                  the people, their diagnosis, first and last reading
    /sites/<subject>/api/v1/entries.json         readings, newest first
    /sites/<subject>/api/v1/status.json          whether a site is up
    /api/v1/status.json                          whether the server is up

`entries.json` takes `find[date][$gte]` and `find[date][$lt]` (milliseconds since 1970 UTC),
`count` (10 unless given, as in Nightscout) and `skip`. Unlike Nightscout it does not limit a
question without dates to the last four days.

A share of the requests is lost on purpose, by a 503 or by closing the connection, so that what
downloads from here has to cope. Which ones depends only on the seed, the URL and how often it
was asked for; a URL is never lost more than twice in succession.

Listens on the loopback address only. `python -m glucose.nightscout --port 0 --ready-file PATH`.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from glucose.days import ZONE, Reading, epoch_ms, read_readings

LOOPBACK = "127.0.0.1"
DEFAULT_COUNT = 10
MOST_LOSSES_IN_SUCCESSION = 2
_PR_SET_PDEATHSIG = 1


class RequestError(Exception):
    """A request cannot be answered; the status and the reason go to the client."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One person's site.

    Attributes:
        subject: The person.
        diagnosis: The person's diagnosis.
        entries: The readings as Nightscout's entries, newest first.
    """

    subject: str
    diagnosis: str
    entries: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What `entries.json` was asked for; dates in milliseconds since 1970 UTC."""

    since: int | None = None
    before: int | None = None
    count: int = DEFAULT_COUNT
    skip: int = 0


def build_sites(readings: Sequence[Reading]) -> dict[str, Site]:
    """Arrange the readings as one site per person, by subject."""
    grouped: dict[str, list[Reading]] = {}
    for reading in readings:
        grouped.setdefault(reading.subject, []).append(reading)
    return {
        subject: Site(
            subject=subject,
            diagnosis=own[0].diagnosis,
            entries=tuple(sorted(map(_entry, own), key=lambda e: str(e["dateString"]))[::-1]),
        )
        for subject, own in sorted(grouped.items())
    }


def _entry(reading: Reading) -> dict[str, object]:
    milliseconds = epoch_ms(reading.local)
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC)
    offset = instant.astimezone(ZONE).utcoffset() or timedelta(0)
    name = f"{reading.subject}/{milliseconds}"
    return {
        "_id": hashlib.sha256(name.encode()).hexdigest()[:24],
        "type": "sgv",
        "sgv": reading.mg_dl,
        "date": milliseconds,
        "dateString": instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "utcOffset": offset // timedelta(minutes=1),
        "device": "dexcom-g4",
        "direction": "NONE",
    }


def answer(sites: dict[str, Site], target: str) -> object:
    """Answer one request.

    Args:
        sites: The sites, by subject.
        target: The path of the request with its query string.

    Raises:
        RequestError: The path is unknown (404) or a parameter is wrong (400).
    """
    url = urlsplit(target)
    match url.path.strip("/").split("/"):
        case ["sites.json"]:
            return [_summary(site) for site in sites.values()]
        case ["api", "v1", "status.json"]:
            return {"status": "ok", "name": "nightscout", "apiEnabled": True}
        case ["sites", subject, "api", "v1", "status.json"]:
            return {"status": "ok", "name": _site(sites, subject).subject, "apiEnabled": True}
        case ["sites", subject, "api", "v1", "entries.json"]:
            return _select(_site(sites, subject), parse_query(url.query))
        case _:
            raise RequestError(
                HTTPStatus.NOT_FOUND, f"Nothing is at {url.path}. Start at /sites.json."
            )


def _site(sites: dict[str, Site], subject: str) -> Site:
    if subject not in sites:
        raise RequestError(
            HTTPStatus.NOT_FOUND, f"No site is named '{subject}'. /sites.json lists them."
        )
    return sites[subject]


def _summary(site: Site) -> dict[str, object]:
    return {
        "subject": site.subject,
        "diagnosis": site.diagnosis,
        "first": site.entries[-1]["date"],
        "last": site.entries[0]["date"],
        "entries": f"/sites/{site.subject}/api/v1/entries.json",
    }


def _select(site: Site, query: Query) -> list[dict[str, object]]:
    found = [entry for entry in site.entries if _matches(entry, query)]
    return found[query.skip : query.skip + query.count]


def _matches(entry: dict[str, object], query: Query) -> bool:
    date = entry["date"]
    assert isinstance(date, int)
    after_start = query.since is None or date >= query.since
    return after_start and (query.before is None or date < query.before)


_PARAMETERS = {
    "find[date][$gte]": ("since", 0),
    "find[date][$lt]": ("before", 0),
    "count": ("count", 1),
    "skip": ("skip", 0),
}


def parse_query(text: str) -> Query:
    """Read the parameters of `entries.json` from a query string.

    Raises:
        RequestError: A parameter is unknown, is given twice, or is not a number in its range.
    """
    values: dict[str, int] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name not in _PARAMETERS:
            known = ", ".join(_PARAMETERS)
            raise RequestError(
                HTTPStatus.BAD_REQUEST, f"Unknown parameter '{name}'. Known: {known}."
            )
        attribute, least = _PARAMETERS[name]
        if attribute in values:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"Parameter '{name}' is given twice.")
        if not (value.isascii() and value.isdigit()) or int(value) < least:
            raise RequestError(
                HTTPStatus.BAD_REQUEST,
                f"Parameter '{name}' must be a whole number from {least}, not '{value}'.",
            )
        values[attribute] = int(value)
    return Query(**values)


class Loss(Enum):
    """How a request is lost."""

    UNAVAILABLE = "answered 503"
    CLOSED = "connection closed"


@dataclass(slots=True, kw_only=True)
class Losses:
    """Decides which requests are lost; safe to ask from several threads.

    Attributes:
        share: The share of requests to lose, 0 to below 1.
        seed: Another seed loses other requests.
    """

    share: float
    seed: int
    _asked: Counter[str] = field(default_factory=Counter[str])
    _lost: Counter[str] = field(default_factory=Counter[str])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, target: str) -> Loss | None:
        """Decide about the next request for a URL; None lets it pass."""
        with self._lock:
            self._asked[target] += 1
            loss = lose(target, self._asked[target], share=self.share, seed=self.seed)
            if loss is None or self._lost[target] >= MOST_LOSSES_IN_SUCCESSION:
                self._lost[target] = 0
                return None
            self._lost[target] += 1
            return loss


def lose(target: str, attempt: int, *, share: float, seed: int) -> Loss | None:
    """Decide whether one attempt at a URL is lost, from nothing but the arguments."""
    digest = hashlib.sha256(f"{seed} {attempt} {target}".encode()).digest()
    drawn = int.from_bytes(digest[:8], "big") / 2**64
    if drawn >= share:
        return None
    return Loss.UNAVAILABLE if drawn < share / 2 else Loss.CLOSED


class NightscoutServer(ThreadingHTTPServer):
    """The HTTP server: the sites and the losses, one thread per connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sites: dict[str, Site], losses: Losses, *, port: int = 0) -> None:
        super().__init__((LOOPBACK, port), _RequestHandler)
        self.sites = sites
        self.losses = losses

    @property
    def url(self) -> str:
        """The address of the server, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"


class _RequestHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = cast("NightscoutServer", self.server)
        loss = None
        if not self.path.endswith("status.json"):
            loss = server.losses.next(self.path)
        if loss is Loss.CLOSED:
            self.close_connection = True
            return
        if loss is Loss.UNAVAILABLE:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, {"message": "Lost on purpose. Try again."})
            return
        try:
            document = answer(server.sites, self.path)
        except RequestError as error:
            self._send(error.status, {"message": error.reason})
        else:
            self._send(HTTPStatus.OK, document)

    def _send(self, status: HTTPStatus, document: object) -> None:
        body = json.dumps(document, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet; the demo's terminal belongs to the backfill."""


def follow_parent(parent: int) -> None:
    """Arrange to die with the process that started this one, even if that is killed.

    Args:
        parent: The process id of the parent. If it is gone already, this process exits now.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit("The process that started this server is gone.")


def write_ready_file(path: Path, url: str) -> None:
    """Write the server's URL to a file that appears complete or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(url + "\n", encoding="utf-8")
    temporary.replace(path)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    environment = os.environ
    parser = argparse.ArgumentParser(
        prog="python -m glucose.nightscout", description="Serve the study's readings."
    )
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one (default)")
    parser.add_argument("--ready-file", type=Path, help="where to write the URL once listening")
    parser.add_argument(
        "--drop-share",
        type=_share,
        default=environment.get("NIGHTSCOUT_DROP_SHARE", "0.1"),
        help="share of the requests to lose (default 0.1, or NIGHTSCOUT_DROP_SHARE)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=environment.get("NIGHTSCOUT_SEED", "7"),
        help="another seed loses other requests (default 7, or NIGHTSCOUT_SEED)",
    )
    parser.add_argument("--parent", type=int, help="process id to die with")
    return parser.parse_args(argv)


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be from 0 to below 1, not {text}")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit code."""
    arguments = _arguments(argv)
    if arguments.parent is not None:
        follow_parent(arguments.parent)
    losses = Losses(share=arguments.drop_share, seed=arguments.seed)
    with NightscoutServer(build_sites(read_readings()), losses, port=arguments.port) as server:
        print(server.url, flush=True)
        if arguments.ready_file is not None:
            write_ready_file(arguments.ready_file, server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
