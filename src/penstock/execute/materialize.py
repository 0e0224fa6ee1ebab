"""`materialize` and its kin: make assets here and now, from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from penstock.base.tags import ASSET_PARTITION_RANGE_END_TAG as END_TAG
from penstock.base.tags import ASSET_PARTITION_RANGE_START_TAG as START_TAG
from penstock.config.run_config import RunConfig
from penstock.define.job_definition import JobDefinition
from penstock.define.loaded import LoadedDefinitions, flatten, load
from penstock.errors import InvalidInvocationError, InvariantViolationError
from penstock.execute.execution import IN_THIS_PROCESS, Execution
from penstock.execute.facts import Captured
from penstock.execute.io_managers.memory import InMemoryIOManager
from penstock.execute.result import ExecuteInProcessResult
from penstock.execute.run_loggers import LoggerCall, named_loggers
from penstock.execute.runs import Errors, execute_run
from penstock.graph.selection import AssetSelection, CoercibleToAssetSelection
from penstock.instance import Instance
from penstock.model.keys import AssetCheckKey, AssetKey


def materialize(
    assets: Sequence[object],
    *,
    run_config: Mapping[str, object] | RunConfig | None = None,
    instance: Instance | None = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: object = None,
) -> ExecuteInProcessResult:
    """Make assets in this process, and return what happened.

    Args:
        assets: The assets, specs of assets made elsewhere, and checks.
        run_config: Config of the run.
        instance: Where the run is recorded; an ephemeral instance if None.
        resources: Resources by key; any object may stand in for a resource.
        partition_key: The partition to make them for.
        raise_on_error: Whether to raise what user code raised.
        tags: Tags of the run.
        selection: The assets to make, if not all; the others can be loaded from.

    Raises:
        UsageError: The assets contradict each other, or the request does not fit them.

    Example:
        >>> import penstock as dg
        >>> @dg.asset
        ... def one() -> int:
        ...     return 1
        >>> dg.materialize([one]).asset_value("one")
        1
    """
    loaded = load(flatten(assets), resources=resources or {}, location="local")
    chosen = (
        AssetSelection.all()
        if selection is None
        else AssetSelection.from_coercible(
            cast("CoercibleToAssetSelection", selection)  # it says itself what is none
        )
    )
    graph = loaded.graph
    return execute_loaded(
        loaded,
        assets=chosen.resolve(graph),
        checks=graph.check_keys if selection is None else chosen.resolve_checks(graph),
        job="__ephemeral_asset_job__",
        run_config=run_config,
        instance=instance,
        partition_key=partition_key,
        raise_on_error=raise_on_error,
        tags=tags or {},
        resources=None,
    )


def materialize_to_memory(
    assets: Sequence[object],
    *,
    run_config: Mapping[str, object] | RunConfig | None = None,
    instance: Instance | None = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: object = None,
) -> ExecuteInProcessResult:
    """Make assets like `materialize`, and keep their values in memory.

    Raises:
        InvariantViolationError: An IO manager is among the resources.
    """
    if "io_manager" in (resources or {}):
        raise InvariantViolationError(
            "materialize_to_memory brings its own IO manager; remove 'io_manager' from resources."
        )
    return materialize(
        assets,
        run_config=run_config,
        instance=instance,
        resources={**(resources or {}), "io_manager": InMemoryIOManager()},
        partition_key=partition_key,
        raise_on_error=raise_on_error,
        tags=tags,
        selection=selection,
    )


def execute_loaded(
    loaded: LoadedDefinitions,
    *,
    assets: frozenset[AssetKey],
    checks: frozenset[AssetCheckKey] | None = None,
    job: str,
    run_config: Mapping[str, object] | RunConfig | None,
    instance: object,
    partition_key: str | None,
    raise_on_error: bool,
    tags: Mapping[str, str],
    resources: Mapping[str, object] | None,
    definition: JobDefinition | None = None,
    execution: Execution = IN_THIS_PROCESS,
) -> ExecuteInProcessResult:
    """Make assets of loaded definitions, by default in this process.

    Raises:
        InvalidInvocationError: `instance` is no instance, or a range has only one end.
    """
    if instance is not None and not isinstance(instance, Instance):
        raise InvalidInvocationError(f"instance= must be an Instance, not {instance!r}.")
    used = instance if instance is not None else Instance.ephemeral()
    errors = Errors()
    captured: Captured = {}
    config = run_config.to_config_dict() if isinstance(run_config, RunConfig) else run_config
    record = execute_run(
        loaded,
        used,
        assets=assets,
        checks=checks,
        partition=partition_key,
        partition_range=_range_of(tags),
        config=config,
        tags=tags,
        job=job,
        why="asked for in Python",
        resources=resources,
        errors=errors,
        captured=captured,
        loggers=_loggers(definition, config, used),
        execution=execution,
    )
    error = errors.first()
    if error is not None and raise_on_error:
        raise error
    return ExecuteInProcessResult(record, used, loaded, captured=captured, job=definition)


def _loggers(
    job: JobDefinition | None, config: Mapping[str, object] | None, instance: Instance
) -> Sequence[LoggerCall]:
    if job is None or not config:
        return ()
    environment = instance.settings.environment
    return named_loggers(job, config.get("loggers"), environment=environment)


def _range_of(tags: Mapping[str, str]) -> tuple[str, str] | None:
    start, end = tags.get(START_TAG), tags.get(END_TAG)
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise InvalidInvocationError(f"A range needs both tags, {START_TAG} and {END_TAG}.")
    return start, end
