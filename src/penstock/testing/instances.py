"""Instances and variables for tests, gone when the test is over."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from penstock.base.settings import changed_variables, load_settings
from penstock.instance import Instance

_SYNCHRONOUS_COORDINATOR = {"module": "dagster", "class": "DefaultRunCoordinator"}


@contextmanager
def instance_for_test(
    overrides: Mapping[str, object] | None = None,
    *,
    set_dagster_home: bool = True,
    temp_dir: str | None = None,
    synchronous_run_coordinator: bool = False,
    synchronous_run_launcher: bool = False,
) -> Generator[Instance]:
    """Open an instance with a store of its own in a temporary folder.

    Args:
        overrides: Keys as in `penstock.yaml`; `env` entries set environment variables.
        set_dagster_home: Whether `PENSTOCK_HOME` leads to the folder inside the block.
        temp_dir: The folder; a new one, removed in the end, if None.
        synchronous_run_coordinator: Whether submitted runs are launched at once.
        synchronous_run_launcher: Whether the end of the block waits for the workers of runs.
    """
    keys = dict(overrides or {})
    env = keys.pop("env", None)
    if synchronous_run_coordinator:
        keys.setdefault("run_coordinator", _SYNCHRONOUS_COORDINATOR)
    with ExitStack() as stack:
        folder = temp_dir or stack.enter_context(tempfile.TemporaryDirectory())
        variables: dict[str, str | None] = {}
        if set_dagster_home:
            variables["PENSTOCK_HOME"] = str(Path(folder).absolute())
        if isinstance(env, Mapping):
            variables.update({str(k): str(v) for k, v in env.items()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        stack.enter_context(changed_variables(variables))
        settings = replace(load_settings(), home=Path(folder).absolute())
        instance = stack.enter_context(Instance.open(settings, overrides=keys))
        yield instance
        if synchronous_run_launcher:
            instance.run_launcher.join()


def environ(env: Mapping[str, str | None]) -> AbstractContextManager[None]:
    """Set environment variables inside a `with` block; None removes one."""
    return changed_variables(env)
