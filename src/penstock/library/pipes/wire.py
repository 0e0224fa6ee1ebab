"""The wire of Pipes: the shapes that cross the border of processes, and how parameters are packed.

The external side is the package `dagster-pipes`, or anything that speaks the same protocol: JSON,
one message a line. This module owns the names and the packing; it knows no context and no reader.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import TypedDict

CONTEXT_VARIABLE = "DAGSTER_PIPES_CONTEXT"
MESSAGES_VARIABLE = "DAGSTER_PIPES_MESSAGES"
VERSION_FIELD = "__dagster_pipes_version"
COMPOSITE_WRITERS_KEY = "dagster_pipes_composite_writers"
"""Under this key a composite reader keeps the parameters of each of its writers."""

PipesParams = Mapping[str, object]
"""Tells the external process where something is, as in `{"path": "/tmp/messages"}`."""

PipesExtras = Mapping[str, object]
"""What user code passes to the external process; JSON can hold it."""


class PipesLaunchedData(TypedDict):
    """What is known of an external process once it was started, for readers that need it."""

    extras: PipesExtras


class PipesOpenedData(TypedDict, total=False):
    """What the external process says of itself when it opens Pipes."""

    extras: PipesExtras


class PipesMessage(TypedDict):
    """One message of the external process; its version field is not repeated here."""

    method: str
    params: Mapping[str, object] | None


class PipesRange(TypedDict):
    """A range of partition keys, or a window of time as ISO 8601 text."""

    start: str
    end: str


class PipesProvenance(TypedDict):
    """What the newest version of an asset's data was made of."""

    code_version: str
    input_data_versions: Mapping[str, str]
    is_user_provided: bool


class PipesContextData(TypedDict):
    """What the external process is told of the step; None where it does not apply."""

    asset_keys: Sequence[str] | None
    code_version_by_asset_key: Mapping[str, str | None] | None
    provenance_by_asset_key: Mapping[str, PipesProvenance | None] | None
    partition_key: str | None
    partition_key_range: PipesRange | None
    partition_time_window: PipesRange | None
    run_id: str
    job_name: str | None
    retry_number: int
    extras: PipesExtras


def pack(params: PipesParams) -> str:
    """Pack parameters into text that fits an environment variable or an argument.

    Raises:
        TypeError: JSON cannot hold them.
    """
    return base64.b64encode(zlib.compress(json.dumps(params).encode())).decode()


def unpack(text: str) -> PipesParams:
    """Read what `pack` wrote."""
    return json.loads(zlib.decompress(base64.b64decode(text)))


def argument_of(variable: str) -> str:
    """Return the command line argument that stands for an environment variable."""
    return "--" + variable.lower().replace("_", "-")
