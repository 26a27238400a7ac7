"""A fresh database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchhub.store.database import Database
from benchhub.store.keeper import Keeper
from benchhub.store.sqlite import SqliteDatabase
from benchhub.store.sqlite_opening import open_file
from store.backends import BACKENDS


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with BACKENDS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def file_database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Give a database in a file, for what is told of files."""
    with open_file(tmp_path / "bench.db") as opened:
        yield opened


@pytest.fixture
def keeper(database: Database) -> Keeper:
    return Keeper(database)
