"""All that all views say, for two databases to be compared."""

from typing import Any

from benchhub.store.database import Database

_NUMBERS = frozenset({"lane_id", "series_id", "case_id", "note_id", "rename_id"})
_RUNS = frozenset({"run_id", "base_run_id", "previous_run_id"})


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
                uids.get(value, value) if column in _RUNS else value
                for column, value in zip(columns, row, strict=True)
                if column not in _NUMBERS
            )
            for row in cursor
        ]
        said[view] = sorted(rows, key=repr)
    return said
