"""Names of nodes: short hashes that follow from what a node is and where it stands."""

from __future__ import annotations

import hashlib


def hashed(*parts: object) -> str:
    """Return 32 hex digits that differ between lists of parts that differ."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
