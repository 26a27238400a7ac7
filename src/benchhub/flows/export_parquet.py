"""Parquet: columns with types, for pandas, DuckDB, Spark. Needs the extra `benchhub[parquet]`."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from benchhub.errors import UserError
from benchhub.store.export import Batch, ColumnType, ExportColumn

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError as error:
    what = "Parquet needs pyarrow, which is not installed"
    raise UserError(what, hint="pip install 'benchhub[parquet]'") from error

BATCHES_PER_GROUP = 16
"""65 536 rows: readers skip groups, and each costs memory here."""

_TYPES: dict[ColumnType, Any] = {
    "integer": pa.int64(),
    "real": pa.float64(),
    "text": pa.string(),
    "time": pa.timestamp("ms", tz="UTC"),
}


def write_parquet(columns: tuple[ExportColumn, ...], batches: Iterator[Batch], file: BinaryIO) -> None:
    """Write all batches; columns without a type have that of the first rows.

    Raises:
        UserError: A value is not of its column's type.
    """
    first = next(batches, [])
    types = [_TYPES[column.type] if column.type else _type_of(first, at) for at, column in enumerate(columns)]
    schema = pa.schema([(column.name, type_) for column, type_ in zip(columns, types, strict=True)])
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        group = [_record_batch(schema, first)]
        for batch in batches:
            if len(group) == BATCHES_PER_GROUP:
                writer.write_table(pa.Table.from_batches(group))
                group = []
            group.append(_record_batch(schema, batch))
        writer.write_table(pa.Table.from_batches(group))


def _type_of(rows: Batch, at: int) -> Any:  # noqa: ANN401 -- a type of pyarrow
    """Return the type that holds what a column has in these rows; text when it has nothing."""
    kinds = {type(row[at]) for row in rows} - {type(None)}
    if kinds == {int}:
        return pa.int64()
    if kinds and kinds <= {int, float}:
        return pa.float64()
    return pa.binary() if kinds == {bytes} else pa.string()


def _record_batch(schema: Any, rows: Batch) -> Any:  # noqa: ANN401 -- types of pyarrow
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.record_batch(
        [_array(field, values) for field, values in zip(schema, columns, strict=True)], schema=schema
    )


def _array(field: Any, values: Any) -> Any:  # noqa: ANN401 -- types of pyarrow
    try:
        if pa.types.is_timestamp(field.type):
            # Text without an offset becomes a time without one, which is then said to be UTC.
            return pa.array(values, pa.string()).cast(pa.timestamp("ms")).cast(field.type)
        if pa.types.is_floating(field.type):
            values = [value if value is None else float(value) for value in values]
        return pa.array(values, field.type)
    except (pa.ArrowException, TypeError, ValueError) as error:
        odd = f"the column `{field.name}` is {field.type}, and a row has something else there"
        raise UserError(odd, hint=f"say what it is, with --sql and CAST({field.name} AS REAL) or AS TEXT") from error
