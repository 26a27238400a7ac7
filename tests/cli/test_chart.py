"""Charts of characters: nothing is lost, nothing is invented, and they are as large as asked."""

import math
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchhub.cli.chart import gaps, plot, sparkline

any_values = st.lists(st.none() | st.floats(), max_size=400)
some_values = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60)
sizes = st.integers(1, 40)

BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def dots(lines: list[str]) -> set[tuple[int, int]]:
    """Return the dots that are set: column from the left, row from the bottom."""
    top = len(lines) * 4 - 1
    return {
        (column * 2 + x, top - row * 4 - y)
        for row, line in enumerate(lines)
        for column, cell in enumerate(line)
        for y in range(4)
        for x in range(2)
        if cell != " " and (ord(cell) - 0x2800) & BITS[y][x]
    }


def test_a_rising_line_goes_from_bottom_left_to_top_right() -> None:
    assert plot([1.0, 2.0, 3.0, 4.0], columns=2, rows=1) == ["⡠⠊"]


def test_values_that_follow_each_other_are_joined() -> None:
    assert plot([0.0, 1.0], columns=1, rows=2) == ["⢸", "⡸"]


def test_a_gap_is_not_bridged() -> None:
    assert plot([0.0, 0.0, None, None, 0.0, 1.0], columns=3, rows=1) == ["⣀ ⡸"]


@pytest.mark.parametrize("values", [[], [None], [math.nan, math.inf, None]])
def test_without_a_value_nothing_is_drawn(values: list[float | None]) -> None:
    assert plot(values, columns=3, rows=2) == ["   ", "   "]
    assert sparkline(values, columns=5).strip() == ""


@given(values=any_values, columns=sizes, rows=sizes, is_unicode=st.booleans())
@example(values=[sys.float_info.max, -sys.float_info.max], columns=10, rows=3, is_unicode=True)
@example(values=[5e-324, 0.0], columns=10, rows=3, is_unicode=True)
def test_a_plot_is_as_large_as_asked(
    values: list[float | None],
    columns: int,
    rows: int,
    is_unicode: bool,  # noqa: FBT001 -- hypothesis
) -> None:
    lines = plot(values, columns=columns, rows=rows, is_unicode=is_unicode)
    assert [len(line) for line in lines] == [columns] * rows
    assert is_unicode or all(line.isascii() for line in lines)


@given(some_values, sizes)
def test_every_value_has_a_dot_at_its_height(values: list[float | None], rows: int) -> None:
    finite = [value for value in values if value is not None]
    found = dots(plot(values, columns=len(values), rows=rows))
    if not finite:
        assert not found
        return
    lo, hi, top = min(finite), max(finite), rows * 4 - 1
    for index, value in enumerate(values):
        column = index * (len(values) * 2 - 1) // (len(values) - 1) if len(values) > 1 else 0
        rows_set = {y for x, y in found if x == column}
        if value == lo < hi:
            assert 0 in rows_set
        if value == hi > lo:
            assert top in rows_set
        if value is not None:
            assert rows_set


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(1, 30), st.integers(1, 8))
def test_a_line_without_gaps_has_no_hole(values: list[float], columns: int, rows: int) -> None:
    found = dots(plot(values, columns=columns, rows=rows))
    drawn = sorted({x for x, _ in found})
    assert drawn == list(range(drawn[-1] + 1))
    for x in drawn[1:]:
        before, here = ({y for place, y in found if place == at} for at in (x - 1, x))
        assert here == set(range(min(here), max(here) + 1))
        assert min(here) <= max(before) + 1
        assert min(before) <= max(here) + 1


@given(st.integers(100, 5000), st.data())
def test_one_high_value_among_thousands_is_seen(count: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, count - 1))
    values = [100.0 if index == at else index % 7 / 7 for index in range(count)]
    columns = 20
    assert (at * columns * 2 // len(values), 15) in dots(plot(values, columns=columns, rows=4))


@given(some_values, st.integers(1, 80))
def test_a_gap_is_marked_where_its_place_is(values: list[float | None], columns: int) -> None:
    marked = gaps(values, columns=columns)
    assert len(marked) == columns
    assert any(marked) == (None in values)
    assert sum(marked) <= values.count(None)


@given(some_values, st.integers(1, 80), st.booleans())
def test_a_sparkline_is_no_longer_than_its_values_or_its_room(
    values: list[float | None],
    columns: int,
    is_unicode: bool,  # noqa: FBT001 -- hypothesis
) -> None:
    spark = sparkline(values, columns=columns, is_unicode=is_unicode)
    assert len(spark) == min(columns, len(values))
    assert is_unicode or spark.isascii()
    if len(values) <= columns:
        assert [char == " " for char in spark] == [value is None for value in values]


def test_a_sparkline_rises_with_its_values() -> None:
    assert sparkline([0.0, 1, 2, 3, 4, 5, 6, 7], columns=8) == "▁▂▃▄▅▆▇█"
    assert sparkline([0.0, 1, 2, 3, 4, 5, 6, 7], columns=8, is_unicode=False) == "_.-~=+*#"
    assert sparkline([5.0, None, 5.0], columns=8) == "▄ ▄"
