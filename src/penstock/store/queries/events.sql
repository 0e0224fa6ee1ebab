-- name: event_counters
-- Read the newest event id ever given, and how many events were deleted; ids have no other gaps.
-- index: primary key of events
SELECT MAX(last_event, COALESCE((SELECT MAX(id) FROM events), 0)), deleted FROM counters;

-- name: keep_event_counters
-- Note, before events are deleted, which ids must not be used again, and how many events go.
-- index: primary key of counters
UPDATE counters SET last_event = ?, deleted = deleted + ?;

-- name: add_event
-- Add an event.
-- index: primary key of events
INSERT INTO events (id, run, at, kind, step, asset_id, partition, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: events
-- Read events; clauses below narrow it, and the order is that of ids.
-- index: primary key of events, or that of the clause
SELECT id, run, at, kind, body FROM events;

-- name: events_materialized
-- Read materializations of some partitions; the index is forced, because without statistics SQLite
-- prefers to read all events of the asset in order.
-- index: events_materialized
SELECT id, run, at, kind, body FROM events INDEXED BY events_materialized;

-- name: events.run
-- Only events of a run.
-- index: events_by_run
run = :run;

-- name: events.asset
-- Only events about an asset that were not wiped.
-- index: events_by_asset
asset_id = :asset AND id > (SELECT wiped_at FROM assets WHERE assets.id = :asset);

-- name: events.materializations
-- Only materializations; said literally, so that the partial index can serve it.
-- index: events_materialized
kind = 'asset_materialized';

-- name: events.partitions
-- Only events about these partitions.
-- index: events_materialized, where only materializations are asked for
partition IN (SELECT value FROM json_each(:partitions));

-- name: events.step
-- Only events of a step.
-- index: that of the other clauses
step = :step;

-- name: events.kinds
-- Only events of these kinds.
-- index: that of the other clauses
kind IN (SELECT value FROM json_each(:kinds));

-- name: events.after
-- Only newer events.
-- index: primary key of events
id > :after;

-- name: events.before
-- Only older events.
-- index: primary key of events
id < :before;

-- name: events.since
-- Only events from an instant on.
-- index: that of the other clauses
at >= :since;

-- name: event
-- Read one event.
-- index: primary key of events
SELECT id, run, at, kind, body FROM events WHERE id = ?;
