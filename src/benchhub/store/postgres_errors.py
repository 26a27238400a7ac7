"""What failures of PostgreSQL mean to a person."""

import re

import psycopg
from psycopg import errors

from benchhub.errors import StoreError

_PLACE_CLASSES = frozenset({"08", "28", "3D", "40", "53", "55", "57", "58", "XX"})
"""Connection, authorization, catalog, retry, resources, locks, intervention, system, internal."""
_PLACE_STATES = frozenset({"25006", "42501"})
"""A transaction that may only read; no privilege."""


def is_of_the_place(error: psycopg.Error) -> bool:
    """Tell whether a failure is the fault of the server or the way there, not of what was written."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.OperationalError)
    return state[:2] in _PLACE_CLASSES or state in _PLACE_STATES


_HINTS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.InvalidPassword, "is the password right? PGPASSWORD or ~/.pgpass may hold it, too"),
    (errors.InvalidAuthorizationSpecification, "may this user come from here? pg_hba.conf of the server says who may"),
    (errors.InvalidCatalogName, "`createdb` makes one; bh makes its tables by itself"),
    (errors.InsufficientPrivilege, "the user needs to own the tables, or to be granted what it does"),
    (errors.ReadOnlySqlTransaction, "is this a standby, or a user that may only read? use the primary server"),
    (errors.DiskFull, "the disk of the server is full: free some space"),
    (errors.TooManyConnections, "raise max_connections, or put a pool before it"),
    (errors.DeadlockDetected, "try again"),
    (errors.LockNotAvailable, "another process keeps it; try again"),
    (errors.CannotConnectNow, "the server starts or stops; try again"),
    (errors.AdminShutdown, "the server was stopped; try again when it runs"),
    (errors.CrashShutdown, "the server had to begin anew; try again"),
)
_WORDS: tuple[tuple[str, str], ...] = (
    ("password authentication failed", _HINTS[0][1]),
    ("no password supplied", "PGPASSWORD, ~/.pgpass or the address itself may hold it"),
    ("no pg_hba.conf entry", _HINTS[1][1]),
    (
        "does not exist",
        "is the name right? `createdb` and `createuser` make what is missing; bh makes its tables itself",
    ),
    ("Connection refused", "does the server run there, and listen on that port?"),
    ("No such file or directory", "does the server run there, and listen on that port?"),
    ("resolve", "is the name of the server right?"),
    ("Name or service not known", "is the name of the server right?"),
    ("timeout expired", "is the server reachable from here?"),
    ("too many clients", "raise max_connections, or put a pool before it"),
    ("starting up", "the server starts; try again"),
    ("closed", "the server was stopped, or the way to it was cut; try again"),
)


def store_error(name: str, error: psycopg.Error) -> StoreError:
    """Return what a failure means.

    Args:
        name: Of the database, without its password.
        error: As the driver tells it; it never tells the password.
    """
    said = _said(error)
    hint = next((advice for kind, advice in _HINTS if isinstance(error, kind)), None)
    hint = hint or next((advice for word, advice in _WORDS if word in said), None)
    return StoreError(f"the database `{name}` failed: {said}", hint=hint)


def _said(error: psycopg.Error) -> str:
    """Return the failure in one line: libpq tells one for each address that it tried."""
    if error.diag.message_primary:
        return error.diag.message_primary
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("Multiple connection", "Is the server running"))]
    return re.sub(r"^- ", "", lines[-1]) if lines else type(error).__name__
