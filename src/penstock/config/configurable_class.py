"""`ConfigurableClass`: a class that an instance's settings name and configure.

The pattern of every pluggable part: settings say `module`, `class` and `config`; the config is
checked against the class's `config_type`, and `from_config_value` makes the object. Refuses to know
which parts there are.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar, cast

from penstock.config.evaluate import evaluate_config
from penstock.config.problems import raise_problems
from penstock.config.schema import ConfigSchema
from penstock.errors import (
    ConfiguredClassNotFoundError,
    InvalidConfigError,
    ParameterCheckError,
)

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
        raise NotImplementedError(
            f"{cls.__name__} does not say what its config is. Give it a class method config_type()."
        )

    @classmethod
    @abstractmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, object]
    ) -> Self:
        """Make the object of a config that fits the schema, variables resolved."""
        raise NotImplementedError(
            f"{cls.__name__} does not say how a config makes one. Give it a class method "
            "from_config_value(inst_data, config_value)."
        )


class Configured(ConfigurableClass):
    """A configurable class whose config are the arguments of its class, as in all that are ours."""

    _inst_data: ConfigurableClassData | None = None

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What the object was made of; None for one that code made."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> ConfigSchema:
        """Return the schema of the config: there is nothing to say, unless a subclass has it."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, object]
    ) -> Self:
        """Make the object of a config that fits the schema, variables resolved."""
        make = cast("Callable[..., Self]", cls)  # the schema names the arguments
        return make(inst_data=inst_data, **config_value)


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
        import yaml  # noqa: PLC0415 - only configured classes pay for it

        read: object = yaml.safe_load(self.config_yaml) or {}
        if not isinstance(read, dict):
            raise InvalidConfigError(
                f"The config of {self.module_name}.{self.class_name} must be a mapping, not "
                f"{read!r}."
            )
        return cast("Mapping[str, object]", read)

    @staticmethod
    def of(written: Mapping[str, object]) -> ConfigurableClassData:
        """Return the class that a mapping of `module`, `class` and maybe `config` names."""
        import yaml  # noqa: PLC0415 - only configured classes pay for it

        config = yaml.safe_dump(written.get("config") or {}, sort_keys=True)
        return ConfigurableClassData(str(written["module"]), str(written["class"]), config)

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
        found = self.find_class()
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

    def find_class(self) -> type[ConfigurableClass]:
        """Import the class.

        Raises:
            InvalidConfigError: It is not there, or is no ConfigurableClass.
        """
        try:
            module = importlib.import_module(self.module_name)
        except ImportError as error:
            raise ConfiguredClassNotFoundError(
                f"The settings name the class {self._name}, but its module {self.module_name} "
                f"cannot be imported: {error}. Install it, or correct its name."
            ) from error
        found = getattr(module, self.class_name, None)
        if found is None:
            raise ConfiguredClassNotFoundError(
                f"The settings name the class {self._name}, but the module {self.module_name} has "
                f"no {self.class_name}. Correct the name."
            )
        if not isinstance(found, type) or not issubclass(found, ConfigurableClass):
            raise InvalidConfigError(
                f"{self._name}, which the settings name, is not a ConfigurableClass. Correct the "
                "name, or derive the class from penstock.ConfigurableClass."
            )
        return found
