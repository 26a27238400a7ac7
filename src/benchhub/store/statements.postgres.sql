-- What must differ for PostgreSQL from the statement of the same name in statements.sql.

-- name: removal_of_uid
SELECT d.removal_id, d.report_id, u.name, bh_time(m.removed_at)
FROM removed_run d JOIN removal m ON m.id = d.removal_id JOIN "user" u ON u.id = m.user_id WHERE d.uid = :uid;

-- name: rename_contexts
WITH gone AS (DELETE FROM context c
  WHERE c.suite <> :old AND substr(c.suite, 1, length(:old) + 1) <> :old || '/'
    AND c.run_id IN (SELECT id FROM run WHERE project_id = :project_id)
    AND EXISTS (SELECT 1 FROM context o WHERE o.run_id = c.run_id AND o.key = c.key
      AND (o.suite = :old OR substr(o.suite, 1, length(:old) + 1) = :old || '/')
      AND :new || substr(o.suite, length(:old) + 1) = c.suite))
UPDATE context SET suite = :new || substr(suite, length(:old) + 1)
WHERE run_id IN (SELECT id FROM run WHERE project_id = :project_id)
  AND (suite = :old OR substr(suite, 1, length(:old) + 1) = :old || '/');

-- name: removed_runs
SELECT m.id AS removal_id, bh_time(m.removed_at) AS removed_at, u.name AS user_name, d.report_id AS run_id,
  d.uid AS run_uid, bh_json(r.envelope) ->> 'label' AS target,
  bh_time(CAST(bh_json(r.envelope) ->> 'started_at_ms' AS bigint)) AS started_at
FROM removed_run d JOIN removal m ON m.id = d.removal_id JOIN "user" u ON u.id = m.user_id
  JOIN report r ON r.id = d.report_id
ORDER BY m.id DESC, d.report_id;

-- name: old_runs
SELECT run_id, started_at, project, target, branch, tags FROM (
  SELECT r.id AS run_id, r.started_text AS started_at, p.name AS project, t.name AS target, r.branch,
    (SELECT string_agg(name, ' ' ORDER BY name) FROM run_tag WHERE run_id = r.id) AS tags, r.started_at AS started_ms,
    row_number() OVER (PARTITION BY r.lane_id, r.target_id, bh_json(e.doc) -> 'cell' ORDER BY coalesce(c.seq, 0) DESC,
      coalesce(c.committed_at, r.started_at) DESC, r.started_at DESC, r.id DESC) AS place
  FROM run r JOIN project p ON p.id = r.project_id JOIN target t ON t.id = r.target_id
    JOIN spec e ON e.id = r.spec_id LEFT JOIN git_commit c ON c.id = r.commit_id) o
WHERE (place > :keep OR :keep IS NULL) AND (started_ms < :before_ms OR :before_ms IS NULL)
ORDER BY run_id;

-- name: bytes_of_reports
SELECT coalesce(sum(length(body) + octet_length(envelope)), 0) FROM report
WHERE id IN (SELECT value FROM json_each(:report_ids));

-- name: bytes_by_table
SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace;

-- name: find_benchmarks
SELECT DISTINCT project, suite, benchmark, param_text, metric, unit, better, series_id, case_id,
  (SELECT r.full_name || CASE p.path WHEN '.' THEN '' ELSE '/' || p.path END FROM bench_case b
    JOIN project p ON p.id = b.project_id JOIN repo r ON r.id = p.repo_id WHERE b.id = benchmarks.case_id) AS place
FROM benchmarks
WHERE (benchmark = :name OR benchmark || ' ' || param_text = :name OR glob(:name, benchmark || ' ' || param_text)
    OR (benchmark = :bare OR glob(:bare, benchmark) OR suite || '.' || benchmark = :bare)
      AND NOT EXISTS (SELECT 1 FROM jsonb_each_text(CAST(:params AS jsonb)) w
        WHERE params ->> w.key IS DISTINCT FROM w.value AND NOT coalesce(glob(w.value, params ->> w.key), false)))
  AND (project = :project OR :project IS NULL) AND (metric = :metric OR :metric IS NULL)
ORDER BY project, suite, benchmark, param_text, case_id, series_id;

-- name: test_history
SELECT test, suite, param_text, status, seconds, attempt, run_id, started_at, commit_short, committed_at, branch, dirty,
  machine, project, case_id,
  (SELECT r.full_name || CASE p.path WHEN '.' THEN '' ELSE '/' || p.path END FROM bench_case b
    JOIN project p ON p.id = b.project_id JOIN repo r ON r.id = p.repo_id WHERE b.id = tests.case_id) AS place
