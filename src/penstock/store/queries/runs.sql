-- name: add_run
-- Add a run; changes no row if there is one of that id.
-- index: primary key of runs
INSERT INTO runs (
    id, status, job, backfill, root, created, updated, started, ended, version, fence, owner, plan,
    error
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING;

-- name: add_run_spec
-- Keep what a run was asked to do.
-- index: primary key of run_specs
INSERT INTO run_specs (run, body) VALUES (?, ?);

-- name: add_run_tag
-- File a run under one of its tags; a tag given twice counts once.
-- index: primary key of run_tags
INSERT INTO run_tags (key, value, run) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

-- name: add_plan
-- Keep a plan; one of the same digest is shared.
-- index: primary key of plans
INSERT INTO plans (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING;

-- name: plan
-- Read a plan.
-- index: primary key of plans
SELECT body FROM plans WHERE digest = ?;

-- name: touch_run
-- Count events that leave a run's status alone; changes no row for an outdated writer.
-- index: primary key of runs
UPDATE runs SET version = version + ?, updated = ? WHERE id = ? AND version = ? AND fence = ?;

-- name: advance_run
-- Count events that change where a run stands; changes no row for an outdated writer.
-- index: primary key of runs
UPDATE runs
SET version = version + :count,
    updated = :at,
    status = CASE status WHEN 'CANCELING' THEN :canceling ELSE :status END,
    started = COALESCE(started, :started),
    ended = COALESCE(:ended, ended),
    owner = CASE WHEN :owner_changes = 1 THEN :owner ELSE owner END,
    error = COALESCE(:error, error)
WHERE id = :run AND version = :expect AND fence = :fence;

-- name: run_guard
-- Read what a writer must name.
-- index: primary key of runs
SELECT version, fence FROM runs WHERE id = ?;

-- name: take_lease
-- Give a run a newer lease than any before; fences of an epoch begin above those of older ones.
-- index: primary key of runs
UPDATE runs
SET fence = CASE
        WHEN fence < (SELECT (epoch - 1) * 4294967296 FROM identity)
        THEN (SELECT (epoch - 1) * 4294967296 FROM identity) + 1
        ELSE fence + 1
    END,
    owner = ?,
    updated = ?
WHERE id = ?
RETURNING fence, version;

-- name: void_leases
-- Take every run that may go on from its owner, because this is another epoch.
-- index: runs, read whole, once after a restore
UPDATE runs
SET fence = (SELECT (epoch - 1) * 4294967296 FROM identity), owner = NULL
WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED');

-- name: release_lease
-- Leave a run without an owner, if the lease is still the newest.
-- index: primary key of runs
UPDATE runs SET owner = NULL WHERE id = ? AND fence = ?;

-- name: runs
-- Read runs; a list of ids below narrows it.
-- index: primary key of runs
SELECT
    runs.id, runs.status, runs.created, runs.updated, runs.started, runs.ended, runs.version,
    runs.fence, runs.owner, runs.plan, runs.error, run_specs.body
FROM runs JOIN run_specs ON run_specs.run = runs.id;

-- name: run
-- Read one run.
-- index: primary key of runs
SELECT
    runs.id, runs.status, runs.created, runs.updated, runs.started, runs.ended, runs.version,
    runs.fence, runs.owner, runs.plan, runs.error, run_specs.body
FROM runs JOIN run_specs ON run_specs.run = runs.id WHERE runs.id = ?;

-- name: run_ids.all [sqlite]
-- Walk all runs; the index is forced, here and below, because `run_listing.py` has chosen it.
-- index: primary key of runs
SELECT runs.id FROM runs INDEXED BY sqlite_autoindex_runs_1;

-- name: run_ids.all [postgres]
-- Walk all runs.
-- index: primary key of runs
SELECT runs.id FROM runs;

-- name: run_ids.ids [sqlite]
-- Walk runs of these ids.
-- index: primary key of runs
SELECT runs.id FROM runs WHERE runs.id IN (SELECT value FROM json_each(:ids));

-- name: run_ids.ids [postgres]
-- Walk runs of these ids.
-- index: primary key of runs
SELECT runs.id FROM runs WHERE runs.id = ANY(:ids);

-- name: run_ids.group
-- Walk a run and the runs whose root it is.
-- index: primary key of runs and runs_by_root
SELECT runs.id FROM runs WHERE (runs.id = :group OR runs.root = :group);

-- name: run_ids.backfill [sqlite]
-- Walk the runs of a backfill.
-- index: runs_by_backfill
SELECT runs.id FROM runs INDEXED BY runs_by_backfill WHERE runs.backfill = :backfill;

-- name: run_ids.backfill [postgres]
-- Walk the runs of a backfill.
-- index: runs_by_backfill
SELECT runs.id FROM runs WHERE runs.backfill = :backfill;

-- name: run_ids.without_backfill [sqlite]
-- Walk the runs of no backfill.
-- index: runs_without_backfill
SELECT runs.id FROM runs INDEXED BY runs_without_backfill WHERE runs.backfill IS NULL;

-- name: run_ids.without_backfill [postgres]
-- Walk the runs of no backfill.
-- index: runs_without_backfill
SELECT runs.id FROM runs WHERE runs.backfill IS NULL;

-- name: run_ids.plan [sqlite]
-- Walk the runs of a plan.
-- index: runs_by_plan
SELECT runs.id FROM runs INDEXED BY runs_by_plan WHERE runs.plan = :plan;

-- name: run_ids.plan [postgres]
-- Walk the runs of a plan.
-- index: runs_by_plan
SELECT runs.id FROM runs WHERE runs.plan = :plan;

-- name: run_ids.status [sqlite]
-- Walk the runs that stand at a status.
-- index: runs_by_status
SELECT runs.id FROM runs INDEXED BY runs_by_status WHERE runs.status = :status{n}_{m};

-- name: run_ids.status [postgres]
-- Walk the runs that stand at a status.
-- index: runs_by_status
SELECT runs.id FROM runs WHERE runs.status = :status{n}_{m};

-- name: run_ids.job [sqlite]
-- Walk the runs of a job.
-- index: runs_by_job
SELECT runs.id FROM runs INDEXED BY runs_by_job WHERE runs.job = :job;

-- name: run_ids.job [postgres]
-- Walk the runs of a job.
-- index: runs_by_job
SELECT runs.id FROM runs WHERE runs.job = :job;

-- name: run_ids.tag
-- Walk the runs with one value of a tag.
-- index: primary key of run_tags
SELECT run_tags.run FROM run_tags
WHERE run_tags.key = :key{n} AND run_tags.value = :value{n}_{m};

-- name: run_ids.tag_and_more
-- Walk the runs with one value of a tag, and look at each.
-- index: primary key of run_tags, then that of runs
SELECT run_tags.run FROM run_tags CROSS JOIN runs
WHERE run_tags.key = :key{n} AND run_tags.value = :value{n}_{m} AND runs.id = run_tags.run;

-- name: run_ids.created [sqlite]
-- Walk the runs made in a time span.
-- index: runs_by_created
SELECT runs.id FROM runs INDEXED BY runs_by_created;

-- name: run_ids.created [postgres]
-- Walk the runs made in a time span.
-- index: runs_by_created
SELECT runs.id FROM runs;

-- name: run_ids.updated [sqlite]
-- Walk the runs last changed in a time span.
-- index: runs_by_updated
SELECT runs.id FROM runs INDEXED BY runs_by_updated;

-- name: run_ids.updated [postgres]
-- Walk the runs last changed in a time span.
-- index: runs_by_updated
SELECT runs.id FROM runs;

-- name: runs.ids [sqlite]
-- Only runs of these ids.
-- index: that of the walk
runs.id IN (SELECT value FROM json_each(:ids));

-- name: runs.ids [postgres]
-- Only runs of these ids.
-- index: that of the walk
runs.id = ANY(:ids);

-- name: runs.group
-- Only a run and the runs whose root it is.
-- index: that of the walk
(runs.id = :group OR runs.root = :group);

-- name: runs.backfill
-- Only runs of a backfill.
-- index: that of the walk
runs.backfill = :backfill;

-- name: runs.without_backfill
-- Only runs of no backfill.
-- index: that of the walk
runs.backfill IS NULL;

-- name: runs.plan
-- Only runs of a plan.
-- index: that of the walk
runs.plan = :plan;

-- name: runs.job
-- Only runs of a job.
-- index: that of the walk
runs.job = :job;

-- name: runs.created_after
-- Only runs made after an instant.
-- index: that of the walk, or runs_by_created
runs.created > :created_after;

-- name: runs.created_before
-- Only runs made before an instant.
-- index: that of the walk, or runs_by_created
runs.created < :created_before;

-- name: runs.updated_after
-- Only runs last changed after an instant.
-- index: that of the walk, or runs_by_updated
runs.updated > :updated_after;

-- name: runs.updated_before
-- Only runs last changed before an instant.
-- index: that of the walk, or runs_by_updated
runs.updated < :updated_before;

-- name: runs.tag
-- Only runs with one of these values under a key; {n} numbers the clause, {values} are names.
-- index: that of the walk, and primary key of run_tags for each run
EXISTS (
    SELECT 1 FROM run_tags AS tag{n}
    WHERE tag{n}.key = :key{n} AND tag{n}.value IN ({values}) AND tag{n}.run = runs.id
);

-- name: run_spec
-- Read what a run was asked to do.
-- index: primary key of run_specs
SELECT body FROM run_specs WHERE run = ?;

-- name: change_run_spec
-- Write what a run was asked to do, as its tags are now.
-- index: primary key of run_specs
UPDATE run_specs SET body = ? WHERE run = ?;

-- name: touch_run_at
-- Note when a run was last changed.
-- index: primary key of runs
UPDATE runs SET updated = ? WHERE id = ?;

-- name: delete_run_tag
-- File a run under a key no more.
-- index: run_tags_by_run
DELETE FROM run_tags WHERE run = ? AND key = ?;

-- name: run_tag_keys
-- Read the keys of all tags; each step seeks the next key, and reads none of its runs.
-- index: primary key of run_tags
WITH RECURSIVE found (key) AS (
    SELECT MIN(key) FROM run_tags
    UNION ALL
    SELECT (SELECT MIN(key) FROM run_tags WHERE key > found.key)
    FROM found WHERE found.key IS NOT NULL
)
SELECT key FROM found WHERE key IS NOT NULL;

-- name: run_tag_values
-- Read the values of a tag from one on; each step seeks the next value, and reads none of its runs.
-- index: primary key of run_tags
WITH RECURSIVE found (value) AS (
    SELECT MIN(value) FROM run_tags WHERE key = :key AND value >= :first
    UNION ALL
    SELECT (SELECT MIN(value) FROM run_tags WHERE key = :key AND value > found.value)
    FROM found WHERE found.value IS NOT NULL AND found.value < :last
)
SELECT value FROM found WHERE value IS NOT NULL AND value < :last LIMIT :most;

-- name: run_plan
-- Read the digest of a run's plan.
-- index: primary key of runs
SELECT plan FROM runs WHERE id = ?;

-- name: delete_run
-- Forget a run; its spec and tags go with it.
-- index: primary key of runs
DELETE FROM runs WHERE id = ?;

-- name: delete_run_events
-- Forget the events of a run; the clause of what no head points to follows.
-- index: events_by_run
DELETE FROM events WHERE run = ?;

-- name: free_run_events
-- Keep what is left of a run's events without it.
-- index: events_by_run
UPDATE events SET run = NULL WHERE run = ?;

-- name: delete_unused_plan
-- Forget a plan that no run names.
-- index: runs_by_plan
DELETE FROM plans WHERE digest = :digest AND NOT EXISTS (SELECT 1 FROM runs WHERE plan = :digest);

-- name: count_runs
-- Count runs.
-- index: runs_by_plan, read whole
SELECT COUNT(*) FROM runs;
