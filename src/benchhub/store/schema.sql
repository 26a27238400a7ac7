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
INSERT INTO schema_version VALUES ('0004');

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
  renames_before INTEGER NOT NULL, -- How many renames of the project its runs came after: what a name means depends on it.
  ids TEXT NOT NULL, -- Ids of its cases, and of the series of each case and shape, as JSON.
  PRIMARY KEY (catalog_id, project_id, framework, renames_before)
) STRICT, WITHOUT ROWID;

-- what people said of runs and names: never made from reports, never lost when tables are made again --------------------

CREATE TABLE run_tag ( -- Short words on runs.
  run_id INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE, -- Run; the tag waits while the run is removed.
  name TEXT NOT NULL, -- The word.
  user_id INTEGER NOT NULL REFERENCES "user"(id), -- Who put it there.
  tagged_at INTEGER NOT NULL, -- When.
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_tag_name ON run_tag (name, run_id);

CREATE TABLE run_note ( -- Sentences on runs; added, never changed.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- In the order in which they were written.
  run_id INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE, -- Run; the note waits while the run is removed.
  text TEXT NOT NULL, -- What was written.
  user_id INTEGER NOT NULL REFERENCES "user"(id), -- Who wrote it.
  noted_at INTEGER NOT NULL -- When.
) STRICT;
CREATE INDEX run_note_run ON run_note (run_id, id);

CREATE TABLE removal ( -- Each `bh rm`: what it took away can come back until it is pruned.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- What `bh rm --undo` takes.
  user_id INTEGER NOT NULL REFERENCES "user"(id), -- Who removed.
  removed_at INTEGER NOT NULL -- When.
) STRICT;

CREATE TABLE removed_run ( -- Runs that were removed: their reports may be there still, and nothing is made of them.
  uid TEXT PRIMARY KEY CHECK (length(uid) = 36), -- Of the run; it stays away also when it arrives again.
  removal_id INTEGER NOT NULL REFERENCES removal(id), -- By which removal.
  report_id INTEGER UNIQUE REFERENCES report(id) -- Its report; NULL when that was pruned.
) STRICT, WITHOUT ROWID;
CREATE INDEX removed_run_removal ON removed_run (removal_id);

CREATE TABLE rename ( -- Who gave what another name; reports keep the names that tools said, and are read through these.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- In the order in which they were said.
  project_id INTEGER NOT NULL REFERENCES project(id), -- The project.
  kind TEXT NOT NULL CHECK (kind IN ('case', 'suite', 'target', 'project')), -- What was renamed.
  suite TEXT NOT NULL, -- Suite of a case, '' for anything else.
  old TEXT NOT NULL, -- Name before.
  new TEXT NOT NULL, -- Name after.
  user_id INTEGER NOT NULL REFERENCES "user"(id), -- Who said so.
  renamed_at INTEGER NOT NULL, -- When: runs that started before then meant the old names.
  report_id INTEGER NOT NULL -- The newest report at that time: it and those before it meant the old names.
) STRICT;
CREATE INDEX rename_project ON rename (project_id, id);

-- servers and those who report to them ----------------------------------------------------------------------------------

CREATE TABLE token ( -- What lets a request in, presented as `bh_<id>_<secret>`; the secret itself is kept nowhere.
  id TEXT PRIMARY KEY, -- The public part, hexadecimal.
  secret_sha256 BLOB NOT NULL CHECK (length(secret_sha256) = 32), -- Of the secret part.
  user_id INTEGER NOT NULL REFERENCES "user"(id), -- Whose it is.
  name TEXT NOT NULL, -- What it is for, in its maker's words.
  scopes TEXT NOT NULL, -- Of `read report baseline artifact sql jobs admin`, space separated.
  projects TEXT CHECK (projects IS NULL OR json_valid(projects)), -- JSON array of `host/owner/name//path`; NULL: all.
  created_at INTEGER NOT NULL, -- When it was made.
  expires_at INTEGER, -- From then on it opens nothing; NULL: never.
  revoked_at INTEGER, -- Likewise.
  last_used_at INTEGER -- To the minute.
) STRICT, WITHOUT ROWID;

CREATE TABLE audit ( -- Who changed what on a server, and who was refused.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- In the order in which it happened.
  at INTEGER NOT NULL, -- When.
  user_id INTEGER REFERENCES "user"(id), -- Who; NULL when nobody was known.
  token_id TEXT, -- By which token.
  action TEXT NOT NULL, -- A short stable word: `token-made`.
  subject TEXT NOT NULL, -- What it was done to.
  detail TEXT NOT NULL CHECK (json_valid(detail)) -- The rest, as a JSON object.
) STRICT;

CREATE TABLE staged_part ( -- Parts of reports that are not whole yet: nothing of them is seen.
  uid TEXT NOT NULL CHECK (length(uid) = 36), -- Of the report.
  seq INTEGER NOT NULL, -- Which part, from 0.
  parts INTEGER NOT NULL, -- How many there are.
  sha256 BLOB NOT NULL, -- Of the whole report; parts of another one with the same uid are a conflict.
  received_at INTEGER NOT NULL, -- When it came; what is never finished goes after a week.
  data BLOB NOT NULL, -- The part as it was sent, zstd.
  PRIMARY KEY (uid, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox ( -- Reports that a server has not acknowledged, or has refused.
  report_id INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE, -- The report.
  server TEXT NOT NULL, -- Address of the server.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')), -- How far it is; only `waiting` is tried again.
  attempts INTEGER NOT NULL, -- How often it was tried.
  tried_at INTEGER, -- When last.
  next_try_at INTEGER, -- Not before then, by itself.
  error TEXT, -- What the server, or the way there, said last.
  PRIMARY KEY (report_id, server)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (server, report_id) WHERE state = 'waiting';

CREATE TABLE registry_entry ( -- What the registry declares: users, organisations, git hosts, projects, machine classes.
  kind TEXT NOT NULL CHECK (kind IN ('user', 'organisation', 'host', 'project', 'machine_class')), -- What it is.
  name TEXT NOT NULL, -- Its name in the registry.
  doc TEXT NOT NULL CHECK (json_valid(doc)), -- As declared.
  applied_at INTEGER NOT NULL, -- When it was last changed here.
  archived_at INTEGER, -- Since when it is no longer declared; nothing is ever deleted.
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE project_policy ( -- What the registry says of a project, where it says anything.
  project_id INTEGER PRIMARY KEY REFERENCES project(id), -- The project.
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')), -- `private`: for its members alone, in SQL too.
  members TEXT NOT NULL CHECK (json_valid(members)), -- JSON array of names of users: owners included.
  owners TEXT NOT NULL CHECK (json_valid(owners)), -- JSON array of names of users.
  baseline_branch TEXT, -- Compared with; NULL: the default branch.
  retention TEXT NOT NULL CHECK (json_valid(retention)), -- How long what is kept, as declared.
  archived_at INTEGER -- Since when it takes no reports.
) STRICT;

CREATE TABLE setting ( -- What a server remembers of itself.
  name TEXT PRIMARY KEY, -- A dotted word.
  value TEXT NOT NULL -- As text.
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
