"""One database file: opened, checked, and closed."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from benchhub.errors import StoreError
from benchhub.store.statements import statements, text_of

APPLICATION_ID = 1112044898
SCHEMA_VERSION = "0001"
BUSY_TIMEOUT_MS = 30_000
PAGE_CACHE_KIB = 65_536
MMAP_BYTES = 1 << 30
CHECKPOINT_PAGES = 16_000


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
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        except sqlite3.OperationalError as error:
            raise store_error(self.path, error) from error
        except sqlite3.DatabaseError as error:
            if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
                raise  # Ours: a broken invariant.
            raise store_error(self.path, error) from error


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
    except (OSError, sqlite3.OperationalError) as error:
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
        what = f"`{path}` is a SQLite file, but not a BenchHub database"
        raise StoreError(what, hint="choose another file with --db or BH_DB")
    (version,) = connection.execute(statements()["schema_version"]).fetchone()
    if version < SCHEMA_VERSION:
        what = f"`{path}` has schema {version}, this program needs {SCHEMA_VERSION}"
        raise StoreError(what, hint="`bh db migrate` brings it up to date")
    if version > SCHEMA_VERSION:
        what = f"`{path}` has schema {version}, newer than this program's {SCHEMA_VERSION}"
        raise StoreError(what, hint="use a newer bh, or another file with --db")


def _is_empty(connection: sqlite3.Connection) -> bool:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(count == 0)


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process was quicker."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        if _is_empty(connection):
            for statement in _split(text_of("schema.sql") + text_of("views.sql")):
                connection.execute(statement)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _split(script: str) -> Iterator[str]:
    """Yield the statements of a script: ``executescript`` would commit before it begins."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if line.split("--", 1)[0].rstrip().endswith(";") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def store_error(path: Path, error: Exception) -> StoreError:
    """Return what a failure of SQLite means to a person."""
    text = str(error)
    hints: list[tuple[Callable[[str], bool], str]] = [
        (lambda t: "locked" in t or "busy" in t, "another process keeps it; try again, or see who has it open"),
        (lambda t: "full" in t or "No space" in t, "the disk is full: free some space"),
        (
            lambda t: "readonly" in t or "read-only" in t or "Permission" in t,
            "you may not write there: use --db or BH_DB",
        ),
        (lambda t: "not a database" in t, "the file is something else: use --db or BH_DB"),
        (lambda t: "malformed" in t, "the file is damaged: `bh db check` says more"),
        (lambda t: "unable to open" in t, "is the folder there, and may you write it? use --db or BH_DB"),
    ]
    hint = next((advice for applies, advice in hints if applies(text)), None)
    where = f" ({os.strerror(error.errno)})" if isinstance(error, OSError) and error.errno else ""
    return StoreError(f"the database `{path}` failed: {text}{where}", hint=hint)
