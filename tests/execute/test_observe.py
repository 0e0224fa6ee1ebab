"""Looking at assets that are made elsewhere."""

import pytest

import penstock as dg


def _observed(result):
    return [
        (event.asset_key.to_user_string(), event.partition, event.native.data_version)
        for event in result.all_events
        if event.is_asset_observation
    ]


def test_a_version_becomes_an_observation():
    @dg.observable_source_asset
    def source():
        return dg.DataVersion("7")

    result = dg.observe([source], instance=dg.DagsterInstance.ephemeral())

    assert _observed(result) == [("source", None, "7")]


def test_results_of_several_assets_become_observations():
    @dg.multi_observable_source_asset(specs=[dg.AssetSpec("x"), dg.AssetSpec("y")])
    def both():
        yield dg.ObserveResult(asset_key="x", data_version=dg.DataVersion("9"))

    result = dg.observe([both], instance=dg.DagsterInstance.ephemeral())

    assert _observed(result) == [("x", None, "9")]


def test_versions_by_partition_become_an_observation_each():
    @dg.observable_source_asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
    def source():
        return dg.DataVersionsByPartition({"a": "1", "b": "2"})

    result = dg.observe([source], instance=dg.DagsterInstance.ephemeral(), partition_key="a")

    assert _observed(result) == [("source", "a", "1"), ("source", "b", "2")]


def test_versions_by_partition_need_partitions():
    @dg.observable_source_asset
    def source():
        return dg.DataVersionsByPartition({"a": "1"})

    with pytest.raises(dg.DagsterInvariantViolationError, match="has no partitions"):
        dg.observe([source], instance=dg.DagsterInstance.ephemeral())


def test_an_asset_without_an_observing_function_is_refused():
    @dg.asset
    def made(): ...

    with pytest.raises(dg.DagsterInvalidInvocationError, match="cannot be observed"):
        dg.observe([made])
