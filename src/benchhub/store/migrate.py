"""`bh db migrate`: an older file gets the schema of this program, after a copy beside it.

The only place that loads Alembic and SQLAlchemy: a new file is made from the checked-in DDL, and opening one looks at
a single row.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from benchhub.errors import StoreError
from benchhub.store.sqlite import store_error
from benchhub.store.sqlite_opening import APPLICATION_ID, other_file_error, version_of
from benchhub.store.statements import SCHEMA_VERSION

MIGRATIONS = Path(__file__).with_name("migrations")


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


def migrate(path: Path) -> Migrated:
    """Bring a database file up to the schema of this program.

    Raises:
        StoreError: There is no such file, it is no BenchHub database, or it is newer than this program.
    """
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


def upgrade(path: Path) -> None:
    """Run the migrations that a file lacks, all or none.

    Raises:
        StoreError: A migration failed; the file is as it was.
    """
    from alembic import command  # noqa: PLC0415 -- a third of a second, for this verb alone
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415
    from sqlalchemy import NullPool, create_engine, event  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(path, isolation_level=None), poolclass=NullPool)
    # Python's driver would commit before DDL: the transaction is ours.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (SQLAlchemyError, CommandError) as error:
        what = f"migrating `{path}` failed: {error}"
        raise StoreError(what, hint="the file is as it was") from error
