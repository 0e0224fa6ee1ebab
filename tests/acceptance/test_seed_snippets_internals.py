"""The API reference of internals: executors, file managers, filters and the error boundary.

Each snippet is the reference's own code with the import changed. Its file manager example is taken
with its last assertion corrected: the file that was written holds "bar". Not tried here, and why:

- The storage blocks of `dagster.yaml` (Postgres, SQLite run, event and schedule storage, and
  `module`/`class`/`config` of a pluggable class) with `ConfigurableClass`, `InstanceRef`,
  `LocalArtifactStorage` and the storage classes: an instance is opened by settings of Penstock's
  own, which have no such blocks.
- `QueuedRunCoordinator`, `DefaultRunLauncher`, schedulers and `StepLauncher`: queues and launchers.
- `Executor.execute(plan_context, execution_plan)`: carrying out a plan in user code; declaring,
  configuring and creating an executor is tried.
- Compute log managers: they need a server to be read live.
- `dagster._core.storage.pipeline_run`, `captured_log_manager`, `pipeline_name=`, `mode=` and
  `solid_selection` are gone from Dagster itself.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from traceback import extract_tb

import pytest

import penstock as dg
from penstock import job, local_file_manager, op, user_code_error_boundary


def test_a_file_manager_hands_files_from_op_to_op(tmp_path: Path):
    @op(required_resource_keys={"file_manager"})
    def write_files(context):
        fh_1 = context.resources.file_manager.write_data(b"foo")

        with tempfile.NamedTemporaryFile("w+") as fd:
            fd.write("bar")
            fd.seek(0)
            fh_2 = context.resources.file_manager.write(fd, mode="w", ext=".txt")

        return (fh_1, fh_2)

    @op(required_resource_keys={"file_manager"})
    def read_files(context, file_handles):
        _fh_1, fh_2 = file_handles
        assert context.resources.file_manager.read_data(fh_2) == b"bar"
        fd = context.resources.file_manager.read(fh_2, mode="r")
        assert fd.read() == "bar"
        fd.close()

    @job(
        resource_defs={
            "file_manager": local_file_manager.configured({"base_dir": str(tmp_path / "files")})
        }
    )
    def files_pipeline():
        read_files(write_files())

    assert files_pipeline.execute_in_process().success
    assert sorted(path.suffix for path in (tmp_path / "files").iterdir()) == ["", ".txt"]


def test_files_are_kept_in_the_storage_of_the_instance_unless_a_folder_is_named(tmp_path: Path):
    @op(required_resource_keys={"file_manager"})
    def write_file(context):
        return context.resources.file_manager.write_data(b"foo").path_desc

    @job(resource_defs={"file_manager": local_file_manager})
    def files_pipeline():
        write_file()

    with dg.instance_for_test() as instance:
        path = files_pipeline.execute_in_process(instance=instance).output_for_node("write_file")
        below = Path(instance.storage_directory()) / "file_manager"

    assert Path(path).parent == below


def test_a_local_handle_tells_where_its_file_is(tmp_path: Path):
    handle = dg.LocalFileHandle(str(tmp_path / "a.txt"))

    assert isinstance(handle, dg.FileHandle)
    assert handle.path == handle.path_desc == str(tmp_path / "a.txt")


def executor_that_remembers(seen: list[object]) -> dg.ExecutorDefinition:
    @dg.executor(
        name="three_at_once",
        config_schema={"max_concurrent": dg.Field(int, default_value=3), "where": str},
        requirements=[dg.ExecutorRequirement.NON_EPHEMERAL_INSTANCE],
    )
    def three_at_once(init_context):
        """Runs three steps at once."""
        seen.append(init_context.executor_config)
        return "an executor"

    return three_at_once


def test_an_executor_is_declared_with_its_config_and_requirements():
    declared = executor_that_remembers([])

    assert isinstance(declared, dg.ExecutorDefinition)
    assert declared.name == "three_at_once"
    assert declared.description == "Runs three steps at once."
    assert declared.get_requirements({}) == [dg.ExecutorRequirement.NON_EPHEMERAL_INSTANCE]


def test_the_function_of_an_executor_receives_the_config_and_makes_it():
    seen: list[object] = []
    declared = executor_that_remembers(seen)
    context = dg.InitExecutorContext(
        job=None,
        executor_def=declared,
        executor_config={"max_concurrent": 2, "where": "here"},
        instance=None,
    )

    assert declared.executor_creation_fn is not None
    assert declared.executor_creation_fn(context) == "an executor"
    assert seen == [{"max_concurrent": 2, "where": "here"}]


def test_configured_makes_an_executor_of_the_same_kind_with_a_new_name():
    declared = executor_that_remembers([])

    local = declared.configured({"where": "here"}, name="local")
    remote = declared.configured(
        lambda config: {"where": config["host"]}, name="remote", config_schema={"host": str}
    )

    assert (local.name, remote.name) == ("local", "remote")
    assert local.description == declared.description
    assert isinstance(remote, dg.ExecutorDefinition)


def test_a_job_runs_with_the_executor_that_it_names():
    @op
    def one():
        return 1

    @job(executor_def=dg.in_process_executor)
    def counting():
        one()

    assert counting.execute_in_process().output_for_node("one") == 1


def test_the_error_boundary_wraps_what_user_code_raises_and_keeps_the_original():
    def call_user_provided_function():
        raise ValueError("no such table")

    with (
        pytest.raises(dg.DagsterExecutionStepExecutionError) as caught,
        user_code_error_boundary(
            # Pass a class that inherits from DagsterUserCodeExecutionError
            dg.DagsterExecutionStepExecutionError,
            # Pass a function that produces a message
            lambda: "Error occurred during step execution",
        ),
    ):
        call_user_provided_function()

    kind, error, traceback = caught.value.original_exc_info
    assert str(caught.value) == "Error occurred during step execution"
    assert caught.value.user_exception is caught.value.__cause__ is error
    assert kind is ValueError
    frames = [frame.name for frame in extract_tb(traceback)]
    assert frames[-1] == "call_user_provided_function"


def test_the_error_boundary_lets_errors_of_the_framework_pass():
    with (
        pytest.raises(dg.DagsterInvariantViolationError, match="a rule"),
        user_code_error_boundary(dg.DagsterExecutionStepExecutionError, lambda: "wrapped"),
    ):
        raise dg.DagsterInvariantViolationError("a rule")


def test_the_error_boundary_takes_only_classes_for_errors_of_user_code():
    with (
        pytest.raises(dg.CheckError, match="UserCodeExecutionError"),
        user_code_error_boundary(ValueError, lambda: "wrapped"),
    ):
        pass


def test_runs_are_filtered_by_every_field_that_is_given():
    @dg.asset
    def entries() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.materialize([entries], instance=instance, tags={"team": "a"})
        second = dg.materialize([entries], instance=instance, tags={"team": "b"})

        def found(**fields: object) -> list[str]:
            return [run.run_id for run in instance.get_runs(dg.RunsFilter(**fields))]

        assert found() == [second.run_id, first.run_id]
        assert found(tags={"team": "a"}) == [first.run_id]
        assert found(run_ids=[second.run_id]) == [second.run_id]
        assert found(statuses=[dg.DagsterRunStatus.FAILURE]) == []
        assert found(statuses=[dg.DagsterRunStatus.SUCCESS], tags={"team": "b"}) == [second.run_id]


def test_event_records_are_filtered_by_type_asset_partition_and_cursor():
    days = dg.DailyPartitionsDefinition(start_date="2024-10-01", end_date="2024-11-01")

    @dg.asset(partitions_def=days)
    def entries() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        for day in ["2024-10-01", "2024-10-02"]:
            dg.materialize([entries], partition_key=day, instance=instance)

        def records(**fields: object) -> list[dg.EventLogRecord]:
            wanted = dg.EventRecordsFilter(
                event_type=dg.DagsterEventType.ASSET_MATERIALIZATION, **fields
            )
            return list(instance.get_event_records(wanted))

        newest, oldest = records(asset_key=entries.key)
        assert records(asset_key=entries.key, asset_partitions=["2024-10-01"]) == [oldest]
        assert records(after_cursor=oldest.storage_id) == [newest]
        assert records(before_cursor=newest.storage_id) == [oldest]

    entry = newest.event_log_entry
    assert entry.dagster_event.event_type_value == "ASSET_MATERIALIZATION"
    assert (entry.step_key, entry.run_id) == ("entries", newest.run_id)


def test_an_ephemeral_instance_leaves_nothing_behind():
    @dg.asset
    def entries() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([entries], instance=instance)
        assert instance.is_ephemeral
        assert len(instance.get_runs()) == 1

    with dg.DagsterInstance.ephemeral() as another:
        assert another.get_runs() == []
