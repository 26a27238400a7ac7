"""Dimensions: small tables found by a natural key. Who, what, where of a run become ids."""

from typing import Any

import msgspec

from benchhub.model.circumstance import Revision, User
from benchhub.model.identity import canonical_json
from benchhub.model.place import Project, Repository
from benchhub.model.rename import NAMES_AS_SAID, Names, Rename
from benchhub.model.report import Envelope, Report
from benchhub.store.database import Database
from benchhub.store.text import sql_text

USUAL_DEFAULT_BRANCHES = ("main", "master")


class Placed(msgspec.Struct, frozen=True):
    """Where a run belongs.

    Attributes:
        names: What the names that the run says mean today.
        moved_commits: Commits that were known and got another place in history by this run.
    """

    project_id: int
    lane_id: int
    names: Names
    moved_commits: list[int]


def put_run(database: Database, run_id: int, catalog_id: int, report: Report, *, block_id: int | None) -> Placed:
    """Write the row of a run and all that it refers to, or write it again.

    Args:
        database: Where.
        run_id: The report's.
        catalog_id: Of its cases and shapes.
        report: The report.
        block_id: The history block that holds its values, when it is written again.
    """
    envelope = report.envelope
    project_id, repo_id = put_project(database, envelope.project)
    default_branch = envelope.project.repository.default_branch
    revision, subject, fork = envelope.revision, envelope.subject, envelope.project.fork
    fork_name = f"{fork.host}/{fork.owner}/{fork.name}" if fork else None
    branch = sql_text((revision.branch or "") if revision else "")
    lane_branch = f"fork:{fork_name}:{branch}" if fork_name else branch
    dirty = bool(revision and revision.is_dirty)
    commit_id, base_id, moved_commits = _put_revision(database, repo_id, revision)
    names = names_of(database, project_id, run_id, envelope.started_at_ms)
    target_id = _id(database, "put_target", project_id=project_id, name=names.target(envelope.label))
    measured = [execution for execution in envelope.executions if execution.role == "measure"]
    environment_class_id, environment_id = _put_environment(database, envelope)
    machine_class_id = _put_machine_class(database, envelope)
    lane_id = _id(
        database,
        "put_lane",
        project_id=project_id,
        machine_class_id=machine_class_id,
        environment_class_id=environment_class_id,
        subject=subject.name if subject else "",
        branch=lane_branch,
        dirty=dirty,
    )
    is_default = branch == default_branch if default_branch else branch in USUAL_DEFAULT_BRANCHES
    memory = [e.usage.memory_bytes_max for e in measured if e.usage.memory_bytes_max is not None]
    database.do(
        "insert_run",
        id=run_id,
        uid=envelope.uid,
        project_id=project_id,
        catalog_id=catalog_id,
        lane_id=lane_id,
        target_id=target_id,
        spec_id=_id(database, "put_spec", target_id=target_id, hash=envelope.spec.hash(), doc=envelope.spec.doc()),
        framework_id=_id(
            database,
            "put_framework",
            name=envelope.framework.name,
            version=envelope.framework.version,
            reader_version=envelope.framework.reader_version,
        ),
        subject_id=None
        if subject is None
        else _id(
            database,
            "put_subject",
            name=subject.name,
            version=subject.version,
            configuration=subject.configuration,
        ),
        user_id=put_user(database, envelope.user),
        machine_id=_id(database, "put_machine", name=envelope.machine.name) if envelope.machine.name else None,
        environment_id=environment_id,
        commit_id=commit_id,
        base_commit_id=base_id,
        branch=lane_branch,
        dirty=dirty,
        trunk=bool(revision and not dirty and not fork and is_default),
        fork=fork_name,
        tree=revision.tree if revision else None,
        origin=envelope.origin,
        started_at=envelope.started_at_ms,
        finished_at=envelope.finished_at_ms,
        exit_code=envelope.exit_code,
        status=envelope.status,
        wall_s=sum(e.wall_s for e in measured) if measured else None,
        user_s=_sum([e.usage.user_s for e in measured]),
        system_s=_sum([e.usage.system_s for e in measured]),
        memory_bytes_max=max(memory) if memory else None,
        unread_count=report.body.unread_count,
        block_id=block_id or (None if report.body.lines.case or report.body.resources else 0),
    )
    return Placed(project_id, lane_id, names, moved_commits)


