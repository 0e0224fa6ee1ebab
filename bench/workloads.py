"""One measurement in one process: `python workloads.py NAME [ARGUMENTS as JSON]`.

The implementation is the module named by `BENCH_IMPL`; every workload uses only names that Penstock
and Dagster share. Prints one JSON object, `{"value": ..., "unit": ..., ...}`, on standard output.
Times are of `time.perf_counter`; logging goes to the null device, formatting included in the time.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any
from uuid import UUID

IMPL = os.environ.get("BENCH_IMPL", "penstock")
HOME_VARIABLES = ("PENSTOCK_HOME", "DAGSTER_HOME")
SETTINGS = ("penstock.yaml", "dagster.yaml")
POSTGRES = os.environ.get("BENCH_POSTGRES", "")
"""Where an empty database is, for what is measured on Postgres."""

Measured = dict[str, Any]


def measure_import() -> Measured:
    """Import the implementation; count the modules that this adds."""
    before = len(sys.modules)
    began = perf_counter()
    importlib.import_module(IMPL)
    took = perf_counter() - began
    return {"value": took * 1000, "unit": "ms", "modules": len(sys.modules) - before}


def measure_first_use() -> Measured:
    """Import the implementation and the names that a project uses: here a lazy one loads."""
    before = len(sys.modules)
    began = perf_counter()
    dg = importlib.import_module(IMPL)
    for name in ("asset", "Definitions", "define_asset_job", "materialize", "DagsterInstance"):
        getattr(dg, name)
    took = perf_counter() - began
    return {"value": took * 1000, "unit": "ms", "modules": len(sys.modules) - before}


def measure_steps(*, shape: str, size: int, store: str) -> Measured:
    """Materialize `size` assets that do nothing, in this process."""
    dg = importlib.import_module(IMPL)
    assets = _trivial_assets(dg, size=size, shape=shape)
    with _instance(dg, store=store) as instance:
        _run(dg, _trivial_assets(dg, size=2, shape="chain"), instance)  # imports and first pages
        began = perf_counter()
        _run(dg, assets, instance)
        took = perf_counter() - began
        last = instance.get_latest_materialization_event(dg.AssetKey(f"a{size - 1}"))
        assert last is not None
    return {"value": took / size * 1000, "unit": "ms/step"}


def measure_backfill(*, mode: str, size: int) -> Measured:
    """Make `size` daily partitions of one asset: a run for each, or one run for all."""
    dg = importlib.import_module(IMPL)
    days = dg.DailyPartitionsDefinition(start_date="2023-01-01", end_date="2024-01-01")
    policy = dg.BackfillPolicy.single_run() if mode == "range" else None

    @dg.asset(partitions_def=days, backfill_policy=policy)
    def daily(context) -> None:
        assert context.partition_keys

    keys = list(days.get_partition_keys())[:size]
    with _instance(dg, store="sqlite") as instance:
        _run(dg, _trivial_assets(dg, size=2, shape="chain"), instance)  # imports and first pages
        began = perf_counter()
        if mode == "range":
            _run_range(dg, daily, keys, instance)
        else:
            for key in keys:
                assert dg.materialize([daily], partition_key=key, instance=instance).success
        took = perf_counter() - began
        made = instance.get_materialized_partitions(dg.AssetKey("daily"))
        assert len(made) == len(keys)
    return {"value": took / size * 1000, "unit": "ms/partition"}


def measure_partition_status(*, question: str, size: int) -> Measured:
    """Ask where every partition stands: for the first time, again, or after one more was made."""
    dg = importlib.import_module(IMPL)
    parts = dg.StaticPartitionsDefinition([f"p{number:07d}" for number in range(size)])
    keys, key = list(parts.get_partition_keys()), dg.AssetKey("parted")
    with _instance(dg, store="sqlite") as instance:
        for partition in keys:
            made = dg.AssetMaterialization(key, partition=partition)
            instance.report_runless_asset_event(made)
        if question != "first":
            instance.get_status_by_partition(key, keys, parts)
        if question == "after_one":
            instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=keys[0]))
        began = perf_counter()
        found = instance.get_status_by_partition(key, keys, parts)
        took = perf_counter() - began
        assert sum(status is not None for status in found.values()) == size
    return {"value": took * 1000, "unit": "ms"}


def measure_store(*, question: str, size: int, store: str) -> Measured:
    """Record events one by one, or ask for the newest of one asset, or of a hundred."""
    dg = importlib.import_module(IMPL)
    keys = [dg.AssetKey(f"s{number}") for number in range(100)]
    with _instance(dg, store=store) as instance:

        def record(count: int) -> None:
            for number in range(count):
                made = dg.AssetMaterialization(keys[number % 100], metadata={"rows": number})
                instance.report_runless_asset_event(made)

        def read_latest(count: int) -> None:
            for number in range(count):
                found = instance.get_latest_materialization_event(keys[number % 100])
                assert found is not None

        def read_records(count: int) -> None:
            for _ in range(count):
                assert len(instance.get_asset_records(keys)) == 100

        record(100)
        act = {"record": record, "latest": read_latest, "records_of_100": read_records}[question]
        act(2)
        began = perf_counter()
        act(size)
        took = perf_counter() - began
    return {"value": took / size * 1000, "unit": "ms"}


def measure_runs(*, question: str, size: int) -> Measured:
    """List the newest 25 runs that a question asks for, of `size` that ended."""
    dg = importlib.import_module(IMPL)
    asked = {
        "newest": None,
        "tag": dg.RunsFilter(tags={"team": "t7"}),
        "two_tags": dg.RunsFilter(tags={"team": "t7", "day": "57"}),
        "job_and_tag": dg.RunsFilter(job_name="job3", tags={"team": "t7"}),
    }[question]
    with _instance(dg, store="sqlite") as instance:
        for number in range(size):
            tags = {"team": f"t{number % 50}", "day": str(number % 365)}
            done = dg.DagsterRunStatus.SUCCESS
            run = dg.DagsterRun(
                job_name=f"job{number % 7}", run_id=str(UUID(int=number)), tags=tags, status=done
            )
            instance.add_run(run)
        asks = 20
        assert instance.get_run_records(filters=asked, limit=25)
        began = perf_counter()
        for _ in range(asks):
            instance.get_run_records(filters=asked, limit=25)
        took = perf_counter() - began
    return {"value": took / asks * 1000, "unit": "ms"}


def measure_define(*, size: int) -> Measured:
    """Define `size` assets, their graph, and a job over all of them."""
    dg = importlib.import_module(IMPL)
    dg.asset  # noqa: B018 - a lazy module loads here, not in the time below
    before = _peak_mb()
    began = perf_counter()
    assets = _trivial_assets(dg, size=size, shape="layers")
    job = dg.define_asset_job("everything", dg.AssetSelection.all())
    definitions = dg.Definitions(assets=assets, jobs=[job])
    keys = definitions.resolve_asset_graph().get_all_asset_keys()
    assert len(list(keys)) == size
    assert definitions.resolve_job_def("everything").name == "everything"
    took = perf_counter() - began
    return {"value": took * 1000, "unit": "ms", "added_mb": round(_peak_mb() - before, 1)}


WORKLOADS: dict[str, Callable[..., Measured]] = {
    "import": measure_import,
    "first_use": measure_first_use,
    "steps": measure_steps,
    "backfill": measure_backfill,
    "define": measure_define,
    "partition_status": measure_partition_status,
    "store": measure_store,
    "runs": measure_runs,
}


def _needs(number: int, *, shape: str, width: int) -> list[int]:
    if number == 0:
        return []
    if shape == "chain":
        return [number - 1]
    if shape == "fan":
        return [0]
    layer, place = divmod(number, width)
    if layer == 0:
        return []
    above = (layer - 1) * width
    return sorted({above + place, above + (place * 7 + 3) % width})


def _trivial_assets(dg: Any, *, size: int, shape: str) -> list[Any]:
    width = max(1, size // 10)
    assets: list[Any] = []
    for number in range(size):
        deps = [f"a{need}" for need in _needs(number, shape=shape, width=width)]

        @dg.asset(name=f"a{number}", deps=deps)
        def trivial() -> None: ...

        assets.append(trivial)
    return assets


def _run(dg: Any, assets: list[Any], instance: Any) -> None:
    assert dg.materialize(assets, instance=instance).success


def _run_range(dg: Any, asset: Any, keys: list[str], instance: Any) -> None:
    job = dg.define_asset_job("daily_job", dg.AssetSelection.all())
    resolved = dg.Definitions(assets=[asset], jobs=[job]).resolve_job_def("daily_job")
    tags = {
        "dagster/asset_partition_range_start": keys[0],
        "dagster/asset_partition_range_end": keys[-1],
    }
    assert resolved.execute_in_process(instance=instance, tags=tags).success


@contextlib.contextmanager
def _instance(dg: Any, *, store: str) -> Iterator[Any]:
    if store == "ephemeral":
        with dg.DagsterInstance.ephemeral() as instance:
            yield instance
        return
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as home:
        os.environ.update(dict.fromkeys(HOME_VARIABLES, home))
        if store == "postgres":
            _keep_in_postgres(home)
        with dg.DagsterInstance.get() as instance:
            yield instance


def _keep_in_postgres(home: str) -> None:
    # SQLAlchemy takes the plain form of the address for a driver that Dagster does not bring.
    url = POSTGRES if IMPL == "penstock" else POSTGRES.replace("://", "+psycopg2://", 1)
    text = json.dumps({"storage": {"postgres": {"postgres_url": url}}})
    for name in SETTINGS:
        with open(os.path.join(home, name), "w", encoding="utf-8") as file:
            file.write(text)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _silence_logging() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)


def main(name: str, arguments: str = "{}") -> None:
    """Measure once and print what was found."""
    if os.environ.get("BENCH_VERBOSE") != "1":
        _silence_logging()
    measured = WORKLOADS[name](**json.loads(arguments))
    measured["peak_mb"] = round(_peak_mb(), 1)
    print(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
