"""From blocks as written to declarations: which attributes there are, and what they may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from penstock.base.text import did_you_mean, listed
from penstock.library.declarative.document import (
    Block,
    CheckDeclaration,
    Declaration,
    Dependency,
    Mistake,
    Schedule,
)
from penstock.library.located import Located

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_WINDOWS = ("hourly", "daily", "weekly", "monthly")


class _Unfit(Exception):
    """A value is not what its attribute holds; the text says what it has to be."""


Reader = Callable[[Located], object]


def _text(value: Located) -> str:
    if not isinstance(value.value, str) or not value.value.strip():
        raise _Unfit("text")
    return value.value


def _command(value: Located) -> str:
    return " ".join(_text(value).split("\n")) if isinstance(value.value, str) else _text(value)


def _truth(value: Located) -> bool:
    if not isinstance(value.value, bool):
        raise _Unfit("true or false")
    return value.value


def _count(value: Located) -> int:
    if not isinstance(value.value, int) or isinstance(value.value, bool) or value.value < 0:
        raise _Unfit("a whole number, 0 or more")
    return value.value


def _seconds(value: Located) -> float:
    given = value.value
    if isinstance(given, int | float) and not isinstance(given, bool) and given > 0:
        return float(given)
    found = _DURATION.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        raise _Unfit("seconds, or a duration like '5m'")
    return float(found[1]) * _SECONDS[found[2]]


def _texts(value: Located) -> tuple[str, ...]:
    items = value.items if isinstance(value.value, list) else [value]
    return tuple(_text(item) for item in items)


def _dependencies(value: Located) -> tuple[Dependency, ...]:
    items = value.items if isinstance(value.value, list) else [value]
    return tuple(
        Dependency(name=_text(item), line=item.place.line)
        for item in items
        if item.value is not None
    )


def _text_mapping(value: Located) -> dict[str, str]:
    if not isinstance(value.value, dict):
        raise _Unfit("a mapping of names to text")
    return {str(name): _scalar_text(entry) for name, entry in value.entries.items()}


def _scalar_text(value: Located) -> str:
    given = value.value
    if isinstance(given, bool):
        return "true" if given else "false"
    if given is None or isinstance(given, dict | list):
        raise _Unfit("a mapping of names to text")
    return str(given)


def _plain_mapping(value: Located) -> dict[str, object]:
    if not isinstance(value.value, dict):
        raise _Unfit("a mapping")
    return {str(name): entry.plain() for name, entry in value.entries.items()}


def _partitions(value: Located) -> Schedule:
    if isinstance(value.value, list):
        return Schedule(type="static", keys=_keys(value))
    given = value.entries
    kind = given["type"].value if "type" in given else "static" if "keys" in given else None
    unknown = sorted({str(k) for k in given} - {"type", "keys", "start", "end", "timezone"})
    if unknown:
        raise _Unfit(f"without {listed(unknown)}: its entries are type, keys, start, end, timezone")
    if kind == "static" and "keys" in given:
        return Schedule(type="static", keys=_keys(given["keys"]))
    if kind not in _WINDOWS or "start" not in given:
        raise _Unfit(
            "a list of keys, or a mapping like {type: daily, start: '2024-01-01'} with the type "
            + listed(_WINDOWS, "or")
        )
    return Schedule(
        type=str(kind),
        start=_text(given["start"]),
        end=_text(given["end"]) if "end" in given else None,
        timezone=_text(given["timezone"]) if "timezone" in given else None,
    )


def _keys(value: Located) -> tuple[str, ...]:
    if not value.items:
        raise _Unfit("a list of keys")
    return tuple(_scalar_text(item) for item in value.items)


def _checks(value: Located) -> tuple[CheckDeclaration, ...]:
    if isinstance(value.value, dict):
        return tuple(
            _check(str(name), entry if isinstance(entry.value, dict) else _as_command(entry))
            for name, entry in value.entries.items()
        )
    if not isinstance(value.value, list):
        raise _Unfit("a list of checks, or a mapping of checks by name")
    return tuple(_check(None, item) for item in value.items)


def _as_command(entry: Located) -> Located:
    return Located(value={"command": entry}, place=entry.place)


def _check(name: str | None, entry: Located) -> CheckDeclaration:
    given = {str(k): v for k, v in entry.entries.items()}
    known = {"name", "command", "blocking", "severity", "description"}
    unknown = sorted(set(given) - known)
    if unknown:
        raise _Unfit(f"without {listed(unknown)}: a check has {listed(sorted(known))}")
    if "command" not in given or (name is None and "name" not in given):
        raise _Unfit("a list of checks, each with a name and a command")
    severity = str(given["severity"].value).upper() if "severity" in given else "ERROR"
    if severity not in ("ERROR", "WARN"):
        raise _Unfit("checks whose severity is ERROR or WARN")
    return CheckDeclaration(
        name=name or _text(given["name"]),
        command=_command(given["command"]),
        blocking=_truth(given["blocking"]) if "blocking" in given else False,
        severity="WARN" if severity == "WARN" else "ERROR",
        description=_text(given["description"]) if "description" in given else None,
        line=entry.place.line,
    )


_READERS: Mapping[str, tuple[str, Reader]] = {
    "path": ("path", _text),
    "transform": ("command", _command),
    "command": ("command", _command),
    "depends_on": ("depends_on", _dependencies),
    "shell": ("shell", _truth),
    "env": ("environment", _text_mapping),
    "code": ("code", _texts),
    "timeout": ("timeout", _seconds),
    "retries": ("retries", _count),
    "partitions": ("partitions", _partitions),
    "checks": ("checks", _checks),
    "group": ("group", _text),
    "description": ("description", _text),
    "tags": ("tags", _text_mapping),
    "owners": ("owners", _texts),
    "kinds": ("kinds", _texts),
    "metadata": ("metadata", _plain_mapping),
}
"""For each attribute the field that it fills, and what reads it."""

_OF_TASKS = frozenset({"path", "checks", "partitions", "transform"})
"""What a task does not have: it is a command and nothing else."""

_OF_COMMANDS = ("depends_on", "shell", "env", "timeout", "retries", "code")
"""What a source does not have: it has no command."""


def declare(block: Block, mistakes: list[Mistake]) -> Declaration:
    """Return what a block declares as far as it fits; what does not is added to the mistakes."""
    values: dict[str, object] = {}
    known = _known_to(block)
    for name, value in block.attributes.items():
        line = block.attribute_places[name].line
        if name not in known:
            mistakes.append(_unknown(block, name, line=line, known=known))
            continue
        field, read = _READERS[name]
        if field in values:
            what = f"{_what(block)} has both 'transform' and 'command'. Keep one."
            mistakes.append(Mistake(line=line, what=what))
            continue
        try:
            values[field] = read(value)
        except _Unfit as unfit:
            what = f"'{name}' of {_what(block)} must be {unfit}."
            mistakes.append(Mistake(line=value.place.line, what=what))
            values.update({"path": f"?{block.name}"} if name == "path" else {})
    if "command" not in block.attributes and "transform" not in block.attributes:
        _require_source(block, mistakes)
    return _declaration(block, values)


def _declaration(block: Block, values: Mapping[str, object]) -> Declaration:
    places = block.attribute_places
    command = places.get("transform") or places.get("command") or block.place
    given = dict(values)
    if block.kind == "task":
        given["shell"] = given.get("shell", True)
        given["kinds"] = (*cast("tuple[str, ...]", given.get("kinds", ())), "task")
    return Declaration(
        kind=block.kind,
        name=block.name,
        line=block.place.line,
        command_line=command.line,
        path_line=places.get("path", block.place).line,
        **given,  # pyright: ignore[reportArgumentType] - each was read by the reader of its field
    )


def _known_to(block: Block) -> tuple[str, ...]:
    if block.kind == "task":
        return tuple(name for name in _READERS if name not in _OF_TASKS)
    return tuple(_READERS)


def _require_source(block: Block, mistakes: list[Mistake]) -> None:
    line = block.place.line
    if block.kind == "task":
        mistakes.append(Mistake(line=line, what=f"{_what(block)} has no command. Add 'command:'."))
    elif set(block.attributes) <= set(_READERS) - {"path"}:
        what = f"{_what(block)} has neither a path nor a transform. Add one of them."
        mistakes.append(Mistake(line=line, what=what))
    mistakes.extend(
        Mistake(
            line=block.attribute_places[name].line,
            what=f"{_what(block)} has '{name}', but no transform that it could be about.",
        )
        for name in _OF_COMMANDS
        if name in block.attributes and block.kind == "asset"
    )


def _unknown(block: Block, name: str, *, line: int, known: Iterable[str]) -> Mistake:
    names = list(known)
    near = did_you_mean(name, names)
    rest = "" if near else f" Its attributes can be {', '.join(names)}."
    return Mistake(
        line=line, what=f"{_what(block)} has the unknown attribute '{name}'.{near}{rest}"
    )


def _what(block: Block) -> str:
    return f"{block.kind} '{block.name}'"
