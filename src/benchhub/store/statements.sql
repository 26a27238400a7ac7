-- Named statements: `-- name: x` begins one.  Parameters are `:name`.  The same text serves both databases; what must
-- differ for PostgreSQL stands again, under the same name, in statements.postgres.sql.  docs/writing-a-statement.md says
-- what both understand.

-- name: schema_version
SELECT version_num FROM schema_version;

-- name: insert_catalog
INSERT INTO catalog (hash, doc) VALUES (:hash, :doc) ON CONFLICT (hash) DO NOTHING;

-- name: find_catalog
SELECT id FROM catalog WHERE hash = :hash;

-- name: find_report
SELECT id, sha256 FROM report WHERE uid = :uid;

-- name: removal_of_uid
SELECT d.removal_id, d.report_id, u.name, datetime(m.removed_at / 1000, 'unixepoch')
FROM removed_run d JOIN removal m ON m.id = d.removal_id JOIN "user" u ON u.id = m.user_id WHERE d.uid = :uid;

-- name: insert_report
INSERT INTO report (uid, received_at, framework, reader_version, sha256, envelope, catalog_id, body)
VALUES (:uid, :received_at, :framework, :reader_version, :sha256, :envelope, :catalog_id, :body)
ON CONFLICT (uid) DO NOTHING RETURNING id;

-- name: insert_projection
INSERT INTO projection (report_id, version, state) VALUES (:report_id, :version, 'todo');

-- name: replace_body
UPDATE report SET catalog_id = :catalog_id, body = :body, envelope = :envelope, reader_version = :reader_version
WHERE id = :report_id;

-- name: insert_blob
INSERT INTO blob (sha256, size_bytes, data) VALUES (:sha256, :size_bytes, :data) ON CONFLICT (sha256) DO NOTHING;

-- name: has_blob
SELECT 1 FROM blob WHERE sha256 = :sha256;

-- name: insert_artifact
INSERT INTO artifact (report_id, seq, name, kind, sha256) VALUES (:report_id, :seq, :name, :kind, :sha256);

-- name: artifacts_of_report
SELECT a.name, a.kind, a.sha256, b.size_bytes FROM artifact a JOIN blob b ON b.sha256 = a.sha256
WHERE a.report_id = :report_id ORDER BY a.seq;

-- name: blob_data
SELECT data FROM blob WHERE sha256 = :sha256;

-- name: report_row
SELECT r.id, r.envelope, c.doc AS catalog, r.body, r.catalog_id, r.reader_version
FROM report r JOIN catalog c ON c.id = r.catalog_id WHERE r.id = :report_id;

-- name: report_ids
SELECT id FROM report WHERE (framework = :framework OR :framework IS NULL)
  AND NOT EXISTS (SELECT 1 FROM removed_run WHERE report_id = report.id) ORDER BY id;

-- name: open_projections
SELECT q.report_id, r.uid, q.state, q.error FROM projection q JOIN report r ON r.id = q.report_id
WHERE q.state <> 'done' ORDER BY q.report_id;

-- name: reports_without_run
SELECT r.id, r.uid FROM report r JOIN projection q ON q.report_id = r.id
WHERE q.state = 'done' AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = r.id)
  AND NOT EXISTS (SELECT 1 FROM removed_run WHERE report_id = r.id) ORDER BY r.id;

-- name: count_older_projections
SELECT count(*) FROM projection WHERE state = 'done' AND version < :version
  AND NOT EXISTS (SELECT 1 FROM removed_run WHERE report_id = projection.report_id);

-- name: blobs_in_files
SELECT sha256 FROM blob WHERE data IS NULL ORDER BY sha256;

-- name: all_blobs
SELECT sha256 FROM blob ORDER BY sha256;

-- name: all_blocks
SELECT DISTINCT id FROM history_block ORDER BY id;

-- name: runs_of_block
SELECT run_id FROM history_block WHERE id = :block_id ORDER BY slot;

-- name: history_value
SELECT value FROM history_value WHERE series_id = :series_id AND block_id = :block_id;

-- name: projection_done
UPDATE projection SET state = 'done', version = :version, error = NULL WHERE report_id = :report_id;

-- name: projection_state
SELECT state, error FROM projection WHERE report_id = :report_id;

-- name: projection_failed
UPDATE projection SET state = 'failed', version = :version, error = :error WHERE report_id = :report_id;

-- dimensions ----------------------------------------------------------------------------------------------------------

-- name: put_user
INSERT INTO "user" (name, email) VALUES (:name, :email)
ON CONFLICT (name) DO UPDATE SET email = coalesce(excluded.email, "user".email) RETURNING id;

-- name: put_repo
INSERT INTO repo (host, owner, name, default_branch) VALUES (:host, :owner, :name, :default_branch)
ON CONFLICT (host, owner, name) DO UPDATE SET default_branch = coalesce(excluded.default_branch, repo.default_branch)
RETURNING id;

-- name: find_project
SELECT p.id FROM project p JOIN repo r ON r.id = p.repo_id
WHERE r.host = :host AND r.owner = :owner AND r.name = :repo AND p.path = :path;

-- name: find_project_alias
SELECT project_id FROM project_alias WHERE host = :host AND owner = :owner AND repo = :repo AND path = :path;

-- name: put_project_alias
INSERT INTO project_alias (host, owner, repo, path, project_id) VALUES (:host, :owner, :repo, :path, :project_id)
ON CONFLICT (host, owner, repo, path) DO UPDATE SET project_id = excluded.project_id;

-- name: put_project
INSERT INTO project (repo_id, path, name) VALUES (:repo_id, :path, :name)
ON CONFLICT (repo_id, path) DO UPDATE SET name = excluded.name RETURNING id;

-- name: put_target
INSERT INTO target (project_id, name) VALUES (:project_id, :name)
ON CONFLICT (project_id, name) DO UPDATE SET name = excluded.name RETURNING id;

-- name: put_spec
INSERT INTO spec (target_id, hash, doc) VALUES (:target_id, :hash, :doc)
ON CONFLICT (target_id, hash) DO UPDATE SET doc = excluded.doc RETURNING id;

-- name: put_framework
INSERT INTO framework (name, version, reader_version) VALUES (:name, :version, :reader_version)
ON CONFLICT (name, version, reader_version) DO UPDATE SET name = excluded.name RETURNING id;

-- name: put_subject
INSERT INTO subject (name, version, configuration) VALUES (:name, :version, :configuration)
ON CONFLICT (name, version, configuration) DO UPDATE SET name = excluded.name RETURNING id;

-- name: put_machine
INSERT INTO machine (name) VALUES (:name) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id;

-- name: put_machine_class
INSERT INTO machine_class (hash, cpu, cores, memory_bytes, arch, facts)
VALUES (:hash, :cpu, :cores, :memory_bytes, :arch, :facts)
ON CONFLICT (hash) DO UPDATE SET facts = excluded.facts RETURNING id;

-- name: put_environment_class
INSERT INTO environment_class (hash, toolchain, facts) VALUES (:hash, :toolchain, :facts)
ON CONFLICT (hash) DO UPDATE SET facts = excluded.facts RETURNING id;

-- name: put_environment
INSERT INTO environment (hash, class_id, os, facts) VALUES (:hash, :class_id, :os, :facts)
ON CONFLICT (hash) DO UPDATE SET facts = excluded.facts RETURNING id;

-- name: put_lane
INSERT INTO lane (project_id, machine_class_id, environment_class_id, subject, branch, dirty)
VALUES (:project_id, :machine_class_id, :environment_class_id, :subject, :branch, :dirty)
ON CONFLICT (project_id, machine_class_id, environment_class_id, subject, branch, dirty)
DO UPDATE SET dirty = excluded.dirty RETURNING id;

