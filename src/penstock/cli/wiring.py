"""Where the parts are put together: the store, the definitions, and what runs a partition.

The only composition root. Commands ask here for what they need and hand it on.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from penstock.base.ids import RunId
from penstock.base.settings import Settings, load_settings
from penstock.cli.options import Target
from penstock.control.retention import RetentionLoop
from penstock.define.definitions import Definitions
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import (
    InvalidConfigError,
    InvalidSubsetError,
    UnknownPartitionError,
    UsageError,
)
from penstock.execute.execution import IN_THIS_PROCESS, Execution
from penstock.execute.owners import is_alive, this_owner
from penstock.execute.recovery import recover_lost_runs, resume_run
from penstock.execute.runs import execute_run
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.outdated_partitions import outdated_partitions
from penstock.graph.selection import AssetSelection
from penstock.host.load import OtherFiles, load_definitions, make_importable
from penstock.instance import Instance
from penstock.model.backfill import BackfillPartition, BackfillRecord
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord
from penstock.partitions.context import partition_loading_context
from penstock.partitions.subset import PartitionsSubset
from penstock.settings.ages import ages_of
from penstock.store.in_progress import of_piece
from penstock.store.partition_status import PartitionStatuses


@contextmanager
def opened_instance(settings: Settings | None = None) -> Generator[Instance]:
    """Open the store of this project; runs whose process died become suspended first."""
    chosen = settings or load_settings()
    make_importable(chosen.project.root)
    with (
        Instance.open(chosen) as instance,
        partition_loading_context(dynamic_partitions_store=instance),
    ):
        recover_lost_runs(instance)
        yield instance


@contextmanager
def working_instance(settings: Settings | None = None) -> Generator[Instance]:
    """Open the store for a command that runs things; at its end the store forgets a little."""
    with opened_instance(settings) as instance:
        yield instance
        forget_a_little(instance)


_FORGETS_EVERY = 3_600.0
_FORGETS_FOR = 0.05
"""Seconds after which no further batch is begun."""


def forget_a_little(instance: Instance) -> None:
    """Let the store forget what is past its age: a batch or two, once an hour; it never fails."""
    now = instance.clock.now()
    duty = RetentionLoop(instance.store, ages_of(instance.config.retention))
    end = instance.clock.monotonic() + _FORGETS_FOR
    try:
        if duty.is_due(now, every=_FORGETS_EVERY):
            duty.run(now, goes_on=lambda _: instance.clock.monotonic() < end)
    except Exception as error:  # noqa: BLE001 - the work of the command is done, whatever this does
        logging.getLogger(__name__).warning("retention_failed: %s", error)


def loaded_definitions(target: Target, settings: Settings | None = None) -> LoadedDefinitions:
    """Load the definitions that the command line names."""
    return load_definitions(
        settings or load_settings(),
        module=target.module,
        python_file=target.python_file,
        attribute=target.attribute,
        others=DECLARED_FILES,
    )


def _declared(path: Path) -> Definitions:
    from penstock.library.declarative.load import load_definitions_from_yaml  # noqa: PLC0415 - imports yaml

    return load_definitions_from_yaml(path)


DECLARED_FILES = OtherFiles(
    readers={".yaml": _declared, ".yml": _declared, ".penstock": _declared},
    names=("assets.yaml", "assets.yml", "*.penstock"),
)
"""Files of assets that are declared without Python."""


def observe_sources(loaded: LoadedDefinitions, instance: Instance) -> None:
    """Record what the files of declared sources hold now; nothing where there are none."""
    if any("penstock/path" in metadata for metadata in loaded.external_metadata.values()):
        from penstock.library.declarative.sources import observe_sources as observe  # noqa: PLC0415 - only declared files pay for it

        observe(loaded.external_metadata, instance)


def selected(graph: AssetGraph, texts: Sequence[str]) -> frozenset[AssetKey]:
    """Return the assets that can be made and that any of the selections names.

    Raises:
        InvalidSubsetError: A name is unknown, or nothing is left.
    """
    text = ",".join(texts)
    assets = AssetSelection.from_string(text).resolve(graph) & graph.executable_keys
    if not assets:
        raise InvalidSubsetError(
            f"'{text}' selects no asset that can be materialized. "
            "`penstock asset list` shows the assets."
        )
    return assets


def one_asset(graph: AssetGraph, text: str) -> AssetKey:
    """Return the asset of a name as people write it.

    Raises:
        InvalidSubsetError: There is no such asset; the message has the nearest names.
    """
    return graph.node(AssetKey.from_user_string(text)).key


def read_config(path: str | None) -> dict[str, object]:
    """Read a YAML file with run config; nothing without a file.

    Raises:
        InvalidConfigError: It cannot be read, is not YAML, or is not a mapping.
    """
    if path is None:
        return {}
    from penstock.config.yaml_text import YamlMistake, parse_yaml  # noqa: PLC0415 - imports yaml

    try:
        found = parse_yaml(Path(path).read_text(encoding="utf-8"))
    except YamlMistake as mistake:
        raise InvalidConfigError(
            f"{path}, line {mistake.line}, column {mistake.column}: {mistake.what}."
        ) from mistake
    except UnicodeDecodeError as error:
        raise InvalidConfigError(f"{path} is not UTF-8 text.") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise InvalidConfigError(f"{path} must hold a mapping, like 'ops:', not {found!r}.")
    return cast("dict[str, object]", found)


def read_tags(texts: Iterable[str]) -> dict[str, str]:
    """Read tags written as `key=value`.

    Raises:
        UsageError: One has no `=`, or no key.
    """
    tags: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"'{text}' is not a tag. Write --tag key=value.")
        tags[key.strip()] = value
    return tags


def now_of(instance: Instance) -> datetime:
    """Return the instance's time as a datetime, for counting partitions."""
    return datetime.fromtimestamp(instance.clock.now(), UTC)


