"""The forms that selections are written with: each reads back to an equal selection."""

import json

import pytest

import penstock as dg
from penstock.compat import selections as named
from penstock.compat.selection_forms import form_of, readers
from penstock.errors import InvalidInvocationError
from penstock.graph.selection import AssetSelection

A, B, C = (AssetSelection.assets(name) for name in "abc")

SELECTIONS = [
    AssetSelection.all(),
    AssetSelection.all(include_sources=True),
    A,
    AssetSelection.keys(),
    A | B | C,
    A & B,
    A - B - C,
    AssetSelection.all() - A,
    (A | B).upstream(2),
    A.downstream(include_self=False),
    A.sinks().roots().materializable().required_multi_asset_neighbors().upstream_source_assets(),
    AssetSelection.checks_for_assets("a"),
    AssetSelection.all_asset_checks(),
    AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("a"), "ok")),
    AssetSelection.groups("g", "h", include_sources=True),
    AssetSelection.groups("g*"),
    AssetSelection.groups(),
    AssetSelection.from_string('group:"g*"'),
    AssetSelection.from_string('key:"p/*"'),
    AssetSelection.key_prefixes(["x", "y"]),
    AssetSelection.key_substring("*"),
    AssetSelection.tag("k", "v"),
    AssetSelection.kind(None, include_sources=True),
    AssetSelection.owner("team:x"),
    AssetSelection.from_string("tag:<null>"),
    AssetSelection.from_string("status:ok or column:<null> or column_tag:k=v or job:j"),
    AssetSelection.from_string("is:external and partitions:time"),
]


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
def test_a_form_reads_back_to_an_equal_selection(selection: AssetSelection):
    def read(made: AssetSelection) -> AssetSelection:
        name, fields = form_of(made)
        return readers()[name](**{key: again(value) for key, value in fields.items()})

    def again(value: object) -> object:
        if isinstance(value, list):
            return [again(each) for each in value]
        return read(value) if isinstance(value, AssetSelection) else value

    assert read(selection) == selection


def test_what_has_no_form_is_written_as_text():
    assert form_of(A.without_checks()) == (
        "AssetSelection",
        {"string": 'without_checks(key:"a")'},
    )


def test_a_difference_is_written_one_step_after_the_other():
    assert form_of(A - B - C) == ("SubtractAssetSelection", {"left": A - B, "right": C})


def test_what_code_selects_has_no_form():
    class Mine(AssetSelection):
        def resolve_inner(self, asset_graph, allow_missing):
            return set()

    with pytest.raises(InvalidInvocationError, match="Mine is made by code"):
        form_of(Mine())


def test_a_selection_is_a_value_that_can_be_serialized():
    chosen = (A | AssetSelection.groups("g")).downstream(1) - AssetSelection.tag("k", "v")

    text = dg.serialize_value(chosen)

    assert json.loads(text)["__class__"] == "SubtractAssetSelection"
    assert dg.deserialize_value(text, AssetSelection) == chosen
    assert dg.deserialize_value(text, named.SubtractAssetSelection) == chosen


def test_a_form_that_dagster_wrote_is_read():
    found = dg.deserialize_value('{"__class__": "AllSelection"}', named.AllSelection)

    assert found == AssetSelection.all()
    assert not found.include_sources
