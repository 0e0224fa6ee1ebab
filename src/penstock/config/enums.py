"""`Enum`: values chosen by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum as PythonEnum
from typing import ClassVar, Self

from penstock.base.text import did_you_mean, listed
from penstock.config.config_type import ABSENT, Absent, ConfigType, ConfigTypeKind, Evaluation
from penstock.errors import ParameterCheckError


@dataclass(frozen=True, slots=True, init=False)
class EnumValue:
    """One choice of an `Enum`.

    Args:
        config_value: As config writes it.
        python_value: What code receives; `config_value` if left out.
        description: What it means.
    """

    config_value: str
    python_value: object
    description: str | None

    def __init__(
        self,
        config_value: str,
        python_value: object = ABSENT,
        description: str | None = None,
    ) -> None:
        if not isinstance(config_value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"EnumValue: config_value must be text, not {config_value!r}."
            )
        value = config_value if isinstance(python_value, Absent | None) else python_value
        object.__setattr__(self, "config_value", config_value)
        object.__setattr__(self, "python_value", value)
        object.__setattr__(self, "description", description)


@dataclass(frozen=True, slots=True, init=False)
class Enum(ConfigType):
    """Accept one of some names.

    Args:
        name: Of the type.
        enum_values: The choices.

    Example:
        >>> str(Enum("Mode", [EnumValue("fast"), EnumValue("slow")]))
        'Mode'
    """

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.ENUM

    name: str
    enum_values: tuple[EnumValue, ...]
    _by_name: Mapping[str, EnumValue] = field(repr=False, compare=False)

    def __init__(self, name: str, enum_values: Sequence[EnumValue]) -> None:
        for each in enum_values:
            if not isinstance(each, EnumValue):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
                raise ParameterCheckError(
                    f"Enum '{name}': a choice must be an EnumValue, not {each!r}. Write"
                    f" EnumValue({each!r})."
                )
        by_name = {each.config_value: each for each in enum_values}
        if len(by_name) < len(enum_values):
            raise ParameterCheckError(f"Enum '{name}': two choices have the same config_value.")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "enum_values", tuple(enum_values))
        object.__setattr__(self, "_by_name", by_name)

    @classmethod
    def from_python_enum(cls, enum: type[PythonEnum], name: str | None = None) -> Self:
        """Accept the names of a Python enum's members; code receives the members."""
        _check_enum(enum)
        members = enum.__members__.items()
        return cls(name or enum.__name__, [EnumValue(key, member) for key, member in members])

    @classmethod
    def from_python_enum_direct_values(
        cls, enum: type[PythonEnum], name: str | None = None
    ) -> Self:
        """Accept the names of a Python enum's members; code receives the values of the members."""
        _check_enum(enum)
        members = enum.__members__.items()
        return cls(
            name or enum.__name__,
            [EnumValue(key, member.value) for key, member in members],
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What config may say."""
        return tuple(self._by_name)

    @property
    def config_values(self) -> list[str]:
        """What config may say, as a list."""
        return list(self._by_name)

    @property
    def given_name(self) -> str:
        """The name of the type."""
        return self.name

    @property
    def words(self) -> str:
        """What fits, in words."""
        return f"one of {listed(self.names, 'or')}" if len(self.names) > 1 else listed(self.names)

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Return what code receives for a name, or the name if values stand as written."""
        chosen = self._by_name.get(value) if isinstance(value, str) else None
        if chosen is not None:
            return value if evaluation.environment is None else chosen.python_value
        hint = did_you_mean(value, self.names) if isinstance(value, str) else ""
        return evaluation.misfit(at, value, expected=self.words, hint=hint)

    def post_process(self, value: str) -> object:
        """Return what code receives for a name.

        Raises:
            ParameterCheckError: The enum has no such name.
        """
        if value not in self._by_name:
            raise ParameterCheckError(
                f"Enum '{self.name}' has no choice {value!r}; it has {listed(self.names)}."
            )
        return self._by_name[value].python_value

    def printed(self, separator: str) -> str:
        """Write the type."""
        return self.name

    def example(self) -> object:
        """Return the first name."""
        return self.names[0] if self.names else ""


def _check_enum(enum: object) -> None:
    if not (isinstance(enum, type) and issubclass(enum, PythonEnum)):
        raise ParameterCheckError(f"Enum.from_python_enum wants an enum class, not {enum!r}.")
