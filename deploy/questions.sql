-- The questions of the dashboards for Metabase and Superset: the same text for SQLite and PostgreSQL.
-- `chart` says how each is drawn.  A test runs them all.

-- name: trend
-- title: Time of each benchmark on the trunk, in seconds
-- chart: line; x = started_at, y = value, one line for each `line`
SELECT started_at, project, benchmark || ' ' || param_text AS line, machine, commit_short, value
FROM history
WHERE metric = 'time' AND unit = 's' AND trunk
ORDER BY started_at;

-- name: changed
-- title: Newest against the one before, the slowest first
-- chart: table
SELECT project, suite, benchmark, param_text, machine, previous_value, value, ratio, commit_short, started_at
FROM latest
WHERE metric = 'time' AND unit = 's' AND trunk AND ratio IS NOT NULL
ORDER BY ratio DESC;

-- name: runs_per_day
-- title: Runs per day
-- chart: bar, stacked; x = day, y = runs, one colour for each status
SELECT date(started_at) AS day, status, count(*) AS runs
FROM runs
GROUP BY date(started_at), status
ORDER BY day;

-- name: failed_tests
-- title: Tests that failed
-- chart: table
SELECT started_at, project, suite, test, status, message, branch, commit_short, run_id
FROM tests
WHERE status IN ('failed', 'error', 'timeout')
ORDER BY started_at DESC;

-- name: memory
-- title: Peak memory of a run, in bytes
-- chart: line; x = started_at, y = memory_bytes_max, one line for each target
SELECT started_at, project, target, machine, memory_bytes_max, wall_s
FROM runs
WHERE memory_bytes_max IS NOT NULL
ORDER BY started_at;

-- name: newest_runs
-- title: Newest runs
-- chart: table
SELECT started_at, project, target, branch, commit_short, machine, user_name, status, seconds, run_id
FROM runs
ORDER BY started_at DESC
LIMIT 100;
