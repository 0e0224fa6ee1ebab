import pytest

import penstock as dg


class Remembering(dg.IOManager):
    """Loads 5, and remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def handle_output(self, context, obj): ...

    def load_input(self, context):
        keys = list(context.asset_partition_keys) if context.has_asset_partitions else None
        self.asked.append((context.asset_key.to_user_string(), keys))
        return 5


@dg.op
def take(x):
    return x + 1


@pytest.mark.parametrize("kind", [dg.SourceAsset, dg.AssetSpec])
def test_an_asset_as_the_input_of_an_op_is_loaded_by_the_io_manager(kind):
    manager, raw = Remembering(), kind("raw", metadata={"foo": "bar"})

    @dg.graph
    def g():
        take(raw)

    assert g.execute_in_process(resources={"io_manager": manager}).success
    assert manager.asked == [("raw", None)]


def test_an_asset_with_an_io_manager_of_its_own_is_loaded_by_that_one():
    manager, raw = Remembering(), dg.SourceAsset("raw", io_manager_key="own")

    @dg.op
    def both(x, y):
        return x + y

    @dg.graph
    def g():
        both(raw, take.alias("other")(raw))

    result = g.execute_in_process(resources={"own": manager})

    assert result.output_for_node("both") == 11


def test_an_io_manager_of_an_asset_that_nobody_provides_is_missed():
    raw = dg.SourceAsset("raw", io_manager_key="own")

    @dg.graph
    def g():
        take(raw)

    with pytest.raises(dg.InvalidDefinitionError, match="Resource 'own', which"):
        g.execute_in_process()


def test_a_job_without_partitions_loads_all_of_an_asset():
    manager = Remembering()
    raw = dg.SourceAsset("raw", partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))

    @dg.job(resource_defs={"io_manager": manager})
    def j():
        take(raw)

    j.execute_in_process()

    assert manager.asked == [("raw", ["a", "b"])]


def test_a_job_with_partitions_loads_its_partition_of_an_asset():
    manager, partitions = Remembering(), dg.StaticPartitionsDefinition(["a", "b"])
    raw = dg.SourceAsset("raw", partitions_def=partitions)

    @dg.job(resource_defs={"io_manager": manager}, partitions_def=partitions)
    def j():
        take(raw)

    j.execute_in_process(partition_key="b")

    assert manager.asked == [("raw", ["b"])]


def test_an_op_knows_the_window_of_its_jobs_partition():
    @dg.op
    def window(context):
        return str(context.partition_time_window.start.date()), context.partition_key

    @dg.job(partitions_def=dg.DailyPartitionsDefinition(start_date="2020-01-01"))
    def j():
        window()

    result = j.execute_in_process(partition_key="2020-01-02")

    assert result.output_for_node("window") == ("2020-01-02", "2020-01-02")


def test_a_config_mapping_can_configure_resources():
    @dg.resource(config_schema=str)
    def date(context):
        return context.resource_config

    @dg.op(required_resource_keys={"date"})
    def tell(context):
        return context.resources.date

    @dg.graph
    def g():
        tell()

    job = g.to_job(
        resource_defs={"date": date},
        config=dg.ConfigMapping(
            config_schema={"date": str},
            config_fn=lambda given: {"resources": {"date": {"config": given["date"]}}},
        ),
    )

    assert job.execute_in_process(run_config={"date": "6/4"}).output_for_node("tell") == "6/4"


def test_an_asset_can_be_a_node_of_a_graph():
    @dg.asset
    def made():
        return 3

    @dg.graph
    def g():
        take(made())

    result = g.execute_in_process()

    assert result.output_for_node("take") == 4


def test_a_raw_op_yields_what_it_produces():
    def returns(_context, _inputs):
        return dg.Output(1)

    def yields(_context, _inputs):
        yield dg.Output(1)

    def job(function):
        raw = dg.OpDefinition(function, "raw", ins={})
        return dg.GraphDefinition("g", node_defs=[raw]).to_job()

    assert job(yields).execute_in_process().output_for_node("raw") == 1
    with pytest.raises(dg.InvariantViolationError, match="returned an Output, but has to yield"):
        job(returns).execute_in_process()


def test_a_job_refuses_a_partition_that_it_does_not_have():
    @dg.static_partitioned_config(["eu"])
    def by_region(_key):
        return {}

    @dg.op
    def work(): ...

    @dg.job(config=by_region)
    def regional():
        work()

    assert regional.execute_in_process(partition_key="eu").success
    with pytest.raises(dg.DagsterUnknownPartitionError, match="There is no partition 'mars'"):
        regional.execute_in_process(partition_key="mars")


RANGE = {
    "dagster/asset_partition_range_start": "2024-01-02",
    "dagster/asset_partition_range_end": "2024-01-03",
}


def test_an_asset_of_deps_has_partitions_by_its_declared_mapping():
    days = dg.DailyPartitionsDefinition("2024-01-01")
    day_before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    seen = []

    @dg.asset(partitions_def=days)
    def up(): ...

    @dg.asset(partitions_def=days, deps=[dg.AssetDep(up, partition_mapping=day_before)])
    def down(context: dg.AssetExecutionContext):
        seen.append(context.asset_partition_key_range_for_input("up"))

    assert dg.materialize([up, down], tags=RANGE).success
    assert seen == [dg.PartitionKeyRange("2024-01-01", "2024-01-02")]


def test_an_input_that_a_step_lacks_is_named_with_those_that_it_has():
    days = dg.DailyPartitionsDefinition("2024-01-01")

    @dg.asset(partitions_def=days)
    def up(): ...

    @dg.asset(partitions_def=days, deps=[up])
    def down(context: dg.AssetExecutionContext):
        context.asset_partition_key_for_input("pu")

    with pytest.raises(
        dg.DagsterInvariantViolationError, match=r"has no input 'pu'\. Its inputs are 'up'"
    ):
        dg.materialize([up, down], partition_key="2024-01-02")


def test_the_ends_of_a_range_of_several_dimensions_know_their_parts():
    both = dg.MultiPartitionsDefinition(
        {
            "date": dg.DailyPartitionsDefinition("2024-01-01"),
            "region": dg.StaticPartitionsDefinition(["eu", "us"]),
        }
    )
    seen = []

    @dg.asset(partitions_def=both)
    def sales(context: dg.AssetExecutionContext):
        span = context.partition_key_range
        seen.extend([span.start.keys_by_dimension, span.end.keys_by_dimension])

    tags = {name: f"{day}|us" for name, day in RANGE.items()}
    assert dg.materialize([sales], tags=tags).success
    assert seen == [
        {"date": "2024-01-02", "region": "us"},
        {"date": "2024-01-03", "region": "us"},
    ]


def test_a_key_of_several_dimensions_can_be_the_partition_of_a_stored_run():
    both = dg.MultiPartitionsDefinition(
        {
            "date": dg.DailyPartitionsDefinition("2024-01-01"),
            "client": dg.DynamicPartitionsDefinition(name="clients"),
        }
    )
    key = dg.MultiPartitionKey({"date": "2024-01-02", "client": "acme"})

    @dg.asset(partitions_def=both)
    def bills(): ...

    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("clients", ["acme"])
        assert dg.materialize([bills], partition_key=key, instance=instance).success
        assert instance.get_materialized_partitions(bills.key) == {"acme|2024-01-02"}


def test_partitions_without_one_time_dimension_have_no_window():
    both = dg.MultiPartitionsDefinition(
        {
            "size": dg.StaticPartitionsDefinition(["s", "l"]),
            "region": dg.StaticPartitionsDefinition(["eu", "us"]),
        }
    )

    @dg.asset(partitions_def=both)
    def sales(context: dg.AssetExecutionContext):
        return context.partition_time_window

    with pytest.raises(dg.DagsterInvariantViolationError, match="No time window can be told"):
        dg.materialize([sales], partition_key="eu|s")
