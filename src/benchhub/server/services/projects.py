"""Projects: what is kept together, for whoever may see it."""

import msgspec

from benchhub.rpc.v1.project_service_pb2 import (
    GetProjectRequest,
    GetProjectResponse,
    KnownProject,
    ListProjectsRequest,
    ListProjectsResponse,
    Visibility,
)
from benchhub.server.backend import Backend
from benchhub.server.paging import page_of, window_of
from benchhub.server.services.said import Row, address_of
from benchhub.server.services.visible import Context, ask
from benchhub.store.browse import project_whole, projects_page

_VISIBILITIES = {"public": Visibility.VISIBILITY_PUBLIC, "private": Visibility.VISIBILITY_PRIVATE}


class Projects:
    """``ProjectService``."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def list_projects(self, request: ListProjectsRequest, _: Context) -> ListProjectsResponse:
        """List projects by address."""
        window = window_of(request, str, str, str, str)
        found = await ask(self._backend, lambda database, visible: projects_page(database, window.seen_by(visible)))
        rows, following = page_of(found, window, "host", "owner", "repo", "path")
        return ListProjectsResponse(projects=[_project_of(row) for row in rows], next_page_token=following)

    async def get_project(self, request: GetProjectRequest, _: Context) -> GetProjectResponse:
        """Tell one project and its targets."""
        row, targets = await ask(
            self._backend, lambda database, visible: project_whole(database, request.address, visible=visible)
        )
        return GetProjectResponse(project=_project_of(row), targets=targets)


def _project_of(row: Row) -> KnownProject:
    return KnownProject(
        address=address_of(row),
        name=row["name"],
        default_branch=row["default_branch"],
        visibility=_VISIBILITIES.get(row["visibility"], Visibility.VISIBILITY_UNSPECIFIED),
        run_count=row["run_count"],
        newest_run_at_ms=row["newest_run_at"],
        owners=msgspec.json.decode(row["owners"] or "[]", type=list[str]),
    )
