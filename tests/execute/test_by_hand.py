import pytest

import penstock as dg
from penstock.errors import InvalidConfigError, InvariantViolationError


def released_into(log):
    @dg.resource
    def made(_):
        yield "up"
        log.append("down")

    return made


def test_resources_are_attributes_until_they_are_released():
    log = []

    with dg.build_resources({"a": released_into(log), "b": 2}) as resources:
        assert (resources.a, resources.b, log) == ("up", 2, [])

    assert log == ["down"]


def test_config_for_a_resource_that_is_not_there_is_an_error():
    with (
        pytest.raises(InvalidConfigError, match="configures 'b', which is not among"),
        dg.build_resources({"a": 1}, resource_config={"b": {"config": 1}}),
    ):
        pass


def test_resources_see_an_instance_in_memory_unless_one_is_given():
    @dg.resource
    def instance(context):
        return context.instance

    with dg.build_resources({"i": instance}) as resources:
        assert resources.i.is_ephemeral
    with (
        dg.DagsterInstance.ephemeral() as given,
        dg.build_resources({"i": instance}, instance=given) as resources,
    ):
        assert resources.i is given


def test_a_context_for_a_resource_sets_its_resources_up():
    @dg.resource
    def one():
        return 1

    context = dg.build_init_resource_context({"a": 1}, resources={"one": one})

    assert (context.resource_config, context.resources.one) == ({"a": 1}, 1)
    assert context.instance.is_ephemeral


@pytest.mark.parametrize(
    "build",
    [dg.build_init_resource_context, dg.build_input_context, dg.build_output_context],
)
def test_what_has_to_be_released_wants_a_with(build):
    log = []
    context = build(resources={"a": released_into(log)})

    with pytest.raises(InvariantViolationError, match=f"with {build.__name__}"):
        _ = context.resources
    with context as entered:
        assert (entered.resources.a, log) == ("up", [])

    assert log == ["down"]


@pytest.mark.parametrize(
    "build",
    [dg.build_init_resource_context, dg.build_input_context, dg.build_output_context],
)
def test_a_context_that_is_dropped_releases_what_it_holds(build):
    log = []
    context = build(resources={"a": released_into(log)})

    del context

    assert log == ["down"]


def test_a_range_of_partitions_is_spelled_out():
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")

    context = dg.build_input_context(
        asset_key=["p", "a"],
        asset_partitions_def=days,
        asset_partition_key_range=dg.PartitionKeyRange("2024-01-02", "2024-01-04"),
    )

    assert context.asset_partition_keys == ["2024-01-02", "2024-01-03", "2024-01-04"]
    assert context.asset_key == dg.AssetKey(["p", "a"])


def test_an_output_context_has_a_run_of_its_own():
    context = dg.build_output_context(step_key="s", name="n", output_metadata={"rows": 1})

    assert context.get_identifier() == ["EPHEMERAL", "s", "n"]
    assert context.output_metadata == {"rows": dg.MetadataValue.int(1)}
