"""The parts of an instance: those of users by module and class, and those that are built in."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import penstock as dg
from penstock.errors import ConfiguredClassNotFoundError
from penstock.settings.concurrency import ConcurrencyConfig, PoolConfig, RunQueueConfig
from penstock.settings.values import PoolGranularity

OWN = """
import penstock as dg
from penstock.store.compute_logs import NoOpComputeLogManager
from penstock.store.memory import MemoryStore


class Configured(dg.ConfigurableClass):
    def __init__(self, word="none", inst_data=None):
        self.word, self._inst_data = word, inst_data

    @property
    def inst_data(self):
        return self._inst_data

    @classmethod
    def config_type(cls):
        return {"word": dg.StringSource}

    @classmethod
    def from_config_value(cls, inst_data, config_value):
        return cls(inst_data=inst_data, **config_value)


class Launcher(Configured, dg.RunLauncher):
    def launch_run(self, context):
        self.launched = context.dagster_run.run_id

    def terminate(self, run_id):
        return False


class Coordinator(Configured, dg.RunCoordinator):
    def submit_run(self, context):
        return self._instance.launch_run(context.dagster_run.run_id)

    def cancel_run(self, run_id):
        return False


class Logs(NoOpComputeLogManager):
    pass


class Store(Configured, MemoryStore):
    def __init__(self, word="none", inst_data=None):
        MemoryStore.__init__(self)
        Configured.__init__(self, word, inst_data)


class NoStore(Configured):
    pass


class Forgetful(dg.RunLauncher, dg.ConfigurableClass):
    inst_data = None

    def launch_run(self, context):
        pass

    def terminate(self, run_id):
        pass


class OwnInstance(dg.Instance):
    def __init__(self, *, colour, **parts):
        super().__init__(**parts)
        self.colour = colour

    @classmethod
    def config_schema(cls):
        return {"colour": str}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of the user's with parts of every kind."""
    (tmp_path / "own_parts.py").write_text(OWN)
    monkeypatch.delitem(sys.modules, "own_parts", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("WORD", "sesame")


def part(name: str, word: object = "a") -> Mapping[str, object]:
    return {"module": "own_parts", "class": name, "config": {"word": word}}


@pytest.mark.usefixtures("own")
def test_a_launcher_and_a_coordinator_of_ones_own_carry_a_run_between_them():
    overrides = {
        "run_launcher": part("Launcher", {"env": "WORD"}),
        "run_coordinator": part("Coordinator"),
    }

    with dg.instance_for_test(overrides=overrides) as instance:
        run = instance.create_run(job_name="load")
        submitted = instance.submit_run(run.run_id)

        assert instance.run_launcher.launched == run.run_id
        assert instance.run_launcher.word == "sesame"
        assert submitted.status is dg.DagsterRunStatus.STARTING
        assert instance.run_coordinator.inst_data.config_dict == {"word": "a"}


@pytest.mark.usefixtures("own")
def test_logs_of_ones_own_are_told_of_the_instance():
    overrides = {"compute_logs": {"module": "own_parts", "class": "Logs"}}

    with dg.instance_for_test(overrides=overrides) as instance:
        assert type(instance.compute_log_manager).__name__ == "Logs"
        assert instance.compute_log_manager.has_instance


@pytest.mark.usefixtures("own")
def test_a_store_of_ones_own_keeps_the_runs():
    @dg.asset
    def one() -> int:
        return 1

    with dg.instance_for_test(overrides={"storage": {"custom": part("Store")}}) as instance:
        dg.materialize([one], instance=instance)

        assert type(instance.store).__name__ == "Store"
        assert instance.get_runs_count() == 1


@pytest.mark.usefixtures("own")
def test_what_is_no_store_is_refused():
    with (
        pytest.raises(dg.DagsterInvalidConfigError, match=r"own_parts\.NoStore.* is no store"),
        dg.instance_for_test(overrides={"storage": {"custom": part("NoStore")}}),
    ):
        pass


@pytest.mark.usefixtures("own")
def test_an_instance_of_ones_own_class_has_keys_of_its_own():
    overrides = {
        "instance_class": {"module": "own_parts", "class": "OwnInstance"},
        "colour": "red",
    }

    with dg.instance_for_test(overrides=overrides) as instance:
        assert type(instance).__name__ == "OwnInstance"
        assert instance.colour == "red"


@pytest.mark.usefixtures("own")
def test_a_part_of_another_kind_is_refused():
    with (
        dg.instance_for_test(overrides={"run_launcher": part("Coordinator")}) as instance,
        pytest.raises(dg.DagsterInvalidConfigError, match="and that is no RunLauncher"),
    ):
        _ = instance.run_launcher


@pytest.mark.usefixtures("own")
def test_config_that_does_not_fit_a_part_is_told():
    overrides = {"run_launcher": {"module": "own_parts", "class": "Launcher", "config": {"w": 1}}}

    with (
        dg.instance_for_test(overrides=overrides) as instance,
        pytest.raises(dg.DagsterInvalidConfigError, match=r"own_parts\.Launcher does not fit"),
    ):
        _ = instance.run_launcher


@pytest.mark.usefixtures("own")
def test_a_class_that_says_nothing_of_its_config_is_told_to():
    overrides = {"run_launcher": {"module": "own_parts", "class": "Forgetful"}}

    with (
        dg.instance_for_test(overrides=overrides) as instance,
        pytest.raises(NotImplementedError, match="Forgetful does not say what its config is"),
    ):
        _ = instance.run_launcher


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("no_such_module", "its module no_such_module cannot be imported"),
        ("penstock", "the module penstock has no Missing"),
    ],
)
def test_a_class_that_is_not_there_is_told(module: str, told: str):
    with (
        dg.instance_for_test(
            overrides={"run_launcher": {"module": module, "class": "Missing"}}
        ) as instance,
        pytest.raises(ConfiguredClassNotFoundError, match=told),
    ):
        _ = instance.run_launcher


