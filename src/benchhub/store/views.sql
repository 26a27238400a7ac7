-- The stable contract.  Inner joins first, LEFT JOINs after them: SQLite never moves a table to the left of a LEFT JOIN,
-- but turns it into an inner join when WHERE uses one of its columns.  Flags are 0 and 1: WHERE trunk is right everywhere.
-- `+b.project_id` keeps SQLite from going from a run to all series of its project.

CREATE VIEW results AS -- One row per run, case and metric: the wide view for people and BI tools.
SELECT
  p.name AS project, -- Name of the project.
  rp.full_name AS repo, -- host/owner/name of its repository.
  p.path AS project_path, -- Its directory in the repository.
  t.name AS target, -- Label of the target.
  b.framework AS framework, -- Who named the case.
  b.suite AS suite, -- Package, module, class, binary.
  b.name AS benchmark, -- Name of the case without its parameters.
  b.params AS params, -- Its parameters, a JSON object of strings.
  b.param_text AS param_text, -- The same for people: `size=1000 alg=quick`.
  x.name AS metric, -- What is measured.
  x.unit AS unit, -- Base unit of value, lo, hi and sd.
  x.better AS better, -- lower, higher or none.
  m.value AS value, -- Median of the samples of the run.
  w.lo AS lo, -- Smallest sample; NULL for one sample.
  w.hi AS hi, -- Largest sample; NULL for one sample.
  w.sd AS sd, -- Standard deviation within the run; NULL for one sample.
  coalesce(w.n, 1) AS n, -- Samples.
  c.sha AS commit_sha, -- Commit, NULL outside a repository.
  substr(c.sha, 1, 10) AS commit_short, -- Its first ten digits.
  c.committed_text AS committed_at, -- Commit date, UTC.
  r.branch AS branch, -- Branch, '' when unknown.
  r.dirty AS dirty, -- 1: the working tree differed from the commit.
  r.started_text AS started_at, -- Start of the run, UTC.
  mc.name AS machine, -- Host, NULL when its name is switched off.
  mk.cpu AS cpu, -- CPU model.
  ek.toolchain AS toolchain, -- Compiler or interpreter.
  u.name AS user_name, -- Who ran it.
  r.status AS status, -- How the run ended.
  r.id AS run_id, -- Number of the run in this database.
  r.uid AS run_uid, -- Id of the run everywhere.
  c.seq AS commit_seq, -- Commits on the first-parent line: the order of history.
  r.trunk AS trunk, -- 1: clean, on the default branch, no fork.
  sb.name AS subject, -- Measured system when it is not the repository.
  sb.version AS subject_version, -- Its version.
  r.lane_id AS lane_id, -- What the lines of the run share.
  s.id AS series_id, -- Case × metric.
  b.id AS case_id -- Case.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN measurement m ON m.run_id = r.id
  JOIN series s ON s.id = m.series_id
  JOIN bench_case b ON b.id = s.case_id AND +b.project_id = r.project_id
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

CREATE VIEW history AS -- Values of a case and metric over runs: the fast path for charts.
SELECT
  p.name AS project, -- Name of the project.
  b.suite AS suite, -- Package, module, class, binary.
  b.name AS benchmark, -- Name of the case without its parameters.
  b.params AS params, -- Its parameters.
  b.param_text AS param_text, -- The same for people.
  x.name AS metric, -- What is measured.
  x.unit AS unit, -- Base unit.
  x.better AS better, -- lower, higher or none.
  CAST(j.value AS REAL) AS value, -- Median of the samples of the run.
  c.sha AS commit_sha, -- Commit.
  substr(c.sha, 1, 10) AS commit_short, -- Its first ten digits.
  c.seq AS commit_seq, -- The order of history.
  c.committed_text AS committed_at, -- Commit date, UTC.
  r.branch AS branch, -- Branch.
  r.trunk AS trunk, -- 1: clean, on the default branch, no fork.
  r.dirty AS dirty, -- 1: the working tree differed from the commit.
  r.started_text AS started_at, -- Start of the run, UTC.
  mc.name AS machine, -- Host.
  r.status AS status, -- How the run ended.
  r.id AS run_id, -- Run.
  r.lane_id AS lane_id, -- Lane.
  s.id AS series_id -- Series.
