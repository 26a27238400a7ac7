"""What `bh history` draws, and where it draws nothing."""

import os
import pty
import re
import subprocess
import termios
import threading
from pathlib import Path
from typing import Any

import pytest
from bh_shell import Shell

from benchhub.cli.colour import Paint
from benchhub.cli.history_chart import Easel, draw

SOMETIMES = "n=$(cat n); echo $((n + 1)) > n; case $n in 2) exit 1;; esac"


@pytest.fixture(scope="module")
def broken_once(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Five runs of a program of which the third fails."""
    shell = Shell(tmp_path_factory.mktemp("broken"))
    Path(shell.work / "n").write_text("0")
    assert shell("run", "--runs", "5", "--name", "some", "--", "sh", "-c", SOMETIMES).code == 1
    return shell


def on_terminal(shell: Shell, *words: str, columns: int = 80, **env: str) -> str:
    """Return what a `bh` writes to a terminal of that width."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, columns))
    process = subprocess.Popen(
        shell.argv(*words),
        cwd=shell.work,
        env={**shell.env, "TERM": "xterm", **env},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )

    # The terminal is ours until all is read: a kernel may throw away what nobody has read when its last writer goes.
    def say_the_end() -> None:
        process.communicate()
        os.write(theirs, b"\0")

    ending = threading.Thread(target=say_the_end)
    ending.start()
    said = b""
    while not said.endswith(b"\0"):
        said += os.read(ours, 65536)
    ending.join()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    return said[:-1].decode().replace("\r\n", "\n")


def test_a_terminal_gets_a_chart_and_a_pipe_does_not(broken_once: Shell) -> None:
    drawn = on_terminal(broken_once, "history", "some", "--metric", "time", NO_COLOR="1")
    assert "┤" in drawn
    assert "\x1b" not in drawn
    assert drawn.startswith(broken_once("history", "some", "--metric", "time").out)
    assert "┤" not in broken_once("history", "some", "--metric", "time").out
    assert "┤" not in on_terminal(broken_once, "history", "some", "--metric", "time", "--no-chart")
    assert "┤" in broken_once("history", "some", "--metric", "time", "--chart").out


def test_json_on_a_terminal_is_json_alone(broken_once: Shell) -> None:
    drawn = on_terminal(broken_once, "history", "some", "--metric", "time", "--json")
    assert drawn.startswith('{"series":')
    assert "┤" not in drawn


def test_a_chart_has_colours_where_a_terminal_shows_them(broken_once: Shell) -> None:
    assert "\x1b[36m" in on_terminal(broken_once, "history", "some", "--metric", "time")
    assert "\x1b" not in on_terminal(broken_once, "history", "some", "--metric", "time", "--color", "never")
    assert "\x1b[36m" in broken_once("history", "some", "--metric", "time", "--chart", "--color", "always").out


def test_a_chart_without_unicode_is_ascii(broken_once: Shell) -> None:
    drawn = on_terminal(broken_once, "history", "some", "--metric", "time", LC_ALL="C", COLUMNS="60").rpartition(
        "\n\n"
    )[2]
    assert drawn.replace("µ", "u").isascii()
    assert "+--" in drawn


@pytest.mark.parametrize("columns", [80, 200])
def test_a_chart_is_no_wider_than_the_terminal(broken_once: Shell, columns: int) -> None:
    drawn = on_terminal(broken_once, "history", "some", "--metric", "time", "--color", "never", columns=columns)
    lines = drawn.rpartition("\n\n")[2].splitlines()
    assert len(lines) > 8
    assert max(map(len, lines)) <= columns


def test_a_run_without_a_value_is_a_gap(broken_once: Shell) -> None:
    chart = broken_once("history", "some", "--metric", "time", "--chart").out.rpartition("\n\n")[2].splitlines()
    assert chart[0].endswith("5 runs, 1 without a value")
    axis = next(line for line in chart if "└" in line)
    plotted = axis.partition("└")[2]
    assert plotted.count("x") == 1
    assert plotted.index("x") == len(plotted) // 2 - 1


def test_the_newest_are_drawn_when_a_count_is_given(broken_once: Shell) -> None:
    assert "2 runs" in broken_once("history", "some", "--metric", "time", "--chart", "--count", "2").out


EASEL = Easel(columns=80, is_unicode=True, paint=Paint(is_on=False))


def runs_of(lanes: list[int], failed: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    return [
        {
            "run_id": number,
            "lane_id": lane,
            "status": "failed" if number in failed else "passed",
            "commit_short": f"{number:010x}",
            "committed_at": "2026-01-02 03:04:05",
            "started_at": "2026-01-02 03:04:05",
        }
        for number, lane in enumerate(lanes, 1)
    ]


def test_each_line_is_drawn_for_itself_below_the_one_before() -> None:
    values = {1: 1.0, 2: 8.0, 3: 2.0, 4: 9.0}
    drawn = list(draw(runs_of([10, 20, 10, 20]), {"time": ("s", values)}, {10: 1, 20: 2}, EASEL, is_small=False))
    assert [line for line in drawn if line.startswith("time")] == [
        "time, line 1  1 s .. 2 s, 2 runs",
        "time, line 2  8 s .. 9 s, 2 runs",
    ]


def test_where_there_are_many_each_takes_one_row_no_wider_than_the_terminal() -> None:
    values = {number: float(number) for number in range(1, 201)}
    metrics = {f"metric-{index}": ("s", values) for index in range(3)}
    drawn = list(draw(runs_of([10] * 200), metrics, {10: 1}, EASEL, is_small=True))
    assert len(drawn) == 3
    assert all(len(line) <= 80 and "▁" in line and "200 s" in line for line in drawn)


def test_small_charts_of_few_values_take_little_room() -> None:
    (drawn,) = draw(runs_of([10, 10]), {"time": ("s", {1: 1.0, 2: 2.0})}, {10: 1}, EASEL, is_small=True)
    assert drawn == "time  ▁█  2 s  1 s .. 2 s"


def test_runs_before_the_first_value_and_passed_ones_after_the_last_are_no_gaps() -> None:
    values = {3: 1.0, 5: 2.0}
    for failed, told in ((), "3 runs, 1 without a value"), ((7,), "4 runs, 2 without a value"):
        drawn = draw(runs_of([10] * 7, failed), {"time": ("s", values)}, {10: 1}, EASEL, is_small=False)
        assert next(drawn).endswith(told)


def test_a_single_value_is_no_chart() -> None:
    assert not list(draw(runs_of([10]), {"time": ("s", {1: 1.0})}, {10: 1}, EASEL, is_small=False))


def test_without_a_case_every_line_is_listed_with_what_led_to_it(broken_once: Shell) -> None:
    told = broken_once("history", "--json", "--metric", "time").json["lines"]
    rows = broken_once.rows("SELECT value FROM results WHERE benchmark = 'some' AND metric = 'time' ORDER BY run_id")
    values = [row["value"] for row in rows]
    (line,) = (line for line in told if line["benchmark"] == "some")
    assert (line["value"], line["previous_value"]) == (values[-1], values[-2])
    assert line["values"] == [*values[:2], None, *values[2:]]


def test_a_list_has_sparklines_on_a_terminal_and_none_in_a_pipe(broken_once: Shell) -> None:
    drawn = on_terminal(broken_once, "history", "--metric", "time")
    assert re.search(r"\nsome +time .* [▁▂▃▄▅▆▇█]{2} [▁▂▃▄▅▆▇█]{2}\n", drawn)
    plain = broken_once("history", "--metric", "time").out
    assert re.search(r"^some +time +[\d.]+ ms +[\d.]+ ms +[+-][\d.]+%$", plain, re.MULTILINE)
    assert "recent" not in plain
    assert "#" in broken_once("history", "--chart", env={"LC_ALL": "C"}).out


def test_a_list_of_nothing_tells_the_nearest_name(broken_once: Shell) -> None:
    for words, hint in (("--metric", "tme"), "did you mean `time`?"), (("--project", "wrk"), "did you mean `work`?"):
        done = broken_once("history", *words)
        assert done.code == 5
        assert hint in done.err
