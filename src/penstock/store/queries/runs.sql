-- name: add_run
-- Add a run; changes no row if there is one of that id.
-- index: primary key of runs
INSERT INTO runs (
    id, status, job, backfill, created, updated, started, ended, version, fence, owner, plan, error
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
    owner = CASE WHEN :owner_changes THEN :owner ELSE owner END,
    error = COALESCE(:error, error)
WHERE id = :run AND version = :expect AND fence = :fence;

-- name: run_guard
-- Read what a writer must name.
-- index: primary key of runs
SELECT version, fence FROM runs WHERE id = ?;

-- name: take_lease
-- Give a run a newer lease than any before.
-- index: primary key of runs
UPDATE runs SET fence = fence + 1, owner = ?, updated = ? WHERE id = ? RETURNING fence, version;

-- name: release_lease
-- Leave a run without an owner, if the lease is still the newest.
-- index: primary key of runs
UPDATE runs SET owner = NULL WHERE id = ? AND fence = ?;

-- name: runs
-- Read runs; clauses below narrow it, and the newest comes first.
-- index: primary key of runs, or that of the clause
SELECT
    runs.id, runs.status, runs.created, runs.updated, runs.started, runs.ended, runs.version,
    runs.fence, runs.owner, runs.plan, runs.error, run_specs.body
FROM runs JOIN run_specs ON run_specs.run = runs.id;

-- name: runs.id
-- Only the run of an id.
-- index: primary key of runs
runs.id = :id;

-- name: runs.before
-- Only what follows the last id of a page.
-- index: primary key of runs
runs.id < :before;

-- name: runs.ids
-- Only runs of these ids.
-- index: primary key of runs
runs.id IN (SELECT value FROM json_each(:ids));

-- name: runs.statuses
-- Only runs that stand at one of these.
-- index: runs_by_status
runs.status IN (SELECT value FROM json_each(:statuses));

-- name: runs.job
-- Only runs of a job.
-- index: runs_by_job
runs.job = :job;

-- name: runs.backfill
-- Only runs of a backfill.
-- index: runs_by_backfill
runs.backfill = :backfill;

-- name: runs.created_after
-- Only runs made after an instant.
-- index: runs_by_created
runs.created > :created_after;

-- name: runs.created_before
-- Only runs made before an instant.
-- index: runs_by_created
runs.created < :created_before;

-- name: runs.tag
-- Only runs with one of these values under a key; {n} numbers the clause.
-- index: primary key of run_tags
runs.id IN (
    SELECT run FROM run_tags
    WHERE key = :key{n} AND value IN (SELECT value FROM json_each(:values{n}))
);

-- name: run_plan
-- Read the digest of a run's plan.
-- index: primary key of runs
SELECT plan FROM runs WHERE id = ?;

-- name: delete_run
-- Forget a run; its spec and tags go with it.
-- index: primary key of runs
DELETE FROM runs WHERE id = ?;

-- name: delete_run_events
-- Forget the events of a run.
-- index: events_by_run
DELETE FROM events WHERE run = ?;

-- name: delete_unused_plan
-- Forget a plan that no run names.
-- index: runs_by_plan
DELETE FROM plans WHERE digest = :digest AND NOT EXISTS (SELECT 1 FROM runs WHERE plan = :digest);

-- name: count_runs
-- Count runs.
-- index: runs_by_plan, read whole
SELECT COUNT(*) FROM runs;
