"""Charts made of characters: braille dots, eighths of a block, or ASCII. Values in, lines out; nothing is printed here.

A value that is ``None`` is a gap: nothing is drawn there, and what lies before and behind it is not joined.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isfinite

from benchhub.stats.summary import summarise

Values = Sequence[float | None]

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of the dots of a braille cell, by row from the top and column. Source: The Unicode Standard, block U+2800."""
_BRAILLE = 0x2800

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-~=+*#"


def plot(values: Values, *, columns: int, rows: int, is_unicode: bool = True) -> list[str]:
    """Return ``rows`` lines of ``columns`` characters, the smallest value at the bottom, the first at the left.

    Values that follow each other are joined. Where there are more of them than dots side by side, a dot's column spans
    from its smallest to its largest: a single high value is never lost.

    Args:
        values: Evenly spaced; one that is not finite is a gap.
        columns: From 1.
        rows: From 1.
        is_unicode: Eight dots a character; else one, in ASCII.
    """
    if not is_unicode:
        return _in_ascii(_spans(values, columns, rows), columns, rows)
    return _in_braille(_spans(values, columns * 2, rows * 4), columns, rows)


def sparkline(values: Values, *, columns: int, is_unicode: bool = True) -> str:
    """Return one line of at most ``columns`` characters, a space for a gap; the median of those that share a place."""
    levels = _BLOCKS if is_unicode else _ASCII
    size = min(columns, len(values))
    places: list[list[float]] = [[] for _ in range(size)]
    for index, value in enumerate(values):
        if value is not None and isfinite(value):
            places[index * size // len(values)].append(value)
    heights = _heights([summarise(place).value if place else None for place in places], len(levels))
    return "".join(" " if height is None else levels[height] for height in heights)


def gaps(values: Values, *, columns: int) -> list[bool]:
    """Return for each column of a plot whether a value is missing there, also where others hide the gap."""
    found = [False] * columns
    for index, value in enumerate(values):
        if value is None or not isfinite(value):
            found[_place(index, len(values), columns)] = True
    return found


def _place(index: int, count: int, width: int) -> int:
    """Return the column of a value: the first at the left end, the last at the right one, all alike apart."""
    if count > width:
        return index * width // count
    return index * (width - 1) // (count - 1) if count > 1 else 0


def _heights(values: Values, size: int) -> list[int | None]:
    """Return how high each value lies, from 0 to ``size - 1``; all in the middle when they are the same."""
    finite = [value for value in values if value is not None and isfinite(value)]
    if not finite:
        return [None] * len(values)
    lo, hi = min(finite), max(finite)
    if lo == hi:
        return [None if value is None or not isfinite(value) else (size - 1) // 2 for value in values]
    # The distance of two numbers may be larger than any number.
    shrunk = 1.0 if isfinite(hi - lo) else 0.5
    scale = hi * shrunk - lo * shrunk
    top = size - 1
    return [
        None if value is None or not isfinite(value) else round((value * shrunk - lo * shrunk) / scale * top)
        for value in values
    ]


Spans = list[tuple[int, int] | None]
"""For each column of dots the lowest and the highest that is set, from 0 at the bottom."""


def _spans(values: Values, width: int, height: int) -> Spans:
    spans: Spans = [None] * width
    heights = _heights(values, height)
    places = [_place(index, len(values), width) for index in range(len(values))]
    for place, level in zip(places, heights, strict=True):
        if level is not None:
            _widen(spans, place, level, level)
    for (x0, y0), (x1, y1) in pairwise(zip(places, heights, strict=True)):
        if y0 is not None and y1 is not None:
            for place, low, high in _joined(x0, y0, x1, y1):
                _widen(spans, place, low, high)
    return spans


def _widen(spans: Spans, place: int, low: int, high: int) -> None:
    span = spans[place]
    spans[place] = (low, high) if span is None else (min(span[0], low), max(span[1], high))


def _joined(x0: int, y0: int, x1: int, y1: int) -> Iterator[tuple[int, int, int]]:
    """Yield column, lowest and highest dot of a line without holes; its first dot is there already."""
    if x0 == x1:
        yield x0, min(y0, y1), max(y0, y1)
        return
    before = y0
    for x in range(x0 + 1, x1 + 1):
        y = y0 + round((y1 - y0) * (x - x0) / (x1 - x0))
        yield x, min(y, before + 1) if y > before else y, max(y, before - 1) if y < before else y
        before = y


def _in_braille(spans: Spans, columns: int, rows: int) -> list[str]:
    cells = [[0] * columns for _ in range(rows)]
    top = rows * 4 - 1
    for x, span in enumerate(spans):
        for y in range(span[0], span[1] + 1) if span else ():
            row, dot = divmod(top - y, 4)
            cells[row][x // 2] |= _DOTS[dot][x % 2]
    return ["".join(chr(_BRAILLE + bits) if bits else " " for bits in line) for line in cells]


def _in_ascii(spans: Spans, columns: int, rows: int) -> list[str]:
    cells = [[" "] * columns for _ in range(rows)]
    for x, span in enumerate(spans):
        if span:
            for y in range(span[0], span[1] + 1):
                cells[rows - 1 - y][x] = "*" if span[0] == span[1] else "|"
    return ["".join(line) for line in cells]
