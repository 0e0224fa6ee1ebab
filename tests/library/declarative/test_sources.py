"""Sources are observed when their content is news, and only then."""

from __future__ import annotations

from pathlib import Path

import penstock as dg
from penstock.library.declarative.sources import PATH_METADATA, observe_sources

RAW = dg.AssetKey("raw")


def test_a_source_is_observed_once_for_each_content(tmp_path: Path):
    file = tmp_path / "in.csv"
    sources = {RAW: {PATH_METADATA: str(file)}, dg.AssetKey("other"): {}}

    with dg.Instance.ephemeral() as instance:
        nothing = observe_sources(sources, instance)
        file.write_text("a")
        first = observe_sources(sources, instance)
        file.touch()
        touched = observe_sources(sources, instance)
        file.write_text("b")
        changed = observe_sources(sources, instance)

    assert [nothing, first, touched, changed] == [[], [RAW], [], [RAW]]


def test_what_a_step_reads_is_recorded_with_the_version_that_was_observed(
    tmp_path: Path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("a")
    Path("assets.yaml").write_text(
        "assets:\n  raw: {path: in.csv}\n"
        "  copy: {transform: 'cp {raw.path} {self.path}', path: out.csv}"
    )

    with dg.Instance.ephemeral() as instance:
        dg.materialize(dg.load_assets_from_yaml("assets.yaml"), instance=instance)
        head = instance.store.partition_head(dg.AssetKey("copy"), None)

    assert head is not None
    assert head.inputs == {"raw": head.data_version}