FROM tests WHERE case_id IN (SELECT b.id FROM bench_case b
    WHERE b.said_name = :name OR glob(:name, b.said_name) OR b.suite || '.' || b.said_name = :name
      OR b.said_name || ' ' || b.param_text = :name
      OR (b.name = :bare OR glob(:bare, b.name) OR b.suite || '.' || b.name = :bare)
        AND NOT EXISTS (SELECT 1 FROM jsonb_each_text(CAST(:params AS jsonb)) w
          WHERE b.params ->> w.key IS DISTINCT FROM w.value AND NOT coalesce(glob(w.value, b.params ->> w.key), false)))
  AND (project = :project OR :project IS NULL)
ORDER BY project, suite, test, param_text, case_id, coalesce(committed_at, started_at) DESC, started_at DESC, run_id DESC, attempt
LIMIT :count;

-- name: values_before
WITH recent AS MATERIALIZED (SELECT r.id FROM run now JOIN run r ON r.lane_id = now.lane_id AND r.target_id = now.target_id
  WHERE now.id = :run_id AND r.id < :first_run_id ORDER BY r.started_at DESC, r.id DESC LIMIT :runs)
SELECT own.series_id, (SELECT before.value FROM recent CROSS JOIN LATERAL (
    SELECT m.value FROM measurement m WHERE m.run_id = recent.id AND m.series_id = own.series_id OFFSET 0) before
  LIMIT 1) AS value
FROM measurement own WHERE own.run_id = :run_id;

-- name: run_durations
WITH wanted AS (SELECT w.place - 1 AS place, s.id AS spec_id, hex(s.hash) = w.doc ->> 'spec' AS same_spec,
    w.doc ->> 'machine_class' AS machine_class
  FROM jsonb_array_elements(bh_json(:wanted)) WITH ORDINALITY w(doc, place)
    JOIN target t ON t.project_id = :project_id AND t.name = w.doc ->> 'label'
    JOIN spec s ON s.target_id = t.id AND bh_json(s.doc) -> 'cell' = w.doc -> 'cell'),
recent AS (SELECT id, spec_id, lane_id, origin, status, finished_at - started_at AS took FROM run
  WHERE project_id = :project_id ORDER BY started_text DESC, id DESC LIMIT :looked_at),
counted AS (SELECT w.place, r.id, CAST(r.took AS double precision) / 1000 AS seconds, w.same_spec,
    hex(m.hash) = w.machine_class AS same_machine, r.status = 'passed' AS passed,
    row_number() OVER (PARTITION BY w.place, w.same_spec, hex(m.hash) = w.machine_class,
      r.status = 'passed' ORDER BY r.id DESC) AS number
  FROM wanted w JOIN recent r ON r.spec_id = w.spec_id JOIN lane l ON l.id = r.lane_id
    JOIN machine_class m ON m.id = l.machine_class_id
  WHERE r.origin = 'run' AND r.status IN ('passed', 'failed') AND r.took >= 0)
SELECT place, seconds, same_spec, same_machine, passed FROM counted WHERE number <= :count ORDER BY place, id DESC;

-- name: build_durations
WITH wanted AS (SELECT w.place - 1 AS place, s.id AS spec_id, hex(s.hash) = w.doc ->> 'spec' AS same_spec,
    w.doc ->> 'machine_class' AS machine_class
  FROM jsonb_array_elements(bh_json(:wanted)) WITH ORDINALITY w(doc, place)
    JOIN target t ON t.project_id = :project_id AND t.name = w.doc ->> 'label'
    JOIN spec s ON s.target_id = t.id AND bh_json(s.doc) -> 'cell' = w.doc -> 'cell'),
recent AS (SELECT id, spec_id, lane_id, origin FROM run
  WHERE project_id = :project_id ORDER BY started_text DESC, id DESC LIMIT :looked_at),
counted AS (SELECT w.place, r.id, r.lane_id, w.same_spec, w.machine_class,
    row_number() OVER (PARTITION BY w.place ORDER BY r.id DESC) AS number
  FROM wanted w JOIN recent r ON r.spec_id = w.spec_id WHERE r.origin = 'run'),
built AS (SELECT c.place, c.id, c.same_spec, hex(m.hash) = c.machine_class AS same_machine,
    (SELECT sum(CAST(e.doc ->> 'wall_s' AS double precision))
      FROM jsonb_array_elements(bh_json(q.envelope) -> 'executions') e(doc)
      WHERE e.doc ->> 'role' = 'build' HAVING bool_or(e.doc ->> 'exit_code' = '0')) AS seconds
  FROM counted c JOIN report q ON q.id = c.id JOIN lane l ON l.id = c.lane_id
    JOIN machine_class m ON m.id = l.machine_class_id
  WHERE c.number <= :count)
SELECT place, seconds, same_spec, same_machine, 1 AS passed FROM built WHERE seconds IS NOT NULL ORDER BY place, id DESC;

-- name: last_run_like
SELECT r.id, (SELECT count(*) FROM (SELECT s.case_id FROM measurement m JOIN series s ON s.id = m.series_id
      JOIN bench_case b ON b.id = s.case_id AND b.framework = (SELECT f.name FROM framework f WHERE f.id = r.framework_id)
    WHERE m.run_id = r.id UNION SELECT o.case_id FROM test_result o WHERE o.run_id = r.id) u) AS cases
