"""All that all views say, for two databases to be compared."""

import json
from typing import Any

from benchhub.store.database import Database

_NUMBERS = frozenset({"lane_id", "series_id", "case_id", "note_id", "rename_id"})
_RUNS = frozenset({"run_id", "base_run_id", "previous_run_id"})


_OBJECTS = frozenset({"params", "cell"})

SQLITE_DIGITS = 1e-13
"""How exact a number is that SQLite takes out of a JSON array: it reads its decimals to 15 digits."""

Everything = dict[str, list[tuple[Any, ...]]]
"""Rows by view."""


def everything(database: Database) -> Everything:
    """Return the rows of every view, runs by their uid, other numbers left out, in an order of their own."""
    uids = dict(database.execute("SELECT id, uid FROM run").fetchall())
    said: Everything = {}
    for (view,) in database.all("names_of_views"):
        cursor = database.execute(f'SELECT * FROM "{view}"')  # noqa: S608 -- our own names
        columns = [column[0] for column in cursor.description]
        rows = [
            tuple(
                uids.get(value, value) if column in _RUNS else _sorted(value) if column in _OBJECTS else value
                for column, value in zip(columns, row, strict=True)
                if column not in _NUMBERS
            )
            for row in cursor
        ]
        said[view] = sorted(rows, key=_place)
    return said


def _place(row: tuple[Any, ...]) -> str:
    """Return what rows are ordered by: not by the last digits of a number, see ``SQLITE_DIGITS``."""
    return repr([f"{value:.12g}" if isinstance(value, float) else value for value in row])


def _sorted(text: str | None) -> str | None:
    """Return a JSON object in the order of its keys: PostgreSQL has one of its own."""
    return None if text is None else json.dumps(json.loads(text), sort_keys=True)
