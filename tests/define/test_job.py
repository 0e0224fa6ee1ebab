import pytest

import penstock as dg
from penstock.errors import InvalidSubsetError


@dg.asset
def orders():
    return 1


@dg.asset
def revenue(orders):
    return orders + 1


def test_a_job_without_a_selection_makes_every_asset():
    defs = dg.Definitions([orders, revenue], jobs=[dg.define_asset_job("all")])

    assert defs.resolve_job_def("all").asset_keys == {orders.key, revenue.key}


@pytest.mark.parametrize(
    "selection", ["orders", ["orders"], [orders], dg.AssetSelection.assets("orders")]
)
def test_a_selection_is_text_keys_assets_or_a_selection(selection):
    defs = dg.Definitions([orders, revenue], jobs=[dg.define_asset_job("one", selection)])

    assert defs.resolve_job_def("one").asset_keys == {orders.key}


def test_a_selection_is_resolved_late():
    job = dg.define_asset_job("j", "nope")

    with pytest.raises(InvalidSubsetError):
        dg.Definitions([orders], jobs=[job]).resolve_job_def("j")


def test_a_job_runs_in_process():
    defs = dg.Definitions(
        [orders, revenue], jobs=[dg.define_asset_job("all", tags={"team": "finance"})]
    )
    job = defs.resolve_job_def("all")

    result = job.execute_in_process(tags={"by": "me"})

    assert result.success is True
    assert job.name == "all"
    assert job.tags == {"team": "finance"}


def test_a_run_can_be_narrowed_to_some_assets():
    @dg.asset
    def broken():
        raise ValueError

    defs = dg.Definitions([orders, broken], jobs=[dg.define_asset_job("all")])

    assert defs.resolve_job_def("all").execute_in_process(asset_selection=[orders.key]).success
