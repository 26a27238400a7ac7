"""What a person sees of `bh run`, in a real terminal and in logs."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from bh_shell import Shell
from docs.virtual_terminal import VirtualTerminal

NASTY = (
    "import sys; out = sys.stdout.buffer\n"
    "out.write(b'\\x1b[2J\\x1b[Hcleared\\n\\x00nul\\xff\\n\\x1b[31mred\\x1b[0m\\n10%\\r50%\\r100% done\\n')\n"
    "out.write(b'x' * 100_000_000 + b'\\n\\x1b]0;title\\x07last\\n')\n"
)
STATUS = re.compile(r"run \d+/\d+ //:\S+ .*· \d+s(, \d+s left)?$")


@contextmanager
def terminal(
    bh: Shell, *words: str, columns: int = 80, term: str = "xterm-256color", env: Mapping[str, str] | None = None
) -> Iterator[VirtualTerminal]:
    with VirtualTerminal(
        bh.argv(*words), cwd=bh.work, env={**bh.env, **(env or {})}, columns=columns, term=term
    ) as made:
        yield made


def python(code: str) -> tuple[str, ...]:
    return ("--", sys.executable, "-c", code)


def has(word: str) -> Callable[[list[str]], bool]:
    return lambda lines: any(word in line for line in lines)


def status_of(lines: list[str]) -> list[str]:
    return [line for line in lines if STATUS.search(line)]


# -- on a terminal -------------------------------------------------------------------------------------------------


def test_a_program_s_output_is_seen_at_once_with_the_status_below_it(bh: Shell) -> None:
    with terminal(bh, "run", "--", "sh", "-c", "echo first; sleep 600") as seen:
        lines = seen.read_until(lambda lines: has("first")(lines) and bool(status_of(lines)))
        assert lines[0] == "first"
        assert lines[1].startswith("run 1/1 //:sh · ")
        seen.type(b"\x03")
        lines = seen.end()
    assert seen.code == 130
    assert not status_of(lines), "the status is gone at the end"
    assert "interrupted" in "\n".join(lines)
    assert bh.rows("SELECT status FROM runs") == [{"status": "interrupted"}]
    assert bh("log").out == "first\n"


def test_the_terminal_is_as_it_was_after_ctrl_c(bh: Shell) -> None:
    with terminal(bh, "run", "--", "sleep", "600") as seen:
        seen.read_until(lambda lines: bool(status_of(lines)))
        assert seen.is_sane(), "keys are echoed as ever, also while it runs"
        os.kill(seen.pid, signal.SIGINT)
        seen.end()
        assert seen.is_sane()
    assert b"\x1b[?25l" not in seen.raw, "the cursor was never hidden"
    assert not seen.screen.cursor.hidden


def test_a_killed_run_leaves_the_cursor_on_a_line_of_its_own(bh: Shell) -> None:
    with terminal(bh, "run", "--", "sleep", "600") as seen:
        seen.read_until(lambda lines: bool(status_of(lines)))
        os.kill(seen.pid, signal.SIGKILL)
        seen.end()
        assert seen.screen.cursor.x == 0
        assert seen.screen.display[seen.screen.cursor.y].strip() == ""


def test_a_status_fits_a_narrow_terminal_and_one_that_becomes_narrower(bh: Shell) -> None:
    with terminal(bh, "run", "--", "sh", "-c", "echo begun; sleep 600", columns=60) as seen:
        seen.read_until(lambda lines: bool(status_of(lines)))
        seen.resize(24)
        count = len(seen.raw)
        seen.read_until(lambda _: len(seen.raw) > count + 200, timeout_s=20)
        lines = seen.text
        assert all(len(line) < 24 for line in lines)
        seen.type(b"\x03")
        seen.end()


def test_a_progress_bar_stays_one_line_until_it_ends(bh: Shell) -> None:
    code = (
        "import time\n"
        "for n in range(5): print(f'\\rloading {n}0%', end='', flush=True); time.sleep(0.15)\n"
        "print('\\rloaded       ')"
    )
    with terminal(bh, "run", *python(code)) as seen:
        seen.read_until(lambda lines: any(line.startswith("loading") for line in lines))
        lines = seen.end()
    assert lines[0] == "loaded"
    assert not any(line.startswith("loading") for line in lines)


@pytest.mark.slow
def test_what_a_program_prints_breaks_nothing(bh: Shell) -> None:
    with terminal(bh, "run", *python(NASTY)) as seen:
        lines = seen.end()
    assert lines[:4] == ["cleared", "nul\ufffd", "red", "100% done"]
    assert b"\x1b[31mred\x1b[0m" in seen.raw
    assert b"\x1b]0;" not in seen.raw
    assert len(seen.raw) < 200_000
    assert has("not shown; `bh log` has them")(lines) or has("bytes more")(lines)
    assert bh.rows("SELECT status FROM runs") == [{"status": "passed"}]


def test_without_colour_nothing_is_coloured_and_the_status_is_drawn_all_the_same(bh: Shell) -> None:
    said = "printf '\\033[31mred\\033[0m\\n'; sleep 1"
    with terminal(bh, "run", "--", "sh", "-c", said, env={"NO_COLOR": "1"}) as seen:
        seen.read_until(lambda lines: bool(status_of(lines)))
        seen.end()
    assert not re.search(rb"\x1b\[[0-9;]*m", seen.raw)


@pytest.mark.parametrize(
    ("env", "term"), [({}, "dumb"), ({"CI": "true"}, "xterm")], ids=["a dumb terminal", "continuous integration"]
)
def test_where_lines_cannot_be_taken_back_none_is_drawn(bh: Shell, env: dict[str, str], term: str) -> None:
    with terminal(bh, "run", "--runs", "2", "--", "sh", "-c", "echo said; sleep 0.6", term=term, env=env) as seen:
        lines = seen.end()
    assert not status_of(lines)
    assert lines[:3] == ["  run 1/2 //:sh", "said", lines[2]]
    assert lines[2].startswith("  passed 1/2 //:sh: 1 measured, 1 passed in ")
    assert not re.search(rb"\x1b\[[0-9]*[A-K]", seen.raw)


def test_json_is_never_drawn_into(bh: Shell) -> None:
    with terminal(bh, "run", "--json", "--", "sh", "-c", "echo noise; sleep 0.6") as seen:
        lines = seen.end()
    assert not re.search(rb"\x1b\[[0-9]*[A-K]", seen.raw)
    assert not has("noise")(lines[:1])
    assert lines[0].startswith("  passed //:sh")


def test_many_runs_that_pass_are_counted_and_not_listed(bh: Shell) -> None:
    with terminal(bh, "run", "--runs", "12", "--", "sleep", "0.1") as seen:
        seen.read_until(lambda lines: bool(status_of(lines)))
        lines = seen.end()
    assert not has("passed 3/12")(lines)
    assert has("saved as runs 1 to 12")(lines)


def test_the_last_value_stands_beside_the_one_before(bh: Shell) -> None:
    assert bh("run", "--", "sleep", "0.4").code == 0
    with terminal(bh, "run", "--runs", "3", "--", "sleep", "0.4", columns=120) as seen:
        lines = seen.read_until(has("on before"))
        assert re.search(r"run \d/3 //:sleep · 4\d\d(\.\d+)? ms [+-]\d+\.\d% on before · \d+s", status_of(lines)[0])
        seen.end()


def test_results_stand_apart_from_what_went_by(bh: Shell) -> None:
    with terminal(bh, "run", "--", "true") as seen:
        lines = seen.end()
    at = next(number for number, line in enumerate(lines) if line.startswith("case"))
    assert lines[at - 1] == ""
    assert lines[at - 2].startswith("  passed //:true")


# -- in logs -------------------------------------------------------------------------------------------------------


def test_a_log_has_one_line_for_each_run_and_the_output_of_the_first(bh: Shell) -> None:
    done = bh("run", "--runs", "3", "--", "sh", "-c", "echo out; echo err >&2")
    lines = done.err.splitlines()
    assert lines[0] == "  run 1/3 //:sh"
    assert sorted(lines[1:3]) == ["err", "out"]
    assert [line.split()[:2] for line in lines[3:]] == [["passed", f"{n}/3"] for n in (1, 2, 3)]
    assert "\x1b" not in done.err + done.out


def test_verbose_shows_the_output_of_every_run_and_quiet_of_none(bh: Shell) -> None:
    words = ("--runs", "2", "--", "sh", "-c", "echo out")
    assert bh("run", "-v", *words).err.count("out\n") == 2
    assert bh("run", "-v", "--json", *words).err.count("out\n") == 2
    assert bh("run", "--json", *words).err.count("out\n") == 0
    quiet = bh("run", "-q", *words)
    assert quiet.err == ""
    assert "saved as runs" in quiet.out
    assert bh("run", "-q", "-v", *words).code == 2


def test_quiet_still_says_what_went_wrong(bh: Shell) -> None:
    done = bh("run", "-q", "--", "no-such-program")
    assert done.code == 6
    assert "no program `no-such-program`" in done.err


def test_github_gets_groups_that_fold(bh: Shell) -> None:
    env = {"GITHUB_ACTIONS": "true", "CI": "true"}
    lines = bh("run", "--runs", "2", "--", "sh", "-c", "echo out", env=env).err.splitlines()
    assert lines[:3] == ["::group::run 1/2 //:sh", "out", "::endgroup::"]
    assert lines[3].startswith("  passed 1/2")
    assert lines[4:7] == ["::group::run 2/2 //:sh", "out", "::endgroup::"]
    silent = bh("run", "--", "true", env=env).err
    assert "::" not in silent.replace("//:", "")


def test_a_line_that_was_not_ended_is_shown_at_the_end(bh: Shell) -> None:
    assert bh("run", "--", "printf", "no line end").err.splitlines()[0] == "no line end"


@pytest.mark.slow
def test_a_flood_is_kept_whole_shown_in_part_and_costs_little_memory(bh: Shell) -> None:
    flood = "import sys; line = b'0123456789abcde\\n' * 65536\nfor _ in range(1024): sys.stdout.buffer.write(line)"
    words = ("run", *python(flood))
    script = "import sys; from benchhub.cli.entry import main; code = main(sys.argv[1:]);"
    # Not by `getrusage`: that remembers the memory of whoever started it.
    script += "from benchhub.probes.usage import own_peak_bytes;"
    script += "print(own_peak_bytes() // 1024, file=open('peak', 'w')); sys.exit(code)"
    done = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=bh.work, env=bh.env, capture_output=True, check=True, timeout=600
    )
    assert len(done.stderr) < 100_000_000
    assert b"not shown; `bh log` has them" in done.stderr
    assert int((bh.work / "peak").read_text()) < 200_000, "kilobytes"
    assert bh.rows("SELECT status FROM runs") == [{"status": "passed"}]
    assert bh("show", "--json").json["artifacts"][0]["size_bytes"] == 1 << 30