def test_a_launcher_that_cannot_resume_runs_is_refused_where_they_are_to_be_resumed():
    overrides = {
        "run_launcher": {"module": "penstock.testing.launchers", "class": "MockedRunLauncher"},
        "run_monitoring": {"enabled": True, "max_resume_run_attempts": 3},
    }

    with (
        pytest.raises(dg.CheckError, match="MockedRunLauncher cannot resume runs"),
        dg.instance_for_test(overrides=overrides),
    ):
        pass


def test_the_built_in_parts_are_there_without_a_word():
    with dg.instance_for_test() as instance:
        assert isinstance(instance.run_launcher, dg.DefaultRunLauncher)
        assert isinstance(instance.run_coordinator, dg.QueuedRunCoordinator)
        assert isinstance(instance.scheduler, dg.DagsterDaemonScheduler)
        assert isinstance(instance.secrets_loader, dg.PerProjectEnvFileLoader)
        assert isinstance(instance.defs_state_storage, dg.UPathDefsStateStorage)
        assert isinstance(instance.compute_log_manager, dg.LocalComputeLogManager)
        assert instance.artifact_storage.base_dir == instance.root_directory
        assert instance.run_launcher is instance.run_launcher


def test_values_are_kept_where_the_settings_say(tmp_path):
    storage = {
        "module": "dagster._core.storage.root",
        "class": "LocalArtifactStorage",
        "config": {"base_dir": str(tmp_path / "values")},
    }

    with dg.instance_for_test(overrides={"local_artifact_storage": storage}) as instance:
        assert instance.storage_directory() == str(tmp_path / "values" / "storage")
        assert instance.file_manager_directory("r1") == (
            str(tmp_path / "values" / "storage" / "r1" / "files")
        )


def test_settings_under_dagsters_names():
    overrides = {
        "run_retries": {"enabled": True, "max_retries": 3},
        "run_monitoring": {"enabled": True, "cancellation_thread_poll_interval_seconds": 7},
        "code_servers": {"local_startup_timeout": 60},
        "telemetry": {"enabled": True},
        "python_logs": {"managed_python_loggers": ["app"], "python_log_level": "INFO"},
    }

    with dg.instance_for_test(overrides=overrides) as instance:
        assert instance.run_retries_enabled
        assert instance.run_retries_max_retries == 3
        assert instance.run_retries_retry_on_asset_or_op_failure
        assert instance.run_monitoring_enabled
        assert instance.cancellation_thread_poll_interval_seconds == 7
        assert instance.code_server_process_startup_timeout == 60
        assert not instance.telemetry_enabled
        assert instance.managed_python_loggers == ["app"]
        assert instance.python_log_level == "INFO"
        assert instance.get_settings("run_retries") == {"enabled": True, "max_retries": 3}
        assert instance.get_settings("retention") == {}


def test_limits_under_dagsters_names():
    limits = [{"key": "db", "value": {"applyLimitPerUniqueValue": True}, "limit": 2}]
    overrides = {
        "concurrency": {
            "pools": {"default_limit": 4, "op_granularity_run_buffer": 1},
            "runs": {"max_concurrent_runs": 5, "tag_concurrency_limits": limits},
        },
        "run_queue": {"max_user_code_failure_retries": 3},
    }

    with dg.instance_for_test(overrides=overrides) as instance:
        assert instance.get_concurrency_config() == ConcurrencyConfig(
            pool_config=PoolConfig(PoolGranularity.OP, 4, 1),
            run_queue_config=RunQueueConfig(5, limits, 3, 60, True, 1),
        )


def test_where_runs_do_not_wait_there_is_no_queue():
    with dg.instance_for_test(synchronous_run_coordinator=True) as instance:
        assert instance.get_concurrency_config().run_queue_config is None
