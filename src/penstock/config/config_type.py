"""What every config type is, and one evaluation of config: its environment and its problems.

Owns the base of the config types and the record of what did not fit. It knows no particular type.
A type reads a value in one pass: it checks it, fills in defaults and fetches variables, or records
a problem and returns `UNFIT`. It never raises about a value.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum as PythonEnum
from typing import ClassVar, Final, Protocol, runtime_checkable

from penstock.base.secrets import remember_secret
from penstock.config.env import Variable
from penstock.config.problems import Problem, ProblemReason, found_words, misfit


class ConfigTypeKind(PythonEnum):
    """The kinds of config types."""

    ANY = "ANY"
    SCALAR = "SCALAR"
    ENUM = "ENUM"
    SELECTOR = "SELECTOR"
    STRICT_SHAPE = "STRICT_SHAPE"
    PERMISSIVE_SHAPE = "PERMISSIVE_SHAPE"
    SCALAR_UNION = "SCALAR_UNION"
    MAP = "MAP"
    ARRAY = "ARRAY"
    NONEABLE = "NONEABLE"


class Unfit:
    """What reading returns for a value whose problem is already recorded."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNFIT"


UNFIT: Final = Unfit()


class Absent:
    """Stands for no value at all, where None is a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(slots=True)
class Evaluation:
    """One pass over config.

    Attributes:
        environment: The variables that config may name. None checks and fills in defaults only:
            variables are not looked up, and every value stands as config writes it.
        problems: Everything that did not fit, in the order of reading.
    """

    environment: Mapping[str, str] | None
    problems: list[Problem] = field(default_factory=list[Problem])

    def misfit(
        self,
        at: str,
        value: object,
        *,
        expected: str,
        hint: str = "",
        reason: ProblemReason = ProblemReason.RUNTIME_TYPE_MISMATCH,
    ) -> Unfit:
        """Record that a value does not fit."""
        self.problems.append(
            misfit(at, found=found_words(value), expected=expected, hint=hint, reason=reason)
        )
        return UNFIT

    def add(self, problem: Problem) -> Unfit:
        """Record a problem."""
        self.problems.append(problem)
        return UNFIT

    def fetch(self, variable: Variable, at: str, *, expected: str) -> str | Unfit | None:
        """Return the text of a variable; None if this pass looks nothing up."""
        if self.environment is None:
            return None
        text = self.environment.get(variable.env_var_name)
        if text is not None:
            remember_secret(variable.env_var_name, text)
            return text
        return self.add(
            Problem(
                path=at,
                text=f"the environment variable '{variable.env_var_name}' is not set",
                hint=f" Set it to {expected}.",
                reason=ProblemReason.FAILED_POST_PROCESSING,
            )
        )


class ConfigType(ABC):
    """What values config may have at one place. Frozen; two types with equal parts are equal."""

    __slots__ = ()

    kind: ClassVar[ConfigTypeKind]

    @property
    def given_name(self) -> str | None:
        """The name of a type that has one: 'Int'."""
        return None

    @property
    def description(self) -> str | None:
        """What the values mean, for people."""
        return None

    @property
    def key(self) -> str:
        """A name that is the same for equal types: 'Int', 'Array.Int', 'Shape.1f0c...'."""
        return self.given_name or f"{type(self).__name__}.{digest(repr(self))}"

    @property
    @abstractmethod
    def words(self) -> str:
        """What fits, in words: 'an integer'."""

    @abstractmethod
    def read(self, value: object, at: str, evaluation: Evaluation) -> object:
        """Turn config into the value that code receives; record a problem and return UNFIT."""

    @abstractmethod
    def printed(self, separator: str) -> str:
        """Write the type.

        Args:
            separator: What separates the entries of a mapping: a line break, or ', '.
        """

    @abstractmethod
    def example(self) -> object:
        """Return the smallest config that shows the shape."""

    def implied_default(self) -> object:
        """Return the config that leaving everything out amounts to; ABSENT if that is none."""
        return ABSENT

    def inner_types(self) -> tuple[ConfigType, ...]:
        """Return the types that this one is made of."""
        return ()

    def __str__(self) -> str:
        return self.printed(", ")


@runtime_checkable
class HasConfigType(Protocol):
    """Something that stands for a config type: a built-in type like `Int`, or a `Field`."""

    @property
    def config_type(self) -> ConfigType | None:
        """The config type; None if the thing is not one that config can have."""
        ...


def digest(text: str) -> str:
    """Return a short fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]
