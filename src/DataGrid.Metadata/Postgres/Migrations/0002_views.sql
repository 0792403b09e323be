-- compatible-from: 1
-- What operators look at. Their columns are kept, whatever happens to the tables behind them.

CREATE VIEW datagrid.runs AS
SELECT split_part(grain_key, '/', 1) AS workspace,
       split_part(grain_key, '/', 2) AS run,
       payload ->> 'pipeline' AS pipeline,
       payload ->> 'status' AS status,
       CASE WHEN split_part(grain_key, '/', 2) ~ '^[0-9]{8}-[0-9]{6}-'
            THEN to_timestamp(left(split_part(grain_key, '/', 2), 15) || ' +00', 'YYYYMMDD-HH24MISS TZH') END AS started_at,
       written_at AS changed_at
FROM datagrid.grain_state
WHERE grain_type = 'run' AND state_name = 'run';

CREATE VIEW datagrid.tasks AS
SELECT run, stage, task, generation, attempt, outcome, rows_read, rows_written, rows_quarantined, output_bytes,
       elapsed_ms * interval '1 millisecond' AS elapsed, accepted_at
FROM datagrid.task_result;

CREATE VIEW datagrid.reminders AS
SELECT split_part(grain_key, '/', 1) AS workspace, grain_type, grain_key, name,
       to_timestamp((start_ticks - 621355968000000000) / 10000000.0) AS first_at,
       (period_ticks / 10) * interval '1 microsecond' AS period
FROM datagrid.reminder;

CREATE VIEW datagrid.silos AS
SELECT cluster_id, silo_name AS silo, address,
       CASE status WHEN 0 THEN 'joining' WHEN 1 THEN 'active' WHEN 2 THEN 'shutting_down' WHEN 3 THEN 'dead' ELSE status::text END AS status,
       lease_until > clock_timestamp() AND status <> 3 AS is_alive,
       gateway_address, product_version, json_array_length(suspicions) AS suspicions, started_at, lease_until
FROM datagrid.member;
