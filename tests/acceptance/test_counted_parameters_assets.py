"""Parameters of assets, checks, metadata and partitions that real projects pass do what they say.

The parameters are those counted in the source of 25 public projects. Each test says which of them
it exercises; the last one makes sure that none is left out. `DagsterRun(...)`, `DagsterEvent(...)`
and `EventLogEntry(...)` are records which projects build only to test storage plug-ins of their
own, and `_check` is private to Dagster; `components.load_defs` is exercised in
`tests/library/components`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import penstock as dg

COUNTED = """
asset(group_name) asset(deps) Output(metadata) asset(partitions_def) materialize(resources)
asset(io_manager_key) asset(kinds) asset(tags) AssetCheckResult(passed)
asset(automation_condition) asset(key) AssetCheckResult(metadata) materialize(assets)
MaterializeResult(metadata) asset(metadata) MetadataValue.text AssetCheckResult(severity)
materialize(instance) asset(io_manager_def) asset(name) materialize(partition_key)
asset(description) MetadataValue.int DagsterInstance.ephemeral asset_check(asset) Output(value)
asset(key_prefix) DailyPartitionsDefinition(start_date) MetadataValue.md asset(compute_kind)
asset_check(name) materialize(raise_on_error) AutomationCondition.eager asset(check_specs)
asset(ins) asset(code_version) AutomationCondition.on_cron asset(required_resource_keys)
materialize(run_config) AssetSpec(key) materialize(selection) Output(output_name) AssetOut(key)
MonthlyPartitionsDefinition(start_date) MaterializeResult(asset_key) asset_check(description)
AssetCheckResult(check_name) AssetCheckSpec(asset) AssetOut(io_manager_key) MetadataValue.json
Output(data_version) Definitions(asset_checks) AssetSpec(group_name) AssetOut(description)
AssetMaterialization(asset_key) MultiPartitionsDefinition(partitions_defs)
materialize_to_memory(resources) AssetCheckResult(description) asset(config_schema) AssetIn(key)
AssetCheckResult(asset_key) multi_asset(specs) build_op_context(resources) AssetCheckSpec(name)
load_assets_from_package_module(group_name) multi_asset(outs) AssetSpec(description)
BackfillPolicy.single_run MaterializeResult(value) AssetMaterialization(metadata)
RetryPolicy(max_retries) asset(op_tags) asset_check(blocking) DailyPartitionsDefinition(end_date)
load_assets_from_package_module(package_module) AssetOut(automation_condition) AssetSpec(kinds)
build_asset_context(partition_key) MonthlyPartitionsDefinition(end_offset) AssetSpec(deps)
multi_asset(group_name) EventRecordsFilter(event_type) asset(pool) AssetSpec(metadata)
RetryPolicy(delay) AnchorBasedFilePathMapping(local_file_anchor)
AnchorBasedFilePathMapping(file_anchor_path_in_repository) MetadataValue.path
WeeklyPartitionsDefinition(start_date) MetadataValue.url asset(dagster_type)
AssetMaterialization(partition) MaterializeResult(check_results) build_op_context(op_config)
MetadataValue.bool TableSchema(columns) asset(freshness_policy) EventRecordsFilter(asset_key)
load_assets_from_modules(modules) MonthlyPartitionsDefinition(end_date)
AssetSpec(automation_condition) multi_asset(name) AssetIn(partition_mapping) TableColumn(name)
TableColumn(type) asset(backfill_policy) asset(retry_policy) build_resources(resources)
AssetMaterialization(description) multi_asset(partitions_def) TableColumn(description)
WeeklyPartitionsDefinition(end_date) Failure(description) RunsFilter(statuses)
AssetOut(is_required) TimeWindow(start) TimeWindow(end) MetadataValue.float AssetIn(key_prefix)
"""

COVERED: set[str] = set()


def covers(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say which parameters a test exercises."""

    def register(test: Callable[..., None]) -> Callable[..., None]:
        COVERED.update(" ".join(names).split())
        return test

    return register


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@dg.asset(group_name="shop")
def shop_data() -> int:
    return 1


