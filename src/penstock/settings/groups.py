"""Each group of keys, once it was checked, as its value. One function a group; no rule is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, cast

from penstock.decide.queue import QueueLimits, TagLimit
from penstock.settings.values import (
    EVENT_AGES,
    KEEP,
    SKIPPED_TICKS,
    AutomationSettings,
    EventKind,
    HostSettings,
    LoggingSettings,
    MonitoringSettings,
    PoolGranularity,
    PoolSettings,
    QueueSettings,
    RetentionSettings,
    RetrySettings,
    ThreadSettings,
    TickAges,
)

Group: TypeAlias = Mapping[str, object]


def group_of(values: Group, key: str) -> Group:
    """Return a group of keys; an empty one where the file has none, or no mapping there."""
    found = values.get(key)
    return cast("Group", found) if isinstance(found, Mapping) else {}


def _int(group: Group, key: str, default: int) -> int:
    found = group.get(key)
    return found if isinstance(found, int) else default


def _maybe_int(group: Group, key: str) -> int | None:
    found = group.get(key)
    return found if isinstance(found, int) else None


def queue(values: Group, config: Group) -> QueueSettings:
    """Return the queue's settings; what `concurrency.runs` says counts where config is silent."""
    runs = group_of(group_of(values, "concurrency"), "runs")
    config = {**config, **runs}
    pooled = group_of(group_of(values, "concurrency"), "pools")
    return queue_of(config, waits=bool(pooled), buffer=_int(pooled, "op_granularity_run_buffer", 0))


def queue_of(config: Group, *, waits: bool = False, buffer: int = 0) -> QueueSettings:
    """Return the settings that the config of a queue's coordinator holds.

    Args:
        config: The config, checked.
        waits: Whether runs wait for pools where the config does not say.
        buffer: How many steps without a slot a run may have, where it does not say.
    """
    block = group_of(config, "block_op_concurrency_limited_runs")
    limits = QueueLimits(
        max_runs=_int(config, "max_concurrent_runs", 10),
        tags=tag_limits(config.get("tag_concurrency_limits")),
    )
    return QueueSettings(
        limits=limits,
        interval=_int(config, "dequeue_interval_seconds", 5),
        use_threads=bool(config.get("dequeue_use_threads", False)),
        workers=_maybe_int(config, "dequeue_num_workers"),
        load_retries=_int(config, "max_user_code_failure_retries", 0),
        load_retry_delay=_int(config, "user_code_failure_retry_delay", 60),
        waits_for_pools=bool(block.get("enabled", True)) if block else waits,
        pool_buffer=_int(block, "op_concurrency_slot_buffer", buffer),
    )


def tag_limits(written: object) -> tuple[TagLimit, ...]:
    """Return limits by tag; none for None."""
    return tuple(_tag_limit(each) for each in cast("list[Group] | None", written) or ())


def _tag_limit(written: Group) -> TagLimit:
    value = written.get("value")
    is_each = isinstance(value, Mapping)
    return TagLimit(
        key=str(written["key"]),
        limit=_int(written, "limit", 0),
        value=value if isinstance(value, str) else None,
        per_value=is_each and bool(cast("Group", value).get("applyLimitPerUniqueValue")),
    )


def pools(values: Group) -> PoolSettings:
    """Return the settings of pools."""
    concurrency = group_of(values, "concurrency")
    group = group_of(concurrency, "pools")
    named = group.get("granularity")
    granularity = PoolGranularity(named) if isinstance(named, str) else None
    if granularity is None and group:
        granularity = PoolGranularity.OP
    older = _maybe_int(concurrency, "default_op_concurrency_limit")
    limit = _maybe_int(group, "default_limit")
    return PoolSettings(
        default_limit=older if limit is None else limit,
        granularity=granularity,
        buffer=_maybe_int(group, "op_granularity_run_buffer"),
    )


