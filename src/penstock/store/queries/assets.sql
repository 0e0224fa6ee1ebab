-- name: asset_id
-- Find the row of an asset.
-- index: unique key of assets
SELECT id FROM assets WHERE key = ?;

-- name: add_asset
-- Give an asset its row.
-- index: unique key of assets
INSERT INTO assets (key) VALUES (?);

-- name: advance_asset
-- Fold the events of one transaction into an asset's head.
-- index: primary key of assets
UPDATE assets
SET newest = ?,
    materialized = COALESCE(?, materialized),
    at = CASE WHEN ? IS NULL THEN at ELSE ? END,
    run = CASE WHEN ? IS NULL THEN run ELSE ? END,
    observed = COALESCE(?, observed),
    planned_run = CASE WHEN ? THEN ? ELSE planned_run END
WHERE id = ?;

-- name: materialize_partition
-- Note that a partition was made; an earlier failure is over.
-- index: primary key of partition_heads
INSERT INTO partition_heads (
    asset_id, partition, materialized, at, run, data_version, code_version, inputs
) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (asset_id, partition) DO UPDATE
SET materialized = excluded.materialized,
    at = excluded.at,
    run = excluded.run,
    data_version = excluded.data_version,
    code_version = excluded.code_version,
    inputs = excluded.inputs,
    failed = NULL,
    failed_run = NULL;

-- name: fail_partition
-- Note that a partition could not be made.
-- index: primary key of partition_heads
INSERT INTO partition_heads (asset_id, partition, failed, failed_run) VALUES (?, ?, ?, ?)
ON CONFLICT (asset_id, partition) DO UPDATE
SET failed = excluded.failed, failed_run = excluded.failed_run;

-- name: judge_check
-- Note the verdict of a check.
-- index: primary key of check_heads
INSERT INTO check_heads (asset_id, name, partition, passed, severity, event, at, run)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (asset_id, name, partition) DO UPDATE
SET passed = excluded.passed,
    severity = excluded.severity,
    event = excluded.event,
    at = excluded.at,
    run = excluded.run;

-- name: asset_heads
-- Read the heads of every asset of which something is known.
-- index: assets, read whole
SELECT
    key, materialized, at, run, observed, planned_run, partitions_materialized, partitions_failed
FROM assets WHERE newest > wiped_at;

-- name: asset_heads_of
-- Read the heads of the given assets.
-- index: unique key of assets
SELECT
    key, materialized, at, run, observed, planned_run, partitions_materialized, partitions_failed
FROM assets WHERE key IN (SELECT value FROM json_each(?)) AND newest > wiped_at;

-- name: partition_head
-- Read one partition's head.
-- index: primary key of partition_heads
SELECT
    partition, materialized, at, run, data_version, code_version, inputs, failed, failed_run
FROM partition_heads WHERE asset_id = ? AND partition = ?;

-- name: partition_heads
-- Read the heads of all partitions of an asset.
-- index: primary key of partition_heads
SELECT
    partition, materialized, at, run, data_version, code_version, inputs, failed, failed_run
FROM partition_heads WHERE asset_id = ?;

-- name: partition_heads_of
-- Read the heads of the given partitions of an asset.
-- index: primary key of partition_heads
SELECT
    partition, materialized, at, run, data_version, code_version, inputs, failed, failed_run
FROM partition_heads WHERE asset_id = ? AND partition IN (SELECT value FROM json_each(?));

-- name: check_heads
-- Read the verdicts of an asset's checks by name, the unpartitioned one first.
-- index: primary key of check_heads
SELECT name, partition, passed, severity, event, at, run
FROM check_heads WHERE asset_id = ? ORDER BY name, typeof(partition), partition;

-- name: wipe_asset
-- Hide what is known of an asset.
-- index: primary key of assets
UPDATE assets
SET wiped_at = newest,
    wiped_on = ?,
    materialized = NULL,
    at = NULL,
    run = NULL,
    observed = NULL,
    planned_run = NULL,
    partitions_materialized = 0,
    partitions_failed = 0
WHERE id = ?;

-- name: wipe_partition_heads
-- Forget the heads of all partitions of an asset.
-- index: primary key of partition_heads
DELETE FROM partition_heads WHERE asset_id = ?;

-- name: wipe_check_heads
-- Forget the verdicts of an asset's checks.
-- index: primary key of check_heads
DELETE FROM check_heads WHERE asset_id = ?;

-- name: count_assets
-- Count the assets of which something is known.
-- index: assets, read whole
SELECT COUNT(*) FROM assets WHERE newest > wiped_at;
