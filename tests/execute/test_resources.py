import pytest

import penstock as dg
from penstock.errors import ExecutionInterruptedError, InvalidConfigError
from penstock.execute.interrupts import Interrupt
from penstock.execute.resources import set_up


def ready(declared, *, run_config=None, environment=None, interrupt=None, **changes):
    return set_up(
        sorted(declared),
        declared,
        run_id="r1",
        instance="instance",
        run_config=run_config or {},
        environment=environment or {},
        interrupt=interrupt or Interrupt(),
        **changes,
    )


def test_a_resource_is_told_of_its_run():
    @dg.resource
    def told(context):
        return context.run_id, context.instance, context.run

    with ready({"told": told}, run="run") as resources:
        assert resources["told"] == ("r1", "instance", "run")


def test_the_resources_section_of_run_config_is_read():
    text = dg.ResourceDefinition(
        lambda context: context.resource_config["t"], {"t": dg.StringSource}
    )
    run_config = {"resources": {"text": {"config": {"t": {"env": "T"}}}}}

    with ready({"text": text}, run_config=run_config, environment={"T": "x"}) as resources:
        assert resources["text"] == "x"
        assert resources.configs == {"text": {"t": "x"}}
    with pytest.raises(InvalidConfigError), ready({"text": text}, run_config=run_config):
        pass


def test_an_interrupt_reaches_setting_up_and_what_is_up_is_torn_down():
    log, interrupt = [], Interrupt()

    @dg.resource
    def first(_):
        yield 1
        log.append("down")

    @dg.resource(required_resource_keys={"first"})
    def second(_):
        interrupt.request()

    with (
        pytest.raises(ExecutionInterruptedError),
        ready({"first": first, "second": second}, interrupt=interrupt),
    ):
        pass

    assert log == ["down"]


def test_a_teardown_that_raises_is_told_and_raises_nothing():
    told = []

    @dg.resource
    def stubborn(_):
        yield 1
        raise ValueError("in use")

    with ready(
        {"s": stubborn}, on_failed_teardown=lambda key, error: told.append((key, str(error)))
    ):
        pass

    assert told == [("s", "in use")]


def test_a_teardown_that_raises_is_an_event_of_a_run_that_succeeds():
    class Sticky(dg.ConfigurableResource):
        def teardown_after_execution(self, context):
            raise ValueError("stuck")

    @dg.op
    def use(lock: Sticky): ...

    @dg.job(resource_defs={"lock": Sticky()})
    def using():
        use()

    result = using.execute_in_process()

    assert result.success
    told = [event.message for event in result.all_events if event.is_engine_event]
    assert "Teardown of resources [lock] failed: stuck" in told


def test_a_job_without_one_of_its_resources_is_refused_before_it_runs():
    @dg.op(required_resource_keys={"db"})
    def use(context):
        return context.resources.db

    @dg.job
    def using():
        use()

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'db', which op 'use' requires, is"):
        using.execute_in_process()
    assert using.execute_in_process(resources={"db": 3}).output_for_node("use") == 3


def test_a_loaded_input_tells_where_its_value_comes_from():
    @dg.op
    def make():
        return 1

    @dg.op
    def take(value): ...

    @dg.job
    def both():
        take(make())

    (event,) = [event for event in both.execute_in_process().all_events if event.is_loaded_input]

    data = event.event_specific_data
    assert (data.input_name, data.manager_key) == ("value", "io_manager")
    assert (data.upstream_step_key, data.upstream_output_name) == ("make", "result")
