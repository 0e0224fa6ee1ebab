import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError

SPECS = [
    dg.AssetCheckSpec("ok", asset="orders"),
    dg.AssetCheckSpec("ok", asset="raw/lines", additional_deps=["prices"]),
]


def test_checks_share_a_step_and_wait_for_all_they_read():
    @dg.multi_asset_check(specs=SPECS, can_subset=True, pool="db")
    def look(): ...

    assert look.check_keys == {spec.key for spec in SPECS}
    assert look.steps[0].name == "look"
    assert [str(d.asset_key) for d in look.steps[0].deps] == ["orders", "raw/lines", "prices"]
    assert look.can_subset is True
    assert look.keys == set()
    assert look.steps[0].pool == "db"


def test_parameters_are_named_by_ins_or_like_the_assets():
    @dg.multi_asset_check(specs=SPECS, ins={"lines": dg.AssetIn("raw/lines")})
    def look(orders, lines, prices): ...

    assert {i.name: str(i.asset) for i in look.steps[0].inputs} == {
        "orders": "orders",
        "lines": "raw/lines",
        "prices": "prices",
    }


def test_a_parameter_that_is_no_asset_is_refused():
    with pytest.raises(
        InvalidDefinitionError, match="has the parameter 'other', which is in no ins"
    ):

        @dg.multi_asset_check(specs=SPECS)
        def look(other): ...


def test_a_check_is_there_once():
    with pytest.raises(
        InvalidDefinitionError, match="check_specs has 'ok' of asset 'orders' twice"
    ):
        dg.multi_asset_check(specs=[SPECS[0], SPECS[0]], name="look")(lambda: None)


def test_a_check_does_not_depend_on_its_own_asset():
    with pytest.raises(dg.ParameterCheckError, match="name 'orders', the asset that it checks"):
        dg.AssetCheckSpec("ok", asset="orders", additional_deps=["orders"])


def test_a_check_is_called_by_hand():
    @dg.multi_asset_check(specs=SPECS)
    def look(orders):
        yield dg.AssetCheckResult(passed=orders > 1, asset_key="orders", check_name="ok")

    assert [result.passed for result in look(3)] == [True]
