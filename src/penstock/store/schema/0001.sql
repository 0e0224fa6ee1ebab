-- Schema 1: runs, events, projections of assets and checks, backfills, dynamic partitions.
--
-- A head's `partition` is X'' where the asset is not partitioned: a primary key takes no NULL, and
-- an empty blob equals no text, so every text remains usable as a key.

-- Written only when events are deleted, so that an append does not pay for it.
CREATE TABLE counters (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    last_event INTEGER NOT NULL,     -- the newest id at the last deletion; none is used again
    deleted    INTEGER NOT NULL      -- how many events were deleted
);
INSERT INTO counters (one, last_event, deleted) VALUES (1, 0, 0);

CREATE TABLE plans (
    digest TEXT PRIMARY KEY,
    body   BLOB NOT NULL
);

CREATE TABLE runs (
    id       TEXT PRIMARY KEY,
    status   TEXT NOT NULL,
    job      TEXT NOT NULL,
    backfill TEXT,
    created  REAL NOT NULL,
    updated  REAL NOT NULL,
    started  REAL,
    ended    REAL,
    version  INTEGER NOT NULL,
    fence    INTEGER NOT NULL,
    owner    TEXT,
    plan     TEXT NOT NULL,
    error    TEXT
);
CREATE INDEX runs_by_status ON runs (status, id);
CREATE INDEX runs_by_job ON runs (job, id);
CREATE INDEX runs_by_backfill ON runs (backfill, id) WHERE backfill IS NOT NULL;
CREATE INDEX runs_by_created ON runs (created);
CREATE INDEX runs_by_plan ON runs (plan);

-- Apart from `runs`, because every append rewrites the row of its run, and a spec may be large.
CREATE TABLE run_specs (
    run  TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    body BLOB NOT NULL
);

CREATE TABLE run_tags (
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    run   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    PRIMARY KEY (key, value, run)
) WITHOUT ROWID;
CREATE INDEX run_tags_by_run ON run_tags (run);

CREATE TABLE assets (
    id                      INTEGER PRIMARY KEY,
    key                     TEXT NOT NULL UNIQUE,
    newest                  INTEGER NOT NULL DEFAULT 0,  -- id of the newest event about it
    wiped_at                INTEGER NOT NULL DEFAULT 0,  -- events up to this id are hidden
    wiped_on                REAL,
    materialized            INTEGER,
    at                      REAL,
    run                     TEXT,
    observed                INTEGER,
    planned_run             TEXT,
    partitions_materialized INTEGER NOT NULL DEFAULT 0,
    partitions_failed       INTEGER NOT NULL DEFAULT 0
);

-- Without a foreign key to `runs`: it would cost a lookup for each event, and `delete_run` removes
-- both in one transaction.
CREATE TABLE events (
    id        INTEGER PRIMARY KEY,
    run       TEXT,
    at        REAL NOT NULL,
    kind      TEXT NOT NULL,
    step      TEXT,
    asset_id  INTEGER,
    partition TEXT,
    body      BLOB NOT NULL
);
CREATE INDEX events_by_run ON events (run) WHERE run IS NOT NULL;
CREATE INDEX events_by_asset ON events (asset_id) WHERE asset_id IS NOT NULL;
CREATE INDEX events_materialized ON events (asset_id, partition)
    WHERE kind = 'asset_materialized';

CREATE TABLE partition_heads (
    asset_id     INTEGER NOT NULL REFERENCES assets (id),
    partition    NOT NULL,
    materialized INTEGER,
    at           REAL,
    run          TEXT,
    data_version TEXT NOT NULL DEFAULT '',
    code_version TEXT,
    inputs       BLOB,
    failed       INTEGER,
    failed_run   TEXT,
    PRIMARY KEY (asset_id, partition)
) WITHOUT ROWID;

-- The counts of an asset follow its partition heads, whichever statement writes these.
CREATE TRIGGER partition_heads_added AFTER INSERT ON partition_heads
BEGIN
    UPDATE assets
    SET partitions_materialized = partitions_materialized + (NEW.materialized IS NOT NULL),
        partitions_failed = partitions_failed + (NEW.failed IS NOT NULL)
    WHERE id = NEW.asset_id;
END;
CREATE TRIGGER partition_heads_changed AFTER UPDATE ON partition_heads
WHEN (OLD.materialized IS NULL) <> (NEW.materialized IS NULL)
    OR (OLD.failed IS NULL) <> (NEW.failed IS NULL)
BEGIN
    UPDATE assets
    SET partitions_materialized = partitions_materialized
            + (NEW.materialized IS NOT NULL) - (OLD.materialized IS NOT NULL),
        partitions_failed = partitions_failed
            + (NEW.failed IS NOT NULL) - (OLD.failed IS NOT NULL)
    WHERE id = NEW.asset_id;
END;

CREATE TABLE check_heads (
    asset_id  INTEGER NOT NULL REFERENCES assets (id),
    name      TEXT NOT NULL,
    partition NOT NULL,
    passed    INTEGER NOT NULL,
    severity  TEXT NOT NULL,
    event     INTEGER NOT NULL,
    at        REAL NOT NULL,
    run       TEXT,
    PRIMARY KEY (asset_id, name, partition)
) WITHOUT ROWID;

CREATE TABLE backfills (
    id      TEXT PRIMARY KEY,
    status  TEXT NOT NULL,
    updated REAL NOT NULL,
    owner   TEXT,
    body    BLOB NOT NULL            -- the record as it was saved; the columns here override it
);
CREATE INDEX backfills_by_status ON backfills (status, id);

CREATE TABLE backfill_partitions (
    backfill TEXT NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (backfill, number)
) WITHOUT ROWID;

CREATE TABLE dynamic_partitions (
    id         INTEGER PRIMARY KEY,  -- the order in which keys were added
    definition TEXT NOT NULL,
    key        TEXT NOT NULL,
    UNIQUE (definition, key)
);
CREATE INDEX dynamic_partitions_by_definition ON dynamic_partitions (definition);
