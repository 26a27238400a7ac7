-- The stable contract, for PostgreSQL: the same views with the same columns in the same order as in views.sql, where each
-- is described.  A test compares them, and what they say of the same reports.

CREATE VIEW results AS
SELECT
  p.name AS project,
  rp.full_name AS repo,
  p.path AS project_path,
  t.name AS target,
  b.framework AS framework,
  b.suite AS suite,
  b.name AS benchmark,
  b.params AS params,
  b.param_text AS param_text,
  x.name AS metric,
  x.unit AS unit,
  x.better AS better,
  m.value AS value,
  w.lo AS lo,
  w.hi AS hi,
  w.sd AS sd,
  coalesce(w.n, 1) AS n,
  c.sha AS commit_sha,
  substr(c.sha, 1, 10) AS commit_short,
  c.committed_text AS committed_at,
  r.branch AS branch,
  r.dirty AS dirty,
  r.started_text AS started_at,
  mc.name AS machine,
  mk.cpu AS cpu,
  ek.toolchain AS toolchain,
  u.name AS user_name,
  r.status AS status,
  r.id AS run_id,
  r.uid AS run_uid,
  c.seq AS commit_seq,
  r.trunk AS trunk,
  sb.name AS subject,
  sb.version AS subject_version,
  r.lane_id AS lane_id,
  s.id AS series_id,
  b.id AS case_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN measurement m ON m.run_id = r.id
  JOIN series s ON s.id = m.series_id
  JOIN bench_case b ON b.id = s.case_id AND b.project_id = r.project_id
  JOIN metric x ON x.id = s.metric_id
  LEFT JOIN spread w ON w.run_id = m.run_id AND w.series_id = m.series_id
  LEFT JOIN target t ON t.id = r.target_id
  LEFT JOIN machine mc ON mc.id = r.machine_id
  LEFT JOIN lane l ON l.id = r.lane_id
  LEFT JOIN machine_class mk ON mk.id = l.machine_class_id
  LEFT JOIN environment_class ek ON ek.id = l.environment_class_id
  LEFT JOIN git_commit c ON c.id = r.commit_id
  LEFT JOIN repo rp ON rp.id = p.repo_id
  LEFT JOIN subject sb ON sb.id = r.subject_id
  LEFT JOIN "user" u ON u.id = r.user_id;

CREATE VIEW history AS
SELECT
  p.name AS project,
  b.suite AS suite,
  b.name AS benchmark,
  b.params AS params,
  b.param_text AS param_text,
  x.name AS metric,
  x.unit AS unit,
  x.better AS better,
  CAST(j.value AS double precision) AS value,
  c.sha AS commit_sha,
  substr(c.sha, 1, 10) AS commit_short,
  c.seq AS commit_seq,
  c.committed_text AS committed_at,
  r.branch AS branch,
  r.trunk AS trunk,
  r.dirty AS dirty,
  r.started_text AS started_at,
  mc.name AS machine,
  r.status AS status,
  r.id AS run_id,
  r.lane_id AS lane_id,
  s.id AS series_id
FROM project p
  JOIN bench_case b ON b.project_id = p.id
  JOIN series s ON s.case_id = b.id
  JOIN metric x ON x.id = s.metric_id
  JOIN history_value h ON h.series_id = s.id
  CROSS JOIN LATERAL json_array_elements_text(CAST(h.value AS json)) WITH ORDINALITY j(value, place)
  JOIN history_block k ON k.id = h.block_id AND k.slot = j.place - 1
  JOIN run r ON r.id = k.run_id
  LEFT JOIN machine mc ON mc.id = r.machine_id
  LEFT JOIN git_commit c ON c.id = r.commit_id
WHERE j.value IS NOT NULL
UNION ALL
SELECT p.name, b.suite, b.name, b.params, b.param_text, x.name, x.unit, x.better, m.value, c.sha, substr(c.sha, 1, 10),
  c.seq, c.committed_text, r.branch, r.trunk, r.dirty, r.started_text, mc.name, r.status, r.id, r.lane_id, s.id
FROM project p
  JOIN bench_case b ON b.project_id = p.id
  JOIN series s ON s.case_id = b.id
  JOIN metric x ON x.id = s.metric_id
  JOIN run r ON r.project_id = p.id AND r.block_id IS NULL
  JOIN measurement m ON m.run_id = r.id AND m.series_id = s.id
  LEFT JOIN machine mc ON mc.id = r.machine_id
  LEFT JOIN git_commit c ON c.id = r.commit_id;

