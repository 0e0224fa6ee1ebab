"""Causes of staleness compare by what they say, and versions are read off the event log."""

import penstock as dg


def test_causes_of_code_come_before_those_of_data():
    code = dg.StaleCause(dg.AssetKey("a"), dg.StaleCauseCategory.CODE, "x")
    data = dg.StaleCause(dg.AssetKey("a"), dg.StaleCauseCategory.DATA, "x")

    assert sorted([data, code]) == [code, data]
    assert code.key == (dg.AssetKey("a"), None)


def test_a_version_follows_from_code_and_inputs():
    one = dg.compute_logical_data_version("1", {dg.AssetKey("a"): dg.DataVersion("x")})
    same = dg.compute_logical_data_version("1", {dg.AssetKey("a"): dg.DataVersion("x")})
    other = dg.compute_logical_data_version("1", {dg.AssetKey("a"): dg.DataVersion("y")})
    unknown = dg.compute_logical_data_version("1", {dg.AssetKey("a"): dg.UNKNOWN_DATA_VERSION})

    assert one == same != other
    assert unknown == dg.UNKNOWN_DATA_VERSION


def test_version_and_provenance_are_read_off_a_materialization():
    @dg.asset(code_version="1")
    def a(): ...

    @dg.asset(code_version="2", deps=[a])
    def b(): ...

    instance = dg.DagsterInstance.ephemeral()
    dg.materialize([a, b], instance=instance, resources={"io_manager": dg.InMemoryIOManager()})
    entry_a = instance.get_latest_materialization_event(a.key)
    entry_b = instance.get_latest_materialization_event(b.key)

    version = dg.extract_data_version_from_entry(entry_a)
    provenance = dg.extract_data_provenance_from_entry(entry_b)

    assert version == dg.compute_logical_data_version("1", {})
    assert provenance == dg.DataProvenance("2", {a.key: version}, {a.key: None}, False)
