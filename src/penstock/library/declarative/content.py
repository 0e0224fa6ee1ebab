"""What a file or folder holds, as a version that depends on nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

_DIGEST_BYTES = 16
_CHUNK = 1 << 20


def version_of(path: Path) -> str | None:
    """Return a hash (32 hex digits) of a file's content, or of all files below a folder.

    None if there is nothing. Times and permissions do not count.
    """
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    name = file.relative_to(path).as_posix().encode("utf-8", "surrogateescape")
                    digest.update(b"%d:%s" % (len(name), name))
                    digest.update(b"%d:" % file.stat().st_size)
                    _add(digest, file)
        else:
            _add(digest, path)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size


def digest_of(text: str) -> str:
    """Return a hash (16 hex digits) of a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def _add(digest: hashlib.blake2b, path: Path) -> None:
    for chunk in _chunks(path):
        digest.update(chunk)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
