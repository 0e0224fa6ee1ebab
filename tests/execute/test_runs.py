from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock as dg
from penstock.base.settings import load_settings
from penstock.define.loaded import LoadedDefinitions, flatten, load
from penstock.errors import InvariantViolationError, ResourceFunctionError, StoreFullError
from penstock.execute.recovery import cancel_run, recover_lost_runs, resume_run
from penstock.execute.runs import Errors, execute_run, start_run
from penstock.instance import Instance
from penstock.model.events import RunCanceling, RunStarted, StepStarted, kind_of
from penstock.model.keys import AssetKey
from penstock.model.run import RunFilter, RunRecord, RunSpec, RunStatus
from penstock.store.protocol import EventFilter
from penstock.store.sqlite import SqliteStore


@dg.asset
def one() -> int:
    return 1


@dg.asset
def two(one: int) -> int:
    return one + 1


class Broken(dg.ConfigurableResource):
    def setup_for_execution(self, context: object) -> None:
        raise ValueError("no network")


@dg.asset
def needy(broken: Broken) -> None: ...


KEYS = frozenset({AssetKey("one"), AssetKey("two")})


@pytest.fixture
def loaded() -> LoadedDefinitions:
    return load(flatten([one, two]), resources={}, location="local")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    settings = load_settings(environment={"PENSTOCK_HOME": str(tmp_path)}, directory=tmp_path)
    with Instance.open(settings) as instance:
        yield instance


def _begun(loaded: LoadedDefinitions, instance: Instance) -> RunRecord:
    return start_run(loaded, instance, assets=KEYS, checks=None, spec=RunSpec())


def _abandoned(loaded: LoadedDefinitions, instance: Instance) -> RunRecord:
    run = _begun(loaded, instance)
    events = [RunStarted("dead"), StepStarted("one")]
    instance.store.append(run.id, events, at=1.0, expect=run.version, fence=run.fence)
    return run


def _kinds(instance: Instance, run: RunRecord) -> list[str]:
    return [kind_of(s.event) for s in instance.store.events(EventFilter(run=run.id))]


def test_a_run_that_is_about_to_start_is_not_lost(loaded, instance):
    run = _begun(loaded, instance)

    assert recover_lost_runs(instance) == []
    assert instance.store.run(run.id) == run


def test_a_lost_run_is_suspended_and_resumed(loaded, instance):
    run = _abandoned(loaded, instance)

    (lost,) = recover_lost_runs(instance)
    finished = resume_run(loaded, instance, run.id)

    assert lost.status is RunStatus.SUSPENDED
    assert finished.status is RunStatus.SUCCESS
    assert finished.owner is None
    assert _kinds(instance, run).count("step_succeeded") == 2


def test_a_run_lost_while_it_was_cancelled_is_canceled(loaded, instance):
    run = _abandoned(loaded, instance)
    instance.store.append(
        run.id, [RunCanceling(by="x")], at=2.0, expect=run.version + 2, fence=run.fence
    )

    assert recover_lost_runs(instance) == []
    record = instance.store.run(run.id)
    assert record is not None
    assert record.status is RunStatus.CANCELED


def test_a_lost_run_can_be_cancelled(loaded, instance):
    run = _abandoned(loaded, instance)

    assert cancel_run(instance, run.id).status is RunStatus.CANCELED


def test_only_a_suspended_run_is_resumed(loaded, instance):
    run = _begun(loaded, instance)

    with pytest.raises(InvariantViolationError, match="only a SUSPENDED run can be resumed"):
        resume_run(loaded, instance, run.id)


def test_a_run_without_its_code_cannot_be_resumed(loaded, instance):
    run = _abandoned(loaded, instance)
    recover_lost_runs(instance)
    without = load(flatten([one]), resources={}, location="local")

    with pytest.raises(InvariantViolationError, match="have no 'two' any more"):
        resume_run(without, instance, run.id)


def test_a_resource_that_cannot_be_set_up_fails_the_run_without_steps(loaded, instance):
    definitions = load(flatten([needy]), resources={"broken": Broken()}, location="local")
    errors = Errors()
    record = execute_run(
        definitions, instance, assets=frozenset({AssetKey("needy")}), errors=errors
    )

    assert record.status is RunStatus.FAILURE
    assert record.owner is None
    assert _kinds(instance, record) == [
        "asset_planned",
        "run_started",
        "asset_failed",
        "run_failed",
    ]
    error = errors.first()
    assert isinstance(error, ResourceFunctionError)
    assert repr(error.user_exception) == "ValueError('no network')"


def test_a_full_disk_under_the_store_leaves_a_resumable_run(tmp_path):
    settings = load_settings(environment={"PENSTOCK_HOME": str(tmp_path)}, directory=tmp_path)
    store = SqliteStore(tmp_path / "penstock.db", max_bytes=400_000)

    @dg.asset
    def chatty(context: dg.AssetExecutionContext) -> None:
        for _ in range(100):
            context.log.info("x" * 20_000)

    definitions = load(flatten([chatty]), resources={}, location="local")
    with Instance(store=store, settings=settings, home=tmp_path) as instance:
        with pytest.raises(StoreFullError):
            execute_run(definitions, instance, assets=frozenset({AssetKey("chatty")}))
        recover_lost_runs(instance)
        (run,) = instance.store.runs(RunFilter())

    assert run.status is RunStatus.SUSPENDED


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["eu", "us"]))
def sales() -> None: ...


def test_runs_are_found_by_the_tag_of_their_partition():
    with dg.Instance.ephemeral() as instance:
        dg.materialize([sales], instance=instance, partition_key="us")
        run = dg.materialize([sales], instance=instance, partition_key="eu").run_id

        found = instance.get_runs(dg.RunsFilter(tags={"dagster/partition": "eu"}))

        assert [each.run_id for each in found] == [run]
        assert instance.get_run_tags(["dagster/partition"]) == [("dagster/partition", {"eu", "us"})]
