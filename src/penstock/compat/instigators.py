"""`InstigatorState`, `TickData` and `InstigatorTick`: views of `model.tick`.

In Dagster an instigator has an origin and a selector, each with an id. Here it has one id, made of
its code location and its name, and it answers to both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from penstock.base.clock import Instant
from penstock.base.ids import InstigatorId, RunId, TickId
from penstock.compat.error_view import ErrorView
from penstock.model import tick as native
from penstock.model.tick import InstigatorKind, InstigatorRecord, TickRecord, TickStatus


class InstigatorType(Enum):
    """What starts runs by itself."""

    SCHEDULE = "SCHEDULE"
    SENSOR = "SENSOR"
    AUTO_MATERIALIZE = "AUTO_MATERIALIZE"


class InstigatorStatus(Enum):
    """Whether an instigator is on; DECLARED_IN_CODE leaves that to its definition."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
    DECLARED_IN_CODE = "DECLARED_IN_CODE"
    AUTOMATICALLY_RUNNING = "AUTOMATICALLY_RUNNING"


_KINDS: Mapping[InstigatorType, InstigatorKind] = {
    InstigatorType.SCHEDULE: InstigatorKind.SCHEDULE,
    InstigatorType.SENSOR: InstigatorKind.SENSOR,
    InstigatorType.AUTO_MATERIALIZE: InstigatorKind.AUTOMATION,
}
_TYPES = {kind: instigator_type for instigator_type, kind in _KINDS.items()}
_STATUSES: Mapping[InstigatorStatus, native.InstigatorStatus] = {
    InstigatorStatus.RUNNING: native.InstigatorStatus.RUNNING,
    InstigatorStatus.STOPPED: native.InstigatorStatus.STOPPED,
    InstigatorStatus.DECLARED_IN_CODE: native.InstigatorStatus.DECLARED_RUNNING,
    InstigatorStatus.AUTOMATICALLY_RUNNING: native.InstigatorStatus.DECLARED_RUNNING,
}
_SHOWN: Mapping[native.InstigatorStatus, InstigatorStatus] = {
    native.InstigatorStatus.RUNNING: InstigatorStatus.RUNNING,
    native.InstigatorStatus.STOPPED: InstigatorStatus.STOPPED,
    native.InstigatorStatus.DECLARED_RUNNING: InstigatorStatus.DECLARED_IN_CODE,
}


def instigator_id(location: str, name: str) -> InstigatorId:
    """Return the id of the instigator of a name in a code location."""
    return InstigatorId(f"{location}:{name}")


def kind_of_type(instigator_type: InstigatorType) -> InstigatorKind:
    """Return the native kind of a type."""
    return _KINDS[instigator_type]


@dataclass(frozen=True, slots=True)
class InstigatorOrigin:
    """Where an instigator is defined: its code location, and its name there."""

    location_name: str
    instigator_name: str

    def get_id(self) -> str:
        """Return the id of the instigator."""
        return instigator_id(self.location_name, self.instigator_name)


@dataclass(frozen=True, slots=True)
class ScheduleInstigatorData:
    """How far a schedule has come; times are in seconds since the Unix epoch."""

    cron_schedule: str | Sequence[str]
    start_timestamp: Instant | None = None
    last_iteration_timestamp: Instant | None = None


@dataclass(frozen=True, slots=True)
class SensorInstigatorData:
    """How far a sensor has come; times are in seconds since the Unix epoch."""

    last_tick_timestamp: Instant | None = None
    last_run_key: str | None = None
    min_interval: int | None = None
    cursor: str | None = None
    last_tick_start_timestamp: Instant | None = None
    last_sensor_start_timestamp: Instant | None = None
    last_tick_success_timestamp: Instant | None = None


InstigatorData = ScheduleInstigatorData | SensorInstigatorData


