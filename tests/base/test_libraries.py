"""Libraries tell that they were loaded."""

import pytest

import penstock as dg


def test_a_library_is_known_by_its_newest_version():
    dg.DagsterLibraryRegistry.register("penstock-x", "1.0")
    dg.DagsterLibraryRegistry.register("penstock-x", "1.1", is_dagster_package=False)

    assert dg.DagsterLibraryRegistry.get()["penstock-x"] == "1.1"


def test_a_version_must_be_text():
    with pytest.raises(dg.ParameterCheckError, match=r"register\(version=...\) must be text"):
        dg.DagsterLibraryRegistry.register("penstock-x", 1)
