"""Sizes: what the database holds, what that takes, and what it could give back."""

import msgspec

from benchhub.store.database import Database
from benchhub.store.find import Rows, rows_of


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
    file_bytes, log_bytes, page_bytes, free_bytes = database.storage()
    blob_file_bytes = database.large.bytes_in_all()
    tables = _tables(database)
    rows_by_table = {table.name: table.rows for table in tables}
    raw_bytes, raw_row_bytes = database.one("bytes_of_blobs")
    measurements = rows_by_table["measurement"]
    own_bytes = page_bytes - raw_row_bytes - free_bytes
    return Sizes(
        path=database.name,
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


def _tables(database: Database) -> list[TableSize]:
    bytes_by_table = database.bytes_by_table()
    found = [
        TableSize(name, _count(database, name), bytes_by_table.get(name) if bytes_by_table else None)
        for (name,) in database.all("names_of_tables")
    ]
    return sorted(found, key=lambda table: (-(table.bytes or 0), -table.rows, table.name))


def _count(database: Database, table: str) -> int:
    return int(database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 -- a name of its own schema


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
    before_bytes = sum(database.storage()[:2])
    is_waiting = database.vacuum()
    return Vacuumed(before_bytes, sum(database.storage()[:2]), is_waiting)
