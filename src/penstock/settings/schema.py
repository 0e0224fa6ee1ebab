"""The keys of `penstock.yaml`: what each may hold, what it says, and what it does here.

Owns the schema and the words about it. The names are Dagster's, so that a `dagster.yaml` is read as
it is; those that are ours alone are marked. How the values are used is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from penstock.config.alternatives import Noneable, ScalarUnion, Selector
from penstock.config.enums import Enum, EnumValue
from penstock.config.scalars import BOOL, INT, STRING, BoolSource, IntSource, StringSource
from penstock.config.schema import Array, Field, Permissive, Shape

CLASS: Final = Shape(
    {
        "module": Field(str, description="The module of the class."),
        "class": Field(str, description="The name of the class in it."),
        "config": Field(
            Permissive(), is_required=False, description="What the class is configured with."
        ),
    },
    description="A class of yours or of a library, and its config.",
)


def _shape(fields: Mapping[str, object], description: str) -> Field:
    return Field(Shape(fields), is_required=False, description=description)


def _optional(schema: object, description: str, *, default: object) -> Field:
    return Field(schema, default_value=default, is_required=False, description=description)


def _maybe(schema: object, description: str) -> Field:
    return Field(schema, is_required=False, description=description)


def _class(description: str) -> Field:
    return Field(CLASS, is_required=False, description=description)


TAG_LIMITS: Final = Array(
    Shape(
        {
            "key": Field(str, description="The key of the tag."),
            "value": _maybe(
                ScalarUnion(
                    STRING,
                    Shape({"applyLimitPerUniqueValue": Field(bool)}),
                ),
                "Only runs with this value; or, with applyLimitPerUniqueValue, each value apart.",
            ),
            "limit": Field(int, description="How many runs at once."),
        }
    )
)

QUEUE: Final[Mapping[str, Field]] = {
    "max_concurrent_runs": _maybe(
        IntSource, "How many runs may be under way at once: 10 if not given, -1 for no bound."
    ),
    "tag_concurrency_limits": _maybe(
        Noneable(TAG_LIMITS), "How many runs with a tag may be under way at once."
    ),
    "dequeue_interval_seconds": _maybe(IntSource, "Seconds between two looks into the queue: 5."),
    "dequeue_use_threads": _maybe(BOOL, "Whether several runs are launched side by side."),
    "dequeue_num_workers": _maybe(IntSource, "How many threads launch."),
    "max_user_code_failure_retries": _maybe(
        IntSource, "How often a run is put back whose definitions cannot be loaded: 0."
    ),
    "user_code_failure_retry_delay": _maybe(IntSource, "Seconds until then: 60."),
    "block_op_concurrency_limited_runs": _maybe(
        Shape(
            {
                "enabled": _maybe(BOOL, "Whether runs wait whose pools are full: true."),
                "op_concurrency_slot_buffer": _maybe(
                    INT, "How many steps without a slot a run may have and start all the same: 0."
                ),
            }
        ),
        "Whether a run waits in the queue until the pools of its steps have slots.",
    ),
}
"""What a queue of runs is configured with, as `run_queue` or as config of the coordinator."""

_THREADS: Final[Mapping[str, Field]] = {
    "use_threads": _optional(BOOL, "Whether several are evaluated side by side.", default=False),
    "num_workers": _maybe(INT, "How many threads evaluate."),
    "num_submit_workers": _maybe(INT, "How many threads submit the runs that were asked for."),
}

_PURGE: Final = Field(
    Shape(
        {
            "purge_after_days": ScalarUnion(
                INT,
                Shape(
                    {
                        status: _maybe(INT, "Days; -1 keeps them.")
                        for status in ("skipped", "success", "failure", "started")
                    }
                ),
            )
        }
    ),
    is_required=False,
    description="After how many days ticks are forgotten, for all or by their outcome; -1: never.",
)

_DAYS: Final = ScalarUnion(
    INT, Shape({kind: _maybe(INT, "Days; -1 keeps them.") for kind in ("logs", "steps", "assets")})
)

_POSTGRES: Final = Shape(
    {
        "postgres_url": _maybe(StringSource, "The address, like postgresql://user@host:5432/name."),
        "postgres_db": _shape(
            {
                "username": Field(StringSource),
                "password": _optional(
                    StringSource, "Better `{env: NAME}` than the text.", default=""
                ),
                "hostname": Field(StringSource),
                "db_name": Field(StringSource),
                "port": _optional(IntSource, "The port: 5432.", default=5432),
                "params": _optional(Permissive(), "Parameters, such as sslmode.", default={}),
                "scheme": _optional(StringSource, "How the address begins.", default="postgresql"),
            },
            "The address in parts.",
        ),
        "auth_provider": _maybe(Permissive(), "How passwords of a cloud are fetched; refused."),
        "should_autocreate_tables": _optional(
            BOOL, "Whether tables are made and migrated when the store is opened.", default=True
        ),
    }
)

STORAGE: Final = Selector(
    {
        "sqlite": Shape(
            {
                "base_dir": _maybe(StringSource, "The folder of the file; the home if not given."),
                "durable": _optional(
                    BOOL, "Ours: whether commits survive a power loss.", default=False
                ),
            }
        ),
        "postgres": _POSTGRES,
        "mysql": Permissive(),
        "custom": CLASS,
    },
    description="Where everything is kept: exactly one of these.",
)

_GRANULARITY: Final = Enum("PoolGranularity", [EnumValue("op"), EnumValue("run")])


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsKey:
    """A key at the top of the file.

    Attributes:
        field: What it may hold.
        effect: What it does here, in one sentence.
        is_ours: Whether Dagster has no such key.
    """

    field: Field
    effect: str
    is_ours: bool = False


_SERVER = "Read and kept; used by the duties of a server."

KEYS: Final[Mapping[str, SettingsKey]] = {
    "storage": SettingsKey(
        field=Field(STORAGE, is_required=False, description="Where everything is kept."),
        effect="SQLite in the home if not given. `mysql` is refused.",
    ),
    "run_storage": SettingsKey(
        field=_class("Dagster's older way to say where runs are kept."),
        effect="Dagster's SQLite and Postgres classes name the place of the one store; others are "
        "refused. Not together with `storage`.",
    ),
    "event_log_storage": SettingsKey(
        field=_class("Dagster's older way to say where events are kept."),
        effect="As `run_storage`.",
    ),
    "schedule_storage": SettingsKey(
        field=_class("Dagster's older way to say where ticks are kept."),
        effect="As `run_storage`.",
    ),
    "local_artifact_storage": SettingsKey(
        field=_class("The folder of stored values."),
        effect="Values are kept in `storage/` below its `base_dir`.",
    ),
    "compute_logs": SettingsKey(
        field=_class("What keeps the output of steps."),
        effect="Files below the home if not given.",
    ),
    "scheduler": SettingsKey(field=_class("What evaluates schedules."), effect=_SERVER),
    "run_coordinator": SettingsKey(
        field=_class("What becomes of a run that is submitted."),
        effect="A queue if not given. Not together with `run_queue`.",
    ),
    "run_queue": SettingsKey(
        field=_shape(QUEUE, "The limits of the queue."),
        effect="As the config of `QueuedRunCoordinator`.",
    ),
    "run_launcher": SettingsKey(
        field=_class("What starts the worker of a run."),
        effect="A process on this machine if not given.",
    ),
    "telemetry": SettingsKey(
        field=_shape({"enabled": _maybe(BOOL, "Whatever it says, nothing is sent.")}, "Telemetry."),
        effect="Accepted. Penstock sends nothing anywhere.",
    ),
    "nux": SettingsKey(
        field=_shape({"enabled": _maybe(BOOL, "Accepted.")}, "Hints for newcomers."),
        effect="Accepted. There are none.",
    ),
    "instance_class": SettingsKey(
        field=_class("A subclass of Instance to use in its place."),
        effect="The instance is of that class; its `config_schema()` adds keys to this file.",
    ),
    "python_logs": SettingsKey(
        field=_shape(
            {
                "managed_python_loggers": _optional(
                    [str],
                    "Names of Python loggers whose lines become events of the run.",
                    default=[],
                ),
                "python_log_level": _maybe(str, "The lowest level that is kept."),
                "dagster_handler_config": _maybe(
                    Shape(
                        {
                            part: _maybe(Permissive(), f"As `{part}` of logging.config.")
                            for part in ("handlers", "formatters", "filters")
                        }
                    ),
                    "Python log handlers that are given the lines of runs too.",
                ),
            },
            "Python's logging inside runs.",
        ),
        effect="Loggers are captured, and lines below the level are left out.",
    ),
    "run_monitoring": SettingsKey(
        field=_shape(
            {
                "enabled": _optional(BOOL, "Whether runs are watched.", default=False),
                "start_timeout_seconds": _optional(
                    INT, "Seconds a run may take to start.", default=180
                ),
                "cancel_timeout_seconds": _optional(
                    INT, "Seconds it may take to cancel.", default=180
                ),
                "max_runtime_seconds": _optional(INT, "Seconds a run may take; 0: any.", default=0),
                "max_resume_run_attempts": _optional(
                    INT, "How often a run is resumed whose worker died.", default=0
                ),
                "poll_interval_seconds": _optional(INT, "Seconds between two looks.", default=120),
                "cancellation_thread_poll_interval_seconds": _optional(
                    INT, "Seconds between two looks whether a run was cancelled.", default=10
                ),
                "free_slots_after_run_end_seconds": _optional(
                    INT, "Seconds after which the slots of a run that ended are freed.", default=0
                ),
            },
            "What becomes of runs that hang.",
        ),
        effect=_SERVER,
    ),
    "run_retries": SettingsKey(
        field=_shape(
            {
                "enabled": _optional(BOOL, "Whether failed runs are repeated.", default=False),
                "max_retries": _optional(INT, "How often.", default=0),
                "retry_on_asset_or_op_failure": _optional(
                    BOOL,
                    "Whether also where a step failed, and not only the process.",
                    default=True,
                ),
            },
            "Failed runs that are repeated.",
        ),
        effect=_SERVER,
    ),
    "code_servers": SettingsKey(
        field=_shape(
            {
                "local_startup_timeout": _optional(
                    INT, "Seconds to load definitions.", default=180
                ),
                "reload_timeout": _maybe(INT, "Seconds to load them anew."),
                "wait_for_local_processes_on_shutdown": _optional(
                    BOOL, "Whether the end waits for them.", default=False
                ),
            },
            "Processes that load definitions.",
        ),
        effect=_SERVER,
    ),
    "secrets": SettingsKey(
        field=_shape({"custom": Field(CLASS)}, "Where secrets come from."),
        effect="The variables it gives are set in the workers that carry out runs.",
    ),
    "defs_state_storage": SettingsKey(
        field=_class("Where the state of components is kept in versions."),
        effect="`instance.defs_state_storage`; a folder of the home if not given.",
    ),
    "retention": SettingsKey(
        field=_shape(
            {
                "schedule": _PURGE,
                "sensor": _PURGE,
                "auto_materialize": _PURGE,
                "events": _maybe(
                    Shape({"purge_after_days": _DAYS}),
                    "Ours: after how many days events are forgotten, by kind; what is known of "
                    "assets and partitions stays.",
                ),
                "runs": _maybe(
                    Shape({"purge_after_days": INT}),
                    "Ours: after how many days finished runs are forgotten; -1: never.",
                ),
            },
            "What is forgotten, and when.",
        ),
        effect="Read and kept; forgetting is a duty of a server. `events` and `runs` are ours.",
    ),
    "backfills": SettingsKey(field=_shape(_THREADS, "How backfills go on."), effect=_SERVER),
    "sensors": SettingsKey(field=_shape(_THREADS, "How sensors are evaluated."), effect=_SERVER),
    "schedules": SettingsKey(
        field=_shape(_THREADS, "How schedules are evaluated."), effect=_SERVER
    ),
    "auto_materialize": SettingsKey(
        field=_shape(
            {
                "enabled": _maybe(BoolSource, "Whether conditions are evaluated: true."),
                "minimum_interval_seconds": _maybe(IntSource, "Seconds between two looks: 30."),
                "run_tags": _maybe(Permissive(), "Tags of the runs that are asked for."),
                "respect_materialization_data_versions": _maybe(
                    BoolSource, "Whether an equal data version is no update."
                ),
                "max_tick_retries": _optional(
                    IntSource, "How often a failed look is repeated.", default=3
                ),
                "use_sensors": _maybe(BoolSource, "Whether sensors evaluate: true."),
                "use_threads": _optional(BOOL, "Whether several look side by side.", default=False),
                "num_workers": _maybe(INT, "How many threads look."),
            },
            "Automation conditions.",
        ),
        effect=_SERVER,
    ),
    "freshness": SettingsKey(
        field=_shape({"enabled": Field(bool)}, "Whether freshness is judged."), effect=_SERVER
    ),
    "concurrency": SettingsKey(
        field=_shape(
            {
                "pools": _shape(
                    {
                        "default_limit": _maybe(INT, "Slots of a pool without a limit of its own."),
                        "granularity": _maybe(_GRANULARITY, "What takes a slot: op or run."),
                        "op_granularity_run_buffer": _maybe(
                            INT, "How many steps without a slot a run may have and start."
                        ),
                    },
                    "Pools of slots.",
                ),
                "runs": _shape(
                    {
                        "max_concurrent_runs": _maybe(INT, "As in `run_queue`."),
                        "tag_concurrency_limits": _maybe(
                            Noneable(TAG_LIMITS), "As in `run_queue`."
                        ),
                    },
                    "Limits of the queue.",
                ),
                "default_op_concurrency_limit": _maybe(INT, "Deprecated: `pools.default_limit`."),
            },
            "How much may happen at once.",
        ),
        effect="`runs` are limits of the queue. `pools` are read and kept, for the queue of a "
        "server.",
    ),
}
"""Every key at the top of the file, in the order in which the documentation shows them."""

SCHEMA: Final = Shape({name: key.field for name, key in KEYS.items()})
"""The whole file."""
