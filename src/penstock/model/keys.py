r"""`AssetKey` and `AssetCheckKey`: what facts are filed under.

A key is a tuple of text parts. Its text form joins them with `/`; a `/` inside a part is escaped as
`\/` in the escaped form, which is the one that the store and the wire use and the only one that
always round-trips.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from penstock.base.codec import register_text_type
from penstock.errors import InvalidDefinitionError, ParameterCheckError

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]")


class AssetKey:
    """The identity of an asset: one or more text parts.

    Args:
        path: One part as text, or a sequence of parts.

    Raises:
        InvalidDefinitionError: The key is empty or a part is not text.

    Example:
        >>> AssetKey(["raw", "orders"]).to_user_string()
        'raw/orders'
    """

    __slots__ = ("_escaped", "_hash", "parts")

    parts: tuple[str, ...]

    def __init__(self, path: str | Sequence[str]) -> None:
        parts = (path,) if isinstance(path, str) else tuple(path)
        if not parts:
            raise InvalidDefinitionError("An asset key needs at least one part.")
        for part in parts:
            if not isinstance(part, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidDefinitionError(
                    f"The parts of an asset key must be text, not {parts!r}."
                )
        self.parts = parts
        self._hash = hash(parts)
        escaped = parts[0] if len(parts) == 1 else "/".join(parts)
        if "\\" in escaped or escaped.count("/") != len(parts) - 1:
            escaped = "/".join(p.replace("\\", "\\\\").replace("/", "\\/") for p in parts)
        self._escaped = escaped

    @property
    def path(self) -> list[str]:
        """The parts, as a list."""
        return list(self.parts)

    @property
    def name(self) -> str:
        """The last part."""
        return self.parts[-1]

    def to_user_string(self) -> str:
        """Return the parts joined by `/`, as people write them."""
        return "/".join(self.parts)

    def to_escaped_user_string(self) -> str:
        """Return the parts joined by `/`, with slashes inside parts escaped; always round-trips."""
        return self._escaped

    def to_python_identifier(self, suffix: str | None = None) -> str:
        """Return a valid Python identifier made of the parts, with an optional suffix."""
        parts = (*self.parts, suffix) if suffix else self.parts
        return _NOT_IN_NAMES.sub("_", "__".join(parts))

    def to_db_string(self) -> str:
        """Return the parts as a JSON list."""
        return json.dumps(list(self.parts))

    def to_string(self) -> str:
        """Return the parts as a JSON list."""
        return self.to_db_string()

    @staticmethod
    def from_user_string(text: str) -> AssetKey:
        """Read a key as people write it: parts separated by `/`."""
        return AssetKey(text.split("/"))

    @staticmethod
    def from_escaped_user_string(text: str) -> AssetKey:
        """Read the escaped form."""
        if "\\" not in text:
            return AssetKey(text.split("/"))
        parts = re.findall(r"(?:^|/)((?:\\.|[^\\/])*)", text)
        return AssetKey([re.sub(r"\\(.)", r"\1", part) for part in parts])

    @staticmethod
    def from_coercible(key: CoercibleToAssetKey) -> AssetKey:
        """Make a key of a key, of text (split at `/`), of parts, or of a thing that has a `key`.

        Raises:
            ParameterCheckError: It is none of these.
        """
        if isinstance(key, AssetKey):
            return key
        if isinstance(key, str):
            return AssetKey.from_user_string(key)
        if isinstance(key, (list, tuple)):
            return AssetKey(key)
        raise ParameterCheckError(f"{key!r} is not an asset key.")

    @staticmethod
    def from_db_string(text: str | None) -> AssetKey | None:
        """Read a JSON list of parts; None of None."""
        return None if not text else AssetKey(json.loads(text))

    def has_prefix(self, prefix: Sequence[str]) -> bool:
        """Tell whether the first parts are `prefix`."""
        return self.parts[: len(prefix)] == tuple(prefix)

    def with_prefix(self, prefix: str | Sequence[str]) -> AssetKey:
        """Return the key with more parts in front.

        Raises:
            ParameterCheckError: The prefix is neither text nor a sequence of texts.
        """
        if isinstance(prefix, str):
            return AssetKey([prefix, *self.parts])
        if not isinstance(prefix, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ParameterCheckError(
                f"A key prefix is text or a list of texts, not {prefix!r} (for '{self}')."
            )
        return AssetKey([*prefix, *self.parts]) if prefix else self

    def __iter__(self) -> NoReturn:
        raise ParameterCheckError(
            f"The asset key '{self}' is one key, and was looped over like a list of keys. Write "
            "[key] for a list of it; its parts are key.path."
        )

    def __getitem__(self, index: object) -> NoReturn:
        raise ParameterCheckError(
            f"Items are not taken from the asset key '{self}' itself, but from its parts, key.path."
        )

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, AssetKey) and self.parts == other.parts

    def __hash__(self) -> int:
        return self._hash

    def __lt__(self, other: AssetKey) -> bool:
        return self.parts < other.parts

    def __str__(self) -> str:
        return self.to_user_string()

    def __repr__(self) -> str:
        return f"AssetKey({list(self.parts)!r})"

    def __reduce__(self) -> tuple[type[AssetKey], tuple[list[str]]]:
        return AssetKey, (list(self.parts),)


CoercibleToAssetKey = AssetKey | str | Sequence[str]


@dataclass(frozen=True, slots=True)
class AssetCheckKey:
    """The identity of a check: the asset it looks at, and its name there."""

    asset_key: AssetKey
    name: str

    def to_user_string(self) -> str:
        """Return `asset/key:check_name`."""
        return f"{self.asset_key.to_user_string()}:{self.name}"

    def with_asset_key_prefix(self, prefix: str | Sequence[str]) -> AssetCheckKey:
        """Return the key of the same check on the asset under a prefix."""
        return AssetCheckKey(self.asset_key.with_prefix(prefix), self.name)


_DECODED_KEPT = 16_384
"""How many keys are made only once, however many events are read that name them."""

register_text_type(
    AssetKey,
    encode=AssetKey.to_escaped_user_string,
    decode=lru_cache(_DECODED_KEPT)(AssetKey.from_escaped_user_string),
)
