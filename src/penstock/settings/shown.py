"""Settings for people: each value with where it comes from, secrets hidden.

Owns what `penstock settings show` tells; how it is printed is not known here. A value that a
variable gave is never shown, only the variable's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from penstock.base.secrets import MASK, is_secret_name
from penstock.base.settings import Settings
from penstock.config.schema import Shape
from penstock.settings.document import Document
from penstock.settings.known_classes import DEFAULT_PARTS, default_part
from penstock.settings.schema import KEYS

DEFAULT: Final = "default"
_IN_ADDRESS = re.compile(r"(://[^:/@\s]*:)[^@\s]+(@)")

_IMPLIED: Final[Mapping[str, object]] = {
    "run_queue.max_concurrent_runs": 10,
    "run_queue.dequeue_interval_seconds": 5,
    "run_queue.max_user_code_failure_retries": 0,
    "run_queue.user_code_failure_retry_delay": 60,
    "retention.events.purge_after_days": {"logs": 90, "steps": 365, "assets": -1},
    "retention.runs.purge_after_days": -1,
    "retention.schedule.purge_after_days": -1,
    "retention.sensor.purge_after_days": {"skipped": 7},
    "retention.auto_materialize.purge_after_days": {"skipped": 7},
    "auto_materialize.enabled": True,
    "auto_materialize.minimum_interval_seconds": 30,
    "auto_materialize.use_sensors": True,
    "freshness.enabled": True,
    "telemetry.enabled": False,
}
"""What counts where nothing is said and the schema names no default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value.

    Attributes:
        key: Its place, as in `run_queue.max_concurrent_runs`.
        value: What counts; masked if it is a secret.
        source: `default`, a place in the file, or `environment NAME`.
    """

    key: str
    value: object
    source: str


def shown_settings(document: Document, settings: Settings) -> list[Shown]:
    """Return every value that counts, in the order of the documentation."""
    environment = settings.environment
    named = next((n for n in ("PENSTOCK_HOME", "DAGSTER_HOME") if environment.get(n)), None)
    source = DEFAULT if named is None else f"environment {named}"
    found = [Shown(key="home", value=str(settings.home), source=source)]
    for name, key in KEYS.items():
        written = document.values.get(name)
        if written is None:
            found += _defaults(name, key.field.config_type)
        else:
            found += _written(name, written, f"root:{name}", document)
            if isinstance(written, Mapping) and isinstance(key.field.config_type, Shape):
                given = {each.key for each in found}
                found += [
                    each
                    for each in _defaults(name, key.field.config_type)
                    if each.key not in given
                    and not any(known.startswith(f"{each.key}.") for known in given)
                ]
    return found


def _defaults(name: str, config_type: object) -> Iterator[Shown]:
    if name == "storage":
        yield Shown(key="storage.sqlite.base_dir", value="the home", source=DEFAULT)
        yield Shown(key="storage.sqlite.durable", value=False, source=DEFAULT)
        return
    if name in DEFAULT_PARTS:
        if name != "secrets":
            data = default_part(name)
            made_by = f"{data.module_name}.{data.class_name}"
            yield Shown(key=name, value=made_by, source=DEFAULT)
        return
    implied = {key: value for key, value in _IMPLIED.items() if key.startswith(f"{name}.")}
    for key, value in implied.items():
        yield Shown(key=key, value=value, source=DEFAULT)
    if isinstance(config_type, Shape):
        for field, each in config_type.fields.items():
            key = f"{name}.{field}"
            if each.default_provided and key not in implied:
                yield Shown(key=key, value=each.default_value, source=DEFAULT)


def _written(key: str, value: object, path: str, document: Document) -> Iterator[Shown]:
    """Yield each value at or below a key that the file has."""
    if isinstance(value, Mapping) and value:
        keys = cast("Mapping[str, object]", value)
        variable = keys.get("env")
        if len(keys) == 1 and isinstance(variable, str):
            yield Shown(key=key, value=MASK, source=f"environment {variable}")
            return
        for name, inner in keys.items():
            yield from _written(f"{key}.{name}", inner, f"{path}:{name}", document)
        return
    shown = hidden_value(key, cast("object", value))
    yield Shown(key=key, value=shown, source=document.place_of(path))


def hidden_value(key: str, value: object) -> object:
    """Return a value without secrets: those under a key that says so, and those in an address."""
    if isinstance(value, str):
        if is_secret_name(key.rsplit(".", 1)[-1]):
            return MASK if value else value
        return _IN_ADDRESS.sub(rf"\1{MASK}\2", value)
    if isinstance(value, list):
        return [hidden_value(key, item) for item in cast("list[object]", value)]
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {name: hidden_value(f"{key}.{name}", item) for name, item in items}
    return value
