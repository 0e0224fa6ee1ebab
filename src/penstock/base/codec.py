"""The one way to turn values into bytes and back: msgspec JSON.

Owns nothing but the encoder. A type that msgspec does not know offers a text form by registering
itself with `register_text_type`; on the wire it is that text. Closed unions of tagged Structs are
the registry of what can be persisted, so there is no list of classes here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")

_to_text: dict[type, Callable[[object], str]] = {}
_from_text: dict[type, Callable[[str], object]] = {}


def register_text_type(
    kind: type[T], *, encode: Callable[[T], str], decode: Callable[[str], T]
) -> None:
    """Let values of `kind` travel as text."""
    _to_text[kind] = encode  # pyright: ignore[reportArgumentType] - keyed by its own type
    _from_text[kind] = decode


def _encode_hook(value: object) -> str:
    encode = _to_text.get(type(value))
    if encode is None:
        if isinstance(value, str):
            return str(value)
        raise NotImplementedError(f"{type(value).__name__} cannot be stored")
    return encode(value)


def _decode_hook(kind: type, value: object) -> object:
    if kind is object:
        return value
    decode = _from_text.get(kind)
    if decode is None or not isinstance(value, str):
        raise NotImplementedError(f"{kind.__name__} cannot be read from {value!r}")
    return decode(value)


_encoder = msgspec.json.Encoder(enc_hook=_encode_hook)
_sorted_encoder = msgspec.json.Encoder(enc_hook=_encode_hook, order="sorted")


def encode(value: object) -> bytes:
    """Encode a value as compact JSON."""
    return _encoder.encode(value)


def encode_sorted(value: object) -> bytes:
    """Encode a value as JSON with sorted keys, for hashing and golden files."""
    return _sorted_encoder.encode(value)


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Make a reusable decoder of JSON into one type.

    Its `decode(data)` raises `msgspec.ValidationError`, with the path of the fault, where the data
    does not fit the type.
    """
    return msgspec.json.Decoder(kind, dec_hook=_decode_hook)
