-- name: asset_id
-- Find the row of an asset.
-- index: unique key of assets
SELECT id FROM assets WHERE key = ?;

-- name: add_asset
-- Give an asset its row.
-- index: unique key of assets
INSERT INTO assets (key, position) VALUES (?, ?) RETURNING id;

-- name: advance_asset [sqlite]
-- Fold the events of one transaction into an asset's head. Its partitions are counted by triggers.
-- index: primary key of assets
UPDATE assets
SET newest = ?,
    materialized = COALESCE(?, materialized),
    at = COALESCE(?, at),
    run = CASE WHEN ? = 1 THEN ? ELSE run END,
    observed = COALESCE(?, observed),
    failed = COALESCE(?, failed),
    planned_run = CASE WHEN ? = 1 THEN ? ELSE planned_run END
WHERE id = ?;

-- name: advance_asset [postgres]
-- Fold the events of one transaction into an asset's head, before those of its partitions are
-- written: what these will add to the counts is seen from what they say now.
-- index: primary keys of assets and partition_heads
UPDATE assets
SET newest = ?,
    materialized = COALESCE(?, materialized),
    at = COALESCE(?, at),
    run = CASE WHEN ? = 1 THEN ? ELSE run END,
    observed = COALESCE(?, observed),
    failed = COALESCE(?, failed),
    planned_run = CASE WHEN ? = 1 THEN ? ELSE planned_run END,
    partitions_materialized = partitions_materialized + ? - (
        SELECT COUNT(materialized) FROM partition_heads
        WHERE asset_id = assets.id AND partition = ANY(?)
    ),
    partitions_failed = partitions_failed + ? - (
        SELECT COUNT(failed) FROM partition_heads
        WHERE asset_id = assets.id AND partition = ANY(?)
    )
WHERE id = ?;

