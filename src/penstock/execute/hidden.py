"""Events without secrets: what people read in them is masked before they leave the worker.

Only texts for people are touched: messages, errors, descriptions, metadata. Keys, partitions and
versions stay as they are, as everything is found by them. It is done where the step runs, as only
the process that resolved a secret knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

import msgspec

from penstock.base.secrets import holds_secret, masked
from penstock.execute.protocol import Report
from penstock.model.events import RunEvent, encode_event

T = TypeVar("T")

_FOR_PEOPLE = (
    "message", "reason", "because", "description", "label", "error", "metadata", "verdict",
)  # fmt: skip


def hiding(report: Report) -> Report:
    """Return what reports events with the secrets in them masked."""

    def report_hidden(event: RunEvent) -> None:
        report(hidden(event))

    return report_hidden


def hidden(event: RunEvent) -> RunEvent:
    """Return an event with the secrets in its texts masked; the same one if it has none."""
    if not holds_secret(None) or not holds_secret(encode_event(event).decode()):
        return event
    changes = {
        name: _masked(getattr(event, name))
        for name in event.__struct_fields__
        if name in _FOR_PEOPLE
    }
    return msgspec.structs.replace(event, **changes)


def _masked(value: T) -> T:
    """Mask every text in a value, however deep; its shape stays."""
    found: object = value
    if isinstance(value, str):
        found = masked(value)
    elif isinstance(value, msgspec.Struct):
        changes = {name: _masked(getattr(value, name)) for name in value.__struct_fields__}
        found = msgspec.structs.replace(value, **changes)
    elif isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        found = {_masked(key): _masked(item) for key, item in items}
    elif isinstance(value, list | tuple):
        items = [_masked(item) for item in cast("list[object]", value)]
        found = items if isinstance(value, list) else tuple(items)
    return cast("T", found)
