"""What may be given to `Definitions`: each argument is checked when it is given.

Owns the words for things in the wrong place. Contradictions between definitions are found later,
when they are loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.executor import ExecutorDefinition
from penstock.define.graph import GraphDefinition
from penstock.define.job import JobDefinition, UnresolvedAssetJob, job_of_graph
from penstock.define.logger import LoggerDefinition
from penstock.define.op import OpDefinition
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetSpec
from penstock.errors import ParameterCheckError


def checked_list(things: object, argument: str) -> list[object]:
    """Return what was given as a list of definitions.

    Raises:
        ParameterCheckError: It is a single thing, or nothing that can be gone through.
    """
    if things is None:
        return []
    is_single = isinstance(things, (str, Mapping, AssetsDefinition, AssetSpec))
    if is_single or not isinstance(things, Iterable):
        raise ParameterCheckError(
            f"Definitions({argument}=...) takes a list, not {things!r} of type "
            f"{type(cast('object', things)).__name__}. Put it into a list."
        )
    return list(cast("Iterable[object]", things))


def checked_assets(things: object, argument: str) -> list[object]:
    """Return what was given as assets or checks; lists among them stay as they are.

    Raises:
        ParameterCheckError: Something is neither an asset, a check nor a spec.
    """
    found = checked_list(things, argument)
    for thing in found:
        _check_asset(thing, argument)
    return found


def _check_asset(thing: object, argument: str) -> None:
    if isinstance(thing, (AssetsDefinition, AssetSpec, SourceAsset)):
        return
    if isinstance(thing, (list, tuple)):
        for each in cast("list[object]", thing):
            _check_asset(each, argument)
        return
    name = getattr(thing, "__name__", None) or repr(thing)
    if isinstance(thing, OpDefinition):
        remedy = "It is an op: use AssetsDefinition.from_op, or @asset in place of @op."
    elif isinstance(thing, (JobDefinition, UnresolvedAssetJob)):
        remedy = "It is a job: give it as jobs=."
    elif callable(thing):
        remedy = "It is a plain function: decorate it with @asset, @multi_asset or @asset_check."
    else:
        remedy = "Give decorated functions and AssetSpecs."
    raise ParameterCheckError(
        f"Definitions({argument}=...) holds '{name}' of type {type(thing).__name__}, which is not "
        f"an asset. {remedy}"
    )


Job = JobDefinition | UnresolvedAssetJob


def checked_jobs(things: object) -> list[Job]:
    """Return what was given as jobs; a graph becomes a job.

    Raises:
        ParameterCheckError: Something is no job.
    """
    found: list[Job] = []
    for thing in checked_list(things, "jobs"):
        if isinstance(thing, (JobDefinition, UnresolvedAssetJob)):
            found.append(thing)
        elif isinstance(thing, GraphDefinition):
            found.append(job_of_graph(thing))
        else:
            raise ParameterCheckError(
                f"Definitions(jobs=...) holds {thing!r} of type {type(thing).__name__}, which is "
                "not a job. Give what @job, define_asset_job or a graph's to_job() made."
            )
    return found


def checked_named(things: object, argument: str, kind: type | None) -> list[object]:
    """Return what was given as schedules or sensors.

    Raises:
        ParameterCheckError: Something is not of the class.
    """
    found = checked_list(things, argument)
    for thing in found:
        if kind is not None and not isinstance(thing, kind):
            raise ParameterCheckError(
                f"Definitions({argument}=...) holds {thing!r} of type {type(thing).__name__}, "
                f"which is not a {kind.__name__}."
            )
    return found


def checked_resources(resources: object) -> dict[str, object]:
    """Return resources by key.

    Raises:
        ParameterCheckError: They are not, or a key is not text.
    """
    return _by_text(resources, "resources")


def _by_text(things: object, argument: str) -> dict[str, object]:
    if things is None:
        return {}
    if not isinstance(things, Mapping):
        raise ParameterCheckError(
            f"Definitions({argument}=...) takes a mapping by key, not {things!r}."
        )
    found = cast("Mapping[object, object]", things)
    for key in found:
        if not isinstance(key, str):
            raise ParameterCheckError(
                f"Definitions({argument}=...) has the key {key!r}, but keys are text."
            )
    return dict(cast("Mapping[str, object]", found))


def checked_loggers(loggers: object) -> dict[str, LoggerDefinition]:
    """Return loggers by key.

    Raises:
        ParameterCheckError: A key is not text, or a value no logger.
    """
    found: dict[str, LoggerDefinition] = {}
    for key, value in _by_text(loggers, "loggers").items():
        if not isinstance(value, LoggerDefinition):
            raise ParameterCheckError(
                f"Definitions(loggers=...) holds {value!r} as '{key}', which is not a logger. Give "
                "what @logger made."
            )
        found[key] = value
    return found


def checked_executor(executor: object) -> ExecutorDefinition | None:
    """Return what runs the steps; a bare executor is wrapped.

    Raises:
        ParameterCheckError: It is no executor.
    """
    if executor is None or isinstance(executor, ExecutorDefinition):
        return executor
    if callable(getattr(executor, "execute", None)) or hasattr(executor, "submit"):
        return ExecutorDefinition.hardcoded_executor(executor)
    raise ParameterCheckError(
        f"Definitions(executor=...) got {executor!r} of type {type(executor).__name__}, which is "
        "not an executor. Give in_process_executor, multiprocess_executor or what @executor made."
    )