-- name: put_commit
INSERT INTO git_commit (repo_id, sha, parent_sha, seq, author, subject, authored_at, committed_at)
VALUES (:repo_id, :sha, :parent_sha, :seq, :author, :subject, :authored_at, :committed_at)
ON CONFLICT (repo_id, sha) DO UPDATE SET
  parent_sha = coalesce(excluded.parent_sha, git_commit.parent_sha),
  seq = CASE WHEN excluded.seq > git_commit.seq THEN excluded.seq ELSE coalesce(git_commit.seq, excluded.seq) END,
  author = coalesce(excluded.author, git_commit.author),
  subject = coalesce(excluded.subject, git_commit.subject),
  authored_at = coalesce(excluded.authored_at, git_commit.authored_at),
  committed_at = coalesce(excluded.committed_at, git_commit.committed_at)
RETURNING id;

-- name: find_commit
SELECT id, seq, committed_at FROM git_commit WHERE repo_id = :repo_id AND sha = :sha;

-- name: commits_without_seq
SELECT sha, id FROM git_commit WHERE repo_id = :repo_id AND seq IS NULL;

-- name: set_commit_seq
UPDATE git_commit SET seq = :seq WHERE id = :id;

-- runs ----------------------------------------------------------------------------------------------------------------

-- name: run_of_report
SELECT lane_id, project_id, catalog_id, block_id FROM run WHERE id = :report_id;

-- name: insert_run
INSERT INTO run (
  id, uid, project_id, catalog_id, lane_id, target_id, spec_id, framework_id, subject_id, user_id, machine_id,
  environment_id, commit_id, base_commit_id, branch, dirty, trunk, fork, tree, origin, started_at, finished_at,
  exit_code, status, wall_s, user_s, system_s, memory_bytes_max, unread_count, block_id)
VALUES (
  :id, :uid, :project_id, :catalog_id, :lane_id, :target_id, :spec_id, :framework_id, :subject_id, :user_id,
  :machine_id, :environment_id, :commit_id, :base_commit_id, :branch, :dirty, :trunk, :fork, :tree, :origin,
  :started_at, :finished_at, :exit_code, :status, :wall_s, :user_s, :system_s, :memory_bytes_max, :unread_count,
  :block_id)
ON CONFLICT (id) DO UPDATE SET
  project_id = excluded.project_id, catalog_id = excluded.catalog_id, lane_id = excluded.lane_id, target_id =
  excluded.target_id, spec_id = excluded.spec_id, framework_id = excluded.framework_id, subject_id =
  excluded.subject_id, user_id = excluded.user_id, machine_id = excluded.machine_id, environment_id =
  excluded.environment_id, commit_id = excluded.commit_id, base_commit_id = excluded.base_commit_id, branch =
  excluded.branch, dirty = excluded.dirty, trunk = excluded.trunk, fork = excluded.fork, tree = excluded.tree, origin
  = excluded.origin, started_at = excluded.started_at, finished_at = excluded.finished_at, exit_code =
  excluded.exit_code, status = excluded.status, wall_s = excluded.wall_s, user_s = excluded.user_s, system_s =
  excluded.system_s, memory_bytes_max = excluded.memory_bytes_max, unread_count = excluded.unread_count, block_id =
  excluded.block_id;

-- name: catalog_of_report
SELECT catalog_id FROM report WHERE id = :report_id;

-- name: resolved_catalog
SELECT ids FROM resolved_catalog
WHERE catalog_id = :catalog_id AND project_id = :project_id AND framework = :framework
  AND renames_before = :renames_before;

-- name: put_resolved_catalog
INSERT INTO resolved_catalog (catalog_id, project_id, framework, renames_before, ids)
VALUES (:catalog_id, :project_id, :framework, :renames_before, :ids)
ON CONFLICT (catalog_id, project_id, framework, renames_before) DO UPDATE SET ids = excluded.ids;

-- name: forget_resolved_catalogs
DELETE FROM resolved_catalog WHERE project_id = :project_id;

-- name: find_case
SELECT id FROM bench_case WHERE project_id = :project_id AND hash = :hash;

-- name: insert_case
INSERT INTO bench_case (project_id, hash, kind, framework, suite, name, said_name, params, param_text)
VALUES (:project_id, :hash, :kind, :framework, :suite, :name, :said_name, :params, :param_text) RETURNING id;

-- name: put_case_param
INSERT INTO case_param (case_id, key, value, num, origin) VALUES (:case_id, :key, :value, :num, :origin)
ON CONFLICT (case_id, key) DO NOTHING;

-- name: put_metric
INSERT INTO metric (name, unit, better, exact) VALUES (:name, :unit, :better, :exact)
ON CONFLICT (name, unit) DO UPDATE SET
  better = CASE WHEN excluded.better = 'none' THEN metric.better ELSE excluded.better END,
  exact = metric.exact OR excluded.exact
RETURNING id;

-- name: put_series
INSERT INTO series (project_id, case_id, metric_id) VALUES (:project_id, :case_id, :metric_id)
ON CONFLICT (case_id, metric_id) DO UPDATE SET project_id = excluded.project_id RETURNING id;

-- name: renames_of_project
SELECT kind, suite, old, new, report_id, renamed_at FROM rename WHERE project_id = :project_id ORDER BY id;

-- name: insert_rename
INSERT INTO rename (project_id, kind, suite, old, new, user_id, renamed_at, report_id)
VALUES (:project_id, :kind, :suite, :old, :new, :user_id, :renamed_at, (SELECT coalesce(max(id), 0) FROM report))
RETURNING id;

-- name: cases_below_name
SELECT id, framework, hash, suite, name, kind, said_name FROM bench_case
WHERE project_id = :project_id AND suite = :suite
  AND (name = :name OR substr(name, 1, length(:name) + 1) = :name || '/');

-- name: cases_below_suite
SELECT id, framework, hash, suite, name, kind, said_name FROM bench_case
WHERE project_id = :project_id AND (suite = :name OR substr(suite, 1, length(:name) + 1) = :name || '/');

-- name: params_of_case
SELECT key, value, origin FROM case_param WHERE case_id = :case_id;

-- name: rename_case
UPDATE bench_case SET suite = :suite, name = :name, said_name = :said_name, hash = :hash WHERE id = :case_id;

-- name: rename_suite_results
UPDATE suite_result SET suite = :new || substr(suite, length(:old) + 1)
WHERE run_id IN (SELECT id FROM run WHERE project_id = :project_id)
  AND (suite = :old OR substr(suite, 1, length(:old) + 1) = :old || '/');

-- name: rename_contexts
UPDATE OR REPLACE context SET suite = :new || substr(suite, length(:old) + 1)
WHERE run_id IN (SELECT id FROM run WHERE project_id = :project_id)
  AND (suite = :old OR substr(suite, 1, length(:old) + 1) = :old || '/');

-- name: run_with_both
SELECT r.id FROM run r WHERE r.project_id = :project_id
  AND (EXISTS (SELECT 1 FROM series s JOIN measurement m ON m.run_id = r.id AND m.series_id = s.id
      WHERE s.case_id = :one_id)
    OR EXISTS (SELECT 1 FROM test_result t WHERE t.run_id = r.id AND t.case_id = :one_id))
  AND (EXISTS (SELECT 1 FROM series s JOIN measurement m ON m.run_id = r.id AND m.series_id = s.id
      WHERE s.case_id = :other_id)
    OR EXISTS (SELECT 1 FROM test_result t WHERE t.run_id = r.id AND t.case_id = :other_id))
LIMIT 1;

-- name: find_target
SELECT id, EXISTS (SELECT 1 FROM run WHERE target_id = target.id) FROM target
WHERE project_id = :project_id AND name = :name;

-- name: rename_target
UPDATE target SET name = :name WHERE id = :id;

-- name: path_of_project
SELECT path FROM project WHERE id = :id;

-- name: name_of_project
SELECT name FROM project WHERE id = :id;

-- name: place_of_project
SELECT r.host, r.owner, r.name, p.path FROM project p JOIN repo r ON r.id = p.repo_id WHERE p.id = :id;

-- name: other_project_named
SELECT id FROM project WHERE name = :name AND id <> :id AND EXISTS (SELECT 1 FROM run WHERE project_id = project.id);

-- name: set_name_of_project
UPDATE project SET name = :name WHERE id = :id;

