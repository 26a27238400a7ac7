"""Renaming: who says that a thing is called otherwise from now on changes every table at once, and no report.

The rename is kept as an event, and every projection reads the names of its report through those events (see
``benchhub.model.rename``). Where the new name is free, the rows get it in place; where two histories become one, the
tables of the project are made again from its reports.
"""

from typing import Any

import msgspec

from benchhub.errors import NothingMatchedError, UserError
from benchhub.model.case import Case, Param, case_hash
from benchhub.model.circumstance import User
from benchhub.model.place import Project, Repository
from benchhub.model.rename import Names, Rename
from benchhub.store.database import Database
from benchhub.store.dimensions import put_repo, put_user
from benchhub.store.leftovers import forget_leftovers
from benchhub.store.projection import project_again
from benchhub.store.remarks import now_ms


class Renamed(msgspec.Struct, frozen=True):
    """What a rename did.

    Attributes:
        rename_id: Number of the event.
        cases: How many cases have another name; parameters make a case.
        joined_runs: How many runs were projected again, because two histories became one.
    """

    rename_id: int
    cases: int = 0
    joined_runs: int = 0


class _KnownCase(msgspec.Struct, frozen=True):
    """A case as it is in the database."""

    case_id: int
    framework: str
    hash: bytes
    case: Case


def rename(database: Database, project_id: int, wanted: Rename, *, user: User, is_joined: bool = False) -> Renamed:
    """Give a case, a suite or a target of a project another name; its history goes along.

    Args:
        database: Opened for writing.
        project_id: The project.
        wanted: From what to what.
        user: Who says so.
        is_joined: The new name may be there already: both histories become one.

    Raises:
        NothingMatchedError: There is no such thing.
        UserError: The new name is another thing's, or one run holds both.
        StoreError: The database cannot take it now; nothing was changed.
    """
    with database.transaction(durable=True):
        if wanted.kind == "target":
            return _rename_target(database, project_id, wanted, user, is_joined=is_joined)
        return _rename_cases(database, project_id, wanted, user, is_joined=is_joined)


def _rename_cases(database: Database, project_id: int, wanted: Rename, user: User, *, is_joined: bool) -> Renamed:
    cases = _cases_below(database, project_id, wanted, wanted.old)
    if not cases:
        what = f"no {wanted.kind} `{wanted.old}`"
        raise NothingMatchedError(what)
    forget_leftovers(database, project_id)
    taken = _cases_below(database, project_id, wanted, wanted.new)
    # What is below the old name may lie below the new one too: `Test/a` becomes `Test`.
    taken = [one for one in taken if one.case_id not in {case.case_id for case in cases}]
    renamed = [(one, Names((wanted,)).cases([one.case])[0]) for one in cases]
    if taken:
        _check_apart(database, project_id, wanted, renamed, taken, is_joined=is_joined)
    rename_id = _note(database, project_id, wanted, user)
    if taken or any(case_hash(one.framework, one.case) != one.hash for one in cases):
        # A hash that the rows do not give is that of a name with a NUL, which only the report has.
        joined_runs = project_again(database, project_id)
        forget_leftovers(database, project_id)
        return Renamed(rename_id, len(cases), joined_runs)
    for one, case in renamed:
        database.do(
            "rename_case",
            case_id=one.case_id,
            suite=case.suite,
            name=case.name,
            said_name=case.said_name,
            hash=case_hash(one.framework, case),
        )
    if wanted.kind == "suite":
        for statement in ("rename_suite_results", "rename_contexts"):
            database.do(statement, project_id=project_id, old=wanted.old, new=wanted.new)
    database.do("forget_resolved_catalogs", project_id=project_id)
    return Renamed(rename_id, len(cases))


def _rename_target(database: Database, project_id: int, wanted: Rename, user: User, *, is_joined: bool) -> Renamed:
    target = database.one("find_target", project_id=project_id, name=wanted.old)
    if target is None or not target[1]:
        what = f"no target `{wanted.old}`"
        raise NothingMatchedError(what)
    taken = database.one("find_target", project_id=project_id, name=wanted.new)
    if taken is not None and taken[1] and not is_joined:
        raise _taken(wanted)
    rename_id = _note(database, project_id, wanted, user)
    if taken is None:
        database.do("rename_target", id=target[0], name=wanted.new)
    else:
        project_again(database, project_id)
    # The cases of a `command` and of load tools are in a suite that is called as their target.
    old_suite, new_suite = (_label_within(database, project_id, label) for label in (wanted.old, wanted.new))
    suites = Rename("suite", "", old_suite, new_suite)
    if not _cases_below(database, project_id, suites, old_suite):
        return Renamed(rename_id)
    moved = _rename_cases(database, project_id, suites, user, is_joined=is_joined)
    return msgspec.structs.replace(moved, rename_id=rename_id)


def _label_within(database: Database, project_id: int, label: str) -> str:
    (path,) = database.one("path_of_project", id=project_id)
    return Project(Repository("", "", ""), path, "").label_within(label)


