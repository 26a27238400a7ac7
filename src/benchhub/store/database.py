"""How a database is opened, whichever it is."""

from pathlib import Path

from benchhub.store.contract import Database
from benchhub.store.sqlite_opening import open_file
from benchhub.store.statements import SCHEMA_VERSION

__all__ = ["SCHEMA_VERSION", "Database", "open_database"]


def open_database(path: Path, *, readonly: bool = False) -> Database:
    """Open a database, and make its tables when it is empty; a file is made when it is not there.

    Args:
        path: Of the file.
        readonly: Write nothing, whatever is asked; the database must exist.

    Raises:
        StoreError: It cannot be opened, is no BenchHub database, or is of another version.
    """
    return open_file(path, readonly=readonly)