FROM project p
  JOIN bench_case b ON b.project_id = p.id
  JOIN series s ON s.case_id = b.id
  JOIN metric x ON x.id = s.metric_id
  CROSS JOIN history_value h ON h.series_id = s.id
  CROSS JOIN json_each(h.value) j
  CROSS JOIN history_block k ON k.id = h.block_id AND k.slot = j.key
  CROSS JOIN run r ON r.id = k.run_id
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
  CROSS JOIN run r ON r.project_id = p.id AND r.block_id IS NULL
  CROSS JOIN measurement m ON m.run_id = r.id AND m.series_id = s.id
  LEFT JOIN machine mc ON mc.id = r.machine_id
  LEFT JOIN git_commit c ON c.id = r.commit_id;

CREATE VIEW benchmarks AS -- What tools have named: for pickers and legends, without reading measurements.
SELECT
  p.name AS project, -- Name of the project.
  b.framework AS framework, -- Who named the case.
  b.suite AS suite, -- Package, module, class, binary.
  b.name AS benchmark, -- Name of the case without its parameters.
  b.params AS params, -- Its parameters.
  b.param_text AS param_text, -- The same for people.
  x.name AS metric, -- What is measured.
  x.unit AS unit, -- Base unit.
  x.better AS better, -- lower, higher or none.
  s.id AS series_id, -- Series.
  b.id AS case_id -- Case.
FROM series s
  JOIN bench_case b ON b.id = s.case_id AND b.framework <> 'process'
  JOIN metric x ON x.id = s.metric_id
  JOIN project p ON p.id = s.project_id;

CREATE VIEW latest AS -- The newest value of every line, and the one before.
SELECT
  p.name AS project, -- Name of the project.
  b.suite AS suite, -- Package, module, class, binary.
  b.name AS benchmark, -- Name of the case without its parameters.
  b.params AS params, -- Its parameters.
  b.param_text AS param_text, -- The same for people.
  x.name AS metric, -- What is measured.
  x.unit AS unit, -- Base unit.
  x.better AS better, -- lower, higher or none.
  mc.name AS machine, -- Host of the newest run.
  mk.cpu AS cpu, -- CPU model of the line.
  ek.toolchain AS toolchain, -- Toolchain of the line.
  l.subject AS subject, -- Measured system, '' for the repository.
  r.branch AS branch, -- Branch of the line.
  r.trunk AS trunk, -- 1: clean, on the default branch, no fork.
  r.dirty AS dirty, -- 1: the working tree differed from the commit.
  m.value AS value, -- Newest value.
  o.value AS previous_value, -- The one before.
  m.value / nullif(o.value, 0) AS ratio, -- Newest over previous.
  c.sha AS commit_sha, -- Commit of the newest.
  substr(c.sha, 1, 10) AS commit_short, -- Its first ten digits.
  r.started_text AS started_at, -- Start of the newest run, UTC.
  r.status AS status, -- How it ended.
  q.run_id AS run_id, -- Newest run.
  nullif(q.prev_run_id, 0) AS previous_run_id, -- The one before.
  r.lane_id AS lane_id, -- Lane.
  h.series_id AS series_id -- Series.
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

CREATE VIEW runs AS -- One row per run.
SELECT
  p.name AS project, -- Name of the project.
  rp.full_name AS repo, -- host/owner/name of its repository.
  p.path AS project_path, -- Its directory in the repository.
  t.name AS target, -- Label of the target.
  json_extract(sp.doc, '$.cell') AS cell, -- The cell's parameters, a JSON object.
  f.name AS framework, -- Framework.
  f.version AS framework_version, -- Version of the tool.
  c.sha AS commit_sha, -- Commit.
  substr(c.sha, 1, 10) AS commit_short, -- Its first ten digits.
  c.subject AS commit_subject, -- First line of its message.
  c.seq AS commit_seq, -- The order of history.
  c.committed_text AS committed_at, -- Commit date, UTC.
  r.branch AS branch, -- Branch.
  r.trunk AS trunk, -- 1: clean, on the default branch, no fork.
  r.dirty AS dirty, -- 1: the working tree differed from the commit.
  r.fork AS fork, -- The fork that ran it.
  r.started_text AS started_at, -- Start, UTC.
  (r.finished_at - r.started_at) / 1000.0 AS seconds, -- From start to end.
  r.wall_s AS wall_s, -- Of its measured programs.
  r.user_s AS user_s, -- User CPU time.
  r.system_s AS system_s, -- System CPU time.
  r.memory_bytes_max AS memory_bytes_max, -- Peak resident memory of the largest single process.
  mc.name AS machine, -- Host.
  mk.cpu AS cpu, -- CPU model.
  mk.cores AS cores, -- CPUs that the run might use.
  e.os AS os, -- Operating system.
  ek.toolchain AS toolchain, -- Compiler or interpreter.
  sb.name AS subject, -- Measured system when it is not the repository.
  sb.version AS subject_version, -- Its version.
  u.name AS user_name, -- Who ran it.
  r.origin AS origin, -- run or import.
  r.status AS status, -- passed, failed, error, timeout or interrupted.
  r.exit_code AS exit_code, -- Of the first program that did not end well.
  r.unread_count AS unread_lines, -- Lines that no reader understood.
  r.id AS run_id, -- Number in this database.
  r.uid AS run_uid, -- Id everywhere.
  r.lane_id AS lane_id, -- Lane.
  coalesce((SELECT group_concat(y.name, ' ') FROM run_tag y WHERE y.run_id = r.id), '') AS tags, -- Its tags with a space between them, '' for none; one by one in run_tags.
  (SELECT count(*) FROM run_note y WHERE y.run_id = r.id) AS notes -- How many notes it has; their text is in run_notes.
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

