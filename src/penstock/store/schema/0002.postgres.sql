-- Schema 2 on Postgres: the tables and columns of 0002.sql.

ALTER TABLE runs ADD COLUMN root TEXT COLLATE "C";  -- the first run of the group of re-executions
UPDATE runs SET root = (
    SELECT convert_from(body, 'UTF8')::JSON ->> 'root' FROM run_specs WHERE run = runs.id
);
CREATE INDEX runs_by_root ON runs (root) WHERE root IS NOT NULL;
CREATE INDEX runs_by_updated ON runs (updated);
CREATE INDEX runs_without_backfill ON runs (id) WHERE backfill IS NULL;
DROP INDEX runs_by_plan;
CREATE INDEX runs_by_plan ON runs (plan, id);

CREATE INDEX events_by_kind ON events (kind, id);
-- Which kinds an asset has says much about it: without this the planner takes the wrong index.
CREATE STATISTICS events_by_asset_and_kind (dependencies) ON asset_id, kind FROM events;

ALTER TABLE assets
    ADD COLUMN failed BIGINT,
    ADD COLUMN cleared BIGINT NOT NULL DEFAULT 0,  -- the newest wipe's number
    -- The parts of the key joined by a character that comes before any other, for their order.
    ADD COLUMN position TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE assets
SET cleared = wiped_at,
    failed = (
        SELECT MAX(events.id) FROM events
        WHERE asset_id = assets.id AND kind = 'asset_failed' AND events.id > wiped_at
    ),
    position = replace(replace(replace(replace(replace(
        key, '\\', chr(2)), '\/', chr(3)), '/', chr(1)), chr(3), '/'), chr(2), '\');
CREATE INDEX assets_by_position ON assets (position);

-- The newest event that changed a partition's head.
ALTER TABLE partition_heads ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
UPDATE partition_heads SET changed = GREATEST(COALESCE(materialized, 0), COALESCE(failed, 0));
CREATE INDEX partition_heads_by_change ON partition_heads (asset_id, changed);
CREATE INDEX partition_heads_failed ON partition_heads (asset_id, partition)
    WHERE failed IS NOT NULL;

CREATE TABLE wiped_partitions (
    asset_id  BIGINT NOT NULL,
    partition TEXT COLLATE "C" NOT NULL,
    wiped_at  BIGINT NOT NULL,         -- events up to this id are hidden
    wiped_on  DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (asset_id, partition)
);

CREATE TABLE partition_views (
    asset_id BIGINT NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    up_to    BIGINT NOT NULL,
    kept     BIGINT NOT NULL,          -- grows with each that is kept
    body     BYTEA NOT NULL,
    PRIMARY KEY (asset_id, name)
);

CREATE TABLE instigators (
    id   TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX instigators_by_kind ON instigators (kind, id);

CREATE TABLE ticks (
    id         TEXT COLLATE "C" PRIMARY KEY,
    instigator TEXT COLLATE "C" NOT NULL,
    status     TEXT COLLATE "C" NOT NULL,
    at         DOUBLE PRECISION NOT NULL,
    body       BYTEA NOT NULL
);
CREATE INDEX ticks_by_instigator ON ticks (instigator, at, id);
CREATE INDEX ticks_by_status ON ticks (instigator, status, at, id);

CREATE TABLE beats (
    kind TEXT COLLATE "C" PRIMARY KEY,
    body BYTEA NOT NULL
);

CREATE TABLE small_values (
    key   TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE identity (
    one    BIGINT PRIMARY KEY CHECK (one = 1),
    id     TEXT COLLATE "C" NOT NULL,  -- empty until the first opening
    epoch  BIGINT NOT NULL,            -- how many times an older copy was put in place, and one
    marker TEXT COLLATE "C" NOT NULL   -- which server, on which timeline, at the last opening
);
INSERT INTO identity (one, id, epoch, marker) VALUES (1, '', 1, '');
