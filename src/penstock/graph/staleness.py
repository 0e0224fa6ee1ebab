"""Whether what is stored of an asset still follows from its definition and its inputs.

Owns the verdict and the versions that it compares. Refuses to know where heads come from; partition
mapping is done by the caller, who hands in one version for each upstream asset. Staleness is not
transitive: an asset whose upstream is stale but unchanged is fresh until that upstream is rerun.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from penstock.base.codec import encode_sorted
from penstock.model.asset_state import PartitionHead
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetNode

NOT_MATERIALIZED = "not materialized"
ALREADY_FRESH = "already fresh"
NEW_CODE_VERSION = "stale - new code version"

_DIGEST_BYTES = 8


class Freshness(enum.Enum):
    """What a run would find: nothing to do, nothing there, or something outdated."""

    FRESH = "fresh"
    MISSING = "missing"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Staleness:
    """The verdict on one partition of an asset.

    Attributes:
        state: The verdict.
        reason: Why, for people.
        cause: The upstream asset that is to blame, if one is.
        code: Why, for programs: `fresh`, `missing`, `code`, `data` or `dependencies`.
    """

    state: Freshness
    reason: str
    cause: AssetKey | None
    code: str


def staleness(
    node: AssetNode, head: PartitionHead | None, upstream_versions: Mapping[AssetKey, str]
) -> Staleness:
    """Judge one partition of an asset; the first reason found counts.

    Args:
        node: What is declared of the asset now.
        head: The newest facts of the partition, or None if there are none.
        upstream_versions: The current version of each upstream asset, mapped to this partition;
            empty text where it was never materialized. An upstream that is left out is not judged.
    """
    if node.is_made_elsewhere:
        return _FRESH
    if head is None or head.materialized is None:
        return Staleness(Freshness.MISSING, NOT_MATERIALIZED, None, "missing")
    if node.code_version and head.code_version and node.code_version != head.code_version:
        return Staleness(Freshness.STALE, NEW_CODE_VERSION, None, "code")
    if is_of_unknown_origin(head):
        return _FRESH
    return (
        _changed_input(node, head, upstream_versions)
        or _added_input(node, head, upstream_versions)
        or _removed_input(node, head)
        or _FRESH
    )


def is_of_unknown_origin(head: PartitionHead) -> bool:
    """Tell whether a partition was only reported to be there: nobody knows what it was made of."""
    return not head.inputs and (head.run is None or not head.data_version)


def combined_version(versions: Mapping[str, str]) -> str:
    """Return one version for the versions of several upstream partitions.

    Partitions without a version do not count. Of one partition it is that version, of none it is
    empty text, else a hash (16 hex digits) that does not depend on the order.
    """
    present = {partition: version for partition, version in versions.items() if version}
    if len(present) <= 1:
        return next(iter(present.values()), "")
    return _digest(sorted(present.items()))


def default_data_version(code_version: str | None, inputs: Mapping[str, str], run_id: str) -> str:
    """Return the version (16 hex digits) of data that user code did not version itself.

    It follows from the code version and the versions of the inputs. Without a code version the run
    stands in for it, so that each run makes a new version.
    """
    source = ["code", code_version] if code_version is not None else ["run", run_id]
    return _digest([source, sorted(item for item in inputs.items() if item[1])])


_FRESH = Staleness(Freshness.FRESH, ALREADY_FRESH, None, "fresh")


def _changed_input(
    node: AssetNode, head: PartitionHead, upstream_versions: Mapping[AssetKey, str]
) -> Staleness | None:
    for dependency in node.deps:
        recorded = head.inputs.get(dependency.key.to_escaped_user_string())
        current = upstream_versions.get(dependency.key)
        if recorded is not None and current is not None and recorded != current:
            return Staleness(Freshness.STALE, "stale - upstream changed", dependency.key, "data")
    return None


def _added_input(
    node: AssetNode, head: PartitionHead, upstream_versions: Mapping[AssetKey, str]
) -> Staleness | None:
    for dependency in node.deps:
        key = dependency.key
        if key.to_escaped_user_string() not in head.inputs and key in upstream_versions:
            reason = f"stale - new dependency on {key}"
            return Staleness(Freshness.STALE, reason, key, "dependencies")
    return None


def _removed_input(node: AssetNode, head: PartitionHead) -> Staleness | None:
    declared = {d.key.to_escaped_user_string() for d in node.deps}
    for text in head.inputs:
        if text not in declared:
            key = AssetKey.from_escaped_user_string(text)
            reason = f"stale - removed dependency on {key}"
            return Staleness(Freshness.STALE, reason, key, "dependencies")
    return None


def _digest(value: object) -> str:
    return hashlib.blake2b(encode_sorted(value), digest_size=_DIGEST_BYTES).hexdigest()
