"""Components that are one step: assets and checks that one function, or one script, makes."""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.context import AssetExecutionContext
from penstock.define.definitions import Definitions
from penstock.define.multi_asset import multi_asset
from penstock.define.multi_check import multi_asset_check
from penstock.define.result import AssetCheckResult, MaterializeResult
from penstock.errors import Failure, InvalidDefinitionError, InvariantViolationError
from penstock.library.components.component import Component
from penstock.library.components.load_context import ComponentLoadContext, object_of
from penstock.library.components.resolution import ResolutionContext
from penstock.library.components.resolvable import Model, Resolvable
from penstock.library.components.resolver import Resolver
from penstock.library.components.specs import (
    OpSpec,
    ResolvedAssetCheckSpec,
    ResolvedAssetSpec,
)
from penstock.library.pipes.messages import PipesExecutionResult
from penstock.library.pipes.subprocess import PipesSubprocessClient

Result = MaterializeResult[object] | AssetCheckResult
Body = Callable[..., object]


class ExecutableComponent(Component, Resolvable, Model, ABC):
    """One step that makes assets, evaluates checks, or both.

    Attributes:
        assets: What it makes.
        checks: What it evaluates.
    """

    assets: list[ResolvedAssetSpec] | None = None
    checks: list[ResolvedAssetCheckSpec] | None = None

    @property
    @abstractmethod
    def op_spec(self) -> OpSpec:
        """What is declared of the step."""

    @abstractmethod
    def body(self, context: ComponentLoadContext) -> Body:
        """Return the function of the step; its parameters say what it is given."""

    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Return the step's assets and checks."""
        made = self.build_underlying_assets_def(context)
        if isinstance(made, AssetChecksDefinition):
            return Definitions(asset_checks=[made])
        return Definitions(assets=[made])

    def build_underlying_assets_def(
        self, component_load_context: ComponentLoadContext
    ) -> AssetsDefinition | AssetChecksDefinition:
        """Return the step.

        Raises:
            InvalidDefinitionError: It has neither assets nor checks.
        """
        op, body = self.op_spec, _told_apart(self.body(component_load_context))
        if self.assets:
            return multi_asset(
                name=op.name,
                op_tags=op.tags,
                description=op.description,
                specs=self.assets,
                check_specs=self.checks,
                pool=op.pool,
                backfill_policy=op.backfill_policy,
            )(body)
        if self.checks:
            return multi_asset_check(
                name=op.name,
                op_tags=op.tags,
                description=op.description,
                specs=self.checks,
                pool=op.pool,
            )(body)
        raise InvalidDefinitionError(
            f"{type(self).__name__} has neither assets nor checks. Add one of them."
        )


def _told_apart(body: Body) -> Body:
    """Return a function whose results are given one by one, whichever way the body returns them."""

    @functools.wraps(body)
    def results(*args: object, **kwargs: object) -> Iterator[Result]:
        yield from _results(body(*args, **kwargs))

    return results


def _results(returned: object) -> Iterable[Result]:
    if returned is None:
        return
    if isinstance(returned, MaterializeResult | AssetCheckResult):
        yield cast("Result", returned)
        return
    if not isinstance(returned, Iterable):
        raise InvariantViolationError(
            f"A component's function returned a {type(returned).__name__}. Return "
            "MaterializeResult, AssetCheckResult, several of them, or nothing."
        )
    for each in cast("Iterable[object]", returned):
        yield from _results(each)


def _callable(context: ResolutionContext, name: object) -> object:
    if not isinstance(name, str):
        return name
    return object_of(name, ComponentLoadContext.from_resolution_context(context))


ResolvableCallable = Annotated[Callable[..., Any], Resolver(_callable, model_field_type=str)]
"""A function that a file names as `module.function`; `.module.function` is beside the file."""


class FunctionSpec(OpSpec):
    """A function, and what is declared of its step."""

    type: Literal["function"] = "function"
    fn: ResolvableCallable


class FunctionComponent(ExecutableComponent):
    """Assets and checks that a Python function makes.

    Attributes:
        execution: The function, alone or with facts about its step.
    """

    execution: FunctionSpec | ResolvableCallable

    @property
    def op_spec(self) -> OpSpec:
        """What is declared of the step; its name is the function's if none is given."""
        if isinstance(self.execution, FunctionSpec):
            return self.execution
        name = getattr(self.execution, "__name__", None)
        return FunctionSpec(name=name, fn=self.execution)

    def body(self, context: ComponentLoadContext) -> Body:
        """Return the function."""
        return cast("FunctionSpec", self.op_spec).fn


class ScriptSpec(OpSpec):
    """A script with its arguments, and what is declared of its step."""

    type: Literal["script"] = "script"
    path: str
    args: list[str] | str | None = None


class ScriptComponent(ExecutableComponent, ABC):
    """Assets and checks that a script makes, in a process of its own.

    The script may report what it made with `dagster-pipes`; assets that it does not report count as
    made if it ends well.

    Attributes:
        execution: The script; a relative path begins beside the component's file.
    """

    execution: ScriptSpec

    @abstractmethod
    def runner(self) -> list[str]:
        """Return the words that run a script."""

    @property
    def op_spec(self) -> OpSpec:
        """What is declared of the step; its name is the script's if none is given."""
        name = self.execution.name or Path(self.execution.path).stem
        return self.execution.model_copy(update={"name": name})

    def body(self, context: ComponentLoadContext) -> Body:
        """Return a function that runs the script."""
        folder = context.path if context.path.is_dir() else context.path.parent

        def run_script(context: AssetExecutionContext) -> Sequence[PipesExecutionResult]:
            script = os.path.join(folder, self.execution.path)
            arguments = self.execution.args or []
            split = shlex.split(arguments) if isinstance(arguments, str) else arguments
            done = PipesSubprocessClient(cwd=str(folder)).run(
                context=context, command=[*self.runner(), script, *split]
            )
            return done.get_results()

        return run_script


class PythonScriptComponent(ScriptComponent):
    """Assets and checks that a Python script makes."""

    def runner(self) -> list[str]:
        """Return the Python that runs Penstock."""
        return [sys.executable]


class UvRunComponent(ScriptComponent):
    """Assets and checks that a Python script makes under `uv run`, with its own dependencies."""

    def runner(self) -> list[str]:
        """Return `uv run`.

        Raises:
            Failure: There is no uv.
        """
        found = shutil.which("uv")
        if found is None:
            raise Failure("There is no program 'uv'. Install it to run scripts with it.")
        return [found, "run"]
