"""`ConfigurableIOManager`: an IO manager that declares its config by fields."""

from __future__ import annotations

from penstock.config.resource import ConfigurableResource
from penstock.define.io_manager import IOManager


class ConfigurableIOManager(ConfigurableResource, IOManager):
    """Subclass to declare an IO manager by its fields; define handle_output and load_input."""
