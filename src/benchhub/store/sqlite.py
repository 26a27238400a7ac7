"""SQLite: a connection to one file, and what differs there."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from benchhub.errors import StoreError
from benchhub.store.columns import side_by_side
from benchhub.store.contract import QuestionError
from benchhub.store.statements import statements

if TYPE_CHECKING:
    from benchhub.store.large_files import LargeFiles

ROWS_PER_STATEMENT = 100
"""More make no difference that can be measured, and each statement must be prepared once per process."""
OPCODES_PER_LOOK = 20_000
"""How often the clock is looked at while people's SQL runs."""

NATIVE_TYPES = {"integer": "INTEGER", "real": "REAL", "text": "TEXT", "json": "TEXT"}


class SqliteDatabase:
    """A connection to a database file.

    Attributes:
        path: Of the file.
        name: The same, as text.
        connection: The driver's.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.name = str(path)
        self.connection = connection

    @cached_property
    def large(self) -> "LargeFiles":
        """Files beside the database file."""
        from benchhub.store.large_files import LargeFiles  # noqa: PLC0415 -- most runs have none

        return LargeFiles(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def all(self, statement: str, /, **parameters: Any) -> list[Any]:  # noqa: ANN401 -- what SQL takes
        """Return all rows of a named statement."""
        return self.cursor(statement, **parameters).fetchall()

    def one(self, statement: str, /, **parameters: Any) -> Any:  # noqa: ANN401 -- a row or None
        """Return the first row of a named statement, or ``None``."""
        return self.cursor(statement, **parameters).fetchone()

    def do(self, statement: str, /, **parameters: Any) -> None:  # noqa: ANN401 -- what SQL takes
        """Run a named statement."""
        self.cursor(statement, **parameters)

    def cursor(self, statement: str, /, **parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 -- what SQL takes
        """Return a cursor over the rows of a named statement."""
        return self.connection.execute(statements()[statement], parameters)

    def many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run a named statement with ``?`` once for each tuple."""
        self.connection.executemany(statements()[statement], rows)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run SQL that this room made of names that it has checked."""
        return self.connection.execute(sql, parameters)

    def insert(self, statement: str, shared: int, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows by a named statement whose ``?1`` all of them share."""
        if rows:
            self._insert(statements()[statement], shared, list(chain.from_iterable(rows)), len(rows[0]))

    def insert_columns(self, sql: str, shared: int, columns: Sequence[Sequence[Any]]) -> None:
        """Insert rows that are given by column; there must be one column at least."""
        self._insert(sql, shared, side_by_side(columns), len(columns))

    def _insert(self, sql: str, shared: int, flat: list[Any], width: int) -> None:
        """Insert rows of ``width`` values; many rows at once are 2.5 times as fast as one by one."""
        step = ROWS_PER_STATEMENT * width
        whole = len(flat) - len(flat) % step
        if whole:
            parts = ([shared, *flat[at : at + step]] for at in range(0, whole, step))
            self.connection.executemany(_with_many_rows(sql), parts)
        rest = ([shared, *flat[at : at + width]] for at in range(whole, len(flat), width))
        self.connection.executemany(sql, rest)

    @contextmanager
    def transaction(self, *, durable: bool, is_alone: bool = True) -> Iterator[None]:  # noqa: ARG002 -- who writes a file is alone
        """Do all or nothing."""
        connection = self.connection
        try:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.commit()
            except BaseException:
                if connection.in_transaction:  # A full disk may have ended it already.
                    connection.rollback()
                raise
        except sqlite3.Error as error:
            if not is_of_the_place(error):
                raise  # Of what was to be written, or ours.
            raise store_error(self.path, error) from error

    def take_turn(self) -> None:
        """Nobody else can have begun to write."""

    # -- people's SQL --------------------------------------------------------------------------------------------

    def ask(self, text: str, parameters: dict[str, Any], *, seconds_max: float) -> tuple[list[str], Iterator[Any]]:
        """Return columns and rows of people's SQL; nothing can be written, attached or loaded."""
        deadline = time.monotonic() + seconds_max
        self.connection.set_authorizer(_allow)
        self.connection.set_progress_handler(lambda: time.monotonic() > deadline, OPCODES_PER_LOOK)
        try:
            cursor = self.connection.execute(text, parameters)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._no_answer(error, deadline) from error
        return [column[0] for column in cursor.description or ()], self._answers(cursor, deadline)

    def _answers(self, cursor: sqlite3.Cursor, deadline: float) -> Iterator[Any]:
        try:
            yield from cursor
        except sqlite3.Error as error:
            raise self._no_answer(error, deadline) from error

    def _no_answer(self, error: Exception, deadline: float) -> BaseException:
        """Return what a failure means; SQLite hears of Ctrl-C first, and says `interrupted` as when time is up."""
        self.connection.set_authorizer(None)
        self.connection.set_progress_handler(None, 0)
        said = str(error)
        if "interrupted" in said:
            return KeyboardInterrupt() if time.monotonic() <= deadline else QuestionError("time", said)
        if "not authorized" in said or "prohibited" in said or "readonly" in said:
            return QuestionError("forbidden", said)
        if "one statement at a time" in said:
            return QuestionError("several", said)
        missing = re.search(r"no such (table|column): (\S+)", said)
        return QuestionError(missing[1], said, missing[2]) if missing else QuestionError("other", said)

    # -- native tables -------------------------------------------------------------------------------------------

    def create_native(self, name: str, keys: Sequence[str], columns: Sequence[tuple[str, str]]) -> None:
        """Make the table; not STRICT, so that a whole number is kept as one and anything else as it was said."""
        declared = [f"{key} INTEGER NOT NULL" for key in keys]
        declared += [f'"{column}" {NATIVE_TYPES[kind]}' for column, kind in columns]
        self.connection.execute(
            f'CREATE TABLE "{name}" ({", ".join(declared)}, PRIMARY KEY ({", ".join(keys)})) WITHOUT ROWID'
        )

    def add_native_column(self, name: str, column: str, kind: str) -> None:
        """Add a column to a framework's table."""
        self.connection.execute(f'ALTER TABLE "{name}" ADD COLUMN "{column}" {NATIVE_TYPES[kind]}')

    # -- the file ------------------------------------------------------------------------------------------------

    def first_damage(self) -> str | None:
        """Return the first damage that SQLite finds in the file's pages without comparing indexes."""
        try:
            (said,) = self.connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error)
        return None if said == "ok" else str(said)

    def damages(self) -> Iterator[tuple[str, str]]:
        """Yield damaged pages, and rows that refer to what is not there."""
        for (said,) in self.connection.execute("PRAGMA integrity_check(100)"):
            if said != "ok":
                yield "file", f"{said}; restore a copy, or copy what is left with `sqlite3 .recover`"
        for table, row_id, parent, _ in self.connection.execute("PRAGMA foreign_key_check"):
            yield table, f"row {row_id} refers to a row of {parent} that is not there"

    def storage(self) -> tuple[int, int, int, int]:
        """Return the sizes of the file, of its log, and of the pages in it that are in no use."""
        log = self.path.with_name(self.path.name + "-wal")
        page_bytes = self._pragma("page_size")
        return (
            self.path.stat().st_size,
            log.stat().st_size if log.exists() else 0,
            self._pragma("page_count") * page_bytes,
            self._pragma("freelist_count") * page_bytes,
        )

    def bytes_by_table(self) -> dict[str, int]:
        """Return what each table takes with its indexes; empty where SQLite was built without ``dbstat``."""
        options = {row[0] for row in self.connection.execute("PRAGMA compile_options")}
        return dict(self.all("bytes_by_table")) if "ENABLE_DBSTAT_VTAB" in options else {}

    def vacuum(self) -> bool:
        """Write the file anew without the pages that are in no use; needs as much room again while it lasts."""
        try:
            self.connection.execute("PRAGMA temp_store = FILE")  # A copy of the whole file would not fit into memory.
            self.connection.execute("VACUUM")
            (is_busy, *_) = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise store_error(self.path, error) from error
        return bool(is_busy)

    def _pragma(self, name: str) -> int:
        return int(self.connection.execute(f"PRAGMA {name}").fetchone()[0])


