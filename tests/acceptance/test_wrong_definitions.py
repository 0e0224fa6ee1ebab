"""Wrong definitions: each gives one precise error with the object and the remedy."""

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


@dg.op
def one() -> int:
    return 1


@dg.op
def double(x: int) -> int:
    return 2 * x


STATIC = dg.StaticPartitionsDefinition(["a"])
BY_NAME = dg.asset(name="by_name", partitions_def=STATIC)(body)
DAILY = dg.asset(name="daily", partitions_def=DAYS)(body)


def needs(key: str) -> dg.ResourceDefinition:
    return dg.ResourceDefinition(lambda _: 1, required_resource_keys={key})


def daily(job: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition("daily", cron_schedule="@daily", job_name=job)


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
        "Asset 'raw/orders' has its whole key from key=, so @asset takes neither name nor "
        "key_prefix beside it. Keep the key.",
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
        "a dependency that is no asset",
        lambda: dg.asset(name="orders", deps=[7])(body),
        dg.ParameterCheckError,
        "7 is not an asset, an asset key or a spec.",
    ),
    (
        "one dependency with two mappings",
        lambda: dg.AssetSpec(
            "orders", deps=["raw", dg.AssetDep("raw", partition_mapping=dg.LastPartitionMapping())]
        ),
        dg.InvariantViolationError,
        "Asset 'raw' is named twice as a dependency, with different partition mappings. Keep one "
        "of them.",
    ),
    (
        "a dependency on itself",
        lambda: dg.asset(name="orders", deps=["orders"])(body),
        dg.InvalidDefinitionError,
        "Asset 'orders' depends on itself, and not on its earlier partitions alone. Give it time "
        "partitions (or one dimension of time), and map each to those before it, as "
        "TimeWindowPartitionMapping(start_offset=-1, end_offset=-1) does.",
    ),
    (
        "a group with a space",
        lambda: dg.asset(name="orders", group_name="raw data")(body),
        dg.InvalidDefinitionError,
        "Asset 'orders' has the group 'raw data', which no group can be called. Use letters, "
        "digits and '_', in segments separated by '/'.",
    ),
    (
        "a tag that is a number",
        lambda: dg.asset(name="orders", tags={"tier": 1})(body),
        dg.InvalidDefinitionError,
        "Asset 'orders' has the tag 'tier' with 1, which is not a text. Write it as one.",
    ),
    (
        "an owner that is a word",
        lambda: dg.asset(name="orders", owners=["sales"])(body),
        dg.InvalidDefinitionError,
        "Asset 'orders' cannot be owned by 'sales'. Write an email address, or 'team:' and the "
        "name of a team.",
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
        "Asset 'orders' names its IO manager twice, by io_manager_key and by io_manager_def. "
        "Keep one.",
    ),
    (
        "two ways to say when",
        lambda: dg.asset(
            name="orders",
            automation_condition=dg.AutomationCondition.eager(),
            auto_materialize_policy=dg.AutoMaterializePolicy.eager(),
        )(body),
        dg.InvariantViolationError,
        "An automation_condition and an auto_materialize_policy say the same of an asset, and "
        "both are given. Keep the condition.",
    ),
    (
        "a check of an asset that the function does not make",
        lambda: dg.asset(name="orders", check_specs=[dg.AssetCheckSpec("ok", asset="ordrs")])(body),
        dg.InvalidDefinitionError,
        "Asset 'orders': check_specs has 'ok' of asset 'ordrs', which the function does not make. "
        "Choose among 'orders'.",
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
        "multi_asset: beside specs=, neither deps= nor internal_asset_deps= has a place. Write "
        "what an asset is made of into deps= of its AssetSpec.",
    ),
    (
        "a parameter that no spec depends on",
        lambda: dg.multi_asset(specs=[dg.AssetSpec("orders")], name="both")(reader),
        dg.InvalidDefinitionError,
        "multi_asset 'both': the function reads 'up', which no AssetSpec has among its deps. Add "
        "each to the deps of the specs that are made of it.",
    ),
    (
        "internal dependencies of an output that is not there",
        lambda: dg.multi_asset(
            outs={"a": dg.AssetOut()}, internal_asset_deps={"b": set()}, name="both"
        )(body),
        dg.ParameterCheckError,
        "multi_asset 'both': internal_asset_deps has 'b', which is none of the outputs 'a'. Name "
        "one of these.",
    ),
    (
        "a check with two parameters for one asset",
        lambda: dg.asset_check(asset="orders", name="ok")(lambda orders, other: True),
        dg.InvalidDefinitionError,
        "Check 'ok' of asset 'orders': its function takes 'orders' and 'other', but only one "
        "parameter can receive the value of the checked asset. Say in additional_ins which assets "
        "the others are for.",
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
        "Check 'ok' is not split into the same partitions as its asset 'daily'. Give it the "
        "asset's partitions_def, or none.",
    ),
    (
        "two jobs of one name",
        lambda: load(
            ORDERS, jobs=[dg.define_asset_job("nightly"), dg.define_asset_job("nightly", "orders")]
        ),
        dg.InvalidDefinitionError,
        "Job 'nightly' is defined twice. Rename one of them.",
    ),
    (
        "ops in a circle",
        lambda: dg.GraphDefinition(
            "totals",
            node_defs=[double],
            dependencies={
                dg.NodeInvocation("double", "a"): {"x": dg.DependencyDefinition("b")},
                dg.NodeInvocation("double", "b"): {"x": dg.DependencyDefinition("a")},
            },
        ),
        dg.InvalidDefinitionError,
        "Graph 'totals': the nodes form a cycle: 'a' -> 'b' -> 'a', where each needs the next. "
        "Take one of these edges out.",
    ),
    (
        "an input that an op does not have",
        lambda: dg.GraphDefinition(
            "totals",
            node_defs=[one, double],
            dependencies={"double": {"y": dg.DependencyDefinition("one")}},
        ),
        dg.InvalidDefinitionError,
        "Graph 'totals': an edge leads to 'y' of op 'double', which has no such input, only ['x']. "
        "Change or remove the edge.",
    ),
    (
        "a config schema of a number",
        lambda: dg.op(name="load", config_schema={"limit": 3})(body),
        dg.InvalidConfigDefinitionError,
        "Wrong config schema at ':limit' of {'limit': 3}: 3 is not a config schema. A schema is a "
        "Python type like int, a config type like Noneable(int), a Field, a Config class, or a "
        "dict or list of these.",
    ),
    (
        "a resource that nobody provides",
        lambda: load(dg.asset(name="orders", required_resource_keys={"db"})(body)),
        dg.InvalidDefinitionError,
        "Resource 'db', which asset 'orders' requires, is missing. Provided: none. Add it to "
        "Definitions(resources={'db': ...}).",
    ),
    (
        "resources that require each other",
        lambda: load(ORDERS, resources={"a": needs("b"), "b": needs("a")}),
        dg.InvalidDefinitionError,
        "Resource 'a' requires itself: 'a' -> 'b' -> 'a'. Take one of these keys out of "
        "required_resource_keys.",
    ),
    (
        "a source without its IO manager",
        lambda: load(dg.SourceAsset("raw", io_manager_key="lake")),
        dg.InvalidDefinitionError,
        "IO manager 'lake', which loads asset 'raw', is missing. Add it to "
        "Definitions(resources={'lake': ...}).",
    ),
    (
        "a minute that does not exist",
        lambda: dg.ScheduleDefinition("daily", cron_schedule="61 * * * *", job_name="nightly"),
        dg.InvalidDefinitionError,
        "Schedule 'daily': '61 * * * *' is not a cron schedule: '61' is not a minute from 0 "
        "to 59. Write five fields - minute, hour, day of the month, month, weekday - like "
        "'0 6 * * MON-FRI', or an alias like '@daily'.",
    ),
    (
        "a timezone that does not exist",
        lambda: dg.ScheduleDefinition(
            "daily", cron_schedule="@daily", job_name="nightly", execution_timezone="Mars/Base"
        ),
        dg.InvalidDefinitionError,
        "Schedule 'daily' has no valid execution_timezone. There is no timezone 'Mars/Base'. Use "
        "an IANA name like 'Europe/London'.",
    ),
    (
        "two schedules of one name",
        lambda: load(ORDERS, schedules=[daily("nightly"), daily("weekly")]),
        dg.InvalidDefinitionError,
        "Schedule or sensor 'daily' is defined twice. Rename one of them.",
    ),
    (
        "a mapping between partitions of two kinds",
        lambda: load(
            BY_NAME,
            dg.asset(
                name="day",
                partitions_def=DAYS,
                deps=[
                    dg.AssetDep(BY_NAME, partition_mapping=dg.TimeWindowPartitionMapping()),
                ],
            )(body),
        ),
        dg.InvalidDefinitionError,
        "Asset 'day' cannot read asset 'by_name': TimeWindowPartitionMapping relates time windows, "
        "but the keys of the upstream are 'a' and those of the downstream days like '2024-12-31' "
        "(daily from 2024-01-01). Give the dependency another partition_mapping.",
    ),
    (
        "a month that does not exist",
        lambda: dg.DailyPartitionsDefinition("2024-13-01"),
        dg.InvalidDefinitionError,
        "start_date '2024-13-01' does not match the format '%Y-%m-%d'. Write it like "
        "'2024-12-31', or give another fmt.",
    ),
    (
        "a job of a missing asset",
        lambda: load(ORDERS, jobs=[dg.define_asset_job("nightly", ["ordrs"])]),
        dg.InvalidDefinitionError,
        "Job 'nightly': There is no asset 'ordrs'. Did you mean 'orders'?",
    ),
    (
        "a job of a part of what is made together",
        lambda: load(
            dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")], name="both")(body),
            jobs=[dg.define_asset_job("nightly", "a")],
        ),
        dg.InvalidDefinitionError,
        "Job 'nightly': Selected only 'a' of node 'both', which also makes 'b'; it cannot be "
        "subset. Select them all, or declare it with can_subset=True.",
    ),
    (
        "a job of assets that are split in different ways",
        lambda: load(BY_NAME, DAILY, jobs=[dg.define_asset_job("nightly")]),
        dg.InvalidDefinitionError,
        "Job 'nightly' selects assets that have different partitions: 'by_name' ('a') and 'daily' "
        "(days like '2024-12-31' (daily from 2024-01-01)). A run is for partitions of "
        "one kind only; make a job of each.",
    ),
    (
        "a condition that is a word",
        lambda: dg.AssetSpec("orders", automation_condition="eager"),
        dg.ParameterCheckError,
        "Asset 'orders': automation_condition must be an AutomationCondition, not 'eager'. Make "
        "one, like AutomationCondition.eager().",
    ),
    (
        "a job with the condition of an asset",
        lambda: load(
            ORDERS,
            jobs=[
                dg.define_asset_job(
                    "nightly", automation_condition=dg.AutomationCondition.missing()
                )
            ],
        ),
        dg.InvalidDefinitionError,
        "The automation condition of job 'nightly' asks about one asset, and not about those that "
        "the job begins with. Wrap it in AutomationCondition.all_job_root_assets_match(...) or "
        "any_job_root_assets_match(...).",
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
