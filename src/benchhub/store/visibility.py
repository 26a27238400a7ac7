"""Visibility: which projects somebody may know of. What is not visible is answered as if it were not there.

A project is private when the registry says so; its members see it, and so does who administers the server. A token may
name the only projects that it opens.
"""

import msgspec

from benchhub.model.access import Principal
from benchhub.model.place import Project, project_address
from benchhub.store.database import Database
from benchhub.store.dimensions import find_project


def visible_projects(database: Database, who: Principal) -> frozenset[int] | None:
    """Return the ids of the projects that somebody may see; ``None`` for all."""
    hidden = set() if who.may("admin") else _private_to_others(database, who.user)
    if not hidden and who.projects is None:
        return None
    return frozenset(
        project_id
        for project_id, *place in database.all("places_of_projects")
        if project_id not in hidden and (who.projects is None or project_address(*place) in who.projects)
    )


def as_parameter(visible: frozenset[int] | None) -> str | None:
    """Return the ids as statements take them: a JSON array, ``None`` for all."""
    return None if visible is None else msgspec.json.encode(sorted(visible)).decode()


def may_report_to(database: Database, who: Principal, project: Project) -> bool:
    """Tell whether somebody may send results of a project, which need not be known yet.

    A fork reports to upstream's project, and may be seen there only by whom upstream's is.
    """
    if who.projects is not None and project.address not in who.projects:
        return False
    project_id = None if who.may("admin") else find_project(database, project)
    return project_id is None or project_id not in _private_to_others(database, who.user)


def _private_to_others(database: Database, user: str) -> set[int]:
    return {
        project_id
        for project_id, members in database.all("private_projects")
        if user not in msgspec.json.decode(members, type=list[str])
    }
