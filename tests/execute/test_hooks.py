import penstock as dg
from penstock.define.hook import HookExecutionResult, event_list_hook


def test_a_hook_sees_all_events_of_its_step_and_no_others():
    seen = []

    @event_list_hook
    def watch(context, event_list):
        seen.extend(event.event_type_value for event in event_list)
        return HookExecutionResult("watch")

    @dg.op
    def first():
        return 1

    @dg.op
    def second(x):
        return x

    @dg.job
    def j():
        second.with_hooks({watch})(first())

    result = j.execute_in_process()

    assert [e.event_type_value for e in result.all_node_events if e.step_key == "second"] == seen
    assert seen[:3] == ["STEP_START", "LOADED_INPUT", "STEP_INPUT"]
    assert seen[-1] == "STEP_SUCCESS"


def _told_to_hook():
    told = {}

    @dg.success_hook
    def keep(context):
        told[context.step_key] = (context.op_output_metadata, context.op_output_values)

    return keep, told


def test_a_hook_is_told_the_values_and_all_metadata_of_the_outputs():
    keep, told = _told_to_hook()

    @dg.op(out={"a": dg.Out(), "b": dg.Out()})
    def two(context):
        context.add_output_metadata({"added": 1}, output_name="a")
        yield dg.Output(1, "a", metadata={"m": 2})
        yield dg.Output(3, "b")

    @dg.job(hooks={keep})
    def j():
        two()

    j.execute_in_process()

    number = dg.MetadataValue.int
    metadata = {"a": {"m": number(2), "added": number(1)}, "b": {}}
    assert (metadata, {"a": 1, "b": 3}) == told["two"]


def test_a_hook_is_told_of_a_dynamic_output_by_mapping_key():
    keep, told = _told_to_hook()

    @dg.op(out=dg.DynamicOut())
    def many(context):
        context.add_output_metadata({"added": 1}, mapping_key="x")
        yield dg.DynamicOutput(1, "x", metadata={"m": 2})
        yield dg.DynamicOutput(3, "y")

    @dg.job(hooks={keep})
    def j():
        many()

    j.execute_in_process()

    number = dg.MetadataValue.int
    metadata = {"result": {"x": {"m": number(2), "added": number(1)}, "y": {}}}
    assert (metadata, {"result": {"x": 1, "y": 3}}) == told["many"]


def test_a_hook_of_an_asset_is_told_of_its_value_and_metadata():
    keep, told = _told_to_hook()

    @dg.asset(hooks={keep})
    def valued():
        return dg.Output(4, metadata={"q": 1})

    @dg.asset(hooks={keep})
    def valueless():
        return dg.MaterializeResult(metadata={"q": 2})

    dg.materialize([valued, valueless], instance=dg.DagsterInstance.ephemeral())

    number = dg.MetadataValue.int
    assert ({"result": {"q": number(1)}}, {"result": 4}) == told["valued"]
    assert ({"result": {"q": number(2)}}, {}) == told["valueless"]
