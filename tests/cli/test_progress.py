"""The parts of what is seen while targets run."""

import io
import os
import pty
import time
from pathlib import Path

import pytest

from benchhub.cli.clean import clean, decoded
from benchhub.cli.colour import Paint
from benchhub.cli.fit import cut, shortened, width
from benchhub.cli.progress import can_draw, progress_on
from benchhub.cli.progress.in_lines import LineProgress
from benchhub.cli.progress.on_terminal import TerminalProgress
from benchhub.cli.progress.quiet import QuietProgress
from benchhub.cli.progress.screen import WAITING_BYTES_MAX, Screen
from benchhub.cli.progress.status import clock, status_line
from benchhub.cli.progress.told import Told
from benchhub.cli.progress.watched import Expected, Watched
from benchhub.flows.events import BuildStarted, Heard
from benchhub.model.case import Case
from benchhub.model.record import LogLine, Outcome

PLAIN, COLOURED = Paint(is_on=False), Paint(is_on=True)


# -- text of strangers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[H\x1b[10Aup\x1b[K", "up"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("nul\x00 bell\x07 back\x08", "nul bell back"),
        ("a\x9bJb", "aJb"),
        ("\u202eturned", "turned"),
        ("10%\r50%\r100%", "100%"),
        ("kept\r", "kept"),
        ("tab\tstays", "tab\tstays"),
        ("\x1b", ""),
        ("ünï 日本 ✓", "ünï 日本 ✓"),
    ],
)
def test_nothing_that_moves_the_cursor_is_left(said: str, shown: str) -> None:
    assert clean(said, is_coloured=False) == shown


def test_colours_stay_where_colours_are_wanted_and_end_with_the_line() -> None:
    assert clean("\x1b[1;31mred\x1b[2K", is_coloured=True) == "\x1b[1;31mred\x1b[0m"
    assert clean("none\x1b[3A", is_coloured=True) == "none"


def test_what_is_no_utf_8_is_marked() -> None:
    assert decoded(b"\xff\xfe ok", is_coloured=False) == "\ufffd\ufffd ok"


# -- what fits -----------------------------------------------------------------------------------------------------


def test_names_are_shortened_in_the_middle() -> None:
    assert shortened("BenchmarkSort size=1000", 30) == "BenchmarkSort size=1000"
    assert shortened("BenchmarkSort size=1000", 11) == "Bench…=1000"
    assert [width(shortened("日本語の名前です", size)) <= size for size in range(20)] == [True] * 20
    assert cut("abcdef", 4) == "abc…"
    assert cut("abc", 0) == ""


def _watched() -> Watched:
    watched = Watched(lambda _: Expected())
    watched.label, watched.doing, watched.number, watched.count = "//sort:gobench", "run", 2, 10
    watched.case, watched.value, watched.change = "BenchmarkSort alg=bottomup size=10000", "812 µs", "+1.2%"
    watched.failures = 1
    watched.expected = Expected(cases=40)
    watched.started_at = 100.0
    return watched


def test_the_status_tells_what_runs_how_far_and_how_long() -> None:
    assert status_line(_watched(), 172.0, 200, PLAIN) == (
        "run 2/10 //sort:gobench · 0/40 BenchmarkSort alg=bottomup size=10000 · "
        "812 µs +1.2% on before · 1 failed · 1m12s"
    )


@pytest.mark.parametrize("columns", range(1, 140))
def test_the_status_is_never_wider_than_the_terminal(columns: int) -> None:
    line = status_line(_watched(), 172.0, columns, PLAIN)
    assert width(line) <= columns
    if columns >= 50:
        assert line.startswith("run 2/10 //sort")
        assert "1 failed" in line


def test_time_left_needs_to_be_known() -> None:
    watched = _watched()
    assert watched.left_s(100.0) is None
    watched.expected = Expected(wall_s=10.0)
    watched.run_started_at = 100.0
    assert watched.left_s(104.0) == 86.0
    assert watched.left_s(120.0) == 80.0
    assert "left" in status_line(watched, 104.0, 200, PLAIN)


