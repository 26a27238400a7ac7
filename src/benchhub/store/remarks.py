"""Remarks: tags and notes that people put on runs. Nothing makes them again: each is durable at once."""

import time
from collections.abc import Sequence

from benchhub.model.circumstance import User
from benchhub.store.database import Database
from benchhub.store.dimensions import put_user


def add_tags(database: Database, run_id: int, tags: Sequence[str], *, user: User) -> list[str]:
    """Put tags on a run; return those that it had not yet. Who put one there first stays known."""
    with database.transaction(durable=True):
        known = {row[0] for row in database.all("names_of_tags", run_id=run_id)}
        new = [tag for tag in dict.fromkeys(tags) if tag not in known]
        user_id = put_user(database, user) if new else 0
        for tag in new:
            database.do("insert_tag", run_id=run_id, name=tag, user_id=user_id, tagged_at=now_ms())
    return new


def remove_tags(database: Database, run_id: int, tags: Sequence[str]) -> list[str]:
    """Take tags off a run; return those that it had."""
    with database.transaction(durable=True):
        known = {row[0] for row in database.all("names_of_tags", run_id=run_id)}
        had = [tag for tag in dict.fromkeys(tags) if tag in known]
        for tag in had:
            database.do("delete_tag", run_id=run_id, name=tag)
    return had


def add_note(database: Database, run_id: int, text: str, *, user: User) -> None:
    """Write a note on a run, behind those that it has."""
    with database.transaction(durable=True):
        user_id = put_user(database, user)
        database.do("insert_note", run_id=run_id, text=text, user_id=user_id, noted_at=now_ms())


def now_ms() -> int:
    """Return milliseconds since 1970, by this machine's clock."""
    return time.time_ns() // 1_000_000
