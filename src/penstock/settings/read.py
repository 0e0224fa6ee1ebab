"""From a file of settings to `InstanceSettings`: checked, variables looked up, all problems told.

Owns the rules between keys (which exclude each other) and within values (which numbers make
sense).
The shapes are in `schema.py`, the search for the file in `document.py`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast
from urllib.parse import quote, unquote, urlencode

from penstock.base.secrets import remember_secret
from penstock.config.config_type import UNFIT, Evaluation
from penstock.config.configurable_class import ConfigurableClassData
from penstock.config.problems import Problem
from penstock.config.schema import ConfigSchema, Field, Shape, as_field
from penstock.settings.document import Document, raise_told
from penstock.settings.groups import (
    Group,
    automation,
    group_of,
    hosts,
    logging_settings,
    monitoring,
    pools,
    queue,
    retention,
    retries,
    threads,
)
from penstock.settings.known_classes import (
    POSTGRES_CLASSES,
    SQLITE_CLASSES,
    at_home_here,
    is_dagsters,
)
from penstock.settings.schema import KEYS, STORAGE
from penstock.settings.values import (
    CustomChoice,
    InstanceSettings,
    PostgresChoice,
    SqliteChoice,
    StorageChoice,
)

PARTS: Final = (
    "local_artifact_storage",
    "compute_logs",
    "scheduler",
    "run_coordinator",
    "run_launcher",
    "defs_state_storage",
    "instance_class",
)
_PASSWORD = re.compile(r"://[^:/@\s]*:([^@\s]+)@")
OLDER_STORAGE: Final = ("run_storage", "event_log_storage", "schedule_storage")


def read_settings(
    document: Document,
    *,
    environment: Mapping[str, str],
    extra: Mapping[str, ConfigSchema] | None = None,
) -> InstanceSettings:
    """Check settings and make values of them.

    Args:
        document: The settings as they were written.
        environment: The variables that they may name.
        extra: The schema of keys that the class of the instance adds.

    Raises:
        InvalidConfigError: Listing everything that does not fit, each with its place.
    """
    added = {name: as_field(schema) for name, schema in (extra or {}).items()}
    fields: dict[str, Field] = {**{name: key.field for name, key in KEYS.items()}, **added}
    evaluation = Evaluation(environment)
    read = Shape(fields).read(document.values, "root", evaluation)
    problems = [*evaluation.problems, *_rules(document.values)]
    if read is UNFIT or problems:
        raise_told(document, problems)
    values = cast("Mapping[str, object]", read)
    parts = _parts(document.values)
    return InstanceSettings(
        given=document.values,
        source=document.source,
        storage=_storage(document, values, environment),
        parts=parts,
        extra={name: values[name] for name in added if name in values},
        queue=queue(values, _coordinator_config(document, parts, environment)),
        pools=pools(values),
        monitoring=monitoring(group_of(values, "run_monitoring")),
        retries=retries(group_of(values, "run_retries")),
        retention=retention(group_of(values, "retention")),
        backfills=threads(group_of(values, "backfills")),
        sensors=threads(group_of(values, "sensors")),
        schedules=threads(group_of(values, "schedules")),
        automation=automation(group_of(values, "auto_materialize")),
        hosts=hosts(group_of(values, "code_servers")),
        logging=logging_settings(group_of(values, "python_logs")),
        freshness=bool(group_of(values, "freshness").get("enabled", True)),
    )


def _parts(given: Mapping[str, object]) -> Mapping[str, ConfigurableClassData]:
    """Return the classes that the settings name, with their config as it was written."""
    named = {key: given[key] for key in PARTS if key in given}
    secrets = given.get("secrets")
    if isinstance(secrets, Mapping):
        named["secrets"] = cast("Mapping[str, object]", secrets)["custom"]
    if "run_queue" in given:
        config = given["run_queue"]
        named["run_coordinator"] = {
            "module": "dagster", "class": "QueuedRunCoordinator", "config": config,
        }  # fmt: skip
    return {
        key: at_home_here(ConfigurableClassData.of(cast("Mapping[str, object]", written)))
        for key, written in named.items()
    }


def _coordinator_config(
    document: Document, parts: Mapping[str, ConfigurableClassData], environment: Mapping[str, str]
) -> Group:
    """Return the limits that the coordinator's config holds, variables looked up."""
    named = parts.get("run_coordinator")
    if named is None or named.class_name != "QueuedRunCoordinator":
        return {}
    evaluation = Evaluation(environment)
    at = "root:run_queue" if "run_queue" in document.values else "root:run_coordinator:config"
    schema = KEYS["run_queue"].field.config_type
    read = schema.read(named.config_dict, at, evaluation)
    raise_told(document, evaluation.problems)
    return cast("Group", read)


