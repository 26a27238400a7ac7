"""Opening a file: it is made, recognised, or refused with what to do."""

import sqlite3
import time
from pathlib import Path

from benchhub.errors import StoreError
from benchhub.store.sqlite import SqliteDatabase, store_error
from benchhub.store.statements import SCHEMA_VERSION, split_script, statements, text_of

APPLICATION_ID = 1112044898
BUSY_TIMEOUT_MS = 30_000
PAGE_CACHE_KIB = 65_536
MMAP_BYTES = 1 << 30
CHECKPOINT_PAGES = 16_000
WAL_BYTES_KEPT_MAX = 128 << 20
"""The log is cut to this after a checkpoint; a single transaction may still need more."""


def open_file(path: Path, *, readonly: bool = False) -> SqliteDatabase:
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
    return SqliteDatabase(path, connection)


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
