"""Opening a database on a server: it is recognised, filled with tables when it is empty, or refused with what to do."""

from typing import Any

import psycopg
from psycopg import conninfo

from benchhub.errors import StoreError
from benchhub.model.address import senseless_address, without_password
from benchhub.store.postgres import LOCK, PostgresDatabase
from benchhub.store.postgres_errors import store_error
from benchhub.store.postgres_types import adapters
from benchhub.store.reference import tables, views
from benchhub.store.statements import SCHEMA_VERSION, split_script, text_of

SERVER_VERSION_MIN = 150_000
CONNECT_TIMEOUT_S = 5
OPENING = 0
"""The second half of the key of the lock that lets one process make the tables."""


def open_server(address: str, *, readonly: bool = False) -> PostgresDatabase:
    """Open a database on a server, and make its tables when it is empty.

    Args:
        address: ``postgresql://user@host:port/name``; the rest libpq knows (``PGPASSWORD``, ``~/.pgpass``).
        readonly: Write nothing, whatever is asked; the tables must be there.

    Raises:
        StoreError: It cannot be reached or entered, holds something else, or is of another version.
        UserError: The address makes no sense.
    """
    database = connect(address, readonly=readonly)
    try:
        _settle(database, readonly=readonly)
    except psycopg.Error as error:
        database.close()
        raise store_error(database.name, error) from error
    except StoreError:
        database.close()
        raise
    return database


def connect(address: str, *, readonly: bool = False) -> PostgresDatabase:
    """Return a connection, whatever the database holds.

    Raises:
        StoreError: It cannot be reached or entered.
        UserError: The address makes no sense.
    """
    name = without_password(address)
    return PostgresDatabase(name, lambda: _connect(address, name, readonly=readonly))


def _connect(address: str, name: str, *, readonly: bool) -> psycopg.Connection[Any]:
    try:
        said = conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        raise senseless_address() from None
    said.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
    said.setdefault("application_name", "benchhub")
    settings = ["timezone=UTC", "datestyle=ISO", "max_parallel_workers_per_gather=0", "jit=off"]
    settings += ["default_transaction_read_only=on"] if readonly else []
    said["options"] = " ".join([str(said.get("options") or ""), *(f"-c {one}" for one in settings)]).strip()
    try:
        connection = psycopg.connect(**said, autocommit=True, context=_Context())  # type: ignore[arg-type]  # of libpq's words
    except psycopg.Error as error:
        raise store_error(name, error) from error
    if connection.info.server_version < SERVER_VERSION_MIN:
        connection.close()
        what = f"`{name}` is PostgreSQL {connection.info.server_version // 10_000}"
        raise StoreError(what, hint="15 or newer is needed")
    return connection


class _Context:
    """Gives a connection the types of this room."""

    connection = None
    adapters = property(lambda _self: adapters())


def _settle(database: PostgresDatabase, *, readonly: bool) -> None:
    """Check what the database is; make the tables when it is empty."""
    version = version_of(database)
    if version is None:
        if readonly:
            what = f"`{database.name}` has no tables yet"
            raise StoreError(what, hint="`bh run` makes them; --db or BH_DB name another")
        _create(database)
        version = version_of(database)
    check_version(database.name, version)


def version_of(database: PostgresDatabase) -> str | None:
    """Return the version of the schema; ``None`` for an empty database.

    Raises:
        StoreError: There are tables of somebody else.
    """
    question = (
        "SELECT to_regclass('schema_version') IS NOT NULL, EXISTS (SELECT 1 FROM pg_class WHERE relkind IN ('r', 'v')"
    )
    is_ours, is_used = _row(database, f"{question} AND relnamespace = current_schema()::regnamespace)")
    if not is_ours and is_used:
        what = f"`{database.name}` has tables, but is not a BenchHub database"
        raise StoreError(what, hint="give bh a database of its own, or a schema: ?options=-csearch_path%3Dbench")
    return str(database.one("schema_version")[0]) if is_ours else None


def check_version(name: str, version: str | None) -> None:
    """Refuse another schema with what to do.

    Raises:
        StoreError: It is older or newer.
    """
    if version is None or version < SCHEMA_VERSION:
        what = f"`{name}` has schema {version}, this program needs {SCHEMA_VERSION}"
        raise StoreError(what, hint="`bh db migrate` brings it up to date; `pg_dump` makes a copy first")
    if version > SCHEMA_VERSION:
        what = f"`{name}` has schema {version}, newer than this program's {SCHEMA_VERSION}"
        raise StoreError(what, hint="use a newer bh, or another database with --db")


def _create(database: PostgresDatabase) -> None:
    """Make the tables, unless another process was quicker."""
    (encoding, schema) = _row(database, "SELECT current_setting('server_encoding'), current_schema()")
    if encoding != "UTF8":
        what = f"`{database.name}` keeps text as {encoding}"
        raise StoreError(what, hint="it needs UTF8: CREATE DATABASE bench ENCODING 'UTF8' TEMPLATE template0")
    if schema is None:
        what = f"`{database.name}` has no schema that may be used"
        raise StoreError(what, hint="CREATE SCHEMA, or name one: ?options=-csearch_path%3Dbench")
    with database.transaction(durable=True):
        database.connection.execute(f"SELECT pg_advisory_xact_lock({LOCK}, {OPENING})")
        if version_of(database) is None:
            make_tables(database.connection)


def _row(database: PostgresDatabase, question: str) -> Any:  # noqa: ANN401 -- a row
    return database.connection.execute(question).fetchone()


def make_tables(connection: psycopg.Connection[Any]) -> None:
    """Make the tables and views of this version; belongs into a transaction."""
    for statement in split_script(text_of("schema.postgres.sql") + text_of("views.postgres.sql")):
        connection.execute(statement)
    for relation in (*tables(), *views()):
        described = [(f'{relation.kind} "{relation.name}"', relation.doc)]
        described += [(f'COLUMN "{relation.name}"."{column.name}"', column.doc) for column in relation.columns]
        comments = ("COMMENT ON {} IS '{}'".format(what, doc.replace("'", "''")) for what, doc in described)
        connection.execute("; ".join(comments))
