"""The config types of single values: ANY, BOOL, FLOAT, INT, STRING, and those read from variables.

Values are not converted, except that an integer is accepted for a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, cast

from penstock.config.config_type import UNFIT, ConfigType, ConfigTypeKind, Evaluation, Unfit
from penstock.config.env import (
    EnvVar,
    IntEnvVar,
    Variable,
    boolean_of,
    integer_of,
    number_of,
    variable_of,
)
from penstock.config.problems import Problem, ProblemReason


@dataclass(frozen=True, slots=True)
class AnyType(ConfigType):
    """Accepts every value."""

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.ANY

    @property
    def given_name(self) -> str:
        """The name of the type."""
        return "Any"

    @property
    def words(self) -> str:
        """What fits, in words."""
        return "any value"

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Return the value; an `EnvVar` gives its variable's text."""
        if isinstance(value, EnvVar | IntEnvVar):
            text = evaluation.fetch(value, at, expected="a value")
            return value if text is None else text
        return value

    def printed(self, separator: str) -> str:
        """Write the type."""
        return "Any"

    def example(self) -> object:
        """Return any value."""
        return "any value"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarType(ConfigType):
    """Accepts the values of one plain Python type.

    Attributes:
        name: As users know it: 'Int'.
        python_type: Of the values.
        scalar_words: What fits, in words.
        sample: A value, for examples.
        from_text: Reads the text of a variable; None if it is not such a value.
    """

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.SCALAR

    name: str
    python_type: type
    scalar_words: str
    sample: object
    from_text: Callable[[str], object]

    def __repr__(self) -> str:
        return self.name

    @property
    def given_name(self) -> str:
        """The name of the type."""
        return self.name

    @property
    def words(self) -> str:
        """What fits, in words."""
        return self.scalar_words

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Check the value; an `EnvVar` gives the value of its variable."""
        if isinstance(value, EnvVar | IntEnvVar):
            return self.from_variable(value, at, evaluation)
        if type(value) is self.python_type:
            return value
        if self.python_type is float:
            if isinstance(value, int | float) and not isinstance(value, bool):
                return _as_float(value, at, evaluation)
        elif isinstance(value, self.python_type) and not isinstance(value, bool):
            return value
        return evaluation.misfit(at, value, expected=self.scalar_words)

    def from_variable(self, variable: Variable, at: str, evaluation: Evaluation) -> object:
        """Read the value that a variable holds."""
        text = evaluation.fetch(variable, at, expected=self.scalar_words)
        if text is None:
            return variable
        if isinstance(text, Unfit):
            return UNFIT
        value = self.from_text(text)
        if value is not None:
            return value
        return evaluation.add(
            Problem(
                path=at,
                text=f"found the value of {variable!r}; expected {self.scalar_words}",
                reason=ProblemReason.FAILED_POST_PROCESSING,
            )
        )

    def printed(self, separator: str) -> str:
        """Write the type."""
        return self.name

    def example(self) -> object:
        """Return a sample value."""
        return self.sample


def _as_float(value: float, at: str, evaluation: Evaluation) -> object:
    try:
        return float(value)
    except OverflowError:
        return evaluation.misfit(at, value, expected="a number in the range of a float")


ANY: Final = AnyType()
BOOL: Final = ScalarType(
    name="Bool",
    python_type=bool,
    scalar_words="true or false",
    sample=True,
    from_text=boolean_of,
)
FLOAT: Final = ScalarType(
    name="Float", python_type=float, scalar_words="a number", sample=0.0, from_text=number_of
)
INT: Final = ScalarType(
    name="Int", python_type=int, scalar_words="an integer", sample=0, from_text=integer_of
)
STRING: Final = ScalarType(
    name="String", python_type=str, scalar_words="text", sample="...", from_text=str
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceType(ConfigType):
    """Accepts a value, or `{env: NAME}` for the value of an environment variable.

    Attributes:
        name: As users know it: 'IntSource'.
        scalar_type: Of the values.
    """

    kind: ClassVar[ConfigTypeKind] = ConfigTypeKind.SCALAR_UNION

    name: str
    scalar_type: ScalarType

    def __repr__(self) -> str:
        return self.name

    @property
    def given_name(self) -> str:
        """The name of the type."""
        return self.name

    @property
    def words(self) -> str:
        """What fits, in words."""
        return f"{self.scalar_type.words} or {{env: NAME}}"

    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Check the value, or fetch the variable that it names."""
        variable = variable_of(value)
        if variable is not None:
            read = self.scalar_type.from_variable(variable, at, evaluation)
            return value if read is variable else read
        if isinstance(value, Mapping):
            entries = cast("Mapping[object, object]", value)
            if len(entries) == 1 and "env" in entries:
                return evaluation.misfit(
                    f"{at}:env", entries["env"], expected="the name of an environment variable"
                )
            return evaluation.misfit(at, entries, expected=self.words)
        return self.scalar_type.read(value, at, evaluation)

    def printed(self, separator: str) -> str:
        """Write the type."""
        return f"({self.scalar_type.name} | {{ env: String }})"

    def example(self) -> object:
        """Return a sample value."""
        return self.scalar_type.sample

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return the type of the values."""
        return (self.scalar_type,)


StringSource: Final = SourceType(name="StringSource", scalar_type=STRING)
IntSource: Final = SourceType(name="IntSource", scalar_type=INT)
BoolSource: Final = SourceType(name="BoolSource", scalar_type=BOOL)