-- name: move_project
UPDATE project SET repo_id = :repo_id, path = :path WHERE id = :id;

-- name: delete_project_alias
DELETE FROM project_alias WHERE host = :host AND owner = :owner AND repo = :repo AND path = :path;

-- name: move_project_aliases
UPDATE project_alias SET project_id = :new_id WHERE project_id = :old_id;

-- name: move_renames
UPDATE rename SET project_id = :new_id WHERE project_id = :old_id;

-- name: keep_private
UPDATE project_policy SET visibility = 'private' WHERE project_id = :new_id
  AND EXISTS (SELECT 1 FROM project_policy o WHERE o.project_id = :old_id AND o.visibility = 'private');

-- name: move_project_policy
UPDATE project_policy SET project_id = :new_id WHERE project_id = :old_id
  AND NOT EXISTS (SELECT 1 FROM project_policy o WHERE o.project_id = :new_id);

-- name: delete_project_policy
DELETE FROM project_policy WHERE project_id = :id;

-- name: delete_project_specs
DELETE FROM spec WHERE target_id IN (SELECT id FROM target WHERE project_id = :id);

-- name: delete_project_targets
DELETE FROM target WHERE project_id = :id;

-- name: delete_project_lanes
DELETE FROM lane WHERE project_id = :id;

-- name: delete_project_itself
DELETE FROM project WHERE id = :id;

-- name: places_of_case
SELECT DISTINCT p.id AS project_id, p.name AS project, r.host, r.owner, r.name AS repo, p.path, b.suite
FROM bench_case b JOIN project p ON p.id = b.project_id JOIN repo r ON r.id = p.repo_id
WHERE (b.name = :name OR substr(b.name, 1, length(:name) + 1) = :name || '/')
  AND (p.name = :project OR :project IS NULL) AND (b.suite = :suite OR :suite IS NULL)
ORDER BY p.id, b.suite;

-- name: places_of_suite
SELECT DISTINCT p.id AS project_id, p.name AS project, r.host, r.owner, r.name AS repo, p.path, '' AS suite
FROM bench_case b JOIN project p ON p.id = b.project_id JOIN repo r ON r.id = p.repo_id
WHERE (b.suite = :name OR substr(b.suite, 1, length(:name) + 1) = :name || '/')
  AND (p.name = :project OR :project IS NULL)
ORDER BY p.id;

-- name: places_of_target
SELECT p.id AS project_id, p.name AS project, r.host, r.owner, r.name AS repo, p.path, '' AS suite
FROM target t JOIN project p ON p.id = t.project_id JOIN repo r ON r.id = p.repo_id
WHERE t.name = :name AND (p.name = :project OR :project IS NULL)
  AND EXISTS (SELECT 1 FROM run WHERE target_id = t.id)
ORDER BY p.id;

-- name: places_of_project
SELECT p.id AS project_id, p.name AS project, r.host, r.owner, r.name AS repo, p.path, '' AS suite
FROM project p JOIN repo r ON r.id = p.repo_id
WHERE (p.name = :name
    OR r.full_name || CASE p.path WHEN '.' THEN '' ELSE '//' || p.path END = :name)
  AND EXISTS (SELECT 1 FROM run WHERE project_id = p.id)
ORDER BY p.id;

-- name: all_renames
SELECT rename_id, renamed_at, user_name, project, kind, suite, old_name, new_name FROM renames ORDER BY rename_id;

-- name: runs_of_project
SELECT id FROM run WHERE project_id = :project_id ORDER BY id;

-- remarks and removals ------------------------------------------------------------------------------------------------

-- name: names_of_tags
SELECT name FROM run_tag WHERE run_id = :run_id;

-- name: insert_tag
INSERT INTO run_tag (run_id, name, user_id, tagged_at) VALUES (:run_id, :name, :user_id, :tagged_at);

-- name: delete_tag
DELETE FROM run_tag WHERE run_id = :run_id AND name = :name;

-- name: insert_note
INSERT INTO run_note (run_id, text, user_id, noted_at) VALUES (:run_id, :text, :user_id, :noted_at);

-- name: insert_removal
INSERT INTO removal (user_id, removed_at) VALUES (:user_id, :removed_at) RETURNING id;

-- name: insert_removed_run
INSERT INTO removed_run (uid, removal_id, report_id) SELECT uid, :removal_id, id FROM report WHERE id = :report_id;

-- name: delete_run
DELETE FROM run WHERE id = :id;

-- name: removal_to_undo
SELECT removal_id, count(*) - count(report_id) FROM removed_run WHERE removal_id = :id OR :id IS NULL
GROUP BY removal_id HAVING count(report_id) > 0 ORDER BY removal_id DESC LIMIT 1;

-- name: reports_of_removal
SELECT report_id FROM removed_run WHERE removal_id = :id ORDER BY report_id;

-- name: removal_pruned
SELECT 1 FROM removed_run WHERE removal_id = :id LIMIT 1;

-- name: delete_removed_runs
DELETE FROM removed_run WHERE removal_id = :removal_id AND report_id IS NOT NULL;

-- name: removed_runs
SELECT m.id AS removal_id, datetime(m.removed_at / 1000, 'unixepoch') AS removed_at, u.name AS user_name,
  d.report_id AS run_id, d.uid AS run_uid, json_extract(r.envelope, '$.label') AS target,
  datetime(json_extract(r.envelope, '$.started_at_ms') / 1000, 'unixepoch') AS started_at
FROM removed_run d JOIN removal m ON m.id = d.removal_id JOIN "user" u ON u.id = m.user_id
  JOIN report r ON r.id = d.report_id
ORDER BY m.id DESC, d.report_id;

-- name: removal_of_report
SELECT removal_id FROM removed_run WHERE report_id = :report_id;

-- name: removed_reports
SELECT report_id FROM removed_run WHERE report_id IS NOT NULL ORDER BY report_id;

-- name: old_runs
SELECT run_id, started_at, project, target, branch, tags FROM (
  SELECT r.id AS run_id, r.started_text AS started_at, p.name AS project, t.name AS target, r.branch,
    (SELECT group_concat(name, ' ') FROM run_tag WHERE run_id = r.id) AS tags, r.started_at AS started_ms,
    row_number() OVER (PARTITION BY r.lane_id, r.target_id, json_extract(e.doc, '$.cell') ORDER BY coalesce(c.seq, 0) DESC,
      coalesce(c.committed_at, r.started_at) DESC, r.started_at DESC, r.id DESC) AS place
  FROM run r JOIN project p ON p.id = r.project_id JOIN target t ON t.id = r.target_id
    JOIN spec e ON e.id = r.spec_id LEFT JOIN git_commit c ON c.id = r.commit_id)
WHERE (place > :keep OR :keep IS NULL) AND (started_ms < :before_ms OR :before_ms IS NULL)
ORDER BY run_id;

-- name: bytes_of_reports
SELECT coalesce(sum(length(body) + length(CAST(envelope AS BLOB))), 0) FROM report
WHERE id IN (SELECT value FROM json_each(:report_ids));

-- name: blobs_of_nobody_but
SELECT sha256, length(data) FROM blob WHERE NOT EXISTS (SELECT 1 FROM artifact a WHERE a.sha256 = blob.sha256
  AND a.report_id NOT IN (SELECT value FROM json_each(:report_ids)));

-- name: forget_removed_report
UPDATE removed_run SET report_id = NULL WHERE report_id = :report_id;

-- name: delete_report
DELETE FROM report WHERE id = :report_id;

-- name: delete_blobs_of_nobody
DELETE FROM blob WHERE NOT EXISTS (SELECT 1 FROM artifact WHERE artifact.sha256 = blob.sha256);

-- name: delete_resolved_catalogs_of_nobody
DELETE FROM resolved_catalog WHERE catalog_id NOT IN (SELECT catalog_id FROM report);

-- name: delete_catalogs_of_nobody
DELETE FROM catalog WHERE id NOT IN (SELECT catalog_id FROM report) AND id NOT IN (SELECT catalog_id FROM run);

-- sizes ---------------------------------------------------------------------------------------------------------------

