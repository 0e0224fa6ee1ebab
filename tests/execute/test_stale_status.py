"""How assets stand, and every cause why one is stale."""

import penstock as dg
from penstock.testing.data_versions import (
    get_stale_status_resolver,
    materialize_asset,
    materialize_assets,
)

CODE = dg.StaleCauseCategory.CODE
DATA = dg.StaleCauseCategory.DATA
DEPENDENCIES = dg.StaleCauseCategory.DEPENDENCIES


def _asset(name: str, *deps: str, code_version: str | None = None):
    @dg.asset(name=name, deps=list(deps), code_version=code_version)
    def made() -> None: ...

    return made


def test_what_was_never_made_is_missing_and_has_no_cause():
    a = _asset("a")
    resolver = get_stale_status_resolver(dg.DagsterInstance.ephemeral(), [a])

    assert resolver.get_status(a.key) is dg.StaleStatus.MISSING
    assert resolver.get_stale_causes(a.key) == []


def test_new_code_is_a_cause_that_does_not_pass_on():
    instance = dg.DagsterInstance.ephemeral()
    a, b = _asset("a", code_version="1"), _asset("b", "a", code_version="1")
    materialize_assets([a, b], instance)

    resolver = get_stale_status_resolver(instance, [_asset("a", code_version="2"), b])

    assert resolver.get_status(a.key) is dg.StaleStatus.STALE
    assert resolver.get_stale_causes(a.key) == [
        dg.StaleCause(a.key, CODE, "has a new code version")
    ]
    assert resolver.get_status(b.key) is dg.StaleStatus.FRESH


def test_a_new_materialization_upstream_is_a_cause_with_a_root():
    instance = dg.DagsterInstance.ephemeral()
    a, b = _asset("a"), _asset("b", "a")
    materialize_assets([a, b], instance)
    materialize_asset([a, b], a, instance)

    resolver = get_stale_status_resolver(instance, [a, b])

    root = dg.StaleCause(a.key, DATA, "has a new materialization")
    assert resolver.get_stale_causes(b.key) == [
        dg.StaleCause(b.key, DATA, "has a new dependency materialization", a.key, [root])
    ]
    assert resolver.get_stale_root_causes(b.key) == [root]


def test_dependencies_that_came_and_went_are_causes():
    instance = dg.DagsterInstance.ephemeral()
    a, b, c = _asset("a"), _asset("b", "a"), _asset("c")
    materialize_assets([a, b, c], instance)

    resolver = get_stale_status_resolver(instance, [a, _asset("b", "c"), c])

    assert resolver.get_stale_causes(b.key) == [
        dg.StaleCause(b.key, DEPENDENCIES, "removed dependency on a", a.key),
        dg.StaleCause(b.key, DEPENDENCIES, "has a new dependency on c", c.key),
    ]


def test_a_new_version_of_an_observed_source_is_a_cause():
    versions = iter("123")

    @dg.observable_source_asset
    def source():
        return dg.DataVersion(next(versions))

    instance = dg.DagsterInstance.ephemeral()
    a = _asset("a", "source")
    dg.observe([source], instance=instance)
    materialize_assets([source, a], instance)

    before = get_stale_status_resolver(instance, [source, a]).get_status(a.key)
    dg.observe([source], instance=instance)
    resolver = get_stale_status_resolver(instance, [source, a])

    assert before is dg.StaleStatus.FRESH
    assert resolver.get_status(source.key) is dg.StaleStatus.FRESH
    assert resolver.get_stale_root_causes(a.key) == [
        dg.StaleCause(source.key, DATA, "has a new data version")
    ]
