"""Tables on standard output: for eyes, for Markdown, for programs."""

import re
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from math import isfinite
from typing import Any, Literal, Self, TextIO

import msgspec

from benchhub.cli.fit import shortened, width
from benchhub.cli.human import non_finite
from benchhub.cli.terminal import columns_of

Format = Literal["table", "json", "csv", "md"]
FORMATS: tuple[Format, ...] = ("table", "json", "csv", "md")

ROWS_SHOWN_MAX = 10_000
"""Aligning needs all rows at once: tables for eyes end here, the other formats never do."""

CELL_CHARACTERS_MAX = 120
"""Longer cells are cut in tables for eyes, with an ellipsis; never in the other formats."""

GAP = "  "
"""Between columns."""

_QUANTITY = re.compile(r"[±+-]?\d[\d.]*(e[+-]?\d+)?[A-Za-zµ%/]*( \S+)?|-?Infinity|NaN")
"""A number, and perhaps its unit."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Format) -> int:
    """Print rows in a format and return how many there were."""
    writer = {"table": _aligned, "json": _json, "csv": _csv, "md": _markdown}[form]
    return writer(columns, rows)


TEXT_COLUMNS_MIN = 24
"""Names are shortened to this before a column of numbers is left out."""


def print_filled(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], *, spare: Sequence[str] = (), room: int | None = None
) -> list[str]:
    """Print a table for eyes, no wider than the terminal, and return the columns that found no room.

    A column in which no row says anything is not printed.

    Args:
        columns: Their names.
        rows: Cells.
        spare: Columns to leave out where there is no room, the first of them first.
        room: Columns of the terminal; ``None`` for what standard output has.
    """
    room = room_on(sys.stdout) if room is None else room
    filled = [at for at in range(len(columns)) if any(row[at] not in {None, ""} for row in rows)]
    shown = [_Column.of(columns[at], (row[at] for row in rows)) for at in filled]
    left_out: list[str] = []
    for name in spare:
        if _width_least(shown) <= room:
            break
        if any(column.texts[0] == name for column in shown):
            left_out.append(name)
            shown = [column for column in shown if column.texts[0] != name]
    _shorten(shown, room)
    _print_columns(shown)
    return left_out


class _Column:
    """One column, its name first."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.size = max(map(width, texts))
        self.is_quantity = len(texts) > 1 and all(not text or _QUANTITY.fullmatch(text) for text in texts[1:])

    @classmethod
    def of(cls, name: str, cells: Iterable[Any]) -> Self:
        return cls([_cut(name), *(_cut(_short(cell)) for cell in cells)])

    @property
    def size_least(self) -> int:
        """Return how narrow it should become at most: what is cut of a number makes another one."""
        return self.size if self.is_quantity else min(self.size, TEXT_COLUMNS_MIN)

    def lines(self) -> list[str]:
        """Return the cells, all of one width: quantities to the right, text to the left."""
        return [pad(shortened(text, self.size), self.size, right=self.is_quantity) for text in self.texts]


def _width_least(columns: Sequence[_Column]) -> int:
    return sum(column.size_least for column in columns) + len(GAP) * (len(columns) - 1)


def _shorten(columns: Sequence[_Column], room: int) -> None:
    """Make the names narrower, the widest first, until all columns fit."""
    names = [column for column in columns if not column.is_quantity]
    too_much = sum(column.size for column in columns) + len(GAP) * (len(columns) - 1) - room
    while too_much > 0 and names:
        widest = max(names, key=lambda column: column.size)
        if widest.size == 1:
            return
        widest.size -= 1
        too_much -= 1


def room_on(stream: TextIO) -> int:
    """Return how wide a line may be: as wide as a terminal is, and of any width elsewhere."""
    return columns_of(stream) if stream.isatty() else sys.maxsize


def without_repeated(rows: Sequence[Sequence[Any]], *, columns: int) -> list[list[Any]]:
    """Return the rows with the first columns left blank where they say the same as in the row above."""
    blank = [""] * columns
    beginnings = [list(row[:columns]) for row in rows]
    return [
        [*(blank if at and beginnings[at] == beginnings[at - 1] else beginnings[at]), *row[columns:]]
        for at, row in enumerate(rows)
    ]


def _json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Print an array of objects, row by row, so that any number of rows fits."""
    columns = _distinct(columns)
    count = 0
    for row in rows:
        document = msgspec.json.encode(dict(zip(columns, map(_jsonable, row), strict=True))).decode()
        sys.stdout.write(("[\n" if count == 0 else ",\n") + document)
        count += 1
    sys.stdout.write("[]\n" if count == 0 else "\n]\n")
    return count


def _distinct(columns: Sequence[str]) -> list[str]:
    """Return the names with ``_2``, ``_3`` … behind those that were there before: an object holds a name once."""
    names: list[str] = []
    for name in columns:
        number, unique = 1, name
        while unique in names:
            number += 1
            unique = f"{name}_{number}"
        names.append(unique)
    return names


def _jsonable(value: Any) -> Any:  # noqa: ANN401 -- a cell
    """Return a cell for programs: bytes in hexadecimal digits, and a word for a number that JSON does not have."""
    if isinstance(value, bytes):
        return value.hex()
    return non_finite(value) if isinstance(value, float) and not isfinite(value) else value


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    import csv  # noqa: PLC0415 -- start-up counts

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_jsonable(value) for value in row])
        count += 1
    return count


def _markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    print("| " + " | ".join(map(_markdown_cell, columns)) + " |")
    print("|" + "---|" * len(columns))
    count = 0
    for row in rows:
        print("| " + " | ".join(map(_markdown_cell, row)) + " |")
        count += 1
    return count


def _markdown_cell(value: Any) -> str:  # noqa: ANN401 -- a cell
    return " ".join(cell_text(value).replace("|", "\\|").splitlines())


def _aligned(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    found = iter(rows)
    cells = list(islice(found, ROWS_SHOWN_MAX))
    _print_columns([_Column.of(name, (row[at] for row in cells)) for at, name in enumerate(columns)])
    if next(found, None) is not None:
        print(f"… more than {ROWS_SHOWN_MAX} rows; --format csv or json prints them all", file=sys.stderr)
    return len(cells)


def _print_columns(columns: Sequence[_Column]) -> None:
    for line in zip(*(column.lines() for column in columns), strict=True):
        print(GAP.join(line).rstrip())


def cell_text(value: Any) -> str:  # noqa: ANN401 -- a cell
    """Return a cell as text: nothing for null, the shortest exact text for numbers."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        return repr(value) if isfinite(value) else non_finite(value)
    return str(value)


def _short(value: Any) -> str:  # noqa: ANN401 -- a cell
    """Return a cell for eyes: twelve digits, so that the last bit of a division is not read as a number."""
    return f"{value:.12g}" if isinstance(value, float) and isfinite(value) else cell_text(value)


def _cut(text: str) -> str:
    line = text.replace("\n", "⏎").replace("\t", " ")
    line = "".join(c if c.isprintable() else "·" for c in line)
    return line if len(line) <= CELL_CHARACTERS_MAX else line[: CELL_CHARACTERS_MAX - 1] + "…"


def pad(text: str, size: int, *, right: bool = False) -> str:
    """Return ``text`` filled up with spaces to ``size`` columns."""
    space = " " * (size - width(text))
    return space + text if right else text + space
