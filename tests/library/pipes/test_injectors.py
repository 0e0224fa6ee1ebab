"""Each injector leaves the context data where the external package looks for it."""

import dagster_pipes
import pytest

import penstock as dg
from penstock.library.pipes.context_data import context_data_of


@pytest.mark.parametrize("kind", ["env", "file", "temporary file"])
def test_the_external_package_finds_the_context(kind, tmp_path):
    injector = {
        "env": dg.PipesEnvContextInjector(),
        "file": dg.PipesFileContextInjector(str(tmp_path / "context")),
        "temporary file": dg.PipesTempFileContextInjector(),
    }[kind]
    data = context_data_of(dg.build_asset_context(partition_key="a"), {"x": [1, None]})

    with (
        injector.inject_context(data) as params,
        dagster_pipes.PipesDefaultContextLoader().load_context(params) as loaded,
    ):
        assert loaded == data

    assert data["partition_key_range"] == {"start": "a", "end": "a"}
    assert list(tmp_path.iterdir()) == []
