"""Tokens: people make and revoke their own; who administers does so for all."""

from typing import cast

from connectrpc.code import Code

from benchhub.model.access import Principal
from benchhub.model.access import Scope as Word
from benchhub.model.circumstance import User
from benchhub.rpc.v1.token_service_pb2 import (
    CreateTokenRequest,
    CreateTokenResponse,
    ExchangeTokenRequest,
    ExchangeTokenResponse,
    ListTokensRequest,
    ListTokensResponse,
    RevokeTokenRequest,
    RevokeTokenResponse,
    Scope,
)
from benchhub.server.access import Access, asking
from benchhub.server.backend import Backend
from benchhub.server.paging import page_of, window_of
from benchhub.server.services.said import Row, token_of
from benchhub.server.services.visible import Context
from benchhub.server.wire_errors import refusal
from benchhub.store.audit import record
from benchhub.store.browse import token_at, tokens_page
from benchhub.store.database import Database
from benchhub.store.remarks import now_ms
from benchhub.store.tokens import make_token, revoke_token

NAME_CHARACTERS_MAX = 200
LIFETIME_S_MAX = 100 * 366 * 86_400


class Tokens:
    """``TokenService``."""

    def __init__(self, backend: Backend, access: Access) -> None:
        self._backend = backend
        self._access = access

    async def create_token(self, request: CreateTokenRequest, _: Context) -> CreateTokenResponse:
        """Make a token: for oneself, that opens no more than the own one, or as an administrator."""
        who = asking()
        _check_words(request)
        scopes = [cast("Word", Scope.Name(number).removeprefix("SCOPE_").lower()) for number in request.scopes]
        projects = list(request.projects.addresses) if request.HasField("projects") else None
        expires_at_ms = now_ms() + request.lifetime_s * 1_000 if request.HasField("lifetime_s") else None
        user = request.user or who.user
        if not who.may("admin"):
            _check_no_more(who, user, scopes)
            projects = _within(who, projects)
            if who.expires_at_ms is not None:
                expires_at_ms = min(expires_at_ms or who.expires_at_ms, who.expires_at_ms)
        text, row = await self._backend.write(
            _made, who, User(user), name=request.name, scopes=scopes, projects=projects, expires_at_ms=expires_at_ms
        )
        return CreateTokenResponse(token=token_of(row), text=text)

    async def list_tokens(self, request: ListTokensRequest, _: Context) -> ListTokensResponse:
        """List the own tokens, or everybody's."""
        window = window_of(request, int, str)
        user_id = _only_own(asking())
        found = await self._backend.read(tokens_page, window, user_id=user_id, with_dead=request.with_dead)
        rows, following = page_of(found, window, "created_at", "id")
        return ListTokensResponse(tokens=[token_of(row) for row in rows], next_page_token=following)

    async def revoke_token(self, request: RevokeTokenRequest, _: Context) -> RevokeTokenResponse:
        """Make a token worthless from now on."""
        row = await self._backend.write(_revoked, asking(), request.id)
        self._access.forget()
        return RevokeTokenResponse(token=token_of(row))

    async def exchange_token(self, _: ExchangeTokenRequest, __: Context) -> ExchangeTokenResponse:
        """Refuse: no issuer of identity tokens is trusted here."""
        what = "this server trusts no issuer of identity tokens"
        raise refusal(Code.UNIMPLEMENTED, what, "give the CI system a token of `bh token create`")


def _check_words(request: CreateTokenRequest) -> None:
    if not request.name or len(request.name) > NAME_CHARACTERS_MAX:
        what = f"`name` says what the token is for, in 1 to {NAME_CHARACTERS_MAX} characters"
        raise refusal(Code.INVALID_ARGUMENT, what)
    if not request.scopes or not set(request.scopes) <= set(Scope.values()[1:]):
        what = "`scopes` names what the token opens, one at least"
        raise refusal(Code.INVALID_ARGUMENT, what, f"known are {', '.join(Scope.keys()[1:])}")
    if request.HasField("lifetime_s") and not 0 < request.lifetime_s <= LIFETIME_S_MAX:
        what = f"`lifetime_s` is a number of seconds from 1 to {LIFETIME_S_MAX}"
        raise refusal(Code.INVALID_ARGUMENT, what, "leave it out for a token that holds until it is revoked")


def _check_no_more(who: Principal, user: str, scopes: list[Word]) -> None:
    more = sorted(set(scopes) - who.scopes)
    if user != who.user or more:
        what = f"your token has no scope `{more[0]}`" if more else f"tokens of `{user}` are for them to make"
        raise refusal(Code.PERMISSION_DENIED, what, "scope `admin` makes any token")


def _within(who: Principal, projects: list[str] | None) -> list[str] | None:
    """Return the projects that a new token opens: those of the own one at most."""
    if who.projects is None or (projects is not None and set(projects) <= who.projects):
        return projects
    if projects is None:
        return sorted(who.projects)
    what = f"your token does not open `{min(set(projects) - who.projects)}`"
    raise refusal(Code.PERMISSION_DENIED, what, "scope `admin` makes any token")


def _only_own(who: Principal) -> int | None:
    return None if who.may("admin") else who.user_id


def _made(  # noqa: PLR0913 -- what a token is
    database: Database,
    who: Principal,
    user: User,
    *,
    name: str,
    scopes: list[Word],
    projects: list[str] | None,
    expires_at_ms: int | None,
) -> tuple[str, Row]:
    made = make_token(database, user, name=name, scopes=scopes, projects=projects, expires_at_ms=expires_at_ms)
    record(database, "token-made", made.id, who=who, detail={"user": user.name, "name": name, "scopes": scopes})
    return made.text, token_at(database, made.id, user_id=None)


def _revoked(database: Database, who: Principal, token_id: str) -> Row:
    token_at(database, token_id, user_id=_only_own(who))
    revoke_token(database, token_id)
    record(database, "token-revoked", token_id, who=who)
    return token_at(database, token_id, user_id=None)