CREATE VIEW benchmarks AS
SELECT
  p.name AS project,
  b.framework AS framework,
  b.suite AS suite,
  b.name AS benchmark,
  b.params AS params,
  b.param_text AS param_text,
  x.name AS metric,
  x.unit AS unit,
  x.better AS better,
  s.id AS series_id,
  b.id AS case_id
FROM series s
  JOIN bench_case b ON b.id = s.case_id AND b.framework <> 'process'
  JOIN metric x ON x.id = s.metric_id
  JOIN project p ON p.id = s.project_id;

CREATE VIEW latest AS
SELECT
  p.name AS project,
  b.suite AS suite,
  b.name AS benchmark,
  b.params AS params,
  b.param_text AS param_text,
  x.name AS metric,
  x.unit AS unit,
  x.better AS better,
  mc.name AS machine,
  mk.cpu AS cpu,
  ek.toolchain AS toolchain,
  l.subject AS subject,
  r.branch AS branch,
  r.trunk AS trunk,
  r.dirty AS dirty,
  m.value AS value,
  o.value AS previous_value,
  bh_ratio(m.value, o.value) AS ratio,
  c.sha AS commit_sha,
  substr(c.sha, 1, 10) AS commit_short,
  r.started_text AS started_at,
  r.status AS status,
  q.run_id AS run_id,
  nullif(q.prev_run_id, 0) AS previous_run_id,
  r.lane_id AS lane_id,
  h.series_id AS series_id
FROM project p
  JOIN lane l ON l.project_id = p.id
  JOIN series_head h ON h.lane_id = l.id
  JOIN head q ON q.id = h.head_id
  JOIN measurement m ON m.run_id = q.run_id AND m.series_id = h.series_id
  JOIN series s ON s.id = h.series_id
  JOIN bench_case b ON b.id = s.case_id
  JOIN metric x ON x.id = s.metric_id
  JOIN run r ON r.id = q.run_id
  LEFT JOIN measurement o ON o.run_id = q.prev_run_id AND o.series_id = h.series_id
  LEFT JOIN machine mc ON mc.id = r.machine_id
  LEFT JOIN machine_class mk ON mk.id = l.machine_class_id
  LEFT JOIN environment_class ek ON ek.id = l.environment_class_id
  LEFT JOIN git_commit c ON c.id = r.commit_id;

CREATE VIEW runs AS
SELECT
  p.name AS project,
  rp.full_name AS repo,
  p.path AS project_path,
  t.name AS target,
  bh_json(sp.doc) -> 'cell' AS cell,
  f.name AS framework,
  f.version AS framework_version,
  c.sha AS commit_sha,
  substr(c.sha, 1, 10) AS commit_short,
  c.subject AS commit_subject,
  c.seq AS commit_seq,
  c.committed_text AS committed_at,
  r.branch AS branch,
  r.trunk AS trunk,
  r.dirty AS dirty,
  r.fork AS fork,
  r.started_text AS started_at,
  CAST(r.finished_at - r.started_at AS double precision) / 1000 AS seconds,
  r.wall_s AS wall_s,
  r.user_s AS user_s,
  r.system_s AS system_s,
  r.memory_bytes_max AS memory_bytes_max,
  mc.name AS machine,
  mk.cpu AS cpu,
  mk.cores AS cores,
  e.os AS os,
  ek.toolchain AS toolchain,
  sb.name AS subject,
  sb.version AS subject_version,
  u.name AS user_name,
  r.origin AS origin,
  r.status AS status,
  r.exit_code AS exit_code,
  r.unread_count AS unread_lines,
  r.id AS run_id,
  r.uid AS run_uid,
  r.lane_id AS lane_id,
  coalesce((SELECT string_agg(y.name, ' ' ORDER BY y.name) FROM run_tag y WHERE y.run_id = r.id), '') AS tags,
  (SELECT count(*) FROM run_note y WHERE y.run_id = r.id) AS notes
FROM run r
  JOIN project p ON p.id = r.project_id
  LEFT JOIN target t ON t.id = r.target_id
  LEFT JOIN spec sp ON sp.id = r.spec_id
  LEFT JOIN machine mc ON mc.id = r.machine_id
  LEFT JOIN lane l ON l.id = r.lane_id
  LEFT JOIN machine_class mk ON mk.id = l.machine_class_id
  LEFT JOIN git_commit c ON c.id = r.commit_id
  LEFT JOIN repo rp ON rp.id = p.repo_id
  LEFT JOIN framework f ON f.id = r.framework_id
  LEFT JOIN subject sb ON sb.id = r.subject_id
  LEFT JOIN "user" u ON u.id = r.user_id
  LEFT JOIN environment e ON e.id = r.environment_id
  LEFT JOIN environment_class ek ON ek.id = l.environment_class_id;

