"""Asset sensors: called once for the newest materialization since the cursor."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.define.run_request import RunRequest
from penstock.define.sensor import SensorType

KEY = dg.AssetKey("orders")


@dg.asset
def orders() -> None: ...


@dg.job
def load() -> None: ...


@dg.asset_sensor(asset_key=KEY, job=load)
def on_orders(context: dg.SensorEvaluationContext, event: dg.EventLogEntry) -> RunRequest:
    return RunRequest(tags={"asset": str(event.dagster_event.asset_key)})  # pyright: ignore[reportOptionalMemberAccess]


def test_there_is_nothing_to_do_before_the_first_materialization() -> None:
    with dg.instance_for_test() as instance:
        data = on_orders.evaluate_tick(dg.build_sensor_context(instance))

    assert data.skip_message == (
        "Asset 'orders' has no materialization that the sensor did not see."
    )
    assert data.cursor is None


def test_two_materializations_between_ticks_give_one_call() -> None:
    with dg.instance_for_test() as instance:
        dg.materialize([orders], instance=instance)
        dg.materialize([orders], instance=instance)
        first = on_orders.evaluate_tick(dg.build_sensor_context(instance))
        second = on_orders.evaluate_tick(dg.build_sensor_context(instance, cursor=first.cursor))

    assert [request.tags["asset"] for request in first.run_requests] == ["orders"]
    assert not second.run_requests
    assert second.cursor == first.cursor


def test_the_cursor_moves_even_if_nothing_is_returned() -> None:
    quiet = dg.asset_sensor(asset_key=KEY, job=load, name="quiet")(lambda: None)

    with dg.instance_for_test() as instance:
        dg.materialize([orders], instance=instance)
        data = quiet.evaluate_tick(dg.build_sensor_context(instance))

    assert data.cursor is not None


def test_the_function_sets_no_cursor() -> None:
    own = dg.asset_sensor(asset_key=KEY, job=load, name="own")(
        lambda context, event: dg.SensorResult(cursor="x")
    )

    with dg.instance_for_test() as instance:
        dg.materialize([orders], instance=instance)

        with pytest.raises(
            dg.InvariantViolationError, match="an asset sensor sets its cursor itself"
        ):
            own.evaluate_tick(dg.build_sensor_context(instance))


def test_the_key_must_be_one() -> None:
    with pytest.raises(dg.ParameterCheckError, match="asset_key must be an AssetKey"):
        dg.asset_sensor(asset_key="orders", job=load)(lambda: None)  # pyright: ignore[reportArgumentType]


def test_its_kind() -> None:
    assert on_orders.sensor_type is SensorType.ASSET
