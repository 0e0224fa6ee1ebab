"""Secrets: texts that environment variables gave, kept out of everything that people read.

Owns what this process remembers as secret and how it is hidden. A value is remembered when config
or a resource resolves the variable that holds it; from then on `masked` replaces it. It is never
written anywhere, and a process that never resolved it cannot hide it.

Not every variable holds a secret, and a log in which each `prod` is hidden tells nothing. So a
value is left alone if its variable's name says what it is (`..._HOST`, `..._PATH`), if it is a
truth value, or if it is too short to be told from ordinary text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "********"
"""What stands in place of a secret."""

SHORTEST: Final = 6
"""Length of the shortest value that is hidden whatever its variable is called."""

SHORTEST_OF_SECRETS: Final = 3
"""Length of the shortest value that is hidden if its variable's name says that it is a secret."""

_SECRET_WORDS: Final = frozenset({
    "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "PWD", "TOKEN", "CREDENTIAL",
    "CREDENTIALS", "APIKEY", "DSN", "PIN",
})  # fmt: skip
_SECRET_KEYS: Final = frozenset({
    "API", "ACCESS", "PRIVATE", "SECRET", "ENCRYPTION", "SIGNING", "MASTER", "ACCOUNT", "AUTH",
    "SERVICE", "LICENSE", "STORAGE", "SHARED",
})  # fmt: skip
_PLAIN_WORDS: Final = frozenset({
    "HOST", "HOSTNAME", "PORT", "PATH", "DIR", "DIRECTORY", "FOLDER", "FILE", "HOME", "REGION",
    "ZONE", "ENV", "ENVIRONMENT", "STAGE", "DEPLOYMENT", "SCHEMA", "DATABASE", "DBNAME", "BUCKET",
    "SOCK", "USER", "USERNAME", "LEVEL", "TIMEOUT", "LIMIT", "COUNT", "SIZE", "FORMAT", "MODE",
    "TIMEZONE", "TZ",
})  # fmt: skip
_TRUTHS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null"})

_known: dict[str, None] = {}
_pattern: re.Pattern[str] | None = None


def is_secret_name(name: str) -> bool:
    """Tell whether a name says that what it stands for is a secret, as `DB_PASSWORD` does.

    A `KEY` is one if the word before says which: an `API_KEY` is, a `PARTITION_KEY` is not.
    """
    words = _words(name)
    if not words or words[-1] in _PLAIN_WORDS or words == ["PWD"]:  # the working directory
        return False
    pairs = pairwise(words)
    return not _SECRET_WORDS.isdisjoint(words) or any(
        after == "KEY" and before in _SECRET_KEYS for before, after in pairs
    )


def remember_secret(name: str, value: str) -> None:
    """Hide a value from now on, if it is one to hide.

    Args:
        name: The variable that holds it.
        value: Its text.
    """
    global _pattern
    if not _is_hidden(name, value) or value in _known:
        return
    for form in _forms(value):
        _known[form] = None
    longest_first = sorted(_known, key=len, reverse=True)
    _pattern = re.compile("|".join(map(re.escape, longest_first)))


def remember_environment(environment: Mapping[str, str]) -> None:
    """Hide the values of the variables whose names say that they hold secrets.

    User code may read them by itself, and nobody would know.
    """
    for name, value in environment.items():
        if len(value) >= SHORTEST and is_secret_name(name):
            remember_secret(name, value)


def forget_secrets() -> None:
    """Forget every remembered value; for tests, which share a process."""
    global _pattern
    _known.clear()
    _pattern = None


def masked(text: str) -> str:
    """Return a text with each remembered secret hidden; the same text if there is none in it."""
    return text if _pattern is None else _pattern.sub(MASK, text)


def holds_secret(text: str | None) -> bool:
    """Tell whether a text has a remembered secret in it; of None, whether any is remembered."""
    return _pattern is not None and (text is None or _pattern.search(text) is not None)


def masked_bytes(data: bytes) -> bytes:
    """Return output with each remembered secret hidden; what is not UTF-8 in it stays as it is."""
    if _pattern is None:
        return data
    text = data.decode("utf-8", errors="surrogateescape")
    return _pattern.sub(MASK, text).encode("utf-8", errors="surrogateescape")


def longest_secret() -> int:
    """Return the length in characters of the longest text that is hidden; 0 if there is none.

    Who masks a stream piece by piece keeps so much back: a secret may stand across the border.
    """
    return max(map(len, _known), default=0)


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^A-Z]+", name.upper()) if word]


def _is_hidden(name: str, value: str) -> bool:
    if value.strip().lower() in _TRUTHS or not value.strip():
        return False
    if is_secret_name(name):
        return len(value) >= SHORTEST_OF_SECRETS
    words = _words(name)
    return len(value) >= SHORTEST and not (words and words[-1] in _PLAIN_WORDS)


def _forms(value: str) -> list[str]:
    """Return the ways in which a text shows: plain, in JSON, in a Python literal, in a URL.

    The lines of a text of several, such as a private key, are hidden one by one too: tracebacks
    and logs indent them.
    """
    forms = {value, json.dumps(value)[1:-1], repr(value)[1:-1], quote(value), quote_plus(value)}
    forms |= {json.dumps(value, ensure_ascii=False)[1:-1], quote(value, safe="")}
    forms |= {line.strip() for line in value.splitlines() if len(line.strip()) >= SHORTEST}
    return [form for form in forms if len(form) >= SHORTEST_OF_SECRETS]
