-- name: put_instigator
-- Write where an instigator stands.
-- index: primary key of instigators
INSERT INTO instigators (id, kind, body) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, body = excluded.body;

-- name: instigator
-- Read an instigator.
-- index: primary key of instigators
SELECT body FROM instigators WHERE id = ?;

-- name: instigators
-- Read every instigator by its id.
-- index: primary key of instigators
SELECT body FROM instigators ORDER BY id;

-- name: instigators_of_kind
-- Read the instigators of a kind by their ids.
-- index: instigators_by_kind
SELECT body FROM instigators WHERE kind = ? ORDER BY id;

-- name: delete_instigator
-- Forget an instigator.
-- index: primary key of instigators
DELETE FROM instigators WHERE id = ?;

-- name: put_tick
-- Write where a tick stands.
-- index: primary key of ticks
INSERT INTO ticks (id, instigator, status, at, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE
SET instigator = excluded.instigator,
    status = excluded.status,
    at = excluded.at,
    body = excluded.body;

-- name: tick
-- Read a tick.
-- index: primary key of ticks
SELECT body FROM ticks WHERE id = ?;

-- name: ticks
-- Read the ticks of an instigator.
-- index: ticks_by_instigator
SELECT body, at, id FROM ticks WHERE instigator = :instigator;

-- name: ticks_at
-- Read the ticks of an instigator that stand at a status.
-- index: ticks_by_status
SELECT body, at, id FROM ticks WHERE instigator = :instigator AND status = :status{n};

-- name: ticks.before
-- Only ticks for an earlier time.
-- index: that of the walk
at < :before;

-- name: ticks.after
-- Only ticks for a later time.
-- index: that of the walk
at > :after;

-- name: purge_ticks
-- Forget the ticks of an instigator that stand at a status and are for an earlier time.
-- index: ticks_by_status
DELETE FROM ticks WHERE instigator = ? AND status = ? AND at < ?;

-- name: put_beat
-- Write the newest sign of life of a kind of duty.
-- index: primary key of beats
INSERT INTO beats (kind, body) VALUES (?, ?)
ON CONFLICT (kind) DO UPDATE SET body = excluded.body;

-- name: beats
-- Read the newest sign of life of each kind of duty.
-- index: primary key of beats
SELECT body FROM beats ORDER BY kind;

-- name: delete_beats
-- Forget every sign of life.
-- index: beats, read whole
DELETE FROM beats;

-- name: put_value
-- Keep a text under a key.
-- index: primary key of small_values
INSERT INTO small_values (key, value) VALUES (?, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: small_values [sqlite]
-- Read the texts under some keys.
-- index: primary key of small_values
SELECT key, value FROM small_values WHERE key IN (SELECT value FROM json_each(?));

-- name: small_values [postgres]
-- Read the texts under some keys.
-- index: primary key of small_values
SELECT key, value FROM small_values WHERE key = ANY(?);

-- name: delete_value
-- Forget the text under a key.
-- index: primary key of small_values
DELETE FROM small_values WHERE key = ?;
