from __future__ import annotations

import pytest

import penstock as dg


@dg.op
def nothing(): ...


@dg.job
def daily():
    nothing()


@dg.asset
def orders() -> None: ...


class Everything(dg.RepositoryData):
    def get_all_jobs(self):
        return [daily]

    def get_assets_defs_by_key(self):
        return {orders.key: orders}

    def get_all_schedules(self):
        return [dg.ScheduleDefinition(name="at_dawn", job=daily, cron_schedule="0 6 * * *")]

    def get_top_level_resources(self):
        return {"answer": 42}

    def get_env_vars_by_top_level_resource(self):
        return {}


def test_a_repository_may_be_a_class_of_functions():
    @dg.repository
    def everything():
        return Everything()

    assert everything.has_job("daily")
    assert everything.has_schedule_def("at_dawn")
    assert list(everything.assets_defs_by_key) == [orders.key]
    assert everything.get_top_level_resources() == {"answer": 42}


def test_it_answers_by_name():
    data = Everything()

    assert data.get_job("daily") is daily
    assert data.get_schedule_names() == ["at_dawn"]
    assert not data.has_sensor("tides")


def test_a_name_that_is_not_there_is_told():
    with pytest.raises(dg.DagsterInvariantViolationError, match=r"no job 'dayly'.*daily"):
        Everything().get_job("dayly")


def test_what_every_repository_has_must_be_said():
    with pytest.raises(TypeError, match="get_all_jobs"):
        dg.RepositoryData()
