"""Tables on standard output: for eyes, for Markdown, for programs."""

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

Format = Literal["table", "json", "csv", "md"]
FORMATS: tuple[Format, ...] = ("table", "json", "csv", "md")

CELL_CHARACTERS_MAX = 120
"""Longer cells are cut in tables for eyes, with an ellipsis; never in the other formats."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Format) -> int:
    """Print rows in a format and return how many there were."""
    writer = {"table": _aligned, "json": _json, "csv": _csv, "md": _markdown}[form]
    return writer(columns, rows)


def _json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Print an array of objects, row by row, so that any number of rows fits."""
    count = 0
    for row in rows:
        document = msgspec.json.encode(dict(zip(columns, map(_jsonable, row), strict=True))).decode()
        sys.stdout.write(("[\n" if count == 0 else ",\n") + document)
        count += 1
    sys.stdout.write("[]\n" if count == 0 else "\n]\n")
    return count


def _jsonable(value: Any) -> Any:  # noqa: ANN401 -- a cell
    return value.hex() if isinstance(value, bytes) else value


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
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    count = 0
    for row in rows:
        cells = (cell_text(value).replace("|", "\\|").replace("\n", " ") for value in row)
        print("| " + " | ".join(cells) + " |")
        count += 1
    return count


def _aligned(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Print aligned columns: numbers to the right, text to the left."""
    kept = list(rows)
    texts = [[_cut(cell_text(value)) for value in row] for row in kept]
    is_number = [
        bool(kept) and all(value is None or isinstance(value, (int, float)) for value in column)
        for column in (zip(*kept, strict=True) if kept else ([] for _ in columns))
    ]
    widths = [max([width(name), *(width(text[i]) for text in texts)]) for i, name in enumerate(columns)]
    for line in (list(columns), *texts):
        print(
            "  ".join(
                pad(text, size, right=right) for text, size, right in zip(line, widths, is_number, strict=True)
            ).rstrip()
        )
    return len(kept)


def cell_text(value: Any) -> str:  # noqa: ANN401 -- a cell
    """Return a cell for eyes: nothing for null, the shortest exact text for numbers."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    return repr(value) if isinstance(value, float) else str(value)


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
