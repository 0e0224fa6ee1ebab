"""The graph of ops that a job of assets amounts to."""

from __future__ import annotations

import penstock as dg


@dg.asset
def orders():
    return 1


@dg.asset
def revenue(orders: int):
    return orders


def test_each_asset_is_a_node_and_reads_from_those_before():
    job = dg.Definitions([orders, revenue], jobs=[dg.define_asset_job("j")]).resolve_job_def("j")

    assert job.graph.node_defs == [orders.op, revenue.op]
    assert job.dependencies == {
        dg.NodeInvocation("orders"): {},
        dg.NodeInvocation("revenue"): {"orders": dg.DependencyDefinition("orders", "result")},
    }


def test_an_asset_outside_the_job_is_no_node():
    job = dg.define_asset_job("j", [revenue])
    made = dg.Definitions([orders, revenue], jobs=[job]).resolve_job_def("j")

    assert made.dependencies == {dg.NodeInvocation("revenue"): {}}


def test_a_step_that_runs_in_parts_is_a_node_for_each():
    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("c", deps=["b"])], can_subset=True)
    def ac():
        pass

    @dg.asset(deps=["a"])
    def b():
        pass

    job = dg.Definitions([ac, b]).resolve_implicit_global_asset_job_def()

    assert [node.name for node in job.nodes] == ["ac", "b", "ac_2"]
