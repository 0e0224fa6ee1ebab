"""What can be wrong with config, in words: one `Problem` each, and one error with all of them.

Owns the wording. It never holds the value of an environment variable: whoever makes a `Problem`
passes words for what was found, not the value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum as PythonEnum

from penstock.errors import InvalidConfigError

_LONGEST = 60


class ProblemReason(PythonEnum):
    """Why something does not fit."""

    RUNTIME_TYPE_MISMATCH = "RUNTIME_TYPE_MISMATCH"
    MISSING_REQUIRED_FIELD = "MISSING_REQUIRED_FIELD"
    FIELD_NOT_DEFINED = "FIELD_NOT_DEFINED"
    SELECTOR_FIELD_ERROR = "SELECTOR_FIELD_ERROR"
    FIELD_ALIAS_COLLISION = "FIELD_ALIAS_COLLISION"
    FAILED_POST_PROCESSING = "FAILED_POST_PROCESSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that does not fit.

    Attributes:
        path: Where, as in `ops:glucose:config.limit`.
        text: What is wrong there, without a final full stop.
        hint: A sentence to help, or nothing; begins with a space.
        reason: What kind of problem it is.
    """

    path: str
    text: str
    hint: str = ""
    reason: ProblemReason = ProblemReason.RUNTIME_TYPE_MISMATCH

    @property
    def message(self) -> str:
        """The problem as a sentence, with its place."""
        return str(self)

    def __str__(self) -> str:
        return f"{self.path}: {self.text}.{self.hint}"


def misfit(
    path: str,
    *,
    found: str,
    expected: str,
    hint: str = "",
    reason: ProblemReason = ProblemReason.RUNTIME_TYPE_MISMATCH,
) -> Problem:
    """Say what was found at a path, and what was expected instead."""
    text = f"found {found}; expected {expected}"
    return Problem(path=path, text=text, hint=hint, reason=reason)


def raise_problems(problems: Sequence[Problem], *, subject: str) -> None:
    """Raise one error that lists every problem; do nothing if there is none.

    Args:
        problems: In the order to show them.
        subject: What does not fit, as the beginning of a sentence: "Config" or "Resource 'db'".

    Raises:
        InvalidConfigError: There is a problem.
    """
    if not problems:
        return
    if len(problems) == 1:
        raise InvalidConfigError(f"{subject} does not fit. {problems[0]}", errors=problems)
    told = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(problems, 1))
    raise InvalidConfigError(
        f"{subject} does not fit, for {len(problems)} reasons:\n{told}", errors=problems
    )


def found_words(value: object) -> str:
    """Say what a config value is: "text 'abc'", 'the integer 5', 'a list', 'nothing'."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"text {_short(repr(value))}"
        case int():
            return f"the integer {value}"
        case float():
            return f"the number {value}"
        case Mapping():
            return "a mapping"
        case list() | tuple() | set() | frozenset():
            return "a list"
        case _:
            return f"a value of type '{type(value).__name__}'"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
