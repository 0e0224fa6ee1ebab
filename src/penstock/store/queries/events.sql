-- name: event_counters [postgres]
-- Read the newest event id ever given, and how many ids have no event; ids have no other gaps.
-- index: primary key of events
SELECT GREATEST(last_event, (SELECT MAX(id) FROM events)), deleted FROM counters;

-- name: event_counters [sqlite]
-- Read the newest event id ever given, and how many ids have no event; ids have no other gaps.
-- index: primary key of events
SELECT
    CASE
        WHEN last_event > COALESCE((SELECT MAX(id) FROM events), 0) THEN last_event
        ELSE COALESCE((SELECT MAX(id) FROM events), 0)
    END,
    deleted
FROM counters;

-- name: keep_event_counters
-- Note, before events are deleted, which ids must not be used again, and how many events go.
-- index: primary key of counters
UPDATE counters SET last_event = ?, deleted = deleted + ?;

-- name: add_event
-- Add an event.
-- index: primary key of events
INSERT INTO events (id, run, at, kind, step, asset_id, partition, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: events [sqlite]
-- Read events; clauses below narrow it, and the order is that of ids. The index is forced, here and
-- below: without statistics SQLite may prefer to read all events of a kind.
-- index: primary key of events
SELECT id, run, at, kind, body FROM events NOT INDEXED;

-- name: events [postgres]
-- Read events; clauses below narrow it, and the order is that of ids.
-- index: primary key of events
SELECT id, run, at, kind, body FROM events;

-- name: events_of_run [sqlite]
-- Read events of a run.
-- index: events_by_run
SELECT id, run, at, kind, body FROM events INDEXED BY events_by_run;

-- name: events_of_run [postgres]
-- Read events of a run.
-- index: events_by_run
SELECT id, run, at, kind, body FROM events;

-- name: events_of_asset [sqlite]
-- Read events about an asset.
-- index: events_by_asset
SELECT id, run, at, kind, body FROM events INDEXED BY events_by_asset;

-- name: events_of_asset [postgres]
-- Read events about an asset.
-- index: events_by_asset
SELECT id, run, at, kind, body FROM events;

-- name: event_ids.kind [sqlite]
-- Walk the events of a kind; materializations have a walk of their own.
-- index: events_by_kind
SELECT id FROM events INDEXED BY events_by_kind
WHERE kind = :kind{n} AND kind <> 'asset_materialized';

-- name: event_ids.kind [postgres]
-- Walk the events of a kind.
-- index: events_by_kind
SELECT id FROM events WHERE kind = :kind{n};

-- name: event_ids.materialized [sqlite]
-- Walk all events up to the newest of an asset, and choose materializations.
-- index: primary key of events, and assets, read whole
SELECT id FROM events NOT INDEXED
WHERE kind = 'asset_materialized' AND id <= COALESCE((SELECT MAX(newest) FROM assets), 0);

-- name: event_ids.materialized [postgres]
-- Walk materializations.
-- index: events_by_kind
SELECT id FROM events WHERE kind = 'asset_materialized';

-- name: events_materialized [sqlite]
-- Read materializations of some partitions; the index is forced, because without statistics SQLite
-- prefers to read all events of the asset in order.
-- index: events_materialized
SELECT id, run, at, kind, body FROM events INDEXED BY events_materialized;

-- name: events_materialized [postgres]
-- Read materializations of some partitions.
-- index: events_materialized
SELECT id, run, at, kind, body FROM events;

-- name: events.ids [sqlite]
-- Only these events.
-- index: primary key of events
id IN (SELECT value FROM json_each(:ids));

-- name: events.ids [postgres]
-- Only these events.
-- index: primary key of events
id = ANY(:ids);

-- name: events.runless
-- Only events outside any run.
-- index: that of the other clauses
run IS NULL;

-- name: events.run
-- Only events of a run.
-- index: events_by_run
run = :run;

-- name: events.asset
-- Only events about an asset that were not wiped.
-- index: events_by_asset, and primary key of wiped_partitions for each
asset_id = :asset AND id > (SELECT wiped_at FROM assets WHERE assets.id = :asset)
AND NOT EXISTS (
    SELECT 1 FROM wiped_partitions AS wiped
    WHERE wiped.asset_id = :asset AND wiped.partition = events.partition
    AND wiped.wiped_at >= events.id
);

-- name: events.materializations
-- Only materializations; said literally, so that the partial index can serve it.
-- index: events_materialized
kind = 'asset_materialized';

-- name: events.partitions [sqlite]
-- Only events about these partitions.
-- index: events_materialized, where only materializations are asked for
partition IN (SELECT value FROM json_each(:partitions));

-- name: events.partitions [postgres]
-- Only events about these partitions.
-- index: events_materialized, where only materializations are asked for
partition = ANY(:partitions);

-- name: events.step
-- Only events of a step.
-- index: that of the other clauses
step = :step;

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

-- name: events.until
-- Only events before an instant.
-- index: that of the other clauses
at < :until;

-- name: event
-- Read one event.
-- index: primary key of events
SELECT id, run, at, kind, body FROM events WHERE id = ?;

-- name: event_from
-- Read the first event from an id on, and when it happened.
-- index: primary key of events
SELECT id, at FROM events WHERE id >= ? AND id < ? ORDER BY id LIMIT 1;

-- name: old_events [sqlite]
-- Read the ids of the oldest events of a kind, which is not that of materializations; the clauses
-- of what may be forgotten follow. The index is forced: a range of ids looks shorter to SQLite.
-- index: events_by_kind
SELECT id FROM events INDEXED BY events_by_kind
WHERE kind = :kind AND kind <> 'asset_materialized'
AND id > :after AND id < :end AND at < :before;

-- name: old_events [postgres]
-- Read the ids of the oldest events of a kind; the clauses of what may be forgotten follow.
-- index: events_by_kind
SELECT id FROM events WHERE kind = :kind AND id > :after AND id < :end AND at < :before;

-- name: old_materializations
-- Read the ids of the oldest materializations; the clauses of what may be forgotten follow.
-- index: primary key of events
SELECT id FROM events
WHERE kind = 'asset_materialized' AND id > :after AND id < :end AND at < :before;

-- name: events.under_no_head [sqlite]
-- Only events to which no head of an asset, a partition or a check points.
-- index: primary keys of assets, partition_heads and check_heads for each
NOT EXISTS (
    SELECT 1 FROM assets AS head
    WHERE head.id = events.asset_id
    AND events.id IN (head.materialized, head.observed, head.failed)
) AND NOT EXISTS (
    SELECT 1 FROM partition_heads AS head
    WHERE head.asset_id = events.asset_id AND head.partition = COALESCE(events.partition, X'')
    AND events.id IN (head.materialized, head.failed)
) AND NOT (
    events.kind = 'check_evaluated' AND EXISTS (
        SELECT 1 FROM check_heads AS head
        WHERE head.asset_id = events.asset_id
        AND head.name = json_extract(CAST(events.body AS TEXT), '$.name')
        AND head.partition = COALESCE(events.partition, X'') AND head.event = events.id
    )
);

-- name: events.under_no_head [postgres]
-- Only events to which no head of an asset, a partition or a check points. chr(7) is what the
-- unpartitioned asset has.
-- index: primary keys of assets, partition_heads and check_heads for each
NOT EXISTS (
    SELECT 1 FROM assets AS head
    WHERE head.id = events.asset_id
    AND events.id IN (head.materialized, head.observed, head.failed)
) AND NOT EXISTS (
    SELECT 1 FROM partition_heads AS head
    WHERE head.asset_id = events.asset_id AND head.partition = COALESCE(events.partition, chr(7))
    AND events.id IN (head.materialized, head.failed)
) AND NOT (
    events.kind = 'check_evaluated' AND EXISTS (
        SELECT 1 FROM check_heads AS head
        WHERE head.asset_id = events.asset_id
        AND head.name = CAST(convert_from(events.body, 'UTF8') AS JSON) ->> 'name'
        AND head.partition = COALESCE(events.partition, chr(7)) AND head.event = events.id
    )
);

-- name: events.of_no_run_under_way
-- Only events that no run needs to go on.
-- index: primary key of runs for each
NOT EXISTS (
    SELECT 1 FROM runs AS busy
    WHERE busy.id = events.run AND busy.status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED')
);

-- name: delete_events [sqlite]
-- Forget events.
-- index: primary key of events
DELETE FROM events WHERE id IN (SELECT value FROM json_each(?));

-- name: delete_events [postgres]
-- Forget events.
-- index: primary key of events
DELETE FROM events WHERE id = ANY(?);

-- name: events_per_kind
-- Count the events of each kind but materializations, which are the rest.
-- index: events_by_kind, read whole
SELECT kind, COUNT(*) FROM events WHERE kind <> 'asset_materialized' GROUP BY kind;

-- name: bytes_per_kind
-- Read how long the newest events of each kind are.
-- index: primary key of events
SELECT kind, AVG(LENGTH(body)) FROM (SELECT kind, body FROM events ORDER BY id DESC LIMIT ?) AS newest
GROUP BY kind;
