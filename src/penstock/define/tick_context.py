"""`TickContext`: what the contexts of schedules and sensors have in common.

Owns the resources of one evaluation: they are set up when they are first asked for, and released
when the context is closed. Reads no clock and no environment; the instance is whatever was given.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol, Self, cast

from penstock.config.resource_context import Resources
from penstock.define.resource_setup import ReadyResources, SetUp, resources_in_use
from penstock.errors import (
    InvalidDefinitionError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.graph.asset_graph import AssetGraph

if TYPE_CHECKING:
    from penstock.instance import Instance


class Repository(Protocol):
    """The definitions of a code location, as an evaluation looks things up in them."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def asset_graph(self) -> AssetGraph:
        """The graph of its assets."""
        ...

    def has_job(self, name: str) -> bool:
        """Tell whether there is a job of that name."""
        ...

    def get_job(self, name: str) -> object:
        """Return a job."""
        ...


class _Definitions(Protocol):
    def get_repository_def(self) -> Repository: ...


class TickContext:
    """What the function of a schedule or a sensor may ask, whichever of the two it is.

    Use it in a `with` where a resource has to be released.
    """

    is_penstock_context = True
    _noun = "schedule or sensor"
    _builder = "build_sensor_context"

    def __init__(
        self,
        *,
        instance: object = None,
        resources: Mapping[str, object] | None = None,
        repository_def: object = None,
        definitions: object = None,
        log: logging.Logger | None = None,
        log_key: Sequence[str] | None = None,
    ) -> None:
        if repository_def is not None and definitions is not None:
            raise ParameterCheckError(
                f"{self._builder} takes one of repository_def and definitions, not both."
            )
        self._instance = instance
        self._declared = dict(resources or {})
        self._repository = repository_def
        self._definitions = definitions
        self._stack = ExitStack()
        self._ready: ReadyResources | None = None
        self._is_entered = False
        self.log_key = log_key
        self.log: logging.Logger = log or logging.getLogger(f"penstock.{self._noun}")

    def __enter__(self) -> Self:
        self._is_entered = True
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def __del__(self) -> None:
        stack = self.__dict__.get("_stack")
        if stack is not None:
            stack.close()

    def close(self) -> None:
        """Release the resources."""
        self._ready = None
        self._stack.close()

    @property
    def has_captured_logs(self) -> bool:
        """Whether what is logged is kept with the tick."""
        return self.log_key is not None

    @property
    def instance(self) -> Instance:
        """The instance that the tick is recorded in.

        Raises:
            InvariantViolationError: None was given.
        """
        if self._instance is None:
            raise InvariantViolationError(
                f"This context has no instance. Give {self._builder}(instance=...)."
            )
        return cast("Instance", self._instance)  # an object to this layer

    @property
    def given_instance(self) -> object:
        """The instance, or None if none was given."""
        return self._instance

    @property
    def resource_defs(self) -> Mapping[str, object]:
        """The resources as they were given, by key."""
        return self._declared

    @property
    def resources(self) -> Resources:
        """The resources, set up.

        Raises:
            InvariantViolationError: One of them has to be released, and the context is not used in
                a `with`.
            ResourceFunctionError: A resource raised while it was set up.
        """
        return Resources(self._set_up(self._declared), owner=f"This {self._noun}")

    def _set_up(self, keys: Iterable[str]) -> ReadyResources:
        """Set up those of some resources that are not yet; if one raises, release them all."""
        setup = SetUp(instance=self._instance, log=self.log)
        beside = ReadyResources() if self._ready is None else self._ready
        try:
            self._ready = self._stack.enter_context(
                resources_in_use(self._declared, setup, keys=keys, beside=beside)
            )
        except BaseException:
            self.close()
            raise
        if self._ready.has_teardown and not self._is_entered:
            raise InvariantViolationError(
                "This context holds resources that must be released, and nothing tells it when. "
                f"Write: with {self._builder}(...) as context."
            )
        return self._ready

    def share_resources(self, other: TickContext) -> Self:
        """Use the resources that another context has set up, and will release."""
        self._ready = other._ready
        return self

    def resource_values(self, keys: Iterable[str], *, owner: str) -> Mapping[str, object]:
        """Return resources by key, set up, as parameters take them.

        Args:
            keys: Those that the function asks for.
            owner: Whose function it is, for messages: "sensor 'x'".

        Raises:
            InvalidDefinitionError: One of them was not given.
        """
        wanted = list(keys)
        missing = [key for key in sorted(wanted) if key not in self._declared]
        if missing:
            raise InvalidDefinitionError(
                f"The context lacks the resource '{missing[0]}', which {owner} asks for. Give "
                f"{self._builder}(resources={{'{missing[0]}': ...}}), or the definitions a "
                "resource of that key."
            )
        if not wanted:
            return {}
        ready = self._set_up(wanted)
        return {key: ready[key] for key in wanted}

    def merge_resources(self, resources_dict: Mapping[str, object]) -> Self:
        """Return the context with more resources.

        Raises:
            ParameterCheckError: One of them is there already.
        """
        both = sorted(self._declared.keys() & resources_dict.keys())
        if both:
            raise ParameterCheckError(
                f"The context has a resource '{both[0]}' already. Pass it once."
            )
        merged = copy.copy(self)
        merged._declared = {**self._declared, **resources_dict}
        merged._stack = ExitStack()
        merged._ready = None
        return merged

    @property
    def found_repository(self) -> Repository | None:
        """The definitions of the code location, or None if none were given."""
        if self._repository is None and self._definitions is not None:
            self._repository = cast("_Definitions", self._definitions).get_repository_def()
        return cast("Repository | None", self._repository)

    def needed_repository(self, why: str) -> Repository:
        """Return the definitions of the code location.

        Raises:
            InvariantViolationError: None were given; the message says what they are for.
        """
        found = self.found_repository
        if found is None:
            raise InvariantViolationError(
                f"Only the definitions can tell {why}, and this context has none. Give "
                f"{self._builder}(repository_def=...)."
            )
        return found