@covers(
    "asset(group_name) asset(deps) asset(kinds) asset(tags) asset(key) asset(metadata)",
    "asset(description) asset(code_version) asset(automation_condition) asset(partitions_def)",
    "AutomationCondition.eager DailyPartitionsDefinition(start_date)",
    "DailyPartitionsDefinition(end_date) asset(freshness_policy) asset(backfill_policy)",
    "BackfillPolicy.single_run",
)
def test_attributes_of_an_asset_are_those_of_its_spec():
    days = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-02-01")
    policy = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=1))
    condition = dg.AutomationCondition.eager()

    @dg.asset(
        key=["mart", "orders"],
        group_name="marts",
        deps=[shop_data, dg.AssetKey(["raw", "orders"])],
        kinds={"sql"},
        tags={"tier": "1"},
        metadata={"table": "orders"},
        description="Orders.",
        code_version="2",
        automation_condition=condition,
        partitions_def=days,
        freshness_policy=policy,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def orders() -> None: ...

    [spec] = orders.specs
    assert spec.key == dg.AssetKey(["mart", "orders"])
    assert (spec.group_name, spec.description, spec.code_version) == ("marts", "Orders.", "2")
    assert {dep.asset_key.to_user_string() for dep in spec.deps} == {"shop_data", "raw/orders"}
    assert spec.kinds == {"sql"}
    assert spec.tags["tier"] == "1"
    assert spec.metadata["table"] == "orders"
    assert spec.automation_condition == condition
    assert spec.partitions_def == days
    assert spec.freshness_policy == policy
    assert orders.backfill_policy == dg.BackfillPolicy.single_run()


@covers("asset(name) asset(key_prefix) AssetIn(key) AssetIn(key_prefix) asset(ins)")
def test_names_and_prefixes_make_keys_and_inputs_name_theirs():
    @dg.asset(name="orders", key_prefix=["raw", "eu"])
    def first() -> int:
        return 2

    @dg.asset(ins={"left": dg.AssetIn(key=dg.AssetKey(["raw", "eu", "orders"]))})
    def by_key(left: int) -> int:
        return left + 1

    @dg.asset(ins={"orders": dg.AssetIn(key_prefix=["raw", "eu"])})
    def by_prefix(orders: int) -> int:
        return orders + 2

    result = dg.materialize([first, by_key, by_prefix])

    assert result.output_for_node("by_key") == 3
    assert result.output_for_node("by_prefix") == 4


@covers(
    "asset(io_manager_key) asset(io_manager_def) materialize(resources) materialize(assets)",
    "materialize(instance) materialize(partition_key) materialize(raise_on_error)",
    "materialize(run_config) materialize(selection) asset(config_schema) asset(compute_kind)",
    "asset(required_resource_keys) DagsterInstance.ephemeral asset(op_tags) asset(pool)",
    "asset(dagster_type) asset(retry_policy) RetryPolicy(max_retries) RetryPolicy(delay)",
    "Failure(description)",
)
def test_a_run_takes_resources_config_a_selection_and_a_partition(instance: dg.DagsterInstance):
    seen: list[object] = []
    own, shared = dg.InMemoryIOManager(), dg.InMemoryIOManager()
    days = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-02-01")

    @dg.asset(
        io_manager_key="files",
        config_schema={"limit": int},
        required_resource_keys={"api"},
        partitions_def=days,
        compute_kind="python",
        op_tags={"memory": "1Gi"},
        pool="api",
        dagster_type=dg.Int,
        retry_policy=dg.RetryPolicy(max_retries=1, delay=0),
    )
    def orders(context) -> int:
        seen.append((context.op_config["limit"], context.resources.api, context.partition_key))
        if context.retry_number == 0:
            raise dg.Failure(description="again")
        return 1

    @dg.asset(io_manager_def=dg.IOManagerDefinition.hardcoded_io_manager(own), partitions_def=days)
    def left_out() -> int:
        return 2

    result = dg.materialize(
        assets=[orders, left_out],
        instance=instance,
        resources={"api": "the api", "files": shared},
        run_config={"ops": {"orders": {"config": {"limit": 3}}}},
        selection=[orders],
        partition_key="2024-01-02",
        raise_on_error=False,
    )

    assert result.success
    assert seen == [(3, "the api", "2024-01-02")] * 2
    assert instance.get_materialized_partitions(orders.key) == {"2024-01-02"}
    assert not instance.has_asset_key(left_out.key)
    assert shared.values
    assert not own.values


@covers(
    "Output(value) Output(metadata) Output(data_version) Output(output_name) multi_asset(outs)",
    "AssetOut(key) AssetOut(io_manager_key) AssetOut(description) AssetOut(automation_condition)",
    "AssetOut(is_required) multi_asset(name) multi_asset(group_name) multi_asset(partitions_def)",
    "AutomationCondition.on_cron",
)
def test_outputs_of_a_multi_asset_have_their_own_attributes():
    days = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-02-01")
    hourly = dg.AutomationCondition.on_cron("@hourly")

    @dg.multi_asset(
        name="both",
        group_name="pairs",
        partitions_def=days,
        outs={
            "one": dg.AssetOut(
                key=["x", "one"],
                io_manager_key="memory",
                description="The first.",
                automation_condition=hourly,
            ),
            "two": dg.AssetOut(is_required=False),
        },
    )
    def both():
        yield dg.Output(
            value=1, output_name="one", metadata={"rows": 1}, data_version=dg.DataVersion("v1")
        )

    result = dg.materialize(
        [both], partition_key="2024-01-01", resources={"memory": dg.InMemoryIOManager()}
    )

    one = both.specs_by_key[dg.AssetKey(["x", "one"])]
    assert (one.description, one.group_name) == ("The first.", "pairs")
    assert one.automation_condition == hourly
    [made] = result.asset_materializations_for_node("both")
    assert made.asset_key == one.key
    assert made.metadata["rows"] == dg.IntMetadataValue(1)
    assert made.tags["dagster/data_version"] == "v1"


@covers(
    "multi_asset(specs) AssetSpec(key) AssetSpec(group_name) AssetSpec(description)",
    "AssetSpec(kinds) AssetSpec(deps) AssetSpec(metadata) AssetSpec(automation_condition)",
    "MaterializeResult(asset_key) MaterializeResult(metadata) MaterializeResult(value)",
)
def test_specs_describe_what_a_multi_asset_makes():
    spec = dg.AssetSpec(
        key="one",
        group_name="pairs",
        description="The first.",
        kinds={"python"},
        deps=["shop_data"],
        metadata={"table": "one"},
        automation_condition=dg.AutomationCondition.eager(),
    )

    @dg.multi_asset(specs=[spec, dg.AssetSpec(key="two")])
    def both():
        yield dg.MaterializeResult(asset_key="one", metadata={"rows": 1})
        yield dg.MaterializeResult(asset_key="two")

    @dg.asset
    def single() -> dg.MaterializeResult[int]:
        return dg.MaterializeResult(value=5)

    assert both.specs_by_key[dg.AssetKey("one")] == spec
    assert dg.materialize([both]).success
    assert dg.materialize([single]).output_for_node("single") == 5


@covers(
    "AssetCheckResult(passed) AssetCheckResult(metadata) AssetCheckResult(severity)",
    "AssetCheckResult(check_name) AssetCheckResult(asset_key) AssetCheckResult(description)",
    "AssetCheckSpec(asset) AssetCheckSpec(name) asset(check_specs) asset_check(asset)",
    "asset_check(name) asset_check(description) asset_check(blocking) Definitions(asset_checks)",
    "MaterializeResult(check_results)",
)
def test_checks_inside_and_beside_an_asset_are_recorded():
    @dg.asset(check_specs=[dg.AssetCheckSpec(name="inside", asset="orders")])
    def orders():
        verdict = dg.AssetCheckResult(
            passed=False,
            check_name="inside",
            asset_key="orders",
            severity=dg.AssetCheckSeverity.WARN,
            description="Too few.",
            metadata={"rows": 1},
        )
        return dg.MaterializeResult(check_results=[verdict])

    @dg.asset_check(asset=orders, name="beside", description="Looks twice.", blocking=True)
    def another():
        return dg.AssetCheckResult(passed=True)

    defs = dg.Definitions(assets=[orders], asset_checks=[another])
    result = defs.resolve_implicit_global_asset_job_def().execute_in_process()

    found = {e.check_name: e for e in result.get_asset_check_evaluations()}
    assert (found["inside"].passed, found["beside"].passed) == (False, True)
    assert found["inside"].severity == dg.AssetCheckSeverity.WARN
    assert found["inside"].description == "Too few."
    assert found["inside"].metadata["rows"] == dg.IntMetadataValue(1)
    [spec] = another.check_specs
    assert (spec.description, spec.blocking) == ("Looks twice.", True)


@covers(
    "MetadataValue.text MetadataValue.int MetadataValue.md MetadataValue.json MetadataValue.path",
    "MetadataValue.url MetadataValue.bool MetadataValue.float TableSchema(columns)",
    "TableColumn(name) TableColumn(type) TableColumn(description)",
)
def test_metadata_of_every_kind_is_read_back():
    schema = dg.TableSchema(columns=[dg.TableColumn(name="id", type="int", description="The key")])
    metadata = {
        "text": dg.MetadataValue.text("a"),
        "int": dg.MetadataValue.int(1),
        "md": dg.MetadataValue.md("*a*"),
        "json": dg.MetadataValue.json({"a": 1}),
        "path": dg.MetadataValue.path("/tmp/a"),
        "url": dg.MetadataValue.url("https://example.com"),
        "bool": dg.MetadataValue.bool(True),
        "float": dg.MetadataValue.float(0.5),
        "schema": schema,
    }

    @dg.asset
    def orders() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata=metadata)

    [made] = dg.materialize([orders]).asset_materializations_for_node("orders")

    read = {name: value.value for name, value in made.metadata.items()}
    assert read == {
        "text": "a",
        "int": 1,
        "md": "*a*",
        "json": {"a": 1},
        "path": "/tmp/a",
        "url": "https://example.com",
        "bool": True,
        "float": 0.5,
        "schema": schema,
    }