FROM machine_class k JOIN environment_class e ON e.hash = :environment_class
  JOIN lane l ON l.project_id = :project_id AND l.machine_class_id = k.id AND l.environment_class_id = e.id
    AND l.subject = :subject AND l.branch = :branch AND l.dirty = :dirty
  JOIN target t ON t.project_id = :project_id AND t.name = :target
  JOIN run r ON r.lane_id = l.id AND r.target_id = t.id
  JOIN spec sp ON sp.id = r.spec_id AND bh_json(sp.doc) -> 'cell' = bh_json(:cell)
WHERE k.hash = :machine_class AND r.status IN ('passed', 'failed')
ORDER BY r.started_at DESC, r.id DESC LIMIT 1;

-- name: names_of_views
SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace ORDER BY relname;

-- name: names_of_tables
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname;

-- name: names_of_functions
SELECT DISTINCT proname FROM pg_proc WHERE proname ~ '^[a-z]' AND proname !~ '^(pg|bt|gin|gist|spg|hash|brin)_|(in|out|send|recv|sel|eq|ne|lt|gt|le|ge|cmp)$'
ORDER BY proname;

-- name: columns_of
SELECT a.attname, CASE
  WHEN format_type(a.atttypid, NULL) IN ('bigint', 'integer', 'smallint', 'boolean', 'numeric') THEN 'INTEGER'
  WHEN format_type(a.atttypid, NULL) IN ('double precision', 'real') THEN 'REAL'
  WHEN format_type(a.atttypid, NULL) LIKE 'timestamp%' THEN 'TIMESTAMP' ELSE 'TEXT' END
FROM pg_attribute a WHERE a.attrelid = to_regclass(quote_ident(:name)) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum;

-- name: claim_projection
SELECT report_id FROM projection WHERE state <> 'done' AND state = 'todo' AND report_id > :after ORDER BY report_id LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: has_large
SELECT 1 FROM large_part WHERE sha256 = :sha256 LIMIT 1;

-- name: put_large_part
INSERT INTO large_part (sha256, seq, data) VALUES (:sha256, :seq, :data) ON CONFLICT (sha256, seq) DO NOTHING;

-- name: large_part
SELECT data FROM large_part WHERE sha256 = :sha256 AND seq = :seq;

-- name: bytes_of_large
SELECT coalesce(sum(length(data)), 0) FROM large_part WHERE sha256 = :sha256;

-- name: bytes_of_all_large
SELECT coalesce(sum(length(data)), 0) FROM large_part;

-- name: all_large
SELECT sha256, sum(length(data)) FROM large_part GROUP BY sha256 ORDER BY sha256;

-- name: delete_large
DELETE FROM large_part WHERE sha256 = :sha256;

-- name: series_page
SELECT s.id, r.host, r.owner, r.name AS repo, p.path, b.id AS case_id, b.framework, b.suite, b.name, b.param_text,
  x.name AS metric, x.unit, x.better, x.exact
FROM series s JOIN bench_case b ON b.id = s.case_id JOIN metric x ON x.id = s.metric_id
  JOIN project p ON p.id = s.project_id JOIN repo r ON r.id = p.repo_id
WHERE (r.host, r.owner, r.name, p.path, b.suite, b.name, b.param_text, x.name, s.id)
    > (:host, :owner, :repo, :path, :after_suite, :after_name, :after_params, :after_metric, :after_id)
  AND (:visible IS NULL OR s.project_id IN (SELECT value FROM json_each(:visible)))
  AND (:project_id IS NULL OR s.project_id = :project_id) AND (:metric IS NULL OR x.name = :metric)
  AND (:id IS NULL OR s.id = :id)
  AND (:name IS NULL OR b.name = :name OR b.name || ' ' || b.param_text = :name OR glob(:name, b.name || ' ' || b.param_text)
    OR (b.name = :bare OR glob(:bare, b.name) OR b.suite || '.' || b.name = :bare)
      AND NOT EXISTS (SELECT 1 FROM jsonb_each_text(CAST(:params AS jsonb)) w WHERE NOT EXISTS (SELECT 1 FROM case_param q
        WHERE q.case_id = b.id AND q.key = w.key AND (q.value = w.value OR glob(w.value, q.value)))))
ORDER BY r.host, r.owner, r.name, p.path, b.suite, b.name, b.param_text, x.name, s.id LIMIT :count;

-- name: known_reports
SELECT j.value AS uid, coalesce(r.sha256, q.sha256) AS sha256, d.uid IS NOT NULL AS is_removed
FROM jsonb_array_elements_text(CAST(:uids AS jsonb)) WITH ORDINALITY j(value, key)
  LEFT JOIN report r ON r.uid = j.value LEFT JOIN removed_run d ON d.uid = j.value LEFT JOIN report q ON q.id = d.report_id
WHERE r.uid IS NOT NULL OR d.uid IS NOT NULL ORDER BY j.key;