def monitoring(group: Group) -> MonitoringSettings:
    """Return what becomes of runs that hang."""
    return MonitoringSettings(
        enabled=bool(group.get("enabled", False)),
        start_timeout=_int(group, "start_timeout_seconds", 180),
        cancel_timeout=_int(group, "cancel_timeout_seconds", 180),
        max_runtime=_int(group, "max_runtime_seconds", 0),
        max_resumes=_int(group, "max_resume_run_attempts", 0),
        interval=_int(group, "poll_interval_seconds", 120),
        cancellation_interval=_int(group, "cancellation_thread_poll_interval_seconds", 10),
        free_slots_after=_int(group, "free_slots_after_run_end_seconds", 0),
    )


def retries(group: Group) -> RetrySettings:
    """Return which failed runs are repeated."""
    return RetrySettings(
        enabled=bool(group.get("enabled", False)),
        max_retries=_int(group, "max_retries", 0),
        on_step_failure=bool(group.get("retry_on_asset_or_op_failure", True)),
    )


def retention(group: Group) -> RetentionSettings:
    """Return what is forgotten, and when."""
    runs = group_of(group, "runs")
    return RetentionSettings(
        schedule=_ages(group_of(group, "schedule"), TickAges()),
        sensor=_ages(group_of(group, "sensor"), SKIPPED_TICKS),
        automation=_ages(group_of(group, "auto_materialize"), SKIPPED_TICKS),
        events=_event_ages(group_of(group, "events").get("purge_after_days")),
        runs=_int(runs, "purge_after_days", KEEP),
    )


def _ages(group: Group, default: TickAges) -> TickAges:
    days = group.get("purge_after_days")
    if isinstance(days, int):
        return TickAges(skipped=days, success=days, failure=days, started=days)
    by_status = group_of(group, "purge_after_days")
    return TickAges(
        skipped=_int(by_status, "skipped", default.skipped),
        success=_int(by_status, "success", default.success),
        failure=_int(by_status, "failure", default.failure),
        started=_int(by_status, "started", default.started),
    )


def _event_ages(written: object) -> Mapping[EventKind, int]:
    if isinstance(written, int):
        return dict.fromkeys(EVENT_AGES, written)
    by_kind = group_of({"days": written}, "days")
    return {kind: _int(by_kind, kind, days) for kind, days in EVENT_AGES.items()}


def threads(group: Group) -> ThreadSettings:
    """Return how many of a kind are worked on side by side."""
    return ThreadSettings(
        use_threads=bool(group.get("use_threads", False)),
        workers=_maybe_int(group, "num_workers"),
        submit_workers=_maybe_int(group, "num_submit_workers"),
    )


def automation(group: Group) -> AutomationSettings:
    """Return when conditions are evaluated."""
    tags = group_of(group, "run_tags")
    return AutomationSettings(
        enabled=bool(group.get("enabled", True)),
        interval=_int(group, "minimum_interval_seconds", 30),
        run_tags={key: str(value) for key, value in tags.items()},
        compares_data_versions=bool(group.get("respect_materialization_data_versions", False)),
        max_tick_retries=_int(group, "max_tick_retries", 3),
        use_sensors=bool(group.get("use_sensors", True)),
        use_threads=bool(group.get("use_threads", False)),
        workers=_maybe_int(group, "num_workers"),
    )


def hosts(group: Group) -> HostSettings:
    """Return how long processes that load definitions may take."""
    return HostSettings(
        startup_timeout=_int(group, "local_startup_timeout", 180),
        reload_timeout=_maybe_int(group, "reload_timeout"),
        waits_on_shutdown=bool(group.get("wait_for_local_processes_on_shutdown", False)),
    )


def logging_settings(group: Group) -> LoggingSettings:
    """Return what is captured of Python's logging."""
    level = group.get("python_log_level")
    return LoggingSettings(
        loggers=tuple(cast("list[str]", group.get("managed_python_loggers", []))),
        level=level if isinstance(level, str) else None,
        handlers=group_of(group, "dagster_handler_config"),
    )