-- name: bytes_by_table
SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name
WHERE d.aggregate = 1 GROUP BY m.tbl_name;

-- name: bytes_of_blobs
SELECT coalesce(sum(size_bytes), 0), coalesce(sum(length(data)), 0) FROM blob;

-- name: samples_beyond_one
SELECT coalesce(sum(n - 1), 0) FROM spread;

-- name: sizes_of_projects
SELECT p.name AS project, r.full_name || CASE p.path WHEN '.' THEN '' ELSE '//' || p.path END AS place,
  count(*) AS runs, sum(n.measurements) AS measurements, sum(n.measurements + n.more_samples) AS samples,
  sum(n.outcomes) AS outcomes, sum(n.raw_bytes) AS raw_bytes, max(n.started_text) AS newest_at
FROM project p JOIN repo r ON r.id = p.repo_id JOIN (
  SELECT run.project_id, run.started_text,
    (SELECT count(*) FROM measurement m WHERE m.run_id = run.id) AS measurements,
    (SELECT coalesce(sum(n - 1), 0) FROM spread s WHERE s.run_id = run.id) AS more_samples,
    (SELECT count(*) FROM test_result t WHERE t.run_id = run.id) AS outcomes,
    (SELECT coalesce(sum(b.size_bytes), 0) FROM artifact a JOIN blob b ON b.sha256 = a.sha256
      WHERE a.report_id = run.id) AS raw_bytes
  FROM run) n ON n.project_id = p.id
GROUP BY p.id, r.id ORDER BY runs DESC, p.id;

-- leftovers -----------------------------------------------------------------------------------------------------------

-- name: delete_unused_series
DELETE FROM series WHERE project_id = :project_id
  AND NOT EXISTS (SELECT 1 FROM series_head h WHERE h.series_id = series.id)
  AND id NOT IN (SELECT series_id FROM distribution);

-- name: runs_with_no_number
SELECT min(r.id) FROM run r JOIN problem q ON q.run_id = r.id AND q.kind = 'non-finite'
WHERE r.project_id = :project_id GROUP BY r.catalog_id, r.framework_id;

-- name: cases_without_series
SELECT id FROM bench_case WHERE project_id = :project_id
  AND NOT EXISTS (SELECT 1 FROM series WHERE case_id = bench_case.id);

-- name: delete_case_params
DELETE FROM case_param WHERE case_id = ?;

-- name: delete_case
DELETE FROM bench_case WHERE id = ?;

-- facts ---------------------------------------------------------------------------------------------------------------

-- name: insert_measurement
INSERT INTO measurement (run_id, series_id, value, iterations) VALUES (?1, ?, ?, ?);

-- name: insert_spread
INSERT INTO spread (run_id, series_id, n, lo, hi, sd, samples) VALUES (?1, ?, ?, ?, ?, ?, ?);

-- name: insert_resource_series
INSERT INTO resource_series (run_id, seq, time_s, cpu_s, memory_bytes, anonymous_bytes, processes)
VALUES (?1, ?, ?, ?, ?, ?, ?);

-- name: insert_distribution
INSERT INTO distribution (run_id, series_id, statistic, seq, value, n) VALUES (?1, ?, ?, ?, ?, ?);

