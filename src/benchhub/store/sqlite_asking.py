"""SQLite: people's SQL on a server, where each sees what is theirs to see.

A question runs on a connection of its own, whose main database is empty. The file is attached, read-only, under a name
that nobody can guess, and every view of ours is made again as a temporary one that reads the file through that name and
knows the visible projects alone. So two walls stand before the tables: there is no name by which a question could say
them, and an authorizer, asked for every column, lets only the bodies of our views read the file.

Both hold because the attached name stays secret: what could tell it (the schema tables, pragmas, EXPLAIN) is refused.
"""

import re
import secrets
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from benchhub.store.contract import QuestionError

OPCODES_PER_LOOK = 1_000
"""How often the clock is looked at."""
CACHE_KIB = 16_384
BUSY_TIMEOUT_MS = 5_000
FUNCTION_STEPS_MAX = 50_000_000
"""Of what compares one text with another at every place: such a function cannot be interrupted."""
FORMAT_CHARACTERS_MAX = 10_000

LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 200,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
"""Of one value, statement, pattern: with them no single step takes long, and between steps the clock is heard."""


class Question(msgspec.Struct, frozen=True):
    """What is asked, and what the answer may cost.

    Attributes:
        visible: Ids of the projects that may be seen; ``None`` for all.
        bytes_max: Of the answer, about as it travels.
        is_given_up: Asked all the time: whoever asks may have gone.
    """

    text: str
    parameters: dict[str, Any]
    visible: frozenset[int] | None
    seconds_max: float
    rows_max: int
    bytes_max: int
    is_given_up: Callable[[], bool] = lambda: False


