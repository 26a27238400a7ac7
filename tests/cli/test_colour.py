"""Who gets colours, and what a terminal can show."""

import os
import pty
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest
from bh_shell import Shell

from benchhub.cli.colour import Paint, Wish, are_wanted
from benchhub.cli.terminal import columns_of, shows_unicode


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        yield stream
    os.close(ours)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[TextIO]:
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        yield stream


@pytest.mark.parametrize(
    ("environ", "wish", "in_terminal", "in_file"),
    [
        ({"TERM": "xterm"}, "auto", True, False),
        ({"TERM": "dumb"}, "auto", False, False),
        ({}, "auto", False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "auto", False, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, "auto", True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, "auto", True, True),
        ({"TERM": "xterm", "FORCE_COLOR": "0"}, "auto", True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False, False),
        ({"NO_COLOR": "1"}, "always", True, True),
        ({"TERM": "xterm", "FORCE_COLOR": "1"}, "never", False, False),
    ],
)
def test_the_flag_decides_then_the_variables_then_the_stream(
    environ: dict[str, str], wish: Wish, *, in_terminal: bool, in_file: bool, terminal: TextIO, file: TextIO
) -> None:
    assert are_wanted(terminal, wish, environ) is in_terminal
    assert are_wanted(file, wish, environ) is in_file


def test_paint_that_is_off_changes_nothing() -> None:
    assert Paint(is_on=False)("failed", "red", "bold") == "failed"


def test_paint_ends_where_the_text_ends() -> None:
    assert Paint(is_on=True)("failed", "red", "bold") == "\x1b[31;1mfailed\x1b[0m"
    assert Paint(is_on=True)("") == ""


def test_the_width_is_the_variable_then_the_terminal_then_80(terminal: TextIO, file: TextIO) -> None:
    import termios  # noqa: PLC0415

    termios.tcsetwinsize(terminal.fileno(), (24, 200))
    assert columns_of(terminal, {}) == 200
    assert columns_of(terminal, {"COLUMNS": "100"}) == 100
    assert columns_of(terminal, {"COLUMNS": "wide"}) == 200
    assert columns_of(file, {}) == 80


@pytest.mark.parametrize(
    ("environ", "shows"),
    [
        ({}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "de_DE.utf8@euro"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, False),
    ],
)
def test_a_terminal_shows_unicode_unless_the_locale_or_its_kind_says_no(
    environ: dict[str, str], *, shows: bool
) -> None:
    assert shows_unicode(environ) is shows


def test_the_flag_may_stand_before_the_verb_and_takes_three_words(kept: Shell) -> None:
    assert kept("--color", "never", "runs").out == kept("runs", "--color=never").out
    assert kept("runs", "--color", "sometimes").code == 2