def _storage(
    document: Document, values: Mapping[str, object], environment: Mapping[str, str]
) -> StorageChoice:
    chosen = cast("Mapping[str, Group] | None", values.get("storage"))
    if chosen is None:
        return _older_storage(document, environment)
    if "sqlite" in chosen:
        return _sqlite(chosen["sqlite"])
    if "postgres" in chosen:
        return _postgres(chosen["postgres"])
    given = cast("Mapping[str, Mapping[str, object]]", document.values["storage"])
    data = ConfigurableClassData.of(given["custom"])
    if is_dagsters(data) and data.class_name in SQLITE_CLASSES | POSTGRES_CLASSES:
        return _of_dagsters_class(document, data, environment, at="root:storage:custom:config")
    return CustomChoice(made_by=data)


def _older_storage(document: Document, environment: Mapping[str, str]) -> StorageChoice:
    """Return the place of the one store where `run_storage` and the like name it."""
    for key in OLDER_STORAGE:
        if key in document.values:
            data = ConfigurableClassData.of(cast("Mapping[str, object]", document.values[key]))
            return _of_dagsters_class(document, data, environment, at=f"root:{key}:config")
    return SqliteChoice()


def _of_dagsters_class(
    document: Document, data: ConfigurableClassData, environment: Mapping[str, str], *, at: str
) -> StorageChoice:
    kind = "sqlite" if data.class_name in SQLITE_CLASSES else "postgres"
    evaluation = Evaluation(environment)
    read = STORAGE.fields[kind].config_type.read(data.config_dict, at, evaluation)
    raise_told(document, evaluation.problems)
    group = cast("Group", read)
    return _sqlite(group) if kind == "sqlite" else _postgres(group)


def _sqlite(group: Group) -> SqliteChoice:
    folder = cast("str | None", group.get("base_dir"))
    return SqliteChoice(
        folder=None if folder is None else Path(folder).expanduser(),
        durable=bool(group.get("durable", False)),
    )


def _postgres(group: Group) -> PostgresChoice:
    migrates = bool(group.get("should_autocreate_tables", True))
    if "postgres_url" in group:
        url = str(group["postgres_url"])
    else:
        url = _address(cast("Group", group["postgres_db"]))
    written = _PASSWORD.search(url)
    if written is not None:
        remember_secret("PASSWORD", unquote(written[1]))
    return PostgresChoice(url=url, migrates=migrates)


def _address(parts: Group) -> str:
    password = str(parts["password"])
    who = quote(str(parts["username"]), safe="")
    if password:
        who += f":{quote(password, safe='')}"
    address = f"{parts['scheme']}://{who}@{parts['hostname']}:{parts['port']}/{parts['db_name']}"
    parameters = cast("Mapping[str, object]", parts["params"])
    return f"{address}?{urlencode(parameters)}" if parameters else address


