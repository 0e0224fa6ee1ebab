"""`EventLogEntry` and `EventLogRecord`: lines of the event log, views of `StoredEvent`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from penstock.base.codec import decoder, encode
from penstock.base.ids import RunId
from penstock.compat.error_view import ErrorView
from penstock.compat.event_contents import materialization_of
from penstock.compat.event_data import Materialization
from penstock.compat.event_json import Shown, form_of, read_form
from penstock.compat.event_text import describe_event, level_number, level_of_event
from penstock.compat.event_types import DagsterEventType
from penstock.compat.events import DagsterEvent
from penstock.errors import ParameterCheckError, UsageError
from penstock.model import events as native
from penstock.model.events import StoredEvent
from penstock.model.keys import AssetKey

_plain = decoder(dict[str, object])


@dataclass(frozen=True, init=False)
class EventLogEntry:
    """A line of the event log: a view of `StoredEvent`, or a line that is to be stored.

    Attributes:
        stored: The native event with its place in the log; 0 where it has none yet.
        shown_as: A type that it implies.
        job_name: The job of its run; None where that is not known.
    """

    stored: StoredEvent
    shown_as: DagsterEventType | None
    job_name: str | None = field(compare=False)

    def __init__(
        self,
        stored: StoredEvent | None = None,
        shown_as: DagsterEventType | None = None,
        *,
        error_info: ErrorView | None = None,
        level: int | str = 20,
        user_message: str = "",
        run_id: str = "",
        timestamp: float = 0.0,
        step_key: str | None = None,
        job_name: str | None = None,
        dagster_event: DagsterEvent | None = None,
    ) -> None:
        """Make a line; of a stored event, or of what is to be stored.

        Args:
            stored: The native event that it shows; all else is ignored then but `shown_as`.
            shown_as: A type that the event implies.
            error_info: What went wrong; told after the message.
            level: How much it matters: a number of Python's logging module, or its name.
            user_message: What user code says.
            run_id: The run; empty outside any run.
            timestamp: When it was, in seconds since the Unix epoch.
            step_key: The step that it is of.
            job_name: The job of its run, where it is known.
            dagster_event: The event that it tells of; None for a message of user code.

        Raises:
            ParameterCheckError: There is no level of that name.
        """
        if stored is None:
            event: native.AnyEvent
            if dagster_event is not None:
                event, shown_as = dagster_event.native, dagster_event.shown_as
            else:
                told = "" if error_info is None else f"\n{error_info.to_string()}"
                message = f"{user_message}{told}"
                event = native.LogLine(message, level=level_number(level), step=step_key)
            stored = StoredEvent(id=0, run=RunId(run_id) or None, at=timestamp, event=event)
        object.__setattr__(self, "stored", stored)
        object.__setattr__(self, "shown_as", shown_as)
        object.__setattr__(self, "job_name", job_name)

    @property
    def dagster_event(self) -> DagsterEvent | None:
        """The event, unless the line is a message of user code."""
        if isinstance(self.stored.event, native.LogLine):
            return None
        return DagsterEvent(self.stored, self.shown_as, job_name=self.job_name)

    @property
    def run_id(self) -> str:
        """The id of the run; empty outside any run."""
        return self.stored.run or ""

    @property
    def timestamp(self) -> float:
        """When it was recorded, in seconds since the Unix epoch."""
        return self.stored.at

    @property
    def step_key(self) -> str | None:
        """The step that it is of."""
        return getattr(self.stored.event, "step", None)

    @property
    def level(self) -> int:
        """How much it matters, as a number of Python's logging module."""
        return level_of_event(self.stored.event)

    @property
    def is_dagster_event(self) -> bool:
        """Whether it tells of an event, and is no message of user code."""
        return self.dagster_event is not None

    def get_dagster_event(self) -> DagsterEvent:
        """Return the event that it tells of.

        Raises:
            ParameterCheckError: It is a message of user code.
        """
        event = self.dagster_event
        if event is None:
            raise ParameterCheckError("This line of the event log is a message of user code.")
        return event

    @property
    def dagster_event_type(self) -> DagsterEventType | None:
        """The type of the event that it tells of."""
        event = self.dagster_event
        return None if event is None else event.event_type

    @property
    def error_info(self) -> ErrorView | None:
        """What went wrong, where it tells of an error."""
        error = getattr(self.stored.event, "error", None)
        return ErrorView(error) if isinstance(error, native.ErrorInfo) else None

    @property
    def asset_materialization(self) -> Materialization | None:
        """What was made, if something was."""
        event = self.stored.event
        return materialization_of(event) if isinstance(event, native.AssetMaterialized) else None

    @property
    def asset_observation(self) -> Materialization | None:
        """What was observed, if something was."""
        event = self.stored.event
        return materialization_of(event) if isinstance(event, native.AssetObserved) else None

    @property
    def message(self) -> str:
        """The line in words."""
        return describe_event(self.stored.event)

    user_message = message

    def to_json(self) -> str:
        """Return the line as JSON text, for `from_json`."""
        shown = Shown(self.stored, self.shown_as, self.job_name)
        return encode(form_of(shown)).decode()

    @staticmethod
    def from_json(json_str: str) -> EventLogEntry:
        """Read what `to_json` returned.

        Raises:
            UsageError: The text is something else.
        """
        try:
            fields = _plain.decode(json_str.encode())
        except msgspec.DecodeError as error:
            raise UsageError(f"This is not the text of an event: {error}.") from error
        shown = read_form(fields)
        return EventLogEntry(shown.stored, shown.shown_as, job_name=shown.job_name)

    @property
    def tags(self) -> Mapping[str, str]:
        """What says where it is from: the run, its job, the step and its op."""
        event = self.dagster_event
        return {} if event is None else event.logging_tags


@dataclass(frozen=True, slots=True)
class EventLogRecord:
    """A line of the event log with its id; a view of `StoredEvent`."""

    storage_id: int
    event_log_entry: EventLogEntry

    @property
    def run_id(self) -> str:
        """The id of the run; empty outside any run."""
        return self.event_log_entry.run_id

    @property
    def timestamp(self) -> float:
        """When it was recorded, in seconds since the Unix epoch."""
        return self.event_log_entry.timestamp

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that it is about."""
        return getattr(self.event_log_entry.stored.event, "asset", None)

    @property
    def partition_key(self) -> str | None:
        """The partition that it is about."""
        return getattr(self.event_log_entry.stored.event, "partition", None)

    @property
    def asset_materialization(self) -> Materialization | None:
        """What was made, if something was."""
        return self.event_log_entry.asset_materialization

    @property
    def asset_observation(self) -> Materialization | None:
        """What was observed, if something was."""
        return self.event_log_entry.asset_observation

    @property
    def asset_event(self) -> Materialization | None:
        """What was made or observed, if something was."""
        return self.asset_materialization or self.asset_observation

    @property
    def event_type(self) -> DagsterEventType | None:
        """The type of the event; None for a message of user code."""
        return self.event_log_entry.dagster_event_type
