"""Captured output of steps on the terminal, also while it is being written.

Reads through the compute log manager of the instance, piece by piece, so that a log of any size can
be shown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from penstock.base.ids import RunId
from penstock.instance import Instance
from penstock.model.events import LogsCaptured, StoredEvent
from penstock.store.compute_log_manager import ComputeLogManager, LogKey
from penstock.store.compute_logs import LocalComputeLogManager
from penstock.store.log_values import ComputeIOType
from penstock.store.protocol import EventFilter

PAUSE: Final = 0.25
"""Seconds between two looks at a run that is followed."""

_PIECE: Final = 1 << 20
_STREAMS: Final = (ComputeIOType.STDOUT, ComputeIOType.STDERR)
_INDENT: Final = "    "


def print_indented(instance: Instance, stored: StoredEvent) -> None:
    """Print the output that an event tells of, or where it can be seen, if that is elsewhere."""
    assert isinstance(stored.event, LogsCaptured)
    event, (manager, key) = stored.event, _place(instance, stored.run, stored.event)
    for url in (event.external_url, event.external_stdout_url, event.external_stderr_url):
        if url is not None:
            click.echo(f"{_INDENT}{url}")
    for stream in _STREAMS:
        for line in _lines(manager, key, stream):
            click.echo(f"{_INDENT}{line}")


def _place(
    instance: Instance, run: RunId | None, event: LogsCaptured
) -> tuple[ComputeLogManager, LogKey]:
    if event.file_key:
        manager = instance.compute_log_manager
        return manager, manager.build_log_key_for_run(run or "", event.file_key)
    path = Path(event.path)  # an older version wrote it
    return LocalComputeLogManager((instance.home or Path()) / path.parent), [path.name]


def _lines(manager: ComputeLogManager, key: LogKey, stream: ComputeIOType) -> Iterator[str]:
    rest = b""
    for piece in _pieces(manager, key, stream, {}):
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
    if rest:
        yield rest.decode("utf-8", "replace")


def _pieces(
    manager: ComputeLogManager, key: LogKey, stream: ComputeIOType, offsets: dict[str, int]
) -> Iterator[bytes]:
    """Yield what is new of a stream; `offsets` says how far it was read, by the log's last name."""
    while True:
        offset = offsets.get(key[-1], 0)
        data, following = manager.get_log_data_for_type(key, stream, offset, _PIECE)
        offsets[key[-1]] = following
        if not data:
            return
        yield data


def print_streams(
    instance: Instance,
    run: RunId,
    stream: ComputeIOType,
    *,
    step: str | None,
    follow: bool,
) -> None:
    """Print what steps wrote on one stream, as it is; that of each of several under a heading.

    Args:
        instance: Where it is kept.
        run: The run.
        stream: Standard output or standard error.
        step: Only that of this step.
        follow: Whether to go on until the run has ended.
    """
    manager, out = instance.compute_log_manager, sys.stdout.buffer
    offsets: dict[str, int] = {}
    current: str | None = None
    while True:
        record = instance.store.run(run)
        is_over = not follow or record is None or record.status.is_finished
        keys = _keys(instance, run, stream, step)
        for key in keys:
            for piece in _pieces(manager, key, stream, offsets):
                if current != key[-1] and (len(keys) > 1 or current is not None):
                    out.write(f"==> {key[-1]} <==\n".encode())
                current = key[-1]
                out.write(piece)
        out.flush()
        if is_over:
            return
        instance.clock.sleep(PAUSE)


def _keys(instance: Instance, run: RunId, stream: ComputeIOType, step: str | None) -> list[LogKey]:
    """Return the logs of a run: of steps that ended, in that order, then those being written."""
    manager = instance.compute_log_manager
    told = [
        each.event.file_key
        for each in instance.store.events(EventFilter(run=run, kinds=("logs_captured",)))
        if isinstance(each.event, LogsCaptured) and each.event.file_key
    ]
    try:
        prefix = manager.build_log_key_for_run(run, "")[:-1]
        listed = [key[-1] for key in manager.get_log_keys_for_log_key_prefix(prefix, stream)]
    except NotImplementedError:  # a manager of the user's; what has ended can be read all the same
        listed = told
    names = [*(name for name in told if name in listed), *(n for n in listed if n not in told)]
    return [
        manager.build_log_key_for_run(run, name)
        for name in names
        if step is None or name.rpartition(".")[0] == step
    ]
