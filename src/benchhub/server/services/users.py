"""Users: who is known, and who asks."""

from benchhub import __version__
from benchhub.rpc.v1.circumstance_pb2 import User
from benchhub.rpc.v1.user_service_pb2 import ListUsersRequest, ListUsersResponse, WhoAmIRequest, WhoAmIResponse
from benchhub.server.access import asking
from benchhub.server.backend import Backend
from benchhub.server.paging import page_of, window_of
from benchhub.server.services.said import token_of
from benchhub.server.services.visible import Context
from benchhub.store.browse import token_at, users_page


class Users:
    """``UserService``."""

    def __init__(self, backend: Backend, url: str) -> None:
        self._backend = backend
        self._url = url

    async def who_am_i(self, _: WhoAmIRequest, __: Context) -> WhoAmIResponse:
        """Tell whose the token is and what it opens."""
        who = asking()
        token = await self._backend.read(token_at, who.token_id, user_id=None)
        return WhoAmIResponse(user=who.user, token=token_of(token), server_version=__version__, server_url=self._url)

    async def list_users(self, request: ListUsersRequest, _: Context) -> ListUsersResponse:
        """List users by name."""
        window = window_of(request, str)
        rows, following = page_of(await self._backend.read(users_page, window), window, "name")
        users = [User(name=row["name"], email=row["email"]) for row in rows]
        return ListUsersResponse(users=users, next_page_token=following)