CREATE VIEW comparisons AS
SELECT
  p.name AS project,
  bc.suite AS suite,
  bc.name AS benchmark,
  bc.params AS params,
  bc.param_text AS param_text,
  x.name AS metric,
  x.unit AS unit,
  x.better AS better,
  b.value AS base_value,
  a.value AS value,
  bh_ratio(a.value, b.value) AS ratio,
  coalesce(wb.n, 1) AS base_n,
  coalesce(wa.n, 1) AS n,
  la.machine_class_id = lb.machine_class_id AS same_machine_class,
  la.environment_class_id = lb.environment_class_id AS same_environment_class,
  a.run_id AS run_id,
  b.run_id AS base_run_id,
  a.series_id AS series_id
FROM measurement a
  JOIN measurement b ON b.series_id = a.series_id
  JOIN run ra ON ra.id = a.run_id
  JOIN run rb ON rb.id = b.run_id
  JOIN series s ON s.id = a.series_id
  JOIN bench_case bc ON bc.id = s.case_id
  JOIN metric x ON x.id = s.metric_id
  JOIN project p ON p.id = s.project_id
  LEFT JOIN spread wa ON wa.run_id = a.run_id AND wa.series_id = a.series_id
  LEFT JOIN spread wb ON wb.run_id = b.run_id AND wb.series_id = b.series_id
  LEFT JOIN lane la ON la.id = ra.lane_id
  LEFT JOIN lane lb ON lb.id = rb.lane_id;

CREATE VIEW tests AS
SELECT
  p.name AS project,
  t.name AS target,
  b.framework AS framework,
  b.kind AS kind,
  b.suite AS suite,
  b.said_name AS test,
  b.params AS params,
  b.param_text AS param_text,
  q.status AS status,
  q.tool_status AS tool_status,
  q.duration_s AS seconds,
  q.attempt AS attempt,
  q.flags AS flags,
  q.message AS message,
  c.sha AS commit_sha,
  substr(c.sha, 1, 10) AS commit_short,
  c.committed_text AS committed_at,
  r.branch AS branch,
  r.trunk AS trunk,
  r.dirty AS dirty,
  r.started_text AS started_at,
  mc.name AS machine,
  u.name AS user_name,
  r.id AS run_id,
  r.uid AS run_uid,
  b.id AS case_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN test_result q ON q.run_id = r.id
  JOIN bench_case b ON b.id = q.case_id AND b.project_id = r.project_id
  LEFT JOIN target t ON t.id = r.target_id
  LEFT JOIN machine mc ON mc.id = r.machine_id
  LEFT JOIN git_commit c ON c.id = r.commit_id
  LEFT JOIN "user" u ON u.id = r.user_id;

CREATE VIEW samples AS
SELECT
  p.name AS project,
  b.suite AS suite,
  b.name AS benchmark,
  b.param_text AS param_text,
  x.name AS metric,
  x.unit AS unit,
  CAST(j.place - 1 AS integer) AS i,
  CASE WHEN w.samples IS NULL THEN m.value ELSE CAST(j.value AS double precision) END AS value,
  CAST(CASE WHEN m.iterations LIKE '[%' THEN CAST(m.iterations AS jsonb) ->> CAST(j.place - 1 AS integer)
    ELSE m.iterations END AS numeric) AS iterations,
  r.branch AS branch,
  r.started_text AS started_at,
  r.id AS run_id,
  s.id AS series_id,
  b.id AS case_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN measurement m ON m.run_id = r.id
  LEFT JOIN spread w ON w.run_id = m.run_id AND w.series_id = m.series_id
  CROSS JOIN LATERAL json_array_elements_text(CAST(coalesce(w.samples, '[0]') AS json)) WITH ORDINALITY j(value, place)
  JOIN series s ON s.id = m.series_id
  JOIN bench_case b ON b.id = s.case_id AND b.project_id = r.project_id AND b.framework <> 'process'
  JOIN metric x ON x.id = s.metric_id;

CREATE VIEW statistics AS
SELECT
  p.name AS project,
  b.suite AS suite,
  b.name AS benchmark,
  b.param_text AS param_text,
  x.name AS metric,
  x.unit AS unit,
  d.statistic AS statistic,
  d.seq AS i,
  d.value AS value,
  d.n AS n,
  r.started_text AS started_at,
  r.id AS run_id,
  s.id AS series_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN distribution d ON d.run_id = r.id
  JOIN series s ON s.id = d.series_id
  JOIN bench_case b ON b.id = s.case_id AND b.project_id = r.project_id
  JOIN metric x ON x.id = s.metric_id;

