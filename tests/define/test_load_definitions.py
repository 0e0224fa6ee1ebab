from types import ModuleType

import penstock as dg


def test_everything_that_a_module_declares_is_found():
    shop = ModuleType("shop")
    shop.orders = dg.asset(name="orders")(lambda: 1)
    shop.raw = [dg.AssetSpec("raw")]
    shop.check = dg.asset_check(asset="orders", name="ok")(lambda: True)
    shop.nightly = dg.define_asset_job("nightly")

    defs = dg.load_definitions_from_module(shop, resources={"db": 1})

    assert defs.assets == [shop.orders, shop.raw[0]]
    assert defs.asset_checks == [shop.check]
    assert defs.jobs == [shop.nightly]
    assert defs.resources == {"db": 1}
