"""What a code location declares, as data: the only thing that planning and control ever see.

A manifest holds no callable. It is made once from `Definitions`, and its digest changes when and
only when something in it changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from penstock.base.codec import encode_sorted
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping


class AssetDependency(msgspec.Struct, frozen=True):
    """An edge to an upstream asset; `mapping` None means the inferred one."""

    key: AssetKey
    mapping: PartitionMapping | None = None


class CheckNode(msgspec.Struct, frozen=True):
    """A check of an asset. `node` is its own step, or the asset's node for an inline check."""

    asset: AssetKey
    name: str
    node: str
    blocking: bool = False
    inline: bool = False
    description: str | None = None


class AssetNode(msgspec.Struct, frozen=True):
    """One asset. `node` names the step that makes it; None marks an external asset.

    `output` is the step's output that carries it; several assets may share a node.
    """

    key: AssetKey
    node: str | None = None
    output: str = "result"
    deps: tuple[AssetDependency, ...] = ()
    partitions: PartitionsDefinition | None = None
    group: str = "default"
    description: str | None = None
    kinds: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    owners: tuple[str, ...] = ()
    code_version: str | None = None
    skippable: bool = False


class StepNode(msgspec.Struct, frozen=True):
    """One executable unit of the user's code: it makes assets, evaluates checks, or both.

    `single_run` says that a range of partitions goes through one call. `pool` and `retry` are the
    declared limits.
    """

    name: str
    retry: RetryPolicy | None = None
    pool: str | None = None
    can_subset: bool = False
    single_run: bool = False


class Manifest(msgspec.Struct, frozen=True):
    """All that a code location declares, in definition order."""

    location: str
    assets: tuple[AssetNode, ...] = ()
    checks: tuple[CheckNode, ...] = ()
    nodes: tuple[StepNode, ...] = ()
    jobs: tuple[tuple[str, str], ...] = ()

    def digest(self) -> str:
        """Return a content hash (32 hex digits) of everything declared."""
        return hashlib.blake2b(encode_sorted(describe(self)), digest_size=16).hexdigest()


def describe(manifest: Manifest) -> Mapping[str, object]:
    """Return the manifest as plain JSON data."""
    return {
        "location": manifest.location,
        "assets": [_describe_asset(a) for a in manifest.assets],
        "checks": manifest.checks,
        "nodes": manifest.nodes,
        "jobs": manifest.jobs,
    }


def _describe_asset(asset: AssetNode) -> Mapping[str, object]:
    fields = {name: getattr(asset, name) for name in asset.__struct_fields__}
    fields["partitions"] = asset.partitions.spec() if asset.partitions else None
    fields["deps"] = [(d.key, d.mapping.spec() if d.mapping else None) for d in asset.deps]
    return fields
