"""How a database is opened, whichever it is."""

from pathlib import Path

from benchhub.errors import StoreError
from benchhub.store.contract import Database
from benchhub.store.statements import SCHEMA_VERSION

__all__ = ["SCHEMA_VERSION", "Database", "open_database"]


def open_database(place: Path | str, *, readonly: bool = False) -> Database:
    """Open a database, and make its tables when it is empty; a file is made when it is not there.

    Args:
        place: Path of a file; a string is the address of a database on a server, ``postgresql://…``.
        readonly: Write nothing, whatever is asked; the database must exist.

    Raises:
        StoreError: It cannot be opened, is no BenchHub database, or is of another version.
        UserError: The address makes no sense.
    """
    if isinstance(place, Path):
        from benchhub.store.sqlite_opening import open_file  # noqa: PLC0415 -- no run into a server waits for it

        return open_file(place, readonly=readonly)
    try:
        from benchhub.store.postgres_opening import open_server  # noqa: PLC0415 -- no run into a file waits for it
    except ImportError as error:
        what = "PostgreSQL is reached by psycopg, which is not installed"
        raise StoreError(what, hint="pip install 'benchhub[postgres]'") from error
    return open_server(place, readonly=readonly)
