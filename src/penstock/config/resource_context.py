"""`InitResourceContext` and `Resources`: what a resource is given, and how it is reached.

Values only. They do not know how a resource is set up, nor what an instance or a run is.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from penstock.base.text import did_you_mean, listed
from penstock.errors import UnknownResourceError

NO_RESOURCES: Mapping[str, object] = MappingProxyType({})


class IAttachDifferentObjectToOpContext(ABC):
    """A resource of which `context.resources` shows another object, such as its client.

    A parameter that asks for the resource still receives the resource itself.
    """

    @abstractmethod
    def get_object_to_set_on_execution_context(self) -> object:
        """Return what `context.resources` shows."""


class Resources:
    """Resources that are set up, as attributes.

    Args:
        values: By resource key.
        owner: Who asked for them, for messages: "This step".
    """

    def __init__(self, values: Mapping[str, object], *, owner: str = "This step") -> None:
        self._values = values
        self._owner = owner

    def __getattr__(self, key: str) -> Any:  # of the class that the project gives
        if key.startswith("__"):
            raise AttributeError(key)
        try:
            return shown_on_context(self._values[key])
        except KeyError:
            known = listed(sorted(self._values)) or "none"
            raise UnknownResourceError(
                f"Unknown resource '{key}'. {self._owner} asked for: {known}. Name it in "
                f"required_resource_keys or as a parameter.{did_you_mean(key, self._values)}"
            ) from None

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def _asdict(self) -> dict[str, object]:
        """Return the resources by key."""
        return {key: shown_on_context(value) for key, value in self._values.items()}

    @property
    def original_resource_dict(self) -> Mapping[str, object]:
        """The resources by key, as parameters receive them."""
        return self._values

    def __repr__(self) -> str:
        return f"Resources({', '.join(sorted(self._values))})"


class HeldResources(Resources):
    """Resources some of which have to be released in the end."""


def shown_on_context(value: object) -> object:
    """Return what `context.resources` shows for a resource."""
    if isinstance(value, IAttachDifferentObjectToOpContext):
        return value.get_object_to_set_on_execution_context()
    return value


class InitResourceContext:
    """What the function or the hooks of a resource may ask while it is set up.

    Args:
        resource_config: The config of the resource, checked and with defaults filled in.
        resources: The resources that it requires, by key or as `Resources`.
        resource_def: The definition that is set up.
        all_resource_defs: Every definition, by key.
        instance: The instance of the run.
        dagster_run: The run; None outside a run.
        log_manager: The logger; one of the process if None.
        run_id: Says which run it is, where there is no more to the run.
        resource_key: The key that the resource is set up under.
    """

    def __init__(
        self,
        resource_config: object = None,
        resources: Resources | Mapping[str, object] = NO_RESOURCES,
        resource_def: object = None,
        all_resource_defs: Mapping[str, object] = NO_RESOURCES,
        instance: object = None,
        dagster_run: object = None,
        log_manager: logging.Logger | None = None,
        *,
        run_id: str | None = None,
        resource_key: str = "",
    ) -> None:
        self._config = resource_config
        self._resources = (
            resources if isinstance(resources, Resources) else Resources(resources, owner=_OWNER)
        )
        self.resource_def = resource_def
        self.all_resource_defs = all_resource_defs
        self.resource_key = resource_key
        self._instance = instance
        self._run = dagster_run
        self._log = log_manager
        self._run_id = run_id

    @property
    def resource_config(self) -> object:
        """The config of the resource."""
        return self._config

    @property
    def resources(self) -> Resources:
        """The resources that it requires."""
        return self._resources

    @property
    def instance(self) -> object:
        """The instance that the run is recorded in; None if there is none."""
        return self._instance

    @property
    def run(self) -> object:
        """The run; None outside a run."""
        return self._run

    @property
    def dagster_run(self) -> object:
        """The run; None outside a run."""
        return self._run

    @property
    def run_id(self) -> str | None:
        """The id of the run; None outside a run."""
        return self._run_id or getattr(self._run, "run_id", None)

    @property
    def log(self) -> logging.Logger:
        """A logger."""
        return self._log or logging.getLogger("penstock.resources")

    @property
    def log_manager(self) -> logging.Logger | None:
        """The logger that was given."""
        return self._log

    def replace_config(self, config: object) -> InitResourceContext:
        """Return the same context with other config."""
        return InitResourceContext(
            config,
            self.resources,
            self.resource_def,
            self.all_resource_defs,
            self.instance,
            self.run,
            self._log,
            run_id=self.run_id,
            resource_key=self.resource_key,
        )


_OWNER = "This resource"
