"""The built-in types: `Any Bool Float Int String Nothing`, and plain `dict`, `set` and `tuple`.

The public names are the Python types that they stand for, so they can be written as annotations, in
`In` and `Out`, and in config schemas alike; the records of their checks are the constants below.
"""

from __future__ import annotations

from types import NoneType
from typing import Any as Any
from typing import Final

from penstock.config.config_type import ConfigType
from penstock.config.scalars import ANY, BOOL, FLOAT, INT, STRING
from penstock.define.types.definition import (
    PASSED,
    PythonObjectType,
    RuntimeType,
    TypeCheck,
    TypeKind,
    not_instance,
)
from penstock.define.types.loader import ANY_LOADER, DICT_LOADER, scalar_loader

Bool = bool
Float = float
Int = int
String = str
Nothing = NoneType


class AnyRuntimeType(RuntimeType):
    """Every value is of this type."""

    always_passes = True

    def __init__(self, name: str = "Any", description: str | None = None) -> None:
        super().__init__(
            lambda _context, _value: PASSED,
            name=name,
            is_builtin=name == "Any",
            description=description,
            loader=ANY_LOADER,
            kind=TypeKind.ANY,
        )

    @property
    def supports_fan_in(self) -> bool:
        """Whether several outputs can be connected to one input: the values come as a list."""
        return True

    def get_inner_type_for_fan_in(self) -> RuntimeType:
        """Return the type of each output."""
        return self

    @property
    def config_type(self) -> ConfigType:
        """The config type of the same values."""
        return ANY


class ScalarRuntimeType(RuntimeType):
    """The instances of one plain Python type.

    Args:
        name: As users know it: 'Int'.
        python_type: Of the values.
        config_type: Of the same values in config.
        words: The Python type in the sentence of a failed check.
        description: What the type means, for people.
    """

    def __init__(
        self,
        name: str,
        *,
        python_type: type,
        config_type: ConfigType,
        words: str,
        description: str | None = None,
    ) -> None:
        self._python_type = python_type
        self._words = words
        self._config_type = config_type
        super().__init__(
            self._check,
            name=name,
            is_builtin=name == config_type.given_name,
            description=description,
            loader=scalar_loader(config_type),
            kind=TypeKind.SCALAR,
            typing_type=python_type,
        )

    @property
    def config_type(self) -> ConfigType:
        """The config type of the same values."""
        return self._config_type

    def _check(self, _context: object, value: object) -> TypeCheck:
        if isinstance(value, self._python_type):
            return PASSED
        return TypeCheck(
            success=False,
            description=f"{value!r} is no {self._words}: its type is {type(value).__name__}.",
        )


class NothingRuntimeType(RuntimeType):
    """No value: an input of this type only waits, an output of it only tells that it is done."""

    def __init__(self) -> None:
        super().__init__(
            self._check,
            name="Nothing",
            is_builtin=True,
            kind=TypeKind.NOTHING,
            typing_type=NoneType,
        )

    @property
    def supports_fan_in(self) -> bool:
        """Whether several outputs can be connected to one input: it waits for all."""
        return True

    def get_inner_type_for_fan_in(self) -> RuntimeType:
        """Return the type of each output."""
        return self

    def _check(self, _context: object, value: object) -> TypeCheck:
        if value is None:
            return PASSED
        return TypeCheck(success=False, description=not_instance(value, "no value"))


ANY_TYPE: Final = AnyRuntimeType()
BOOL_TYPE: Final = ScalarRuntimeType("Bool", python_type=bool, config_type=BOOL, words="bool")
FLOAT_TYPE: Final = ScalarRuntimeType("Float", python_type=float, config_type=FLOAT, words="float")
INT_TYPE: Final = ScalarRuntimeType("Int", python_type=int, config_type=INT, words="int")
STRING_TYPE: Final = ScalarRuntimeType(
    "String", python_type=str, config_type=STRING, words="string"
)
NOTHING_TYPE: Final = NothingRuntimeType()

ALL_BUILTIN_TYPES: Final[tuple[RuntimeType, ...]] = (
    ANY_TYPE,
    BOOL_TYPE,
    FLOAT_TYPE,
    INT_TYPE,
    STRING_TYPE,
    NOTHING_TYPE,
)

DICT_TYPE: Final = PythonObjectType(
    dict,
    "PythonDict",
    "dict",
    loader=DICT_LOADER,
    description="A Python dict with any keys and values.",
)
SET_TYPE: Final = PythonObjectType(
    set, "PythonSet", "set", description="A Python set of any values."
)
TUPLE_TYPE: Final = PythonObjectType(
    tuple, "PythonTuple", "tuple", description="A Python tuple of any values."
)


def string_type(name: str, description: str | None = None) -> RuntimeType:
    """Return a type of its own name whose values are text."""
    return ScalarRuntimeType(
        name, python_type=str, config_type=STRING, words="string", description=description
    )


def any_type(name: str, description: str | None = None) -> RuntimeType:
    """Return a type of its own name that every value is of."""
    return AnyRuntimeType(name, description)
