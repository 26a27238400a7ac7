"""Access: who asks a server, and what they may do there."""

from typing import Literal, get_args

import msgspec

Scope = Literal["read", "report", "baseline", "artifact", "sql", "jobs", "admin"]

SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a token may open: looking, sending reports, moving baselines, sending and reading raw bytes, asking in SQL,
running jobs, and everything that is the operator's."""


class Principal(msgspec.Struct, frozen=True):
    """Who asks, as a valid token tells.

    Attributes:
        user: By name.
        scopes: What the token opens; ``admin`` also opens private projects.
        projects: Addresses of the only projects that it opens; ``None`` for all that the user may see.
        expires_at_ms: Milliseconds since 1970, by the server's clock; ``None`` for never.
        name: What the token is for.
        created_at_ms: When it was made.
    """

    token_id: str
    user_id: int
    user: str
    scopes: frozenset[Scope]
    projects: frozenset[str] | None = None
    expires_at_ms: int | None = None
    name: str = ""
    created_at_ms: int = 0

    def may(self, scope: Scope) -> bool:
        """Tell whether the token opens this."""
        return scope in self.scopes
