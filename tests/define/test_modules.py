from types import ModuleType

import penstock as dg


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
