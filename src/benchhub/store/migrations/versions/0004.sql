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
