import pytest

import penstock as dg
from penstock.define.graph import graph
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidSubsetError,
    ParameterCheckError,
)
from penstock.graph.asset_graph import AssetGraph


@dg.asset
def orders():
    return 1


@dg.asset
def revenue(orders):
    return orders + 1


def test_a_job_without_a_selection_makes_every_asset():
    defs = dg.Definitions([orders, revenue], jobs=[dg.define_asset_job("all")])

    assert defs.resolve_job_def("all").asset_keys == {orders.key, revenue.key}


@pytest.mark.parametrize(
    "selection", ["orders", ["orders"], [orders], dg.AssetSelection.assets("orders")]
)
def test_a_selection_is_text_keys_assets_or_a_selection(selection):
    defs = dg.Definitions([orders, revenue], jobs=[dg.define_asset_job("one", selection)])

    assert defs.resolve_job_def("one").asset_keys == {orders.key}


def test_a_selection_is_resolved_late():
    job = dg.define_asset_job("j", "nope")

    with pytest.raises(InvalidDefinitionError) as caught:
        dg.Definitions([orders], jobs=[job]).resolve_job_def("j")

    assert str(caught.value) == "Job 'j': There is no asset 'nope'."
    assert isinstance(caught.value.__cause__, InvalidSubsetError)


def test_a_job_of_a_part_of_what_is_made_together_is_refused():
    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")])
    def both():
        pass

    defs = dg.Definitions([both], jobs=[dg.define_asset_job("j", "a")])

    with pytest.raises(InvalidDefinitionError, match="cannot be subset"):
        defs.resolve_job_def("j")


def test_a_declared_job_is_resolved_over_a_graph_of_assets():
    @dg.asset(required_resource_keys={"api"})
    def fetched(context: dg.AssetExecutionContext):
        return context.resources.api

    graph = dg.Definitions([fetched], resources={"api": 1}).resolve_asset_graph()

    job = dg.define_asset_job("j").resolve(graph)

    assert job.execute_in_process().output_for_node("fetched") == 1


def test_a_resolved_job_takes_the_resources_that_its_assets_lack():
    @dg.asset(required_resource_keys={"api"})
    def fetched(context: dg.AssetExecutionContext):
        return context.resources.api

    graph = AssetGraph.from_assets([fetched])

    job = dg.define_asset_job("j").resolve(graph, resource_defs={"api": 2})

    assert job.execute_in_process().output_for_node("fetched") == 2
    with pytest.raises(InvalidDefinitionError, match="'api'"):
        dg.define_asset_job("j").resolve(graph)


def test_a_subset_of_a_job_makes_its_part():
    job = dg.Definitions([orders, revenue], jobs=[dg.define_asset_job("j")]).resolve_job_def("j")

    part = job.get_subset(asset_selection={dg.AssetKey("orders")})

    assert part.asset_keys == {dg.AssetKey("orders")}
    with pytest.raises(InvalidSubsetError, match="'nope'"):
        job.get_subset(asset_selection={dg.AssetKey("nope")})


def test_the_condition_of_a_job_asks_about_its_root_assets():
    eager = dg.AutomationCondition.eager()
    defs = dg.Definitions(
        [orders],
        jobs=[
            dg.define_asset_job("bare", automation_condition=eager),
            dg.define_asset_job(
                "wrapped",
                automation_condition=dg.AutomationCondition.any_job_root_assets_match(eager),
            ),
        ],
    )

    assert defs.resolve_job_def("wrapped").automation_condition is not None
    with pytest.raises(InvalidDefinitionError, match="not about those that the job begins with"):
        defs.resolve_job_def("bare")


def test_a_job_runs_in_process():
    defs = dg.Definitions(
        [orders, revenue], jobs=[dg.define_asset_job("all", tags={"team": "finance"})]
    )
    job = defs.resolve_job_def("all")

    result = job.execute_in_process(tags={"by": "me"})

    assert result.success is True
    assert job.name == "all"
    assert job.tags == {"team": "finance"}


def test_a_run_can_be_narrowed_to_some_assets():
    @dg.asset
    def broken():
        raise ValueError

    defs = dg.Definitions([orders, broken], jobs=[dg.define_asset_job("all")])

    assert defs.resolve_job_def("all").execute_in_process(asset_selection=[orders.key]).success


@dg.op
def one():
    return 1


@dg.op
def add(x, y=0):
    return x + y


def job_of(body, **arguments):
    return dg.job(**arguments)(body) if arguments else dg.job(body)


def test_a_job_of_ops_runs_in_process():
    def sums(x):
        return add(one(), x)

    made = job_of(sums, name="sums", description="Add.")

    result = made.execute_in_process(input_values={"x": 4})

    assert (made.name, made.description, made.loaded) == ("sums", "Add.", None)
    assert result.output_for_node("add") == 5


def test_run_tags_take_the_place_of_tags_on_runs():
    def tagged():
        one()

    same = job_of(tagged, tags={"a": "1"})
    apart = job_of(tagged, tags={"a": "1"}, run_tags={"b": "2"})

    assert (same.tags, same.run_tags) == ({"a": "1"}, {"a": "1"})
    assert (apart.tags, apart.run_tags) == ({"a": "1"}, {"b": "2"})


