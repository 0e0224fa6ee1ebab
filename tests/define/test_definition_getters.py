"""The older getters of `Definitions`: what they return, and what they warn of."""

from __future__ import annotations

import warnings

import pytest

import penstock as dg
from penstock.errors import DefinitionNotFoundError, InvalidDefinitionError


@dg.asset
def orders(): ...


@dg.op
def count(): ...


@dg.job
def counting():
    count()


nightly = dg.define_asset_job("nightly", selection="orders")


@dg.schedule(job=counting, cron_schedule="@daily")
def daily(): ...


@dg.sensor(job=nightly)
def arrivals(): ...


def test_a_job_that_was_passed_as_such_is_got_without_a_warning():
    defs = dg.Definitions(jobs=[counting])

    with warnings.catch_warnings(record=True) as told:
        assert defs.get_job_def("counting").name == "counting"

    assert told == []
    assert defs.has_resolved_repository_def()


def test_a_job_over_a_selection_warns_that_it_is_resolved():
    defs = dg.Definitions(assets=[orders], jobs=[nightly])

    with pytest.warns(UserWarning, match="'nightly' is a job of selected assets") as told:
        assert defs.get_job_def("nightly").name == "nightly"

    assert len(told) == 1
    assert told[0].filename == __file__


def test_a_job_that_only_a_schedule_names_warns():
    defs = dg.Definitions(schedules=[daily])

    with pytest.warns(UserWarning, match="only a schedule names job 'counting'"):
        assert defs.get_job_def("counting").name == "counting"


def test_a_job_that_only_a_sensor_names_warns():
    defs = dg.Definitions(assets=[orders], sensors=[arrivals])

    with pytest.warns(UserWarning, match="only a sensor names job 'nightly'"):
        assert defs.get_job_def("nightly").name == "nightly"


def test_a_job_that_does_not_exist_warns_and_raises():
    with (
        pytest.warns(UserWarning, match="none of jobs= is called 'missing'"),
        pytest.raises(InvalidDefinitionError),
    ):
        dg.Definitions().get_job_def("missing")


def test_a_schedule_and_a_sensor_are_got_with_a_warning():
    defs = dg.Definitions(assets=[orders], schedules=[daily], sensors=[arrivals])

    with pytest.warns(UserWarning, match="use resolve_schedule_def"):
        assert defs.get_schedule_def("daily").name == "daily"
    with pytest.warns(UserWarning, match="use resolve_sensor_def"):
        assert defs.get_sensor_def("arrivals").name == "arrivals"


def test_the_job_of_everything_is_got_with_a_warning():
    defs = dg.Definitions(assets=[orders])

    with pytest.warns(UserWarning, match="use resolve_implicit_global_asset_job_def"):
        assert defs.get_implicit_global_asset_job_def().name == "__ASSET_JOB"


def test_an_asset_that_was_passed_is_got_without_loading():
    defs = dg.Definitions(assets=[orders])

    assert defs.get_assets_def("orders") is orders
    assert not defs.has_resolved_repository_def()


def test_an_asset_of_a_spec_is_loaded_with_a_warning():
    defs = dg.Definitions(assets=[dg.AssetSpec("raw")])

    with pytest.warns(UserWarning, match="Asset 'raw' was not passed as an AssetsDefinition"):
        assert defs.get_assets_def("raw").key == dg.AssetKey("raw")

    assert defs.has_resolved_repository_def()


def test_a_schedule_that_follows_partitions_is_not_there_before_loading():
    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01"))
    def days(): ...

    job = dg.define_asset_job("by_day", selection=[days])
    schedule = dg.build_schedule_from_partitioned_job(job, name="every_day")
    defs = dg.Definitions(assets=[days], schedules=[schedule])

    with pytest.raises(DefinitionNotFoundError, match="Use resolve_schedule_def"):
        defs.get_unresolved_schedule_def("every_day")
    with pytest.raises(ValueError, match="There is no schedule 'missing'"):
        defs.get_unresolved_schedule_def("missing")
