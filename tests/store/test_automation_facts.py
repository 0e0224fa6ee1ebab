"""What conditions ask, answered from a store: runs, backfills, observations and versions."""

import pytest

from penstock.automation.cursor import EntityCursor
from penstock.automation.facts import RunTagFilter
from penstock.automation.subset import EntitySubset
from penstock.base.ids import BackfillId, RunId
from penstock.graph.asset_graph import AssetGraph
from penstock.model.backfill import (
    BackfillPartition,
    BackfillRecord,
    BackfillStatus,
    PartitionState,
)
from penstock.model.events import (
    AssetFailed,
    AssetMaterialized,
    AssetObserved,
    AssetPlanned,
    CheckEvaluated,
    RunEvent,
    RunSucceeded,
)
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetNode, CheckNode, Manifest
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.store.automation_facts import StoreFacts
from penstock.store.memory import MemoryStore

LETTERS = StaticPartitionsDefinition(["x", "y", "z"])
WHOLE, PARTS, SOURCE = AssetKey("whole"), AssetKey("parts"), AssetKey("source")
GOOD = AssetCheckKey(WHOLE, "good")
GRAPH = AssetGraph(
    Manifest(
        location="here",
        assets=(
            AssetNode(key=WHOLE, node="whole"),
            AssetNode(key=PARTS, node="parts", partitions=LETTERS),
            AssetNode(key=SOURCE),
        ),
        checks=(CheckNode(asset=WHOLE, name="good", node="whole_good"),),
    )
)
ALL_PARTS = EntitySubset(PARTS, LETTERS.subset_with_all_partitions())
ALL_WHOLE = EntitySubset(WHOLE, value=True)
START = EntityCursor(requested=False, at=0.0, event=0)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def facts(store: MemoryStore) -> StoreFacts:
    return StoreFacts(store, GRAPH, now=100.0)


def run(store: MemoryStore, name: str, *events: RunEvent, **asked: object) -> None:
    record = RunRecord(
        id=RunId(name),
        spec=RunSpec(**asked),  # pyright: ignore[reportArgumentType]
        status=RunStatus.STARTED,
        created=10.0,
        updated=10.0,
    )
    store.create_run(record, plan=b"", events=events)


def keys(subset: EntitySubset) -> list[str | None]:
    return list(subset.partition_keys())


def test_what_was_made_is_not_missing(store: MemoryStore):
    store.report([AssetMaterialized(PARTS, "x"), AssetMaterialized(PARTS, "gone")], at=1.0)

    assert keys(facts(store).missing(ALL_PARTS)) == ["y", "z"]
    assert keys(facts(store).missing(ALL_WHOLE)) == [None]
    store.report([AssetMaterialized(WHOLE)], at=2.0)
    assert keys(facts(store).missing(ALL_WHOLE)) == []


def test_an_asset_that_had_partitions_once_was_made(store: MemoryStore):
    store.report([AssetMaterialized(WHOLE, "x")], at=1.0)

    assert keys(facts(store).missing(ALL_WHOLE)) == []


def test_an_asset_made_elsewhere_is_there_once_it_was_observed(store: MemoryStore):
    source = EntitySubset(SOURCE, value=True)

    assert keys(facts(store).missing(source)) == [None]
    store.report([AssetObserved(SOURCE)], at=1.0)
    assert keys(facts(store).missing(source)) == []


def test_a_run_is_in_progress_for_what_it_has_not_made_yet(store: MemoryStore):
    planned = [AssetPlanned(PARTS, "x"), AssetPlanned(PARTS, "y"), AssetPlanned(WHOLE)]
    run(store, "r1", *planned, AssetMaterialized(PARTS, "x"), AssetFailed(WHOLE))
    run(store, "r2", AssetPlanned(PARTS, "z"), RunSucceeded())

    assert keys(facts(store).run_in_progress(ALL_PARTS)) == ["y"]
    assert keys(facts(store).run_in_progress(ALL_WHOLE)) == []
    assert keys(facts(store).execution_failed(ALL_WHOLE)) == [None]


def test_a_backfill_is_in_progress_for_what_it_has_not_done_yet(store: MemoryStore):
    backfill = BackfillRecord(
        id=BackfillId("b"),
        selection="parts",
        assets=(PARTS,),
        status=BackfillStatus.REQUESTED,
        created=1.0,
        updated=1.0,
    )
    done = BackfillPartition(number=1, key="x", state=PartitionState.DONE)
    store.save_backfill(backfill, [done, BackfillPartition(number=2, key="y")])

    assert keys(facts(store).backfill_in_progress(ALL_PARTS)) == ["y"]
    assert keys(facts(store).backfill_in_progress(ALL_WHOLE)) == []


def test_updates_carry_their_time_and_the_tags_of_their_run(store: MemoryStore):
    store.report([AssetMaterialized(PARTS, "x")], at=1.0)
    seen = EntityCursor(requested=False, at=2.0, event=facts(store).last_event)
    run(store, "r", AssetMaterialized(PARTS, "y"), tags=(("who", "me"),), assets=(PARTS, WHOLE))

    (update,) = facts(store).updates(PARTS, seen)
    assert (update.partition, update.at, update.tags) == ("y", 10.0, {"who": "me"})
    assert len(facts(store).updates(PARTS, START)) == 2
    assert keys(facts(store).made_together(ALL_PARTS, WHOLE)) == ["y"]
    assert keys(facts(store).made_with_tags(ALL_PARTS, RunTagFilter(tag_keys={"who"}))) == ["y"]


def test_an_observation_is_an_update_of_other_data_only(store: MemoryStore):
    store.report([AssetObserved(SOURCE, data_version="v1")], at=1.0)
    store.report([AssetObserved(SOURCE, data_version="v1")], at=2.0)
    store.report([AssetObserved(SOURCE, data_version="v2")], at=3.0)
    store.report([AssetObserved(SOURCE)], at=4.0)
    store.report([AssetObserved(WHOLE)], at=5.0)

    assert [u.at for u in facts(store).updates(SOURCE, START)] == [1.0, 3.0, 4.0]
    assert facts(store).updates(WHOLE, START) == []


def test_a_data_version_is_compared_with_the_one_of_then(store: MemoryStore):
    store.report([AssetMaterialized(PARTS, key, data_version="v1") for key in "xy"], at=1.0)
    seen = EntityCursor(requested=False, at=2.0, event=facts(store).last_event)
    store.report([AssetMaterialized(PARTS, "x", data_version="v1")], at=3.0)
    store.report([AssetMaterialized(PARTS, "y", data_version="v2")], at=4.0)
    store.report([AssetMaterialized(PARTS, "z", data_version="v1")], at=5.0)

    assert keys(facts(store).data_version_changed(PARTS, seen)) == ["y", "z"]
    assert keys(facts(store).data_version_changed(WHOLE, seen)) == []


def test_a_check_counts_while_its_asset_is_not_made_again(store: MemoryStore):
    check = EntitySubset(GOOD, value=True)
    store.report([CheckEvaluated(WHOLE, "good", passed=True)], at=1.0)

    assert keys(facts(store).checked(check, passed=True)) == [None]
    assert keys(facts(store).checked(check, passed=False)) == []
    assert keys(facts(store).missing(check)) == []
    assert [u.at for u in facts(store).updates(GOOD, START)] == [1.0]
    store.report([AssetMaterialized(WHOLE)], at=2.0)
    assert keys(facts(store).checked(check, passed=True)) == []
