"""Options that several commands share, and the value they make.

Owns names and help texts only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")
Decorated = TypeVar("Decorated", bound=Callable[..., object] | click.Command)


class Option(Protocol):
    """Adds an option to a command."""

    def __call__(self, function: Decorated, /) -> Decorated:
        """Return the function with the option."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the definitions are; what is None comes from the project's settings."""

    module: str | None
    python_file: str | None
    attribute: str | None


def target_options(function: Callable[P, R]) -> Callable[P, R]:
    """Add -m, -f and -a to a command; it gets them as `target`."""

    @click.option("-m", "--module", metavar="MODULE", help="The module with the definitions.")
    @click.option(
        "-f", "--file", metavar="FILE", help="The Python or YAML file with the definitions."
    )
    @click.option("-a", "--attribute", metavar="NAME", help="The name of the Definitions in it.")
    @wraps(function)
    def with_target(*args: P.args, **kwargs: P.kwargs) -> R:
        kwargs["target"] = Target(
            module=_text(kwargs.pop("module", None)),
            python_file=_text(kwargs.pop("file", None)),
            attribute=_text(kwargs.pop("attribute", None)),
        )
        return function(*args, **kwargs)

    return with_target


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


json_option: Option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON and nothing else."
)

config_option: Option = click.option(
    "--config",
    "config_path",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="A YAML file with the run config.",
)

tag_option: Option = click.option(
    "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag for the run; may be repeated."
)