@covers(
    "MonthlyPartitionsDefinition(start_date) MonthlyPartitionsDefinition(end_date)",
    "MonthlyPartitionsDefinition(end_offset) WeeklyPartitionsDefinition(start_date)",
    "WeeklyPartitionsDefinition(end_date) MultiPartitionsDefinition(partitions_defs)",
    "TimeWindow(start) TimeWindow(end) AssetIn(partition_mapping)",
)
def test_partitions_of_every_cadence_have_keys_and_windows(tmp_path: Path):
    months = dg.MonthlyPartitionsDefinition(start_date="2024-01-01", end_date="2024-04-01")
    later = dg.MonthlyPartitionsDefinition(start_date="2024-01-01", end_offset=1)
    weeks = dg.WeeklyPartitionsDefinition(start_date="2024-01-07", end_date="2024-01-28")
    grid = dg.MultiPartitionsDefinition(
        partitions_defs={"month": months, "region": dg.StaticPartitionsDefinition(["eu", "us"])}
    )
    march = datetime(2024, 3, 15, tzinfo=UTC)

    @dg.asset(partitions_def=months)
    def monthly(context) -> str:
        return context.partition_key

    @dg.asset(
        partitions_def=months,
        ins={
            "monthly": dg.AssetIn(
                partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
            )
        },
    )
    def before(monthly: str) -> str:
        return monthly

    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"io_manager": dg.FilesystemIOManager(base_dir=str(tmp_path))}
        dg.materialize(
            [monthly], partition_key="2024-01-01", instance=instance, resources=resources
        )
        result = dg.materialize(
            [monthly, before],
            selection=[before],
            partition_key="2024-02-01",
            instance=instance,
            resources=resources,
        )

    assert result.output_for_node("before") == "2024-01-01"
    assert months.get_partition_keys() == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert later.get_partition_keys(current_time=march)[-1] == "2024-03-01"
    assert weeks.get_partition_keys() == ["2024-01-07", "2024-01-14", "2024-01-21"]
    assert len(grid.get_partition_keys()) == 6
    assert months.time_window_for_partition_key("2024-02-01") == dg.TimeWindow(
        start=datetime(2024, 2, 1, tzinfo=UTC), end=datetime(2024, 3, 1, tzinfo=UTC)
    )


