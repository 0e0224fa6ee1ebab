"""`RunQueries`: the questions of an instance about its runs, newest first unless told otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from penstock.base.clock import Clock, Instant
from penstock.base.ids import RunId
from penstock.base.tags import PARTITION_NAME_TAG
from penstock.compat.run_records import RunRecord
from penstock.compat.run_stats import (
    RUN_STATS_KINDS,
    DagsterRunStatsSnapshot,
    RunStepKeyStatsSnapshot,
    run_stats,
    step_stats,
)
from penstock.compat.runs import DagsterRun, JobBucket, RunsFilter, TagBucket
from penstock.errors import ParameterCheckError, RunNotFoundError
from penstock.model import run as native
from penstock.model.run import RunFilter, RunStatus
from penstock.store.protocol import EventFilter, Store

Runs = RunsFilter | Sequence[RunStatus] | None
"""Which runs; a sequence of statuses stands for the runs at one of them, None for every run."""

Bucket = JobBucket | TagBucket

_ORDERS = ("id", "create_timestamp", "update_timestamp")


@dataclass(frozen=True, slots=True)
class RunPartitionData:
    """A run for one partition, and when it ran, in seconds since the Unix epoch."""

    run_id: str
    partition: str
    status: RunStatus
    start_time: Instant | None
    end_time: Instant | None


class RunQueries:
    """The part of the instance that is asked about runs, and that changes their tags."""

    store: Store
    clock: Clock

    def get_runs(
        self,
        filters: Runs = None,
        cursor: str | None = None,
        limit: int | None = None,
        bucket_by: Bucket | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
    ) -> list[DagsterRun]:
        """Return runs, newest first.

        Args:
            filters: Which runs; a sequence of statuses stands for the runs in one of them.
            cursor: The last run id of the page before.
            limit: How many at most.
            bucket_by: Some of each of several groups of runs, in place of `limit` of all.
            ascending: Whether the oldest comes first.
        """
        found = self._runs(filters, cursor, limit, bucket_by, ascending=ascending)
        return [DagsterRun(record) for record in found]

    def get_run_by_id(self, run_id: str) -> DagsterRun | None:
        """Return a run; None if there is none of that id."""
        record = self.store.run(RunId(run_id))
        return None if record is None else DagsterRun(record)

    def get_run_ids(
        self, filters: Runs = None, cursor: str | None = None, limit: int | None = None
    ) -> list[str]:
        """Return the ids of runs, newest first."""
        return [record.id for record in self._runs(filters, cursor, limit, None, ascending=False)]

    def get_runs_count(self, filters: Runs = None) -> int:
        """Return how many runs there are."""
        return self.store.count_runs(run_filter(filters))

    def has_run(self, run_id: str) -> bool:
        """Tell whether there is such a run."""
        return self.store.run(RunId(run_id)) is not None

    def get_run_records(
        self,
        filters: Runs = None,
        limit: int | None = None,
        order_by: str | None = None,
        ascending: bool = False,  # noqa: FBT001, FBT002 - the public signature
        cursor: str | None = None,
        bucket_by: Bucket | None = None,
    ) -> list[RunRecord]:
        """Return runs with their times, newest first.

        Args:
            filters: Which runs.
            limit: How many at most.
            order_by: `id`, `create_timestamp` or `update_timestamp`; ids grow with time.
            ascending: Whether the oldest comes first.
            cursor: The last run of the page before.
            bucket_by: Some of each of several groups of runs.

        Raises:
            ParameterCheckError: They cannot be ordered so.
        """
        if order_by is not None and order_by not in _ORDERS:
            raise ParameterCheckError(
                f"get_run_records(order_by=...) is one of {', '.join(_ORDERS)}, not '{order_by}'."
            )
        if order_by != "update_timestamp":
            found = self._runs(filters, cursor, limit, bucket_by, ascending=ascending)
            return [RunRecord(record) for record in found]
        found = self._runs(filters, None, None, bucket_by, ascending=ascending)
        found.sort(key=lambda record: record.updated, reverse=not ascending)
        place = next((n for n, record in enumerate(found, 1) if record.id == cursor), 0)
        return [RunRecord(record) for record in found[place:][:limit]]

    def get_run_record_by_id(self, run_id: str) -> RunRecord | None:
        """Return a run with its times; None if there is none of that id."""
        record = self.store.run(RunId(run_id))
        return None if record is None else RunRecord(record)

    def get_run_tags(
        self, tag_keys: Sequence[str], value_prefix: str | None = None, limit: int | None = None
    ) -> list[tuple[str, set[str]]]:
        """Return the values that tags of runs have, by key.

        Args:
            tag_keys: The keys; no key stands for nothing, not for every key.
            value_prefix: Only values that begin so.
            limit: How many values at most, over all keys.
        """
        found = self.store.run_tags(list(tag_keys), prefix=value_prefix, limit=limit)
        return [(key, set(values)) for key, values in found] if tag_keys else []

    def get_run_tag_keys(self) -> list[str]:
        """Return the keys of every tag that a run has."""
        return self.store.run_tag_keys()

    def get_run_group(self, run_id: str) -> tuple[str, list[DagsterRun]] | None:
        """Return the first of the runs that a run repeats, and all that repeat it, oldest first.

        Raises:
            RunNotFoundError: There is no such run, or the first one is gone.
        """
        run = self.existing_run(run_id)
        root = run.spec.root or run.id
        if self.store.run(root) is None:
            raise RunNotFoundError(
                f"Run {root}, the first of those that run {run_id} repeats, is not in the store "
                "any more."
            )
        group = self.store.runs(RunFilter(group=root), oldest_first=True)
        return root, [DagsterRun(record) for record in group]

    def get_run_stats(self, run_id: str) -> DagsterRunStatsSnapshot:
        """Return how a run went; nothing happened in a run that there is not."""
        return recorded_run_stats(self.store, run_id)

    def get_run_step_stats(
        self, run_id: str, step_keys: Sequence[str] | None = None
    ) -> list[RunStepKeyStatsSnapshot]:
        """Return how the steps of a run went, in the order in which they began.

        Args:
            run_id: The run.
            step_keys: The steps to tell of; all if None.
        """
        return recorded_step_stats(self.store, run_id, steps=step_keys)

    def get_run_partition_data(self, runs_filter: RunsFilter) -> list[RunPartitionData]:
        """Return the newest run of each partition among some runs."""
        newest: dict[str, RunPartitionData] = {}
        for record in self._runs(runs_filter, None, None, None, ascending=False):
            partition = record.spec.partition or dict(record.spec.tags).get(PARTITION_NAME_TAG)
            if partition is not None and partition not in newest:
                newest[partition] = RunPartitionData(
                    record.id, partition, record.status, record.started, record.ended
                )
        return list(newest.values())

    def delete_run(self, run_id: str) -> None:
        """Forget a run and its events; what it made stays known."""
        self.store.delete_run(RunId(run_id))

    def add_run_tags(self, run_id: str, new_tags: dict[str, str]) -> None:
        """Give tags to a run; one that it has already gets the new value.

        Raises:
            RunNotFoundError: There is no such run.
        """
        self.store.change_run_tags(RunId(run_id), dict(new_tags), at=self.clock.now())

    def remove_run_tags(self, run_id: str, tag_keys: Sequence[str]) -> None:
        """Take tags from a run, as far as it has them.

        Raises:
            RunNotFoundError: There is no such run.
        """
        gone: dict[str, str | None] = dict.fromkeys(tag_keys)
        self.store.change_run_tags(RunId(run_id), gone, at=self.clock.now())

    def existing_run(self, run_id: str) -> native.RunRecord:
        """Return a run as the store knows it.

        Raises:
            RunNotFoundError: There is none of that id.
        """
        record = self.store.run(RunId(run_id))
        if record is None:
            raise RunNotFoundError(f"There is no run {run_id}. 'penstock run list' shows the runs.")
        return record

    def _runs(
        self,
        filters: Runs,
        cursor: str | None,
        limit: int | None,
        bucket_by: Bucket | None,
        *,
        ascending: bool,
    ) -> list[native.RunRecord]:
        matching = run_filter(filters)
        before = None if cursor is None else RunId(cursor)
        if bucket_by is None:
            return self.store.runs(matching, limit=limit, before=before, oldest_first=ascending)
        found = [
            record
            for part in _buckets(matching, bucket_by)
            for record in self.store.runs(
                part, limit=bucket_by.bucket_limit, before=before, oldest_first=ascending
            )
        ]
        return sorted(found, key=lambda record: record.id, reverse=not ascending)[:limit]


def recorded_run_stats(store: Store, run_id: str) -> DagsterRunStatsSnapshot:
    """Return how a run went."""
    matching = EventFilter(run=RunId(run_id), kinds=RUN_STATS_KINDS)
    return run_stats(run_id, store.events(matching))


def recorded_step_stats(
    store: Store, run_id: str, *, steps: Sequence[str] | None
) -> list[RunStepKeyStatsSnapshot]:
    """Return how the steps of a run went; all of them if `steps` is None."""
    only = steps[0] if steps is not None and len(steps) == 1 else None
    events = store.events(EventFilter(run=RunId(run_id), step=only))
    return step_stats(run_id, events, steps=steps)


def run_filter(filters: Runs) -> RunFilter:
    """Return the filter that stores understand."""
    if filters is None:
        return RunFilter()
    wanted = filters if isinstance(filters, RunsFilter) else RunsFilter(statuses=filters)
    return wanted.to_native()


def _buckets(matching: RunFilter, bucket_by: Bucket) -> list[RunFilter]:
    if isinstance(bucket_by, JobBucket):
        wanted = (matching.job,) if matching.job is not None else bucket_by.job_names
        return [replace(matching, job=name) for name in wanted if name in bucket_by.job_names]
    key = bucket_by.tag_key
    return [
        replace(matching, tags=(*matching.tags, (key, value))) for value in bucket_by.tag_values
    ]