def rename_project(database: Database, project_id: int, name: str, *, user: User) -> Renamed:
    """Give a project another name for people; what identifies it is its place.

    Raises:
        UserError: Another project has this name.
    """
    with database.transaction(durable=True):
        (old,) = database.one("name_of_project", id=project_id)
        wanted = Rename("project", "", old, name)
        if database.one("other_project_named", id=project_id, name=name):
            what = f"there is a project `{name}` already"
            raise UserError(what, hint="projects become one by their places: bh rename project PLACE PLACE --join")
        database.do("set_name_of_project", id=project_id, name=name)
        return Renamed(_note(database, project_id, wanted, user))


def move_project(
    database: Database, project_id: int, place: Project, *, user: User, is_joined: bool = False
) -> Renamed:
    """Say that a project lives at another place from now on; its history goes along.

    Args:
        database: Opened for writing.
        project_id: The project.
        place: Repository and path; its name is not looked at.
        user: Who says so.
        is_joined: There may be a project already: both histories become one.

    Raises:
        UserError: Another project lives there, or used to.
        StoreError: The database cannot do it now; nothing was changed.
    """
    with database.transaction(durable=True):
        return move_within(database, project_id, place, user=user, is_joined=is_joined)


def move_within(database: Database, project_id: int, place: Project, *, user: User, is_joined: bool = False) -> Renamed:
    """Do what ``move_project`` does within a transaction of somebody else."""
    old = database.one("place_of_project", id=project_id)
    where = {"host": place.repository.host, "owner": place.repository.owner, "repo": place.repository.name}
    where["path"] = place.path
    alias = database.one("find_project_alias", **where)
    if alias and alias[0] != project_id:
        what = f"another project used to live at `{place_text(*where.values())}`, and its reports say so"
        raise UserError(what, hint="a place that was left cannot be taken by another project")
    there = database.one("find_project", **where)
    wanted = Rename("project", "", place_text(*old), place_text(*where.values()))
    if there and there[0] != project_id and not is_joined:
        raise _taken(wanted)
    database.do("delete_project_alias", **where)
    names = dict(zip(("host", "owner", "repo", "path"), old, strict=True))
    if there is None:
        database.do("move_project", id=project_id, repo_id=put_repo(database, place.repository), path=place.path)
        database.do("put_project_alias", **names, project_id=project_id)
        return Renamed(_note(database, project_id, wanted, user))
    database.do("put_project_alias", **names, project_id=there[0])
    return _join_projects(database, project_id, there[0], wanted, user)


def _join_projects(database: Database, old_id: int, new_id: int, wanted: Rename, user: User) -> Renamed:
    """Put the runs of a project to those of another, whose place its reports lead to by now."""
    for statement in ("move_renames", "move_project_aliases", "keep_private", "move_project_policy"):
        database.do(statement, old_id=old_id, new_id=new_id)
    database.do("delete_project_policy", id=old_id)
    rename_id = _note(database, new_id, wanted, user)
    joined_runs = project_again(database, old_id)
    forget_leftovers(database, old_id)
    for statement in ("specs", "targets", "lanes", "itself"):
        database.do(f"delete_project_{statement}", id=old_id)
    return Renamed(rename_id, joined_runs=joined_runs)


def place_text(host: str, owner: str, repo: str, path: str) -> str:
    """Return ``host/owner/name``, and ``//path`` behind it when that is not the root."""
    place = "/".join(part for part in (host, owner, repo) if part)
    return place if path == "." else f"{place}//{path}"


def _cases_below(database: Database, project_id: int, wanted: Rename, name: str) -> list[_KnownCase]:
    """Return the cases that a name is the name of, and those of its parts."""
    statement = "cases_below_suite" if wanted.kind == "suite" else "cases_below_name"
    where = {} if wanted.kind == "suite" else {"suite": wanted.suite}
    found = database.all(statement, project_id=project_id, name=name, **where)
    return [
        _KnownCase(case_id, framework, digest, Case(suite, case, _params(database, case_id), kind, said_name))
        for case_id, framework, digest, suite, case, kind, said_name in found
    ]


def _params(database: Database, case_id: int) -> dict[str, Param]:
    return {key: Param(value, origin) for key, value, origin in database.all("params_of_case", case_id=case_id)}


def _check_apart(
    database: Database,
    project_id: int,
    wanted: Rename,
    renamed: list[tuple[_KnownCase, Case]],
    taken: list[_KnownCase],
    *,
    is_joined: bool,
) -> None:
    """Refuse what would mix two things, and ask to be told where two histories are to become one."""
    ids: dict[bytes, int] = {one.hash: one.case_id for one in taken}
    for one, case in renamed:
        other = ids.get(case_hash(one.framework, case))
        both = other and database.one("run_with_both", project_id=project_id, one_id=one.case_id, other_id=other)
        if both:
            what = f"run {both[0]} holds both `{wanted.old}` and `{wanted.new}`: they are two things, not one"
            raise UserError(what, hint="rename one of them to a name that is free")
    if not is_joined:
        raise _taken(wanted)


def _taken(wanted: Rename) -> UserError:
    what = f"there is a {wanted.kind} `{wanted.new}` already"
    return UserError(what, hint="--join makes one history of both; to swap two names, go by a third one")


def _note(database: Database, project_id: int, wanted: Rename, user: User) -> int:
    """Write the event down."""
    said: dict[str, Any] = msgspec.structs.asdict(wanted)
    user_id = put_user(database, user)
    row = database.one("insert_rename", project_id=project_id, user_id=user_id, renamed_at=now_ms(), **said)
    return int(row[0])
