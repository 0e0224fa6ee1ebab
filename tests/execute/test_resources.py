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