def _rules(given: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what does not fit between the keys; shapes are checked elsewhere."""
    yield from _storage_rules(given)
    if "run_queue" in given and "run_coordinator" in given:
        yield Problem(
            path="root:run_queue",
            text="found together with `run_coordinator`, and each says how runs are queued",
            hint=" Keep one of them: `run_queue` is the config of QueuedRunCoordinator.",
        )
    concurrency = group_of(given, "concurrency")
    if "pools" in concurrency and "default_op_concurrency_limit" in concurrency:
        yield Problem(
            path="root:concurrency:default_op_concurrency_limit",
            text="found together with the `concurrency > pools` settings",
            hint=" Write it as `pools: {default_limit: ...}`.",
        )
    yield from _queue_rules(given, concurrency)
    level = group_of(given, "python_logs").get("python_log_level")
    known = logging.getLevelNamesMapping()
    if isinstance(level, str) and level.upper() not in known:
        yield Problem(
            path="root:python_logs:python_log_level",
            text=f"found '{level}'; expected one of {', '.join(known)}",
        )


def _queue_rules(given: Mapping[str, object], concurrency: Group) -> Iterator[Problem]:
    runs = group_of(concurrency, "runs")
    coordinator = group_of(given, "run_coordinator")
    if "run_queue" in given:
        at, config = "root:run_queue", group_of(given, "run_queue")
    else:
        at, config = "root:run_coordinator:config", group_of(coordinator, "config")
    for key in runs:
        if key in config:
            yield Problem(
                path=f"{at}:{key}",
                text=f"found together with the `concurrency > runs > {key}` setting",
                hint=" Keep one of them.",
            )
    pooled = group_of(concurrency, "pools")
    if "op_granularity_run_buffer" in pooled and "block_op_concurrency_limited_runs" in config:
        yield Problem(
            path=f"{at}:block_op_concurrency_limited_runs",
            text="found together with the `concurrency > pools > op_granularity_run_buffer` "
            "setting",
            hint=" Keep one of them.",
        )
    for path, most in (
        (f"{at}:max_concurrent_runs", config.get("max_concurrent_runs")),
        ("root:concurrency:runs:max_concurrent_runs", runs.get("max_concurrent_runs")),
    ):
        if isinstance(most, int) and most < -1:
            yield Problem(
                path=path,
                text=f"found {most}; expected a number from 0 on, or -1 for no bound",
            )
    yield from _limit_rules(f"{at}:tag_concurrency_limits", config.get("tag_concurrency_limits"))
    at = "root:concurrency:runs:tag_concurrency_limits"
    yield from _limit_rules(at, runs.get("tag_concurrency_limits"))


def _limit_rules(at: str, limits: object) -> Iterator[Problem]:
    if not isinstance(limits, list):
        return
    for number, limit in enumerate(cast("list[object]", limits)):
        most = cast("Group", limit).get("limit") if isinstance(limit, Mapping) else None
        if isinstance(most, int) and most < 0:
            yield Problem(
                path=f"{at}[{number}]:limit",
                text=f"found {most}; expected a number from 0 on",
            )


def _storage_rules(given: Mapping[str, object]) -> Iterator[Problem]:
    storage = group_of(given, "storage")
    older = [key for key in OLDER_STORAGE if key in given]
    if storage:
        for key in older:
            yield Problem(
                path=f"root:{key}",
                text=f"found together with `storage`, which says where everything is kept. "
                f"`{key}` is Dagster's older way to say it",
                hint=" Remove it.",
            )
    else:
        for key in older:
            yield from _older_rule(key, group_of(given, key))
    if "mysql" in storage:
        yield Problem(
            path="root:storage:mysql",
            text="found MySQL; Penstock keeps its store in SQLite or in Postgres",
            hint=" Write `sqlite:` or `postgres:`, or name a class of yours under `custom:`.",
        )
    postgres = group_of(storage, "postgres")
    if "postgres" in storage and ("postgres_url" in postgres) == ("postgres_db" in postgres):
        yield Problem(
            path="root:storage:postgres",
            text="expected exactly one of 'postgres_url' and 'postgres_db'",
        )
    if "auth_provider" in postgres:
        yield Problem(
            path="root:storage:postgres:auth_provider",
            text="found a provider of passwords; Penstock fetches none from a cloud",
            hint=" Put the password into a variable, and write `password: {env: NAME}`.",
        )


def _older_rule(key: str, written: Group) -> Iterator[Problem]:
    if not isinstance(written.get("module"), str) or not isinstance(written.get("class"), str):
        return
    data = ConfigurableClassData(str(written["module"]), str(written["class"]), "{}")
    if not is_dagsters(data) or data.class_name not in SQLITE_CLASSES | POSTGRES_CLASSES:
        yield Problem(
            path=f"root:{key}",
            text=f"found the class {data.module_name}.{data.class_name}; Penstock has one store "
            "for runs, events and schedules",
            hint=" Write `storage:` with `sqlite:`, `postgres:` or `custom:`.",
        )
