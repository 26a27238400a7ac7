"""Users: who is known, and who asks."""

from benchhub import __version__
from benchhub.model.access import SCOPES
from benchhub.rpc.v1.circumstance_pb2 import User
from benchhub.rpc.v1.token_service_pb2 import ProjectList, Token
from benchhub.rpc.v1.user_service_pb2 import ListUsersRequest, ListUsersResponse, WhoAmIRequest, WhoAmIResponse
from benchhub.server.access import asking
from benchhub.server.backend import Backend
from benchhub.server.paging import page_of, window_of
from benchhub.server.services.said import scope_of
from benchhub.server.services.visible import Context
from benchhub.store.browse import users_page


class Users:
    """``UserService``."""

    def __init__(self, backend: Backend, url: str) -> None:
        self._backend = backend
        self._url = url

    async def who_am_i(self, _: WhoAmIRequest, __: Context) -> WhoAmIResponse:
        """Tell whose the token is and what it opens."""
        who = asking()
        token = Token(
            id=who.token_id,
            user=who.user,
            name=who.name,
            scopes=[scope_of(word) for word in SCOPES if who.may(word)],
            projects=None if who.projects is None else ProjectList(addresses=sorted(who.projects)),
            created_at_ms=who.created_at_ms,
            expires_at_ms=who.expires_at_ms,
        )
        return WhoAmIResponse(user=who.user, token=token, server_version=__version__, server_url=self._url)

    async def list_users(self, request: ListUsersRequest, _: Context) -> ListUsersResponse:
        """List users by name."""
        window = window_of(request, str)
        rows, following = page_of(await self._backend.read(users_page, window), window, "name")
        users = [User(name=row["name"], email=row["email"]) for row in rows]
        return ListUsersResponse(users=users, next_page_token=following)
