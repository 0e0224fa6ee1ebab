-- Schema 2: lists of runs and events that never scan, wiped partitions, views of partitions,
-- instigators and their ticks, heartbeats, small values, and which store this is.

ALTER TABLE runs ADD COLUMN root TEXT;         -- the first run of the group that re-executes it
UPDATE runs SET root = (
    SELECT json_extract(CAST(body AS TEXT), '$.root') FROM run_specs WHERE run = runs.id
);
CREATE INDEX runs_by_root ON runs (root) WHERE root IS NOT NULL;
CREATE INDEX runs_by_updated ON runs (updated);
CREATE INDEX runs_without_backfill ON runs (id) WHERE backfill IS NULL;
DROP INDEX runs_by_plan;
CREATE INDEX runs_by_plan ON runs (plan, id);

-- Without the most common kind about assets: each page that a commit writes costs as much as the
-- event, and among the events of a store with assets, materializations are never far apart.
CREATE INDEX events_by_kind ON events (kind) WHERE kind <> 'asset_materialized';
DROP INDEX events_materialized;
CREATE INDEX events_materialized ON events (asset_id, partition)
    WHERE kind = 'asset_materialized' AND partition IS NOT NULL;

ALTER TABLE assets ADD COLUMN failed INTEGER;
ALTER TABLE assets ADD COLUMN cleared INTEGER NOT NULL DEFAULT 0;  -- the newest wipe's number
-- The parts of the key joined by a character that comes before any other, for the order of keys.
ALTER TABLE assets ADD COLUMN position TEXT NOT NULL DEFAULT '';
UPDATE assets
SET cleared = wiped_at,
    failed = (
        SELECT MAX(events.id) FROM events
        WHERE asset_id = assets.id AND kind = 'asset_failed' AND events.id > wiped_at
    ),
    position = replace(replace(replace(replace(replace(
        key, '\\', char(2)), '\/', char(3)), '/', char(1)), char(3), '/'), char(2), '\');
CREATE INDEX assets_by_position ON assets (position);

-- The newest event that changed a partition's head. The unpartitioned asset is in no index of it:
-- each page that an event changes costs as much as writing the event.
ALTER TABLE partition_heads ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
UPDATE partition_heads SET changed = MAX(COALESCE(materialized, 0), COALESCE(failed, 0));
CREATE INDEX partition_heads_by_change ON partition_heads (asset_id, changed)
    WHERE partition < X'';
CREATE INDEX partition_heads_failed ON partition_heads (asset_id, partition)
    WHERE failed IS NOT NULL;

CREATE TABLE wiped_partitions (
    asset_id  INTEGER NOT NULL REFERENCES assets (id),
    partition TEXT NOT NULL,
    wiped_at  INTEGER NOT NULL,        -- events up to this id are hidden
    wiped_on  REAL NOT NULL,
    PRIMARY KEY (asset_id, partition)
) WITHOUT ROWID;

CREATE TABLE partition_views (
    asset_id INTEGER NOT NULL REFERENCES assets (id),
    name     TEXT NOT NULL,
    up_to    INTEGER NOT NULL,
    kept     INTEGER NOT NULL,         -- grows with each that is kept
    body     BLOB NOT NULL,
    PRIMARY KEY (asset_id, name)
);

CREATE TABLE instigators (
    id   TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX instigators_by_kind ON instigators (kind, id);

CREATE TABLE ticks (
    id         TEXT PRIMARY KEY,
    instigator TEXT NOT NULL,
    status     TEXT NOT NULL,
    at         REAL NOT NULL,
    body       BLOB NOT NULL
);
CREATE INDEX ticks_by_instigator ON ticks (instigator, at, id);
CREATE INDEX ticks_by_status ON ticks (instigator, status, at, id);

CREATE TABLE beats (
    kind TEXT PRIMARY KEY,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE small_values (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE identity (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    id     TEXT NOT NULL,              -- empty until the first opening
    epoch  INTEGER NOT NULL,           -- how many times an older copy was put in place, and one
    marker TEXT NOT NULL               -- what the file beside the store said at the last opening
);
INSERT INTO identity (one, id, epoch, marker) VALUES (1, '', 1, '');
