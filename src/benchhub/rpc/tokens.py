"""Tokens of a server, made, listed and revoked from elsewhere."""

from collections.abc import Iterator, Sequence
from typing import Any

from benchhub.errors import UserError
from benchhub.model.access import SCOPES
from benchhub.rpc.client import Client
from benchhub.rpc.v1.token_service_pb2 import (
    CreateTokenRequest,
    CreateTokenResponse,
    ListTokensRequest,
    ListTokensResponse,
    ProjectList,
    RevokeTokenRequest,
    RevokeTokenResponse,
    Scope,
    Token,
)

PAGE_ROWS = 1_000


def create_token(
    client: Client,
    name: str,
    *,
    scopes: Sequence[str],
    projects: Sequence[str] | None,
    lifetime_s: int | None,
    user: str | None,
) -> tuple[str, str]:
    """Make a token; return its id, and all of it.

    Raises:
        BenchHubError: The server cannot be reached, or refuses; or a scope does not exist.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        what = f"no scope `{unknown[0]}`"
        raise UserError(what, hint=f"scopes are {', '.join(SCOPES)}")
    request = CreateTokenRequest(
        user=user or "",
        name=name,
        scopes=[Scope.Value(f"SCOPE_{scope.upper()}") for scope in scopes],
        projects=None if projects is None else ProjectList(addresses=projects),
        lifetime_s=lifetime_s,
    )
    made = client.call("TokenService/CreateToken", request, CreateTokenResponse)
    return made.token.id, made.text


def list_tokens(client: Client) -> Iterator[dict[str, Any]]:
    """Yield the tokens that one may see, newest first, in the words of the database.

    Raises:
        BenchHubError: The server cannot be reached, or refuses.
    """
    request = ListTokensRequest(with_dead=True, page_size=PAGE_ROWS)
    while True:
        told = client.call("TokenService/ListTokens", request, ListTokensResponse)
        yield from map(_row, told.tokens)
        if not told.next_page_token:
            return
        request.page_token = told.next_page_token


def revoke_token(client: Client, token_id: str) -> None:
    """Make a token worthless.

    Raises:
        BenchHubError: The server cannot be reached, or refuses.
    """
    client.call("TokenService/RevokeToken", RevokeTokenRequest(id=token_id), RevokeTokenResponse)


def _row(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "user_name": token.user,
        "name": token.name,
        "scopes": " ".join(Scope.Name(number).removeprefix("SCOPE_").lower() for number in token.scopes),
        "projects": list(token.projects.addresses) if token.HasField("projects") else None,
        "created_at": token.created_at_ms,
        "expires_at": token.expires_at_ms if token.HasField("expires_at_ms") else None,
        "revoked_at": token.revoked_at_ms if token.HasField("revoked_at_ms") else None,
        "last_used_at": token.last_used_at_ms if token.HasField("last_used_at_ms") else None,
    }
