"""`ConfigurableClass`: a class that an instance's settings name and configure.

The pattern of every pluggable part: settings say `module`, `class` and `config`; the config is
checked against the class's `config_type`, and `from_config_value` makes the object. Refuses to know
which parts there are.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeVar, cast

import yaml

from penstock.config.evaluate import evaluate_config
from penstock.config.problems import raise_problems
from penstock.config.schema import ConfigSchema
from penstock.errors import InvalidConfigError, ParameterCheckError

T = TypeVar("T")


class ConfigurableClass(ABC):
    """What settings can name by module and class, and configure.

    Example:
        >>> from penstock import ConfigurableClass
        >>> class Mailer(ConfigurableClass):
        ...     def __init__(self, host, inst_data=None):
        ...         self.host, self._inst_data = host, inst_data
        ...     @property
        ...     def inst_data(self):
        ...         return self._inst_data
        ...     @classmethod
        ...     def config_type(cls):
        ...         return {"host": str}
        ...     @classmethod
        ...     def from_config_value(cls, inst_data, config_value):
        ...         return cls(inst_data=inst_data, **config_value)
    """

    @property
    @abstractmethod
    def inst_data(self) -> ConfigurableClassData | None:
        """What the object was made of; None for one that code made."""

    @classmethod
    @abstractmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config."""

    @classmethod
    @abstractmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, object]
    ) -> Self:
        """Make the object of a config that fits the schema, variables resolved."""


@dataclass(frozen=True, slots=True)
class ConfigurableClassData:
    """A configurable class by name, with its config as it was written.

    It can be sent to another process, which makes an equal object of it. Values of environment
    variables are not in it, only their names.

    Attributes:
        module_name: Dotted name of the class's module.
        class_name: Name of the class in it.
        config_yaml: The config as YAML text.
    """

    module_name: str
    class_name: str
    config_yaml: str

    @property
    def config_dict(self) -> Mapping[str, object]:
        """The config as it was written."""
        read = yaml.safe_load(self.config_yaml) or {}
        if not isinstance(read, dict):
            raise InvalidConfigError(
                f"The config of {self.module_name}.{self.class_name} must be a mapping, not "
                f"{read!r}."
            )
        return cast("Mapping[str, object]", read)

    def info_dict(self) -> Mapping[str, object]:
        """Return the three parts under the names that settings give them."""
        return {"module": self.module_name, "class": self.class_name, "config": self.config_dict}

    def rehydrate(self, as_type: type[T] | None = None) -> T:
        """Make the object.

        Args:
            as_type: The class that it must be an instance of; any if None.

        Raises:
            InvalidConfigError: The class cannot be found, or the config does not fit its schema.
            ParameterCheckError: The object is not of the class asked for.
        """
        found = self._find_class()
        checked = evaluate_config(found.config_type(), self.config_dict)
        raise_problems(checked.errors, subject=f"The config of {self._name}")
        value = cast("Mapping[str, object]", checked.value or {})
        made = found.from_config_value(self, value)
        if as_type is not None and not isinstance(made, as_type):
            raise ParameterCheckError(
                f"{self._name} is not a {as_type.__name__}. Name a class that is one."
            )
        return cast("T", made)

    @property
    def _name(self) -> str:
        return f"{self.module_name}.{self.class_name}"

    def _find_class(self) -> type[ConfigurableClass]:
        try:
            module = importlib.import_module(self.module_name)
        except ImportError as error:
            raise InvalidConfigError(
                f"The module {self.module_name} that the settings name cannot be imported: "
                f"{error}. Install it, or correct its name."
            ) from error
        found = getattr(module, self.class_name, None)
        if not isinstance(found, type) or not issubclass(found, ConfigurableClass):
            raise InvalidConfigError(
                f"{self._name}, which the settings name, is not a ConfigurableClass. Correct the "
                "name, or derive the class from penstock.ConfigurableClass."
            )
        return found