@covers(
    "AssetMaterialization(asset_key) AssetMaterialization(metadata)",
    "AssetMaterialization(partition) AssetMaterialization(description)",
    "EventRecordsFilter(event_type) EventRecordsFilter(asset_key) RunsFilter(statuses)",
)
def test_materializations_reported_from_outside_are_found_again(instance: dg.DagsterInstance):
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            asset_key="orders", partition="eu", description="By hand.", metadata={"rows": 1}
        )
    )
    dg.materialize([shop_data], instance=instance)

    [record] = instance.get_event_records(
        dg.EventRecordsFilter(
            event_type=dg.DagsterEventType.ASSET_MATERIALIZATION, asset_key=dg.AssetKey("orders")
        )
    )
    runs = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS]))

    made = record.asset_materialization
    assert (made.partition, made.description) == ("eu", "By hand.")
    assert made.metadata["rows"] == dg.IntMetadataValue(1)
    assert len(runs) == 1


@covers(
    "build_op_context(resources) build_op_context(op_config) build_asset_context(partition_key)",
    "build_resources(resources) materialize_to_memory(resources)",
)
def test_definitions_are_called_by_hand_with_built_contexts():
    @dg.op(required_resource_keys={"api"}, config_schema={"limit": int})
    def fetch(context) -> tuple[object, int]:
        return context.resources.api, context.op_config["limit"]

    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-02-01")
    )
    def orders(context) -> str:
        return context.partition_key

    @dg.asset(required_resource_keys={"api"})
    def copies(context) -> str:
        return context.resources.api

    context = dg.build_op_context(resources={"api": "the api"}, op_config={"limit": 3})

    assert fetch(context) == ("the api", 3)
    assert orders(dg.build_asset_context(partition_key="2024-01-02")) == "2024-01-02"
    with dg.build_resources(resources={"api": "the api"}) as resources:
        assert resources.api == "the api"
    made = dg.materialize_to_memory([copies], resources={"api": "the api"})
    assert made.output_for_node("copies") == "the api"


