-- BenchHub's tables and views for SQLite.  The reference page of the schema is made from this file: the comment on the
-- line of a table or view describes it, the comment behind a column describes the column.
--
-- Tables are ours: singular, and any migration may change them.  Views are yours: plural, and a released column never
-- changes its meaning; a changed column means a new view.
--
--   id     integer, joins inside this file only, in order of arrival
--   uid    UUIDv7 as 36 characters, made where the run was made; the only id that leaves the database
--   *_at   integer milliseconds since 1970 UTC in tables; UTC text 'YYYY-MM-DD HH:MM:SS' in views
--   hash   16 bytes over the canonical JSON of a natural key
--
-- Neither ANALYZE nor PRAGMA optimize: the views fix what matters of the join order.

PRAGMA application_id = 1112044898;

CREATE TABLE schema_version ( -- The newest migration that is in this file.
  version_num VARCHAR(32) NOT NULL PRIMARY KEY -- Name of the migration.
);
INSERT INTO schema_version VALUES ('0001');

-- intake: what arrived, never changed --------------------------------------------------------------------------------

CREATE TABLE catalog ( -- Cases and shapes that report after report has in common, kept once.
  id INTEGER PRIMARY KEY, -- Key.
  hash BLOB NOT NULL UNIQUE, -- Of the catalog's canonical JSON.
  doc BLOB NOT NULL -- The catalog, zstd over JSON.
) STRICT;

CREATE TABLE report ( -- One message that carried one run; everything below can be made again from it.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- Order of arrival.
  uid TEXT NOT NULL UNIQUE CHECK (length(uid) = 36), -- Of the run: the same uid twice is one report.
  received_at INTEGER NOT NULL, -- By this machine's clock.
  framework TEXT NOT NULL, -- Name of the framework.
  reader_version INTEGER NOT NULL, -- Version of the reader that read the output last.
  sha256 BLOB NOT NULL, -- Of the report as it arrived; the same uid with another digest is a conflict.
  envelope TEXT NOT NULL CHECK (json_valid(envelope)), -- Who ran what, where, when, and how it ended.
  catalog_id INTEGER NOT NULL REFERENCES catalog(id), -- Its cases and shapes.
  body BLOB NOT NULL -- Numbers, outcomes and the rest, zstd over JSON.
) STRICT;

CREATE TABLE projection ( -- What was made of each report, by which version of the projector.
  report_id INTEGER PRIMARY KEY REFERENCES report(id) ON DELETE CASCADE, -- The report.
  version INTEGER NOT NULL, -- Of the projector.
  state TEXT NOT NULL CHECK (state IN ('todo', 'done', 'failed')), -- How far it is.
  error TEXT -- Why it failed.
) STRICT;
CREATE INDEX projection_open ON projection (report_id) WHERE state <> 'done';

CREATE TABLE native_table ( -- Tables of frameworks, as their frameworks declared them.
  name TEXT PRIMARY KEY, -- Of the table; the view beside it is the plural.
  doc TEXT NOT NULL CHECK (json_valid(doc)) -- Columns, types and descriptions; columns are only ever added.
) STRICT, WITHOUT ROWID;

CREATE TABLE blob ( -- Bytes by the hash of their plain content.
  sha256 BLOB PRIMARY KEY, -- Of the plain bytes.
  size_bytes INTEGER NOT NULL, -- Of the plain bytes.
  data BLOB -- The bytes, zstd; NULL when they lie in a file beside the database.
) STRICT;

