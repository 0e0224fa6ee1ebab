"""`ConfigurableIOManager` and the adapters that give function style definitions fields."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self, TypeVar

from penstock.config.resource import (
    ConfigurableIOManagerFactory,
    ConfigurableResource,
    ConfigurableResourceFactory,
    resource_config_of,
)
from penstock.config.resource_context import InitResourceContext
from penstock.define.io_manager import IOManager, IOManagerDefinition
from penstock.define.resource import ResourceDefinition

_Made = TypeVar("_Made")


class ConfigurableIOManager(ConfigurableIOManagerFactory["ConfigurableIOManager"], IOManager):
    """Subclass to declare an IO manager by its fields; define handle_output and load_input."""

    def create_io_manager(self, context: InitResourceContext) -> Self:
        """Return the IO manager itself."""
        return self


class ConfigurableLegacyIOManagerAdapter(ConfigurableIOManagerFactory[object]):
    """Subclass to give an IO manager of the function style fields.

    The fields become the config of the definition that `wrapped_io_manager` returns.
    """

    @property
    @abstractmethod
    def wrapped_io_manager(self) -> IOManagerDefinition:
        """The definition."""

    def create_io_manager(self, context: InitResourceContext) -> object:
        """Return what the function of the definition returns."""
        return _called(self.wrapped_io_manager, self, context)


class ConfigurableLegacyResourceAdapter(ConfigurableResource[object]):
    """Subclass to give a resource of the function style fields.

    The fields become the config of the definition that `wrapped_resource` returns.
    """

    @property
    @abstractmethod
    def wrapped_resource(self) -> ResourceDefinition:
        """The definition."""

    def create_resource(self, context: InitResourceContext) -> object:
        """Return what the function of the definition returns."""
        return _called(self.wrapped_resource, self, context)


def _called(
    definition: ResourceDefinition,
    adapter: ConfigurableResourceFactory[object],
    context: InitResourceContext,
) -> object:
    config = definition.resolve_config(resource_config_of(adapter))
    return definition.called(context.replace_config(config))
