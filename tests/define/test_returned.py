import pytest

import penstock as dg
from penstock.define.returned import told_by
from penstock.define.step import StepOutput

ONE = [StepOutput(name="result")]
TWO = [StepOutput(name="a"), StepOutput(name="b")]


def _told(returned, outputs):
    found = told_by(returned, outputs, words="op 'o'")
    return [(each.output_name, each.value) for each in found]


def test_one_value_is_the_one_output():
    assert _told([1, 2], ONE) == [("result", [1, 2])]


def test_a_tuple_has_one_part_for_each_output():
    assert _told((1, dg.Output(2)), TWO) == [("a", 1), ("b", 2)]


def test_a_dynamic_output_takes_a_list_of_dynamic_outputs():
    dynamic = [StepOutput(name="many", is_dynamic=True)]

    assert _told([dg.DynamicOutput(1, "x")], dynamic) == [("many", 1)]
    for wrong in (None, (dg.DynamicOutput(1, "x"),), [1]):
        with pytest.raises(dg.InvariantViolationError, match="each entry of it a DynamicOutput"):
            _told(wrong, dynamic)


def test_a_result_of_an_asset_passes_as_it_is():
    result = dg.MaterializeResult(asset_key="x")

    assert [result] == list(told_by(result, ONE, words="op 'o'"))


def test_nothing_is_one_output_without_a_value():
    nothing = StepOutput(name="done", returns_nothing=True)

    assert _told(None, [nothing]) == [("done", None)]


def test_none_for_an_output_that_is_not_required_is_passed_on_with_a_warning():
    warned = []
    optional = [StepOutput(name="maybe", is_required=False)]

    (told,) = told_by(None, optional, words="op 'o'", warn=warned.append)

    assert (told.output_name, told.value) == ("maybe", None)
    assert ["op 'o'" in warned[0], "after it receive None" in warned[0]] == [True, True]


def test_the_warning_of_none_is_kept_with_the_run_and_the_value_is_taken():
    @dg.op(out=dg.Out(is_required=False))
    def maybe():
        return None

    @dg.op
    def take(x):
        return [x]

    @dg.job
    def j():
        take(maybe())

    instance = dg.DagsterInstance.ephemeral()
    result = j.execute_in_process(instance=instance)

    assert result.output_for_node("take") == [None]
    lines = [e.message for e in instance.all_logs(result.run_id) if e.dagster_event is None]
    assert ["after it receive None" in line for line in lines] == [True]