@dataclass(frozen=True, slots=True)
class InstigatorState:
    """Whether an instigator is on, and how far it has come.

    Attributes:
        origin: Where it is defined.
        instigator_type: What it is.
        status: Whether it is on.
        instigator_data: How far it has come.
    """

    origin: InstigatorOrigin
    instigator_type: InstigatorType
    status: InstigatorStatus
    instigator_data: InstigatorData | None = None

    @property
    def instigator_name(self) -> str:
        """Its name."""
        return self.origin.instigator_name

    name = instigator_name

    @property
    def instigator_origin_id(self) -> str:
        """Its id."""
        return self.origin.get_id()

    @property
    def selector_id(self) -> str:
        """Its id."""
        return self.origin.get_id()

    @property
    def repository_origin_id(self) -> str:
        """The code location that defines it."""
        return self.origin.location_name

    repository_selector_id = repository_origin_id

    @property
    def is_running(self) -> bool:
        """Whether it is known to be on."""
        return self.status in (InstigatorStatus.RUNNING, InstigatorStatus.AUTOMATICALLY_RUNNING)

    def with_status(self, status: InstigatorStatus) -> InstigatorState:
        """Return the same instigator, on or off."""
        return replace(self, status=status)

    def with_data(self, data: InstigatorData) -> InstigatorState:
        """Return the same instigator, further on."""
        return replace(self, instigator_data=data)

    @classmethod
    def of(cls, record: InstigatorRecord) -> InstigatorState:
        """Show a record."""
        origin = InstigatorOrigin(record.location, record.name)
        return cls(origin, _TYPES[record.kind], _SHOWN[record.status], _data_of(record))

    def to_native(self, *, at: Instant) -> InstigatorRecord:
        """Return the record that stores keep."""
        data = self.instigator_data
        return InstigatorRecord(
            id=InstigatorId(self.origin.get_id()),
            kind=_KINDS[self.instigator_type],
            name=self.origin.instigator_name,
            status=_STATUSES[self.status],
            updated=at,
            location=self.origin.location_name,
            cursor=data.cursor if isinstance(data, SensorInstigatorData) else None,
            body={} if data is None else _body_of(data),
        )


def _body_of(data: InstigatorData) -> dict[str, object]:
    body: dict[str, object] = {}
    for name in data.__slots__:
        value: object = getattr(data, name)
        if value is not None and name != "cursor":
            body[name] = value if isinstance(value, str | int | float) else list(value)  # pyright: ignore[reportArgumentType, reportUnknownArgumentType] - cron lines
    return body


def _data_of(record: InstigatorRecord) -> InstigatorData | None:
    if not record.body and record.cursor is None:
        return None
    if record.kind is InstigatorKind.SCHEDULE:
        known = {n: record.body[n] for n in ScheduleInstigatorData.__slots__ if n in record.body}
        return ScheduleInstigatorData(**{"cron_schedule": "", **known})  # pyright: ignore[reportArgumentType] - as written
    known = {n: record.body[n] for n in SensorInstigatorData.__slots__ if n in record.body}
    return SensorInstigatorData(**{**known, "cursor": record.cursor})  # pyright: ignore[reportArgumentType] - as written


@dataclass(frozen=True, slots=True)
class TickData:
    """What is known of a tick; times are in seconds since the Unix epoch.

    Attributes:
        instigator_origin_id: The instigator.
        instigator_name: Its name.
        instigator_type: What it is.
        status: Where the tick stands.
        timestamp: The time that it is for.
        run_ids: The runs that it asked for.
        run_keys: The keys that they were asked for under.
        error: Why it failed.
        skip_reason: Why nothing was asked for.
        cursor: The instigator's cursor after it.
        origin_run_ids: The runs that it is about, for sensors on runs.
        failure_count: How often it was tried in vain.
        selector_id: The instigator.
        log_key: Where its log is kept.
        end_timestamp: When it ended.
        auto_materialize_evaluation_id: The evaluation that it made.
        reserved_run_ids: Ids of the runs that it will ask for.
        consecutive_failure_count: How many ticks before it failed, one after the other.
        user_interrupted: Whether somebody stopped it.
    """

    instigator_origin_id: str
    instigator_name: str
    instigator_type: InstigatorType
    status: TickStatus
    timestamp: Instant
    run_ids: Sequence[str] = ()
    run_keys: Sequence[str] = ()
    error: ErrorView | None = None
    skip_reason: str | None = None
    cursor: str | None = None
    origin_run_ids: Sequence[str] = ()
    failure_count: int = 0
    selector_id: str | None = None
    log_key: Sequence[str] | None = None
    end_timestamp: Instant | None = None
    auto_materialize_evaluation_id: int | None = None
    reserved_run_ids: Sequence[str] | None = None
    consecutive_failure_count: int = 0
    user_interrupted: bool = False


_IN_BODY = (
    "instigator_name",
    "origin_run_ids",
    "failure_count",
    "log_key",
    "auto_materialize_evaluation_id",
    "reserved_run_ids",
    "consecutive_failure_count",
    "user_interrupted",
)
"""The fields of a tick that the store keeps without looking into them."""


