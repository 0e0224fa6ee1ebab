"""Wrong definitions of assets: each gives one precise error with the object and the remedy."""

from collections.abc import Callable

import pytest

import penstock as dg


def body() -> int:
    return 1


def reader(up: int) -> int:
    return up


def everything(*args: int) -> int:
    return len(args)


DAYS = dg.DailyPartitionsDefinition("2024-01-01")
ORDERS = dg.asset(name="orders")(body)


def load(*assets: object, **arguments: object) -> None:
    dg.Definitions.validate_loadable(dg.Definitions(list(assets), **arguments))


Case = tuple[str, Callable[[], object], type[Exception], str]

WRONG: list[Case] = [
    (
        "a function without a name",
        lambda: dg.asset(lambda: 1),
        dg.InvalidDefinitionError,
        "'<lambda>' is not a valid name. Use letters, digits, '_', '-' and '.', and no word that "
        "Python or Penstock reserves.",
    ),
    (
        "a key together with parts of one",
        lambda: dg.asset(key=["raw", "orders"], key_prefix="raw")(body),
        dg.InvalidDefinitionError,
        "Asset 'raw/orders': Cannot specify a name or key prefix for @asset when the key "
        "argument is "
        "provided. Keep the key.",
    ),
    (
        "a slash in a key",
        lambda: dg.asset(key="raw/orders")(body),
        dg.InvalidDefinitionError,
        "'raw/orders' is not a valid part of an asset key. Use letters, digits, '_', '-' and '.', "
        "and a list for a key of several parts.",
    ),
    (
        "ins without a parameter",
        lambda: dg.asset(name="orders", ins={"raw": dg.AssetIn()})(body),
        dg.InvalidDefinitionError,
        "Asset 'orders' has ins for 'raw', which is not a parameter of its function. Add the "
        "parameter, or use deps= if no value is loaded.",
    ),
    (
        "positional parameters without names",
        lambda: dg.asset(name="orders")(everything),
        dg.InvalidDefinitionError,
        "'everything' takes *args; name its parameters.",
    ),
    (
        "deps that are one text",
        lambda: dg.asset(name="orders", deps="raw")(body),
        dg.ParameterCheckError,
        "deps is a list of assets, not the text 'raw'.",
    ),
    (
        "one dependency with two mappings",
        lambda: dg.AssetSpec(
            "orders", deps=["raw", dg.AssetDep("raw", partition_mapping=dg.LastPartitionMapping())]
        ),
        dg.InvariantViolationError,
        "Cannot set a dependency on asset 'raw' more than once: its partition mappings "
        "differ. Keep "
        "one of them.",
    ),
    (
        "a dependency on itself",
        lambda: dg.asset(name="orders", deps=["orders"])(body),
        dg.InvalidDefinitionError,
        "Asset 'orders' depends on itself. Assets can only depend on themselves if they have time "
        "partitions (or one dimension of time) and each partition depends on earlier ones, as "
        "through TimeWindowPartitionMapping(start_offset=-1, end_offset=-1).",
    ),
    (
        "a group with a space",
        lambda: dg.asset(name="orders", group_name="raw data")(body),
        dg.InvalidDefinitionError,
        "Asset 'orders' has the group 'raw data', which is not a valid asset group name. Use "
        "letters, digits and '_', in segments separated by '/'.",
    ),
    (
        "a tag that is a number",
        lambda: dg.asset(name="orders", tags={"tier": 1})(body),
        dg.InvalidDefinitionError,
        "Asset 'orders': Tag values must be strings, but tag 'tier' is 1.",
    ),
    (
        "an owner that is a word",
        lambda: dg.asset(name="orders", owners=["sales"])(body),
        dg.InvalidDefinitionError,
        "Asset 'orders' has the invalid owner 'sales'. Owner must be an email address or a "
        "team name "
        "prefixed with 'team:'.",
    ),
    (
        "partitions that are a list",
        lambda: dg.asset(name="orders", partitions_def=["a", "b"])(body),
        dg.ParameterCheckError,
        "Asset 'orders': partitions_def must be a PartitionsDefinition, not ['a', 'b'] of "
        "type list.",
    ),
    (
        "two IO managers",
        lambda: dg.asset(name="orders", io_manager_key="csv", io_manager_def=object())(body),
        dg.ParameterCheckError,
        "Both io_manager_key and io_manager_def were provided to `@asset` 'orders'. Keep one.",
    ),
    (
        "two ways to say when",
        lambda: dg.asset(
            name="orders",
            automation_condition=dg.AutomationCondition.eager(),
            auto_materialize_policy=dg.AutoMaterializePolicy.eager(),
        )(body),
        dg.InvariantViolationError,
        "Cannot supply both `automation_condition` and `auto_materialize_policy`. Keep the "
        "condition.",
    ),
    (
        "a check of an asset that the function does not make",
        lambda: dg.asset(name="orders", check_specs=[dg.AssetCheckSpec("ok", asset="ordrs")])(body),
        dg.InvalidDefinitionError,
        "Invalid asset key 'ordrs' in check spec 'ok'. Must be one of 'orders', which the function "
        "makes.",
    ),
    (
        "a multi-asset of nothing",
        lambda: dg.multi_asset()(body),
        dg.InvalidDefinitionError,
        "multi_asset needs either outs= or specs=, and not both.",
    ),
    (
        "a multi-asset with deps beside its specs",
        lambda: dg.multi_asset(specs=[dg.AssetSpec("orders")], deps=["raw"]),
        dg.InvalidDefinitionError,
        "multi_asset: Can not pass deps and specs together, nor internal_asset_deps and specs: "
        "specify deps on the AssetSpecs directly.",
    ),
    (
        "a parameter that no spec depends on",
        lambda: dg.multi_asset(specs=[dg.AssetSpec("orders")], name="both")(reader),
        dg.InvalidDefinitionError,
        "multi_asset 'both': invalid asset dependencies: 'up' specified as AssetIns or parameters, "
        "but not as deps of any AssetSpec. Add them to the deps of the specs that are made "
        "of them.",
    ),
    (
        "internal dependencies of an output that is not there",
        lambda: dg.multi_asset(
            outs={"a": dg.AssetOut()}, internal_asset_deps={"b": set()}, name="both"
        )(body),
        dg.ParameterCheckError,
        "multi_asset 'both': Invalid out key 'b' in internal_asset_deps. Outputs are 'a'.",
    ),
    (
        "a check with two parameters for one asset",
        lambda: dg.asset_check(asset="orders", name="ok")(lambda orders, other: True),
        dg.InvalidDefinitionError,
        "Check 'ok' of asset 'orders': multiple assets provided as parameters: 'orders' and "
        "'other'. "
        "One of them can be the asset itself; the others must be specified in 'additional_ins'.",
    ),
    (
        "a function among the assets that was not decorated",
        lambda: dg.Definitions([body]),
        dg.ParameterCheckError,
        "Definitions(assets=...) holds 'body' of type function, which is not an asset. It is "
        "a plain "
        "function: decorate it with @asset, @multi_asset or @asset_check.",
    ),
    (
        "an asset in place of a list",
        lambda: dg.Definitions(ORDERS),
        dg.ParameterCheckError,
        "Definitions(assets=...) takes a list, not AssetsDefinition(orders) of type "
        "AssetsDefinition. Put it into a list.",
    ),
    (
        "a check that is split unlike its asset",
        lambda: load(
            dg.asset(name="daily", partitions_def=DAYS)(body),
            asset_checks=[
                dg.asset_check(
                    asset="daily", name="ok", partitions_def=dg.StaticPartitionsDefinition(["a"])
                )(lambda: True)
            ],
        ),
        dg.InvalidDefinitionError,
        "Asset check 'daily:ok' targets asset 'daily' but has a different partitions "
        "definition. Give "
        "it that of the asset, or none.",
    ),
    (
        "two jobs of one name",
        lambda: load(
            ORDERS, jobs=[dg.define_asset_job("nightly"), dg.define_asset_job("nightly", "orders")]
        ),
        dg.InvalidDefinitionError,
        "Duplicate definition found for nightly: job 'nightly' is defined twice. Rename one "
        "of them.",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "expected"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_a_wrong_definition_says_what_where_and_what_to_do(
    build: Callable[[], object], error: type[Exception], expected: str
) -> None:
    with pytest.raises(error) as caught:
        build()

    assert expected == str(caught.value)
