"""How the partitions of assets stand, brought up to date by what changed since the last question.

Owns a derived view for each asset and partitions definition: kept in the store under the
definition's fingerprint, so that another process need not read a million heads, and decoded in the
memory of this one. A view is never trusted beyond the event up to which it was made; where the
store cannot tell what changed since then, or the definition is another one, it is made anew from
the keys, which the store keeps as texts whatever the definition says.

Reading the status of partitions costs as much as what changed. The one thing that walks over
partitions is comparing them with what they are made of, once for each that was made.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from weakref import WeakKeyDictionary

from penstock.base.clock import Instant
from penstock.errors import OutageError, UnknownPartitionError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.partition_comparison import (
    Edge,
    basis_of,
    compared,
    edges_of,
    wanted_upstream,
)
from penstock.graph.partition_status import NONE, PartitionFacts, PartitionStatus
from penstock.graph.partition_view import (
    View,
    has_lasting_ordinals,
    read_view,
    written_view,
)
from penstock.model.asset_state import PartitionHead, PartitionView
from penstock.model.events import AssetObserved
from penstock.model.keys import AssetKey
from penstock.partitions.context import partition_loading_context
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.ordinals import Ordinals
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.subset import PartitionsSubset
from penstock.store.in_progress import InProgress
from penstock.store.protocol import Store

_PAGE = 10_000
"""How many partitions are compared at once."""

_WORTH_KEEPING = 1_000
"""Fewer changes than this are cheaper to repeat than to keep."""


@dataclass(slots=True)
class _Known:
    """A view in memory, and how many changes of it are not kept yet."""

    view: View
    unkept: int = 0


_known: WeakKeyDictionary[Store, dict[tuple[AssetKey, PartitionsDefinition], _Known]] = (
    WeakKeyDictionary()
)


def observed_version(store: Store, asset: AssetKey) -> str:
    """Return the version that the newest observation of an asset without partitions found."""
    head = store.asset_heads([asset]).get(asset)
    stored = None if head is None or head.observed is None else store.event(head.observed)
    event = None if stored is None else stored.event
    if not isinstance(event, AssetObserved) or event.partition is not None:
        return ""
    return event.data_version


class StoredPartitions:
    """The dynamic partitions of a store, as definitions ask for them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """Return the keys of a dynamic partitions definition in the order they were added."""
        return self._store.dynamic_partitions(partitions_def_name)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Tell whether a key was added to a dynamic partitions definition."""
        return partition_key in self._store.dynamic_partitions(partitions_def_name)


def recorded_facts(
    store: Store, asset: AssetKey, definition: PartitionsDefinition
) -> PartitionFacts:
    """Return which partitions of an asset were made and which failed, up to this moment."""
    known = _brought_up_to_date(store, asset, definition)
    _keep(store, asset, definition, known)
    return known.view.facts


class PartitionStatuses:
    """How the partitions of assets stand at one moment.

    Args:
        store: Where the facts are.
        graph: The definitions.
        now: The moment.
    """

    def __init__(self, store: Store, graph: AssetGraph, *, now: Instant) -> None:
        self._store = store
        self._graph = graph
        self._now = datetime.fromtimestamp(now, UTC)
        self._in_progress = InProgress(store)

    def status(
        self, asset: AssetKey, *, within: PartitionsSubset | None = None, most: int | None = None
    ) -> PartitionStatus:
        """Return how the partitions of a partitioned asset stand.

        Args:
            asset: The asset.
            within: Which partitions must have been compared; None means all.
            most: How many to compare at most; what is left is in `not_compared`.
        """
        with self._loading():
            definition = self._definition(asset)
            existing = definition.existing(self._now)  # first, so that it numbers dynamic keys
            return PartitionStatus(
                definition,
                self.facts(asset, within=within, most=most),
                in_progress=self._in_progress.all_of(asset, definition),
                code_version=self._graph.node(asset).code_version,
                existing=existing,
            )

    def facts(
        self, asset: AssetKey, *, within: PartitionsSubset | None = None, most: int | None = None
    ) -> PartitionFacts:
        """Return what is known of the partitions of an asset; the arguments are as of `status`."""
        with self._loading():
            definition = self._definition(asset)
            known = _brought_up_to_date(self._store, asset, definition)
            view = known.view
            if not self._graph.node(asset).is_made_elsewhere:
                view = self._compared(asset, definition, view, within=within, most=most)
                known.unkept += abs(len(view.facts.compared) - len(known.view.facts.compared))
                known.view = view
            _keep(self._store, asset, definition, known)
            return view.facts

    def heads(
        self, asset: AssetKey, partitions: PartitionsSubset | None
    ) -> dict[AssetKey, dict[str | None, PartitionHead]]:
        """Return the newest facts of partitions of an asset, and of all that they read.

        `partitions` is None for an asset without partitions. What too many partitions are read of
        carries no version, and is left out.
        """
        with self._loading():
            edges = edges_of(self._graph, asset)
            plain = {e.key: self._plain_head(e.key) for e in edges if e.upstream is None}
            return self._heads_read(asset, edges, partitions, plain)

    def _definition(self, asset: AssetKey) -> PartitionsDefinition:
        definition = self._graph.node(asset).partitions
        assert definition is not None
        return definition

    @contextmanager
    def _loading(self) -> Generator[None]:
        with partition_loading_context(dynamic_partitions_store=StoredPartitions(self._store)):
            yield

    def _compared(
        self,
        asset: AssetKey,
        definition: PartitionsDefinition,
        view: View,
        *,
        within: PartitionsSubset | None,
        most: int | None,
    ) -> View:
        """Compare what has to be, page by page, after forgetting what changed upstream."""
        edges = edges_of(self._graph, asset)
        plain = {e.key: self._plain_head(e.key) for e in edges if e.upstream is None}
        view = self._following_upstream(view, edges, plain)
        facts = view.facts
        wanted = facts.made - facts.compared
        if within is not None:
            wanted = wanted & within.ordinals
        numbers = islice(wanted, most)
        while page := list(islice(numbers, _PAGE)):
            some = PartitionsSubset(definition, Ordinals.of_numbers(page))
            heads = self._heads_read(asset, edges, some, plain)
            facts = compared(facts, self._graph, asset, partitions=some, heads=heads, now=self._now)
        return replace(view, facts=facts)

    def _following_upstream(
        self, view: View, edges: Sequence[Edge], plain: Mapping[AssetKey, PartitionHead]
    ) -> View:
        """Note as not compared what reads a partition that changed since it was compared."""
        versions = {key: head.data_version for key, head in plain.items()}
        basis = basis_of(edges, versions, now=self._now)
        facts = view.facts if basis == view.basis else view.facts.to_compare()
        seen: dict[str, int] = {}
        for edge in edges:
            if edge.upstream is None:
                continue
            name = edge.key.to_escaped_user_string()
            after = view.upstream.get(name) if len(facts.compared) else None
            # Read before the heads are, so that what changes in between is compared twice.
            newest = self._store.newest_event()
            changes = (
                None if after is None else self._store.partition_changes(edge.key, after=after)
            )
            seen[name] = newest if changes is None else changes.up_to
            if changes is None:
                facts = facts.to_compare()
            elif changes.made:
                changed = PartitionsSubset(edge.upstream, ordinals_of(edge.upstream, changes.made))
                facts = facts.to_compare(edge.down(changed, self._now))
        return replace(view, facts=facts, basis=basis, upstream=seen)

    def _plain_head(self, asset: AssetKey) -> PartitionHead:
        """Return the newest facts of an upstream asset without partitions."""
        head = self._store.partition_head(asset, None)
        if head is None or not head.data_version:
            version = observed_version(self._store, asset)
            head = head or PartitionHead(asset=asset, partition=None, data_version=version)
        return head

    def _heads_read(
        self,
        asset: AssetKey,
        edges: Sequence[Edge],
        partitions: PartitionsSubset | None,
        plain: Mapping[AssetKey, PartitionHead],
    ) -> dict[AssetKey, dict[str | None, PartitionHead]]:
        wanted = wanted_upstream(edges, partitions, now=self._now)
        own: set[str | None] = {None} if partitions is None else set(partitions)
        wanted[asset] = wanted.get(asset, set()) | own
        return {
            key: {None: plain[key]}
            if key in plain
            else self._store.partition_heads(key, list(some))
            for key, some in wanted.items()
        }


def ordinals_of(definition: PartitionsDefinition, keys: Iterable[str]) -> Ordinals:
    """Return the ordinals of the texts that are keys of a definition, now or ever."""
    given = list(keys)
    if not given:
        return NONE
    if isinstance(definition, StaticPartitionsDefinition) and given == definition.keys(
        0, definition.count()
    ):
        return Ordinals(((0, len(given)),))
    try:
        return Ordinals.of_numbers(definition.ordinals(given))
    except UnknownPartitionError:  # keys of an earlier definition
        found = (definition.find(key) for key in given)
        return Ordinals.of_numbers(n for n in found if n is not None)


def _brought_up_to_date(store: Store, asset: AssetKey, definition: PartitionsDefinition) -> _Known:
    """Return the view of an asset as of the newest event, whether it is kept or not."""
    views = _known.setdefault(store, {})
    known = views.get((asset, definition))
    if known is None:
        view = _kept(store, asset, definition)
        known = _Known(view) if view is not None else _made_anew(store, asset, definition)
        views[asset, definition] = known
    view = known.view
    changes = store.partition_changes(asset, after=view.up_to)
    if changes is None:
        known = views[asset, definition] = _made_anew(store, asset, definition)
        return known
    if changes.up_to != view.up_to:
        made = ordinals_of(definition, changes.made)
        failed = ordinals_of(definition, changes.failed)
        known.view = replace(
            view, facts=view.facts.changed(made=made, failed=failed), up_to=changes.up_to
        )
        known.unkept += len(made) + len(failed)
    return known


def _kept(store: Store, asset: AssetKey, definition: PartitionsDefinition) -> View | None:
    if not has_lasting_ordinals(definition):
        return None
    stored = store.partition_view(asset, definition.fingerprint())
    return None if stored is None else read_view(stored.body, up_to=stored.up_to)


def _made_anew(store: Store, asset: AssetKey, definition: PartitionsDefinition) -> _Known:
    """Make a view of the keys that the store has. What is recorded meanwhile counts twice."""
    up_to = store.newest_event()
    facts = PartitionFacts(
        made=ordinals_of(definition, store.partition_keys(asset)),
        failed=ordinals_of(definition, store.partition_keys(asset, failed=True)),
    )
    view = View(facts=facts, up_to=up_to)
    return _Known(view, unkept=len(facts.made) + len(facts.failed))


def _keep(store: Store, asset: AssetKey, definition: PartitionsDefinition, known: _Known) -> None:
    """Keep a view in the store if enough of it is new; a store that is full keeps none."""
    if known.unkept < _WORTH_KEEPING or not has_lasting_ordinals(definition):
        return
    body = written_view(known.view)
    known.unkept = 0
    if body is None:
        return
    with contextlib.suppress(OutageError):
        view = PartitionView(up_to=known.view.up_to, body=body)
        store.keep_partition_view(asset, definition.fingerprint(), view)
