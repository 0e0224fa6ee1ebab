"""Config checked against its schema and turned into what code receives.

Owns the two questions about a whole config: does it fit (`validate_config`, which looks no variable
up), and what does it amount to (`evaluate_config`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from penstock.base.settings import read_variable
from penstock.config.config_type import UNFIT, Evaluation
from penstock.config.problems import Problem
from penstock.config.schema import ConfigSchema, Field, as_config_type

ConfigProblem = Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigResult:
    """What became of a config.

    Attributes:
        success: Whether all of it fits.
        value: What code receives, or for a mere check the config itself; None without success.
        errors: Everything that does not fit, in the order of reading.
    """

    success: bool
    value: object
    errors: tuple[ConfigProblem, ...] = ()


class _ProcessVariables(Mapping[str, str]):
    """The environment variables of this process, each read when it is asked for."""

    def __getitem__(self, name: str) -> str:
        value = read_variable(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


PROCESS_VARIABLES: Final[Mapping[str, str]] = _ProcessVariables()
"""Looks the variables of this process up by name; it does not list them."""


def validate_config(schema: ConfigSchema, value: object, *, at: str = "root") -> ConfigResult:
    """Check config without looking any variable up; the value of the result is the config.

    Args:
        schema: A field, config type, or anything accepted as a schema.
        value: The config.
        at: Where the config is, for messages.
    """
    checked = complete_config(schema, value, at=at)
    return replace(checked, value=value) if checked.success else checked


def complete_config(schema: ConfigSchema, value: object, *, at: str = "root") -> ConfigResult:
    """Check config and fill in defaults; variables and enums stand as they are written.

    Args:
        schema: A field, config type, or anything accepted as a schema.
        value: The config.
        at: Where the config is, for messages.
    """
    return _evaluated(schema, value, Evaluation(environment=None), at=at)


def evaluate_config(
    schema: ConfigSchema,
    value: object,
    *,
    environ: Mapping[str, str] | None = None,
    at: str = "root",
) -> ConfigResult:
    """Check config and turn it into what code receives.

    Args:
        schema: A field, config type, or anything accepted as a schema.
        value: The config.
        environ: The variables that config may name; those of this process if None.
        at: Where the config is, for messages.
    """
    environment = PROCESS_VARIABLES if environ is None else environ
    return _evaluated(schema, value, Evaluation(environment), at=at)


def _evaluated(
    schema: ConfigSchema, value: object, evaluation: Evaluation, *, at: str
) -> ConfigResult:
    config_type = schema.config_type if isinstance(schema, Field) else as_config_type(schema)
    read = config_type.read(value, at, evaluation)
    if evaluation.problems or read is UNFIT:
        return ConfigResult(success=False, value=None, errors=tuple(evaluation.problems))
    return ConfigResult(success=True, value=read)