-- name: insert_test_result
INSERT INTO test_result (run_id, case_id, attempt, status, tool_status, duration_s, message, flags)
VALUES (?1, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_suite_result
INSERT INTO suite_result (run_id, seq, suite, status, tool_status, duration_s) VALUES (?1, ?, ?, ?, ?, ?);

-- name: insert_context
INSERT INTO context (run_id, key, suite, value) VALUES (?1, ?, ?, ?);

-- name: insert_problem
INSERT INTO problem (run_id, seq, kind, place, text) VALUES (?1, ?, ?, ?, ?);

-- name: insert_unread
INSERT INTO unread (run_id, seq, stream, line, byte_offset, why, text) VALUES (?1, ?, ?, ?, ?, ?, ?);

-- heads ---------------------------------------------------------------------------------------------------------------

-- The order of history: by place on the first-parent line, where that is unknown by the commit's date, then by start.

-- name: is_newest_on_lane
SELECT n.id IS NULL OR (coalesce(c.seq, 0), coalesce(c.committed_at, r.started_at), r.started_at, r.id)
  > (coalesce(nc.seq, 0), coalesce(nc.committed_at, n.started_at), n.started_at, n.id)
FROM run r JOIN lane l ON l.id = r.lane_id LEFT JOIN git_commit c ON c.id = r.commit_id
  LEFT JOIN run n ON n.id = l.newest_run_id LEFT JOIN git_commit nc ON nc.id = n.commit_id
WHERE r.id = :run_id;

-- name: runs_of_lane
SELECT r.id FROM run r LEFT JOIN git_commit c ON c.id = r.commit_id
WHERE r.lane_id = :lane_id
ORDER BY coalesce(c.seq, 0) DESC, coalesce(c.committed_at, r.started_at) DESC, r.started_at DESC, r.id DESC;

-- name: set_newest_run
UPDATE lane SET newest_run_id = :run_id WHERE id = :lane_id;

-- name: push_head
UPDATE head SET prev_run_id = run_id, run_id = :run_id WHERE lane_id = :lane_id AND series_hash = :series_hash
RETURNING id;

-- name: put_head
INSERT INTO head (lane_id, run_id, prev_run_id) VALUES (:lane_id, :run_id, :prev_run_id)
ON CONFLICT (lane_id, run_id, prev_run_id) DO UPDATE SET series_hash = NULL RETURNING id;

-- name: set_series_of_head
UPDATE head SET series_hash = :series_hash WHERE id = :id;

-- name: delete_heads_without_lines
DELETE FROM head WHERE lane_id = :lane_id
  AND NOT EXISTS (SELECT 1 FROM series_head h WHERE h.lane_id = head.lane_id AND h.head_id = head.id);

-- name: insert_series_head
INSERT INTO series_head (lane_id, series_id, head_id) VALUES (?1, ?, ?);

-- name: delete_series_head
DELETE FROM series_head WHERE lane_id = ? AND series_id = ?;

-- name: series_between
SELECT series_id FROM measurement WHERE run_id = :run_id AND series_id BETWEEN :low AND :high;

-- name: lines_of_commit
SELECT r.lane_id, m.series_id FROM run r JOIN measurement m ON m.run_id = r.id WHERE r.commit_id = :commit_id;

-- name: all_lanes
SELECT id FROM lane ORDER BY id;

-- name: newest_run_of_lane
SELECT newest_run_id FROM lane WHERE id = :lane_id;

-- name: heads_of_lane
SELECT h.series_id, q.run_id, q.prev_run_id FROM series_head h JOIN head q ON q.id = h.head_id
WHERE h.lane_id = :lane_id;

-- name: lines_of_lane
SELECT head_id, series_id FROM series_head WHERE lane_id = :lane_id;

-- name: hashes_of_lane
SELECT id, series_hash FROM head WHERE lane_id = :lane_id;

-- name: series_of_lane
SELECT DISTINCT m.series_id FROM run r JOIN measurement m ON m.run_id = r.id WHERE r.lane_id = :lane_id;

-- history blocks ------------------------------------------------------------------------------------------------------

-- name: runs_to_block
SELECT id FROM run WHERE project_id = :project_id AND block_id IS NULL AND catalog_id = :catalog_id
ORDER BY id LIMIT :runs;

-- name: catalogs_to_block
SELECT project_id, catalog_id FROM run WHERE block_id IS NULL GROUP BY project_id, catalog_id HAVING count(*) >= :runs;

-- name: next_block
SELECT coalesce(max(id), 0) + 1 FROM history_block;

-- name: values_of_run
SELECT series_id, value FROM measurement WHERE run_id = :run_id ORDER BY series_id;

-- name: insert_history_block
INSERT INTO history_block (id, slot, run_id) VALUES (?1, ?, ?);

-- name: insert_history_value
INSERT INTO history_value (block_id, series_id, value) VALUES (?1, ?, ?);

-- name: set_block
UPDATE run SET block_id = :block_id WHERE id IN (SELECT run_id FROM history_block WHERE id = :block_id);

-- name: series_of_block
SELECT DISTINCT m.series_id FROM history_block k JOIN measurement m ON m.run_id = k.run_id WHERE k.id = :block_id;

-- name: delete_history_value
DELETE FROM history_value WHERE series_id = ? AND block_id = ?;

-- name: delete_values_of_block
DELETE FROM history_value WHERE block_id = :block_id;

-- name: leave_block
UPDATE run SET block_id = CASE WHEN EXISTS (SELECT 1 FROM measurement WHERE run_id = run.id) THEN NULL ELSE 0 END
WHERE id IN (SELECT run_id FROM history_block WHERE id = :block_id);

-- name: delete_history_block
DELETE FROM history_block WHERE id = :block_id;

-- questions of the verbs ----------------------------------------------------------------------------------------------

-- name: run_by_id
SELECT id, uid, id AS report_id FROM run WHERE id = :id;

-- name: run_by_uid
SELECT id, uid, id AS report_id FROM run WHERE uid >= :low AND uid < :high ORDER BY uid LIMIT 2;

-- name: run_from_end
SELECT id, uid, id AS report_id FROM run ORDER BY id DESC LIMIT 1 OFFSET :back;

-- name: newest_start
SELECT max(started_at) FROM run WHERE started_text = (SELECT max(started_text) FROM run);

-- name: recent_runs
SELECT run_id, run_uid, project, target, cell, status, commit_short, branch, dirty, machine, toolchain, started_at, seconds,
  wall_s, user_name, origin, (SELECT count(*) FROM measurement m WHERE m.run_id = runs.run_id) AS measurements,
  (SELECT count(*) FROM test_result t WHERE t.run_id = runs.run_id) AS outcomes, unread_lines, tags, notes
FROM runs
WHERE (project = :project OR :project IS NULL) AND (target = :target OR :target IS NULL)
  AND (status = :status OR :status IS NULL)
  AND (run_id IN (SELECT run_id FROM run_tag WHERE name = :tag) OR :tag IS NULL)
ORDER BY run_id DESC LIMIT :count;

-- name: what_goes
SELECT run_id, run_uid, project, target, cell, status, started_at, user_name, tags, notes,
  (SELECT count(*) FROM measurement m WHERE m.run_id = runs.run_id) AS measurements,
  (SELECT count(*) FROM test_result t WHERE t.run_id = runs.run_id) AS outcomes
FROM runs WHERE run_id = :run_id;

-- name: run_row
SELECT * FROM runs WHERE run_id = :run_id;

-- name: run_tags
SELECT tag, user_name, tagged_at FROM run_tags WHERE run_id = :run_id ORDER BY tag;

-- name: run_notes
SELECT note, user_name, noted_at FROM run_notes WHERE run_id = :run_id ORDER BY note_id;

-- name: counts_of_tags
SELECT tag, count(*) AS runs, max(run_id) AS newest_run_id FROM run_tags GROUP BY tag ORDER BY tag;

-- name: recent_notes
SELECT run_id, target, note, user_name, noted_at FROM run_notes ORDER BY note_id DESC LIMIT :count;

-- name: run_results
SELECT suite, benchmark, param_text, metric, unit, better, value, lo, hi, sd, n, series_id, case_id
FROM results WHERE run_id = :run_id AND framework <> 'process' ORDER BY case_id, series_id;

-- name: run_resources
SELECT part, part_name, metric, unit, value, series_id FROM resources WHERE run_id = :run_id ORDER BY series_id;

-- name: run_tests
SELECT kind, suite, test, param_text, attempt, status, tool_status, seconds, flags, message, case_id
FROM tests WHERE run_id = :run_id ORDER BY case_id, attempt;

-- name: run_suites
SELECT suite, status, tool_status, seconds FROM suites WHERE run_id = :run_id;

-- name: run_problems
SELECT kind, place, text FROM problems WHERE run_id = :run_id;

-- name: run_unread
SELECT stream, line, why, text FROM unread_lines WHERE run_id = :run_id;

-- name: run_contexts
SELECT key, suite, value FROM contexts WHERE run_id = :run_id ORDER BY key, suite;

-- name: find_benchmarks
SELECT DISTINCT project, suite, benchmark, param_text, metric, unit, better, series_id, case_id,
  (SELECT r.full_name || CASE p.path WHEN '.' THEN '' ELSE '/' || p.path END FROM bench_case b
    JOIN project p ON p.id = b.project_id JOIN repo r ON r.id = p.repo_id WHERE b.id = benchmarks.case_id) AS place
FROM benchmarks
WHERE (benchmark = :name OR benchmark || ' ' || param_text = :name OR glob(:name, benchmark || ' ' || param_text)
    OR (benchmark = :bare OR glob(:bare, benchmark) OR suite || '.' || benchmark = :bare)
      AND NOT EXISTS (SELECT 1 FROM json_each(:params) w WHERE NOT EXISTS (SELECT 1 FROM json_each(benchmarks.params) p
        WHERE p.key = w.key AND (p.value = w.value OR glob(w.value, p.value)))))
  AND (project = :project OR :project IS NULL) AND (metric = :metric OR :metric IS NULL)
ORDER BY project, suite, benchmark, param_text, case_id, series_id;

-- name: series_history
SELECT h.value, h.run_id, h.started_at, h.commit_short, h.commit_seq, h.committed_at, h.branch, h.dirty, h.trunk,
  h.machine, h.status, h.lane_id, w.lo, w.hi, coalesce(w.n, 1) AS n
FROM history h LEFT JOIN spread w ON w.run_id = h.run_id AND w.series_id = h.series_id
WHERE h.series_id = :series_id
ORDER BY coalesce(h.commit_seq, 0), coalesce(h.committed_at, h.started_at), h.started_at, h.run_id;

-- name: newest_lines
WITH lines AS (SELECT *, row_number() OVER (PARTITION BY series_id ORDER BY started_at DESC, run_id DESC) AS number
  FROM latest WHERE (project = :project OR :project IS NULL) AND (metric = :metric OR :metric IS NULL))
SELECT l.project, l.suite, l.benchmark, l.param_text, l.metric, l.unit, l.better, l.branch, l.dirty, l.machine,
  l.value, l.previous_value, l.ratio, l.commit_short, l.started_at, l.status, l.run_id, l.lane_id, l.series_id, s.case_id,
  r.full_name || CASE p.path WHEN '.' THEN '' ELSE '/' || p.path END AS place
FROM lines l JOIN series s ON s.id = l.series_id JOIN project p ON p.id = s.project_id JOIN repo r ON r.id = p.repo_id
WHERE l.number = 1 ORDER BY l.project, l.suite, l.benchmark, l.param_text, s.case_id, l.lane_id, l.series_id;

-- name: recent_values
WITH recent AS (SELECT id, lane_id, target_id, commit_id, started_at FROM run ORDER BY id DESC LIMIT :looked_at),
counted AS (SELECT *, row_number() OVER (PARTITION BY lane_id, target_id ORDER BY started_at DESC, id DESC) AS number
  FROM recent WHERE lane_id IN (SELECT value FROM json_each(:lane_ids)))
SELECT n.lane_id, n.target_id, n.id AS run_id, m.series_id, m.value
FROM counted n LEFT JOIN git_commit c ON c.id = n.commit_id
  LEFT JOIN measurement m ON m.run_id = n.id AND m.series_id IN (SELECT value FROM json_each(:series_ids))
WHERE n.number <= :count
ORDER BY coalesce(c.seq, 0), coalesce(c.committed_at, n.started_at), n.started_at, n.id;

-- name: runs_without_value
WITH given AS MATERIALIZED (SELECT r.id, r.lane_id, r.spec_id FROM run r
  WHERE r.id IN (SELECT value FROM json_each(:run_ids)))
SELECT r.id AS run_id, r.started_text AS started_at, substr(c.sha, 1, 10) AS commit_short, c.seq AS commit_seq,
  c.committed_text AS committed_at, r.status, r.lane_id
FROM run r LEFT JOIN git_commit c ON c.id = r.commit_id
WHERE r.lane_id IN (SELECT lane_id FROM given) AND r.spec_id IN (SELECT spec_id FROM given)
  AND r.id NOT IN (SELECT id FROM given);

-- name: lane_facts
SELECT l.id AS lane_id, p.name AS project,
  r.full_name || CASE p.path WHEN '.' THEN '' ELSE '/' || p.path END AS place,
  l.branch, l.dirty, l.subject, e.toolchain, m.facts AS machine_class, e.facts AS environment_class
FROM lane l JOIN project p ON p.id = l.project_id JOIN repo r ON r.id = p.repo_id
  JOIN machine_class m ON m.id = l.machine_class_id JOIN environment_class e ON e.id = l.environment_class_id
WHERE l.id IN (SELECT value FROM json_each(:lane_ids));

-- name: test_history
SELECT test, suite, param_text, status, seconds, attempt, run_id, started_at, commit_short, committed_at, branch, dirty,
  machine, project, case_id,
  (SELECT r.full_name || CASE p.path WHEN '.' THEN '' ELSE '/' || p.path END FROM bench_case b
    JOIN project p ON p.id = b.project_id JOIN repo r ON r.id = p.repo_id WHERE b.id = tests.case_id) AS place
FROM tests WHERE case_id IN (SELECT b.id FROM bench_case b
    WHERE b.said_name = :name OR glob(:name, b.said_name) OR b.suite || '.' || b.said_name = :name
      OR b.said_name || ' ' || b.param_text = :name
      OR (b.name = :bare OR glob(:bare, b.name) OR b.suite || '.' || b.name = :bare)
        AND NOT EXISTS (SELECT 1 FROM json_each(:params) w WHERE NOT EXISTS (SELECT 1 FROM json_each(b.params) p
          WHERE p.key = w.key AND (p.value = w.value OR glob(w.value, p.value)))))
  AND (project = :project OR :project IS NULL)
ORDER BY project, suite, test, param_text, case_id, coalesce(committed_at, started_at) DESC, started_at DESC, run_id DESC, attempt
LIMIT :count;

-- name: values_before
WITH recent AS (SELECT r.id FROM run now JOIN run r ON r.lane_id = now.lane_id AND r.target_id = now.target_id
  WHERE now.id = :run_id AND r.id < :first_run_id ORDER BY r.started_at DESC, r.id DESC LIMIT :runs)
SELECT own.series_id, (SELECT m.value FROM recent CROSS JOIN measurement m ON m.run_id = recent.id
  AND m.series_id = own.series_id LIMIT 1) AS value
FROM measurement own WHERE own.run_id = :run_id;

-- name: series_names_of_run
SELECT m.series_id, b.hash, x.name AS metric, x.unit FROM measurement m
JOIN series s ON s.id = m.series_id JOIN bench_case b ON b.id = s.case_id JOIN metric x ON x.id = s.metric_id
WHERE m.run_id = :run_id;

-- name: run_durations
WITH wanted AS (SELECT w.key AS place, s.id AS spec_id, hex(s.hash) = json_extract(w.value, '$.spec') AS same_spec,
    json_extract(w.value, '$.machine_class') AS machine_class
  FROM json_each(:wanted) w
    JOIN target t ON t.project_id = :project_id AND t.name = json_extract(w.value, '$.label')
    JOIN spec s ON s.target_id = t.id AND json_extract(s.doc, '$.cell') = json_extract(w.value, '$.cell')),
recent AS (SELECT id, spec_id, lane_id, origin, status, finished_at - started_at AS took FROM run
  WHERE project_id = :project_id ORDER BY started_text DESC, id DESC LIMIT :looked_at),
counted AS (SELECT w.place, r.id, r.took / 1000.0 AS seconds, w.same_spec, hex(m.hash) = w.machine_class AS same_machine,
    r.status = 'passed' AS passed, row_number() OVER (PARTITION BY w.place, w.same_spec, hex(m.hash) = w.machine_class,
      r.status = 'passed' ORDER BY r.id DESC) AS number
  FROM wanted w JOIN recent r ON r.spec_id = w.spec_id JOIN lane l ON l.id = r.lane_id
    JOIN machine_class m ON m.id = l.machine_class_id
  WHERE r.origin = 'run' AND r.status IN ('passed', 'failed') AND r.took >= 0)
SELECT place, seconds, same_spec, same_machine, passed FROM counted WHERE number <= :count ORDER BY place, id DESC;

-- name: build_durations
WITH wanted AS (SELECT w.key AS place, s.id AS spec_id, hex(s.hash) = json_extract(w.value, '$.spec') AS same_spec,
    json_extract(w.value, '$.machine_class') AS machine_class
  FROM json_each(:wanted) w
    JOIN target t ON t.project_id = :project_id AND t.name = json_extract(w.value, '$.label')
    JOIN spec s ON s.target_id = t.id AND json_extract(s.doc, '$.cell') = json_extract(w.value, '$.cell')),
recent AS (SELECT id, spec_id, lane_id, origin FROM run
  WHERE project_id = :project_id ORDER BY started_text DESC, id DESC LIMIT :looked_at),
counted AS (SELECT w.place, r.id, r.lane_id, w.same_spec, w.machine_class,
    row_number() OVER (PARTITION BY w.place ORDER BY r.id DESC) AS number
  FROM wanted w JOIN recent r ON r.spec_id = w.spec_id WHERE r.origin = 'run'),
built AS (SELECT c.place, c.id, c.same_spec, hex(m.hash) = c.machine_class AS same_machine,
    (SELECT sum(json_extract(e.value, '$.wall_s')) FROM json_each(q.envelope, '$.executions') e
      WHERE json_extract(e.value, '$.role') = 'build' HAVING max(json_extract(e.value, '$.exit_code') = 0)) AS seconds
  FROM counted c JOIN report q ON q.id = c.id JOIN lane l ON l.id = c.lane_id
    JOIN machine_class m ON m.id = l.machine_class_id
  WHERE c.number <= :count)
SELECT place, seconds, same_spec, same_machine, 1 AS passed FROM built WHERE seconds IS NOT NULL ORDER BY place, id DESC;

-- name: last_run_like
SELECT r.id, (SELECT count(*) FROM (SELECT s.case_id FROM measurement m JOIN series s ON s.id = m.series_id
      JOIN bench_case b ON b.id = s.case_id AND b.framework = (SELECT f.name FROM framework f WHERE f.id = r.framework_id)
    WHERE m.run_id = r.id UNION SELECT o.case_id FROM test_result o WHERE o.run_id = r.id)) AS cases
FROM machine_class k JOIN environment_class e ON e.hash = :environment_class
  JOIN lane l ON l.project_id = :project_id AND l.machine_class_id = k.id AND l.environment_class_id = e.id
    AND l.subject = :subject AND l.branch = :branch AND l.dirty = :dirty
  JOIN target t ON t.project_id = :project_id AND t.name = :target
  CROSS JOIN run r
  JOIN spec sp ON sp.id = r.spec_id AND json_extract(sp.doc, '$.cell') = :cell
WHERE k.hash = :machine_class AND r.lane_id = l.id AND r.target_id = t.id AND r.status IN ('passed', 'failed')
ORDER BY r.started_at DESC, r.id DESC LIMIT 1;
-- name: names_of_cases
SELECT DISTINCT name FROM bench_case WHERE name >= :low AND name < :high ORDER BY name LIMIT :count;

-- name: names_of_labels
SELECT DISTINCT name FROM target WHERE name >= :low AND name < :high ORDER BY name LIMIT :count;

-- name: names_of_metrics
SELECT DISTINCT name FROM metric WHERE name >= :low AND name < :high ORDER BY name LIMIT :count;

-- name: names_of_projects
SELECT DISTINCT name FROM project WHERE name >= :low AND name < :high ORDER BY name LIMIT :count;

-- name: names_of_views
SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name;

-- name: names_of_tables
SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name;

-- name: names_of_functions
SELECT DISTINCT name FROM pragma_function_list WHERE name GLOB '[a-z]*' ORDER BY name;

-- name: columns_of
SELECT name, type FROM pragma_table_info(:name) ORDER BY cid;

-- native tables -------------------------------------------------------------------------------------------------------

-- name: native_table
SELECT doc FROM native_table WHERE name = :name;

-- name: native_tables
SELECT name, doc FROM native_table ORDER BY name;

-- name: put_native_table
INSERT INTO native_table (name, doc) VALUES (:name, :doc) ON CONFLICT (name) DO UPDATE SET doc = excluded.doc;

-- servers and those who report to them --------------------------------------------------------------------------------

-- name: insert_token
INSERT INTO token (id, secret_sha256, user_id, name, scopes, projects, created_at, expires_at)
VALUES (:id, :secret_sha256, :user_id, :name, :scopes, :projects, :created_at, :expires_at);

-- name: find_token
SELECT k.secret_sha256, k.user_id, u.name, k.scopes, k.projects, k.expires_at, k.revoked_at, k.name, k.created_at
FROM token k JOIN "user" u ON u.id = k.user_id WHERE k.id = :id;

-- name: any_token
SELECT 1 FROM token LIMIT 1;

-- name: touch_token
UPDATE token SET last_used_at = :minute WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :minute);

