"""Jobs by reference: a module and a name, from which another process makes the same job again."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from penstock.define.graph import GraphDefinition
from penstock.define.job import JobDefinition, job_of_graph
from penstock.errors import InvariantViolationError, LoadError
from penstock.model.keys import AssetKey

Target = JobDefinition | Callable[..., object]
_LOCAL = "<locals>"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconstructableJob:
    """A job by reference.

    Attributes:
        module_name: The module that has the job, or a function that makes it.
        attribute: Its name there.
        args: Arguments of the function.
        kwargs: Keyword arguments of the function.
        working_directory: A directory to find the module in.
        op_selection: The ops that were selected of the job, as queries; None for all.
        asset_selection: The assets that were selected of the job; None for all.
    """

    module_name: str
    attribute: str
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict[str, object])
    working_directory: str | None = None
    op_selection: frozenset[str] | None = None
    asset_selection: frozenset[AssetKey] | None = None

    @property
    def job_name(self) -> str:
        """The name of the job."""
        return self.get_definition().name

    def get_definition(self) -> JobDefinition:
        """Import the job.

        Raises:
            LoadError: The module or the name is not there.
            InvariantViolationError: What is there is no job.
        """
        found = _import(self.module_name, self.attribute, self.working_directory)
        made = _job_of(found, self.args, self.kwargs)
        if made is None:
            raise InvariantViolationError(
                f"'{self.attribute}' of module '{self.module_name}' is no job and does not return "
                f"one: {found!r}. Make it a @job."
            )
        return made.get_subset(op_selection=sorted(self.op_selection or ()))

    def get_subset(
        self,
        *,
        op_selection: Iterable[str] | None = None,
        asset_selection: AbstractSet[AssetKey] | None = None,
    ) -> ReconstructableJob:
        """Return a reference to a part of the job."""
        return ReconstructableJob(
            module_name=self.module_name,
            attribute=self.attribute,
            args=self.args,
            kwargs=self.kwargs,
            working_directory=self.working_directory,
            op_selection=frozenset(op_selection) if op_selection else None,
            asset_selection=None if asset_selection is None else frozenset(asset_selection),
        )


def _import(module_name: str, attribute: str, working_directory: str | None) -> object:
    if working_directory is not None and working_directory not in sys.path:
        sys.path.insert(0, working_directory)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise LoadError(
            f"The module '{module_name}' of a reconstructable job cannot be imported: {error}."
        ) from error
    found: object = module
    for part in attribute.split("."):
        found = getattr(found, part, None)
    if found is None:
        raise LoadError(f"The module '{module_name}' has no '{attribute}'. Was it renamed?")
    return found


def _job_of(
    found: object, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> JobDefinition | None:
    if isinstance(found, JobDefinition):
        return found
    if isinstance(found, GraphDefinition):
        return job_of_graph(found)
    if not callable(found):
        return None
    made: object = found(*args, **kwargs)
    return _job_of(made, (), {}) if isinstance(made, (JobDefinition, GraphDefinition)) else None


def reconstructable(target: Target) -> ReconstructableJob:
    """Return a reference to a job, for running it in other processes.

    Args:
        target: A job, or a function without parameters that returns one. It must be in a module,
            under its own name.

    Raises:
        InvariantViolationError: It cannot be found again by its name.

    Example:
        ```python
        dg.execute_job(dg.reconstructable(my_job), instance=instance)
        ```
    """
    if isinstance(target, JobDefinition):
        return _of_job(target)
    if isinstance(target, GraphDefinition) or not callable(target):  # pyright: ignore[reportUnnecessaryComparison] - a user's argument
        raise InvariantViolationError(
            f"reconstructable takes a job, or a function that returns one, not {target!r}. Make a "
            "job of a graph in a function with graph.to_job()."
        )
    return _of_function(target)


def _of_job(job: JobDefinition) -> ReconstructableJob:
    function = job.graph.composition_fn
    if function is None:
        raise InvariantViolationError(
            f"Job '{job.name}' was not made by @job, so no other process can find it. Return it "
            "from a function of a module, and pass the function to reconstructable."
        )
    reference = _of_function(function)
    if isinstance(_import(reference.module_name, reference.attribute, None), GraphDefinition):
        raise InvariantViolationError(
            f"Job '{job.name}' was made with to_job, and another process would find only its graph "
            f"under the name '{reference.attribute}', without what to_job was given. Return the "
            "job from a function of a module, and pass the function to reconstructable."
        )
    if reference.get_definition().name != job.name:
        raise InvariantViolationError(
            f"Job '{job.name}' is not the one that '{reference.attribute}' of module "
            f"'{reference.module_name}' is. Return it from a function of a module, and pass the "
            "function to reconstructable."
        )
    return reference


def _of_function(function: Callable[..., object]) -> ReconstructableJob:
    name = getattr(function, "__name__", "")
    qualified = getattr(function, "__qualname__", name)
    if name == "<lambda>":
        raise InvariantViolationError(
            "reconstructable was given a lambda, which has no name for another process to find it "
            "by. Give it a function at the top level of a module."
        )
    if _LOCAL in qualified:
        raise InvariantViolationError(
            f"'{qualified}' is made anew by each call of the function around it, so no other "
            "process can find it. Move it to the top level of a module, or use "
            "build_reconstructable_job."
        )
    module = function.__module__
    if module == "__main__":
        return _of_script(function, qualified)
    return ReconstructableJob(module_name=module, attribute=qualified)


def _of_script(function: Callable[..., object], name: str) -> ReconstructableJob:
    path = inspect.getsourcefile(function)
    if path is None or not Path(path).exists():
        raise InvariantViolationError(
            f"'{name}' was typed into a session, so no other process can find it. Put it in a "
            "module."
        )
    source = Path(path).resolve()
    return ReconstructableJob(
        module_name=source.stem, attribute=name, working_directory=str(source.parent)
    )


def build_reconstructable_job(
    reconstructor_module_name: str,
    reconstructor_function_name: str,
    reconstructable_args: tuple[object, ...] | None = None,
    reconstructable_kwargs: Mapping[str, object] | None = None,
    reconstructor_working_directory: str | None = None,
) -> ReconstructableJob:
    """Return a reference to the job that a function of a module makes.

    Args:
        reconstructor_module_name: The module.
        reconstructor_function_name: The function.
        reconstructable_args: Its arguments; data that JSON can hold.
        reconstructable_kwargs: Its keyword arguments; likewise.
        reconstructor_working_directory: A directory to find the module in.
    """
    return ReconstructableJob(
        module_name=reconstructor_module_name,
        attribute=reconstructor_function_name,
        args=tuple(reconstructable_args or ()),
        kwargs=dict(reconstructable_kwargs or {}),
        working_directory=reconstructor_working_directory,
    )
