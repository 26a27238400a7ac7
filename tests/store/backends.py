"""The databases that keep results; every test of the store runs on each of them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchhub.store.database import Database, open_database


def _sqlite(folder: Path) -> Database:
    return open_database(folder / "bench.db")


BACKENDS: dict[str, Callable[[Path], Database]] = {"sqlite": _sqlite}


def rows(database: Database, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 -- what SQL takes
    """Return the answer to plain SQL, as a person would ask it."""
    return [tuple(row) for row in database.execute(sql, parameters)]


def only(database: Database, sql: str, *parameters: Any) -> Any:  # noqa: ANN401 -- what SQL takes and gives
    """Return the one number or word that plain SQL answers."""
    ((value,),) = rows(database, sql, *parameters)
    return value


# What is told of a run and its cases, without the numbers that a database gives them.
_CONTENT = {
    "runs": "run_id lane_id",
    "results": "lane_id series_id case_id",
    "latest": "lane_id series_id",
    "history": "lane_id series_id",
    "tests": "case_id",
    "samples": "series_id case_id",
    "statistics": "series_id",
    "benchmarks": "series_id case_id",
    "suites": "",
    "contexts": "",
    "problems": "",
    "unread_lines": "",
    "resources": "",
    "gobench_results": "case_id",
    "gotest_results": "case_id",
}


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that the views say, in an order and with names that do not depend on the order of projecting."""
    said: dict[str, list[tuple[Any, ...]]] = {}
    for view, numbers in _CONTENT.items():
        try:
            cursor = database.execute(f"SELECT * FROM {view}")  # noqa: S608 -- our own names
        except sqlite3.OperationalError:
            continue  # A native table that no report declared.
        kept = [at for at, column in enumerate(cursor.description) if column[0] not in numbers.split()]
        said[view] = sorted((tuple(row[at] for at in kept) for row in cursor), key=repr)
    return said
