"""The sensor of automation conditions, and the one that nobody declares."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.define.automation_sensor import implicit_sensor
from penstock.define.sensor import SensorType


@dg.asset
def a() -> None: ...


@dg.asset
def b() -> None: ...


GRAPH = dg.Definitions([a, b]).load().graph
A = dg.AutomationConditionSensorDefinition("of_a", target=[a])
B = dg.AutomationConditionSensorDefinition("of_b", target=[b])


def test_what_no_sensor_covers_has_one_that_is_stopped() -> None:
    made = implicit_sensor([A], GRAPH, conditioned={a.key, b.key})

    assert made is not None
    assert made.name == "default_automation_condition_sensor"
    assert made.default_status is dg.DefaultSensorStatus.STOPPED
    assert made.asset_selection is not None
    assert made.asset_selection.resolve(GRAPH) == {b.key}


def test_there_is_none_where_nothing_with_a_condition_is_left() -> None:
    assert implicit_sensor([], GRAPH, conditioned=set()) is None
    assert implicit_sensor([A], GRAPH, conditioned={a.key}) is None
    assert implicit_sensor([A, B], GRAPH, conditioned={a.key, b.key}) is None


def test_there_is_none_beside_one_of_its_name() -> None:
    own = dg.AutomationConditionSensorDefinition("default_automation_condition_sensor", target=[a])

    assert implicit_sensor([own], GRAPH, conditioned={b.key}) is None


def test_other_sensors_cover_nothing() -> None:
    other = dg.SensorDefinition("other", evaluation_fn=lambda: None, asset_selection=[a])

    assert implicit_sensor([other], GRAPH, conditioned={a.key}) is not None


def test_it_has_no_function_to_evaluate() -> None:
    with pytest.raises(dg.InvalidInvocationError, match="evaluate_automation_conditions"):
        A.evaluate_tick(dg.build_sensor_context())
    with pytest.raises(dg.InvalidInvocationError, match="evaluate_automation_conditions"):
        A()


def test_a_default_condition_needs_the_place_of_user_code() -> None:
    eager = dg.AutomationCondition.eager()

    with pytest.raises(dg.ParameterCheckError, match="use_user_code_server=True"):
        dg.AutomationConditionSensorDefinition("x", target="*", default_condition=eager)

    made = dg.AutomationConditionSensorDefinition(
        "x", target="*", default_condition=eager, use_user_code_server=True
    )
    assert made.sensor_type is SensorType.AUTOMATION
    assert A.sensor_type is SensorType.AUTO_MATERIALIZE
