import pytest

import penstock as dg
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import (
    InvalidDefinitionError,
    InvalidDefinitionsError,
    InvariantViolationError,
)


@dg.asset
def orders():
    return [1]


@dg.asset
def revenue(orders):
    return sum(orders)


def _wrong() -> dg.Definitions:
    @dg.asset(deps=["c"])
    def a(): ...

    @dg.asset(deps=["a"])
    def b(): ...

    @dg.asset(deps=["b"])
    def c(): ...

    @dg.asset(key="twice", required_resource_keys={"api"})
    def one(): ...

    @dg.asset(key="twice")
    def two(): ...

    @dg.asset
    def report(orderz): ...

    return dg.Definitions([a, b, c, one, two, report, orders], resources={"db": 1})


def test_loading_lists_every_problem_in_one_error():
    with pytest.raises(InvalidDefinitionsError) as caught:
        _wrong().load()

    assert str(caught.value) == (
        "The definitions have 4 problems:\n"
        "  1. Resource 'api', which asset 'twice' requires, is missing. Provided: 'db'. Add it to "
        "Definitions(resources={'api': ...}).\n"
        "  2. Nothing declares asset 'orderz', whose value parameter 'orderz' of asset 'report' "
        "takes. Did you mean 'orders'? Declare the asset, or an AssetSpec if it is made "
        "elsewhere.\n"
        "  3. Asset 'twice' is defined twice: by node 'twice' and by node 'twice'. Rename one of "
        "them.\n"
        "  4. The assets form a cycle: a → b → c → a. Remove one of these dependencies."
    )


def test_construction_does_not_fail_on_contradictions():
    assert len(_wrong().assets) == 7


def test_definitions_are_loaded_once():
    defs = dg.Definitions([orders, revenue])

    loaded = defs.load()

    assert isinstance(loaded, LoadedDefinitions)
    assert defs.load() is loaded


def test_the_graph_holds_external_assets_too():
    graph = dg.Definitions([orders, dg.AssetSpec("outside")]).resolve_asset_graph()

    assert set(graph.keys) == {dg.AssetKey("orders"), dg.AssetKey("outside")}


def test_a_job_that_selects_a_missing_asset_is_not_loadable():
    defs = dg.Definitions(
        [orders],
        jobs=[
            dg.define_asset_job("nightly", [dg.AssetKey("ordrs")]),
            dg.define_asset_job("weekly", [dg.AssetKey("nope")]),
        ],
    )

    with pytest.raises(InvalidDefinitionsError) as caught:
        dg.Definitions.validate_loadable(defs)

    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "Job 'nightly'",
        "Job 'weekly'",
    ]


def test_two_jobs_of_one_name_are_refused():
    defs = dg.Definitions([orders], jobs=[dg.define_asset_job("j"), dg.define_asset_job("j")])

    with pytest.raises(InvalidDefinitionsError) as caught:
        defs.load()

    assert str(caught.value) == "Job 'j' is defined twice. Rename one of them."


def test_an_unknown_job_is_refused_with_the_nearest_one():
    defs = dg.Definitions([orders], jobs=[dg.define_asset_job("nightly")])

    with pytest.raises(InvalidDefinitionError) as caught:
        defs.resolve_job_def("nightli")

    assert str(caught.value) == (
        "Could not find job 'nightli' in these definitions. Did you mean 'nightly'?"
    )


def test_merging_joins_assets_and_equal_resources():
    merged = dg.Definitions.merge(
        dg.Definitions([orders], resources={"a": 1}),
        dg.Definitions([revenue], resources={"a": 1, "b": 2}),
    )

    assert merged.assets == [orders, revenue]
    assert merged.resources == {"a": 1, "b": 2}


def test_merging_refuses_different_resources_of_one_key():
    with pytest.raises(InvariantViolationError) as caught:
        dg.Definitions.merge(dg.Definitions(resources={"a": 1}), dg.Definitions(resources={"a": 2}))

    assert str(caught.value) == (
        "The definitions at positions 0 and 1 disagree about 'a' among their resources. Give it "
        "once, or rename one of them."
    )


def test_jobs_of_schedules_and_sensors_have_the_resources():
    @dg.op(required_resource_keys={"limit"})
    def read(context):
        return context.resources.limit

    @dg.job
    def reading():
        read()

    @dg.sensor(job=reading)
    def watch(): ...

    nightly = dg.ScheduleDefinition(name="nightly", cron_schedule="0 0 * * *", job=reading)
    defs = dg.Definitions(schedules=[nightly], sensors=[watch], resources={"limit": 3})

    for job in (defs.resolve_sensor_def("watch").job, defs.resolve_schedule_def("nightly").job):
        assert job.execute_in_process().output_for_node("read") == 3


def test_a_job_without_one_of_its_resources_is_not_loadable():
    @dg.op(required_resource_keys={"limit"})
    def read(): ...

    @dg.job(config={})
    def reading():
        read()

    with pytest.raises(InvalidDefinitionError, match="'limit', which op 'read' requires, is"):
        dg.Definitions.validate_loadable(dg.Definitions(jobs=[reading]))


def test_a_job_and_the_schedule_and_sensor_that_run_it_get_the_same_metadata():
    @dg.op
    def count(): ...

    @dg.job
    def counting():
        count()

    nightly = dg.define_asset_job("nightly", selection="orders")
    schedule = dg.ScheduleDefinition(name="daily", job=counting, cron_schedule="@daily")

    @dg.sensor(job=nightly)
    def arrivals(): ...

    defs = dg.Definitions(
        assets=[orders], jobs=[counting, nightly], schedules=[schedule], sensors=[arrivals]
    ).with_definition_metadata_update(lambda metadata: {**metadata, "team": "data"})

    assert defs.resolve_job_def("counting").metadata["team"].value == "data"
    assert defs.resolve_job_def("nightly").metadata["team"].value == "data"
    assert defs.resolve_schedule_def("daily").metadata["team"].value == "data"
    assert defs.resolve_sensor_def("arrivals").metadata["team"].value == "data"


def test_the_metadata_of_an_input_stays_as_it_was_given():
    @dg.asset(ins={"up": dg.AssetIn(metadata={"rows": 3})})
    def counted(up): ...

    assert counted.op.input_defs[0].metadata == {"rows": 3}
