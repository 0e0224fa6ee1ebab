import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, ParameterCheckError


def test_an_asset_is_named_by_its_function():
    @dg.asset
    def orders(): ...

    assert orders.key == dg.AssetKey("orders")


def test_a_prefix_goes_before_the_name():
    @dg.asset(name="b", key_prefix=["x", "y"])
    def anything(): ...

    assert anything.key == dg.AssetKey(["x", "y", "b"])


def test_the_key_excludes_the_name_and_the_prefix():
    with pytest.raises(InvalidDefinitionError) as caught:
        dg.asset(key=["a", "b"], name="c")(lambda: None)

    assert str(caught.value) == (
        "Asset 'a/b' has its whole key from key=, so @asset takes neither name nor key_prefix "
        "beside it. Keep the key."
    )


def test_a_lambda_needs_a_name():
    with pytest.raises(InvalidDefinitionError) as caught:
        dg.asset(lambda: 1)

    assert str(caught.value) == (
        "'<lambda>' is not a valid name. Use letters, digits, '_', '-' and '.', and no word that "
        "Python or Penstock reserves."
    )


@pytest.mark.parametrize("name", ["a/b", "class", "a b", "a\n", "context"])
def test_a_name_that_cannot_be_one_is_refused(name):
    with pytest.raises(InvalidDefinitionError, match="name"):
        dg.asset(name=name)(lambda: None)


@pytest.mark.parametrize("name", ["a-b", "a.b", "a_1"])
def test_dashes_and_dots_are_allowed_in_names(name):
    assert dg.asset(name=name)(lambda: None).key == dg.AssetKey(name)


def test_a_prefix_with_a_slash_is_refused():
    with pytest.raises(InvalidDefinitionError, match="'p/q' is not a valid part of an asset key"):
        dg.asset(name="a", key_prefix="p/q")(lambda: None)


def test_parameters_name_upstream_assets_without_the_prefix():
    @dg.asset(key_prefix="p", ins={"b": dg.AssetIn(key="elsewhere/b")})
    def made(context, a, b): ...

    assert made.dependency_keys == {dg.AssetKey("a"), dg.AssetKey(["elsewhere", "b"])}


def test_ins_for_what_is_no_parameter_are_refused():
    with pytest.raises(InvalidDefinitionError) as caught:

        @dg.asset(ins={"nope": dg.AssetIn()})
        def made(a): ...

    assert str(caught.value) == (
        "Asset 'made' has ins for 'nope', which is not a parameter of its function. Add the "
        "parameter, or use deps= if no value is loaded."
    )


def test_a_key_may_be_in_deps_and_ins_at_once():
    @dg.asset(deps=["a", dg.AssetKey("a"), "b/c"])
    def made(a): ...

    assert made.dependency_keys == {dg.AssetKey("a"), dg.AssetKey(["b", "c"])}


def test_the_docstring_describes_the_asset():
    @dg.asset
    def made():
        """What it is."""

    assert made.get_asset_spec().description == "What it is."


def test_an_io_manager_of_its_own_is_a_resource_of_the_asset():
    manager = object()

    made = dg.asset(key=["a", "b"], io_manager_def=manager)(lambda: 1)

    assert made.resource_defs == {"a__b__io_manager": manager}
    assert made.steps[0].outputs[0].manager == "a__b__io_manager"


def test_an_io_manager_is_given_by_key_or_as_itself():
    with pytest.raises(ParameterCheckError, match="Asset 'a' names its IO manager twice"):
        dg.asset(name="a", io_manager_key="m", io_manager_def=object())(lambda: 1)


def test_output_required_false_makes_the_asset_skippable():
    made = dg.asset(name="a", output_required=False)(lambda: 1)

    assert made.get_asset_spec().skippable is True


def test_a_multi_asset_needs_outs_or_specs():
    for arguments in ({}, {"outs": {}, "specs": []}):
        with pytest.raises(InvalidDefinitionError) as caught:
            dg.multi_asset(**arguments)

        assert str(caught.value) == "multi_asset needs either outs= or specs=, and not both."


def test_outs_are_assets_of_their_names():
    @dg.multi_asset(
        outs={"a": dg.AssetOut(key_prefix="p"), "b": dg.AssetOut(is_required=False)}, deps=["up"]
    )
    def both(): ...

    assert [(s.key, s.skippable) for s in both.specs] == [
        (dg.AssetKey(["p", "a"]), False),
        (dg.AssetKey("b"), True),
    ]
    assert both.dependency_keys == {dg.AssetKey("up")}


def test_specs_are_emitted_implicitly_and_pass_no_value_on():
    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b", deps=["a"])])
    def both(): ...

    assert both.steps[0].emits_implicitly is True
    assert [o.returns_nothing for o in both.steps[0].outputs] == [True, True]
    assert [[str(d.asset_key) for d in s.deps] for s in both.specs] == [[], ["a"]]


def test_internal_dependencies_take_the_place_of_the_common_ones():
    @dg.multi_asset(
        outs={"a": dg.AssetOut(), "b": dg.AssetOut()},
        deps=["up"],
        internal_asset_deps={"a": {dg.AssetKey("up")}, "b": {dg.AssetKey("a")}},
    )
    def both(): ...

    assert [[str(d.asset_key) for d in s.deps] for s in both.specs] == [["up"], ["a"]]


def test_a_multi_asset_gives_its_group_and_version_to_its_assets():
    @dg.multi_asset(
        specs=[dg.AssetSpec("a", code_version="7"), dg.AssetSpec("b")],
        group_name="raw",
        code_version="1",
    )
    def both(): ...

    assert [(s.group_name, s.code_version) for s in both.specs] == [("raw", "7"), ("raw", "1")]


def test_a_multi_asset_refuses_a_malformed_group():
    with pytest.raises(InvalidDefinitionError, match="Asset 'a' has the group 'no good'"):
        dg.multi_asset(specs=[dg.AssetSpec("a")], group_name="no good", name="m")(lambda: None)


def test_two_groups_for_one_asset_are_refused():
    with pytest.raises(ParameterCheckError) as caught:
        dg.multi_asset(specs=[dg.AssetSpec("a", group_name="x")], group_name="y", name="m")(
            lambda: None
        )

    assert str(caught.value) == (
        "multi_asset 'm': group_name='y' is for all its assets, but asset 'a' has the group 'x' of "
        "its own. Leave one of them out."
    )
