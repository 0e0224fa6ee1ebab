"""The JSON schema that editors load says what the code says."""

from __future__ import annotations

import json
from importlib import resources

from penstock.settings.json_schema import json_schema
from penstock.settings.schema import KEYS


def test_the_published_schema_is_that_of_the_code():
    """After a change: `penstock settings schema > src/penstock/settings/penstock.schema.json`."""
    published = resources.files("penstock.settings").joinpath("penstock.schema.json")

    assert json.loads(published.read_text()) == json_schema()


def test_every_key_is_in_it_with_words_about_it():
    properties = json_schema()["properties"]

    assert isinstance(properties, dict)
    assert list(properties) == list(KEYS)
    assert all(properties[name]["description"] for name in KEYS)


def test_a_source_is_a_value_or_a_variable():
    properties = json_schema()["properties"]
    assert isinstance(properties, dict)
    most = properties["run_queue"]["properties"]["max_concurrent_runs"]

    assert most["anyOf"][0] == {"type": "integer"}
    assert most["anyOf"][1]["required"] == ["env"]
