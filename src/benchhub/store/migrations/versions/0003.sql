CREATE TABLE resource_series ( -- Resource use of one program over time; JSON arrays, parallel.
  run_id INTEGER NOT NULL, -- Run.
  seq INTEGER NOT NULL, -- In the order in which the programs ran, from 0.
  time_s TEXT NOT NULL, -- Seconds since its start.
  cpu_s TEXT NOT NULL, -- CPU time used until then.
  memory_bytes TEXT NOT NULL, -- Held by all its processes, cached files included; null where nobody tells.
  anonymous_bytes TEXT NOT NULL, -- Without cached files.
  processes TEXT NOT NULL, -- How many there were.
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

DROP VIEW resources;

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

DROP VIEW samples;

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

DROP VIEW benchmarks;

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
