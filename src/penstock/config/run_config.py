"""`RunConfig` and run config files.

Owns the outermost shape of run config: sections of named entries. It knows no schema; what is
inside an entry is read by whoever the entry is for. Pydantic is not imported here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast, runtime_checkable

from penstock.config.env import EnvVar, IntEnvVar
from penstock.errors import InvalidConfigError


@runtime_checkable
class WritesConfig(Protocol):
    """Something that can be written as run config: a `Config` or a resource."""

    def to_config_dict(self) -> dict[str, object]:
        """Write the fields as run config."""
        ...


def entries_of(section: object) -> Mapping[str, object]:
    """Return the entries of a section of config; none where it is not a mapping."""
    return cast("Mapping[str, object]", section) if isinstance(section, Mapping) else {}


def refuse_variables(value: object, *, at: str = "root") -> None:
    """Refuse an `EnvVar` in run config that is written as a mapping.

    Raises:
        InvalidConfigError: There is one.
    """
    if isinstance(value, EnvVar | IntEnvVar):
        raise InvalidConfigError(
            f"{at}: found an EnvVar. Run config that is a mapping names a variable as"
            f" {{'env': '{value.env_var_name}'}}; an EnvVar is for the fields of a Config class or"
            " of a resource."
        )
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            refuse_variables(item, at=f"{at}:{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("Sequence[object]", value)):
            refuse_variables(item, at=f"{at}[{index}]")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The config of one run.

    Args:
        ops: For each op or asset its `Config`, or the mapping that run config has there.
        resources: For each resource the values to override.
        loggers: For each logger its config.
        execution: The config of the executor.

    Example:
        >>> RunConfig(execution={"config": {"max_concurrent": 2}}).to_config_dict()
        {'execution': {'config': {'max_concurrent': 2}}}
    """

    ops: Mapping[str, object] = field(default_factory=dict[str, object])
    resources: Mapping[str, object] = field(default_factory=dict[str, object])
    loggers: Mapping[str, object] = field(default_factory=dict[str, object])
    execution: object = None

    def __post_init__(self) -> None:
        for name in ("ops", "resources", "loggers"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, {})

    def to_config_dict(self) -> dict[str, object]:
        """Write it as plain run config; empty sections are left out."""
        sections: dict[str, object] = {}
        for name in ("ops", "resources", "loggers"):
            entries: Mapping[str, object] = getattr(self, name)
            if entries:
                sections[name] = {key: _entry(entry) for key, entry in entries.items()}
        if self.execution:
            sections["execution"] = _entry(self.execution)
        return sections


def _entry(entry: object) -> object:
    """Write one entry; a graph's entry has entries for its ops inside."""
    if isinstance(entry, WritesConfig):
        return {"config": entry.to_config_dict()}
    if not isinstance(entry, Mapping):
        return entry
    written: dict[str, object] = {}
    for key, value in cast("Mapping[str, object]", entry).items():
        if key == "ops" and isinstance(value, Mapping):
            inner = cast("Mapping[str, object]", value)
            written[key] = {name: _entry(item) for name, item in inner.items()}
        else:
            written[key] = _plain(value)
    return written


def _plain(value: object) -> object:
    match value:
        case EnvVar() | IntEnvVar():
            return {"env": value.env_var_name}
        case WritesConfig():
            return value.to_config_dict()
        case Mapping():
            items = cast("Mapping[str, object]", value).items()
            return {key: _plain(item) for key, item in items}
        case list() | tuple():
            return [_plain(item) for item in cast("list[object]", value)]
        case _:
            return value


def load_run_config(text: str, *, source: str) -> dict[str, object]:
    """Read run config from YAML or JSON text.

    Dates stay text, since no config field takes YAML's own dates.

    Args:
        text: The document; an empty one is an empty run config.
        source: Where the text is from, for messages: a file's path.

    Raises:
        InvalidConfigError: The text is not YAML, repeats a key, or is not a mapping.
    """
    from penstock.config.yaml_text import YamlMistake, parse_yaml  # noqa: PLC0415 - loads yaml

    try:
        document = parse_yaml(text)
    except YamlMistake as mistake:
        raise InvalidConfigError(
            f"Cannot read run config from {source}, line {mistake.line}, column {mistake.column}:"
            f" {mistake.what}. Correct the file there."
        ) from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise InvalidConfigError(
            f"Cannot read run config from {source}: it must be a mapping with sections like 'ops'"
            f" and 'resources', not a {type(document).__name__}."
        )
    return cast("dict[str, object]", document)


def merge_run_config(*configs: Mapping[str, object]) -> dict[str, object]:
    """Merge run configs, section by section; where two set the same value, the first wins."""
    merged: dict[str, object] = {}
    for config in configs:
        for key, value in config.items():
            present = merged.get(key)
            if key not in merged:
                merged[key] = value
            elif isinstance(present, Mapping) and isinstance(value, Mapping):
                merged[key] = merge_run_config(
                    cast("Mapping[str, object]", present), cast("Mapping[str, object]", value)
                )
    return merged