CREATE TABLE artifact ( -- Which bytes belong to which report.
  report_id INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE, -- The report.
  seq INTEGER NOT NULL, -- In the order in which they were read, from 0.
  name TEXT NOT NULL, -- `stdout`, `stderr`, or a file's name.
  kind TEXT NOT NULL, -- `output`, `result`, ….
  sha256 BLOB NOT NULL REFERENCES blob(sha256), -- The bytes.
  PRIMARY KEY (report_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX artifact_blob ON artifact (sha256);

-- dimensions: small, found by a natural key ---------------------------------------------------------------------------

CREATE TABLE "user" ( -- People.
  id INTEGER PRIMARY KEY, -- Key.
  name TEXT NOT NULL UNIQUE, -- As git or the system knows them.
  email TEXT -- NULL when unknown or switched off.
) STRICT;

CREATE TABLE repo ( -- Repositories, by where they are hosted.
  id INTEGER PRIMARY KEY, -- Key.
  host TEXT NOT NULL, -- `local`: no remote.
  owner TEXT NOT NULL, -- May hold slashes.
  name TEXT NOT NULL, -- Without `.git`.
  full_name TEXT GENERATED ALWAYS AS (host || '/' || owner || '/' || name) VIRTUAL, -- `host/owner/name`.
  default_branch TEXT, -- NULL when unknown.
  UNIQUE (host, owner, name)
) STRICT;

CREATE TABLE project ( -- What is kept together: a directory of a repository.
  id INTEGER PRIMARY KEY, -- Key.
  repo_id INTEGER NOT NULL REFERENCES repo(id), -- Its repository.
  path TEXT NOT NULL, -- Of its directory, `.` for the root.
  name TEXT NOT NULL, -- For people.
  UNIQUE (repo_id, path)
) STRICT;
CREATE INDEX project_name ON project (name);

CREATE TABLE project_alias ( -- Where a project used to live; written by an explicit move only.
  host TEXT NOT NULL, -- Old host.
  owner TEXT NOT NULL, -- Old owner.
  repo TEXT NOT NULL, -- Old repository.
  path TEXT NOT NULL, -- Old path.
  project_id INTEGER NOT NULL REFERENCES project(id), -- Where it lives now.
  PRIMARY KEY (host, owner, repo, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE target ( -- What can be run.
  id INTEGER PRIMARY KEY, -- Key.
  project_id INTEGER NOT NULL REFERENCES project(id), -- Its project.
  name TEXT NOT NULL, -- Its label.
  UNIQUE (project_id, name)
) STRICT;

CREATE TABLE spec ( -- Targets fully resolved.
  id INTEGER PRIMARY KEY, -- Key.
  target_id INTEGER NOT NULL REFERENCES target(id), -- Its target.
  hash BLOB NOT NULL, -- Of the document.
  doc TEXT NOT NULL CHECK (json_valid(doc)), -- Framework, options, environment, cell.
  UNIQUE (target_id, hash)
) STRICT;

CREATE TABLE framework ( -- Tools and the readers of their output.
  id INTEGER PRIMARY KEY, -- Key.
  name TEXT NOT NULL, -- `gobench`.
  version TEXT NOT NULL, -- Of the tool, '' when unknown.
  reader_version INTEGER NOT NULL, -- Of the reader.
  UNIQUE (name, version, reader_version)
) STRICT;

CREATE TABLE subject ( -- What is measured when it is not the repository itself.
  id INTEGER PRIMARY KEY, -- Key.
  name TEXT NOT NULL, -- Its name.
  version TEXT NOT NULL, -- Its version or revision.
  configuration TEXT NOT NULL, -- Hash of its configuration.
  UNIQUE (name, version, configuration)
) STRICT;

CREATE TABLE machine ( -- Hosts, by name.
  id INTEGER PRIMARY KEY, -- Key.
  name TEXT NOT NULL UNIQUE -- Configured name, else host name.
) STRICT;

CREATE TABLE machine_class ( -- What makes two machines comparable.
  id INTEGER PRIMARY KEY, -- Key.
  hash BLOB NOT NULL UNIQUE, -- Of the facts.
  cpu TEXT, -- Model name.
  cores INTEGER, -- CPUs that the process may use.
  memory_bytes INTEGER, -- Rounded to a power of two.
  arch TEXT NOT NULL, -- Architecture.
  facts TEXT NOT NULL CHECK (json_valid(facts)) -- All of them.
) STRICT;

CREATE TABLE environment_class ( -- The software facts that change results.
  id INTEGER PRIMARY KEY, -- Key.
  hash BLOB NOT NULL UNIQUE, -- Of toolchain and facts.
  toolchain TEXT, -- `go1.26.8`.
  facts TEXT NOT NULL CHECK (json_valid(facts)) -- Flags and variables.
) STRICT;

CREATE TABLE environment ( -- All software facts.
  id INTEGER PRIMARY KEY, -- Key.
  hash BLOB NOT NULL UNIQUE, -- Of all facts.
  class_id INTEGER NOT NULL REFERENCES environment_class(id), -- Its class.
  os TEXT, -- Operating system.
  facts TEXT NOT NULL CHECK (json_valid(facts)) -- Kernel, governor, allow-listed variables.
) STRICT;

CREATE TABLE lane ( -- What the lines of one run share; a line is a series on a lane.
  id INTEGER PRIMARY KEY, -- Key.
  project_id INTEGER NOT NULL REFERENCES project(id), -- Project.
  machine_class_id INTEGER NOT NULL REFERENCES machine_class(id), -- Machine class.
  environment_class_id INTEGER NOT NULL REFERENCES environment_class(id), -- Environment class.
  subject TEXT NOT NULL, -- Name of the subject, '' for the repository itself.
  branch TEXT NOT NULL, -- Branch, '' when unknown; a fork's is `fork:owner/name:branch`.
  dirty INTEGER NOT NULL CHECK (dirty IN (0, 1)), -- 1: the working tree differed from the commit.
  newest_run_id INTEGER, -- Newest run, by commit, then by start; NULL while there is none.
  UNIQUE (project_id, machine_class_id, environment_class_id, subject, branch, dirty)
) STRICT;

CREATE TABLE git_commit ( -- Commits that were run, or stand on the first-parent line of one.
  id INTEGER PRIMARY KEY, -- Key.
  repo_id INTEGER NOT NULL REFERENCES repo(id), -- Its repository.
  sha TEXT NOT NULL, -- Full.
  parent_sha TEXT, -- First parent.
  seq INTEGER, -- Commits on the first-parent line up to this one; NULL when unknown.
  author TEXT, -- Name.
  subject TEXT, -- First line of the message.
  authored_at INTEGER, -- Author date.
  committed_at INTEGER CHECK (typeof(committed_at) IN ('integer', 'null')), -- Commit date.
  committed_text TIMESTAMP GENERATED ALWAYS AS (datetime(committed_at / 1000, 'unixepoch')) VIRTUAL, -- The same as text.
  UNIQUE (repo_id, sha)
);
CREATE INDEX git_commit_sha ON git_commit (sha);
CREATE INDEX git_commit_unplaced ON git_commit (repo_id, sha) WHERE seq IS NULL;

-- runs and series -----------------------------------------------------------------------------------------------------

CREATE TABLE run ( -- One execution of one cell: the unit of replication.
  id INTEGER PRIMARY KEY REFERENCES report(id), -- Of the report that it was made from: order of arrival, never used again.
  uid TEXT NOT NULL UNIQUE CHECK (length(uid) = 36), -- Of the report.
  project_id INTEGER NOT NULL REFERENCES project(id), -- Project.
  catalog_id INTEGER NOT NULL REFERENCES catalog(id), -- Its cases and shapes.
  lane_id INTEGER NOT NULL REFERENCES lane(id), -- Lane.
  target_id INTEGER NOT NULL REFERENCES target(id), -- Target.
  spec_id INTEGER NOT NULL REFERENCES spec(id), -- Spec.
  framework_id INTEGER NOT NULL REFERENCES framework(id), -- Framework.
  subject_id INTEGER REFERENCES subject(id), -- Subject, NULL for the repository itself.
  user_id INTEGER NOT NULL REFERENCES "user"(id), -- Who ran it.
  machine_id INTEGER REFERENCES machine(id), -- Where; NULL when the name is switched off.
  environment_id INTEGER NOT NULL REFERENCES environment(id), -- Software facts.
  commit_id INTEGER REFERENCES git_commit(id), -- Revision, NULL outside a repository.
  base_commit_id INTEGER REFERENCES git_commit(id), -- Where a change under review starts.
  branch TEXT NOT NULL, -- As the lane's.
  dirty INTEGER NOT NULL CHECK (dirty IN (0, 1)), -- As the lane's.
  trunk INTEGER NOT NULL CHECK (trunk IN (0, 1)), -- 1: clean, on the default branch, no fork.
  fork TEXT, -- `host/owner/name` of the fork that ran it.
  tree TEXT, -- Tree id of the working tree, untracked files included.
  origin TEXT NOT NULL, -- `run` or `import`.
  started_at INTEGER NOT NULL CHECK (typeof(started_at) = 'integer'), -- By the clock of the machine that ran it.
  finished_at INTEGER CHECK (typeof(finished_at) IN ('integer', 'null')), -- Likewise.
  exit_code INTEGER, -- NULL for imported output.
  status TEXT NOT NULL CHECK (status IN ('passed', 'failed', 'error', 'timeout', 'interrupted')), -- How it ended.
  wall_s REAL, -- Of its measured programs, summed.
  user_s REAL, -- User CPU time of them and their children that were waited for.
  system_s REAL, -- System CPU time, likewise.
  memory_bytes_max INTEGER, -- Peak resident memory of the largest single process.
  unread_count INTEGER NOT NULL, -- Lines that no reader understood.
  block_id INTEGER, -- The history block that holds its values; NULL while there is none, 0 when it has no values.
  started_text TIMESTAMP GENERATED ALWAYS AS (datetime(started_at / 1000, 'unixepoch')) VIRTUAL -- The start as text.
);
CREATE INDEX run_lane ON run (lane_id, started_at, id);
CREATE INDEX run_project ON run (project_id, started_text, id);
CREATE INDEX run_unblocked ON run (project_id, catalog_id, id) WHERE block_id IS NULL;
CREATE INDEX run_started ON run (started_text);
CREATE INDEX run_commit ON run (commit_id) WHERE commit_id IS NOT NULL;

CREATE TABLE metric ( -- What is measured.
  id INTEGER PRIMARY KEY, -- Key.
  name TEXT NOT NULL, -- `time`.
  unit TEXT NOT NULL, -- Base unit.
  better TEXT NOT NULL CHECK (better IN ('lower', 'higher', 'none')), -- Which way is better.
  exact INTEGER NOT NULL CHECK (exact IN (0, 1)), -- 1: any difference is a change.
  UNIQUE (name, unit)
) STRICT;

CREATE TABLE bench_case ( -- One test or benchmark with one set of parameters.
  id INTEGER PRIMARY KEY, -- Key.
  project_id INTEGER NOT NULL REFERENCES project(id), -- Its project.
  hash BLOB NOT NULL, -- Of framework, suite, name and parameters by origin.
  kind TEXT NOT NULL CHECK (kind IN ('bench', 'test')), -- Benchmark or test.
  framework TEXT NOT NULL, -- Who named it.
  suite TEXT NOT NULL, -- Package, module, class, binary.
  name TEXT NOT NULL, -- Without parameters.
  said_name TEXT NOT NULL, -- As the tool wrote it.
  params TEXT NOT NULL CHECK (json_valid(params)), -- Parameters as a JSON object of strings.
  param_text TEXT NOT NULL, -- `size=1000 kind=random`, for people and legends.
  UNIQUE (project_id, hash)
) STRICT;
CREATE INDEX bench_case_name ON bench_case (name, project_id);

CREATE TABLE case_alias ( -- A renamed case: its old hash still leads to it.
  project_id INTEGER NOT NULL REFERENCES project(id), -- Its project.
  hash BLOB NOT NULL, -- Of the old name.
  case_id INTEGER NOT NULL REFERENCES bench_case(id), -- The case.
  PRIMARY KEY (project_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE case_param ( -- Parameters one by one, for filters and axes.
  case_id INTEGER NOT NULL REFERENCES bench_case(id), -- The case.
  key TEXT NOT NULL, -- Name.
  value TEXT NOT NULL, -- As written.
  num REAL, -- As a number, when it is one.
  origin TEXT NOT NULL CHECK (origin IN ('tool', 'cell', 'flag')), -- Who set it.
  PRIMARY KEY (case_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_param_value ON case_param (key, value);

CREATE TABLE series ( -- Case × metric: the small key of a measurement.
  id INTEGER PRIMARY KEY, -- Key.
  project_id INTEGER NOT NULL REFERENCES project(id), -- Its project.
  case_id INTEGER NOT NULL REFERENCES bench_case(id), -- Case.
  metric_id INTEGER NOT NULL REFERENCES metric(id), -- Metric.
  UNIQUE (case_id, metric_id)
) STRICT;
CREATE INDEX series_project ON series (project_id, id);

CREATE TABLE resolved_catalog ( -- The ids of a catalog's cases and series in a project, so that a repeated run looks nothing up.
  catalog_id INTEGER NOT NULL REFERENCES catalog(id), -- The catalog.
  project_id INTEGER NOT NULL REFERENCES project(id), -- The project.
  framework TEXT NOT NULL, -- The framework.
  ids TEXT NOT NULL, -- Ids of its cases, and of the series of each case and shape, as JSON.
  PRIMARY KEY (catalog_id, project_id, framework)
) STRICT, WITHOUT ROWID;

-- facts: clustered by run, without foreign keys -----------------------------------------------------------------------

CREATE TABLE measurement ( -- The value of one case and metric in one run.
  run_id INTEGER NOT NULL, -- Run.
  series_id INTEGER NOT NULL, -- Series.
  value REAL NOT NULL, -- Median of the samples.
  iterations ANY, -- Iterations of the sample, or a JSON array parallel to its samples; NULL when the tool did not say.
  PRIMARY KEY (run_id, series_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE spread ( -- The samples of a measurement that has more than one; a column that is empty would cost a byte a row.
  run_id INTEGER NOT NULL, -- Run.
  series_id INTEGER NOT NULL, -- Series.
  n INTEGER NOT NULL, -- Finite samples.
  lo REAL NOT NULL, -- Smallest.
  hi REAL NOT NULL, -- Largest.
  sd REAL, -- Standard deviation; NULL where it is too large for a number.
  samples TEXT NOT NULL, -- JSON array in base units, in the order printed.
  PRIMARY KEY (run_id, series_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE history_block ( -- Runs of one catalog whose values lie together in the order of history.
  id INTEGER NOT NULL, -- The block.
  slot INTEGER NOT NULL, -- Place in the block, from 0.
  run_id INTEGER NOT NULL, -- The run.
  PRIMARY KEY (id, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE history_value ( -- Values of one series in one block, in the order of its slots: what charts read.
  series_id INTEGER NOT NULL, -- Series.
  block_id INTEGER NOT NULL, -- Block.
  value TEXT NOT NULL, -- JSON array, one entry per slot, null where the run has no value.
  PRIMARY KEY (series_id, block_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE head ( -- Newest and last but one run of lines of one lane that have both in common.
  id INTEGER PRIMARY KEY, -- Key.
  lane_id INTEGER NOT NULL, -- Lane.
  run_id INTEGER NOT NULL, -- Newest run, by commit, then by start.
  prev_run_id INTEGER NOT NULL, -- The last but one, 0 when there is none.
  series_hash BLOB, -- Of the series of its lines: a run that measured the same ones moves this row alone.
  UNIQUE (lane_id, run_id, prev_run_id)
) STRICT;

CREATE TABLE series_head ( -- Which head each line has.
  lane_id INTEGER NOT NULL, -- Lane.
  series_id INTEGER NOT NULL, -- Series.
  head_id INTEGER NOT NULL, -- Head.
  PRIMARY KEY (lane_id, series_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_head_series ON series_head (series_id, head_id);

CREATE TABLE distribution ( -- What a tool computed itself: percentiles, means without samples.
  run_id INTEGER NOT NULL, -- Run.
  series_id INTEGER NOT NULL, -- Series.
  statistic TEXT NOT NULL, -- `p99`, `mean`, ….
  seq INTEGER NOT NULL, -- In the order printed, from 0.
  value REAL NOT NULL, -- In base units.
  n INTEGER, -- Over how many values; NULL when the tool did not say.
  PRIMARY KEY (run_id, series_id, statistic, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE test_result ( -- How a case ended.
  run_id INTEGER NOT NULL, -- Run.
  case_id INTEGER NOT NULL, -- Case.
  attempt INTEGER NOT NULL, -- From 1.
  status TEXT NOT NULL CHECK (status IN ('passed', 'failed', 'skipped', 'error', 'timeout')), -- The common word.
  tool_status TEXT, -- The tool's own word.
  duration_s REAL, -- NULL when the tool did not say.
  message TEXT, -- Why it did not pass.
  flags TEXT NOT NULL, -- `panic race fuzz parallel …`, space separated.
  PRIMARY KEY (run_id, case_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX test_result_bad ON test_result (case_id, run_id) WHERE status IN ('failed', 'error', 'timeout');

CREATE TABLE suite_result ( -- How a package, module or binary ended.
  run_id INTEGER NOT NULL, -- Run.
  seq INTEGER NOT NULL, -- In the order of the output.
  suite TEXT NOT NULL, -- Its name.
  status TEXT NOT NULL, -- The common word.
  tool_status TEXT, -- The tool's own word.
  duration_s REAL, -- NULL when the tool did not say.
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE context ( -- Facts that the tool told about where it ran.
  run_id INTEGER NOT NULL, -- Run.
  key TEXT NOT NULL, -- Name of the fact.
  suite TEXT NOT NULL, -- Where it holds, '' for the whole run.
  value TEXT NOT NULL, -- As printed.
  PRIMARY KEY (run_id, key, suite)
) STRICT, WITHOUT ROWID;

CREATE TABLE problem ( -- What was understood and casts doubt.
  run_id INTEGER NOT NULL, -- Run.
  seq INTEGER NOT NULL, -- In the order of the output.
  kind TEXT NOT NULL, -- A short stable word.
  place TEXT NOT NULL, -- Suite, case, or file and line.
  text TEXT NOT NULL, -- For people.
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE unread ( -- Lines that no reader understood; the first of them.
  run_id INTEGER NOT NULL, -- Run.
  seq INTEGER NOT NULL, -- In the order of the output.
  stream TEXT NOT NULL, -- Which stream or file.
  line INTEGER NOT NULL, -- From 1.
  byte_offset INTEGER NOT NULL, -- Of the line in its stream.
  why TEXT NOT NULL, -- A short stable word.
  text TEXT NOT NULL, -- Cut to 1 000 characters.
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;
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

CREATE VIEW benchmarks AS -- What exists: for pickers and legends, without reading measurements.
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
  JOIN bench_case b ON b.id = s.case_id
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
  r.lane_id AS lane_id -- Lane.
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

CREATE VIEW samples AS -- One row per sample.
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
  JOIN bench_case b ON b.id = s.case_id AND +b.project_id = r.project_id
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

CREATE VIEW resources AS -- What the measured programs of a run used, one row per metric.
SELECT
  p.name AS project, -- Name of the project.
  t.name AS target, -- Label of the target.
  j.key AS metric, -- wall, user, system or memory_max.
  iif(j.key = 'memory_max', 'B', 's') AS unit, -- Base unit.
  j.value AS value, -- In base units.
  r.branch AS branch, -- Branch.
  mc.name AS machine, -- Host.
  r.started_text AS started_at, -- Start of the run, UTC.
  r.id AS run_id -- Run.
FROM run r
  JOIN json_each(json_object('wall', r.wall_s, 'user', r.user_s, 'system', r.system_s,
    'memory_max', r.memory_bytes_max)) j
  JOIN project p ON p.id = r.project_id
  LEFT JOIN target t ON t.id = r.target_id
  LEFT JOIN machine mc ON mc.id = r.machine_id
WHERE j.value IS NOT NULL;

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
