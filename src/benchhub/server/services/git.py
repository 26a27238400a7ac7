"""Git: repositories and commits, of projects that may be seen."""

from benchhub.rpc.v1.git_service_pb2 import (
    KnownCommit,
    ListCommitsRequest,
    ListCommitsResponse,
    ListRepositoriesRequest,
    ListRepositoriesResponse,
)
from benchhub.rpc.v1.place_pb2 import Repository
from benchhub.server.backend import Backend
from benchhub.server.paging import page_of, window_of
from benchhub.server.services.visible import Context, ask
from benchhub.store.browse import commits_page, repositories_page


class Git:
    """``GitService``."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def list_repositories(self, request: ListRepositoriesRequest, _: Context) -> ListRepositoriesResponse:
        """List repositories by host, owner and name."""
        window = window_of(request, str, str, str)
        found = await ask(self._backend, lambda database, visible: repositories_page(database, window.seen_by(visible)))
        rows, following = page_of(found, window, "host", "owner", "name")
        return ListRepositoriesResponse(repositories=[Repository(**row) for row in rows], next_page_token=following)

    async def list_commits(self, request: ListCommitsRequest, _: Context) -> ListCommitsResponse:
        """List commits of a repository, newest first."""
        window = window_of(request, int, int, int)
        found = await ask(
            self._backend,
            lambda database, visible: commits_page(database, request.repository, window.seen_by(visible)),
        )
        rows, following = page_of(found, window, "order_seq", "order_at", "id")
        commits = [
            KnownCommit(
                sha=row["sha"],
                parent_sha=row["parent_sha"],
                seq=row["seq"],
                author=row["author"],
                subject=row["subject"],
                authored_at_ms=row["authored_at"],
                committed_at_ms=row["committed_at"],
            )
            for row in rows
        ]
        return ListCommitsResponse(commits=commits, next_page_token=following)
