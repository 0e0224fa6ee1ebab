"""A client of the Nightscout API: pages through the answers and tries again after losses.

Owns the waiting between attempts and the words of the last error. Knows nothing of days,
storage or assets.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import OpenerDirector, ProxyHandler, build_opener

Entry = Mapping[str, object]


class NightscoutError(Exception):
    """Nightscout refused a request, or could not be reached after the last attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person with a site; first and last reading in milliseconds since 1970 UTC."""

    subject: str
    diagnosis: str
    first: int
    last: int


def _direct() -> OpenerDirector:
    """Build an opener that ignores proxies, which do not reach the loopback address."""
    return build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class NightscoutClient:
    """Asks one Nightscout server.

    Attributes:
        base_url: The address of the server, such as 'http://127.0.0.1:1337'.
        attempts: How often to try a request, at least 1.
        first_delay: Seconds to wait before the second attempt; doubled before each further one.
        page_size: Entries per request.
        timeout: Seconds after which an attempt has failed.
        sleep: What waits.
    """

    base_url: str
    attempts: int = 4
    first_delay: float = 0.05
    page_size: int = 144
    timeout: float = 10.0
    sleep: Callable[[float], None] = time.sleep

    def people(self) -> tuple[Person, ...]:
        """List the people who have a site.

        Raises:
            NightscoutError: The server cannot be reached or refuses.
        """
        rows = cast("list[dict[str, object]]", self._get("/sites.json"))
        return tuple(
            Person(
                subject=str(row["subject"]),
                diagnosis=str(row["diagnosis"]),
                first=int(str(row["first"])),
                last=int(str(row["last"])),
            )
            for row in rows
        )

    def entries(self, subject: str, *, since: int, before: int) -> tuple[Entry, ...]:
        """Fetch a person's entries with `since <= date < before`, newest first.

        Args:
            subject: The person.
            since: Milliseconds since 1970 UTC, inclusive.
            before: Milliseconds since 1970 UTC, exclusive.

        Raises:
            NightscoutError: The server cannot be reached or refuses.
        """
        found: list[Entry] = []
        while True:
            parameters = {
                "find[date][$gte]": since,
                "find[date][$lt]": before,
                "count": self.page_size,
                "skip": len(found),
            }
            path = f"/sites/{quote(subject)}/api/v1/entries.json?{urlencode(parameters)}"
            page = cast("list[Entry]", self._get(path))
            found.extend(page)
            if len(page) < self.page_size:
                return tuple(found)

    def _get(self, path: str) -> object:
        url = self.base_url.rstrip("/") + path
        delay = self.first_delay
        for attempt in range(1, self.attempts + 1):
            try:
                return self._ask(url)
            except (OSError, http.client.HTTPException, ValueError) as error:
                if attempt == self.attempts:
                    raise NightscoutError(
                        f"No answer from {url} after {attempt} attempts; the last one failed with: "
                        f"{error or type(error).__name__}. Is the server running?"
                    ) from error
            self.sleep(delay)
            delay *= 2
        raise ValueError(f"attempts must be at least 1, not {self.attempts}")

    def _ask(self, url: str) -> object:
        try:
            with _direct().open(url, timeout=self.timeout) as response:
                return json.loads(response.read())
        except HTTPError as error:
            with error:
                may_pass = error.code == 429 or error.code >= 500
                if may_pass:
                    raise OSError(f"HTTP {error.code} {error.reason}") from None
                raise NightscoutError(
                    f"{url} was refused with {error.code}: {_reason(error.read())}"
                ) from error


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
