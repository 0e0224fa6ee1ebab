"""Settings as people see them: what counts, where it is from, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.settings import load_settings
from penstock.settings.document import Document, read_file
from penstock.settings.shown import hidden_value, shown_settings


def shown(text: str, folder: Path) -> dict[str, tuple[object, str]]:
    path = folder / "penstock.yaml"
    path.write_text(text)
    settings = load_settings(environment={"PENSTOCK_HOME": str(folder)}, directory=folder)
    found = shown_settings(read_file(path), settings)
    return {each.key: (each.value, each.source.replace(f"{folder}/", "")) for each in found}


def test_each_value_is_told_with_its_source(tmp_path):
    found = shown("run_queue: {max_concurrent_runs: 3}\n", tmp_path)

    assert found["home"] == (str(tmp_path), "environment PENSTOCK_HOME")
    assert found["run_queue.max_concurrent_runs"] == (3, "penstock.yaml:1:13")
    assert found["run_queue.dequeue_interval_seconds"] == (5, "default")
    assert found["storage.sqlite.durable"] == (False, "default")


def test_what_a_variable_gives_is_not_shown(tmp_path):
    found = shown("storage: {postgres: {postgres_url: {env: LAKE_URL}}}\n", tmp_path)

    assert found["storage.postgres.postgres_url"] == ("********", "environment LAKE_URL")


@pytest.mark.parametrize(
    ("key", "value", "seen"),
    [
        ("storage.postgres.postgres_db.password", "sesame", "********"),
        ("storage.postgres.postgres_db.password", "", ""),
        ("postgres_url", "postgresql://u:sesame@h/d", "postgresql://u:********@h/d"),
        ("config", {"api_key": "sesame", "host": "h"}, {"api_key": "********", "host": "h"}),
        ("config.urls", ["x://u:sesame@h"], ["x://u:********@h"]),
        ("run_queue.max_concurrent_runs", 4, 4),
    ],
)
def test_a_secret_that_is_written_out_is_hidden(key: str, value: object, seen: object):
    assert hidden_value(key, value) == seen


def test_without_a_file_everything_is_a_default(tmp_path):
    settings = load_settings(environment={}, directory=tmp_path)

    found = shown_settings(Document(source="the defaults", values={}), settings)

    assert {each.source for each in found} == {"default"}
