"""What templates can name: the environment, some definitions, dates, and the load context."""

from __future__ import annotations

import datetime
import importlib

from penstock.base.secrets import remember_secret
from penstock.base.settings import read_variable
from penstock.errors import ResolutionError

_MISSING = object()


def _read(name: str) -> str | None:
    value = read_variable(name)
    if value is not None:
        remember_secret(name, value)
    return value


class EnvScope:
    """The environment: `{{ env.NAME }}`, or `{{ env('NAME', 'default') }}`."""

    def __call__(self, key: str, default: object = _MISSING) -> object:
        """Return a variable, or the default if it is not set.

        Raises:
            ResolutionError: It is not set, and there is no default.
        """
        value = _read(key)
        if value is not None:
            return value
        if default is _MISSING:
            raise ResolutionError(
                f"The environment has no variable {key}. Set it, or write what to use instead: "
                f"env('{key}', 'default')."
            )
        return default

    def __getattr__(self, key: str) -> str | None:
        if key.startswith(("jinja", "__")):
            raise AttributeError(key)
        return _read(key)

    def __getitem__(self, key: str) -> str:
        raise ResolutionError(
            f"env['{key}'] is no way to read a variable. Write env.{key}, or env('{key}') if it "
            "must be set."
        )


class ObjectScope:
    """Some attributes of an object."""

    def __init__(self, thing: object, names: frozenset[str]) -> None:
        self._thing = thing
        self._names = names

    def __getattr__(self, name: str) -> object:
        if name.startswith(("jinja", "_")):
            raise AttributeError(name)
        if name not in self._names:
            raise AttributeError(name)
        return getattr(self._thing, name)

    def __getitem__(self, name: str) -> object:
        # Where an attribute is not there, Jinja looks for an item; so this is what people see.
        raise ResolutionError(
            f"'{name}' cannot be used in templates. What can: {', '.join(sorted(self._names))}."
        )


_DEFINITIONS = frozenset(
    [
        "AutomationCondition",
        "FreshnessPolicy",
        "DailyPartitionsDefinition",
        "WeeklyPartitionsDefinition",
        "MonthlyPartitionsDefinition",
        "HourlyPartitionsDefinition",
        "StaticPartitionsDefinition",
        "TimeWindowPartitionsDefinition",
    ]
)


def default_scope() -> dict[str, object]:
    """Return what every template can name."""
    public = importlib.import_module("penstock")  # by name: the public face is above this layer
    return {
        "env": EnvScope(),
        "dg": ObjectScope(public, _DEFINITIONS),
        "datetime": ObjectScope(datetime, frozenset(["datetime", "timedelta"])),
    }