@cache
def _with_many_rows(sql: str) -> str:
    """Return an ``INSERT … VALUES (…)`` that takes ``ROWS_PER_STATEMENT`` rows."""
    head, values, row = sql.rpartition("VALUES ")
    return head + values + ", ".join([row] * ROWS_PER_STATEMENT)


_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_PRAGMAS = frozenset({"function_list", "table_info", "table_xinfo", "table_list", "index_list", "index_info"})


def _allow(action: int, first: str | None, *_: object) -> int:
    if action in _READING or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def is_of_the_place(error: sqlite3.Error) -> bool:
    """Tell whether a failure is the fault of the disk, the file or another process, not of what was written."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _PLACE_CODES


_PLACE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)


def store_error(path: Path, error: Exception) -> StoreError:
    """Return what a failure of SQLite means to a person."""
    text = f"{error.strerror}: `{error.filename or path}`" if isinstance(error, OSError) else str(error)
    hints: list[tuple[Callable[[str], bool], str]] = [
        (lambda t: "locked" in t or "busy" in t, "another process keeps it; try again, or see who has it open"),
        (lambda t: "full" in t or "No space" in t, "the disk is full: free some space"),
        (
            lambda t: "readonly" in t or "read-only" in t or "Permission" in t,
            "you may not write there: use --db or BH_DB",
        ),
        (lambda t: "not a database" in t, "the file is something else: use --db or BH_DB"),
        (
            lambda t: "malformed" in t,
            "the file is damaged: move it away, and bh makes a new one; `sqlite3 FILE .recover` saves what can be read",
        ),
        (
            lambda t: "Not a directory" in t or "File exists" in t,
            "something on the way is no folder: use --db or BH_DB",
        ),
        (lambda t: "unable to open" in t, "is the folder there, and may you write it? use --db or BH_DB"),
    ]
    hint = next((advice for applies, advice in hints if applies(text)), None)
    return StoreError(f"the database `{path}` failed: {text}", hint=hint)