def names_of(database: Database, project_id: int, report_id: int, started_at_ms: int) -> Names:
    """Return what the names that a run says mean today.

    A run came before a rename when it was there already, or started before it and arrived late.
    """
    rows = database.all("renames_of_project", project_id=project_id)
    if not rows:
        return NAMES_AS_SAID
    came_before = (report_id <= newest_id or started_at_ms < renamed_at for *_, newest_id, renamed_at in rows)
    before = next((at for at, is_so in enumerate(came_before) if is_so), len(rows))
    return Names(tuple(Rename(*row[:4]) for row in rows), before)


def put_user(database: Database, user: User) -> int:
    """Return the id of a person; an address that is not told stays as it was."""
    return _id(database, "put_user", name=user.name, email=user.email)


def put_project(database: Database, project: Project) -> tuple[int, int]:
    """Return the ids of a project and its repository."""
    repo_id = put_repo(database, project.repository)
    found = find_project(database, project)
    if found is not None:
        return found, repo_id
    return _id(database, "put_project", repo_id=repo_id, path=project.path, name=project.name), repo_id


def find_project(database: Database, project: Project) -> int | None:
    """Return the id of a project that is known: the one that left this place, else the one that lives there."""
    place = {**_place(project.repository), "path": project.path}
    found = database.one("find_project_alias", **place) or database.one("find_project", **place)
    return int(found[0]) if found else None


def put_repo(database: Database, repository: Repository) -> int:
    """Return the id of a repository; a default branch that is not told stays as it was."""
    return _id(
        database,
        "put_repo",
        host=repository.host,
        owner=repository.owner,
        name=repository.name,
        default_branch=repository.default_branch,
    )


def _place(repository: Repository) -> dict[str, str]:
    return {"host": repository.host, "owner": repository.owner, "repo": repository.name}


def _put_revision(
    database: Database, repo_id: int, revision: Revision | None
) -> tuple[int | None, int | None, list[int]]:
    """Return the ids of the commit and of its base, and of commits that got another place in history."""
    if revision is None:
        return None, None, []
    commit = revision.commit
    known = database.one("find_commit", repo_id=repo_id, sha=commit.sha)
    commit_id = _id(
        database,
        "put_commit",
        repo_id=repo_id,
        sha=commit.sha,
        parent_sha=commit.parents[0] if commit.parents else None,
        seq=revision.commit_count,
        author=sql_text(commit.author),
        subject=sql_text(commit.subject),
        authored_at=commit.authored_at_ms,
        committed_at=commit.committed_at_ms,
    )
    moved = (
        [] if known is None or known == database.one("find_commit", repo_id=repo_id, sha=commit.sha) else [commit_id]
    )
    base_id = None if revision.base is None else _put_bare_commit(database, repo_id, revision.base)
    return commit_id, base_id, moved + _order_known_commits(database, repo_id, revision)


def _put_bare_commit(database: Database, repo_id: int, sha: str) -> int:
    nothing = dict.fromkeys(("parent_sha", "seq", "author", "subject", "authored_at", "committed_at"))
    return _id(database, "put_commit", repo_id=repo_id, sha=sha, **nothing)


def _order_known_commits(database: Database, repo_id: int, revision: Revision) -> list[int]:
    """Give a place to commits that came without one, where this revision's first-parent chain knows it."""
    if revision.commit_count is None:
        return []
    unordered = dict(database.all("commits_without_seq", repo_id=repo_id))
    if not unordered:
        return []
    ordered = [(unordered[sha], revision.commit_count - i) for i, sha in enumerate(revision.chain) if sha in unordered]
    for commit_id, seq in ordered:
        database.do("set_commit_seq", id=commit_id, seq=seq)
    return [commit_id for commit_id, _ in ordered]


def _put_environment(database: Database, envelope: Envelope) -> tuple[int, int]:
    environment = envelope.environment
    class_id = _id(
        database,
        "put_environment_class",
        hash=environment.class_hash(),
        toolchain=environment.toolchain,
        facts=canonical_json(environment.class_facts).decode(),
    )
    environment_id = _id(
        database,
        "put_environment",
        hash=environment.hash(),
        class_id=class_id,
        os=environment.os,
        facts=canonical_json(environment.facts).decode(),
    )
    return class_id, environment_id


def _put_machine_class(database: Database, envelope: Envelope) -> int:
    kind = envelope.machine.machine_class
    return _id(
        database,
        "put_machine_class",
        hash=kind.hash(),
        cpu=kind.cpu_model_name,
        cores=kind.cores,
        memory_bytes=kind.memory_bytes,
        arch=kind.architecture,
        facts=canonical_json({k: v for k, v in msgspec.to_builtins(kind).items() if v is not None}).decode(),
    )


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _id(database: Database, statement: str, /, **parameters: Any) -> int:  # noqa: ANN401 -- what SQL takes
    return int(database.one(statement, **parameters)[0])
