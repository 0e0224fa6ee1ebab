"""`InstigatorQueries`: what an instance knows of schedules, sensors, their ticks, and daemons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from penstock.base.clock import Clock, Instant
from penstock.base.ids import IdSource, InstigatorId, TickId
from penstock.compat.instigators import (
    InstigatorOrigin,
    InstigatorState,
    InstigatorStatus,
    InstigatorTick,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    kind_of_type,
)
from penstock.errors import InvariantViolationError
from penstock.model.tick import InstigatorKind, TickRecord, TickStatus
from penstock.store.protocol import Store


class NamedInstigator(Protocol):
    """A schedule or a sensor, whoever's class it is; it may also say its `location_name`."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


class InstigatorQueries:
    """The part of the instance that keeps what starts runs by itself."""

    store: Store
    clock: Clock
    ids: IdSource

    def start_schedule(self, remote_schedule: NamedInstigator) -> InstigatorState:
        """Turn a schedule on."""
        return self._put_schedule(remote_schedule, InstigatorStatus.RUNNING)

    def stop_schedule(
        self,
        schedule_origin_id: str,
        schedule_selector_id: str | None = None,
        remote_schedule: NamedInstigator | None = None,
    ) -> InstigatorState:
        """Turn a schedule off.

        Args:
            schedule_origin_id: Its id.
            schedule_selector_id: Its id.
            remote_schedule: The schedule itself, for one that nothing is known of yet.

        Raises:
            InvariantViolationError: Nothing is known of it.
        """
        known = self.get_instigator_state(schedule_origin_id, schedule_selector_id)
        if known is None and remote_schedule is not None:
            return self._put_schedule(remote_schedule, InstigatorStatus.STOPPED)
        return self._stop(known, schedule_origin_id)

    def reset_schedule(self, remote_schedule: NamedInstigator) -> InstigatorState:
        """Leave it to a schedule's definition whether it is on."""
        return self._put_schedule(remote_schedule, InstigatorStatus.DECLARED_IN_CODE)

    def start_sensor(self, remote_sensor: NamedInstigator) -> InstigatorState:
        """Turn a sensor on; it goes on where it stopped."""
        return self._put_sensor(remote_sensor, InstigatorStatus.RUNNING)

    def stop_sensor(
        self,
        instigator_origin_id: str,
        selector_id: str | None = None,
        remote_sensor: NamedInstigator | None = None,
    ) -> InstigatorState:
        """Turn a sensor off.

        Args:
            instigator_origin_id: Its id.
            selector_id: Its id.
            remote_sensor: The sensor itself, for one that nothing is known of yet.

        Raises:
            InvariantViolationError: Nothing is known of it.
        """
        known = self.get_instigator_state(instigator_origin_id, selector_id)
        if known is None and remote_sensor is not None:
            return self._put_sensor(remote_sensor, InstigatorStatus.STOPPED)
        return self._stop(known, instigator_origin_id)

    def reset_sensor(self, remote_sensor: NamedInstigator) -> InstigatorState:
        """Leave it to a sensor's definition whether it is on."""
        return self._put_sensor(remote_sensor, InstigatorStatus.DECLARED_IN_CODE)

    def all_instigator_state(
        self,
        repository_origin_id: str | None = None,
        repository_selector_id: str | None = None,
        instigator_type: InstigatorType | None = None,
        instigator_statuses: AbstractSet[InstigatorStatus] | None = None,
    ) -> list[InstigatorState]:
        """Return what is known of instigators.

        Args:
            repository_origin_id: Only those of this code location.
            repository_selector_id: Only those of this code location.
            instigator_type: Only those of this type.
            instigator_statuses: Only those with one of these statuses.
        """
        kind = None if instigator_type is None else kind_of_type(instigator_type)
        location = repository_origin_id or repository_selector_id
        states = (InstigatorState.of(record) for record in self.store.instigators(kind=kind))
        return [
            state
            for state in states
            if (location is None or state.origin.location_name == location)
            and (not instigator_statuses or state.status in instigator_statuses)
        ]

    def get_instigator_state(
        self, origin_id: str, selector_id: str | None = None
    ) -> InstigatorState | None:
        """Return what is known of an instigator; None if that is nothing."""
        record = self.store.instigator(InstigatorId(selector_id or origin_id))
        return None if record is None else InstigatorState.of(record)

    def add_instigator_state(self, state: InstigatorState) -> InstigatorState:
        """Keep what is known of a new instigator.

        Raises:
            InvariantViolationError: Something is known of it.
        """
        if self.get_instigator_state(state.instigator_origin_id) is not None:
            raise InvariantViolationError(
                f"Instigator '{state.name}' is known already. Use update_instigator_state."
            )
        return self._put(state)

    def update_instigator_state(self, state: InstigatorState) -> InstigatorState:
        """Keep what is known of an instigator now.

        Raises:
            InvariantViolationError: Nothing is known of it.
        """
        if self.get_instigator_state(state.instigator_origin_id) is None:
            raise InvariantViolationError(
                f"Nothing is known of instigator '{state.name}'. Use add_instigator_state."
            )
        return self._put(state)

    def delete_instigator_state(self, origin_id: str, selector_id: str | None = None) -> None:
        """Forget an instigator; its ticks stay."""
        self.store.delete_instigator(InstigatorId(selector_id or origin_id))

    def create_tick(self, tick_data: TickData) -> InstigatorTick:
        """Record a tick."""
        tick = InstigatorTick(self.ids.new_id(), tick_data)
        self.store.put_tick(tick.to_native())
        return tick

    def update_tick(self, tick: InstigatorTick) -> InstigatorTick:
        """Record where a tick stands now."""
        self.store.put_tick(tick.to_native())
        return tick

    def get_ticks(
        self,
        origin_id: str,
        selector_id: str | None = None,
        before: Instant | None = None,
        after: Instant | None = None,
        limit: int | None = None,
        statuses: Sequence[TickStatus] | None = None,
    ) -> list[InstigatorTick]:
        """Return the ticks of an instigator, newest first.

        Args:
            origin_id: The instigator.
            selector_id: The instigator.
            before: Only ticks for a time before, in seconds since the Unix epoch.
            after: Only ticks for a time after.
            limit: How many at most.
            statuses: Only ticks that stand at one of these.
        """
        found = self.store.ticks(
            InstigatorId(selector_id or origin_id),
            before=before,
            after=after,
            limit=limit,
            statuses=statuses,
        )
        return [_tick(record) for record in found]

    def get_batch_ticks(
        self,
        selector_ids: Iterable[str],
        limit: int | None = None,
        statuses: Sequence[TickStatus] | None = None,
    ) -> dict[str, list[InstigatorTick]]:
        """Return the ticks of several instigators, newest first, at most `limit` of each."""
        return {
            each: self.get_ticks(each, each, limit=limit, statuses=statuses)
            for each in selector_ids
        }

    def get_tick(
        self, origin_id: str, selector_id: str | None, timestamp: Instant
    ) -> InstigatorTick | None:
        """Return the tick of an instigator for a time; None if there is none within a second."""
        found = self.get_ticks(
            origin_id, selector_id, before=timestamp + 1, after=timestamp - 1, limit=1
        )
        return found[0] if found else None

    def tick_by_id(self, tick_id: str) -> InstigatorTick | None:
        """Return a tick; None if there is none of that id."""
        record = self.store.tick(TickId(tick_id))
        return None if record is None else _tick(record)

    def purge_ticks(
        self,
        origin_id: str,
        selector_id: str | None = None,
        before: Instant = 0.0,
        tick_statuses: Sequence[TickStatus] | None = None,
    ) -> None:
        """Forget ticks of an instigator.

        Args:
            origin_id: The instigator.
            selector_id: The instigator.
            before: Only ticks for a time before, in seconds since the Unix epoch.
            tick_statuses: Only ticks that stand at one of these; all if None.
        """
        instigator = InstigatorId(selector_id or origin_id)
        statuses = tuple(TickStatus) if tick_statuses is None else tick_statuses
        self.store.purge_ticks(instigator, statuses=statuses, before=before)

    def _stop(self, known: InstigatorState | None, origin_id: str) -> InstigatorState:
        if known is None:
            raise InvariantViolationError(
                f"Nothing is known of instigator '{origin_id}'. Hand in its definition as well, or "
                "start it first."
            )
        return self._put(known.with_status(InstigatorStatus.STOPPED))

    def _put_schedule(self, schedule: NamedInstigator, status: InstigatorStatus) -> InstigatorState:
        crons: str | Sequence[str] = getattr(schedule, "cron_schedule", "")
        started = self.clock.now() if status is InstigatorStatus.RUNNING else None
        data = ScheduleInstigatorData(crons, started)
        origin = _origin_of(schedule)
        return self._put(InstigatorState(origin, InstigatorType.SCHEDULE, status, data))

    def _put_sensor(self, sensor: NamedInstigator, status: InstigatorStatus) -> InstigatorState:
        origin = _origin_of(sensor)
        known = self.get_instigator_state(origin.get_id())
        before = None if known is None else known.instigator_data
        cursor = before.cursor if isinstance(before, SensorInstigatorData) else None
        started = self.clock.now() if status is InstigatorStatus.RUNNING else None
        data = SensorInstigatorData(
            min_interval=_interval_of(sensor), cursor=cursor, last_sensor_start_timestamp=started
        )
        return self._put(InstigatorState(origin, InstigatorType.SENSOR, status, data))

    def _put(self, state: InstigatorState) -> InstigatorState:
        self.store.put_instigator(state.to_native(at=self.clock.now()))
        return state


def _origin_of(instigator: NamedInstigator) -> InstigatorOrigin:
    location: object = getattr(instigator, "location_name", "")
    return InstigatorOrigin(location if isinstance(location, str) else "", instigator.name)


def _interval_of(sensor: NamedInstigator) -> int | None:
    interval: object = getattr(sensor, "minimum_interval_seconds", None)
    return interval if isinstance(interval, int) else None


_KINDS: Mapping[str, InstigatorKind] = {each.value: kind_of_type(each) for each in InstigatorType}


def _tick(record: TickRecord) -> InstigatorTick:
    kind = _KINDS.get(str(record.body.get("type")), InstigatorKind.SENSOR)
    return InstigatorTick.of(record, kind=kind)
