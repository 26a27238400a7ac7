"""Sizes: what the database holds, what that takes, and what it could give back."""

from pathlib import Path
from typing import Any

import msgspec

from benchhub.store.database import Database
from benchhub.store.find import Rows, rows_of
from benchhub.store.ingest import blob_folder


class TableSize(msgspec.Struct, frozen=True):
    """A table.

    Attributes:
        rows: How many.
        bytes: Of its pages and those of its indexes; ``None`` when this SQLite cannot tell.
    """

    name: str
    rows: int
    bytes: int | None


class Sizes(msgspec.Struct, frozen=True):
    """All of it.

    Attributes:
        path: Of the database.
        file_bytes: Of its file.
        log_bytes: Of the write-ahead log beside it.
        free_bytes: Of pages that are in no use: what `bh db vacuum` gives back at least.
        blob_file_bytes: Of files beside it, with large raw output.
        tables: Largest first.
        runs: How many are kept.
        removed_runs: How many were removed and can come back.
        measurements: Values: one for each case and metric of each run.
        samples: Numbers that they are made of.
        outcomes: How cases ended.
        raw_bytes: Of raw output, as tools wrote it, each content once.
        raw_stored_bytes: Of the same as it is kept.
        bytes_per_measurement: Of all pages without raw output and free ones, over all measurements; ``None`` when
            there are none.
        projects: ``project``, ``place``, ``runs``, ``measurements``, ``samples``, ``outcomes``, ``raw_bytes`` (as
            tools wrote it) and ``newest_at`` (UTC) of each, most runs first.
    """

    path: str
    file_bytes: int
    log_bytes: int
    free_bytes: int
    blob_file_bytes: int
    tables: list[TableSize]
    runs: int
    removed_runs: int
    measurements: int
    samples: int
    outcomes: int
    raw_bytes: int
    raw_stored_bytes: int
    bytes_per_measurement: float | None
    projects: Rows


def sizes(database: Database) -> Sizes:
    """Count everything; reads the whole file once."""
    file_bytes, log_bytes = file_and_log_bytes(database.path)
    blob_file_bytes = sum(file.stat().st_size for file in blob_folder(database.path).glob("*/*"))
    tables = _tables(database)
    rows_by_table = {table.name: table.rows for table in tables}
    raw_bytes, raw_row_bytes = database.one("bytes_of_blobs")
    free_bytes = _pragma(database, "freelist_count") * _pragma(database, "page_size")
    measurements = rows_by_table["measurement"]
    own_bytes = _pragma(database, "page_count") * _pragma(database, "page_size") - raw_row_bytes - free_bytes
    return Sizes(
        path=str(database.path),
        file_bytes=file_bytes,
        log_bytes=log_bytes,
        free_bytes=free_bytes,
        blob_file_bytes=blob_file_bytes,
        tables=tables,
        runs=rows_by_table["run"],
        removed_runs=len(database.all("removed_reports")),
        measurements=measurements,
        samples=measurements + database.one("samples_beyond_one")[0],
        outcomes=rows_by_table["test_result"],
        raw_bytes=raw_bytes,
        raw_stored_bytes=raw_row_bytes + blob_file_bytes,
        bytes_per_measurement=own_bytes / measurements if measurements else None,
        projects=rows_of(database, "sizes_of_projects"),
    )


def file_and_log_bytes(path: Path) -> tuple[int, int]:
    """Return the sizes of a database file and of the log beside it."""
    log = path.with_name(path.name + "-wal")
    return path.stat().st_size, log.stat().st_size if log.exists() else 0


def _tables(database: Database) -> list[TableSize]:
    bytes_by_table = _bytes_by_table(database)
    found = [
        TableSize(name, _count(database, name), bytes_by_table.get(name) if bytes_by_table else None)
        for (name,) in database.all("names_of_tables")
    ]
    return sorted(found, key=lambda table: (-(table.bytes or 0), -table.rows, table.name))


def _bytes_by_table(database: Database) -> dict[str, int]:
    """Return what each table takes with its indexes; empty where SQLite was built without ``dbstat``."""
    options = {row[0] for row in database.connection.execute("PRAGMA compile_options")}
    return dict(database.all("bytes_by_table")) if "ENABLE_DBSTAT_VTAB" in options else {}


def _count(database: Database, table: str) -> int:
    return int(database.connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 -- a name of its own schema


def _pragma(database: Database, name: str) -> Any:  # noqa: ANN401 -- a number
    return database.connection.execute(f"PRAGMA {name}").fetchone()[0]


class Vacuumed(msgspec.Struct, frozen=True):
    """What vacuuming did.

    Attributes:
        before_bytes: Of the file and its log.
        after_bytes: Likewise.
        is_waiting: Another process reads the file; it becomes smaller when that has ended and somebody writes.
    """

    before_bytes: int
    after_bytes: int
    is_waiting: bool


def vacuum(database: Database) -> Vacuumed:
    """Write the file anew without the pages that are in no use; needs as much room again while it lasts.

    Raises:
        StoreError: Somebody else writes, or the disk is full; nothing was changed.
    """
    before = sum(file_and_log_bytes(database.path))
    with database.alone() as connection:
        connection.execute("PRAGMA temp_store = FILE")  # A copy of the whole file would not fit into memory.
        connection.execute("VACUUM")
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return Vacuumed(before, sum(file_and_log_bytes(database.path)), bool(is_busy))
