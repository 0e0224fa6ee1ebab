"""Staleness: each verdict with its reason, and the versions behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.base.ids import RunId
from penstock.graph.staleness import (
    Freshness,
    Staleness,
    combined_version,
    default_data_version,
    staleness,
)
from penstock.model.asset_state import PartitionHead
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode

UP, OTHER, OWN = AssetKey("up"), AssetKey(["z", "other"]), AssetKey("own")
FRESH = Staleness(Freshness.FRESH, "already fresh", None, "fresh")


def node(*deps: AssetKey, code_version: str | None = None) -> AssetNode:
    return AssetNode(
        key=OWN,
        node="own",
        deps=tuple(AssetDependency(key=d) for d in deps),
        code_version=code_version,
    )


def head(code_version: str | None = None, **inputs: str) -> PartitionHead:
    return PartitionHead(
        asset=OWN,
        partition=None,
        materialized=7,
        run=RunId("r1"),
        data_version="made",
        code_version=code_version,
        inputs=inputs,
    )


def test_without_a_materialization_it_is_missing():
    missing = Staleness(Freshness.MISSING, "not materialized", None, "missing")

    assert staleness(node(), None, {}) == missing
    assert staleness(node(), PartitionHead(asset=OWN, partition=None, failed=3), {}) == missing


def test_a_new_code_version_makes_it_stale():
    found = staleness(node(code_version="2"), head("1"), {})

    assert found == Staleness(Freshness.STALE, "stale - new code version", None, "code")


@pytest.mark.parametrize(("now", "then"), [(None, "1"), ("1", None), ("1", "1")])
def test_code_versions_count_only_if_both_are_known(now: str | None, then: str | None):
    assert staleness(node(code_version=now), head(then), {}) == FRESH


def test_a_changed_upstream_makes_it_stale_and_is_named():
    found = staleness(node(UP), head(up="v1"), {UP: "v2"})

    assert found == Staleness(Freshness.STALE, "stale - upstream changed", UP, "data")


def test_the_same_upstream_version_keeps_it_fresh():
    assert staleness(node(UP), head(up="v1"), {UP: "v1"}) == FRESH


def test_a_new_dependency_makes_it_stale():
    stale = Staleness(Freshness.STALE, "stale - new dependency on z/other", OTHER, "dependencies")

    assert staleness(node(OTHER), head(), {OTHER: "v1"}) == stale
    assert staleness(node(OTHER), head(), {OTHER: ""}) == stale


def test_what_was_reported_from_elsewhere_is_fresh_whatever_it_depends_on():
    reported = PartitionHead(asset=OWN, partition=None, materialized=7, data_version="v1")
    told_by_a_step = PartitionHead(asset=OWN, partition=None, materialized=7, run=RunId("r1"))

    assert staleness(node(UP), reported, {UP: "v1"}) == FRESH
    assert staleness(node(UP), told_by_a_step, {UP: "v1"}) == FRESH


def test_a_removed_dependency_makes_it_stale():
    found = staleness(node(), head(up="v1"), {})

    assert found == Staleness(
        Freshness.STALE, "stale - removed dependency on up", UP, "dependencies"
    )


def test_an_upstream_that_was_never_materialized_does_not_make_it_stale():
    assert staleness(node(UP), head(up=""), {UP: ""}) == FRESH


def test_an_upstream_that_was_materialized_since_makes_it_stale():
    assert staleness(node(UP), head(up=""), {UP: "v1"}).code == "data"


def test_an_edge_that_is_not_judged_does_not_make_it_stale():
    assert staleness(node(UP), head(), {}) == FRESH


def test_an_upstream_that_is_gone_makes_it_stale():
    assert staleness(node(UP), head(up="v1"), {UP: ""}).code == "data"


def test_an_external_asset_is_fresh():
    assert staleness(AssetNode(key=UP), None, {}) == FRESH


def test_the_combined_version_of_one_partition_is_its_own():
    assert combined_version({}) == ""
    assert combined_version({"p": "v1"}) == "v1"
    assert combined_version({"p": "v1", "q": ""}) == "v1"


@given(st.dictionaries(st.text(max_size=3), st.text(min_size=1, max_size=3), min_size=2))
def test_the_combined_version_does_not_depend_on_the_order(versions: dict[str, str]):
    backwards = dict(reversed(versions.items()))

    assert combined_version(versions) == combined_version(backwards)
    assert len(combined_version(versions)) == 16


def test_the_combined_version_changes_with_any_partition():
    assert combined_version({"p": "1", "q": "2"}) != combined_version({"p": "1", "q": "3"})
    assert combined_version({"p": "1", "q": "2"}) != combined_version({"p": "2", "q": "1"})


def test_the_default_version_follows_from_code_and_inputs():
    version = default_data_version("1", {"up": "v1"}, "run-1")

    assert version == default_data_version("1", {"up": "v1"}, "run-2")
    assert version != default_data_version("2", {"up": "v1"}, "run-1")
    assert version != default_data_version("1", {"up": "v2"}, "run-1")


def test_without_a_code_version_each_run_makes_a_new_version():
    assert default_data_version(None, {}, "run-1") != default_data_version(None, {}, "run-2")
    assert default_data_version(None, {}, "1") != default_data_version("1", {}, "1")
