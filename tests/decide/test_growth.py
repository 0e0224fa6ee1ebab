"""Forecasts: retention bounds what it forgets, and the rest grows for ever."""

from penstock.decide.growth import Forecast, age_of, forecast
from penstock.decide.retention import Ages


def test_a_store_that_forgets_all_settles():
    ages = Ages(events={"logs": 10})

    expected = forecast({"log_line": 100.0}, {"log_line": 300.0}, ages, size=500.0, free=10_000.0)

    assert expected == Forecast(per_day=100.0, lasting=0.0, level=1200.0, days_left=None)


def test_what_is_kept_fills_the_disk_in_the_end():
    rates = {"asset_materialized": 10.0}

    expected = forecast(rates, {}, Ages(), size=500.0, free=1000.0)

    assert expected == Forecast(per_day=10.0, lasting=10.0, level=None, days_left=100.0)


def test_the_disk_may_be_full_before_anything_settles():
    ages = Ages(events={"logs": 10, "steps": 20})
    rates = {"log_line": 10.0, "step_started": 20.0, "run_started": 1.0}

    soon = forecast(rates, {}, ages, size=0.0, free=62.0)
    later = forecast(rates, {}, ages, size=0.0, free=310.0 + 210.0 + 50.0)

    assert soon.days_left == 2.0
    assert later.days_left == 70.0


def test_an_event_goes_at_the_latest_with_its_run():
    ages = Ages(events={"logs": 90}, runs=30)

    assert [age_of(kind, ages) for kind in ("log_line", "run_started")] == [30, 30]
    assert age_of("run_started", Ages(events={"logs": 90})) is None