CREATE VIEW comparisons AS -- Two runs side by side, descriptive only: always with WHERE run_id = … AND base_run_id = ….
SELECT
  p.name AS project, -- Name of the project.
  bc.suite AS suite, -- Package, module, class, binary.
  bc.name AS benchmark, -- Name of the case without its parameters.
  bc.params AS params, -- Its parameters.
  bc.param_text AS param_text, -- The same for people.
  x.name AS metric, -- What is measured.
  x.unit AS unit, -- Base unit.
  x.better AS better, -- lower, higher or none.
  b.value AS base_value, -- Value of the base run.
  a.value AS value, -- Value of the run.
  a.value / nullif(b.value, 0) AS ratio, -- Run over base.
  coalesce(wb.n, 1) AS base_n, -- Samples of the base run.
  coalesce(wa.n, 1) AS n, -- Samples of the run.
  la.machine_class_id = lb.machine_class_id AS same_machine_class, -- 1: comparable machines.
  la.environment_class_id = lb.environment_class_id AS same_environment_class, -- 1: same toolchain and flags.
  a.run_id AS run_id, -- Run.
  b.run_id AS base_run_id, -- Base run.
  a.series_id AS series_id -- Series.
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

CREATE VIEW tests AS -- One row per run, case and attempt that has an outcome.
SELECT
  p.name AS project, -- Name of the project.
  t.name AS target, -- Label of the target.
  b.framework AS framework, -- Who named the case.
  b.kind AS kind, -- test or bench.
  b.suite AS suite, -- Package, module, class, binary.
  b.said_name AS test, -- The name as the tool wrote it.
  b.params AS params, -- Its parameters.
  b.param_text AS param_text, -- The same for people.
  q.status AS status, -- passed, failed, skipped, error or timeout.
  q.tool_status AS tool_status, -- The tool's own word.
  q.duration_s AS seconds, -- How long it took, as the tool said.
  q.attempt AS attempt, -- From 1.
  q.flags AS flags, -- `panic race fuzz parallel …`.
  q.message AS message, -- Why it did not pass.
  c.sha AS commit_sha, -- Commit.
  substr(c.sha, 1, 10) AS commit_short, -- Its first ten digits.
  c.committed_text AS committed_at, -- Commit date, UTC.
  r.branch AS branch, -- Branch.
  r.trunk AS trunk, -- 1: clean, on the default branch, no fork.
  r.dirty AS dirty, -- 1: the working tree differed from the commit.
  r.started_text AS started_at, -- Start of the run, UTC.
  mc.name AS machine, -- Host.
  u.name AS user_name, -- Who ran it.
  r.id AS run_id, -- Run.
  r.uid AS run_uid, -- Its id everywhere.
  b.id AS case_id -- Case.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN test_result q ON q.run_id = r.id
  JOIN bench_case b ON b.id = q.case_id AND +b.project_id = r.project_id
  LEFT JOIN target t ON t.id = r.target_id
  LEFT JOIN machine mc ON mc.id = r.machine_id
  LEFT JOIN git_commit c ON c.id = r.commit_id
  LEFT JOIN "user" u ON u.id = r.user_id;

