"""Multi-asset sensors: what is new, what was passed over, and how the cursors move."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.define.multi_asset_cursor import AssetCursor, read_cursor, write_cursor
from penstock.instance import Instance

A = dg.AssetKey("a")
B = dg.AssetKey("b")
DAYS = dg.DailyPartitionsDefinition("2024-01-01")


@dg.asset
def a() -> None: ...


@dg.asset
def b() -> None: ...


@dg.asset(partitions_def=DAYS)
def daily() -> None: ...


@dg.asset(partitions_def=DAYS, deps=[daily])
def below() -> None: ...


@dg.job
def load() -> None: ...


DEFS = dg.Definitions([a, b, daily, below], jobs=[load])


def context(
    instance: Instance, *assets: dg.AssetKey, cursor: str | None = None
) -> dg.MultiAssetSensorEvaluationContext:
    return dg.build_multi_asset_sensor_context(
        monitored_assets=list(assets), instance=instance, definitions=DEFS, cursor=cursor
    )


def make(instance: Instance, *days: str) -> None:
    for day in days:
        dg.materialize([daily], partition_key=day, instance=instance)


def test_assets_without_news_are_none() -> None:
    with dg.instance_for_test() as instance:
        dg.materialize([a], instance=instance)
        found = context(instance, A, B).latest_materialization_records_by_key()

    assert found[A] is not None
    assert found[B] is None


def test_what_was_handled_is_not_new_again() -> None:
    with dg.instance_for_test() as instance:
        dg.materialize([a], instance=instance)
        first = context(instance, A)
        first.advance_all_cursors()
        second = context(instance, A, cursor=first.cursor)

        assert second.latest_materialization_records_by_key() == {A: None}


def test_a_partition_that_was_passed_over_stays_new() -> None:
    with dg.instance_for_test() as instance:
        make(instance, "2024-01-05", "2024-01-10", "2024-01-10")
        first = context(instance, daily.key)
        found = first.latest_materialization_records_by_partition(daily.key)
        first.advance_cursor({daily.key: found["2024-01-10"]})
        second = context(instance, daily.key, cursor=first.cursor)
        left = second.latest_materialization_records_by_partition(daily.key)

        assert list(found) == ["2024-01-05", "2024-01-10"]
        assert list(left) == ["2024-01-05"]
        assert second.get_cursor_partition(daily.key) == "2024-01-10"


def test_partitions_up_to_the_cursor_can_be_left_out() -> None:
    with dg.instance_for_test() as instance:
        make(instance, "2024-01-10")
        first = context(instance, daily.key)
        first.advance_all_cursors()
        make(instance, "2024-01-05")
        second = context(instance, daily.key, cursor=first.cursor)

        assert not second.latest_materialization_records_by_partition(
            daily.key, after_cursor_partition=True
        )
        assert list(second.latest_materialization_records_by_partition(daily.key)) == ["2024-01-05"]


def test_all_partitions_and_those_below() -> None:
    with dg.instance_for_test() as instance:
        make(instance, "2024-01-01")
        looked = context(instance, daily.key)

        assert looked.all_partitions_materialized(daily.key, ["2024-01-01"])
        assert not looked.all_partitions_materialized(daily.key)
        assert looked.get_downstream_partition_keys("2024-01-01", daily.key, below.key) == [
            "2024-01-01"
        ]


def test_questions_about_partitions_need_some() -> None:
    with dg.instance_for_test() as instance:
        looked = context(instance, A)

        with pytest.raises(
            dg.InvariantViolationError, match="no partitions to sort its materializations"
        ):
            looked.latest_materialization_records_by_partition(A)
        with pytest.raises(dg.InvariantViolationError, match="no partitions that could have been"):
            looked.all_partitions_materialized(A)
        with pytest.raises(dg.InvalidInvocationError, match="no partitions, so none depends on"):
            looked.get_downstream_partition_keys("x", A, B)


def test_runs_are_requested_only_with_an_advanced_cursor() -> None:
    idle = dg.multi_asset_sensor([A], job=load, name="idle")(lambda context: dg.RunRequest())

    with dg.instance_for_test() as instance:
        plain = dg.build_sensor_context(instance, definitions=DEFS)

        with pytest.raises(dg.InvalidDefinitionError, match="left its cursor where it was"):
            idle.evaluate_tick(plain)


def test_an_evaluation_keeps_the_cursors() -> None:
    @dg.multi_asset_sensor([A, B], job=load)
    def both(context: dg.MultiAssetSensorEvaluationContext) -> dg.RunRequest | None:
        if all(context.latest_materialization_records_by_key().values()):
            context.advance_all_cursors()
            return dg.RunRequest("both")
        return None

    with dg.instance_for_test() as instance:
        dg.materialize([a], instance=instance)
        early = both.evaluate_tick(dg.build_sensor_context(instance, definitions=DEFS))
        dg.materialize([b], instance=instance)
        late = both.evaluate_tick(dg.build_sensor_context(instance, definitions=DEFS))

    assert not early.run_requests
    assert [request.run_key for request in late.run_requests] == ["both"]
    assert set(read_cursor(late.cursor, (A, B))) == {A, B}


def test_the_function_sets_no_cursor_of_its_own() -> None:
    own = dg.multi_asset_sensor([A], job=load, name="own")(
        lambda context: dg.SensorResult(cursor="x")
    )

    with (
        dg.instance_for_test() as instance,
        pytest.raises(dg.InvariantViolationError, match="gave a SensorResult with cursor="),
    ):
        own.evaluate_tick(dg.build_sensor_context(instance, definitions=DEFS))


def test_a_selection_is_resolved_in_the_definitions() -> None:
    with dg.instance_for_test() as instance:
        looked = dg.build_multi_asset_sensor_context(
            monitored_assets=dg.AssetSelection.assets(below).upstream(),
            instance=instance,
            definitions=DEFS,
        )

    assert list(looked.asset_keys) == [daily.key, below.key]
    assert looked.assets_defs_by_key[daily.key] is daily


def test_a_context_needs_definitions() -> None:
    with pytest.raises(dg.ParameterCheckError, match="no definitions to look up"):
        dg.build_multi_asset_sensor_context(monitored_assets=[A])


def test_a_cursor_of_the_newest_events_needs_an_instance_and_no_other_cursor() -> None:
    with pytest.raises(dg.InvalidInvocationError, match="needs an instance that has"):
        dg.build_multi_asset_sensor_context(
            monitored_assets=[A], definitions=DEFS, cursor_from_latest_materializations=True
        )
    with pytest.raises(dg.InvalidInvocationError, match="both say how far the sensor is"):
        dg.build_multi_asset_sensor_context(
            monitored_assets=[A],
            definitions=DEFS,
            cursor="x",
            cursor_from_latest_materializations=True,
        )


def test_monitored_assets_are_keys_or_a_selection() -> None:
    with pytest.raises(dg.ParameterCheckError, match="monitored_assets takes a list"):
        dg.multi_asset_sensor(["a"], name="x")(lambda: None)  # pyright: ignore[reportArgumentType]


def test_a_cursor_is_what_it_was_after_being_written() -> None:
    cursors = {A: AssetCursor("2024-01-02", 7, {"2024-01-01": 3}), B: AssetCursor(None, 9)}

    assert read_cursor(write_cursor(cursors), (A, B)) == cursors


def test_the_cursor_of_an_asset_sensor_is_taken_over() -> None:
    assert read_cursor("3", (A,)) == {A: AssetCursor(None, 3)}


def test_another_cursor_is_refused() -> None:
    with pytest.raises(dg.InvariantViolationError, match="not one of a multi-asset sensor"):
        read_cursor("abc", (A,))


def test_an_older_event_that_is_handled_moves_nothing_else() -> None:
    before = AssetCursor("2", 9, {"1": 3, "3": 5})

    assert before.consumed(3, "1", asset=A, passed={}) == AssetCursor("2", 9, {"3": 5})


def test_only_so_many_partitions_can_be_passed_over() -> None:
    passed = {str(number): number for number in range(26)}

    with pytest.raises(dg.InvariantViolationError, match="More than 25 partitions of asset 'a'"):
        AssetCursor().consumed(99, "x", asset=A, passed=passed)
