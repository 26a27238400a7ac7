"""`bh db migrate`: an older database gets the schema of this program; a file after a copy beside it.

The only place that loads Alembic and SQLAlchemy: a new database is made from the checked-in DDL, and opening one looks
at a single row.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchhub.errors import StoreError
from benchhub.store.migration_scripts import MIGRATIONS
from benchhub.store.sqlite import store_error
from benchhub.store.sqlite_opening import APPLICATION_ID, other_file_error, version_of
from benchhub.store.statements import SCHEMA_VERSION

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from benchhub.store.postgres import PostgresDatabase


class Migrated(msgspec.Struct, frozen=True):
    """What a migration did.

    Attributes:
        before: Version of the schema.
        after: Version of the schema; the same when nothing was to be done.
        copy: The file as it was before; ``None`` when nothing was to be done.
    """

    before: str
    after: str
    copy: Path | None


def migrate(place: Path | str) -> Migrated:
    """Bring a database up to the schema of this program; a file after a copy beside it.

    Args:
        place: Path of a file, or the address of a server.

    Raises:
        StoreError: There is none, it is no BenchHub database, or it is newer than this program.
    """
    return _migrate_file(place) if isinstance(place, Path) else _migrate_server(place)


def _migrate_server(address: str) -> Migrated:
    from benchhub.store.postgres_opening import check_version, connect, version_of  # noqa: PLC0415 -- needs psycopg

    with connect(address) as database:
        before = version_of(database)
        if before is None:
            what = f"`{database.name}` has no tables yet"
            raise StoreError(what, hint="`bh run` makes them")
        if before > SCHEMA_VERSION:
            check_version(database.name, before)
        if before < SCHEMA_VERSION:
            upgrade(database)
    return Migrated(before, SCHEMA_VERSION, None)


def _migrate_file(path: Path) -> Migrated:
    if not path.exists():
        what = f"no database at `{path}`"
        raise StoreError(what, hint="`bh run` makes one")
    try:
        before = _version(path)
        if before == SCHEMA_VERSION:
            return Migrated(before, before, None)
        copy = path.with_name(f"{path.name}.{before}")
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        upgrade(path)
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    return Migrated(before, SCHEMA_VERSION, copy)


def _version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise other_file_error(path)
        version = version_of(connection)
    if version > SCHEMA_VERSION:
        what = f"`{path}` has schema {version}, newer than this program's {SCHEMA_VERSION}"
        raise StoreError(what, hint="use a newer bh, or another file with --db")
    return version


def upgrade(place: "Path | PostgresDatabase") -> None:
    """Run the migrations that a database lacks, all or none.

    Raises:
        StoreError: A migration failed; the database is as it was.
    """
    from alembic import command  # noqa: PLC0415 -- a third of a second, for this verb alone
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with _engine(place).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (SQLAlchemyError, CommandError) as error:
        what = f"migrating `{place if isinstance(place, Path) else place.name}` failed: {error}"
        raise StoreError(what, hint="the database is as it was") from error


def _engine(place: "Path | PostgresDatabase") -> "Engine":
    from sqlalchemy import NullPool, create_engine, event  # noqa: PLC0415

    if not isinstance(place, Path):
        from benchhub.store.postgres import LOCK, WRITING  # noqa: PLC0415 -- needs psycopg

        place.connection.autocommit = False  # As SQLAlchemy wants it.
        engine = create_engine("postgresql+psycopg://", creator=lambda: place.connection, poolclass=NullPool)
        lock = f"SELECT pg_advisory_xact_lock({LOCK}, {WRITING})"
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(lock))
        return engine
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(place, isolation_level=None), poolclass=NullPool
    )
    # Python's driver would commit before DDL: the transaction is ours.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
