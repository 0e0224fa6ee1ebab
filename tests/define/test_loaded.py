import pytest

import penstock as dg
from penstock.define.loaded import flatten, load
from penstock.errors import InvalidDefinitionError, InvalidDefinitionsError


@dg.asset
def orders():
    return 1


def _problems(*declared, resources=None) -> tuple[str, ...]:
    with pytest.raises(InvalidDefinitionsError) as caught:
        load(flatten(declared), resources=resources or {}, location="here")
    return caught.value.problems


def test_what_is_sound_is_gathered_by_name():
    check = dg.asset_check(asset=orders, name="ok")(lambda orders: True)

    loaded = load(flatten([orders, check, dg.AssetSpec("raw")]), resources={}, location="here")

    assert loaded.location == "here"
    assert list(loaded.nodes) == ["orders", "orders_ok"]
    assert loaded.step_of == {orders.key: orders.steps[0]}
    assert [asset.key for asset in loaded.manifest.assets] == [orders.key, dg.AssetKey("raw")]


def test_the_same_object_counts_once():
    loaded = load([orders, orders], resources={}, location="here")

    assert len(loaded.manifest.assets) == 1


def test_an_executable_and_an_external_asset_of_one_key_are_refused():
    assert _problems(orders, dg.AssetSpec("orders")) == (
        "Asset 'orders' is defined twice: by node 'orders' and by an external asset. Rename one "
        "of them.",
    )


def test_two_functions_of_one_name_are_one_problem():
    first = dg.asset(key=["a", "b"])(lambda: 1)
    second = dg.asset(key="a__b")(lambda: 1)

    assert _problems(first, second) == (
        "Two functions are named 'a__b'. Give one of them name=...",
    )


def test_a_check_defined_twice_is_one_problem():
    checks = [dg.asset_check(asset="a", name="c")(lambda: True) for _ in range(2)]

    assert _problems(*checks) == (
        "Check 'c' of asset 'a' is defined twice: by node 'a_c' and by node 'a_c'. Rename one of "
        "them.",
    )


def test_a_duplicate_does_not_hide_its_other_problems():
    first = dg.asset(key="a")(lambda: 1)
    second = dg.asset(key="a", required_resource_keys={"api"})(lambda: 1)

    assert _problems(first, second) == (
        "Resource 'api', which asset 'a' requires, is missing. Provided: none. Add it to "
        "Definitions(resources={'api': ...}).",
        "Asset 'a' is defined twice: by node 'a' and by node 'a'. Rename one of them.",
    )


def test_missing_io_managers_are_missing_resources():
    @dg.asset(io_manager_key="csv", ins={"up": dg.AssetIn(input_manager_key="parquet")})
    def made(up):
        return 1

    problems = _problems(made, dg.AssetSpec("up"))

    assert [problem.split(", which")[0] for problem in problems] == [
        "Resource 'csv'",
        "Resource 'parquet'",
    ]


def test_the_default_io_manager_is_always_there():
    load([orders], resources={}, location="here")


def test_an_asset_of_its_own_resources_needs_no_others():
    made = dg.asset(name="a", required_resource_keys={"db"}, resource_defs={"db": 7})(lambda: 1)

    assert load([made], resources={}, location="here").resources == {"db": 7}


def test_two_different_resources_of_one_key_are_refused():
    one = dg.asset(name="a", resource_defs={"db": "x"})(lambda: 1)
    two = dg.asset(name="b", resource_defs={"db": "y"})(lambda: 1)

    assert _problems(one, two) == (
        "'b' has a resource 'db' of its own, which differs from the one of the same key "
        "elsewhere. Rename one of them.",
    )


def test_a_missing_resource_of_a_check_names_the_check():
    check = dg.asset_check(asset="a", name="c", required_resource_keys={"api"})(lambda: True)

    assert _problems(check, resources={"db": 1, "io": 2}) == (
        "Resource 'api', which check 'c' of asset 'a' requires, is missing. Provided: 'db', 'io'. "
        "Add it to Definitions(resources={'api': ...}).",
    )


def test_a_dependency_on_an_unknown_asset_is_no_problem():
    made = dg.asset(name="a", deps=["elsewhere"])(lambda: 1)

    load([made], resources={}, location="here")


def test_a_check_of_an_unknown_asset_is_no_problem():
    load([dg.asset_check(asset="x", name="c")(lambda: True)], resources={}, location="here")


def test_a_parameter_of_an_unknown_asset_can_be_allowed():
    made = dg.asset(name="a")(lambda elsewhere: 1)

    load([made], resources={}, location="here", allow_dangling=True)


def test_an_asset_that_depends_on_itself_is_refused():
    made = dg.AssetSpec("a", deps=["a"])

    assert [problem.split(".")[0] for problem in _problems(made)] == ["Asset 'a' depends on itself"]


def test_lists_of_assets_are_flattened():
    spec = dg.AssetSpec("a")

    assert flatten([orders, [spec, (orders,)]]) == [orders, spec, orders]


def test_what_is_no_asset_is_refused():
    with pytest.raises(InvalidDefinitionError) as caught:
        flatten([7])

    assert str(caught.value) == (
        "7 is not an asset. Give functions decorated with @asset, @multi_asset or @asset_check, "
        "or AssetSpecs."
    )


def test_a_bare_name_means_the_asset_of_that_name_in_the_same_group():
    @dg.asset(key_prefix="raw")
    def orders():
        return 1

    @dg.asset
    def revenue(orders: int):
        return orders + 1

    result = dg.materialize([orders, revenue])

    assert result.asset_value("revenue") == 2


def test_a_bare_name_means_no_asset_of_another_group():
    @dg.asset(key_prefix="raw", group_name="raw")
    def orders():
        return 1

    @dg.asset
    def revenue(orders: int):
        return orders

    with pytest.raises(dg.InvalidDefinitionError, match="Did you mean 'raw/orders'"):
        dg.materialize([orders, revenue])


def test_resources_of_one_asset_are_not_those_of_another():
    needy = dg.asset(name="needy", required_resource_keys={"db"})(lambda: 1)
    giving = dg.asset(
        name="giving", resource_defs={"db": dg.ResourceDefinition.hardcoded_resource(1)}
    )(lambda: 1)

    with pytest.raises(
        dg.InvalidDefinitionError, match="'db', which asset 'needy' requires, is missing"
    ):
        dg.Definitions.validate_loadable(dg.Definitions([needy, giving]))


def test_an_input_that_only_orders_may_name_an_asset_that_nobody_declares():
    @dg.asset(ins={"raw": dg.AssetIn(dagster_type=dg.Nothing)})
    def orders():
        return 1

    assert dg.materialize([orders]).success


def test_a_source_is_loaded_by_the_io_manager_that_it_names():
    class Fives(dg.IOManager):
        def handle_output(self, context: dg.OutputContext, obj: object) -> None:
            raise AssertionError

        def load_input(self, context: dg.InputContext) -> object:
            return 5

    @dg.asset
    def derived(raw: int):
        return raw + 1

    source = dg.SourceAsset("raw", io_manager_key="fives")

    result = dg.materialize([derived, source], resources={"fives": Fives()})

    assert result.asset_value("derived") == 6