CREATE VIEW samples AS -- One row per number that a tool printed; what we measured of its programs is in `resources`.
SELECT
  p.name AS project, -- Name of the project.
  b.suite AS suite, -- Package, module, class, binary.
  b.name AS benchmark, -- Name of the case without its parameters.
  b.param_text AS param_text, -- Its parameters for people.
  x.name AS metric, -- What is measured.
  x.unit AS unit, -- Base unit.
  j.key AS i, -- Place among the samples of the measurement, from 0, in the order printed.
  j.value AS value, -- In base units.
  CASE WHEN typeof(m.iterations) = 'text' THEN json_extract(m.iterations, '$[' || j.key || ']')
    ELSE m.iterations END AS iterations, -- Operations that the sample averages over.
  r.branch AS branch, -- Branch.
  r.started_text AS started_at, -- Start of the run, UTC.
  r.id AS run_id, -- Run.
  s.id AS series_id, -- Series.
  b.id AS case_id -- Case.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN measurement m ON m.run_id = r.id
  LEFT JOIN spread w ON w.run_id = m.run_id AND w.series_id = m.series_id
  JOIN json_each(coalesce(w.samples, json_array(m.value))) j
  JOIN series s ON s.id = m.series_id
  JOIN bench_case b ON b.id = s.case_id AND +b.project_id = r.project_id AND b.framework <> 'process'
  JOIN metric x ON x.id = s.metric_id;

CREATE VIEW statistics AS -- What tools computed themselves; never samples.
SELECT
  p.name AS project, -- Name of the project.
  b.suite AS suite, -- Package, module, class, binary.
  b.name AS benchmark, -- Name of the case without its parameters.
  b.param_text AS param_text, -- Its parameters for people.
  x.name AS metric, -- What is measured.
  x.unit AS unit, -- Base unit.
  d.statistic AS statistic, -- `p99`, `mean`, ….
  d.seq AS i, -- Place among those of one name in the run, from 0, in the order printed.
  d.value AS value, -- In base units.
  d.n AS n, -- Over how many values; NULL when the tool did not say.
  r.started_text AS started_at, -- Start of the run, UTC.
  r.id AS run_id, -- Run.
  s.id AS series_id -- Series.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN distribution d ON d.run_id = r.id
  JOIN series s ON s.id = d.series_id
  JOIN bench_case b ON b.id = s.case_id AND +b.project_id = r.project_id
  JOIN metric x ON x.id = s.metric_id;

CREATE VIEW resources AS -- What the programs of a run used, as we measured it: one row per run, part and metric.
SELECT
  p.name AS project, -- Name of the project.
  t.name AS target, -- Label of the target.
  x.name AS metric, -- wall, user, system, memory_max, ….
  x.unit AS unit, -- Base unit.
  m.value AS value, -- In base units.
  r.branch AS branch, -- Branch.
  mc.name AS machine, -- Host.
  r.started_text AS started_at, -- Start of the run, UTC.
  r.id AS run_id, -- Run.
  b.name AS part, -- `run`: all of it; `part`: a program apart, such as a test binary; `rest`: what was no part's.
  iif(b.name = 'part', b.suite, NULL) AS part_name, -- Of a part: the package of a test binary.
  s.id AS series_id -- Series: it has a history as any other.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN measurement m ON m.run_id = r.id
  JOIN series s ON s.id = m.series_id
  JOIN bench_case b ON b.id = s.case_id AND +b.project_id = r.project_id AND b.framework = 'process'
  JOIN metric x ON x.id = s.metric_id
  LEFT JOIN target t ON t.id = r.target_id
  LEFT JOIN machine mc ON mc.id = r.machine_id;

CREATE VIEW resource_samples AS -- Resource use over time: one row per look at a program while it ran.
SELECT
  p.name AS project, -- Name of the project.
  t.name AS target, -- Label of the target.
  r.id AS run_id, -- Run.
  q.seq AS program, -- Which of its programs, from 0.
  CAST(j.value AS REAL) AS time_s, -- Seconds since its start.
  CAST(json_extract(q.cpu_s, '$[' || j.key || ']') AS REAL) AS cpu_s, -- CPU time used until then.
  json_extract(q.memory_bytes, '$[' || j.key || ']') AS memory_bytes, -- Held by all its processes, cached files included.
  json_extract(q.anonymous_bytes, '$[' || j.key || ']') AS anonymous_bytes, -- Without cached files.
  json_extract(q.processes, '$[' || j.key || ']') AS processes -- How many there were.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN resource_series q ON q.run_id = r.id
  JOIN json_each(q.time_s) j
  LEFT JOIN target t ON t.id = r.target_id;

