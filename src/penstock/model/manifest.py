"""What a code location declares, as data: the only thing that planning and control ever see.

A manifest holds no callable. It is made once from `Definitions`, and its digest changes when and
only when something in it changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal

import msgspec

from penstock.base.codec import encode_sorted
from penstock.model.keys import AssetKey
from penstock.model.retry import RetryPolicy
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import PartitionMapping


class AssetDependency(msgspec.Struct, frozen=True, gc=False):
    """An edge to an upstream asset; `mapping` None means the inferred one."""

    key: AssetKey
    mapping: PartitionMapping | None = None


class CheckNode(msgspec.Struct, frozen=True, gc=False):
    """A check of an asset. `node` is its own step, or the asset's node for an inline check."""

    asset: AssetKey
    name: str
    node: str
    blocking: bool = False
    inline: bool = False
    description: str | None = None


class AssetNode(msgspec.Struct, frozen=True, gc=False):
    """One asset. `node` names the step that makes it; None marks an external asset.

    `output` is the step's output that carries it; several assets may share a node. Of an `observed`
    asset the step looks at it only, so it is made elsewhere. `automation` is its condition, in the
    form of `automation/codec.py`, and `freshness` its policy, both as JSON. Nothing is stored of a
    `virtual` asset.
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
    observed: bool = False
    automation: str | None = None
    freshness: str | None = None
    virtual: bool = False

    @property
    def is_made_elsewhere(self) -> bool:
        """Whether no step of ours makes it; one may look at it."""
        return self.node is None or self.observed


NeedKind = Literal["one", "fan_in", "collect"]
"""How a step takes an output: by itself, as an entry of a list, or all values of a dynamic one."""


class StepNeed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An edge inside a graph: the step that ends before, its output, and the input that takes it.

    Without an output only the order counts.
    """

    step: str
    output: str | None = None
    input: str | None = None
    kind: NeedKind = "one"


class StepNode(msgspec.Struct, frozen=True, gc=False):
    """One executable unit of the user's code: it makes assets, evaluates checks, or both.

    `single_run` says that a range of partitions goes through one call. `pool` and `retry` are the
    declared limits. The steps of one `unit`, a graph, are selected through its assets; `reads`
    names the assets whose values such a step takes. A step with `over` runs once for each value of
    that step's dynamic output.
    """

    name: str
    retry: RetryPolicy | None = None
    pool: str | None = None
    can_subset: bool = False
    single_run: bool = False
    needs: tuple[StepNeed, ...] = ()
    unit: str | None = None
    reads: tuple[AssetKey, ...] = ()
    over: tuple[str, str] | None = None
    tags: tuple[tuple[str, str], ...] = ()


class JobNode(msgspec.Struct, frozen=True):
    """A job: of a selection of assets, or of steps of its own."""

    name: str
    selection: str | None = None
    steps: tuple[StepNode, ...] = ()
    description: str | None = None
    tags: tuple[tuple[str, str], ...] = ()


class ScheduleNode(msgspec.Struct, frozen=True):
    """A schedule: when it fires, and what it runs.

    `job` names the job, which is of the assets of `selection` where these were named in its place;
    with neither, its requests say what to run. `running` is whether it runs until somebody says
    otherwise. `metadata` is a digest.
    """

    name: str
    crons: tuple[str, ...]
    timezone: str = "UTC"
    job: str | None = None
    selection: str | None = None
    running: bool = False
    description: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    owners: tuple[str, ...] = ()
    metadata: str = ""


class SensorNode(msgspec.Struct, frozen=True):
    """A sensor: what it looks at, how often, and what it runs.

    `jobs` names the jobs that it may request. `selection` are the assets of a sensor without jobs,
    or those that stand in a job's place. `interval` is the least number of seconds between two
    evaluations. `watches` is what it looks at, where it is declared: assets, or a run status.
    """

    name: str
    kind: str = "STANDARD"
    jobs: tuple[str, ...] = ()
    selection: str | None = None
    interval: int = 30
    running: bool = False
    watches: tuple[str, ...] = ()
    emit_backfills: bool = True
    run_tags: tuple[tuple[str, str], ...] = ()
    description: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    owners: tuple[str, ...] = ()
    metadata: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """All that a code location declares, in definition order."""

    location: str
    assets: tuple[AssetNode, ...] = ()
    checks: tuple[CheckNode, ...] = ()
    nodes: tuple[StepNode, ...] = ()
    jobs: tuple[JobNode, ...] = ()
    schedules: tuple[ScheduleNode, ...] = ()
    sensors: tuple[SensorNode, ...] = ()

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
        "schedules": manifest.schedules,
        "sensors": manifest.sensors,
    }


def _describe_asset(asset: AssetNode) -> Mapping[str, object]:
    fields = {name: getattr(asset, name) for name in asset.__struct_fields__}
    fields["partitions"] = asset.partitions.spec() if asset.partitions else None
    fields["deps"] = [(d.key, d.mapping.spec() if d.mapping else None) for d in asset.deps]
    return fields
