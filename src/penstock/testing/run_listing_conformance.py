"""How any store must list runs and their tags; part of `StoreConformance`."""

from __future__ import annotations

import pytest

from penstock.base.ids import RunId
from penstock.model.events import (
    RunSucceeded,
)
from penstock.model.run import RunFilter, RunSpec, RunStatus
from penstock.store.protocol import Store
from penstock.testing.store_values import a_run, started


class RunListingConformance:
    """The tests; `StoreConformance` gives them their store."""

    def test_runs_are_listed_newest_first_in_pages(self, store: Store) -> None:
        """A page continues after the last id of the one before."""
        for name in ("r1", "r2", "r3", "r4"):
            started(store, name)

        first = store.runs(RunFilter(), limit=3)
        second = store.runs(RunFilter(), limit=3, before=first[-1].id)

        assert [run.id for run in first] == ["r4", "r3", "r2"]
        assert [run.id for run in second] == ["r1"]

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (RunFilter(ids=(RunId("r1"), RunId("r3"))), ["r3", "r1"]),
            (RunFilter(ids=()), []),
            (RunFilter(statuses=(RunStatus.SUCCESS, RunStatus.QUEUED)), ["r2"]),
            (RunFilter(job="daily"), ["r2"]),
            (RunFilter(backfill="b1"), ["r3"]),
            (RunFilter(tags=(("team", "data"),)), ["r3", "r1"]),
            (RunFilter(tags=(("team", "data"), ("env", "dev"))), ["r1"]),
            (RunFilter(tags=(("env", "dev"), ("env", "prod"))), ["r3", "r1"]),
            (RunFilter(created_after=1.0), ["r3", "r2"]),
            (RunFilter(created_before=2.0), ["r1"]),
            (RunFilter(updated_after=2.0), ["r3"]),
            (RunFilter(updated_before=3.0, updated_after=1.0), ["r2"]),
            (RunFilter(plan="p"), ["r3", "r2", "r1"]),
            (RunFilter(plan="q"), []),
            (RunFilter(without_backfill=True), ["r2", "r1"]),
            (RunFilter(group=RunId("r1")), ["r2", "r1"]),
            (RunFilter(group=RunId("r2")), ["r2"]),
            (RunFilter(statuses=()), []),
            (RunFilter(job="__ASSET_JOB", tags=(("team", "data"),), backfill="b1"), ["r3"]),
            (RunFilter(statuses=(RunStatus.NOT_STARTED,), tags=(("team", "data"),)), ["r3", "r1"]),
            (
                RunFilter(statuses=(RunStatus.NOT_STARTED,), without_backfill=True),
                ["r1"],
            ),
            (RunFilter(ids=(RunId("r1"), RunId("r2")), created_after=1.0), ["r2"]),
        ],
        ids=str,
    )
    def test_runs_are_filtered_by_every_field(
        self, store: Store, wanted: RunFilter, expected: list[str]
    ) -> None:
        """Fields narrow together; values of one field are alternatives."""
        tags_1 = (("env", "dev"), ("team", "data"))
        tags_3 = (("env", "prod"), ("team", "data"))
        store.create_run(a_run("r1", RunSpec(tags=tags_1), created=1.0), plan=b"", events=[])
        store.create_run(
            a_run("r2", RunSpec(job="daily", root=RunId("r1")), created=2.0),
            plan=b"",
            events=[RunSucceeded()],
        )
        store.create_run(
            a_run("r3", RunSpec(backfill="b1", tags=tags_3), created=3.0), plan=b"", events=[]
        )

        assert [run.id for run in store.runs(wanted)] == expected
        assert [run.id for run in store.runs(wanted, oldest_first=True)] == expected[::-1]
        assert [run.id for run in store.runs(wanted, limit=1)] == expected[:1]
        assert [run.id for run in store.runs(wanted, before=RunId("r2"))] == [
            run for run in expected if run < "r2"
        ]
        assert store.count_runs(wanted) == len(expected)

    def test_runs_are_listed_oldest_first_in_pages(self, store: Store) -> None:
        """A page goes on in the order that is asked for."""
        for name in ("r1", "r2", "r3", "r4"):
            started(store, name)

        first = store.runs(RunFilter(), limit=3, oldest_first=True)
        second = store.runs(RunFilter(), limit=3, before=first[-1].id, oldest_first=True)

        assert [run.id for run in first] == ["r1", "r2", "r3"]
        assert [run.id for run in second] == ["r4"]

    def test_a_run_with_two_values_of_a_tag_is_listed_once(self, store: Store) -> None:
        """Whichever of them is wanted."""
        tags = (("env", "dev"), ("env", "prod"))
        store.create_run(a_run("r1", RunSpec(tags=tags)), plan=b"", events=[])

        assert [run.id for run in store.runs(RunFilter(tags=tags))] == ["r1"]
        assert store.count_runs(RunFilter(tags=tags)) == 1

    def test_tags_are_listed_by_key_and_value(self, store: Store) -> None:
        """The limit counts values; a key without a fitting value is left out."""
        for name, tags in {
            "r1": (("env", "dev"), ("team", "data")),
            "r2": (("env", "prod"), ("team", "data")),
            "r3": (("env", "pre"), ("owner", "")),
        }.items():
            store.create_run(a_run(name, RunSpec(tags=tags)), plan=b"", events=[])

        assert store.run_tag_keys() == ["env", "owner", "team"]
        assert store.run_tags() == [
            ("env", ("dev", "pre", "prod")),
            ("owner", ("",)),
            ("team", ("data",)),
        ]
        assert store.run_tags(["team", "nobody", "env"], prefix="d") == [
            ("env", ("dev",)),
            ("team", ("data",)),
        ]
        assert store.run_tags(prefix="pr") == [("env", ("pre", "prod"))]
        assert store.run_tags(limit=4) == [("env", ("dev", "pre", "prod")), ("owner", ("",))]
        assert store.run_tags(limit=0) == []
        assert store.run_tags([]) == []

    def test_the_tags_of_a_deleted_run_are_not_listed(self, store: Store) -> None:
        """Only those of runs that are there."""
        store.create_run(a_run("r1", RunSpec(tags=(("env", "dev"),))), plan=b"", events=[])

        store.delete_run(RunId("r1"))

        assert store.run_tag_keys() == []
        assert store.run_tags() == []
