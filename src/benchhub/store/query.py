"""People's SQL, read-only, with limits and errors that help."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from benchhub.errors import LimitError, RefusedError, UserError
from benchhub.store.contract import QuestionError
from benchhub.store.database import Database
from benchhub.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from benchhub.store.sqlite_asking import Question, Table

SECONDS_MAX = 60.0


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
    try:
        columns, rows = database.ask(text, parameters or {}, seconds_max=seconds_max)
    except QuestionError as error:
        raise _user_error(database, text, error, seconds_max) from error
    if not columns:
        what = "the statement asks nothing"
        raise UserError(what, hint="e.g. bh sql 'SELECT * FROM runs'")
    return Answer(columns, _rows(database, text, rows, seconds_max))


def _rows(database: Database, text: str, rows: Iterator[Any], seconds_max: float) -> Iterator[Sequence[Any]]:
    try:
        yield from rows
    except QuestionError as error:
        raise _user_error(database, text, error, seconds_max) from error


def ask_visible(database: Database, question: "Question") -> "Table":
    """Answer somebody's question on a server: over the projects that they may see, within limits.

    Args:
        database: Told apart by what it is; the question itself runs on a connection of its own.
        question: With the projects, and what the answer may cost.

    Raises:
        LimitError: It takes too much time or room, or whoever asked has gone.
        UserError: It is wrong, or no question; names what exists instead.
        RefusedError: Such questions are not answered from a database server.
    """
    if not isinstance(database, SqliteDatabase):
        what = "this server keeps results in PostgreSQL, and answers no questions in SQL itself"
        raise RefusedError(what, hint="ask PostgreSQL, with a role that reads the views")
    from benchhub.store.sqlite_asking import ask_file  # noqa: PLC0415 -- a desk never asks like this

    try:
        return ask_file(database.path, question)
    except QuestionError as error:
        raise _user_error(database, question.text, error, question.seconds_max) from error


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


def _user_error(database: Database, text: str, error: QuestionError, seconds_max: float) -> UserError:
    if error.why == "time":
        return LimitError(f"the question took more than {seconds_max:g} s", hint="narrow it, e.g. by run_id or project")
    if error.why == "given up":
        return LimitError("whoever asked has gone")
    if error.why == "room":
        return LimitError(f"the question needs too much room: {error.said}", hint="narrow it", is_time=False)
    if error.why == "forbidden":
        return UserError("only questions are answered here: SELECT", hint="the database is read-only for people's SQL")
    if error.why == "several":
        return UserError("one statement at a time")
    hint = _nearest(database, error.why, error.name, text) if error.name else None
    return UserError(f"SQL: {error.said}", hint=hint)


def _nearest(database: Database, kind: str, name: str, text: str) -> str:
    import difflib  # noqa: PLC0415 -- for mistakes only

    views = names_of_views(database)
    if kind == "table":
        near = difflib.get_close_matches(name, views, n=1)
        return f"did you mean `{near[0]}`?" if near else f"the views are {', '.join(views)}"
    columns: dict[str, None] = {}
    for view in views:
        if re.search(rf"\b{view}\b", text):
            columns.update(dict.fromkeys(row[0] for row in database.all("columns_of", name=view)))
    near = difflib.get_close_matches(name.rpartition(".")[2], columns, n=1)
    return f"did you mean `{near[0]}`?" if near else f"the columns are {', '.join(columns)}"