class Table(msgspec.Struct, frozen=True):
    """An answer, whole in memory.

    Attributes:
        is_cut: There were more rows than asked for, or than its bytes allow.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    is_cut: bool


def ask_file(path: Path, question: Question) -> Table:
    """Answer a question about a database file.

    Raises:
        QuestionError: It has no answer, or costs too much; ``given up`` when whoever asked has gone.
    """
    _check_begin(question.text)
    secret = f"bh_{secrets.token_hex(16)}"
    deadline = time.monotonic() + question.seconds_max
    with closing(_connect(path, secret)) as connection, closing(sqlite3.connect(":memory:")) as helper:
        _make_views(connection, secret, question)
        _restrict(connection, secret, helper)
        connection.set_progress_handler(lambda: time.monotonic() > deadline or question.is_given_up(), OPCODES_PER_LOOK)
        try:
            return _table(connection, question)
        except (sqlite3.Error, sqlite3.Warning, OverflowError, MemoryError) as error:
            raise _no_answer(error, question, secret) from None


_BLANK = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$))*"
_BEGIN = re.compile(rf"{_BLANK}(select|with|values)\b", re.IGNORECASE | re.DOTALL)


def _check_begin(text: str) -> None:
    """Refuse what is no question; EXPLAIN would tell how things are called inside."""
    if not _BEGIN.match(text):
        why, said = "forbidden", "a question begins with SELECT, WITH or VALUES"
        raise QuestionError(why, said)


def _connect(path: Path, secret: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    connection.execute(f'ATTACH ? AS "{secret}"', (f"{path.absolute().as_uri()}?mode=ro",))
    connection.execute("PRAGMA temp_store = FILE")  # What is sorted may be large, and memory is everybody's.
    connection.execute(f'PRAGMA "{secret}".cache_size = -{CACHE_KIB}')
    connection.execute(f"PRAGMA temp.cache_size = -{CACHE_KIB}")
    connection.execute("BEGIN")  # From the first look on, tables and views stay as they are.
    return connection


# -- what can be named ---------------------------------------------------------------------------------------------

_CREATE = re.compile(r'\s*CREATE\s+VIEW\s+"?(\w+)"?\s+AS\b(.*)', re.DOTALL)
_TABLE = re.compile(r'\b(FROM|JOIN)\s+"?(\w+)"?(?=\s|$|;|\))')


def _make_views(connection: sqlite3.Connection, secret: str, question: Question) -> None:
    """Make the views again over the visible projects, and hide the names of the tables behind nothing.

    What the text does not hold it cannot name: the rest is not made, which saves most of the time.
    """
    text, visible = question.text.lower(), question.visible
    schema = connection.execute(
        f"SELECT type, name, sql FROM \"{secret}\".sqlite_schema WHERE type IN ('table', 'view')"  # noqa: S608 -- ours
    ).fetchall()
    tables = {name for kind, name, _ in schema if kind == "table" and not name.startswith("sqlite_")}
    chosen = "1" if visible is None else f"id IN ({', '.join(map(str, sorted(visible)))})"
    connection.execute(
        f'CREATE TEMP VIEW "{secret}_project" AS SELECT * FROM "{secret}".project WHERE {chosen}'  # noqa: S608
    )
    for name in filter(text.__contains__, tables):
        # Whoever says its name hears that there is none: an empty answer would be a wrong one.
        connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT 1 FROM main."{name}"')  # noqa: S608
    for kind, name, sql in schema:
        made = _CREATE.match(sql) if kind == "view" and name.lower() in text else None
        body = None if made is None else _through(made[2], secret, tables)
        if body is not None:
            connection.execute(f'CREATE TEMP VIEW "{secret}_{name}" AS {body}')
            connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM temp."{secret}_{name}"')  # noqa: S608


def _through(body: str, secret: str, tables: set[str]) -> str | None:
    """Return the body of a view that reads the file by its secret name; ``None`` for one that joins no project."""

    def named(match: re.Match[str]) -> str:
        if match[2] == "project":
            return f'{match[1]} temp."{secret}_project"'
        return f'{match[1]} "{secret}"."{match[2]}"' if match[2] in tables else match[0]

    written = _TABLE.sub(named, body)
    arms = written.count("UNION ALL") + 1
    return written if written.count(f'temp."{secret}_project"') >= arms else None


# -- what is allowed -----------------------------------------------------------------------------------------------

_FORBIDDEN_FUNCTIONS = frozenset(
    {"load_extension", "fts3_tokenizer", "sqlite_log", "rtreecheck", "readfile", "writefile", "edit", "randomblob"}
)
_HARMLESS_MODULES = frozenset({"json_each", "json_tree"})


def _restrict(connection: sqlite3.Connection, secret: str, helper: sqlite3.Connection) -> None:
    """Allow nothing but reading the views, within limits that no single step can pass."""
    modules = {row[0].lower() for row in connection.execute("PRAGMA module_list")} - _HARMLESS_MODULES
    for name in _HARMLESS_MODULES:
        connection.execute(f"SELECT 1 FROM {name}('[]')")  # noqa: S608 -- once they were used, nothing is declared
    connection.execute("PRAGMA query_only = ON")
    for name, arguments, is_too_much in _GUARDED:
        connection.create_function(name, arguments, _guarded(helper, name, is_too_much), deterministic=True)
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
        helper.setlimit(limit, value)

    def allow(action: int, first: str | None, second: str | None, place: str | None, within: str | None) -> int:
        if action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _FORBIDDEN_FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and _may_read((first or "").lower(), second, place, within):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    def _may_read(name: str, column: str | None, place: str | None, within: str | None) -> bool:
        """Tell whether a column may be read: of the file, by the body of a view of ours alone.

        A table of which no column is read has an empty one, and its place as it was written: by such a body, too.
        """
        if place == secret:
            return column == "" or (within is not None and within.startswith(secret))
        return not name.startswith(("sqlite_", "pragma_")) and name not in modules

    connection.set_authorizer(allow)


# Functions that no clock can stop take only what they are done with soon; what they take, SQLite answers.


def _guarded(helper: sqlite3.Connection, call: str, is_too_much: Callable[..., bool]) -> Callable[..., Any]:
    """Return a function of SQLite that refuses what would take it long."""

    def guarded(*arguments: Any) -> Any:  # noqa: ANN401 -- what SQL holds
        if is_too_much(*arguments):
            raise ValueError
        marks = ", ".join("?" * len(arguments))
        return helper.execute(f"SELECT {call}({marks})", arguments).fetchone()[0]

    return guarded


def _compares_too_much(one: Any, other: Any, *_: Any) -> bool:  # noqa: ANN401
    """Tell whether comparing at every place would take too many steps."""
    return _length(one) * _length(other) > FUNCTION_STEPS_MAX


def _prints_too_much(*arguments: Any) -> bool:  # noqa: ANN401
    """Tell whether a width or a precision is beyond what a value may hold."""
    form, *values = arguments or ("",)
    limit = LIMITS[sqlite3.SQLITE_LIMIT_LENGTH]
    if isinstance(form, str) and len(form) > FORMAT_CHARACTERS_MAX:
        return True
    said = re.findall(r"%[-+ #0,!]*(\d*)(?:\.(\d*))?", str(form))
    widths = [int(digits) for width in said for digits in width if digits]
    if "*" in str(form):
        widths += [_whole(value) for value in values]
    return any(abs(width) > limit for width in widths)


def _whole(value: Any) -> int:  # noqa: ANN401
    """Return what a value is as a width: a text that begins with digits is a number to SQLite, too."""
    if isinstance(value, str):
        digits = re.match(r"\s*[-+]?(\d{1,30})", value)
        return int(digits[1]) if digits else 0
    return int(min(max(value, -sys.maxsize), sys.maxsize)) if isinstance(value, (int, float)) else 0


def _length(value: Any) -> int:  # noqa: ANN401
    return len(value) if isinstance(value, (str, bytes)) else 32


_GUARDED: tuple[tuple[str, int, Callable[..., bool]], ...] = (
    ("instr", 2, _compares_too_much),
    ("replace", 3, _compares_too_much),
    ("trim", 2, _compares_too_much),
    ("ltrim", 2, _compares_too_much),
    ("rtrim", 2, _compares_too_much),
    ("printf", -1, _prints_too_much),
    ("format", -1, _prints_too_much),
)


# -- the answer ----------------------------------------------------------------------------------------------------


def _table(connection: sqlite3.Connection, question: Question) -> Table:
    cursor = connection.execute(question.text, question.parameters)
    columns = [column[0] for column in cursor.description or ()]
    rows: list[tuple[Any, ...]] = []
    bytes_left = question.bytes_max
    for row in cursor:
        bytes_left -= sum(map(_bytes_of, row))
        if len(rows) == question.rows_max or bytes_left < 0:
            return Table(columns, rows, is_cut=True)
        rows.append(row)
    return Table(columns, rows, is_cut=False)


def _bytes_of(value: Any) -> int:  # noqa: ANN401
    """Return about how many bytes a value takes in a message."""
    if isinstance(value, str):
        return 8 + (len(value) if value.isascii() else len(value.encode(errors="replace")))
    return 12 if not isinstance(value, bytes) else 8 + len(value)


def _no_answer(error: Exception, question: Question, secret: str) -> QuestionError:
    """Return what a failure means, without what nobody should know."""
    said = re.sub(rf'"?{secret}"?[._]?|\b(?:temp|main)\.', "", str(error)) or type(error).__name__
    if "interrupted" in said:
        return QuestionError("given up" if question.is_given_up() else "time", said)
    if isinstance(error, MemoryError) or "too big" in said or "too complex" in said or "exception" in said:
        return QuestionError("room", said)
    if re.search(r"not authorized|prohibited|readonly|vtable constructor failed", said):
        return QuestionError("forbidden", "not authorized")
    if "one statement at a time" in said:
        return QuestionError("several", said)
    missing = re.search(r"no such (table|column): (\S+)", said)
    return QuestionError(missing[1], said, missing[2]) if missing else QuestionError("other", said)