@covers(
    "load_assets_from_package_module(group_name) load_assets_from_modules(modules)",
    "load_assets_from_package_module(package_module)",
)
def test_assets_are_collected_from_modules_and_packages(tmp_path: Path, monkeypatch):
    package = tmp_path / "some_tables"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "orders.py").write_text(
        "import penstock as dg\n@dg.asset\ndef orders() -> int:\n    return 1\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import some_tables
    from some_tables import orders as module

    grouped = dg.load_assets_from_package_module(package_module=some_tables, group_name="g")
    plain = dg.load_assets_from_modules(modules=[module])

    assert [asset.specs_by_key[dg.AssetKey("orders")].group_name for asset in grouped] == ["g"]
    assert [asset.key for asset in plain] == [dg.AssetKey("orders")]


@covers(
    "AnchorBasedFilePathMapping(local_file_anchor)",
    "AnchorBasedFilePathMapping(file_anchor_path_in_repository)",
)
def test_code_references_lead_to_a_page_of_the_repository():
    mapping = dg.AnchorBasedFilePathMapping(
        local_file_anchor=Path(__file__), file_anchor_path_in_repository="tests/here.py"
    )

    [linked] = dg.link_code_references_to_git(
        dg.with_source_code_references([shop_data]),
        git_url="https://github.com/shop/warehouse",
        git_branch="main",
        file_path_mapping=mapping,
    )

    [reference] = linked.metadata_by_key[linked.key]["dagster/code_references"].code_references
    assert reference.url.startswith("https://github.com/shop/warehouse/tree/main/tests/here.py#L")


def test_every_counted_parameter_is_exercised():
    assert set(COUNTED.split()) == COVERED
