-- name: add_backfill
-- Add a backfill; changes no row if there is one of that id.
-- index: primary key of backfills
INSERT INTO backfills (id, status, updated, owner, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING;

-- name: put_backfill_partition
-- Write where one partition of a backfill stands.
-- index: primary key of backfill_partitions
INSERT INTO backfill_partitions (backfill, number, body) VALUES (?, ?, ?)
ON CONFLICT (backfill, number) DO UPDATE SET body = excluded.body;

-- name: advance_backfill
-- Write where a backfill stands and who works on it.
-- index: primary key of backfills
UPDATE backfills SET status = COALESCE(?, status), updated = ?, owner = ? WHERE id = ?;

-- name: backfill
-- Read a backfill.
-- index: primary key of backfills
SELECT body, status, updated, owner FROM backfills WHERE id = ?;

-- name: backfills
-- Read backfills, the newest first.
-- index: primary key of backfills
SELECT body, status, updated, owner FROM backfills ORDER BY id DESC LIMIT ?;

-- name: backfills_at
-- Read backfills that stand at a status, the newest first.
-- index: backfills_by_status
SELECT body, status, updated, owner FROM backfills WHERE status = ? ORDER BY id DESC LIMIT ?;

-- name: backfill_partitions
-- Read the partitions of a backfill by number.
-- index: primary key of backfill_partitions
SELECT body FROM backfill_partitions WHERE backfill = ? ORDER BY number;

-- name: count_backfills
-- Count backfills.
-- index: backfills_by_status, read whole
SELECT COUNT(*) FROM backfills;

-- name: dynamic_partitions
-- Read the keys of a dynamic partitions definition in the order they were added.
-- index: dynamic_partitions_by_definition
SELECT key FROM dynamic_partitions WHERE definition = ? ORDER BY id;

-- name: add_dynamic_partition
-- Add a key; one that is there stays where it is.
-- index: unique (definition, key) of dynamic_partitions
INSERT INTO dynamic_partitions (definition, key) VALUES (?, ?)
ON CONFLICT (definition, key) DO NOTHING;

-- name: delete_dynamic_partition
-- Remove a key.
-- index: unique (definition, key) of dynamic_partitions
DELETE FROM dynamic_partitions WHERE definition = ? AND key = ?;
