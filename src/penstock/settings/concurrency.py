"""`ConcurrencyConfig`: the limits of an instance under Dagster's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penstock.decide.queue import TagLimit
from penstock.settings.values import PoolGranularity, PoolSettings, QueueSettings


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """Slots of pools."""

    pool_granularity: PoolGranularity | None
    default_pool_limit: int | None
    op_granularity_run_buffer: int | None


@dataclass(frozen=True, slots=True)
class RunQueueConfig:
    """The limits of a queue of runs; `tag_concurrency_limits` as they are written."""

    max_concurrent_runs: int
    tag_concurrency_limits: Sequence[Mapping[str, object]]
    max_user_code_failure_retries: int = 0
    user_code_failure_retry_delay: int = 60
    should_block_op_concurrency_limited_runs: bool = False
    op_concurrency_slot_buffer: int = 0


@dataclass(frozen=True, slots=True)
class ConcurrencyConfig:
    """How much may happen at once; `run_queue_config` is None where runs do not wait."""

    pool_config: PoolConfig
    run_queue_config: RunQueueConfig | None = None


def run_queue_config(queue: QueueSettings) -> RunQueueConfig:
    """Return the limits of a queue under Dagster's names."""
    return RunQueueConfig(
        max_concurrent_runs=queue.limits.max_runs,
        tag_concurrency_limits=[_written(limit) for limit in queue.limits.tags],
        max_user_code_failure_retries=queue.load_retries,
        user_code_failure_retry_delay=queue.load_retry_delay,
        should_block_op_concurrency_limited_runs=queue.waits_for_pools,
        op_concurrency_slot_buffer=queue.pool_buffer,
    )


def concurrency_config(pools: PoolSettings, queue: RunQueueConfig | None) -> ConcurrencyConfig:
    """Return the limits of an instance; `queue` is None where submitted runs do not wait."""
    return ConcurrencyConfig(
        pool_config=PoolConfig(pools.granularity, pools.default_limit, pools.buffer),
        run_queue_config=queue,
    )


def _written(limit: TagLimit) -> Mapping[str, object]:
    if limit.per_value:
        return {
            "key": limit.key,
            "value": {"applyLimitPerUniqueValue": True},
            "limit": limit.limit,
        }
    if limit.value is not None:
        return {"key": limit.key, "value": limit.value, "limit": limit.limit}
    return {"key": limit.key, "limit": limit.limit}
