"""Views of many partitions: they follow what changed, or are made anew where that is not told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.base.ids import BackfillId, RunId
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.partition_status import PartitionStatus, Standing
from penstock.graph.staleness import Freshness
from penstock.graph.status import freshness_of
from penstock.model.asset_state import PartitionHead
from penstock.model.backfill import BackfillPartition, BackfillRecord, BackfillStatus
from penstock.model.events import AssetFailed, AssetMaterialized, AssetPlanned, RunEvent
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, Manifest
from penstock.model.run import RunRecord, RunSpec, RunStatus
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.mapping import PartitionMapping, TimeWindowPartitionMapping
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition
from penstock.store import partition_status
from penstock.store.memory import MemoryStore
from penstock.store.partition_status import PartitionStatuses, recorded_facts
from penstock.store.protocol import Store
from penstock.store.sqlite import SqliteStore

DAYS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-06")
RAW, CLEAN, TOTAL = AssetKey("raw"), AssetKey("clean"), AssetKey("total")
NOW = 1.8e9
D = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]


def days(start: str, timezone: str | None = None) -> DailyPartitionsDefinition:
    return DailyPartitionsDefinition(start, end_date="2024-01-06", timezone=timezone)


def graph(
    *,
    raw: PartitionsDefinition | None = DAYS,
    clean: PartitionsDefinition = DAYS,
    mapping: PartitionMapping | None = None,
    code: str | None = None,
) -> AssetGraph:
    node = AssetNode(
        key=CLEAN,
        node="clean",
        partitions=clean,
        deps=(AssetDependency(RAW, mapping),),
        code_version=code,
    )
    return AssetGraph(
        Manifest(location="", assets=(AssetNode(key=RAW, node="raw", partitions=raw), node))
    )


class CountingStore(MemoryStore):
    """A store that counts how many heads were read."""

    heads_read = 0
    keys_read = 0

    def partition_heads(self, asset, partitions=None) -> dict[str | None, PartitionHead]:
        found = super().partition_heads(asset, partitions)
        self.heads_read += len(found)
        return found

    def partition_keys(self, asset, *, failed=False) -> list[str]:
        found = super().partition_keys(asset, failed=failed)
        self.keys_read += len(found)
        return found


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


def make(store: MemoryStore | SqliteStore, asset: AssetKey, *keys: str, v: str = "1", **read: str):
    store.report(
        [AssetMaterialized(asset, partition=key, data_version=v, inputs=read) for key in keys],
        at=1.0,
    )


def fail(store: MemoryStore, asset: AssetKey, *keys: str) -> None:
    store.report([AssetFailed(asset, key, "s", "boom") for key in keys], at=1.0)


def status_of(store: Store, graph: AssetGraph, asset: AssetKey, *, now: float) -> PartitionStatus:
    return PartitionStatuses(store, graph, now=now).status(asset)


def counts(status: PartitionStatus) -> str:
    return " ".join(f"{standing}={n}" for standing, n in status.counts().items() if n)


def test_counts_follow_each_event(store: CountingStore):
    make(store, RAW, *D[:3])
    assert counts(status_of(store, graph(), RAW, now=NOW)) == "materialized=3 missing=2"
    fail(store, RAW, D[0], D[4])
    assert counts(status_of(store, graph(), RAW, now=NOW)) == "materialized=2 failed=2 missing=1"
    make(store, RAW, D[0])
    assert counts(status_of(store, graph(), RAW, now=NOW)) == "materialized=3 failed=1 missing=1"


def test_the_second_question_costs_what_changed(store: CountingStore):
    make(store, RAW, *D)
    make(store, CLEAN, *D, raw="1")
    status_of(store, graph(), CLEAN, now=NOW)
    store.heads_read = store.keys_read = 0

    make(store, RAW, D[2], v="2")
    status = status_of(store, graph(), CLEAN, now=NOW)

    assert list(status.stale) == [D[2]]
    assert (store.heads_read, store.keys_read) == (2, 0)  # of the one partition and its upstream


def test_what_reads_other_partitions_is_compared_when_those_change(store: CountingStore):
    before = graph(mapping=TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))
    make(store, RAW, *D)
    make(store, CLEAN, *D[1:], raw="1")
    assert status_of(store, before, CLEAN, now=NOW).stale.is_empty

    make(store, RAW, D[0], v="2")

    assert list(status_of(store, before, CLEAN, now=NOW).stale) == [D[1]]


def test_a_new_code_version_is_told_without_reading_a_head(store: CountingStore):
    store.report([AssetMaterialized(RAW, partition=D[0], data_version="1")], at=1.0)
    store.report(
        [
            AssetMaterialized(
                CLEAN, partition=D[0], data_version="1", code_version="1", inputs={"raw": "1"}
            )
        ],
        at=1.0,
    )
    assert status_of(store, graph(code="1"), CLEAN, now=NOW).stale.is_empty
    store.heads_read = 0

    status = status_of(store, graph(code="2"), CLEAN, now=NOW)

    assert (list(status.stale), store.heads_read) == ([D[0]], 0)
    assert list(status.reasons) == ["not materialized", "stale - new code version"]


def test_an_upstream_asset_without_partitions_makes_all_stale_at_once(store: CountingStore):
    whole = graph(raw=None)
    store.report([AssetMaterialized(RAW, data_version="1")], at=1.0)
    make(store, CLEAN, *D[:2], raw="1")
    assert status_of(store, whole, CLEAN, now=NOW).stale.is_empty

    store.report([AssetMaterialized(RAW, data_version="2")], at=1.0)

    assert list(status_of(store, whole, CLEAN, now=NOW).stale) == D[:2]


def test_another_mapping_compares_everything_again(store: CountingStore):
    make(store, RAW, *D[:1])
    make(store, CLEAN, *D[:2], raw="1")
    assert list(status_of(store, graph(), CLEAN, now=NOW).stale) == [D[1]]

    other = graph(mapping=TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))

    assert list(status_of(store, other, CLEAN, now=NOW).stale) == [D[0]]


def test_only_what_was_asked_for_is_compared(store: CountingStore):
    make(store, RAW, *D)
    make(store, CLEAN, *D, raw="0")
    slice_of_two = DAYS.subset_with_partition_keys(D[:2])

    status = PartitionStatuses(store, graph(), now=NOW).status(CLEAN, within=slice_of_two)

    assert list(status.stale) == D[:2]
    assert list(status.not_compared) == D[2:]


def test_a_bounded_question_compares_a_part_and_goes_on_with_the_next(store: CountingStore):
    make(store, RAW, *D)
    make(store, CLEAN, *D, raw="1")

    left = [
        len(PartitionStatuses(store, graph(), now=NOW).status(CLEAN, most=2).not_compared)
        for _ in range(4)
    ]

    assert left == [3, 1, 0, 0]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            DailyPartitionsDefinition("2024-01-03", end_date="2024-01-06"),
            "materialized=1 missing=2",
        ),
        (
            DailyPartitionsDefinition("2023-12-31", end_date="2024-01-06"),
            "materialized=3 missing=3",
        ),
        (
            DailyPartitionsDefinition("2024-01-01", end_date="2024-01-06", timezone="Asia/Tokyo"),
            "materialized=3 missing=2",
        ),
        (StaticPartitionsDefinition(["2024-01-02", "x"]), "materialized=1 missing=1"),
    ],
)
def test_a_changed_definition_is_recognised_and_its_history_kept(
    store: CountingStore, changed: PartitionsDefinition, expected: str
):
    make(store, RAW, *D[:3])
    before = counts(status_of(store, graph(), RAW, now=NOW))

    after = counts(status_of(store, graph(raw=changed), RAW, now=NOW))
    again = counts(status_of(store, graph(), RAW, now=NOW))

    assert (before, after, again) == ("materialized=3 missing=2", expected, before)


def test_a_wipe_is_noticed(store: CountingStore):
    make(store, RAW, *D[:3])
    status_of(store, graph(), RAW, now=NOW)

    store.wipe_partitions(RAW, [D[0]], at=2.0)
    partly = counts(status_of(store, graph(), RAW, now=NOW))
    store.wipe_asset(RAW, at=3.0)

    assert partly == "materialized=2 missing=3"
    assert counts(status_of(store, graph(), RAW, now=NOW)) == "missing=5"


def begin(store: MemoryStore, spec: RunSpec, *events: RunEvent, name: str = "r") -> None:
    run = RunRecord(
        id=RunId(name), spec=spec, status=RunStatus.STARTED, created=0.0, updated=0.0, plan="p"
    )
    store.create_run(run, plan=b"", events=list(events))


def test_a_run_of_one_partition_is_in_progress_until_it_has_made_it(store: CountingStore):
    make(store, RAW, D[0])
    spec = RunSpec(assets=(RAW,), partition=D[0])
    begin(store, spec, AssetPlanned(RAW, D[0], "raw"))
    during = counts(status_of(store, graph(), RAW, now=NOW))
    begin(
        store,
        spec,
        AssetPlanned(RAW, D[1], "raw"),
        AssetMaterialized(RAW, partition=D[1], step="raw"),
        name="r2",
    )

    assert during == "in-progress=1 missing=4"
    assert counts(status_of(store, graph(), RAW, now=NOW)) == (
        "materialized=1 in-progress=1 missing=3"
    )


def test_a_run_of_a_range_is_in_progress_in_all_that_it_has_not_made(store: CountingStore):
    begin(
        store,
        RunSpec(assets=(RAW,), partition_range=(D[0], D[3])),
        AssetPlanned(RAW, None, "raw"),
        AssetMaterialized(RAW, partition=D[0], step="raw"),
    )

    status = status_of(store, graph(), RAW, now=NOW)

    assert list(status.in_progress) == D[1:4]


def test_a_backfill_is_in_progress_in_the_pieces_that_are_left(store: CountingStore):
    record = BackfillRecord(
        id=BackfillId("b"),
        selection="raw",
        assets=(RAW,),
        status=BackfillStatus.REQUESTED,
        created=0.0,
        updated=0.0,
    )
    piece = BackfillPartition(number=1, key=D[1], last=D[3], size=3)
    store.save_backfill(record, [piece])

    assert list(status_of(store, graph(), RAW, now=NOW).in_progress) == D[1:4]


def test_dynamic_partitions_are_counted_as_they_are_in_the_store(store: CountingStore):
    files = DynamicPartitionsDefinition(name="counted_files")
    store.add_dynamic_partitions("counted_files", ["b", "a"])
    make(store, RAW, "a", "gone")

    status = status_of(store, graph(raw=files), RAW, now=NOW)

    assert counts(status) == "materialized=1 missing=1"
    assert status.page(limit=5) == [("b", Standing.MISSING), ("a", Standing.MATERIALIZED)]


def test_three_dimensions_follow_one_of_them(store: CountingStore):
    cube = MultiPartitionsDefinition(
        {
            "day": DAYS,
            "model": StaticPartitionsDefinition(["a", "b"]),
            "region": StaticPartitionsDefinition(["eu", "us"]),
        }
    )
    make(store, RAW, *D)
    made = [f"{day}|{model}|eu" for day in D for model in "ab"]
    make(store, CLEAN, *made, raw="1")
    assert status_of(store, graph(clean=cube), CLEAN, now=NOW).stale.is_empty

    make(store, RAW, D[1], v="2")
    status = status_of(store, graph(clean=cube), CLEAN, now=NOW)

    assert list(status.stale) == [f"{D[1]}|a|eu", f"{D[1]}|b|eu"]
    assert counts(status) == "materialized=10 missing=10 stale=2"


def test_a_view_is_kept_for_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partition_status, "_WORTH_KEEPING", 3)
    keys = StaticPartitionsDefinition([f"k{n}" for n in range(10)])
    first = SqliteStore(tmp_path / "p.db")
    make(first, RAW, "k0", "k1", "k5")
    assert len(recorded_facts(first, RAW, keys).made) == 3
    kept = first.partition_view(RAW, keys.fingerprint())
    make(first, RAW, "k7")
    first.close()

    second = SqliteStore(tmp_path / "p.db")
    monkeypatch.setattr(SqliteStore, "partition_keys", None)  # not to be read again
    found = recorded_facts(second, RAW, keys)
    second.close()

    assert kept is not None
    assert list(keys.keys_at(list(found.made))) == ["k0", "k1", "k5", "k7"]


some_asset = st.sampled_from([RAW, CLEAN])
keys_of_days = st.lists(st.sampled_from(D), min_size=1, max_size=3)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("make"), some_asset, keys_of_days, st.sampled_from("12")),
        st.tuples(st.sampled_from(["fail", "wipe", "look"]), some_asset, keys_of_days, st.just("")),
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    "mapping", [None, TimeWindowPartitionMapping(start_offset=-1, end_offset=0)]
)
@given(happenings=happenings)
def test_whatever_happens_and_whenever_one_looks_each_verdict_is_that_of_the_heads(
    mapping: PartitionMapping | None,
    happenings: list[tuple[str, AssetKey, list[str], str]],
):
    store, assets = MemoryStore(), graph(mapping=mapping)
    for what, asset, keys, version in happenings:
        if what == "make":
            make(store, asset, *keys, v=version, **({"raw": version} if asset == CLEAN else {}))
        elif what == "fail":
            fail(store, asset, *keys)
        elif what == "wipe":
            store.wipe_partitions(asset, keys, at=1.0)
        else:
            within = DAYS.subset_with_partition_keys(keys)
            PartitionStatuses(store, assets, now=NOW).status(asset, within=within)

    heads = {asset: store.partition_heads(asset) for asset in (RAW, CLEAN)}
    for asset in (RAW, CLEAN):
        status = status_of(store, assets, asset, now=NOW)
        verdicts = freshness_of(assets, asset, partitions=D, heads=heads, now=None)
        made = {key for key, head in heads[asset].items() if head.materialized is not None}
        failed = {key for key, head in heads[asset].items() if head.failed is not None}
        stale = {key for key, verdict in verdicts.items() if verdict.state is Freshness.STALE}
        assert set(status.made) == made
        assert set(status.failed) == failed
        assert set(status.stale) == stale - failed
