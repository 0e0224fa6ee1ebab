"""What settings mean, which of them exclude each other, and what is told of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

import penstock as dg
from penstock.base.secrets import forget_secrets, masked
from penstock.config.configurable_class import ConfigurableClassData
from penstock.decide.queue import QueueLimits, TagLimit
from penstock.settings.document import Document, read_file
from penstock.settings.read import read_settings
from penstock.settings.values import (
    CustomChoice,
    InstanceSettings,
    PoolGranularity,
    PoolSettings,
    PostgresChoice,
    RetentionSettings,
    SqliteChoice,
    TickAges,
)


def read(**values: object) -> InstanceSettings:
    return read_settings(
        Document(source="penstock.yaml", values=values),
        environment={"PW": "geheim/1", "N": "7", "DIR": "/srv/db"},
    )


def mistakes_in(text: str, folder: Path) -> list[str]:
    path = folder / "penstock.yaml"
    path.write_text(text)
    with pytest.raises(dg.DagsterInvalidConfigError) as raised:
        read_settings(read_file(path), environment={})
    return str(raised.value).replace(f"{folder}/", "").splitlines()


def test_nothing_said_means_the_defaults():
    settings = read()

    assert settings.storage == SqliteChoice(folder=None, durable=False)
    assert settings.queue.limits == QueueLimits(max_runs=10)
    assert settings.monitoring.start_timeout == 180
    assert not settings.retries.enabled
    assert settings.retention == RetentionSettings(
        schedule=TickAges(),
        sensor=TickAges(skipped=7),
        automation=TickAges(skipped=7),
        events={"logs": 90, "steps": 365, "assets": -1},
        runs=-1,
    )


def test_all_mistakes_are_told_at_once_each_with_its_place(tmp_path):
    text = (
        "run_queue:\n"
        "  max_concurent_runs: 4\n"
        "  tag_concurrency_limits:\n"
        "    - key: x\n"
        "run_monitoring: {enabled: true, start_timeout_seconds: soon}\n"
    )

    assert mistakes_in(text, tmp_path) == [
        "The settings do not fit, for 3 reasons:",
        "  penstock.yaml:2:3: 'run_queue.max_concurent_runs': found an unknown field; expected one "
        "of the fields 'block_op_concurrency_limited_runs', 'dequeue_interval_seconds', "
        "'dequeue_num_workers', 'dequeue_use_threads', 'max_concurrent_runs', "
        "'max_user_code_failure_retries', 'tag_concurrency_limits' and "
        "'user_code_failure_retry_delay'. Did you mean 'max_concurrent_runs' or "
        "'tag_concurrency_limits'?",
        "  penstock.yaml:4:7: 'run_queue.tag_concurrency_limits[0].limit': found nothing; expected "
        'an integer. For example: {"limit": 0}',
        "  penstock.yaml:5:33: 'run_monitoring.start_timeout_seconds': found text 'soon'; expected "
        "an integer.",
    ]


def test_an_unknown_key_is_told_with_its_nearest_spelling(tmp_path):
    (told,) = mistakes_in("run_lancher: {}\n", tmp_path)

    assert told.startswith("The settings do not fit. penstock.yaml:1:1: 'run_lancher': found an")
    assert told.endswith("Did you mean 'run_launcher'?")


def test_a_variable_that_is_not_set_is_told_with_the_key(tmp_path):
    text = "storage:\n  sqlite:\n    base_dir: {env: NOWHERE}\n"

    assert mistakes_in(text, tmp_path) == [
        "The settings do not fit. penstock.yaml:3:5: 'storage.sqlite.base_dir': the environment "
        "variable 'NOWHERE' is not set. Set it to text."
    ]


def test_the_folder_of_sqlite_may_come_from_a_variable():
    assert read(storage={"sqlite": {"base_dir": {"env": "DIR"}, "durable": True}}).storage == (
        SqliteChoice(folder=Path("/srv/db"), durable=True)
    )


def test_the_parts_of_an_address_become_one_and_its_password_is_a_secret():
    try:
        settings = read(
            storage={
                "postgres": {
                    "postgres_db": {
                        "username": "me",
                        "password": {"env": "PW"},
                        "hostname": "db",
                        "db_name": "lake",
                        "params": {"sslmode": "require"},
                    }
                }
            }
        )

        assert settings.storage == PostgresChoice(
            url="postgresql://me:geheim%2F1@db:5432/lake?sslmode=require"
        )
        assert "geheim" not in repr(settings)
        assert masked("no geheim/1, no geheim%2F1") == "no ********, no ********"
    finally:
        forget_secrets()


def test_a_store_of_ones_own_is_named_by_its_class():
    chosen = read(storage={"custom": {"module": "mine", "class": "Store", "config": {"a": 1}}})

    assert chosen.storage == CustomChoice(made_by=ConfigurableClassData("mine", "Store", "a: 1\n"))


def test_the_three_storages_of_dagster_name_the_place_of_the_one_store():
    def part(module: str, name: str) -> dict[str, object]:
        return {
            "module": f"dagster._core.storage.{module}",
            "class": name,
            "config": {"base_dir": "/srv/history"},
        }

    settings = read(
        run_storage=part("runs", "SqliteRunStorage"),
        event_log_storage=part("event_log", "ConsolidatedSqliteEventLogStorage"),
        schedule_storage=part("schedules", "SqliteScheduleStorage"),
    )

    assert settings.storage == SqliteChoice(folder=Path("/srv/history"))


def test_the_postgres_storage_of_dagster_names_the_address():
    settings = read(
        run_storage={
            "module": "dagster_postgres.run_storage",
            "class": "PostgresRunStorage",
            "config": {"postgres_url": "postgresql://u@h/d"},
        }
    )

    assert settings.storage == PostgresChoice(url="postgresql://u@h/d")


def test_classes_of_dagster_are_those_of_ours_that_do_the_same():
    settings = read(
        run_launcher={"module": "dagster._core.launcher", "class": "DefaultRunLauncher"},
        compute_logs={"module": "acme.logs", "class": "LocalComputeLogManager"},
    )

    assert settings.parts["run_launcher"].module_name == "penstock.execute.launcher"
    assert settings.parts["compute_logs"].module_name == "acme.logs"


def test_limits_of_the_queue_are_read_wherever_they_stand():
    limits = [
        {"key": "db", "value": "red", "limit": 2},
        {"key": "user", "value": {"applyLimitPerUniqueValue": True}, "limit": 1},
        {"key": "any", "limit": 3},
    ]
    expected = QueueLimits(
        max_runs=7,
        tags=(
            TagLimit(key="db", value="red", limit=2),
            TagLimit(key="user", limit=1, per_value=True),
            TagLimit(key="any", limit=3),
        ),
    )

    inline = {"max_concurrent_runs": {"env": "N"}, "tag_concurrency_limits": limits}
    coordinator = {
        "module": "dagster.core.run_coordinator",
        "class": "QueuedRunCoordinator",
        "config": inline,
    }
    runs = {"max_concurrent_runs": 7, "tag_concurrency_limits": limits}

    assert read(run_queue=inline).queue.limits == expected
    assert read(run_coordinator=coordinator).queue.limits == expected
    assert read(concurrency={"runs": runs}).queue.limits == expected


def test_pools():
    settings = read(concurrency={"pools": {"default_limit": 3, "granularity": "run"}})

    assert settings.pools == PoolSettings(default_limit=3, granularity=PoolGranularity.RUN)
    assert settings.queue.waits_for_pools


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"run_queue": {}, "run_coordinator": {"module": "m", "class": "C"}},
            "'run_queue': found together with `run_coordinator`, and each says how runs are",
        ),
        (
            {"storage": {"sqlite": {}}, "run_storage": {"module": "m", "class": "C"}},
            "'run_storage': found together with `storage`",
        ),
        ({"run_storage": {"module": "m", "class": "C"}}, "Penstock has one store"),
        ({"storage": {"sqlite": {}, "postgres": {}}}, "expected exactly one of"),
        ({"storage": {"mysql": {}}}, "Penstock keeps its store in SQLite or in Postgres"),
        ({"storage": {"postgres": {}}}, "exactly one of 'postgres_url' and 'postgres_db'"),
        (
            {"storage": {"postgres": {"postgres_url": "x", "auth_provider": {"aws_wif": {}}}}},
            "Penstock fetches none from a cloud",
        ),
        (
            {"concurrency": {"pools": {}, "default_op_concurrency_limit": 1}},
            "the `concurrency > pools` settings",
        ),
        (
            {
                "concurrency": {"runs": {"max_concurrent_runs": 1}},
                "run_queue": {"max_concurrent_runs": 2},
            },
            "the `concurrency > runs > max_concurrent_runs` setting",
        ),
        ({"run_queue": {"max_concurrent_runs": -2}}, "a number from 0 on, or -1 for no bound"),
        (
            {"python_logs": {"python_log_level": "LOUD"}},
            "found 'LOUD'; expected one of CRITICAL, FATAL, ERROR, WARN",
        ),
        (
            {"run_queue": {"tag_concurrency_limits": [{"key": "team", "limit": -1}]}},
            "expected a number from 0 on",
        ),
        ({"concurrency": {"pools": {"granularity": "step"}}}, "'op' or 'run'"),
        ({"telemetry": {"enabled": "no"}}, "found text 'no'; expected true or false"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_its_reason(
    values: dict[str, object], told: str
):
    with pytest.raises(dg.DagsterInvalidConfigError) as raised:
        read(**values)

    assert told in str(raised.value)


def test_ages_may_be_given_for_all_or_by_kind():
    retention = read(
        retention={
            "schedule": {"purge_after_days": 90},
            "sensor": {"purge_after_days": {"skipped": 1, "failure": 30}},
            "events": {"purge_after_days": {"logs": 14}},
            "runs": {"purge_after_days": 400},
        }
    ).retention

    assert retention.schedule == TickAges(skipped=90, success=90, failure=90, started=90)
    assert retention.sensor == TickAges(skipped=1, failure=30)
    assert retention.events == {"logs": 14, "steps": 365, "assets": -1}
    assert retention.runs == 400
