"""The executors that Penstock brings, as declarations: names, config, and what config means.

What each becomes is a value, `InProcess`, `MultiProcess` or `Threads`; `penstock.execute` makes of
it what carries steps out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from penstock.config.alternatives import Noneable, ScalarUnion, Selector
from penstock.config.schema import Field
from penstock.decide.queue import TagLimit
from penstock.define.executor import (
    ExecutorDefinition,
    ExecutorRequirement,
    InitExecutorContext,
    multiple_process_executor_requirements,
)
from penstock.errors import InvalidConfigError
from penstock.model.retry import RetryMode

StartMethod = Literal["reuse", "spawn", "forkserver"]
"""How a step gets its process: one that earlier steps have used, one that is started anew, or one
that is forked off a process which has loaded the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InProcess:
    """Steps run one after another, in the process of the run."""

    retries: RetryMode = RetryMode.ENABLED


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiProcess:
    """Steps run in processes of their own.

    Attributes:
        max_concurrent: How many at once; None for as many as the machine has processors.
        retries: Whether failed attempts are repeated.
        tag_limits: How many steps with certain tags may run at once.
        start: How a step gets its process.
        preload: Modules that are imported before a process is forked.
    """

    max_concurrent: int | None = None
    retries: RetryMode = RetryMode.ENABLED
    tag_limits: tuple[TagLimit, ...] = ()
    start: StartMethod = "reuse"
    preload: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Steps run in threads of the process of the run; the attributes are as of `MultiProcess`."""

    max_concurrent: int | None = None
    retries: RetryMode = RetryMode.ENABLED
    tag_limits: tuple[TagLimit, ...] = ()


Config = Mapping[str, object]

_RETRIES = Field(
    Selector({"enabled": Field({}), "disabled": Field({})}),
    is_required=False,
    default_value={"enabled": {}},
    description="Whether failed attempts are repeated, as policies and user code ask for.",
)
_DEPENDENCY = Field(
    {"require_upstream_step_success": Field(bool, is_required=False, default_value=True)},
    is_required=False,
    description="A step waits for the success of those that it depends on; this is always so.",
)
_SEVERAL = {
    "retries": _RETRIES,
    "max_concurrent": Field(
        Noneable(int),
        is_required=False,
        default_value=None,
        description="How many steps run at once; as many as there are processors if left out.",
    ),
    "tag_concurrency_limits": Field(
        Noneable(
            [
                {
                    "key": str,
                    "value": Field(
                        ScalarUnion(str, {"applyLimitPerUniqueValue": Field(bool)}),
                        is_required=False,
                    ),
                    "limit": int,
                }
            ]
        ),
        is_required=False,
        description="How many steps with a tag run at once.",
    ),
}
_PROCESSES = {
    **_SEVERAL,
    "start_method": Field(
        Selector(
            {
                "spawn": Field({}, description="Each step gets a process that is started anew."),
                "forkserver": Field(
                    {
                        "preload_modules": Field(
                            [str],
                            is_required=False,
                            description="Modules to import before processes are forked.",
                        )
                    },
                    description="Each step gets a process that is forked off one with the code.",
                ),
            }
        ),
        is_required=False,
        description="How steps get fresh processes; if left out, processes are used again.",
    ),
    "step_dependency_config": _DEPENDENCY,
}


def _retries_of(config: Config) -> RetryMode:
    """Return whether attempts are repeated; refuse what no executor can do."""
    dependency = cast("Config", config.get("step_dependency_config") or {})
    if dependency.get("require_upstream_step_success") is False:
        raise InvalidConfigError(
            "step_dependency_config: require_upstream_step_success cannot be false. A step runs "
            "when those that it depends on have succeeded. Split the step whose outputs are "
            "wanted although it fails."
        )
    return RetryMode.from_config(cast("Config", config.get("retries") or {"enabled": {}}))


def _max_concurrent_of(config: Config) -> int | None:
    count = cast("int | None", config.get("max_concurrent"))
    if count is not None and count < 0:
        raise InvalidConfigError(
            f"max_concurrent must be at least 1, not {count}. Leave it out to run as many steps at "
            "once as there are processors."
        )
    return count or None


def _limits_of(config: Config) -> tuple[TagLimit, ...]:
    entries = cast("Sequence[Config]", config.get("tag_concurrency_limits") or ())
    return tuple(_limit_of(entry) for entry in entries)


def _limit_of(entry: Config) -> TagLimit:
    value, limit = entry.get("value"), cast("int", entry["limit"])
    if limit < 1:
        raise InvalidConfigError(
            f"The limit of tag '{entry['key']}' must be at least 1, not {limit}: a step with that "
            "tag would never run."
        )
    per_value = isinstance(value, Mapping) and bool(
        cast("Config", value).get("applyLimitPerUniqueValue")
    )
    return TagLimit(
        key=cast("str", entry["key"]),
        limit=limit,
        value=value if isinstance(value, str) else None,
        per_value=per_value,
    )


def _config_of(context: InitExecutorContext) -> Config:
    return context.executor_config


def _in_process(context: InitExecutorContext) -> InProcess:
    return InProcess(retries=_retries_of(_config_of(context)))


def _multi_process_of(config: Config) -> MultiProcess:
    method = cast("Mapping[str, Config]", config.get("start_method") or {})
    preload = cast("Sequence[str]", method.get("forkserver", {}).get("preload_modules") or ())
    return MultiProcess(
        max_concurrent=_max_concurrent_of(config),
        retries=_retries_of(config),
        tag_limits=_limits_of(config),
        start=cast("StartMethod", next(iter(method), "reuse")),
        preload=tuple(preload),
    )


def _multi_process(context: InitExecutorContext) -> MultiProcess:
    return _multi_process_of(_config_of(context))


def _threads(context: InitExecutorContext) -> Threads:
    config = _config_of(context)
    return Threads(
        max_concurrent=_max_concurrent_of(config),
        retries=_retries_of(config),
        tag_limits=_limits_of(config),
    )


def _either(context: InitExecutorContext) -> InProcess | MultiProcess:
    config = cast("Mapping[str, Config]", _config_of(context))
    if "in_process" in config:
        return InProcess(retries=_retries_of(config["in_process"]))
    return _multi_process_of(config.get("multiprocess", {}))


def _requirements_of_either(config: Config) -> Sequence[ExecutorRequirement]:
    return () if "in_process" in config else multiple_process_executor_requirements()


in_process_executor: ExecutorDefinition = ExecutorDefinition(
    "in_process",
    {
        "retries": _RETRIES,
        "marker_to_close": Field(str, is_required=False),
        "step_dependency_config": _DEPENDENCY,
    },
    executor_creation_fn=_in_process,
    description="Carries steps out one after another, in the process of the run.",
)

multiprocess_executor: ExecutorDefinition = ExecutorDefinition(
    "multiprocess",
    _PROCESSES,
    multiple_process_executor_requirements(),
    executor_creation_fn=_multi_process,
    description="Carries steps out in processes of their own, several at once.",
)

threads_executor: ExecutorDefinition = ExecutorDefinition(
    "threads",
    _SEVERAL,
    executor_creation_fn=_threads,
    description="Carries steps out in threads of the process of the run, several at once.",
)

multi_or_in_process_executor: ExecutorDefinition = ExecutorDefinition(
    "multi_or_in_process_executor",
    Field(
        Selector(
            {
                "in_process": Field(in_process_executor.config_field.config_type),
                "multiprocess": Field(_PROCESSES),
            }
        ),
        default_value={"multiprocess": {}},
    ),
    _requirements_of_either,
    executor_creation_fn=_either,
    description="Carries steps out in processes of their own, or in that of the run, as config "
    "says.",
)
