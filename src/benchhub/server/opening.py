"""How the server's database is opened."""

from pathlib import Path

from benchhub.store.database import Database, open_database


def opened(place: Path | str, *, readonly: bool = False) -> Database:
    """Return a connection to the database at a path, or at the address of a database server.

    Raises:
        StoreError: It cannot be opened, is no BenchHub database, or is of another version.
    """
    return open_database(place, readonly=readonly)
