-- compatible-from: 1
-- Keys compare by their bytes: independent of the server's language, and of updates to its sorting rules, which would break indexes.

-- The version of a row is made by its writer and never comes again, so that a writer whose answer was lost can tell whether the row is its own.
-- Payloads are json and not jsonb: the bytes stay as they were written, and a NUL in a string is no error.
CREATE TABLE datagrid.grain_state (
    grain_type text COLLATE "C" NOT NULL,
    grain_key text COLLATE "C" NOT NULL,
    state_name text COLLATE "C" NOT NULL,
    etag text COLLATE "C" NOT NULL,
    format integer NOT NULL,
    payload json NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (grain_type, grain_key, state_name)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- The first row of a task and generation is its result for ever. The columns beside the report are for people.
CREATE TABLE datagrid.task_result (
    run text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    task integer NOT NULL,
    generation integer NOT NULL,
    attempt text COLLATE "C" NOT NULL,
    outcome text NOT NULL,
    rows_read bigint NOT NULL,
    rows_written bigint NOT NULL,
    rows_quarantined bigint NOT NULL,
    output_bytes bigint NOT NULL,
    elapsed_ms bigint NOT NULL,
    report json NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, stage, task, generation)
);

-- Times are ticks of 100 ns since the year 1: a timestamp would cut them to microseconds.
CREATE TABLE datagrid.reminder (
    grain_type text COLLATE "C" NOT NULL,
    grain_key text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    grain_hash bigint NOT NULL,
    start_ticks bigint NOT NULL,
    period_ticks bigint NOT NULL,
    etag text COLLATE "C" NOT NULL,
    PRIMARY KEY (grain_type, grain_key, name)
);
CREATE INDEX reminder_by_hash ON datagrid.reminder (grain_hash);

-- One version per cluster counts the changes of its view; leases change without it.
CREATE TABLE datagrid.cluster (
    cluster_id text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL
);
CREATE TABLE datagrid.member (
    cluster_id text COLLATE "C" NOT NULL REFERENCES datagrid.cluster,
    address text COLLATE "C" NOT NULL,
    silo_name text NOT NULL,
    status smallint NOT NULL,
    gateway_address text,
    product_version text NOT NULL,
    min_wire_version integer NOT NULL,
    max_wire_version integer NOT NULL,
    suspicions json NOT NULL,
    started_at timestamptz NOT NULL,
    lease_until timestamptz NOT NULL,
    PRIMARY KEY (cluster_id, address)
) WITH (fillfactor = 50);
