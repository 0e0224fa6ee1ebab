import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError


def test_a_check_has_its_own_step_named_after_the_asset_and_the_check():
    @dg.asset_check(asset="p/orders", blocking=True)
    def no_nulls():
        """There are no nulls."""

    assert no_nulls.steps[0].name == "p__orders_no_nulls"
    assert no_nulls.check_key == dg.AssetCheckKey(dg.AssetKey(["p", "orders"]), "no_nulls")
    assert no_nulls.steps[0].checks[0].blocking is True
    assert no_nulls.steps[0].checks[0].description == "There are no nulls."


def test_a_parameter_receives_the_asset_whatever_its_name():
    @dg.asset_check(asset="orders")
    def look(context, anything): ...

    [entry] = look.steps[0].inputs
    assert (entry.name, entry.asset) == ("anything", dg.AssetKey("orders"))


def test_additional_ins_receive_other_assets_by_their_own_manager():
    @dg.asset_check(
        asset="orders",
        additional_ins={"other": dg.AssetIn(key="x/y", input_manager_key="csv")},
        additional_deps=["z"],
    )
    def look(orders, other): ...

    assert [(i.name, str(i.asset), i.manager) for i in look.steps[0].inputs] == [
        ("orders", "orders", None),
        ("other", "x/y", "csv"),
    ]
    assert [str(d.asset_key) for d in look.steps[0].deps] == ["orders", "z", "x/y"]


def test_additional_ins_for_what_is_no_parameter_are_refused():
    with pytest.raises(InvalidDefinitionError) as caught:

        @dg.asset_check(asset="orders", additional_ins={"othr": dg.AssetIn()})
        def look(orders, other): ...

    assert str(caught.value) == (
        "Check 'look' of asset 'orders': its function takes no parameter 'othr', for which "
        "additional_ins has an entry. Add the parameter, or remove the entry."
    )


def test_a_check_can_be_called_by_hand():
    @dg.asset_check(asset="orders")
    def has_rows(orders):
        return dg.AssetCheckResult(passed=bool(orders))

    assert has_rows([1]).passed is True
