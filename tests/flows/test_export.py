"""Rows in files: exact, with NULL and the empty text apart, and the file whole or not there."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchhub.errors import UserError
from benchhub.flows.export import ROWS_PER_BATCH, Form, export_to_path, export_to_stream
from benchhub.store.export import ColumnType, Export, ExportColumn

cells = (
    st.none()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
)


def export_of(rows: Sequence[Sequence[Any]], *types: ColumnType | None) -> Export:
    columns = tuple(ExportColumn(f"c{at}", type_) for at, type_ in enumerate(types))
    return Export(columns, iter(rows))


def written(export: Export, form: Form) -> bytes:
    file = io.BytesIO()
    export_to_stream(export, form, file)
    return file.getvalue()


def test_nothing_is_null_and_two_quotes_are_an_empty_text() -> None:
    assert written(export_of([(None, "", 'a "b", c\nd')], "text", "text", "text"), "csv") == (
        b'c0,c1,c2\n,"","a ""b"", c\nd"\n'
    )
    assert written(export_of([(None, "")], "text", "text"), "jsonl") == b'{"c0":null,"c1":""}\n'


def test_a_time_says_that_it_is_utc() -> None:
    rows = [("2026-01-31 23:59:59",), (None,)]
    assert written(export_of(rows, "time"), "csv") == b"c0\n2026-01-31T23:59:59Z\n\n"
    assert written(export_of(rows, "time"), "jsonl") == b'{"c0":"2026-01-31T23:59:59Z"}\n{"c0":null}\n'


def test_a_whole_number_in_a_real_column_stays_real() -> None:
    assert written(export_of([(3,), (0.1,)], "real"), "csv") == b"c0\n3.0\n0.1\n"


@given(st.lists(st.tuples(cells, cells), max_size=20))
def test_csv_gives_every_cell_back(rows: list[tuple[Any, Any]]) -> None:
    text = written(export_of(rows, None, None), "csv").decode()
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found[1:] == [
        ["" if cell is None else cell if isinstance(cell, str) else repr(cell) for cell in row] for row in rows
    ]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_numbers_come_back_to_the_last_bit(values: list[float]) -> None:
    rows = [(value,) for value in values]
    lines = written(export_of(rows, "real"), "csv").decode().splitlines()[1:]
    assert [float(line) for line in lines] == values
    lines = written(export_of(rows, "real"), "jsonl").decode().splitlines()
    assert [json.loads(line)["c0"] for line in lines] == values


def test_any_number_of_rows_passes_in_batches() -> None:
    class Counted:
        ahead = 0

        def rows(self) -> Iterator[tuple[int]]:
            for number in range(3 * ROWS_PER_BATCH + 1):
                Counted.ahead = number
                yield (number,)

    class Behind(io.BytesIO):
        def write(self, data: Any) -> int:  # type: ignore[explicit-override]  # noqa: ANN401 -- a buffer; typing has it from 3.12
            last = bytes(data).splitlines()[-1]
            if last != b"c0":
                assert Counted.ahead - int(last) < ROWS_PER_BATCH
            return super().write(data)

    file = Behind()
    assert (
        export_to_stream(Export((ExportColumn("c0", "integer"),), Counted().rows()), "csv", file)
        == 3 * ROWS_PER_BATCH + 1
    )
    assert file.getvalue().count(b"\n") == 3 * ROWS_PER_BATCH + 2


def test_a_file_is_there_as_a_whole_or_as_it_was(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[int]]:
        yield from ((number,) for number in range(2 * ROWS_PER_BATCH))
        what = "the disk is gone"
        raise OSError(5, what)

    path = tmp_path / "out.csv"
    path.write_text("before")
    with pytest.raises(UserError, match="the disk is gone"):
        export_to_path(Export((ExportColumn("c0", "integer"),), broken()), "csv", path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_leads_to_the_new_rows(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("before")
    link = tmp_path / "link.csv"
    link.symlink_to("real.csv")
    assert export_to_path(export_of([(1,)], "integer"), "csv", link) == 1
    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_text() == "c0\n1\n"


@pytest.mark.slow
def test_parquet_has_types_and_exact_values(tmp_path: Path) -> None:
    from pyarrow import parquet  # noqa: PLC0415 -- an extra

    rows = [(1, 0.1, "", "2026-01-31 23:59:59"), (None, None, None, None), (2**53 + 1, 3, "µ", "1999-12-31 00:00:00")]
    path = tmp_path / "out.parquet"
    assert export_to_path(export_of(rows, "integer", "real", "text", "time"), "parquet", path) == 3
    table = parquet.read_table(path)
    assert [str(type_) for type_ in table.schema.types] == ["int64", "double", "string", "timestamp[ms, tz=UTC]"]
    found = [tuple(row.values()) for row in table.to_pylist()]
    assert [row[:3] for row in found] == [(1, 0.1, ""), (None, None, None), (2**53 + 1, 3.0, "µ")]
    assert [row[3] and row[3].isoformat() for row in found] == [
        "2026-01-31T23:59:59+00:00",
        None,
        "1999-12-31T00:00:00+00:00",
    ]


@pytest.mark.slow
def test_parquet_has_its_schema_without_any_row(tmp_path: Path) -> None:
    from pyarrow import parquet  # noqa: PLC0415 -- an extra

    path = tmp_path / "out.parquet"
    assert export_to_path(export_of([], "integer", "time"), "parquet", path) == 0
    table = parquet.read_table(path)
    assert (table.num_rows, [str(type_) for type_ in table.schema.types]) == (0, ["int64", "timestamp[ms, tz=UTC]"])


@pytest.mark.slow
def test_undeclared_columns_have_the_type_of_the_first_rows_and_others_are_told(tmp_path: Path) -> None:
    from pyarrow import parquet  # noqa: PLC0415 -- an extra

    path = tmp_path / "out.parquet"
    many = [(1, 1.5, "a", None)] * (2 * ROWS_PER_BATCH)
    export_to_path(export_of([*many, (2, 2, "b", "late")], None, None, None, None), "parquet", path)
    table = parquet.read_table(path)
    assert [str(type_) for type_ in table.schema.types] == ["int64", "double", "string", "string"]
    assert table.column("c3")[-1].as_py() == "late"
    with pytest.raises(UserError, match="`c0` is int64, and a row has something else"):
        export_to_path(export_of([*many, ("x", 1, "", None)], None, None, None, None), "parquet", path)