-- name: materialize_partition
-- Note that a partition was made; an earlier failure is over.
-- index: primary key of partition_heads
INSERT INTO partition_heads (
    asset_id, partition, materialized, changed, at, run, data_version, code_version, inputs
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (asset_id, partition) DO UPDATE
SET materialized = excluded.materialized,
    changed = excluded.changed,
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
INSERT INTO partition_heads (asset_id, partition, failed, changed, failed_run)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (asset_id, partition) DO UPDATE
SET failed = excluded.failed, changed = excluded.changed, failed_run = excluded.failed_run;

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
    key, materialized, at, run, observed, failed, planned_run, partitions_materialized,
    partitions_failed, wiped_on
FROM assets WHERE newest > wiped_at;

-- name: asset_heads_of [sqlite]
-- Read the heads of the given assets.
-- index: unique key of assets
SELECT
    key, materialized, at, run, observed, failed, planned_run, partitions_materialized,
    partitions_failed, wiped_on
FROM assets WHERE key IN (SELECT value FROM json_each(?)) AND newest > wiped_at;

-- name: asset_heads_of [postgres]
-- Read the heads of the given assets.
-- index: unique key of assets
SELECT
    key, materialized, at, run, observed, failed, planned_run, partitions_materialized,
    partitions_failed, wiped_on
FROM assets WHERE key = ANY(?) AND newest > wiped_at;

-- name: known_assets [sqlite]
-- Read the heads of the given assets, and the events that they name.
-- index: unique key of assets, primary key of events
SELECT
    key, assets.materialized, assets.at, assets.run, observed, failed, planned_run,
    partitions_materialized, partitions_failed, wiped_on,
    made.run, made.at, made.body, seen.run, seen.at, seen.body, missed.run, missed.at, missed.body
FROM assets
LEFT JOIN events AS made ON made.id = assets.materialized
LEFT JOIN events AS seen ON seen.id = assets.observed
LEFT JOIN events AS missed ON missed.id = assets.failed
WHERE key IN (SELECT value FROM json_each(?)) AND newest > wiped_at;

-- name: known_assets [postgres]
-- Read the heads of the given assets, and the events that they name.
-- index: unique key of assets, primary key of events
SELECT
    key, assets.materialized, assets.at, assets.run, observed, failed, planned_run,
    partitions_materialized, partitions_failed, wiped_on,
    made.run, made.at, made.body, seen.run, seen.at, seen.body, missed.run, missed.at, missed.body
FROM assets
LEFT JOIN events AS made ON made.id = assets.materialized
LEFT JOIN events AS seen ON seen.id = assets.observed
LEFT JOIN events AS missed ON missed.id = assets.failed
WHERE key = ANY(?) AND newest > wiped_at;

-- name: asset_keys
-- Read the keys of known assets after a position, in the order of positions.
-- index: assets_by_position
SELECT key FROM assets
WHERE position > :after AND position < :last AND newest > wiped_at
ORDER BY position LIMIT :most;

-- name: asset_keys_from
-- Read the keys of known assets from a position on, in the order of positions.
-- index: assets_by_position
SELECT key FROM assets
WHERE position >= :first AND position < :last AND newest > wiped_at
ORDER BY position LIMIT :most;

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

-- name: partition_heads_of [sqlite]
-- Read the heads of the given partitions of an asset.
-- index: primary key of partition_heads
SELECT
    partition, materialized, at, run, data_version, code_version, inputs, failed, failed_run
FROM partition_heads WHERE asset_id = ? AND partition IN (SELECT value FROM json_each(?));

-- name: partition_heads_of [postgres]
-- Read the heads of the given partitions of an asset.
-- index: primary key of partition_heads
SELECT
    partition, materialized, at, run, data_version, code_version, inputs, failed, failed_run
FROM partition_heads WHERE asset_id = ? AND partition = ANY(?);

-- name: partitions_made [sqlite]
-- Read the keys that were made, as one JSON list: a row for each takes twice the time. A blob,
-- which is what the unpartitioned asset has, comes after every text.
-- index: primary key of partition_heads
SELECT json_group_array(partition) FROM partition_heads
WHERE asset_id = ? AND partition < X'' AND materialized IS NOT NULL;

-- name: partitions_made [postgres]
-- Read the keys that were made, as one JSON list. chr(7) is what the unpartitioned asset has.
-- index: primary key of partition_heads
SELECT CAST(json_agg(partition ORDER BY partition) AS TEXT) FROM partition_heads
WHERE asset_id = ? AND partition <> chr(7) AND materialized IS NOT NULL;

-- name: partitions_failed [sqlite]
-- Read the keys whose newest try failed, as one JSON list.
-- index: partition_heads_failed
SELECT json_group_array(partition) FROM partition_heads INDEXED BY partition_heads_failed
WHERE asset_id = ? AND partition < X'' AND failed IS NOT NULL;

-- name: partitions_failed [postgres]
-- Read the keys whose newest try failed, as one JSON list.
-- index: partition_heads_failed
SELECT CAST(json_agg(partition ORDER BY partition) AS TEXT) FROM partition_heads
WHERE asset_id = ? AND partition <> chr(7) AND failed IS NOT NULL;

-- name: changed_partitions [sqlite]
-- Read which partitions changed since an event, and whether they were made and have failed.
-- index: partition_heads_by_change
SELECT partition, materialized IS NOT NULL, failed IS NOT NULL
FROM partition_heads WHERE asset_id = ? AND changed > ? AND partition < X''
ORDER BY changed, partition;

-- name: changed_partitions [postgres]
-- Read which partitions changed since an event, and whether they were made and have failed.
-- index: partition_heads_by_change
SELECT partition, materialized IS NOT NULL, failed IS NOT NULL
FROM partition_heads WHERE asset_id = ? AND changed > ? ORDER BY changed, partition;

-- name: partitions_up_to
-- Read the newest event of an asset, and when something of it was last wiped.
-- index: primary key of assets
SELECT newest, cleared FROM assets WHERE id = ?;

-- name: partition_view
-- Read a view that is kept under a name.
-- index: primary key of partition_views
SELECT up_to, body FROM partition_views WHERE asset_id = ? AND name = ?;

-- name: keep_partition_view
-- Keep a view, unless the one there is newer; the newest number is the one kept last.
-- index: primary key of partition_views
INSERT INTO partition_views (asset_id, name, up_to, body, kept)
VALUES (
    :asset, :name, :up_to, :body,
    (SELECT COALESCE(MAX(kept), 0) + 1 FROM partition_views WHERE asset_id = :asset)
)
ON CONFLICT (asset_id, name) DO UPDATE
SET up_to = excluded.up_to, body = excluded.body, kept = excluded.kept
WHERE excluded.up_to >= partition_views.up_to;

-- name: drop_partition_views
-- Forget the views of an asset but those kept last.
-- index: primary key of partition_views
DELETE FROM partition_views
WHERE asset_id = :asset AND kept <= (
    SELECT kept FROM partition_views WHERE asset_id = :asset
    ORDER BY kept DESC LIMIT 1 OFFSET :most
);

-- name: wipe_partition_views
-- Forget all views of an asset.
-- index: primary key of partition_views
DELETE FROM partition_views WHERE asset_id = ?;

-- name: check_heads
-- Read the verdicts of an asset's checks.
-- index: primary key of check_heads
SELECT name, partition, passed, severity, event, at, run FROM check_heads WHERE asset_id = ?;

-- name: wipe_asset
-- Hide what is known of an asset.
-- index: primary key of assets
UPDATE assets
SET wiped_at = :number,
    wiped_on = :at,
    cleared = :number,
    materialized = NULL,
    at = NULL,
    run = NULL,
    observed = NULL,
    failed = NULL,
    planned_run = NULL,
    partitions_materialized = 0,
    partitions_failed = 0
WHERE id = :asset;

-- name: wipe_partition_heads
-- Forget the heads of all partitions of an asset.
-- index: primary key of partition_heads
DELETE FROM partition_heads WHERE asset_id = ?;

-- name: wipe_partition
-- Hide the events of a partition up to a number.
-- index: primary key of wiped_partitions
INSERT INTO wiped_partitions (asset_id, partition, wiped_at, wiped_on) VALUES (?, ?, ?, ?)
ON CONFLICT (asset_id, partition) DO UPDATE
SET wiped_at = excluded.wiped_at, wiped_on = excluded.wiped_on;

-- name: wipe_partition_head
-- Forget the head of a partition.
-- index: primary key of partition_heads
DELETE FROM partition_heads WHERE asset_id = ? AND partition = ? RETURNING materialized, failed;

-- name: wipe_partition_checks
-- Forget the verdicts about a partition.
-- index: primary key of check_heads, over the verdicts of the asset
DELETE FROM check_heads WHERE asset_id = ? AND partition = ?;

-- name: clear_partitions
-- Note that partitions were wiped, of which some were made and some had failed.
-- index: primary key of assets
UPDATE assets
SET cleared = :number,
    partitions_materialized = partitions_materialized - :made,
    partitions_failed = partitions_failed - :failed
WHERE id = :asset
RETURNING materialized;

-- name: newest_partition
-- Read which materialization of an asset's partitions is the newest.
-- index: primary key of partition_heads, over the partitions of the asset
SELECT materialized, at, run FROM partition_heads
WHERE asset_id = ? AND materialized IS NOT NULL ORDER BY materialized DESC LIMIT 1;

-- name: change_newest
-- Write which materialization of an asset is the newest.
-- index: primary key of assets
UPDATE assets SET materialized = ?, at = ?, run = ? WHERE id = ?;

-- name: wipe_check_heads
-- Forget the verdicts of an asset's checks.
-- index: primary key of check_heads
DELETE FROM check_heads WHERE asset_id = ?;

-- name: count_assets
-- Count the assets of which something is known.
-- index: assets, read whole
SELECT COUNT(*) FROM assets WHERE newest > wiped_at;
