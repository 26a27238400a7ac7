"""`bh export`: rows leave the database, as they are found, for a file or a pipe.

1. rows     a view with filters, or a question
2. format   CSV, JSON lines or Parquet; nothing is held but the rows of one batch
3. file     written beside its place and put there when it is whole
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec

from benchhub.errors import UserError
from benchhub.store.export import Batch, Export, ExportColumn

Form = Literal["csv", "jsonl", "parquet"]
FORMS: tuple[Form, ...] = ("csv", "jsonl", "parquet")

ROWS_PER_BATCH = 4096

Writer = Callable[[tuple[ExportColumn, ...], Iterator[Batch], BinaryIO], None]
"""Writes all batches of rows into a file."""


def export_to_path(export: Export, form: Form, path: Path) -> int:
    """Write rows into a file, and return how many there were; the file is there as a whole or not at all.

    Raises:
        UserError: The file cannot be written; what stood there before stands there still.
    """
    try:
        with _whole_or_nothing(path) as file:
            return export_to_stream(export, form, file)
    except OSError as error:
        what = f"`{path}` cannot be written: {error.strerror or error}"
        raise UserError(what, hint="no half file was left") from error


def export_to_stream(export: Export, form: Form, stream: BinaryIO) -> int:
    """Write rows into a stream, and return how many there were."""
    count = 0

    def batches() -> Iterator[Batch]:
        nonlocal count
        while batch := [tuple(row) for row in islice(export.rows, ROWS_PER_BATCH)]:
            count += len(batch)
            yield batch

    _writer(form)(export.columns, batches(), stream)
    return count


def _writer(form: Form) -> Writer:
    if form == "parquet":
        from benchhub.flows.export_parquet import write_parquet  # noqa: PLC0415 -- an extra, and large

        return write_parquet
    return _write_csv if form == "csv" else _write_jsonl


@contextmanager
def _whole_or_nothing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` that takes its place at the end; a pipe or a device is written as it is."""
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    place = path.resolve()
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


# -- CSV and JSON lines --------------------------------------------------------------------------------------------


def _write_csv(columns: tuple[ExportColumn, ...], batches: Iterator[Batch], file: BinaryIO) -> None:
    """Write CSV as PostgreSQL's COPY has it: nothing at all is NULL, two quotes are an empty text.

    The `csv` module cannot tell them apart before Python 3.12.
    """
    file.write(_bytes(",".join(_csv_cell(column.name) for column in columns) + "\n"))
    for batch in batches:
        cells = _cells(columns, batch)
        file.write(_bytes("".join([",".join(map(_csv_cell, row)) + "\n" for row in cells])))


_TO_QUOTE = frozenset(',"\r\n')


def _csv_cell(value: Any) -> str:  # noqa: ANN401 -- a cell
    if value is None:
        return ""
    if isinstance(value, str):
        return f'"{value.replace(chr(34), chr(34) * 2)}"' if not value or not _TO_QUOTE.isdisjoint(value) else value
    return value.hex() if isinstance(value, bytes) else repr(value)


def _write_jsonl(columns: tuple[ExportColumn, ...], batches: Iterator[Batch], file: BinaryIO) -> None:
    """Write one object a line."""
    names = [column.name for column in columns]
    encoder = msgspec.json.Encoder()
    for batch in batches:
        rows = (
            dict(zip(names, (value.hex() if isinstance(value, bytes) else value for value in row), strict=True))
            for row in _cells(columns, batch)
        )
        file.write(encoder.encode_lines(rows))


def _cells(columns: tuple[ExportColumn, ...], batch: Batch) -> Iterator[tuple[Any, ...]]:
    """Return rows whose times say that they are UTC, and whose real numbers are not written as whole ones."""
    changes = {
        at: _utc if column.type == "time" else _real
        for at, column in enumerate(columns)
        if column.type in {"time", "real"}
    }
    for row in batch:
        cells = list(row)
        for at, change in changes.items():
            cells[at] = change(cells[at])
        yield tuple(cells)


def _utc(value: Any) -> Any:  # noqa: ANN401 -- a cell
    """Return ``2026-01-31T23:59:59Z`` for ``2026-01-31 23:59:59``."""
    return f"{value[:10]}T{value[11:]}Z" if isinstance(value, str) else value


def _real(value: Any) -> Any:  # noqa: ANN401 -- a cell
    return float(value) if isinstance(value, int) else value


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
