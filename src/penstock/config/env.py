"""`EnvVar`: a value that an environment variable will give, once the config around it is resolved.

Owns the placeholder and how its text becomes a value. It refuses to be text or a number itself, so
that a name can never be mistaken for the value, and it never shows the value.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import NoReturn, cast

from penstock.base.secrets import remember_secret
from penstock.base.settings import read_variable
from penstock.errors import InvalidConfigError


def _refuse(variable: Variable) -> NoReturn:
    raise RuntimeError(
        f"{variable!r} was used as if it were its value, which Penstock fills in only inside config"
        " and resources. To read it here, call .get_value()."
    )


class EnvVar(str):
    """Stand for the text of an environment variable in config and in resource arguments.

    Example:
        >>> EnvVar("API_TOKEN")
        EnvVar("API_TOKEN")
    """

    __slots__ = ()

    @classmethod
    def int(cls, name: str) -> builtins.int:
        """Stand for the integer that an environment variable holds."""
        return IntEnvVar(name)

    @property
    def env_var_name(self) -> str:
        """The name of the variable."""
        return str.__str__(self)

    def get_value(self, default: str | None = None) -> str | None:
        """Read the variable of this process now; `default` if it is not set."""
        value = read_variable(self.env_var_name)
        if value is None:
            return default
        remember_secret(self.env_var_name, value)
        return value

    def __str__(self) -> str:
        _refuse(self)

    def __format__(self, format_spec: str) -> str:
        _refuse(self)

    def __add__(self, other: str) -> str:
        _refuse(self)

    def __radd__(self, other: str) -> str:
        _refuse(self)

    def __mod__(self, other: object) -> str:
        _refuse(self)

    def __repr__(self) -> str:
        return f'EnvVar("{self.env_var_name}")'


class IntEnvVar(int):
    """Stand for the integer that an environment variable holds; made by `EnvVar.int`."""

    _name: str

    def __new__(cls, name: str) -> IntEnvVar:  # noqa: D102 - the class docstring documents it
        made = super().__new__(cls)
        made._name = name
        return made

    def __getnewargs__(self) -> tuple[str]:  # pyright: ignore[reportIncompatibleMethodOverride] - copied by name
        return (self._name,)

    @property
    def env_var_name(self) -> str:
        """The name of the variable."""
        return self._name

    def get_value(self, default: int | None = None) -> int | None:
        """Read the variable of this process now; `default` if it is not set.

        Raises:
            InvalidConfigError: Its text is not an integer.
        """
        text = read_variable(self._name)
        if text is None:
            return default
        value = integer_of(text)
        if value is None:
            raise InvalidConfigError(
                f"The environment variable '{self._name}' must hold an integer, and it does not."
                " Set it to digits only."
            )
        return value

    def __str__(self) -> str:
        _refuse(self)

    def __format__(self, format_spec: str) -> str:
        _refuse(self)

    def __int__(self) -> int:
        _refuse(self)

    def __bool__(self) -> bool:
        _refuse(self)

    def __add__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __radd__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __sub__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __rsub__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __mul__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __rmul__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __lt__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __le__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __gt__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __ge__(self, other: object, /) -> NoReturn:
        _refuse(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IntEnvVar) and other._name == self._name

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(("IntEnvVar", self._name))

    def __repr__(self) -> str:
        return f'EnvVar.int("{self._name}")'


Variable = EnvVar | IntEnvVar


def variable_of(value: object) -> Variable | None:
    """Return the variable that a value stands for: an `EnvVar`, or the mapping `{env: X}`."""
    if isinstance(value, EnvVar | IntEnvVar):
        return value
    if not isinstance(value, Mapping) or len(cast("Mapping[object, object]", value)) != 1:
        return None
    name = cast("Mapping[object, object]", value).get("env")
    return EnvVar(name) if isinstance(name, str) else None


def holds_variable(value: object) -> bool:
    """Tell whether a value is an `EnvVar` or a list, tuple or mapping with one somewhere inside."""
    if isinstance(value, EnvVar | IntEnvVar):
        return True
    if isinstance(value, Mapping):
        return any(holds_variable(item) for item in cast("Mapping[object, object]", value).values())
    if isinstance(value, list | tuple):
        return any(holds_variable(item) for item in cast("Sequence[object]", value))
    return False


def integer_of(text: str) -> int | None:
    """Read an integer; None if the text is not one."""
    try:
        return int(text)
    except ValueError:
        return None


def boolean_of(text: str) -> bool | None:
    """Read true or false as people write them in an environment; None if the text is neither.

    An empty text is false, as for a variable that a shell script cleared.
    """
    word = text.strip().lower()
    if word in {"true", "t", "1", "yes", "y", "on"}:
        return True
    return False if word in {"", "false", "f", "0", "no", "n", "off"} else None


def number_of(text: str) -> float | None:
    """Read a number; None if the text is not one."""
    try:
        return float(text)
    except ValueError:
        return None
