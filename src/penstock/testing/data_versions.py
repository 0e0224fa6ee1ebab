"""Data versions in tests: materialize, compare, and ask what is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from penstock.compat.event_data import Materialization
from penstock.config.run_config import RunConfig
from penstock.define.assets_definition import AssetsDefinition
from penstock.define.io_context import InputContext, OutputContext
from penstock.define.io_manager import IOManager
from penstock.define.loaded import flatten, load
from penstock.define.result import DataVersion
from penstock.define.source_asset import SourceAsset
from penstock.execute.materialize import materialize
from penstock.execute.stale_status import StaleStatusResolver
from penstock.graph.status import TOO_MANY_UPSTREAM_PARTITIONS
from penstock.instance import Instance
from penstock.model.events import AssetMaterialized, StoredEvent
from penstock.model.keys import AssetKey
from penstock.store.protocol import EventFilter

SKIP_PARTITION_DATA_VERSION_DEPENDENCY_THRESHOLD = TOO_MANY_UPSTREAM_PARTITIONS
"""An edge to so many upstream partitions or more is not judged."""

Asset = AssetsDefinition | SourceAsset
RunConfigLike = Mapping[str, object] | RunConfig


class Made(dict[AssetKey, Materialization]):
    """Materializations by asset; text is taken for a key."""

    def __getitem__(self, key: AssetKey | str) -> Materialization:
        """Return the materialization of an asset."""
        return super().__getitem__(AssetKey.from_coercible(key))


class _NoValues(IOManager):
    """Stores nothing and loads the number 1, so that only versions count."""

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Store nothing."""

    def load_input(self, context: InputContext) -> object:
        """Load a number, which most bodies can do something with."""
        return 1


def materialize_assets(
    assets: Sequence[Asset],
    instance: Instance,
    partition_key: str | None = None,
    run_config: RunConfigLike | None = None,
    tags: Mapping[str, str] | None = None,
    selection: object = None,
) -> Made:
    """Materialize assets without their values, and return what was recorded of each."""
    result = materialize(
        assets,
        instance=instance,
        resources={"io_manager": _NoValues()},
        partition_key=partition_key,
        run_config=run_config,
        tags=tags,
        selection=selection,
    )
    events = instance.store.events(EventFilter(run=result.run_id, kinds=("asset_materialized",)))  # pyright: ignore[reportArgumentType] - a run's id is its text
    return Made(_materialization(event) for event in events)


def materialize_asset(
    all_assets: Sequence[Asset],
    asset_to_materialize: AssetsDefinition,
    instance: Instance,
    *,
    is_multi: bool = False,
    partition_key: str | None = None,
    run_config: RunConfigLike | None = None,
    tags: Mapping[str, str] | None = None,
) -> Materialization | Made:
    """Materialize one of several assets; return what was recorded of it, or all if `is_multi`."""
    made = materialize_assets(
        all_assets,
        instance,
        partition_key,
        run_config,
        tags,
        selection=sorted(asset_to_materialize.keys),
    )
    return made if is_multi else made[asset_to_materialize.key]


def materialize_twice(
    all_assets: Sequence[Asset], asset_to_materialize: AssetsDefinition, instance: Instance
) -> tuple[Materialization | Made, Materialization | Made]:
    """Materialize one of several assets two times, and return what was recorded of it."""
    return (
        materialize_asset(all_assets, asset_to_materialize, instance),
        materialize_asset(all_assets, asset_to_materialize, instance),
    )


def get_stale_status_resolver(instance: Instance, assets: Sequence[Asset]) -> StaleStatusResolver:
    """Return what tells how assets stand in an instance."""
    loaded = load(flatten(assets), resources={"io_manager": _NoValues()}, location="local")
    return StaleStatusResolver(loaded.graph, instance)


def assert_data_version(mat: Materialization, version: str | DataVersion) -> None:
    """Insist on the version of the data."""
    expected = version.value if isinstance(version, DataVersion) else version
    assert expected == mat.tags["dagster/data_version"]


def assert_code_version(mat: Materialization, version: str) -> None:
    """Insist on the version of the code."""
    assert version == mat.tags["dagster/code_version"]


def assert_same_versions(mat1: Materialization, mat2: Materialization, code_version: str) -> None:
    """Insist that two materializations are of the same code and of the same data."""
    assert_code_version(mat1, code_version)
    assert_code_version(mat2, code_version)
    assert_data_version(mat2, mat1.tags["dagster/data_version"])


def assert_different_versions(mat1: Materialization, mat2: Materialization) -> None:
    """Insist that two materializations are of different data."""
    assert mat1.tags["dagster/data_version"] != mat2.tags["dagster/data_version"]


def get_upstream_version_from_mat_provenance(mat: Materialization, upstream: AssetKey) -> str:
    """Return the version of an upstream asset that a materialization was made of."""
    return mat.tags[f"dagster/input_data_version/{upstream.to_user_string()}"]


def assert_provenance_match(mat: Materialization, upstream_mat: Materialization) -> None:
    """Insist that a materialization was made of another one."""
    made_of = get_upstream_version_from_mat_provenance(mat, upstream_mat.asset_key)
    assert made_of == upstream_mat.tags["dagster/data_version"]


def assert_provenance_no_match(mat: Materialization, upstream_mat: Materialization) -> None:
    """Insist that a materialization was not made of another one."""
    made_of = get_upstream_version_from_mat_provenance(mat, upstream_mat.asset_key)
    assert made_of != upstream_mat.tags["dagster/data_version"]


def _materialization(stored: StoredEvent) -> tuple[AssetKey, Materialization]:
    event = stored.event
    assert isinstance(event, AssetMaterialized)
    tags = {**event.tags, "dagster/data_version": event.data_version}
    if event.code_version is not None:
        tags["dagster/code_version"] = event.code_version
    for text, version in event.inputs.items():
        key = AssetKey.from_escaped_user_string(text)
        tags[f"dagster/input_data_version/{key.to_user_string()}"] = version
    made = Materialization(event.asset, event.partition, event.metadata, tags, event.description)
    return event.asset, made
