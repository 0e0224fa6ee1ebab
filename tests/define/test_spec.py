import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, InvariantViolationError, ParameterCheckError


def test_text_is_split_at_slashes():
    assert dg.AssetSpec("a/b").key == dg.AssetKey(["a", "b"])


def test_dependencies_are_keys_text_parts_specs_or_assets():
    made = dg.asset(name="made")(lambda: 1)

    spec = dg.AssetSpec(
        "x", deps=["a/b", ["c", "d"], dg.AssetKey("e"), dg.AssetSpec("f"), made, dg.AssetDep("g")]
    )

    assert [str(d.asset_key) for d in spec.deps] == ["a/b", "c/d", "e", "f", "made", "g"]


def test_identical_dependencies_collapse():
    assert len(dg.AssetSpec("x", deps=["a", dg.AssetKey("a")]).deps) == 1


def test_one_dependency_with_two_mappings_is_refused():
    with pytest.raises(InvariantViolationError) as caught:
        dg.AssetSpec("x", deps=["a", dg.AssetDep("a", partition_mapping=dg.AllPartitionMapping())])

    assert str(caught.value) == (
        "Asset 'a' is named twice as a dependency, with different partition mappings. Keep one of "
        "them."
    )


def test_what_stands_for_no_asset_is_refused():
    with pytest.raises(ParameterCheckError) as caught:
        dg.AssetDep(7)

    assert str(caught.value) == "7 is not an asset, an asset key or a spec."


def test_kinds_are_kept_as_tags():
    spec = dg.AssetSpec("a", kinds={"DBT"}, tags={"tier": ""})

    assert spec.tags == {"tier": "", "dagster/kind/DBT": ""}
    assert spec.kinds == {"DBT"}


@pytest.mark.parametrize("owner", ["foo", "team:"])
def test_an_owner_is_an_address_or_a_team(owner):
    with pytest.raises(InvalidDefinitionError) as caught:
        dg.AssetSpec("a", owners=["a@b.com", "team:foo bar", owner])

    assert str(caught.value) == (
        f"Asset 'a' cannot be owned by '{owner}'. Write an email address, or 'team:' and the name "
        "of a team."
    )


def test_tags_are_text():
    with pytest.raises(InvalidDefinitionError) as caught:
        dg.AssetSpec("a", tags={"n": 4})

    assert str(caught.value) == (
        "Asset 'a' has the tag 'n' with 4, which is not a text. Write it as one."
    )


@pytest.mark.parametrize("tag", ["a b", "x" * 64, "a\n", ""])
def test_a_malformed_tag_is_refused(tag):
    with pytest.raises(InvalidDefinitionError, match="which no tag can be called"):
        dg.AssetSpec("a", tags={tag: ""})


@pytest.mark.parametrize("group", ["a b", "a-b", "a//b", "a\n"])
def test_a_malformed_group_is_refused(group):
    with pytest.raises(InvalidDefinitionError, match="Asset 'a' has the group"):
        dg.AssetSpec("a", group_name=group)


def test_groups_may_be_nested():
    assert dg.AssetSpec("a", group_name="raw/eu").group_name == "raw/eu"


def test_replacing_attributes_leaves_the_rest():
    spec = dg.AssetSpec("a", kinds={"dbt"}, tags={"t": "1"}, group_name="g")

    replaced = spec.replace_attributes(kinds={"sql"}, code_version="2")

    assert replaced == dg.AssetSpec(
        "a", kinds={"sql"}, tags={"t": "1"}, group_name="g", code_version="2"
    )
    assert spec.kinds == {"dbt"}


def test_replaced_attributes_are_checked_too():
    with pytest.raises(InvalidDefinitionError, match="Asset 'a' has the group 'b c'"):
        dg.AssetSpec("a").replace_attributes(group_name="b c")
    with pytest.raises(TypeError) as caught:
        dg.AssetSpec("a").replace_attributes(grup="x")
    assert str(caught.value) == "AssetSpec has no attribute 'grup'."


def test_merging_attributes_adds_to_them():
    spec = dg.AssetSpec(
        "a", deps=["x"], metadata={"m": 1}, owners=["team:x"], tags={"t": "1"}, kinds={"dbt"}
    )

    merged = spec.merge_attributes(
        deps=["y"], metadata={"n": 2}, owners=["a@b.com"], tags={"u": "2"}, kinds={"sql"}
    )

    assert merged == dg.AssetSpec(
        "a",
        deps=["x", "y"],
        metadata={"m": 1, "n": 2},
        owners=["team:x", "a@b.com"],
        tags={"t": "1", "u": "2"},
        kinds={"dbt", "sql"},
    )


@pytest.mark.parametrize("kind", [dg.AssetIn, dg.AssetOut])
def test_a_key_excludes_a_prefix(kind):
    with pytest.raises(ParameterCheckError) as caught:
        kind(key="a", key_prefix="p")

    assert str(caught.value) == (
        f"{kind.__name__} for 'a' has a key_prefix beside its key, which is whole without it. "
        "Keep the key."
    )


def test_a_parameter_finds_its_asset_by_key_by_prefix_or_by_name():
    assert dg.AssetIn(key="a/b").resolve("x") == dg.AssetKey(["a", "b"])
    assert dg.AssetIn(key_prefix=["p", "q"]).resolve("x") == dg.AssetKey(["p", "q", "x"])
    assert dg.AssetIn().resolve("x") == dg.AssetKey("x")


def test_a_check_is_identified_by_its_asset_and_name():
    spec = dg.AssetCheckSpec("ok", asset="a/b")

    assert spec.key == dg.AssetCheckKey(dg.AssetKey(["a", "b"]), "ok")
    with pytest.raises(InvalidDefinitionError, match="'a b' is not a valid name"):
        dg.AssetCheckSpec("a b", asset="a")