def owner_of(instance: Instance) -> str:
    """Return the id under which this process owns what it works on."""
    return this_owner(instance.home, instance.ids)


def is_worked_on(instance: Instance, backfill: BackfillRecord) -> bool:
    """Tell whether another process works on a backfill now."""
    owner = backfill.owner
    return owner != owner_of(instance) and is_alive(instance.home, owner)


@contextmanager
def claiming(instance: Instance) -> Generator[None]:
    """Let one process at a time decide whose a backfill is."""
    descriptor = os.open(instance.settings.home / "claims.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def partition_statuses(graph: AssetGraph, instance: Instance) -> PartitionStatuses:
    """Return what tells how partitions stand now."""
    return PartitionStatuses(instance.store, graph, now=instance.clock.now())


def partitions_per_run(loaded: LoadedDefinitions, assets: Iterable[AssetKey]) -> int | None:
    """Return how many partitions one run of assets may make; None is no limit.

    An asset that says nothing takes one, and of several assets the most modest decides.
    """
    limits: list[int] = []
    for asset in assets:
        step = loaded.nodes.get(loaded.graph.node(asset).node or "")
        policy = step.backfill_policy if step is not None else None
        if policy is None:
            return 1
        if policy.max_partitions_per_run is not None:
            limits.append(policy.max_partitions_per_run)
    return min(limits, default=None)


MOST_COMPARED = 20_000
"""How many partitions a command compares with their inputs that need not compare them all."""


class PieceLauncher:
    """Runs a piece of a backfill in the calling thread."""

    def __init__(
        self,
        loaded: LoadedDefinitions,
        instance: Instance,
        backfill: BackfillRecord,
        *,
        execution: Execution = IN_THIS_PROCESS,
    ) -> None:
        self._loaded = loaded
        self._instance = instance
        self._backfill = backfill
        self._execution = execution

    def outdated(self, piece: BackfillPartition) -> frozenset[AssetKey]:
        """Return the assets of which some partition of the piece is not fresh now.

        Raises:
            UnknownPartitionError: The piece has no partition any more.
        """
        graph = self._loaded.graph
        statuses = partition_statuses(graph, self._instance)
        definition = graph.node(min(self._backfill.assets)).partitions
        assert definition is not None
        with partition_loading_context(dynamic_partitions_store=self._instance):
            requested = PartitionsSubset(definition, of_piece(definition, piece))
            if not len(requested):
                raise UnknownPartitionError(
                    f"There is no partition '{piece.key}', or not any more."
                )
            found = outdated_partitions(
                graph,
                {asset: statuses.facts(asset, within=requested) for asset in self._backfill.assets},
                requested=requested,
                now=now_of(self._instance),
            )
        return frozenset(asset for asset, some in found.by_asset.items() if len(some))

    def launch(self, piece: BackfillPartition, assets: AbstractSet[AssetKey]) -> RunRecord:
        """Make the assets for the piece; return the run when it has ended."""
        backfill = self._backfill
        what = "partition" if piece.last is None else "range"
        return execute_run(
            self._loaded,
            self._instance,
            assets=assets,
            partition=piece.key if piece.last is None else None,
            partition_range=None if piece.last is None else (piece.key, piece.last),
            config=cast("Mapping[str, object]", backfill.config),
            backfill=backfill.id,
            why=f"{what} {piece.number} of {backfill.total} of the backfill of "
            f"{backfill.selection}",
            execution=self._execution,
        )

    def resume(self, run: RunId) -> RunRecord:
        """Go on with a suspended run; return it when it has ended."""
        return resume_run(self._loaded, self._instance, run, execution=self._execution)