CREATE VIEW suites AS -- How each package, module or binary of a run ended.
SELECT
  p.name AS project, -- Name of the project.
  q.suite AS suite, -- Package, module, class, binary.
  q.status AS status, -- The common word.
  q.tool_status AS tool_status, -- The tool's own word.
  q.duration_s AS seconds, -- How long it took, as the tool said.
  r.started_text AS started_at, -- Start of the run, UTC.
  r.id AS run_id -- Run.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN suite_result q ON q.run_id = r.id;

CREATE VIEW contexts AS -- Facts that the tool told about where it ran.
SELECT
  p.name AS project, -- Name of the project.
  q.key AS key, -- Name of the fact.
  q.suite AS suite, -- Where it holds, '' for the whole run.
  q.value AS value, -- As printed.
  r.id AS run_id -- Run.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN context q ON q.run_id = r.id;

CREATE VIEW problems AS -- What was understood and casts doubt.
SELECT
  p.name AS project, -- Name of the project.
  t.name AS target, -- Label of the target.
  q.kind AS kind, -- A short stable word.
  q.place AS place, -- Suite, case, or file and line.
  q.text AS text, -- For people.
  r.started_text AS started_at, -- Start of the run, UTC.
  r.id AS run_id -- Run.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN problem q ON q.run_id = r.id
  LEFT JOIN target t ON t.id = r.target_id;

CREATE VIEW unread_lines AS -- Lines that no reader understood; the first of each run.
SELECT
  p.name AS project, -- Name of the project.
  q.stream AS stream, -- Which stream or file.
  q.line AS line, -- From 1.
  q.byte_offset AS byte_offset, -- Of the line in its stream.
  q.why AS why, -- A short stable word.
  q.text AS text, -- Cut to 1 000 characters.
  r.id AS run_id -- Run.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN unread q ON q.run_id = r.id;

CREATE VIEW run_tags AS -- One row per run and tag.
SELECT
  p.name AS project, -- Name of the project.
  t.name AS target, -- Label of the target.
  q.name AS tag, -- The tag.
  u.name AS user_name, -- Who put it there.
  datetime(q.tagged_at / 1000, 'unixepoch') AS tagged_at, -- When, UTC.
  r.started_text AS started_at, -- Start of the run, UTC.
  r.id AS run_id, -- Run.
  r.uid AS run_uid -- Its id everywhere.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN run_tag q ON q.run_id = r.id
  JOIN "user" u ON u.id = q.user_id
  LEFT JOIN target t ON t.id = r.target_id;

CREATE VIEW run_notes AS -- One row per note on a run.
SELECT
  p.name AS project, -- Name of the project.
  t.name AS target, -- Label of the target.
  q.text AS note, -- What was written.
  u.name AS user_name, -- Who wrote it.
  datetime(q.noted_at / 1000, 'unixepoch') AS noted_at, -- When, UTC.
  r.started_text AS started_at, -- Start of the run, UTC.
  r.id AS run_id, -- Run.
  r.uid AS run_uid, -- Its id everywhere.
  q.id AS note_id -- In the order in which notes were written.
FROM run r
  JOIN project p ON p.id = r.project_id
  JOIN run_note q ON q.run_id = r.id
  JOIN "user" u ON u.id = q.user_id
  LEFT JOIN target t ON t.id = r.target_id;

CREATE VIEW renames AS -- What was given another name, by whom and when.
SELECT
  p.name AS project, -- Name of the project, as it is now.
  q.kind AS kind, -- case, suite, target or project.
  q.suite AS suite, -- Suite of a case, '' for anything else.
  q.old AS old_name, -- Name before.
  q.new AS new_name, -- Name after.
  u.name AS user_name, -- Who said so.
  datetime(q.renamed_at / 1000, 'unixepoch') AS renamed_at, -- When, UTC.
  q.id AS rename_id -- In the order in which they were said.
FROM rename q
  JOIN project p ON p.id = q.project_id
  JOIN "user" u ON u.id = q.user_id;
