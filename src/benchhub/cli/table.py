"""Tables on standard output: for eyes, for Markdown, for programs."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice
from math import isfinite
from typing import Any, Literal

import msgspec

from benchhub.cli.human import non_finite

Format = Literal["table", "json", "csv", "md"]
FORMATS: tuple[Format, ...] = ("table", "json", "csv", "md")

ROWS_SHOWN_MAX = 10_000
"""Aligning needs all rows at once: tables for eyes end here, the other formats never do."""

CELL_CHARACTERS_MAX = 120
"""Longer cells are cut in tables for eyes, with an ellipsis; never in the other formats."""


_QUANTITY = re.compile(r"[±+-]?\d[\d.]*(e[+-]?\d+)?[A-Za-zµ%/]*( \S+)?|-?Infinity|NaN")
"""A number, and perhaps its unit."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Format) -> int:
    """Print rows in a format and return how many there were."""
    writer = {"table": _aligned, "json": _json, "csv": _csv, "md": _markdown}[form]
    return writer(columns, rows)


def print_filled(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table for eyes; a column in which no row says anything takes no room from those that do."""
    kept = [at for at in range(len(columns)) if any(row[at] not in {None, ""} for row in rows)]
    print_table([columns[at] for at in kept], [[row[at] for at in kept] for row in rows], "table")


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
    """Print aligned columns: quantities to the right, text to the left."""
    found = iter(rows)
    names = list(map(_cut, columns))
    texts = [[_cut(_short(value)) for value in row] for row in islice(found, ROWS_SHOWN_MAX)]
    is_number = [all(not text or _QUANTITY.fullmatch(text) for text in column) for column in zip(*texts, strict=True)]
    is_number = is_number or [False] * len(names)
    widths = [max([width(name), *(width(text[i]) for text in texts)]) for i, name in enumerate(names)]
    for line in (names, *texts):
        print(
            "  ".join(
                pad(text, size, right=right) for text, size, right in zip(line, widths, is_number, strict=True)
            ).rstrip()
        )
    if next(found, None) is not None:
        print(f"… more than {ROWS_SHOWN_MAX} rows; --format csv or json prints them all", file=sys.stderr)
    return len(texts)


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


def width(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, size: int, *, right: bool = False) -> str:
    """Return ``text`` filled up with spaces to ``size`` columns."""
    space = " " * (size - width(text))
    return space + text if right else text + space
