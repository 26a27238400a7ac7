"""The audit trail: who changed what on a server, and who was refused. Written beside the change, never altered."""

from typing import Any

from benchhub.model.access import Principal
from benchhub.model.identity import canonical_json
from benchhub.store.database import Database
from benchhub.store.find import Rows, rows_of
from benchhub.store.remarks import now_ms
from benchhub.store.text import sql_text


def record(
    database: Database,
    action: str,
    subject: str,
    *,
    who: Principal | None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one line of the trail, durably.

    Args:
        database: Where.
        action: A short stable word: ``token-made``.
        subject: What it was done to.
        who: ``None`` when nobody was known, or the owner of the database did it.
        detail: The rest; no secrets.
    """
    with database.transaction(durable=True, is_alone=False):
        database.do(
            "insert_audit",
            at=now_ms(),
            user_id=who.user_id if who else None,
            token_id=who.token_id if who else None,
            action=action,
            subject=sql_text(subject),
            detail=canonical_json(detail or {}).decode(),
        )


def audit_trail(database: Database, *, count: int = 100) -> Rows:
    """Return the newest lines, the newest first."""
    return rows_of(database, "audit_trail", count=count)
