"""Access: every request needs a token, on loopback too; asked before a byte of its body is read."""

import time
from contextvars import ContextVar

from connectrpc.code import Code

from benchhub.errors import RefusedError, StoreError
from benchhub.model.access import Principal, Scope
from benchhub.server import logs
from benchhub.server.backend import Backend
from benchhub.server.wire_errors import refusal, wire_error
from benchhub.store.audit import record
from benchhub.store.tokens import check_expiry, check_token, touch_token

FRESH_S = 2.0
"""How long what the database said of a token is believed: within this time a revocation reaches every process."""

KNOWN_MAX = 4_096

MINUTE_S = 60.0

_asking: ContextVar[Principal] = ContextVar("asking")


def asking() -> Principal:
    """Return who asks; there is always somebody once a request was let in."""
    return _asking.get()


class Access:
    """Who is let in, and what they may do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known: dict[str, tuple[Principal, float]] = {}
        self._told: dict[tuple[str, str], float] = {}
        self._touched: dict[str, float] = {}

    async def let_in(self, authorization: str | None, scope: Scope | None, what_for: str) -> Principal:
        """Return who asks, or refuse.

        Args:
            authorization: The header: ``Bearer bh_…``.
            scope: What the token must open; ``None`` when any token will do.
            what_for: What is asked, for the audit trail.

        Raises:
            ConnectError: No, or no valid token; or it does not open this.
        """
        who = await self._who(authorization)
        if scope is not None and not who.may(scope):
            await self._remember_refusal(who, what_for, scope)
            what = f"token {who.token_id} has no scope `{scope}`, which {what_for} needs"
            raise refusal(Code.PERMISSION_DENIED, what, f"it has {', '.join(sorted(who.scopes))}")
        _asking.set(who)
        return who

    def forget(self) -> None:
        """Believe nothing that was known of tokens: one was revoked."""
        self._known.clear()

    async def _who(self, authorization: str | None) -> Principal:
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not text:
            what = "this server wants a token"
            raise refusal(
                Code.UNAUTHENTICATED,
                what,
                "send it as `Authorization: Bearer bh_…`, which `BH_TOKEN` holds for bh; `bh token create` makes one",
            )
        text = text.strip()
        now = time.monotonic()
        who, known_at = self._known.get(text, (None, 0.0))
        try:
            if who is None or now - known_at > FRESH_S:
                self._known.pop(text, None)
                who = await self._backend.read(check_token, text)
                self._remember(text, who, now)
                await self._touch(who, now)
            check_expiry(who)
        except RefusedError as error:
            raise refusal(Code.UNAUTHENTICATED, error.what, error.hint) from error
        except StoreError as error:
            raise wire_error(error) from error
        return who

    def _remember(self, text: str, who: Principal, now: float) -> None:
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[text] = (who, now)

    async def _touch(self, who: Principal, now: float) -> None:
        if now - self._touched.get(who.token_id, -MINUTE_S) >= MINUTE_S:
            self._touched[who.token_id] = now
            await self._backend.write(touch_token, who.token_id)

    async def _remember_refusal(self, who: Principal, what_for: str, scope: Scope) -> None:
        """Write a refusal into the trail, the same one once a minute: who is refused must not fill the disk."""
        now = time.monotonic()
        if now - self._told.get((who.token_id, what_for), -MINUTE_S) >= MINUTE_S:
            self._told[who.token_id, what_for] = now
            logs.tell(30, "refused", user=who.user, token=who.token_id, what_for=what_for, scope=scope)
            await self._backend.write(record, "refused", what_for, who=who, detail={"scope": scope})
