"""Tokens: what lets a request in. The secret is shown once, when it is made; kept is its hash.

A token is `bh_<id>_<secret>`: the id finds its row, the hash of the secret is compared in constant time. The secret is
256 random bits, so that a plain SHA-256 is enough: there is nothing to guess that a slow hash would protect.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection

import msgspec

from benchhub.errors import NothingMatchedError, RefusedError, UserError
from benchhub.model.access import SCOPES, Principal, Scope
from benchhub.model.circumstance import User
from benchhub.store.database import Database
from benchhub.store.dimensions import put_user
from benchhub.store.find import Rows, rows_of
from benchhub.store.remarks import now_ms
from benchhub.store.text import sql_text

ID_BYTES = 6
SECRET_BYTES = 32
MINUTE_MS = 60_000
TEXT_CHARACTERS_MAX = 256
"""Of what is looked at as a token; ours have 80."""


class NewToken(msgspec.Struct, frozen=True):
    """A token that was just made.

    Attributes:
        text: The whole token; it cannot be shown again.
    """

    id: str
    text: str


def make_token(
    database: Database,
    user: User,
    *,
    name: str,
    scopes: Collection[Scope],
    projects: Collection[str] | None = None,
    expires_at_ms: int | None = None,
) -> NewToken:
    """Make a token; it holds when this returns, power cut or not.

    Args:
        database: Where.
        user: Whose it is; made when unknown.
        name: What it is for.
        scopes: One at least.
        projects: Addresses of the only projects that it opens; ``None`` for all.
        expires_at_ms: From then on it opens nothing.

    Raises:
        UserError: A scope that does not exist, or none.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        what = f"no scope `{unknown[0]}`" if unknown else "a token without a scope opens nothing"
        raise UserError(what, hint=f"scopes are {', '.join(SCOPES)}")
    token_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    with database.transaction(durable=True, is_alone=False):
        database.do(
            "insert_token",
            id=token_id,
            secret_sha256=_digest(secret),
            user_id=put_user(database, user),
            name=sql_text(name),
            scopes=" ".join(scope for scope in SCOPES if scope in scopes),
            projects=None if projects is None else msgspec.json.encode(sorted(set(projects))).decode(),
            created_at=now_ms(),
            expires_at=expires_at_ms,
        )
    return NewToken(token_id, f"bh_{token_id}_{secret}")


def check_token(database: Database, text: str) -> Principal:
    """Return who presents a token.

    Raises:
        RefusedError: It is no token, unknown, wrong, expired or revoked; which of the first three is not told.
    """
    prefix, _, rest = text[:TEXT_CHARACTERS_MAX].partition("_")
    token_id, _, secret = rest.partition("_")
    is_ours = prefix == "bh" and token_id.isascii() and token_id.isalnum()
    row = database.one("find_token", id=token_id) if is_ours else None
    # Compared also when there is nothing to compare with: how long it takes tells nobody which ids exist.
    is_right = hmac.compare_digest(_digest(secret), row[0] if row else bytes(32))
    if row is None or not is_right:
        what = "this token is not known here"
        raise RefusedError(what, hint="is it in BH_TOKEN whole? `bh token create` makes another one")
    _, user_id, user, scopes, projects, expires_at_ms, revoked_at_ms, name, created_at_ms = row
    if revoked_at_ms is not None:
        what = f"token {token_id} was revoked"
        raise RefusedError(what, hint="ask for another one, or `bh token create`")
    principal = Principal(
        token_id,
        user_id,
        user,
        frozenset(scopes.split()),
        None if projects is None else frozenset(msgspec.json.decode(projects, type=list[str])),
        expires_at_ms,
        name,
        created_at_ms,
    )
    check_expiry(principal)
    return principal


def check_expiry(principal: Principal) -> None:
    """Refuse a token whose time is over.

    Raises:
        RefusedError: It is.
    """
    if principal.expires_at_ms is not None and principal.expires_at_ms <= now_ms():
        what = f"token {principal.token_id} has expired"
        raise RefusedError(what, hint="ask for another one, or `bh token create`")


def touch_token(database: Database, token_id: str) -> None:
    """Remember that a token was used, to the minute: at most one write a minute."""
    minute = now_ms() // MINUTE_MS * MINUTE_MS
    with database.transaction(durable=False, is_alone=False):
        database.do("touch_token", id=token_id, minute=minute)


def revoke_token(database: Database, token_id: str) -> None:
    """Let a token open nothing from now on; one that was revoked before stays so.

    Raises:
        NothingMatchedError: There is no such token.
    """
    with database.transaction(durable=True, is_alone=False):
        if database.one("revoke_token", id=token_id, now=now_ms()) is None:
            what = f"no token `{token_id}`"
            raise NothingMatchedError(what, hint="`bh token list` shows them")


def list_tokens(database: Database, *, user_id: int | None = None) -> Rows:
    """Return the tokens of a user, or all, newest first; secrets are kept nowhere."""
    return rows_of(database, "list_tokens", user_id=user_id)


def has_tokens(database: Database) -> bool:
    """Tell whether anybody was ever given a token."""
    return database.one("any_token") is not None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
