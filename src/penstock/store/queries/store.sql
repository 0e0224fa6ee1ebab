-- name: identity
-- Read which store this is.
-- index: primary key of identity
SELECT id, epoch FROM identity;

-- name: identify
-- Say which store this is; the first to do so decides.
-- index: primary key of identity
UPDATE identity SET id = ? WHERE id = '';

-- name: begin_epoch
-- Note that an older copy of this store was put in its place.
-- index: primary key of identity
UPDATE identity SET epoch = epoch + 1;

-- name: marker
-- Read the marker of the newest opening.
-- index: primary key of identity
SELECT marker FROM identity;

-- name: mark
-- Write the marker of this opening.
-- index: primary key of identity
UPDATE identity SET marker = ?;

-- name: problems.events_of_no_run
-- Count events of runs that are not there.
-- index: events_by_run, read whole
SELECT COUNT(*) FROM events WHERE run IS NOT NULL AND run NOT IN (SELECT id FROM runs);

-- name: problems.events_of_no_asset
-- Count events about assets that are not there.
-- index: events_by_asset, read whole
SELECT COUNT(*) FROM events WHERE asset_id IS NOT NULL AND asset_id NOT IN (SELECT id FROM assets);

-- name: problems.runs_of_no_plan
-- Count runs whose plan is not there.
-- index: runs_by_plan, read whole
SELECT COUNT(*) FROM runs WHERE plan NOT IN (SELECT digest FROM plans);

-- name: problems.runs_of_no_spec
-- Count runs of which it is not known what they were asked to do.
-- index: primary key of run_specs
SELECT COUNT(*) FROM runs WHERE id NOT IN (SELECT run FROM run_specs);

-- name: problems.wrong_partition_counts
-- Count assets whose numbers of partitions are not those of their partitions.
-- index: primary key of partition_heads
SELECT COUNT(*) FROM assets
WHERE partitions_materialized <> (
    SELECT COUNT(materialized) FROM partition_heads WHERE asset_id = assets.id
) OR partitions_failed <> (SELECT COUNT(failed) FROM partition_heads WHERE asset_id = assets.id);

-- name: problems.wrong_event_count
-- Tell whether the number of events is not the one that the counters say.
-- index: primary key of events
SELECT CASE
    WHEN (SELECT COUNT(*) FROM events) = (
        CASE
            WHEN last_event > COALESCE((SELECT MAX(id) FROM events), 0) THEN last_event
            ELSE COALESCE((SELECT MAX(id) FROM events), 0)
        END
    ) - deleted THEN 0
    ELSE 1
END
FROM counters;
