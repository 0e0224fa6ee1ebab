"""External processes on this machine, from an asset's function to what is recorded."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

import penstock as dg
from penstock.execute.interrupts import interrupt_all


def _materialize(asset, instance, client=None, **arguments):
    return dg.materialize(
        [asset],
        instance=instance,
        resources={"client": client or dg.PipesSubprocessClient()},
        **arguments,
    )


def test_what_a_process_reports_of_an_asset_is_recorded(command):
    words = command(
        """
        from dagster_pipes import open_dagster_pipes

        with open_dagster_pipes() as pipes:
            pipes.log.warning("hello world")
            pipes.report_asset_materialization(
                metadata={"bar": {"raw_value": pipes.get_extra("bar"), "type": "md"}},
                data_version="alpha",
            )
            pipes.report_asset_check("full", passed=True, severity="WARN", metadata={"rows": 1})
        """
    )

    @dg.asset(check_specs=[dg.AssetCheckSpec("full", asset="foo")])
    def foo(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        done = client.run(context=context, command=words, extras={"bar": "baz"})
        return done.get_materialize_result()

    with dg.instance_for_test() as instance:
        result = _materialize(foo, instance)

        (made,) = result.asset_materializations_for_node("foo")
        assert made.metadata["bar"] == dg.MetadataValue.md("baz")
        assert made.tags["dagster/data_version"] == "alpha"
        (check,) = result.get_asset_check_evaluations()
        assert (check.passed, check.severity) == (True, dg.AssetCheckSeverity.WARN)
        assert "hello world" in [each.user_message for each in instance.all_logs(result.run_id)]


def test_a_process_is_told_of_its_step(command):
    words = command(
        """
        from dagster_pipes import open_dagster_pipes

        with open_dagster_pipes() as pipes:
            window = pipes.partition_time_window
            pipes.report_custom_message([
                pipes.asset_key, pipes.partition_key, pipes.partition_key_range,
                window["start"], pipes.code_version, pipes.retry_number, pipes.job_name,
            ])
        """
    )
    told = []

    @dg.asset(
        key=["raw", "orders"],
        code_version="v1",
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01"),
    )
    def orders(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        done = client.run(context=context, command=words)
        told.extend(done.get_custom_messages())
        return done.get_results()

    with dg.instance_for_test() as instance:
        result = _materialize(orders, instance, partition_key="2024-02-01")
        (made,) = result.asset_materializations_for_node("raw__orders")

    day = "2024-02-01"
    (message,) = told
    assert message[:3] == ["raw/orders", day, {"start": day, "end": day}]
    assert message[3:] == ["2024-02-01T00:00:00+00:00", "v1", 0, "__ephemeral_asset_job__"]
    assert made.partition == day


def test_a_process_works_for_an_op(command):
    words = command(
        """
        from dagster_pipes import open_dagster_pipes

        with open_dagster_pipes() as pipes:
            pipes.report_custom_message(pipes.is_asset_step)
        """
    )

    @dg.op
    def run_it(context: dg.OpExecutionContext, client: dg.PipesSubprocessClient):
        return list(client.run(context=context, command=words).get_custom_messages())

    @dg.job(resource_defs={"client": dg.PipesSubprocessClient()})
    def a_job():
        run_it()

    result = a_job.execute_in_process()

    assert result.output_for_node("run_it") == [False]


def test_a_process_works_for_a_check(command):
    words = command(
        """
        from dagster_pipes import open_dagster_pipes

        with open_dagster_pipes() as pipes:
            pipes.report_asset_check("full", passed=False, metadata={"rows": 0})
        """
    )

    @dg.asset
    def orders() -> None: ...

    @dg.asset_check(asset=orders)
    def full(context: dg.AssetCheckExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(context=context, command=words).get_asset_check_result()

    result = dg.materialize(
        [orders, full],
        instance=dg.DagsterInstance.ephemeral(),
        resources={"client": dg.PipesSubprocessClient(), "io_manager": dg.InMemoryIOManager()},
    )

    (verdict,) = result.get_asset_check_evaluations()
    assert (verdict.check_name, verdict.passed) == ("full", False)


def test_a_process_makes_several_assets_at_once(command):
    words = command(
        """
        from dagster_pipes import open_dagster_pipes

        with open_dagster_pipes() as pipes:
            pipes.report_asset_materialization(asset_key="a", data_version="1")
        """
    )

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")])
    def both(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(context=context, command=words).get_results()

    result = dg.materialize(
        [both],
        instance=dg.DagsterInstance.ephemeral(),
        resources={"client": dg.PipesSubprocessClient()},
    )

    made = {each.asset_key: each.tags for each in result.asset_materializations_for_node("both")}
    assert made[dg.AssetKey("a")]["dagster/data_version"] == "1"
    assert dg.AssetKey("b") in made


def test_an_exit_code_fails_the_step_with_the_last_words(command):
    words = command("import sys; sys.exit('no such table')")

    @dg.asset
    def foo(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(context=context, command=words).get_results()

    with (
        dg.instance_for_test() as instance,
        pytest.raises(dg.DagsterPipesExecutionError, match=r"with code 1[^$]*no such table"),
    ):
        _materialize(foo, instance)


def test_what_a_process_said_before_it_was_killed_is_kept(command):
    words = command(
        """
        import os, signal
        from dagster_pipes import open_dagster_pipes

        pipes = open_dagster_pipes()
        for n in range(2000):
            pipes.report_custom_message(n)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    kept = []

    @dg.asset
    def foo(context: dg.AssetExecutionContext):
        client = dg.PipesSubprocessClient()
        with dg.open_pipes_session(
            context, dg.PipesTempFileContextInjector(), dg.PipesTempFileMessageReader()
        ) as session:
            os.spawnve(
                os.P_WAIT, words[0], words, {**os.environ, **session.get_bootstrap_env_vars()}
            )
        kept.extend(session.get_custom_messages())
        assert client.cwd is None
        return session.get_results()

    with dg.instance_for_test() as instance:
        dg.materialize([foo], instance=instance)

    assert kept == list(range(2000))


