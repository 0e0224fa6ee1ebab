from types import ModuleType

import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError


def _module(**attributes: object) -> ModuleType:
    module = ModuleType("written_here")
    vars(module).update(attributes)
    return module


def test_assets_are_collected_alone_and_from_lists_each_once():
    a, b = (dg.asset(name=name)(lambda: 1) for name in "ab")

    first = _module(a=a, several=[b, 3], other="text")
    second = _module(again=a)

    assert dg.load_assets_from_modules([first, second]) == [a, b]


def test_specs_and_checks_are_not_assets():
    check = dg.asset_check(asset="a", name="c")(lambda: True)
    module = _module(spec=dg.AssetSpec("a"), check=check)

    assert dg.load_assets_from_modules([module]) == []
    assert dg.load_asset_checks_from_modules([module]) == [check]


def _shop():
    shop = ModuleType("shop")
    shop.raw = dg.SourceAsset("raw")
    shop.orders = dg.asset(name="orders", deps=["raw"])(lambda: 1)
    shop.revenue = dg.asset(name="revenue", deps=["orders", "elsewhere"])(lambda: 1)
    return shop


def test_a_prefix_is_followed_by_the_dependencies():
    raw, _, revenue = dg.load_assets_from_modules(
        [_shop()], key_prefix=["a", "b"], source_key_prefix="src"
    )

    assert raw.key == dg.AssetKey(["src", "raw"])
    assert revenue.key == dg.AssetKey(["a", "b", "revenue"])
    assert revenue.dependency_keys == {dg.AssetKey(["a", "b", "orders"]), dg.AssetKey("elsewhere")}


def test_a_group_and_policies_are_given_to_all():
    condition = dg.AutomationCondition.eager()

    _, orders, _ = dg.load_assets_from_modules(
        [_shop()],
        group_name="g",
        automation_condition=condition,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )

    assert orders.group_names_by_key == {orders.key: "g"}
    assert orders.automation_conditions_by_key == {orders.key: condition}
    assert orders.backfill_policy == dg.BackfillPolicy.single_run()


def test_two_definitions_of_one_asset_are_refused_with_their_places():
    shop, other = _shop(), _shop()
    other.__name__ = "other"

    with pytest.raises(InvalidDefinitionError) as caught:
        dg.load_assets_from_modules([shop, other])

    assert str(caught.value) == (
        "Asset 'orders' has more than one definition: shop:orders, other:orders. Rename one of "
        "them."
    )


def test_specs_are_assets_only_where_that_is_said():
    shop = ModuleType("shop")
    shop.raw = dg.AssetSpec("raw")

    assert dg.load_assets_from_modules([shop]) == []
    assert dg.load_assets_from_modules([shop], include_specs=True) == [shop.raw]


def test_checks_follow_the_prefix_of_their_assets():
    shop = ModuleType("shop")
    shop.check = dg.asset_check(asset="orders", name="ok")(lambda: True)

    [check] = dg.load_asset_checks_from_modules([shop], asset_key_prefix="p")

    assert check.asset_key == dg.AssetKey(["p", "orders"])
