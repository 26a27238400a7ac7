"""Tables and numbers for eyes."""

import json
import re

import pytest

from benchhub.cli.human import human, human_seconds, plural
from benchhub.cli.table import CELL_CHARACTERS_MAX, ROWS_SHOWN_MAX, Format, print_table


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1.2345678e-6, "s", "1.235 µs"),
        (3e-10, "s", "0.3 ns"),
        (75.0, "s", "75 s"),
        (0.0, "s", "0 s"),
        (4096.0, "B", "4 KiB"),
        (12.0, "B", "12 B"),
        (2.5e9, "B/s", "2.5 GB/s"),
        (19998.0, "1", "19998"),
        (1.5e9, "1", "1.5G"),
        (0.0, "1", "0"),
        (1.3e-7, "s/value", "130 ns/value"),
        (2048.0, "B/op", "2 KiB/op"),
        (7.0, "widgets", "7 widgets"),
        (1.2e-8, "p99-s/op", "12 p99-ns/op"),
        (2048.0, "heap-B", "2 heap-KiB"),
        (3e6, "in-B/s", "3 in-MB/s"),
        (2e-3, "s*B", "0.002 s*B"),
        (2e14, "huge", "200T huge"),
        (1e300, "huge", "1e+300 huge"),
        (1e300, "1", "1e+300"),
        (1e300, "B", "1e+300 B"),
        (-1e300, "s", "-1e+300 s"),
        (1e-300, "s", "1e-300 s"),
        (float("inf"), "s", "Infinity"),
        (float("nan"), "B", "NaN"),
        (None, "s", ""),
    ],
)
def test_numbers_have_four_digits_and_a_unit_that_fits(value: float | None, unit: str, said: str) -> None:
    assert human(value, unit) == said


def test_one_is_no_plural() -> None:
    assert [plural(0, "sample"), plural(1, "sample"), plural(2, "CPU")] == ["0 samples", "1 sample", "2 CPUs"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0.0, "0.00s"),
        (0.00138, "1.4ms"),
        (0.32, "320ms"),
        (2.5, "2.50s"),
        (125.0, "2m05s"),
        (7260.0, "2h01m"),
    ],
)
def test_durations_are_short(seconds: float | None, said: str) -> None:
    assert human_seconds(seconds) == said


def test_quantities_stand_to_the_right_and_words_to_the_left(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "value"), [("a", "1.5 ms"), ("longer", "120 µs"), ("b", None)], "table")
    assert capsys.readouterr().out == "name     value\na       1.5 ms\nlonger  120 µs\nb\n"


def test_wide_letters_take_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("漢字", "x"), ("y", "z")], "table")
    assert capsys.readouterr().out == "a     b\n漢字  x\ny     z\n"


def test_what_would_break_a_line_is_shown_and_long_cells_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a",), [("two\nlines\x1b[31m",), ("x" * 500,)], "table")
    _, first, second = capsys.readouterr().out.splitlines()
    assert first == "two⏎lines·[31m"
    assert len(second) == CELL_CHARACTERS_MAX


def test_a_heading_of_several_lines_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("count(*)\n+ 1", "b"), [(2, "x")], "table")
    assert capsys.readouterr().out == "count(*)⏎+ 1  b\n           2  x\n"
    print_table(("a\n| b",), [(2,)], "md")
    assert capsys.readouterr().out == "| a \\| b |\n|---|\n| 2 |\n"


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_a_number_that_is_none_has_the_same_word_in_every_format(
    form: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    print_table(("a", "b", "c"), [(float("inf"), float("-inf"), float("nan"))], form)
    assert re.findall(r"-?\b[A-Z]\w+", capsys.readouterr().out) == ["Infinity", "-Infinity", "NaN"]


def test_machine_formats_are_exact_and_eyes_see_twelve_digits(capsys: pytest.CaptureFixture[str]) -> None:
    row = [(2142219999.9999998, None, b"\x00\xff", 'say "x", |')]
    columns = ("a", "b", "c", "d")
    print_table(columns, row, "json")
    assert json.loads(capsys.readouterr().out) == [{"a": 2142219999.9999998, "b": None, "c": "00ff", "d": 'say "x", |'}]
    print_table(columns, row, "csv")
    assert capsys.readouterr().out == 'a,b,c,d\n2142219999.9999998,,00ff,"say ""x"", |"\n'
    print_table(columns, row, "md")
    assert capsys.readouterr().out.splitlines()[2] == '| 2142219999.9999998 |  | 00ff | say "x", \\| |'
    print_table(columns, row, "table")
    assert capsys.readouterr().out.splitlines()[1].startswith("2142220000 ")


def test_a_table_for_eyes_ends_somewhere_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_table(("i",), ((i,) for i in range(ROWS_SHOWN_MAX + 5)), "table") == ROWS_SHOWN_MAX
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == ROWS_SHOWN_MAX + 1
    assert "--format csv or json" in err
    assert print_table(("i",), ((i,) for i in range(ROWS_SHOWN_MAX + 5)), "csv") == ROWS_SHOWN_MAX + 5