def test_a_clock_has_whole_seconds() -> None:
    assert [clock(s) for s in (0.9, 59.9, 60, 3600 + 61)] == ["0s", "59s", "1m00s", "1h01m"]


# -- which output --------------------------------------------------------------------------------------------------


def test_a_test_that_failed_since_a_part_of_it_did_is_told_once() -> None:
    told = Told(PLAIN, is_all=False)
    outcomes = tuple(
        Outcome(Case("p", name, {}, "test", name), "failed", message="    x_test.go:1: why\n")
        for name in ("TestA/b/c", "TestA/b", "TestA", "TestB")
    )
    lines = told.failures(outcomes)
    assert lines == ["  failed TestA/b/c of p", "    x_test.go:1: why", "  failed TestB of p", "    x_test.go:1: why"]


def test_what_was_skipped_is_said() -> None:
    told = Told(PLAIN, is_all=True)
    heard = Heard(records=(LogLine(None, "stdout", "\x1b[1mbold"),), skipped_bytes=2048)
    assert told.output(heard) == ["bold", "… 2 KiB not shown; `bh log` has them"]


# -- where ---------------------------------------------------------------------------------------------------------


class _Pty:
    """Our side is the slave; what the terminal got is read from the master."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        self.stream = os.fdopen(slave, "w", encoding="utf-8")

    def close(self) -> None:
        os.close(self.master)
        self.stream.close()


@pytest.fixture
def terminal() -> "_Pty":
    return _Pty()


@pytest.mark.parametrize(
    ("environ", "is_drawn"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "CI": "true"}, False),
        ({"TERM": "xterm", "CI": "1"}, False),
        ({"TERM": "xterm", "CI": "false"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True),
    ],
)
def test_only_a_terminal_that_can_take_lines_back_is_drawn_on(
    terminal: _Pty, environ: dict[str, str], *, is_drawn: bool
) -> None:
    assert can_draw(terminal.stream, environ) is is_drawn
    assert not can_draw(io.StringIO(), environ)
    terminal.close()


def test_each_wish_has_its_own_progress(terminal: _Pty) -> None:
    environ = {"TERM": "xterm"}

    def kind(stream: object = terminal.stream, **words: bool) -> type:
        with progress_on(stream, expect=lambda _: Expected(), environ=environ, **words) as made:  # type: ignore[arg-type]  # a stream
            return type(made)

    assert kind() is TerminalProgress
    assert kind(is_json=True) is LineProgress
    assert kind(io.StringIO()) is LineProgress
    assert kind(is_quiet=True) is QuietProgress
    terminal.close()


def test_a_terminal_that_takes_nothing_is_not_waited_for_and_told_what_it_missed(terminal: _Pty) -> None:
    screen = Screen(terminal.stream, lambda: 80)
    flood = ["x" * 1000] * 10
    for _ in range(200):
        screen.show(flood, ["status"])
    assert screen.waiting_bytes < 2 * WAITING_BYTES_MAX
    seen = b""
    os.set_blocking(terminal.master, False)
    for number in range(100_000):
        try:
            seen += os.read(terminal.master, 1 << 16)
        except BlockingIOError:
            if not screen.waiting_bytes and number > 10:
                break
            screen.show([])
            time.sleep(0.001)
    screen.show(["at last"])
    screen.close()
    os.set_blocking(terminal.master, True)
    while b"at last" not in seen:
        seen += os.read(terminal.master, 1 << 16)
    assert b"lines not shown: the terminal took none" in seen
    terminal.close()


def test_a_terminal_that_went_away_ends_nothing(terminal: _Pty) -> None:
    screen = Screen(terminal.stream, lambda: 80)
    os.close(terminal.master)
    screen.show(["nobody sees this"], ["nor this"])
    screen.close()
    terminal.stream.close()


def test_a_log_gets_a_heartbeat(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+", encoding="utf-8") as stream:
        progress = LineProgress(stream, PLAIN, heartbeat_s=0.0)
        progress.on(BuildStarted("//:x", "once"))
        progress.on(Heard())
        stream.seek(0)
        assert stream.read() == "  build //:x once\n  still running //:x: build after 0s\n"