-- name: revoke_token
UPDATE token SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id RETURNING id;

-- name: list_tokens
SELECT k.id, u.name AS user_name, k.name, k.scopes, k.projects, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
FROM token k JOIN "user" u ON u.id = k.user_id WHERE k.user_id = :user_id OR :user_id IS NULL
ORDER BY k.created_at DESC, k.id;

-- name: insert_audit
INSERT INTO audit (at, user_id, token_id, action, subject, detail)
VALUES (:at, :user_id, :token_id, :action, :subject, :detail);

-- name: audit_trail
SELECT a.id, a.at, u.name AS user_name, a.token_id, a.action, a.subject, a.detail
FROM audit a LEFT JOIN "user" u ON u.id = a.user_id ORDER BY a.id DESC LIMIT :count;

-- name: staged_as
SELECT DISTINCT sha256, parts FROM staged_part WHERE uid = :uid;

-- name: stage_part
INSERT INTO staged_part (uid, seq, parts, sha256, received_at, data)
VALUES (:uid, :seq, :parts, :sha256, :received_at, :data) ON CONFLICT (uid, seq) DO NOTHING;

-- name: staged_seqs
SELECT seq FROM staged_part WHERE uid = :uid;

-- name: staged_data
SELECT data FROM staged_part WHERE uid = :uid ORDER BY seq;