def test_a_process_that_never_opens_pipes_has_made_its_asset(command):
    words = command("pass")

    @dg.asset
    def foo(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(context=context, command=words).get_results()

    with dg.instance_for_test() as instance:
        result = _materialize(foo, instance)

        told = [each.user_message for each in instance.all_logs(result.run_id)]
        made = result.asset_materializations_for_node("foo")

    assert result.success
    assert len(made) == 1
    assert any(text.startswith("[pipes] Nothing came from the external process.") for text in told)


def test_a_process_that_must_open_pipes_and_does_not_fails_its_step(command):
    words = command("pass")

    @dg.asset
    def foo(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(context=context, command=words).get_results()

    with (
        dg.instance_for_test() as instance,
        pytest.raises(dg.PipesError, match="never opened Pipes"),
    ):
        _materialize(foo, instance, dg.PipesSubprocessClient(must_open=True))


def test_results_that_are_forgotten_fail_the_step(command):
    words = command("pass")

    @dg.asset
    def foo(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        client.run(context=context, command=words)

    with (
        dg.instance_for_test() as instance,
        pytest.raises(dg.DagsterInvariantViolationError, match="gave no result for 'result'"),
    ):
        _materialize(foo, instance)


def test_output_of_a_process_is_output_of_its_step(command):
    words = command("import sys; print('to out'); print('to err', file=sys.stderr)")

    @dg.asset
    def foo(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(context=context, command=words).get_results()

    with dg.instance_for_test() as instance:
        result = _materialize(foo, instance)

        logs = Path(instance.root_directory) / "logs" / result.run_id
        assert (logs / "compute_logs" / "foo.1.out").read_text() == "to out\n"
        assert (logs / "compute_logs" / "foo.1.err").read_text() == "to err\n"


def test_output_that_is_not_forwarded_is_dropped(command):
    words = command("print('to out')")

    @dg.asset
    def foo(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(context=context, command=words).get_results()

    with dg.instance_for_test() as instance:
        result = _materialize(foo, instance, dg.PipesSubprocessClient(forward_stdio=False))

        assert not (Path(instance.root_directory) / "logs" / result.run_id).exists()


def test_the_variables_of_a_call_win_over_those_of_the_client(command, monkeypatch, tmp_path):
    monkeypatch.setenv("A", "process")
    monkeypatch.setenv("B", "process")
    words = command(
        """
        import os
        from dagster_pipes import open_dagster_pipes

        with open_dagster_pipes() as pipes:
            pipes.report_custom_message([os.environ[n] for n in "ABC"] + [os.getcwd()])
        """
    )
    client = dg.PipesSubprocessClient(env={"B": "client", "C": "client"}, cwd="/")

    done = client.run(
        context=dg.build_asset_context(), command=words, env={"C": "call"}, cwd=str(tmp_path)
    )

    assert done.get_custom_messages() == (["process", "client", "call", str(tmp_path)],)


def test_a_call_without_a_command_says_what_is_needed():
    with pytest.raises(dg.DagsterInvalidInvocationError, match="needs a command"):
        dg.PipesSubprocessClient().run(context=dg.build_asset_context())


_SLEEPER = """
    import os, subprocess, sys, time
    from dagster_pipes import open_dagster_pipes

    with open_dagster_pipes() as pipes:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        with open(pipes.get_extra("pids") + ".part", "w") as file:
            file.write(f"{os.getpid()} {child.pid}")
        os.rename(pipes.get_extra("pids") + ".part", pipes.get_extra("pids"))
        time.sleep(600)
"""


def _await(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        threading.Event().wait(0.02)
    return False


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [None, signal.SIGTERM])
def test_an_interrupt_ends_the_process_and_all_that_it_started(command, tmp_path, number):
    words, pids = command(_SLEEPER), tmp_path / "pids"

    def interrupt() -> None:
        _await(pids.exists)
        if number is None:
            interrupt_all()
        else:
            os.kill(os.getpid(), number)

    @dg.asset
    def foo(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(context=context, command=words, extras={"pids": str(pids)}).get_results()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with dg.instance_for_test() as instance:
        with pytest.raises(KeyboardInterrupt):
            _materialize(foo, instance)
        thread.join()

        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.CANCELED
    parent, child = (int(word) for word in pids.read_text().split())
    assert _await(lambda: not _is_alive(parent) and not _is_alive(child))
