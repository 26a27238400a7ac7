"""People's SQL, read-only, with limits and errors that help."""

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from benchhub.errors import UserError
from benchhub.store.database import Database

SECONDS_MAX = 60.0
OPCODES_PER_LOOK = 20_000
"""How often the clock is looked at."""

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})


class Answer(msgspec.Struct, frozen=True):
    """Columns and rows; the rows come as they are found."""

    columns: list[str]
    rows: Iterator[Sequence[Any]]


def run_sql(
    database: Database, text: str, parameters: dict[str, Any] | None = None, *, seconds_max: float = SECONDS_MAX
) -> Answer:
    """Answer a question in SQL; nothing can be written, attached or loaded.

    Args:
        database: Opened with ``readonly``.
        text: One statement.
        parameters: Values of its ``:names``.
        seconds_max: A question that takes longer is ended.

    Raises:
        UserError: The statement is wrong, not a question, or takes too long; names what exists instead.
        KeyboardInterrupt: The user ended it; the rows raise it, too.
    """
    connection = database.connection
    connection.set_authorizer(_allow)
    deadline = time.monotonic() + seconds_max
    connection.set_progress_handler(lambda: time.monotonic() > deadline, OPCODES_PER_LOOK)
    try:
        cursor = connection.execute(text, parameters or {})
    except (sqlite3.Error, sqlite3.Warning) as error:
        if _is_stopped_by_hand(error, deadline):
            raise KeyboardInterrupt from error
        raise _user_error(database, text, error, seconds_max) from error
    if cursor.description is None:
        what = "the statement asks nothing"
        raise UserError(what, hint="e.g. bh sql 'SELECT * FROM runs'")
    return Answer([column[0] for column in cursor.description], _rows(database, text, cursor, deadline, seconds_max))


def _rows(
    database: Database, text: str, cursor: sqlite3.Cursor, deadline: float, seconds_max: float
) -> Iterator[Sequence[Any]]:
    try:
        yield from cursor
    except sqlite3.Error as error:
        if _is_stopped_by_hand(error, deadline):
            raise KeyboardInterrupt from error
        raise _user_error(database, text, error, seconds_max) from error


def _is_stopped_by_hand(error: Exception, deadline: float) -> bool:
    """Tell whether Ctrl-C ended a question: SQLite hears of it first, and says `interrupted` as when time is up."""
    return "interrupted" in str(error) and time.monotonic() <= deadline


def names_of_views(database: Database) -> list[str]:
    """Return the views that people may ask, sorted."""
    return [row[0] for row in database.all("names_of_views")]


def is_complete(text: str) -> bool:
    """Tell whether a text ends with a whole statement and its semicolon."""
    return sqlite3.complete_statement(text)


_COMMENT = re.compile(r"--[^\n]*|/\*.*?(\*/|$)", re.DOTALL)


def statements_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement of a script, and the line that it begins on, from 1; the last needs no semicolon."""
    begin = 0
    while begin < len(text):
        end = text.find(";", begin) + 1
        while end and not sqlite3.complete_statement(text[begin:end]):
            end = text.find(";", end) + 1
        statement = text[begin : end or len(text)]
        if _COMMENT.sub(" ", statement).strip(" \t\r\n;"):
            blank = len(statement) - len(statement.lstrip())
            yield text.count("\n", 0, begin + blank) + 1, statement.strip()
        begin = end or len(text)


def relations_of(database: Database) -> dict[str, list[tuple[str, str]]]:
    """Return the columns of every view, then of every table, each with its declared type."""
    names = [*names_of_views(database), *(row[0] for row in database.all("names_of_tables"))]
    return {name: [(column, kind) for column, kind in database.all("columns_of", name=name)] for name in names}


def functions_of(database: Database) -> list[str]:
    """Return the names of the functions that a question may use."""
    return [row[0] for row in database.all("names_of_functions")]


_PRAGMAS = frozenset({"function_list", "table_info", "table_xinfo", "table_list", "index_list", "index_info"})


def _allow(action: int, first: str | None, *_: object) -> int:
    if action in _READING or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _user_error(database: Database, text: str, error: Exception, seconds_max: float) -> UserError:
    said = str(error)
    if "interrupted" in said:
        return UserError(f"the question took more than {seconds_max:g} s", hint="narrow it, e.g. by run_id or project")
    if "not authorized" in said or "prohibited" in said or "readonly" in said:
        return UserError("only questions are answered here: SELECT", hint="the database is read-only for people's SQL")
    if "one statement at a time" in said:
        return UserError("one statement at a time")
    missing = re.search(r"no such (table|column): (\S+)", said)
    if missing is None:
        return UserError(f"SQL: {said}")
    return UserError(f"SQL: {said}", hint=_nearest(database, missing[1], missing[2], text))


def _nearest(database: Database, kind: str, name: str, text: str) -> str:
    import difflib  # noqa: PLC0415 -- for mistakes only

    database.connection.set_authorizer(None)
    database.connection.set_progress_handler(None, 0)
    views = names_of_views(database)
    if kind == "table":
        near = difflib.get_close_matches(name, views, n=1)
        return f"did you mean `{near[0]}`?" if near else f"the views are {', '.join(views)}"
    columns: dict[str, None] = {}
    for view in views:
        if re.search(rf"\b{view}\b", text):
            for row in database.connection.execute("SELECT name FROM pragma_table_info(?)", (view,)):
                columns[row[0]] = None
    near = difflib.get_close_matches(name.rpartition(".")[2], columns, n=1)
    return f"did you mean `{near[0]}`?" if near else f"the columns are {', '.join(columns)}"