-- name: drop_parts
DELETE FROM staged_part WHERE uid = :uid;

-- name: drop_parts_of_whole
DELETE FROM staged_part WHERE uid IN (SELECT uid FROM report);

-- name: unfinished_since
SELECT uid FROM staged_part GROUP BY uid HAVING max(received_at) < :before;

-- name: size_of_blob
SELECT size_bytes FROM blob WHERE sha256 = :sha256;

-- name: artifact_of_run
SELECT a.sha256, b.size_bytes FROM run r JOIN artifact a ON a.report_id = r.id JOIN blob b ON b.sha256 = a.sha256
WHERE r.uid = :uid AND a.name = :name AND (r.project_id IN (SELECT value FROM json_each(:visible)) OR :visible IS NULL)
ORDER BY a.seq LIMIT 1;

-- name: places_of_projects
SELECT p.id, r.host, r.owner, r.name, p.path FROM project p JOIN repo r ON r.id = p.repo_id;

-- name: private_projects
SELECT project_id, members FROM project_policy WHERE visibility = 'private';

-- name: claim_projection
SELECT report_id FROM projection WHERE state <> 'done' AND state = 'todo' AND report_id > :after ORDER BY report_id LIMIT 1;

-- name: count_projections
SELECT state, count(*) FROM projection WHERE state <> 'done' GROUP BY state;

-- name: project_later
UPDATE projection SET state = 'todo', error = NULL WHERE report_id IN (
  SELECT id FROM report WHERE framework = :framework AND reader_version > :above
    AND NOT EXISTS (SELECT 1 FROM removed_run WHERE report_id = report.id))
RETURNING report_id;

-- name: setting
SELECT value FROM setting WHERE name = :name;

-- name: put_setting
INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- the registry --------------------------------------------------------------------------------------------------------

-- name: registry_entries
SELECT kind, name, doc, archived_at FROM registry_entry
WHERE CAST(:kind AS TEXT) IS NULL OR kind = :kind ORDER BY kind, name;

-- name: put_registry_entry
INSERT INTO registry_entry (kind, name, doc, applied_at) VALUES (:kind, :name, :doc, :now)
ON CONFLICT (kind, name) DO UPDATE SET doc = excluded.doc, applied_at = excluded.applied_at, archived_at = NULL;

-- name: archive_registry_entry
UPDATE registry_entry SET archived_at = :now WHERE kind = :kind AND name = :name;

-- name: put_project_policy
INSERT INTO project_policy (project_id, visibility, members, owners, baseline_branch, retention, archived_at)
VALUES (:project_id, :visibility, :members, :owners, :baseline_branch, :retention, :archived_at)
ON CONFLICT (project_id) DO UPDATE SET
  visibility = excluded.visibility, members = excluded.members, owners = excluded.owners,
  baseline_branch = excluded.baseline_branch, retention = excluded.retention, archived_at = excluded.archived_at;

-- name: ids_of_policies
SELECT project_id FROM project_policy WHERE archived_at IS NULL;

-- name: archive_project_policy
UPDATE project_policy SET archived_at = :now WHERE project_id = :project_id;

-- name: project_policy
SELECT q.visibility, q.owners, q.members, coalesce(q.baseline_branch, r.default_branch), q.retention, q.archived_at
FROM project p JOIN repo r ON r.id = p.repo_id LEFT JOIN project_policy q ON q.project_id = p.id WHERE p.id = :project_id;

-- name: aliases_of_project
SELECT host, owner, repo, path FROM project_alias WHERE project_id = :project_id ORDER BY host, owner, repo, path;

-- name: count_runs_of_project
SELECT count(*) FROM run WHERE project_id = :project_id;

-- name: names_of_projects
SELECT p.name, r.host, r.owner, r.name, p.path FROM project p JOIN repo r ON r.id = p.repo_id ORDER BY p.id;

-- name: all_users
SELECT name, email FROM "user" ORDER BY name;

-- name: machine_classes
SELECT id, facts FROM machine_class ORDER BY id;

-- what a server's services list: pages, each going on behind the last row of the page before ------------------------

-- name: users_page
SELECT name, email FROM "user" WHERE name > :name ORDER BY name LIMIT :count;

-- name: repositories_page
SELECT host, owner, name, default_branch FROM repo WHERE (host, owner, name) > (:host, :owner, :name)
  AND (:visible IS NULL OR id IN (SELECT repo_id FROM project WHERE id IN (SELECT value FROM json_each(:visible))))
ORDER BY host, owner, name LIMIT :count;

-- name: repository_of_address
SELECT id FROM repo WHERE full_name = :address
  AND (:visible IS NULL OR id IN (SELECT repo_id FROM project WHERE id IN (SELECT value FROM json_each(:visible))));

-- name: commits_page
SELECT id, sha, parent_sha, seq, author, subject, authored_at, committed_at, coalesce(seq, 0) AS order_seq,
  coalesce(committed_at, 0) AS order_at FROM git_commit
WHERE repo_id = :repo_id AND (coalesce(seq, 0), coalesce(committed_at, 0), id) < (:seq, :committed_at, :id)
ORDER BY coalesce(seq, 0) DESC, coalesce(committed_at, 0) DESC, id DESC LIMIT :count;

-- name: projects_page
SELECT p.id, r.host, r.owner, r.name AS repo, p.path, p.name, r.default_branch, q.visibility, q.owners,
  (SELECT count(*) FROM run WHERE project_id = p.id) AS run_count,
  (SELECT max(started_at) FROM run WHERE project_id = p.id) AS newest_run_at
