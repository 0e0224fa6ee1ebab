"""`serialize_value` and `deserialize_value`: values of the public API as JSON text, and back.

The registry is closed: the classes that may be read are listed here, so no text can make a value of
any other class. An object names its class under `__class__`, and the rest are its fields.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import TypeVar, cast, get_args
from zoneinfo import ZoneInfo

import msgspec

from penstock.compat.event_entries import EventLogEntry, EventLogRecord
from penstock.compat.event_json import Shown, read_form
from penstock.compat.event_json import form_of as form_of_event
from penstock.compat.events import DagsterEvent
from penstock.compat.run_records import AssetJobKey
from penstock.compat.selection_forms import form_of, readers
from penstock.define import result, run_request
from penstock.define.step import NO_VALUE
from penstock.errors import ParameterCheckError, UsageError
from penstock.graph.selection import AssetSelection
from penstock.model import code_reference, freshness, metadata, retry, table
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.run import RunStatus
from penstock.partitions import dynamic, window
from penstock.partitions.backfill_policy import BackfillPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping_base import PartitionMapping
from penstock.partitions.multi_key import MultiPartitionKey
from penstock.partitions.specs import definition_from_spec, mapping_from_spec
from penstock.partitions.subset import PartitionsSubset

T = TypeVar("T")

_CLASS, _ENUM, _ITEMS, _SET, _FROZEN = (
    "__class__",
    "__enum__",
    "__mapping_items__",
    "__set__",
    "__frozenset__",
)
_MARKS = frozenset({_CLASS, _ENUM, _ITEMS, _SET, _FROZEN})


@cache
def _classes() -> Mapping[str, type]:
    found: list[type] = [
        AssetCheckKey,
        AssetJobKey,
        BackfillPolicy,
        retry.RetryPolicy,
        window.TimeWindow,
        window.PartitionKeyRange,
        dynamic.AddDynamicPartitionsRequest,
        dynamic.DeleteDynamicPartitionsRequest,
        result.AssetCheckEvaluation,
        result.AssetCheckResult,
        result.AssetMaterialization,
        result.AssetObservation,
        result.DataVersion,
        result.DataVersionsByPartition,
        result.ExpectationResult,
        result.MaterializeResult,
        result.ObserveResult,
        run_request.RunRequest,
        run_request.SkipReason,
        table.TableColumn,
        table.TableColumnConstraints,
        table.TableColumnDep,
        table.TableColumnLineage,
        table.TableConstraints,
        table.TableRecord,
        table.TableSchema,
        *_public(code_reference),
        *_public(freshness),
        *get_args(metadata.MetadataUnion),
    ]
    return {each.__name__: each for each in found}


def _public(module: object) -> Iterable[type]:
    return [
        each
        for name, each in vars(module).items()
        if isinstance(each, type)
        and not name.startswith("_")
        and each.__module__ == getattr(module, "__name__", "")
        and _field_names(each) is not None
    ]


@cache
def _enums() -> Mapping[str, type[Enum]]:
    found: list[type[Enum]] = [result.AssetCheckSeverity, retry.Backoff, retry.Jitter, RunStatus]
    found += [
        each
        for each in vars(freshness).values()
        if isinstance(each, type) and issubclass(each, Enum) and each is not Enum
    ]
    return {each.__name__: each for each in found}


def _field_names(kind: type[object]) -> Sequence[str] | None:
    if issubclass(kind, Enum):
        return None
    if issubclass(kind, msgspec.Struct):
        return kind.__struct_fields__
    if dataclasses.is_dataclass(kind):
        return [each.name for each in dataclasses.fields(kind) if not each.name.startswith("_")]
    return cast("Sequence[str] | None", getattr(kind, "_fields", None))


def serialize_value(val: object, **json_options: object) -> str:
    """Write a value as JSON text.

    It may be plain data, a date and time with its timezone, a set, or a value of the public API:
    keys, metadata, results, requests, lines of the event log, partitions definitions, subsets and
    mappings, time windows, policies.
    A tuple comes back as a list.

    Args:
        val: The value.
        **json_options: Options of `json.dumps`, such as `indent`.

    Raises:
        ParameterCheckError: It holds something else.

    Example:
        >>> deserialize_value(serialize_value(AssetKey(["raw", "orders"])))
        AssetKey(['raw', 'orders'])
    """
    return json.dumps(_packed(val), **json_options)  # pyright: ignore[reportArgumentType] - the caller's


def deserialize_value(val: str, as_type: type[T] | tuple[type, ...] | None = None) -> T:
    """Read what `serialize_value` wrote.

    Args:
        val: The text.
        as_type: The class, or one of the classes, that the value must be of.

    Raises:
        UsageError: The text is not what `serialize_value` writes.
        ParameterCheckError: The value is of another class.
    """
    try:
        read = json.loads(val)
    except (TypeError, ValueError) as error:
        raise UsageError(f"This is not the text of a serialized value: {error}.") from error
    found = _unpacked(read)
    if as_type is not None and not isinstance(found, as_type):
        raise ParameterCheckError(f"The text holds a {type(found).__name__}, not a {as_type}.")
    return cast("T", found)


def _packed(value: object) -> object:
    if value is None or type(value) in (bool, int, float, str):
        return value
    special = _packed_special(value) or _packed_event(value)
    if special is not None:
        return special
    kind = type(value)
    if _classes().get(kind.__name__) is kind:
        fields = {name: getattr(value, name) for name in _field_names(kind) or ()}
        kept = {name: _packed(each) for name, each in fields.items() if each is not NO_VALUE}
        return {_CLASS: kind.__name__, **kept}
    if isinstance(value, Enum) and _enums().get(kind.__name__) is kind:
        return {_ENUM: f"{kind.__name__}.{value.name}"}
    return _packed_collection(value)


def _packed_special(value: object) -> object:
    match value:
        case AssetKey():
            return {_CLASS: "AssetKey", "path": list(value.parts)}
        case PartitionsDefinition():
            return {_CLASS: "PartitionsDefinition", "spec": value.spec()}
        case PartitionMapping():
            return {_CLASS: "PartitionMapping", "spec": value.spec()}
        case PartitionsSubset():
            spec = cast("PartitionsDefinition", value.definition).spec()
            return {_CLASS: "PartitionsSubset", "spec": spec, "stored": value.serialize()}
        case MultiPartitionKey():
            return {_CLASS: "MultiPartitionKey", "keys": dict(value.keys_by_dimension)}
        case datetime():
            zone = getattr(value.tzinfo, "key", None)
            return {_CLASS: "datetime", "iso": value.isoformat(), "timezone": zone}
        case AssetSelection():
            name, fields = form_of(value)
            return {_CLASS: name, **{key: _packed(each) for key, each in fields.items()}}
        case timedelta():
            parts = {"days": value.days, "seconds": value.seconds}
            return {_CLASS: "timedelta", **parts, "microseconds": value.microseconds}
        case _:
            return None


def _packed_event(value: object) -> object:
    if isinstance(value, DagsterEvent | EventLogEntry):
        shown = Shown(value.stored, value.shown_as, value.job_name)
        return {_CLASS: type(value).__name__, **form_of_event(shown)}
    if isinstance(value, EventLogRecord):
        entry = _packed(value.event_log_entry)
        return {_CLASS: "EventLogRecord", "storage_id": value.storage_id, "entry": entry}
    return None


def _packed_collection(value: object) -> object:
    if isinstance(value, Mapping):
        entries = cast("Mapping[object, object]", value)
        if all(isinstance(key, str) and key not in _MARKS for key in entries):
            return {str(key): _packed(each) for key, each in entries.items()}
        return {_ITEMS: [[_packed(key), _packed(each)] for key, each in entries.items()]}
    if isinstance(value, (set, frozenset)):
        members = [_packed(each) for each in cast("Iterable[object]", value)]
        mark = _SET if isinstance(value, set) else _FROZEN
        return {mark: sorted(members, key=lambda member: json.dumps(member, sort_keys=True))}
    if isinstance(value, (list, tuple)):
        return [_packed(each) for each in cast("Sequence[object]", value)]
    raise ParameterCheckError(
        f"A value of class {type(value).__name__} cannot be serialized. Plain data and the values "
        "of Penstock's public API can."
    )


def _unpacked(read: object) -> object:
    if isinstance(read, list):
        return [_unpacked(each) for each in cast("list[object]", read)]
    if not isinstance(read, dict):
        return read
    entries = cast("dict[str, object]", read)
    for mark, make in _BY_MARK.items():
        if mark in entries:
            return make(entries)
    return {key: _unpacked(each) for key, each in entries.items()}


def _object(entries: Mapping[str, object]) -> object:
    name = str(entries[_CLASS])
    fields = {key: each for key, each in entries.items() if key != _CLASS}
    try:
        if name in _SPECIAL:
            return _SPECIAL[name](fields)
        kind = _classes().get(name) or readers().get(name)
        if kind is None:
            raise UsageError(
                f"'{name}' is not a class that this Penstock can read. The text was written by "
                "another version, or by something else."
            )
        return kind(**{key: _unpacked(each) for key, each in fields.items()})
    except (TypeError, KeyError, ValueError) as error:
        raise UsageError(f"The text of a {name} is not whole: {error}.") from error


def _enum(entries: Mapping[str, object]) -> object:
    name, _, member = str(entries[_ENUM]).partition(".")
    kind = _enums().get(name)
    if kind is None or member not in kind.__members__:
        raise UsageError(f"'{name}.{member}' is not a value that this Penstock can read.")
    return kind[member]


def _pairs(entries: Mapping[str, object]) -> object:
    pairs = cast("list[tuple[object, object]]", entries[_ITEMS])
    return {_hashable(_unpacked(key)): _unpacked(each) for key, each in pairs}


def _members(entries: Mapping[str, object], mark: str) -> Iterable[object]:
    return (_hashable(_unpacked(each)) for each in cast("list[object]", entries[mark]))


def _hashable(value: object) -> object:
    """Return a key or a member as it was before: there a list was a tuple."""
    if isinstance(value, list):
        return tuple(_hashable(each) for each in cast("list[object]", value))
    return value


def _subset(fields: Mapping[str, object]) -> PartitionsSubset:
    definition = definition_from_spec(cast("_Fields", fields["spec"]))
    return definition.deserialize_subset(str(fields["stored"]))


def _shown(
    kind: type[DagsterEvent | EventLogEntry], fields: Mapping[str, object]
) -> DagsterEvent | EventLogEntry:
    shown = read_form(fields)
    return kind(shown.stored, shown.shown_as, job_name=shown.job_name)


def _moment(fields: Mapping[str, object]) -> datetime:
    moment = datetime.fromisoformat(str(fields["iso"]))
    zone = fields.get("timezone")
    return moment if zone is None else moment.astimezone(ZoneInfo(str(zone)))


_BY_MARK: Mapping[str, Callable[[Mapping[str, object]], object]] = {
    _CLASS: _object,
    _ENUM: _enum,
    _ITEMS: _pairs,
    _SET: lambda entries: set(_members(entries, _SET)),
    _FROZEN: lambda entries: frozenset(_members(entries, _FROZEN)),
}
_Fields = Mapping[str, object]
_SPECIAL: Mapping[str, Callable[[_Fields], object]] = {
    "AssetKey": lambda fields: AssetKey(cast("Sequence[str]", fields["path"])),
    "PartitionsDefinition": lambda f: definition_from_spec(cast("_Fields", f["spec"])),
    "PartitionMapping": lambda f: mapping_from_spec(cast("_Fields", f["spec"])),
    "PartitionsSubset": _subset,
    "MultiPartitionKey": lambda f: MultiPartitionKey(cast("Mapping[str, str]", f["keys"])),
    "DagsterEvent": lambda fields: _shown(DagsterEvent, fields),
    "EventLogEntry": lambda fields: _shown(EventLogEntry, fields),
    "EventLogRecord": lambda fields: EventLogRecord(
        cast("int", fields["storage_id"]), cast("EventLogEntry", _unpacked(fields["entry"]))
    ),
    "datetime": _moment,
    "timedelta": lambda fields: timedelta(**cast("dict[str, int]", fields)),
}
