"""Where the parts are put together: the store, the definitions, and what runs a partition.

The only composition root. Commands ask here for what they need and hand it on.
"""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from penstock.base.ids import RunId
from penstock.base.settings import Settings, load_settings
from penstock.cli.options import Target
from penstock.define.definitions import Definitions
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import InvalidConfigError, InvalidSubsetError, UsageError
from penstock.execute.owners import is_alive, this_owner
from penstock.execute.recovery import recover_lost_runs, resume_run
from penstock.execute.runs import execute_run
from penstock.execute.versions import observed_version
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection
from penstock.graph.status import MOST_UPSTREAM_PARTITIONS, outdated, upstream_partitions
from penstock.host.load import OtherFiles, load_definitions
from penstock.instance import Instance
from penstock.model.asset_state import PartitionHead
from penstock.model.backfill import BackfillRecord
from penstock.model.keys import AssetKey
from penstock.model.run import RunRecord
from penstock.store.protocol import Store


@contextmanager
def opened_instance(settings: Settings | None = None) -> Generator[Instance]:
    """Open the store of this project; runs whose process died become suspended first."""
    with Instance.open(settings or load_settings()) as instance:
        recover_lost_runs(instance)
        yield instance


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


def heads_of(
    store: Store, assets: Iterable[AssetKey]
) -> dict[AssetKey, dict[str | None, PartitionHead]]:
    """Read the newest facts of every partition of some assets.

    An asset that was never made, but observed, has the version that was observed.
    """
    found = {asset: store.partition_heads(asset) for asset in assets}
    for asset in [asset for asset, heads in found.items() if not heads]:
        version = observed_version(store, asset, None)
        if version:
            head = PartitionHead(asset=asset, partition=None, data_version=version)
            found[asset] = {None: head}
    return found


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


class RunLauncher:
    """Runs a partition of a backfill in the calling thread."""

    def __init__(
        self, loaded: LoadedDefinitions, instance: Instance, backfill: BackfillRecord
    ) -> None:
        self._loaded = loaded
        self._instance = instance
        self._backfill = backfill

    def outdated(self, partition: str) -> frozenset[AssetKey]:
        """Return the assets of a partition that are not fresh now."""
        graph = self._loaded.graph
        assets = frozenset(self._backfill.assets)
        heads = _heads_for_one(graph, self._instance, assets, partition)
        found = outdated(
            graph, assets, partitions=[partition], heads=heads, now=now_of(self._instance)
        )
        return frozenset(found[partition])

    def launch(self, partition: str, assets: AbstractSet[AssetKey], *, number: int) -> RunRecord:
        """Make the assets for the partition; return the run when it has ended."""
        backfill = self._backfill
        return execute_run(
            self._loaded,
            self._instance,
            assets=assets,
            partition=partition,
            config=cast("Mapping[str, object]", backfill.config),
            backfill=backfill.id,
            why=f"partition {number} of {backfill.total} of the backfill of {backfill.selection}",
        )

    def resume(self, run: RunId) -> RunRecord:
        """Go on with a suspended run; return it when it has ended."""
        return resume_run(self._loaded, self._instance, run)


def _heads_for_one(
    graph: AssetGraph,
    instance: Instance,
    assets: AbstractSet[AssetKey],
    partition: str,
) -> dict[AssetKey, dict[str | None, PartitionHead]]:
    """Read what the verdict on one partition needs: not all partitions where few are enough."""
    wanted: defaultdict[AssetKey, set[str | None]] = defaultdict(set)
    for asset in assets:
        wanted[asset].add(partition)
        for dependency in graph.node(asset).deps:
            read = upstream_partitions(
                graph, asset, dependency.key, partition=partition, now=now_of(instance)
            )
            if len(read) <= MOST_UPSTREAM_PARTITIONS:
                wanted[dependency.key].update(read)
    return {
        asset: instance.store.partition_heads(asset, list(partitions))
        for asset, partitions in wanted.items()
    }
