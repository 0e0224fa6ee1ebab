"""Helpers around data versions hold what they insist on, and fail where it does not hold."""

import pytest

import penstock as dg
from penstock.testing import data_versions as dv


@dg.asset(code_version="1")
def a(): ...


@dg.asset(code_version="1")
def b(a): ...


@dg.asset
def unversioned(): ...


def test_the_same_code_and_inputs_make_the_same_version():
    instance = dg.DagsterInstance.ephemeral()

    first, second = dv.materialize_twice([a], a, instance)

    dv.assert_same_versions(first, second, "1")
    with pytest.raises(AssertionError):
        dv.assert_different_versions(first, second)


def test_without_a_code_version_each_run_makes_a_new_one():
    first, second = dv.materialize_twice([unversioned], unversioned, dg.DagsterInstance.ephemeral())

    dv.assert_different_versions(first, second)
    with pytest.raises(AssertionError):
        dv.assert_data_version(first, second.tags["dagster/data_version"])


def test_a_materialization_knows_what_it_was_made_of():
    made = dv.materialize_assets([a, b], dg.DagsterInstance.ephemeral())

    dv.assert_provenance_match(made["b"], made[a.key])
    with pytest.raises(AssertionError):
        dv.assert_provenance_no_match(made["b"], made["a"])


def test_several_assets_of_one_step_come_back_by_key():
    @dg.multi_asset(specs=[dg.AssetSpec("x"), dg.AssetSpec("y", deps=["x"])])
    def both():
        yield dg.MaterializeResult(asset_key="x")
        yield dg.MaterializeResult(asset_key="y", data_version=dg.DataVersion("v"))

    made = dv.materialize_asset([both], both, dg.DagsterInstance.ephemeral(), is_multi=True)

    dv.assert_data_version(made["y"], dg.DataVersion("v"))