FROM project p JOIN repo r ON r.id = p.repo_id LEFT JOIN project_policy q ON q.project_id = p.id
WHERE (r.host, r.owner, r.name, p.path) > (:host, :owner, :repo, :path)
  AND (:visible IS NULL OR p.id IN (SELECT value FROM json_each(:visible)))
  AND (:id IS NULL OR p.id = :id)
ORDER BY r.host, r.owner, r.name, p.path LIMIT :count;

-- name: project_of_address
SELECT p.id FROM project p JOIN repo r ON r.id = p.repo_id
WHERE r.full_name || CASE p.path WHEN '.' THEN '' ELSE '//' || p.path END = :address
  AND (:visible IS NULL OR p.id IN (SELECT value FROM json_each(:visible)));

-- name: targets_of_project
SELECT name FROM target WHERE project_id = :project_id AND EXISTS (SELECT 1 FROM run WHERE target_id = target.id)
ORDER BY name;

-- name: runs_page
SELECT r.id, r.uid, h.host, h.owner, h.name AS repo, p.path, t.name AS target, s.doc AS spec, f.name AS framework,
  f.version AS framework_version, u.name AS user_name, m.name AS machine, k.cpu, e.toolchain, c.sha, r.branch, r.dirty,
  r.trunk, r.started_at, r.finished_at, r.status, r.exit_code, r.wall_s
FROM run r JOIN project p ON p.id = r.project_id JOIN repo h ON h.id = p.repo_id JOIN target t ON t.id = r.target_id
  JOIN spec s ON s.id = r.spec_id JOIN framework f ON f.id = r.framework_id JOIN "user" u ON u.id = r.user_id
  JOIN lane l ON l.id = r.lane_id JOIN machine_class k ON k.id = l.machine_class_id
  JOIN environment_class e ON e.id = l.environment_class_id LEFT JOIN machine m ON m.id = r.machine_id
  LEFT JOIN git_commit c ON c.id = r.commit_id
WHERE r.id < :before AND (:id IS NULL OR r.id = :id)
  AND (:visible IS NULL OR r.project_id IN (SELECT value FROM json_each(:visible)))
  AND (:project_id IS NULL OR r.project_id = :project_id) AND (:target IS NULL OR t.name = :target)
  AND (:status IS NULL OR r.status = :status)
  AND (:tag IS NULL OR r.id IN (SELECT run_id FROM run_tag WHERE name = :tag))
ORDER BY r.id DESC LIMIT :count;

-- name: newest_visible_run
SELECT max(id) FROM run WHERE :visible IS NULL OR project_id IN (SELECT value FROM json_each(:visible));

-- name: visible_runs_named
SELECT id FROM run WHERE (id = :id OR uid >= :low AND uid < :high)
  AND (:visible IS NULL OR project_id IN (SELECT value FROM json_each(:visible))) ORDER BY uid LIMIT 2;

-- name: tags_of_runs
SELECT run_id, name FROM run_tag WHERE run_id IN (SELECT value FROM json_each(:run_ids)) ORDER BY run_id, name;

-- name: results_of_run
SELECT m.series_id, b.id AS case_id, b.suite, b.name, x.name AS metric, x.unit, x.better, x.exact, m.value, w.lo, w.hi,
  coalesce(w.n, 1) AS n
FROM measurement m JOIN series s ON s.id = m.series_id JOIN bench_case b ON b.id = s.case_id
  JOIN metric x ON x.id = s.metric_id LEFT JOIN spread w ON w.run_id = m.run_id AND w.series_id = m.series_id
WHERE m.run_id = :run_id ORDER BY b.id, m.series_id LIMIT :count;

-- name: params_of_cases
SELECT case_id, key, value, origin FROM case_param WHERE case_id IN (SELECT value FROM json_each(:case_ids))
ORDER BY case_id, key;

-- name: outcomes_of_run
SELECT b.suite, b.said_name, o.status, o.attempt, o.duration_s, o.message
FROM test_result o JOIN bench_case b ON b.id = o.case_id WHERE o.run_id = :run_id ORDER BY b.id, o.attempt LIMIT :count;

-- name: notes_of_run
SELECT n.text, u.name AS user_name, n.noted_at FROM run_note n JOIN "user" u ON u.id = n.user_id
WHERE n.run_id = :run_id ORDER BY n.id;

-- name: problems_of_run
SELECT kind, place, text FROM problem WHERE run_id = :run_id ORDER BY seq;

-- name: renames_after
SELECT n.id, r.host, r.owner, r.name AS repo, p.path, n.kind, n.suite, n.old, n.new, u.name AS user_name, n.renamed_at
FROM rename n JOIN project p ON p.id = n.project_id JOIN repo r ON r.id = p.repo_id JOIN "user" u ON u.id = n.user_id
WHERE n.id > :after AND (:visible IS NULL OR n.project_id IN (SELECT value FROM json_each(:visible)))
ORDER BY n.id LIMIT :count;

-- name: tags_since
SELECT r.uid, g.name, u.name AS user_name, g.tagged_at
FROM run_tag g JOIN run r ON r.id = g.run_id JOIN "user" u ON u.id = g.user_id
WHERE g.tagged_at >= :since AND (:visible IS NULL OR r.project_id IN (SELECT value FROM json_each(:visible)))
ORDER BY g.tagged_at, r.uid, g.name LIMIT :count;

-- name: notes_after
SELECT n.id, r.uid, n.text, u.name AS user_name, n.noted_at
FROM run_note n JOIN run r ON r.id = n.run_id JOIN "user" u ON u.id = n.user_id
WHERE n.id > :after AND (:visible IS NULL OR r.project_id IN (SELECT value FROM json_each(:visible)))
ORDER BY n.id LIMIT :count;

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
      AND NOT EXISTS (SELECT 1 FROM json_each(:params) w WHERE NOT EXISTS (SELECT 1 FROM case_param q
        WHERE q.case_id = b.id AND q.key = w.key AND (q.value = w.value OR glob(w.value, q.value)))))
ORDER BY r.host, r.owner, r.name, p.path, b.suite, b.name, b.param_text, x.name, s.id LIMIT :count;

-- name: points_of_series
SELECT r.id, r.uid, h.value, c.sha, c.seq, r.branch, r.trunk, r.started_at, r.lane_id, m.name AS machine
FROM history h JOIN run r ON r.id = h.run_id LEFT JOIN git_commit c ON c.id = r.commit_id
  LEFT JOIN machine m ON m.id = r.machine_id
WHERE h.series_id = :series_id
ORDER BY coalesce(c.seq, 0) DESC, coalesce(c.committed_at, r.started_at) DESC, r.started_at DESC, r.id DESC LIMIT :count;

-- name: reports_by_framework
SELECT f.name, count(*) FROM run r JOIN framework f ON f.id = r.framework_id
WHERE :visible IS NULL OR r.project_id IN (SELECT value FROM json_each(:visible)) GROUP BY f.name;

-- name: known_reports
SELECT j.value AS uid, coalesce(r.sha256, q.sha256) AS sha256, d.uid IS NOT NULL AS is_removed
FROM json_each(:uids) j LEFT JOIN report r ON r.uid = j.value LEFT JOIN removed_run d ON d.uid = j.value
  LEFT JOIN report q ON q.id = d.report_id
WHERE r.uid IS NOT NULL OR d.uid IS NOT NULL ORDER BY j.key;

-- name: project_of_report
SELECT project_id FROM run WHERE uid = :uid;

-- name: tokens_page
SELECT k.id, u.name AS user_name, k.name, k.scopes, k.projects, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
FROM token k JOIN "user" u ON u.id = k.user_id
WHERE (k.created_at, k.id) < (:created_at, :after_id) AND (:user_id IS NULL OR k.user_id = :user_id)
  AND (:id IS NULL OR k.id = :id)
  AND (:with_dead OR (k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)))
ORDER BY k.created_at DESC, k.id DESC LIMIT :count;
