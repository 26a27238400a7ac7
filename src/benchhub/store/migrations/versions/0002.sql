DROP TABLE case_alias;

DROP TABLE resolved_catalog;

CREATE TABLE resolved_catalog ( -- The ids of a catalog's cases and series in a project, so that a repeated run looks nothing up.
  catalog_id INTEGER NOT NULL REFERENCES catalog(id), -- The catalog.
  project_id INTEGER NOT NULL REFERENCES project(id), -- The project.
  framework TEXT NOT NULL, -- The framework.
  renames_before INTEGER NOT NULL, -- How many renames of the project its runs came after: what a name means depends on it.
  ids TEXT NOT NULL, -- Ids of its cases, and of the series of each case and shape, as JSON.
  PRIMARY KEY (catalog_id, project_id, framework, renames_before)
) STRICT, WITHOUT ROWID;

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

DROP VIEW runs;

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