def test_an_input_that_nothing_can_give_is_refused():
    class Custom: ...

    @dg.op(ins={"x": dg.In(Custom)})
    def takes(x): ...

    with pytest.raises(InvalidDefinitionError, match="Nothing gives a value to input 'x'"):
        job_of(lambda: takes() and None, name="open")

    given = job_of(lambda x: takes(x) and None, name="given")
    with pytest.raises(InvalidInvocationError, match="input_values="):
        given.execute_in_process()


def test_input_values_are_for_inputs_that_exist():
    with pytest.raises(InvalidDefinitionError, match="Job 'closed' has no input 'x'"):
        job_of(lambda: one() and None, name="closed", input_values={"x": 1})


def test_resources_that_are_given_must_be_all_that_are_needed():
    @dg.op(required_resource_keys={"db"})
    def queries(context): ...

    def body():
        queries()

    assert {"db", "io_manager"} == job_of(body, name="later").required_resource_keys
    with pytest.raises(InvalidDefinitionError, match="'db', which op 'queries' requires"):
        job_of(body, name="lacks", resource_defs={"other": 1})
    with pytest.raises(ParameterCheckError, match="cannot be an attribute"):
        job_of(body, name="wrong", resource_defs={"d-b": 1})


def test_hooks_can_be_put_on_a_job_afterwards():
    hook = dg.success_hook(name="tell")(lambda context: None)

    made = hook(job_of(lambda: one() and None, name="quiet"))

    assert frozenset({hook}) == made.hook_defs
    assert frozenset({hook}) == made.steps[0].hooks


def test_partitioned_config_gives_config_and_tags_by_partition():
    config = dg.static_partitioned_config(["eu", "us"])(
        lambda key: {"ops": {"one": {"config": key}}}
    )

    made = job_of(lambda: one() and None, name="regional", config=config)

    assert list(made.get_partition_keys()) == ["eu", "us"]
    assert made.run_config_for("eu") == {"ops": {"one": {"config": "eu"}}}
    assert made.tags_for("eu")["dagster/partition"] == "eu"
    other = dg.StaticPartitionsDefinition(["x"])
    with pytest.raises(InvalidDefinitionError, match="drop partitions_def="):
        job_of(lambda: one() and None, name="two", config=config, partitions_def=other)


def test_a_job_is_not_called_by_hand():
    with pytest.raises(InvalidInvocationError, match="execute_in_process"):
        job_of(lambda: one() and None, name="called")()


def test_owners_are_people_or_teams():
    assert job_of(lambda: one() and None, name="o", owners=["team:data"]).owners == ["team:data"]
    with pytest.raises(InvalidDefinitionError):
        job_of(lambda: one() and None, name="o", owners=["nobody"])


def test_assets_of_one_job_are_split_alike():
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a"]))
    def left(): ...

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["b"]))
    def right(): ...

    defs = dg.Definitions([left, right, orders], jobs=[dg.define_asset_job("all")])
    with pytest.raises(InvalidDefinitionError, match="different partitions"):
        defs.resolve_job_def("all")

    some = dg.Definitions([left, orders], jobs=[dg.define_asset_job("some")])
    assert left.partitions_def == some.resolve_job_def("some").partitions_def


def test_an_output_of_a_node_is_followed_to_its_step():
    inner = graph(name="inner")(lambda: add(one()))

    made = job_of(lambda: inner() and None, name="outer")

    assert made.output_origin("inner", "result") == ("inner.add", "result")
    assert made.output_origin("inner", "nope") is None


def test_a_run_of_a_partition_can_be_requested():
    config = dg.static_partitioned_config(["eu"])(lambda key: {"ops": {"one": {"config": key}}})
    made = job_of(lambda: one() and None, name="regional", config=config)

    request = made.run_request_for_partition("eu", run_key="k", tags={"a": "b"})

    assert (request.run_key, request.job_name, request.partition_key) == ("k", "regional", "eu")
    assert request.run_config == {"ops": {"one": {"config": "eu"}}}
    with pytest.raises(dg.DagsterUnknownPartitionError):
        made.run_request_for_partition("us")


def test_a_job_can_be_changed_in_one_respect():
    made = job_of(lambda: one() and None, name="plain", metadata={"a": 1})

    assert {"b": dg.MetadataValue.int(2)} == made.with_metadata({"b": 2}).metadata
    assert made.with_executor_def("threads").executor_def == "threads"
    assert made.with_top_level_resources({"db": 1}).resource_defs == {"db": 1}
    assert {"a": dg.MetadataValue.int(1)} == made.metadata


def test_a_partitioned_config_must_be_for_the_partitions_of_the_assets():
    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01"))
    def daily(): ...

    @dg.hourly_partitioned_config(start_date="2024-01-01-00:00")
    def by_hour(_start, _end):
        return {}

    @dg.daily_partitioned_config(start_date="2024-01-01")
    def by_day(_start, _end):
        return {}

    assets = dg.Definitions([daily]).resolve_asset_graph()
    assert dg.define_asset_job("fits", config=by_day).resolve(assets).name == "fits"
    with pytest.raises(dg.ParameterCheckError, match="Job 'wrong': its config is for partitions"):
        dg.define_asset_job("wrong", config=by_hour).resolve(assets)
