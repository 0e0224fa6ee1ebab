"""How runs that the command line begins have their steps carried out, also in other processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from penstock.base.settings import load_settings
from penstock.cli import wiring
from penstock.cli.options import Target
from penstock.define.job_config import resolve_run_config
from penstock.define.loaded import LoadedDefinitions
from penstock.execute.execution import IN_THIS_PROCESS, Execution, choose_execution
from penstock.execute.frames import CodePointer
from penstock.execute.performers import RunCode
from penstock.execute.recovery import code_for
from penstock.instance import Instance
from penstock.model.run import RunRecord
from penstock.plan.plan import Plan


class _Place(msgspec.Struct, frozen=True):
    """Where definitions are, seen from a directory."""

    directory: str
    module: str | None = None
    python_file: str | None = None
    attribute: str | None = None


def execution_of(
    loaded: LoadedDefinitions,
    target: Target,
    run_config: Mapping[str, object],
    instance: Instance,
    *,
    job: str | None = None,
) -> Execution:
    """Return how steps are carried out: here, if no executor is named.

    Args:
        loaded: The definitions.
        target: Where they are.
        run_config: The config of the run; its `execution` section is read.
        instance: The instance of the run.
        job: The job of the run; its own executor and the mapping of its config come first.

    Raises:
        InvalidConfigError: The config does not fit the executor.
    """
    declared = None if job is None else loaded.job_named(job)
    executor = loaded.executor if declared is None else declared.executor_def
    if executor is None:
        return IN_THIS_PROCESS
    if declared is not None and declared.config_mapping is not None:
        environment = instance.settings.environment
        run_config = resolve_run_config(declared, run_config, environment=environment).plain
    place = _Place(str(Path.cwd()), target.module, target.python_file, target.attribute)
    pointer = CodePointer(f"{__name__}:load_location", msgspec.structs.asdict(place))
    return choose_execution(
        executor, run_config, settings=instance.settings, job=declared, code=pointer
    )


def load_location(
    arguments: Mapping[str, object],
) -> Callable[[Instance, RunRecord, Plan], RunCode]:
    """Load definitions in a process of steps; return what ties them to a run.

    Raises:
        LoadError: They cannot be imported.
    """
    place = msgspec.convert(arguments, _Place)
    if place.directory not in sys.path:
        sys.path.insert(0, place.directory)
    target = Target(module=place.module, python_file=place.python_file, attribute=place.attribute)
    settings = load_settings(directory=Path(place.directory))
    return partial(code_for, wiring.loaded_definitions(target, settings))