@dataclass(frozen=True, slots=True)
class InstigatorTick:
    """A tick with its id; a view of `TickRecord`."""

    tick_id: str
    tick_data: TickData

    @property
    def instigator_name(self) -> str:
        """The name of the instigator."""
        return self.tick_data.instigator_name

    @property
    def instigator_origin_id(self) -> str:
        """The instigator."""
        return self.tick_data.instigator_origin_id

    @property
    def status(self) -> TickStatus:
        """Where it stands."""
        return self.tick_data.status

    @property
    def timestamp(self) -> Instant:
        """The time that it is for, in seconds since the Unix epoch."""
        return self.tick_data.timestamp

    @property
    def end_timestamp(self) -> Instant | None:
        """When it ended, in seconds since the Unix epoch."""
        return self.tick_data.end_timestamp

    @property
    def run_ids(self) -> Sequence[str]:
        """The runs that it asked for."""
        return self.tick_data.run_ids

    @property
    def run_keys(self) -> Sequence[str]:
        """The keys that they were asked for under."""
        return self.tick_data.run_keys

    @property
    def error(self) -> ErrorView | None:
        """Why it failed."""
        return self.tick_data.error

    @property
    def skip_reason(self) -> str | None:
        """Why nothing was asked for."""
        return self.tick_data.skip_reason

    @property
    def cursor(self) -> str | None:
        """The instigator's cursor after it."""
        return self.tick_data.cursor

    @property
    def is_completed(self) -> bool:
        """Whether it has ended."""
        return self.tick_data.status is not TickStatus.STARTED

    @property
    def is_success(self) -> bool:
        """Whether it ended well."""
        return self.tick_data.status is TickStatus.SUCCESS

    @property
    def is_failure(self) -> bool:
        """Whether it failed."""
        return self.tick_data.status is TickStatus.FAILURE

    def with_status(self, status: TickStatus, **more: object) -> InstigatorTick:
        """Return the same tick at another status, with other fields changed as well."""
        return replace(self, tick_data=replace(self.tick_data, status=status, **more))  # pyright: ignore[reportArgumentType] - by name

    def with_run_info(
        self, run_id: str | None = None, run_key: str | None = None
    ) -> InstigatorTick:
        """Return the same tick with one more run that it asked for."""
        data = self.tick_data
        runs = (*data.run_ids, *([] if run_id is None else [run_id]))
        keys = (*data.run_keys, *([] if run_key is None else [run_key]))
        return replace(self, tick_data=replace(data, run_ids=runs, run_keys=keys))

    def with_cursor(self, cursor: str | None) -> InstigatorTick:
        """Return the same tick with the cursor after it."""
        return replace(self, tick_data=replace(self.tick_data, cursor=cursor))

    def with_reason(self, skip_reason: str | None) -> InstigatorTick:
        """Return the same tick with why nothing was asked for."""
        return replace(self, tick_data=replace(self.tick_data, skip_reason=skip_reason))

    def with_log_key(self, log_key: Sequence[str]) -> InstigatorTick:
        """Return the same tick with where its log is kept."""
        return replace(self, tick_data=replace(self.tick_data, log_key=list(log_key)))

    @classmethod
    def of(cls, record: TickRecord, *, kind: InstigatorKind) -> InstigatorTick:
        """Show a record."""
        more = {name: record.body[name] for name in _IN_BODY if name in record.body}
        data = TickData(
            instigator_origin_id=record.instigator,
            instigator_type=_TYPES[kind],
            status=record.status,
            timestamp=record.at,
            run_ids=record.runs,
            run_keys=record.run_keys,
            error=None if record.error is None else ErrorView(record.error),
            skip_reason=record.reason,
            cursor=record.cursor,
            selector_id=record.instigator,
            end_timestamp=record.ended,
            **{"instigator_name": record.instigator.rpartition(":")[2], **more},  # pyright: ignore[reportArgumentType] - as written
        )
        return cls(record.id, data)

    def to_native(self) -> TickRecord:
        """Return the record that stores keep."""
        data = self.tick_data
        values = {name: getattr(data, name) for name in _IN_BODY}
        body = {n: list(v) if isinstance(v, tuple) else v for n, v in values.items() if v}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - plain data
        return TickRecord(
            id=TickId(self.tick_id),
            instigator=InstigatorId(data.instigator_origin_id),
            status=data.status,
            at=data.timestamp,
            ended=data.end_timestamp,
            runs=tuple(RunId(run) for run in data.run_ids),
            run_keys=tuple(data.run_keys),
            reason=data.skip_reason,
            error=None if data.error is None else data.error.info,
            cursor=data.cursor,
            body={**body, "type": data.instigator_type.value},
        )
