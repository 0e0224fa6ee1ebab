"""Runs that repeat another, as a whole or in part, on a real store with values in files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock as dg
from penstock.base.settings import load_settings
from penstock.errors import InvariantViolationError, RunNotFoundError, StepNotFoundError
from penstock.execute.jobs import execute_here
from penstock.execute.reexecution import ReexecutionOptions
from penstock.execute.result import JobExecutionResult
from penstock.instance import Instance

CALLS: list[str] = []
BROKEN: set[str] = set()


def called(name: str) -> None:
    CALLS.append(name)
    if name in BROKEN:
        raise ValueError(f"{name} is broken")


@dg.op
def first() -> int:
    called("first")
    return 1


@dg.op(config_schema={"add": dg.Field(int, default_value=1)})
def second(context: dg.OpExecutionContext, x: int) -> int:
    called("second")
    return x + context.op_config["add"]


@dg.op
def third(x: int, y: int) -> list[int]:
    called("third")
    return [x, y]


@dg.job
def chain():
    one = first()
    third(second(one), one)


@dg.op(out=dg.DynamicOut())
def split():
    called("split")
    for letter in "pqr":
        yield dg.DynamicOutput(letter, mapping_key=letter)


@dg.op
def shout(context: dg.OpExecutionContext, text: str) -> str:
    called(f"shout {context.get_mapping_key()}")
    return text.upper()


@dg.op
def join(texts: list[str]) -> str:
    called("join")
    return "".join(texts)


@dg.job
def mapped():
    join(split().map(shout).collect())


@dg.op(out={"left": dg.Out(is_required=False), "right": dg.Out(is_required=False)})
def switch():
    called("switch")
    yield dg.Output(1, "left")


@dg.op
def late() -> int:
    called("late")
    return 5


@dg.op
def use(side: int, value: int) -> int:
    return side + value


@dg.job
def branches():
    value = late()
    left, right = switch()
    use.alias("use_left")(left, value)
    use.alias("use_right")(right, value)


@dg.op(required_resource_keys={"flaky"})
def third_with_resource(x: int) -> None: ...


def chain_with_resource():
    third_with_resource(second(first()))


MEMORY = dg.mem_io_manager


@dg.job(resource_defs={"io_manager": MEMORY})
def forgetful():
    one = first()
    third(second(one), one)


@dg.asset
def raw() -> int:
    called("raw")
    return 1


@dg.asset
def clean(raw: int) -> int:
    called("clean")
    return raw + 1


@dg.graph_asset
def report(clean: int):
    return third(second(clean), second.alias("again")(clean))


def asset_job() -> dg.JobDefinition:
    job = dg.define_asset_job("everything")
    return dg.Definitions(assets=[raw, clean, report], jobs=[job]).resolve_job_def("everything")


@pytest.fixture(autouse=True)
def _clean():
    CALLS.clear()
    BROKEN.clear()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    settings = load_settings(environment={"PENSTOCK_HOME": str(tmp_path)}, directory=tmp_path)
    with Instance.open(settings) as instance:
        yield instance


def again(
    instance: Instance, job: dg.JobDefinition, parent: JobExecutionResult, *steps: str, **facts
) -> JobExecutionResult:
    CALLS.clear()
    options = ReexecutionOptions(parent.run_id, steps)
    return execute_here(job, instance, reexecution_options=options, **facts)


def resumed(
    instance: Instance, job: dg.JobDefinition, parent: JobExecutionResult
) -> JobExecutionResult:
    CALLS.clear()
    BROKEN.clear()
    options = ReexecutionOptions.from_failure(parent.run_id, instance)
    return execute_here(job, instance, reexecution_options=options)


def test_a_run_is_repeated_as_a_whole(instance):
    parent = execute_here(chain, instance)

    child = again(instance, chain, parent)

    assert child.success
    assert CALLS == ["first", "second", "third"]


def test_a_chosen_step_takes_its_inputs_from_the_parent(instance):
    parent = execute_here(chain, instance)

    with again(instance, chain, parent, "third") as child:
        assert CALLS == ["third"]
        assert child.output_for_node("third") == [2, 1]


def test_steps_are_chosen_by_queries(instance):
    parent = execute_here(chain, instance)

    again(instance, chain, parent, "second+")

    assert CALLS == ["second", "third"]


def test_a_run_goes_on_where_it_failed(instance):
    BROKEN.add("second")
    parent = execute_here(chain, instance)

    with resumed(instance, chain, parent) as child:
        assert CALLS == ["second", "third"]
        assert child.output_for_node("third") == [2, 1]


def test_copies_that_failed_run_again_and_all_of_them_are_collected_in_order(instance):
    BROKEN.add("shout q")
    parent = execute_here(mapped, instance)

    with resumed(instance, mapped, parent) as child:
        assert CALLS == ["shout q", "join"]
        assert child.output_for_node("join") == "PQR"


def test_one_copy_runs_again(instance):
    parent = execute_here(mapped, instance)

    with again(instance, mapped, parent, "shout[r]") as child:
        assert CALLS == ["shout r"]
        assert child.output_for_node("shout") == {"r": "R"}


def test_values_are_taken_from_the_run_that_made_them(instance):
    BROKEN.add("shout q")
    grandparent = execute_here(mapped, instance)
    parent = resumed(instance, mapped, grandparent)

    with again(instance, mapped, parent, "join") as child:
        assert CALLS == ["join"]
        assert child.output_for_node("join") == "PQR"


def test_what_would_be_skipped_does_not_run_again(instance):
    BROKEN.add("late")
    parent = execute_here(branches, instance)

    child = resumed(instance, branches, parent)

    assert child.success
    ended = {event.step_key for event in child.get_step_success_events()}
    assert ended == {"late", "use_left"}


def test_parent_and_root_are_recorded(instance):
    grandparent = execute_here(chain, instance)
    parent = again(instance, chain, grandparent, "second")
    child = again(instance, chain, parent, "third")

    run = instance.get_run_by_id(child.run_id)

    assert run is not None
    assert (run.parent_run_id, run.root_run_id) == (parent.run_id, grandparent.run_id)
    assert run.tags == {
        "dagster/parent_run_id": parent.run_id,
        "dagster/root_run_id": grandparent.run_id,
    }


def test_a_run_that_goes_on_is_tagged(instance):
    BROKEN.add("second")
    parent = execute_here(chain, instance)

    child = resumed(instance, chain, parent)

    assert child.dagster_run.tags["dagster/is_resume_retry"] == "true"


def test_config_is_the_parents_unless_another_is_given(instance):
    config = {"ops": {"second": {"config": {"add": 10}}}}
    parent = execute_here(chain, instance, run_config=config)

    with again(instance, chain, parent, "second") as same:
        assert same.output_for_node("second") == 11
    with again(instance, chain, parent, "second", run_config={}) as other:
        assert other.output_for_node("second") == 2


def test_a_part_of_a_job_is_repeated_as_that_part(instance):
    parent = execute_here(chain, instance, op_selection=["first", "second"])

    child = again(instance, chain, parent)

    assert CALLS == ["first", "second"]
    assert child.dagster_run.op_selection == ["first", "second"]


def test_a_step_that_the_parents_part_lacks_is_unknown(instance):
    parent = execute_here(chain, instance, op_selection=["first", "second"])

    with pytest.raises(StepNotFoundError, match="no step third to run again"):
        again(instance, chain, parent, "third")


def test_a_missing_parent_is_named(instance):
    with pytest.raises(RunNotFoundError, match="There is no run nope"):
        execute_here(chain, instance, reexecution_options=ReexecutionOptions("nope"))
    with pytest.raises(RunNotFoundError, match="There is no run nope"):
        ReexecutionOptions.from_failure("nope", instance)


def test_a_run_that_failed_before_its_first_step_goes_on_with_all(instance):
    @dg.resource
    def flaky(_: object) -> None:
        if "flaky" in BROKEN:
            raise ValueError("no network")

    job = dg.job(name="chain", resource_defs={"flaky": flaky})(chain_with_resource)
    BROKEN.add("flaky")
    parent = execute_here(job, instance)

    child = resumed(instance, job, parent)

    assert child.success
    assert CALLS == ["first", "second"]


def test_a_missing_step_is_named_with_near_ones_and_nothing_is_recorded(instance):
    parent = execute_here(chain, instance)

    with pytest.raises(StepNotFoundError, match=r"no step secnd to run again\..*'second'"):
        again(instance, chain, parent, "secnd")

    assert [run.run_id for run in instance.get_runs()] == [parent.run_id]


def test_a_run_that_ended_well_has_nothing_to_go_on_with(instance):
    parent = execute_here(chain, instance)

    with pytest.raises(
        InvariantViolationError, match="is SUCCESS, and only a failed or canceled run"
    ):
        resumed(instance, chain, parent)


def test_a_step_fails_by_name_where_the_parent_did_not_make_what_it_needs(instance):
    BROKEN.add("second")
    parent = execute_here(chain, instance)

    child = again(instance, chain, parent, "third")

    failed = child.failure_data_for_node("third")
    assert failed is not None
    assert CALLS == []
    assert (
        f"Input 'x' of 'third' takes output 'result' of 'second', which run {parent.run_id} did "
        "not produce. Run 'second' again too."
    ) in failed.error.message


def test_values_that_were_only_in_memory_are_missed_by_name(instance):
    parent = execute_here(forgetful, instance)

    child = again(instance, forgetful, parent, "third")

    failed = child.failure_data_for_node("third")
    assert failed is not None
    assert f"takes what 'second' made in run {parent.run_id}" in failed.error.message
    assert "use an IO manager that keeps them" in failed.error.message


def test_assets_go_on_where_they_failed(instance):
    BROKEN.add("third")
    job = asset_job()
    parent = execute_here(job, instance)

    child = resumed(instance, job, parent)

    assert child.success
    assert CALLS == ["third"]
    made = [e.asset_key for e in child.get_asset_materialization_events()]
    assert made == [dg.AssetKey("report")]
    assert child.dagster_run.asset_selection == frozenset({dg.AssetKey("report")})


def test_assets_that_follow_the_failed_one_run_after_it(instance):
    BROKEN.add("clean")
    job = asset_job()
    parent = execute_here(job, instance)

    child = resumed(instance, job, parent)

    assert child.success
    assert CALLS == ["clean", "second", "second", "third"]


def test_only_what_runs_again_is_stored_in_the_new_run(instance):
    parent = execute_here(chain, instance)

    child = again(instance, chain, parent, "third")

    stored = [event.step_key for event in child.all_events if event.is_handled_output]
    assert stored == ["third"]
