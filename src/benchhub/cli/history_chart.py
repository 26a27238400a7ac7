"""The lines of a case as charts below each other: what `bh history` draws on a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from benchhub.cli.chart import gaps, plot, sparkline
from benchhub.cli.colour import Paint, Style
from benchhub.cli.fit import width
from benchhub.cli.human import human, plural
from benchhub.cli.table import pad

ROWS = 8
VALUES_MIN = 2
COLUMNS_MIN = 10
COLUMNS_PER_VALUE = 4
"""Few values do not pretend to be many: they stand no further apart."""
SPARK_COLUMNS_MIN = 8
SPARK_COLUMNS_MAX = 60

_STYLES: tuple[Style, ...] = ("cyan", "yellow", "green", "magenta", "blue")


class Line(msgspec.Struct, frozen=True):
    """The values of one metric on one line, in the order of history.

    Attributes:
        title: The metric, and which line.
        unit: Of the values.
        values: One for each run; ``None`` for one that should have given a value and did not.
        first: Where the first run stands: commit, or date.
        last: The same of the last.
    """

    title: str
    unit: str
    values: list[float | None]
    first: str
    last: str

    @property
    def known(self) -> list[float]:
        """The values that are there."""
        return [value for value in self.values if value is not None]


class Easel(msgspec.Struct, frozen=True):
    """What charts are drawn on.

    Attributes:
        columns: How wide the terminal is.
        is_unicode: It shows more than ASCII.
        paint: For colours, or none.
    """

    columns: int
    is_unicode: bool
    paint: Paint


def draw(
    runs: Sequence[Mapping[str, Any]],
    metrics: Mapping[str, tuple[str, Mapping[int, float]]],
    lanes: Mapping[int, int],
    easel: Easel,
    *,
    is_small: bool,
) -> Iterator[str]:
    """Yield the charts of a case.

    Args:
        runs: In the order of history, also those that should have given a value and did not.
        metrics: Unit, and values by run, of each metric; the first is the one that people look at.
        lanes: Numbers of the lanes to draw; runs of others are left out.
        easel: Where to draw.
        is_small: All in one row each; else the first metric is large.
    """
    lines = [
        [
            line
            for lane, number in lanes.items()
            if (line := _line(f"{name}, line {number}" if len(lanes) > 1 else name, unit, values, _of_lane(runs, lane)))
        ]
        for name, (unit, values) in metrics.items()
    ]
    if not is_small and lines:
        for number, line in enumerate(lines.pop(0)):
            yield from chart(line, easel, number=number)
    yield from small_charts(list(chain.from_iterable(lines)), easel)


def _of_lane(runs: Sequence[Mapping[str, Any]], lane: int) -> list[Mapping[str, Any]]:
    return [run for run in runs if run["lane_id"] == lane]


def _line(title: str, unit: str, values: Mapping[int, float], runs: Sequence[Mapping[str, Any]]) -> Line | None:
    """Return a line from its first value on, ``None`` when there are less than two.

    A run that passed behind the last value is no gap: the case is gone, or was not asked for.
    """
    having = [index for index, run in enumerate(runs) if run["run_id"] in values]
    if len(having) < VALUES_MIN:
        return None
    kept = [
        run
        for index, run in enumerate(runs)
        if index >= having[0] and (index <= having[-1] or run["status"] != "passed")
    ]
    return Line(title, unit, [values.get(run["run_id"]) for run in kept], _place(kept[0]), _place(kept[-1]))


def _place(run: Mapping[str, Any]) -> str:
    """Return commit and its date, or the start."""
    if run["commit_short"]:
        return f"{run['commit_short']} {(run['committed_at'] or run['started_at'])[:10]}"
    return str(run["started_at"])[:16]


def chart(line: Line, easel: Easel, *, number: int = 0) -> Iterator[str]:
    """Yield the text of one chart: title, plot with its axes, and where it begins and ends.

    Args:
        line: With one value at least.
        easel: Where to draw.
        number: Of the line: its colour.
    """
    paint = easel.paint
    lo, hi = _lowest_and_highest(line)
    labels = max(width(lo), width(hi))
    columns = max(COLUMNS_MIN, min(easel.columns - labels - 2, COLUMNS_PER_VALUE * len(line.values)))
    yield f"{paint(line.title, 'bold')}  {_range(line)}, {_runs(line)}"
    side, tick, corner, floor, mark = "│┤└─x" if easel.is_unicode else "||+-x"
    for row, dots in enumerate(plot(line.values, columns=columns, rows=ROWS, is_unicode=easel.is_unicode)):
        label = {0: hi, ROWS - 1: lo}.get(row, "")
        yield f"{pad(label, labels, right=True)} {tick if label else side}{_painted(dots, paint, number)}".rstrip()
    marks = "".join(mark if is_gap else floor for is_gap in gaps(line.values, columns=columns))
    yield f"{' ' * labels} {corner}{marks.replace(mark, paint(mark, 'red'))}"
    yield f"{' ' * (labels + 2)}{_ends(line, columns)}"


def _lowest_and_highest(line: Line) -> tuple[str, str]:
    return human(min(line.known), line.unit), human(max(line.known), line.unit)


def _range(line: Line) -> str:
    lo, hi = _lowest_and_highest(line)
    return f"always {lo}" if len(set(line.known)) == 1 else f"{lo} .. {hi}"


def _runs(line: Line) -> str:
    missing = len(line.values) - len(line.known)
    return plural(len(line.values), "run") + (f", {missing} without a value" if missing else "")


def _painted(dots: str, paint: Paint, number: int) -> str:
    dots = dots.rstrip()
    return paint(dots, _STYLES[number % len(_STYLES)])


def _ends(line: Line, columns: int) -> str:
    """Return where the chart begins and ends, each below its end where both have room."""
    if len(line.values) == 1:
        return line.first
    space = columns - width(line.first) - width(line.last)
    return f"{line.first}{' ' * space}{line.last}" if space > 1 else f"{line.first} .. {line.last}"


def small_charts(lines: list[Line], easel: Easel) -> Iterator[str]:
    """Yield one line of text for each line: its title, a sparkline, the last value, the smallest and the largest."""
    told = [(line.title, human(line.known[-1], line.unit), _range(line)) for line in lines]
    titles, lasts, ranges = (max((width(row[at]) for row in told), default=0) for at in range(3))
    room = easel.columns - titles - lasts - ranges - 6
    if room < SPARK_COLUMNS_MIN:  # The range gives way first.
        room, told = room + ranges + 2, [(title, last, "") for title, last, _ in told]
    columns = max(SPARK_COLUMNS_MIN, min(SPARK_COLUMNS_MAX, room))
    sparks = [sparkline(line.values, columns=columns, is_unicode=easel.is_unicode) for line in lines]
    longest = max(map(len, sparks), default=0)
    for number, (spark, (title, last, told_range)) in enumerate(zip(sparks, told, strict=True)):
        shown = easel.paint(spark, _STYLES[number % len(_STYLES)]) + " " * (longest - len(spark))
        yield f"{pad(title, titles)}  {shown}  {pad(last, lasts)}  {easel.paint(told_range, 'dim')}".rstrip()
