"""A fresh database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchhub.store.database import Database, open_database
from benchhub.store.keeper import Keeper
from benchhub.store.postgres import PostgresDatabase
from benchhub.store.postgres_opening import open_server
from benchhub.store.sqlite import SqliteDatabase
from benchhub.store.sqlite_opening import open_file
from postgres_server import databases
from store.backends import PLACES


@pytest.fixture(params=PLACES)
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Give the place of a fresh database, for those who open it twice."""
    with PLACES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def database(location: Path | str) -> Iterator[Database]:
    with open_database(location) as opened:
        yield opened


@pytest.fixture
def file_database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Give a database in a file, for what is told of files."""
    with open_file(tmp_path / "bench.db") as opened:
        yield opened


@pytest.fixture
def server_database() -> Iterator[PostgresDatabase]:
    """Give a database on a server, for what is told of servers."""
    with databases().fresh() as address, open_server(address) as opened:
        yield opened


@pytest.fixture
def keeper(database: Database) -> Keeper:
    return Keeper(database)
