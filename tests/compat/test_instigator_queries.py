"""Schedules, sensors, their ticks; signs of life of daemons; cursors."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from penstock.compat.daemons import DaemonHeartbeat
from penstock.compat.error_view import ErrorView
from penstock.compat.instigators import (
    InstigatorOrigin,
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
)
from penstock.errors import InvariantViolationError
from penstock.instance import Instance
from penstock.model.events import ErrorInfo
from penstock.model.tick import TickStatus

START = 1_700_000_000.0
SENSOR = "shop:watch"


@dataclass
class Schedule:
    name: str = "daily"
    location_name: str = "shop"
    cron_schedule: str = "0 4 * * *"


@dataclass
class Sensor:
    name: str = "watch"
    location_name: str = "shop"
    minimum_interval_seconds: int = 60


def _tick(instance: Instance, at: float, status: TickStatus = TickStatus.SUCCESS, **more: object):
    return instance.create_tick(
        TickData(SENSOR, "watch", InstigatorType.SENSOR, status, at, **more)
    )


def test_a_schedule_is_turned_on_and_off_and_left_to_its_definition(any_instance):
    started = any_instance.start_schedule(Schedule())
    stopped = any_instance.stop_schedule("shop:daily", "shop:daily", Schedule())
    reset = any_instance.reset_schedule(Schedule())

    assert started == InstigatorState(
        InstigatorOrigin("shop", "daily"),
        InstigatorType.SCHEDULE,
        InstigatorStatus.RUNNING,
        ScheduleInstigatorData("0 4 * * *", START),
    )
    assert (started.is_running, stopped.is_running) == (True, False)
    assert stopped == started.with_status(InstigatorStatus.STOPPED)
    assert reset.status is InstigatorStatus.DECLARED_IN_CODE
    assert any_instance.get_instigator_state("shop:daily") == reset


def test_a_sensor_goes_on_where_it_stopped(any_instance):
    state = any_instance.start_sensor(Sensor())
    any_instance.update_instigator_state(state.with_data(SensorInstigatorData(cursor="row 7")))

    any_instance.stop_sensor(SENSOR, SENSOR, Sensor())
    again = any_instance.start_sensor(Sensor())

    assert again.instigator_data == SensorInstigatorData(
        min_interval=60, cursor="row 7", last_sensor_start_timestamp=START
    )
    assert any_instance.reset_sensor(Sensor()).status is InstigatorStatus.DECLARED_IN_CODE


def test_what_is_not_known_can_be_turned_off_with_its_definition_only(any_instance):
    assert any_instance.stop_sensor(SENSOR, SENSOR, Sensor()).status is InstigatorStatus.STOPPED
    with pytest.raises(InvariantViolationError, match="Nothing is known of instigator 'x:y'"):
        any_instance.stop_schedule("x:y")


def test_states_are_listed_by_location_type_and_status(any_instance):
    daily = any_instance.start_schedule(Schedule())
    other = any_instance.start_schedule(Schedule(location_name="other"))
    watch = any_instance.reset_sensor(Sensor())

    def listed(**wanted: object):
        return any_instance.all_instigator_state(**wanted)

    assert listed() == [other, daily, watch]
    assert listed(repository_origin_id="shop") == [daily, watch]
    assert listed(instigator_type=InstigatorType.SENSOR) == [watch]
    assert listed(instigator_statuses={InstigatorStatus.RUNNING}) == [other, daily]


def test_a_state_is_added_once_and_updated_once_it_is_there(any_instance):
    state = InstigatorState(
        InstigatorOrigin("shop", "watch"), InstigatorType.SENSOR, InstigatorStatus.RUNNING
    )

    with pytest.raises(InvariantViolationError, match="Use add_instigator_state"):
        any_instance.update_instigator_state(state)
    any_instance.add_instigator_state(state)
    with pytest.raises(InvariantViolationError, match="Use update_instigator_state"):
        any_instance.add_instigator_state(state)

    assert any_instance.get_instigator_state(SENSOR) == state
    any_instance.delete_instigator_state(SENSOR, SENSOR)
    assert any_instance.get_instigator_state(SENSOR) is None


def test_ticks_come_newest_first_and_are_kept_whole(any_instance):
    error = ErrorView(ErrorInfo("ValueError", "bad row"))
    failed = _tick(
        any_instance,
        START + 10,
        TickStatus.FAILURE,
        error=error,
        cursor="row 7",
        failure_count=2,
        log_key=["shop", "watch"],
        origin_run_ids=["r1"],
        selector_id=SENSOR,
    )
    skipped = _tick(any_instance, START + 20, TickStatus.SKIPPED, skip_reason="Nothing new.")
    begun = _tick(any_instance, START + 30, TickStatus.STARTED)

    ended = any_instance.update_tick(
        begun.with_status(TickStatus.SUCCESS, end_timestamp=START + 31).with_run_info("r2", "key")
    )

    assert [tick.tick_id for tick in any_instance.get_ticks(SENSOR, SENSOR)] == [
        ended.tick_id,
        skipped.tick_id,
        failed.tick_id,
    ]
    found = any_instance.tick_by_id(failed.tick_id)
    assert (found.error, found.cursor, found.tick_data.failure_count) == (error, "row 7", 2)
    assert found.tick_data.log_key == ["shop", "watch"]
    assert found.instigator_name == "watch"
    newest = any_instance.get_tick(SENSOR, SENSOR, START + 30)
    assert (newest.run_ids, newest.run_keys, newest.end_timestamp) == (
        ("r2",),
        ("key",),
        START + 31,
    )
    assert (begun.is_completed, newest.is_completed, newest.is_success) == (False, True, True)


def test_ticks_are_found_by_time_and_status_and_forgotten_so(any_instance):
    for n, status in enumerate((TickStatus.SKIPPED, TickStatus.SUCCESS, TickStatus.SKIPPED)):
        _tick(any_instance, START + n, status)

    def times(**wanted: object) -> list[float]:
        return [t.timestamp - START for t in any_instance.get_ticks(SENSOR, SENSOR, **wanted)]

    assert times(before=START + 2, after=START) == [1]
    assert times(statuses=[TickStatus.SKIPPED], limit=1) == [2]
    assert list(any_instance.get_batch_ticks([SENSOR], limit=1)) == [SENSOR]
    any_instance.purge_ticks(SENSOR, SENSOR, START + 2, [TickStatus.SKIPPED])
    assert times() == [2, 1]
    any_instance.schedule_storage.purge_ticks(SENSOR, SENSOR, before=START + 9)
    assert times() == []


def test_a_daemon_is_healthy_as_long_as_it_gives_signs_of_life(any_instance):
    def health(daemon_type: str) -> bool | None:
        return any_instance.get_daemon_statuses()[daemon_type].healthy

    broken = [ErrorView(ErrorInfo("ValueError", "bad"))]
    any_instance.add_daemon_heartbeat(DaemonHeartbeat(START, "SENSOR", "host:1", []))
    any_instance.add_daemon_heartbeat(DaemonHeartbeat(START, "SCHEDULER", "host:1", broken))

    assert any_instance.get_daemon_heartbeats()["SCHEDULER"].errors == broken
    assert (health("SENSOR"), health("SCHEDULER"), health("BACKFILL")) == (True, False, False)
    any_instance.clock.sleep(1831)
    assert health("SENSOR") is False
    assert any_instance.get_daemon_statuses(["X"])["X"].required is False
    any_instance.wipe_daemon_heartbeats()
    assert any_instance.get_daemon_heartbeats() == {}


def test_cursors_of_duties_are_kept(any_instance):
    any_instance.run_storage.set_cursor_values({"sensor": "7", "schedule": "8"})

    found = any_instance.daemon_cursor_storage.get_cursor_values({"sensor", "other"})

    assert found == {"sensor": "7"}


def test_the_schedules_can_be_forgotten_with_their_ticks(any_instance):
    any_instance.start_sensor(Sensor())
    _tick(any_instance, START)

    any_instance.schedule_storage.wipe()

    assert any_instance.all_instigator_state() == []
    assert any_instance.get_ticks(SENSOR) == []
