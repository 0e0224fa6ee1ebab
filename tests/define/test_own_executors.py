"""What the config of Penstock's executors means."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.decide.queue import TagLimit
from penstock.define.own_executors import InProcess, MultiProcess, Threads
from penstock.errors import InvalidConfigError
from penstock.model.retry import RetryMode


def made(definition: dg.ExecutorDefinition, config: object) -> object:
    assert definition.executor_creation_fn is not None
    context = dg.InitExecutorContext(
        job=None,
        executor_def=definition,
        executor_config=definition.resolve(config, environment={}),
    )
    return definition.executor_creation_fn(context)


def test_what_is_left_out_has_a_default():
    assert made(dg.in_process_executor, {}) == InProcess()
    assert made(dg.multiprocess_executor, {}) == MultiProcess()
    assert made(dg.threads_executor, {}) == Threads()
    assert made(dg.multi_or_in_process_executor, {"multiprocess": {}}) == MultiProcess()


def test_everything_can_be_said():
    config = {
        "max_concurrent": 3,
        "retries": {"disabled": {}},
        "start_method": {"forkserver": {"preload_modules": ["json"]}},
        "tag_concurrency_limits": [
            {"key": "db", "value": "x", "limit": 1},
            {"key": "team", "value": {"applyLimitPerUniqueValue": True}, "limit": 2},
        ],
    }

    assert made(dg.multiprocess_executor, config) == MultiProcess(
        max_concurrent=3,
        retries=RetryMode.DISABLED,
        tag_limits=(
            TagLimit(key="db", value="x", limit=1),
            TagLimit(key="team", limit=2, per_value=True),
        ),
        start="forkserver",
        preload=("json",),
    )


def test_either_is_chosen_by_config():
    chosen = {"in_process": {"retries": {"disabled": {}}}}

    assert made(dg.multi_or_in_process_executor, chosen) == InProcess(retries=RetryMode.DISABLED)
    assert not dg.multi_or_in_process_executor.get_requirements(chosen)
    assert dg.multi_or_in_process_executor.get_requirements({"multiprocess": {}})


def test_a_configured_executor_has_its_config():
    two = dg.multiprocess_executor.configured({"max_concurrent": 2}, name="two")

    assert made(two, {}) == MultiProcess(max_concurrent=2)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"max_concurrent": -1}, "max_concurrent must be at least 1"),
        ({"tag_concurrency_limits": [{"key": "db", "limit": 0}]}, "would never run"),
        ({"retries": {"enabled": {}, "disabled": {}}}, "retries"),
        ({"colour": "red"}, "colour"),
        ({"step_dependency_config": {"require_upstream_step_success": False}}, "Split the step"),
    ],
)
def test_what_cannot_be_is_refused(config, said):
    with pytest.raises(InvalidConfigError, match=said):
        made(dg.multiprocess_executor, config)
