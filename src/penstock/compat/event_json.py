"""Lines of the event log as plain data, and back: for texts that leave the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

from penstock.base.codec import decoder, encode
from penstock.base.ids import RunId
from penstock.compat.event_types import DagsterEventType
from penstock.errors import UsageError
from penstock.model import events as native
from penstock.model.events import StoredEvent, decode_event, encode_event

_plain = decoder(dict[str, object])


class Shown(NamedTuple):
    """A native event, the type that it is shown as, and the job of its run."""

    stored: StoredEvent
    shown_as: DagsterEventType | None
    job_name: str | None


def form_of(shown: Shown) -> dict[str, object]:
    """Return a line as plain data."""
    stored = shown.stored
    return {
        "id": stored.id,
        "run": stored.run,
        "at": stored.at,
        "event": _plain.decode(encode_event(stored.event)),
        "shown_as": None if shown.shown_as is None else shown.shown_as.value,
        "job_name": shown.job_name,
    }


def read_form(fields: Mapping[str, object]) -> Shown:
    """Read what `form_of` returned; of an event that Dagster wrote, what can be told of it.

    An event of a kind that a newer version writes is kept as it is.

    Raises:
        UsageError: It is neither.
    """
    if "event_type_value" in fields:
        return _of_dagster(fields)
    try:
        event = cast("Mapping[str, object]", fields["event"])
        shown_as = fields.get("shown_as")
        stored = StoredEvent(
            id=int(cast("int", fields["id"])),
            run=cast("RunId | None", fields["run"]),
            at=float(cast("float", fields["at"])),
            event=decode_event(str(event["kind"]), encode(event)),
        )
        return Shown(
            stored,
            None if shown_as is None else DagsterEventType(shown_as),
            cast("str | None", fields.get("job_name")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"The text of an event is not whole: {error!r}.") from error


def _of_dagster(fields: Mapping[str, object]) -> Shown:
    """Return a remark that says of an event of Dagster what its text says."""
    kind, said = str(fields["event_type_value"]), fields.get("message")
    data = fields.get("event_specific_data")
    missing = (
        f"there is no class '{cast('Mapping[str, object]', data).get('__class__')}' to read its "
        "data with"
        if isinstance(data, Mapping)
        else f"'{kind}' is no type of event that can be read so"
    )
    event = native.Remark(
        f'An event of type {kind}, which another program wrote, says: "{said or ""}"',
        step=cast("str | None", fields.get("step_key")),
        error=native.ErrorInfo("UsageError", f"The event cannot be read whole: {missing}."),
    )
    job = fields.get("job_name") or fields.get("pipeline_name")
    stored = StoredEvent(id=0, run=None, at=0.0, event=event)
    return Shown(stored, None, None if job is None else str(job))
