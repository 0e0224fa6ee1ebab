"""Settings as frozen values, one for each group of keys; defaults are where nothing is said.

Owns the defaults and no reading: `read.py` makes these of a file. Durations are seconds, ages days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final, Literal

from penstock.config.configurable_class import ConfigurableClassData
from penstock.decide.queue import QueueLimits

KEEP: Final = -1
"""An age in days after which nothing is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteChoice:
    """Keep everything in a file of SQLite.

    Attributes:
        folder: Where the file is; the home if None.
        durable: Whether commits survive a power loss.
    """

    folder: Path | None = None
    durable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresChoice:
    """Keep everything in a Postgres database.

    Attributes:
        url: The address; never shown, as it may hold a password.
        migrates: Whether tables are made and brought up to date when the store is opened.
    """

    url: str = field(repr=False)
    migrates: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomChoice:
    """Keep everything in a store that a class makes."""

    made_by: ConfigurableClassData


StorageChoice = SqliteChoice | PostgresChoice | CustomChoice


TEN_RUNS: Final = QueueLimits(max_runs=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """How runs wait, and when they leave the queue.

    Attributes:
        limits: What bounds the runs under way.
        interval: Seconds between two looks into the queue.
        use_threads: Whether several runs are launched side by side.
        workers: How many threads launch; as many as Python thinks fit if None.
        load_retries: How often a run is put back whose definitions cannot be loaded.
        load_retry_delay: Seconds until then.
        waits_for_pools: Whether a run waits until the pools of its steps have slots.
        pool_buffer: How many steps without a slot a run may have and start all the same.
    """

    limits: QueueLimits = TEN_RUNS
    interval: int = 5
    use_threads: bool = False
    workers: int | None = None
    load_retries: int = 0
    load_retry_delay: int = 60
    waits_for_pools: bool = False
    pool_buffer: int = 0


class PoolGranularity(Enum):
    """What takes a slot of a pool: each step, or the whole run."""

    OP = "op"
    RUN = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """Slots of pools; `default_limit` bounds a pool without a limit of its own, None does not."""

    default_limit: int | None = None
    granularity: PoolGranularity | None = None
    buffer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSettings:
    """What becomes of runs that hang; see the docs of `run_monitoring`."""

    enabled: bool = False
    start_timeout: int = 180
    cancel_timeout: int = 180
    max_runtime: int = 0
    max_resumes: int = 0
    interval: int = 120
    cancellation_interval: int = 10
    free_slots_after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """Failed runs that are repeated.

    Attributes:
        on_step_failure: Whether also where a step failed, and not only the process.
    """

    enabled: bool = False
    max_retries: int = 0
    on_step_failure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TickAges:
    """After how many days ticks are forgotten, by outcome; -1 keeps them."""

    skipped: int = KEEP
    success: int = KEEP
    failure: int = KEEP
    started: int = KEEP


EventKind = Literal["logs", "steps", "assets"]

SKIPPED_TICKS: Final = TickAges(skipped=7)
EVENT_AGES: Final[Mapping[EventKind, int]] = {"logs": 90, "steps": 365, "assets": KEEP}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """What is forgotten, and when. What is known of assets and partitions stays.

    Attributes:
        schedule: Ticks of schedules.
        sensor: Ticks of sensors.
        automation: Ticks of automation.
        events: Days by kind: lines of logs; what steps did; what became of assets.
        runs: Days after which a finished run is forgotten with its events.
    """

    schedule: TickAges = TickAges()
    sensor: TickAges = SKIPPED_TICKS
    automation: TickAges = SKIPPED_TICKS
    events: Mapping[EventKind, int] = field(default_factory=lambda: dict(EVENT_AGES))
    runs: int = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadSettings:
    """How many of a kind are worked on side by side."""

    use_threads: bool = False
    workers: int | None = None
    submit_workers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationSettings:
    """When conditions are evaluated, and the tags of the runs they ask for."""

    enabled: bool = True
    interval: int = 30
    run_tags: Mapping[str, str] = field(default_factory=dict[str, str])
    compares_data_versions: bool = False
    max_tick_retries: int = 3
    use_sensors: bool = True
    use_threads: bool = False
    workers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """Processes that load definitions; `reload_timeout` None is the same as at the start."""

    startup_timeout: int = 180
    reload_timeout: int | None = None
    waits_on_shutdown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingSettings:
    """Python's logging inside runs.

    Attributes:
        loggers: Names of Python loggers whose lines become events of the run.
        level: The lowest level that is kept; None keeps all.
        handlers: What `logging.config` makes handlers of: `handlers`, `formatters`, `filters`.
    """

    loggers: tuple[str, ...] = ()
    level: str | None = None
    handlers: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSettings:
    """All that was said about an instance.

    Attributes:
        given: The keys as they were written; variables by name, not value.
        source: The file they are from, or words for it; None if nothing was said.
        storage: Where everything is kept.
        parts: The classes that were named, by key: `run_launcher` and the like.
        extra: The keys that the class of the instance adds, with their values.
        freshness: Whether freshness is judged.
    """

    given: Mapping[str, object] = field(default_factory=dict[str, object])
    source: str | None = None
    storage: StorageChoice = SqliteChoice()
    parts: Mapping[str, ConfigurableClassData] = field(
        default_factory=dict[str, ConfigurableClassData]
    )
    extra: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)
    queue: QueueSettings = QueueSettings()
    pools: PoolSettings = PoolSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    retries: RetrySettings = RetrySettings()
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    backfills: ThreadSettings = ThreadSettings()
    sensors: ThreadSettings = ThreadSettings()
    schedules: ThreadSettings = ThreadSettings()
    automation: AutomationSettings = field(default_factory=AutomationSettings)
    hosts: HostSettings = HostSettings()
    logging: LoggingSettings = field(default_factory=LoggingSettings)
    freshness: bool = True
