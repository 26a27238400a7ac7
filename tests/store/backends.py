"""The databases that keep results; every test of the store runs on each of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from benchhub.store.database import Database, open_database
from postgres_server import databases


@contextmanager
def _file(folder: Path) -> Iterator[Path]:
    yield folder / "bench.db"


@contextmanager
def _server(_folder: Path) -> Iterator[str]:
    with databases().fresh() as address:
        yield address


PLACES: dict[str, Callable[[Path], AbstractContextManager[Path | str]]] = {"sqlite": _file, "postgres": _server}


@contextmanager
def opened(backend: str, folder: Path) -> Iterator[Database]:
    """Give a fresh database."""
    with PLACES[backend](folder) as place, open_database(place) as database:
        yield database


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
    views = {row[0] for row in database.all("names_of_views")}
    for view, numbers in _CONTENT.items():
        if view not in views:
            continue  # A native table that no report declared.
        cursor = database.execute(f"SELECT * FROM {view}")  # noqa: S608 -- our own names
        kept = [at for at, column in enumerate(cursor.description) if column[0] not in numbers.split()]
        said[view] = sorted((tuple(row[at] for at in kept) for row in cursor), key=repr)
    return said
