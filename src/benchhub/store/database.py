"""One database file: opened, checked, and closed."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Self

from benchhub.errors import StoreError
from benchhub.store.columns import side_by_side
from benchhub.store.statements import statements, text_of

APPLICATION_ID = 1112044898
SCHEMA_VERSION = "0004"
BUSY_TIMEOUT_MS = 30_000
PAGE_CACHE_KIB = 65_536
MMAP_BYTES = 1 << 30
CHECKPOINT_PAGES = 16_000
ROWS_PER_STATEMENT = 100
"""More make no difference that can be measured, and each statement must be prepared once per process."""
WAL_BYTES_KEPT_MAX = 128 << 20
"""The log is cut to this after a checkpoint; a single transaction may still need more."""


class Database:
    """A connection to a BenchHub database.

    Attributes:
        path: Of the file.
        connection: For this room alone.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

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

    def many(self, statement: str, rows: Any) -> None:  # noqa: ANN401 -- an iterable of tuples
        """Run a named statement once for each tuple."""
        self.connection.executemany(statements()[statement], rows)

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
    def transaction(self, *, durable: bool) -> Iterator[None]:
        """Do all or nothing.

        Args:
            durable: Survive a power cut: what is acknowledged must; what can be projected again need not.

        Raises:
            StoreError: The database is locked, full or damaged.
        """
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

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to what SQLite does outside transactions, such as VACUUM.

        Raises:
            StoreError: The database is locked, full or damaged.
        """
        try:
            yield self.connection
        except sqlite3.Error as error:
            raise store_error(self.path, error) from error


@cache
def _with_many_rows(sql: str) -> str:
    """Return an ``INSERT … VALUES (…)`` that takes ``ROWS_PER_STATEMENT`` rows."""
    head, values, row = sql.rpartition("VALUES ")
    return head + values + ", ".join([row] * ROWS_PER_STATEMENT)


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


def open_database(path: Path, *, readonly: bool = False) -> Database:
    """Open a database file, and make it when it is not there.

    Args:
        path: Of the file; its folder is made too.
        readonly: Write nothing, whatever is asked; the file must exist.

    Raises:
        StoreError: It cannot be opened, is no BenchHub database, or is of another version.
    """
    try:
        if not readonly:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path, readonly=readonly)
    except (OSError, sqlite3.DatabaseError) as error:
        raise store_error(path, error) from error
    try:
        _settle(connection, path, readonly=readonly)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise store_error(path, error) from error
    except StoreError:
        connection.close()
        raise
    return Database(path, connection)


def _connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
    connection.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES_KEPT_MAX}")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _settle(connection: sqlite3.Connection, path: Path, *, readonly: bool) -> None:
    """Check what the file is; make it when it is empty."""
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id == 0 and _is_empty(connection):
        if readonly:
            what = f"`{path}` is empty"
            raise StoreError(what, hint="`bh run` fills it")
        _create(connection)
        application_id = APPLICATION_ID
    if application_id != APPLICATION_ID:
        raise other_file_error(path)
    version = version_of(connection)
    if version < SCHEMA_VERSION:
        what = f"`{path}` has schema {version}, this program needs {SCHEMA_VERSION}"
        raise StoreError(what, hint="`bh db migrate` brings it up to date, after a copy beside it")
    if version > SCHEMA_VERSION:
        what = f"`{path}` has schema {version}, newer than this program's {SCHEMA_VERSION}"
        raise StoreError(what, hint="use a newer bh, or another file with --db")


def version_of(connection: sqlite3.Connection) -> str:
    """Return the version of the schema."""
    return str(connection.execute(statements()["schema_version"]).fetchone()[0])


def other_file_error(path: Path) -> StoreError:
    """Return what is wrong with a SQLite file of somebody else."""
    what = f"`{path}` is a SQLite file, but not a BenchHub database"
    return StoreError(what, hint="choose another file with --db or BH_DB")


def _is_empty(connection: sqlite3.Connection) -> bool:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(count == 0)


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process was quicker."""
    _use_write_ahead_log(connection)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        if _is_empty(connection):
            make_tables(connection)
        connection.commit()
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL; SQLite does not wait here for another process that is just doing the same."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables and views of this version in an empty database; belongs into a transaction."""
    for statement in split_script(text_of("schema.sql") + text_of("views.sql")):
        connection.execute(statement)


def split_script(script: str) -> Iterator[str]:
    """Yield the statements of a script: ``executescript`` would commit before it begins."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if line.split("--", 1)[0].rstrip().endswith(";") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""


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
