-- name: audit.asset_ids
-- Walk the assets, a page at a time.
-- index: primary key of assets
SELECT id FROM assets WHERE id > ? ORDER BY id LIMIT 500;

-- name: audit.asset
-- Read what is known of an asset, and what of its history is hidden.
-- index: primary key of assets
SELECT key, newest, wiped_at, cleared, materialized, at, run, observed, failed
FROM assets WHERE id = ?;

-- name: audit.wiped_partitions
-- Read up to which event partitions of an asset are hidden.
-- index: primary key of wiped_partitions
SELECT partition, wiped_at FROM wiped_partitions WHERE asset_id = ?;

-- name: audit.partition_heads
-- Read the heads of all partitions of an asset, and which event changed each last.
-- index: primary key of partition_heads
SELECT
    partition, materialized, at, run, data_version, code_version, inputs, failed, failed_run,
    changed
FROM partition_heads WHERE asset_id = ?;

-- name: audit.asset_events [sqlite]
-- Read the facts of an asset after an event, a page at a time.
-- index: events_by_asset
SELECT id, run, at, kind, body FROM events INDEXED BY events_by_asset
WHERE asset_id = ? AND id > ?
AND kind IN ('asset_materialized', 'asset_observed', 'asset_failed', 'asset_planned', 'check_evaluated')
ORDER BY id LIMIT 2000;

-- name: audit.asset_events [postgres]
-- Read the facts of an asset after an event, a page at a time.
-- index: events_by_asset
SELECT id, run, at, kind, body FROM events
WHERE asset_id = ? AND id > ?
AND kind IN ('asset_materialized', 'asset_observed', 'asset_failed', 'asset_planned', 'check_evaluated')
ORDER BY id LIMIT 2000;

-- name: audit.there [sqlite]
-- Read which of some events are there.
-- index: primary key of events
SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?));

-- name: audit.there [postgres]
-- Read which of some events are there.
-- index: primary key of events
SELECT id FROM events WHERE id = ANY(?);

-- name: audit.runs
-- Walk where runs stand, a page at a time.
-- index: primary key of runs
SELECT id, status, started, ended, version FROM runs WHERE id > ? ORDER BY id LIMIT 200;

-- name: audit.run
-- Read where a run stands.
-- index: primary key of runs
SELECT id, status, started, ended, version FROM runs WHERE id = ?;

-- name: audit.run_events [sqlite]
-- Read what became of some runs.
-- index: events_by_run
SELECT run, at, kind, body FROM events INDEXED BY events_by_run
WHERE run IN (SELECT value FROM json_each(?)) AND kind IN (
    'run_queued', 'run_starting', 'run_started', 'run_succeeded', 'run_failed', 'run_canceling',
    'run_canceled', 'run_resumed', 'lease_lost'
)
ORDER BY id;

-- name: audit.run_events [postgres]
-- Read what became of some runs.
-- index: events_by_run
SELECT run, at, kind, body FROM events
WHERE run = ANY(?) AND kind IN (
    'run_queued', 'run_starting', 'run_started', 'run_succeeded', 'run_failed', 'run_canceling',
    'run_canceled', 'run_resumed', 'lease_lost'
)
ORDER BY id;

-- name: audit.events_from_the_future
-- Count events later than an instant among the newest, and read the latest.
-- index: primary key of events
SELECT COUNT(*), MAX(at) FROM (SELECT at FROM events ORDER BY id DESC LIMIT 100000) AS newest
WHERE at > ?;

-- name: repair.asset
-- Write what is known of an asset, and that views of its partitions are to be made anew.
-- index: primary key of assets
UPDATE assets
SET newest = :newest, materialized = :materialized, at = :at, run = :run, observed = :observed,
    failed = :failed, cleared = :number
WHERE id = :asset;

-- name: repair.delete_partition
-- Forget the head of a partition.
-- index: primary key of partition_heads
DELETE FROM partition_heads WHERE asset_id = ? AND partition = ?;

-- name: repair.add_partition
-- Write the head of a partition.
-- index: primary key of partition_heads
INSERT INTO partition_heads (
    asset_id, partition, materialized, at, run, data_version, code_version, inputs, failed,
    failed_run, changed
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: repair.delete_check
-- Forget the verdict of a check.
-- index: primary key of check_heads
DELETE FROM check_heads WHERE asset_id = ? AND name = ? AND partition = ?;

-- name: repair.run
-- Write where a run stands.
-- index: primary key of runs
UPDATE runs SET status = ?, started = ?, ended = ? WHERE id = ?;

-- name: repair.partition_counts
-- Count the partitions of every asset anew.
-- index: primary key of partition_heads
UPDATE assets
SET partitions_materialized = (
        SELECT COUNT(materialized) FROM partition_heads WHERE asset_id = assets.id
    ),
    partitions_failed = (SELECT COUNT(failed) FROM partition_heads WHERE asset_id = assets.id)
WHERE partitions_materialized <> (
    SELECT COUNT(materialized) FROM partition_heads WHERE asset_id = assets.id
) OR partitions_failed <> (SELECT COUNT(failed) FROM partition_heads WHERE asset_id = assets.id);

-- name: repair.event_counters
-- Note how many ids have no event.
-- index: primary key of events, read whole
UPDATE counters SET last_event = ?, deleted = ? - (SELECT COUNT(*) FROM events);