CREATE VIEW resources AS
SELECT
  p.name AS project,
  t.name AS target,
  x.name AS metric,
  x.unit AS unit,
  m.value AS value,
  r.branch AS branch,
  mc.name AS machine,
  r.started_text AS started_at,
  r.id AS run_id,
  b.name AS part,
  CASE WHEN b.name = 'part' THEN b.suite END AS part_name,
  s.id AS series_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN measurement m ON m.run_id = r.id
  JOIN series s ON s.id = m.series_id
  JOIN bench_case b ON b.id = s.case_id AND b.project_id = r.project_id AND b.framework = 'process'
  JOIN metric x ON x.id = s.metric_id
  LEFT JOIN target t ON t.id = r.target_id
  LEFT JOIN machine mc ON mc.id = r.machine_id;

CREATE VIEW resource_samples AS
SELECT
  p.name AS project,
  t.name AS target,
  r.id AS run_id,
  q.seq AS program,
  CAST(j.value AS double precision) AS time_s,
  CAST(CAST(q.cpu_s AS jsonb) ->> CAST(j.place - 1 AS integer) AS double precision) AS cpu_s,
  CAST(CAST(q.memory_bytes AS jsonb) ->> CAST(j.place - 1 AS integer) AS bigint) AS memory_bytes,
  CAST(CAST(q.anonymous_bytes AS jsonb) ->> CAST(j.place - 1 AS integer) AS bigint) AS anonymous_bytes,
  CAST(CAST(q.processes AS jsonb) ->> CAST(j.place - 1 AS integer) AS bigint) AS processes
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN resource_series q ON q.run_id = r.id
  CROSS JOIN LATERAL json_array_elements_text(CAST(q.time_s AS json)) WITH ORDINALITY j(value, place)
  LEFT JOIN target t ON t.id = r.target_id;

CREATE VIEW suites AS
SELECT
  p.name AS project,
  q.suite AS suite,
  q.status AS status,
  q.tool_status AS tool_status,
  q.duration_s AS seconds,
  r.started_text AS started_at,
  r.id AS run_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN suite_result q ON q.run_id = r.id;

CREATE VIEW contexts AS
SELECT
  p.name AS project,
  q.key AS key,
  q.suite AS suite,
  q.value AS value,
  r.id AS run_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN context q ON q.run_id = r.id;

CREATE VIEW problems AS
SELECT
  p.name AS project,
  t.name AS target,
  q.kind AS kind,
  q.place AS place,
  q.text AS text,
  r.started_text AS started_at,
  r.id AS run_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN problem q ON q.run_id = r.id
  LEFT JOIN target t ON t.id = r.target_id;

CREATE VIEW unread_lines AS
SELECT
  p.name AS project,
  q.stream AS stream,
  q.line AS line,
  q.byte_offset AS byte_offset,
  q.why AS why,
  q.text AS text,
  r.id AS run_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN unread q ON q.run_id = r.id;

CREATE VIEW run_tags AS
SELECT
  p.name AS project,
  t.name AS target,
  q.name AS tag,
  u.name AS user_name,
  bh_time(q.tagged_at) AS tagged_at,
  r.started_text AS started_at,
  r.id AS run_id,
  r.uid AS run_uid
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN run_tag q ON q.run_id = r.id
  JOIN "user" u ON u.id = q.user_id
  LEFT JOIN target t ON t.id = r.target_id;

CREATE VIEW run_notes AS
SELECT
  p.name AS project,
  t.name AS target,
  q.text AS note,
  u.name AS user_name,
  bh_time(q.noted_at) AS noted_at,
  r.started_text AS started_at,
  r.id AS run_id,
  r.uid AS run_uid,
  q.id AS note_id
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN run_note q ON q.run_id = r.id
  JOIN "user" u ON u.id = q.user_id
  LEFT JOIN target t ON t.id = r.target_id;

CREATE VIEW renames AS
SELECT
  p.name AS project,
  q.kind AS kind,
  q.suite AS suite,
  q.old AS old_name,
  q.new AS new_name,
  u.name AS user_name,
  bh_time(q.renamed_at) AS renamed_at,
  q.id AS rename_id
FROM rename q
  JOIN project p ON p.id = q.project_id
  JOIN "user" u ON u.id = q.user_id;
