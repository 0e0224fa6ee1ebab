import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, InvariantViolationError


@dg.asset
def orders():
    return 1


CHECK = dg.asset_check(asset=orders, name="ok")(lambda: True)


def test_a_repository_holds_what_its_function_returns():
    @dg.repository
    def shop():
        """The shop."""
        return [orders, [dg.AssetSpec("raw")], CHECK, dg.define_asset_job("nightly", "orders")]

    assert (shop.name, shop.description) == ("shop", "The shop.")
    assert set(shop.job_names) == {"__ASSET_JOB", "nightly"}
    assert set(shop.assets_defs_by_key) == {orders.key, dg.AssetKey("raw")}
    assert set(shop.asset_checks_defs_by_key) == {CHECK.check_key}
    assert shop.has_job("nightly") is True


def test_what_is_no_definition_is_refused():
    with pytest.raises(InvalidDefinitionError, match="The function of repository 'shop'") as caught:

        @dg.repository
        def shop():
            return [orders, 7]

    assert "returned, among others, 7 of type int" in str(caught.value)


def test_definitions_are_made_when_they_are_asked_for():
    @dg.definitions
    def defs():
        return dg.Definitions([orders])

    assert defs().assets == [orders]


def test_a_lazy_function_returns_definitions():
    lazy = dg.definitions(lambda: 7)

    with pytest.raises(InvariantViolationError, match=r"returned 7\. It must return Definitions"):
        lazy()


def test_a_repository_is_made_of_arguments_by_name():
    shop = dg.create_repository_using_definitions_args("shop", assets=[orders], resources={"x": 1})

    assert shop.name == "shop"
    assert shop.get_top_level_resources() == {"x": 1}


def test_a_repository_may_be_called_for_itself():
    @dg.repository
    def everything():
        return []

    assert everything() is everything
